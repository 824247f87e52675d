/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/agent_version.h"

#include <jansson.h>
#include <stdio.h>

enum {
    ANSWER_BYTES_MAX = 1024 * 1024, /* real ones have about 1 kB */
};

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

void sg_agent_version_read(const char *body, size_t len, char ret_text[SG_AGENT_VERSION_TEXT_MAX])
{
    json_t *root = len <= ANSWER_BYTES_MAX ? json_loadb(body, len, 0, NULL) : NULL;
    const json_t *value = json_object_get(root, "value");
    const json_t *info = json_object_get(value, "info");
    const char *agent = text_of(value, "agent");
    const char *protocol = text_of(value, "protocol");
    const char *product = text_of(info, "product");
    const char *version = text_of(info, "version");

    ret_text[0] = '\0';
    if (agent)
        (void)snprintf(ret_text, SG_AGENT_VERSION_TEXT_MAX, "Jolokia %.40s%s%.20s%s%.40s%s%.40s",
            agent, protocol ? ", protocol " : "", protocol ? protocol : "", product ? ", " : "",
            product ? product : "", version ? " " : "", version ? version : "");
    json_decref(root);
}
