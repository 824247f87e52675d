/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/agent_version.h"
#include "jmx/jolokia/proxy.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever a proxy answers: no crash; and no answer is accepted for both requests. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_error err = { "" };
    const char *body = (const char *)data;

    bool version = sg_proxy_version_says_yes(body, size);
    bool probe = sg_proxy_probe_says_yes(body, size, &err);
    if (version && probe)
        abort();
    char text[SG_AGENT_VERSION_TEXT_MAX];
    sg_agent_version_read(body, size, text);
    if (!memchr(text, '\0', sizeof text))
        abort();
    if (!probe && !err.text[0])
        abort();
    return 0;
}
