/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/proxy.h"

#include <jansson.h>

enum {
    ANSWER_BYTES_MAX = 1024 * 1024, /* real ones have about 1 kB */
};

/* A port without a listener: tcpmux, on the proxy's own machine. */
#define NOBODY "127.0.0.1:1/jmxrmi"

static const char version_request[] = "{\"type\":\"version\"}";
static const char probe_request[] =
    "[{\"type\":\"read\",\"mbean\":\"java.lang:type=Memory\",\"attribute\":\"Verbose\","
    "\"config\":{\"includeStackTrace\":false},"
    "\"target\":{\"url\":\"service:jmx:rmi:///jndi/rmi://" NOBODY "\"}}]";

const struct sg_str sg_proxy_version_request = { version_request, sizeof version_request - 1 };
const struct sg_str sg_proxy_probe_request = { probe_request, sizeof probe_request - 1 };

static json_t *parse(const char *body, size_t len)
{
    return len <= ANSWER_BYTES_MAX ? json_loadb(body, len, 0, NULL) : NULL;
}

bool sg_proxy_version_says_yes(const char *body, size_t len)
{
    json_t *root = parse(body, len);
    const json_t *info = json_object_get(json_object_get(root, "value"), "info");
    bool yes = json_integer_value(json_object_get(root, "status")) == 200 &&
               json_is_object(json_object_get(info, "proxy"));

    json_decref(root);
    return yes;
}

/*
 * Only an error from connecting to the target counts. One of the agent's policy (403) would also be
 * returned by an agent that ignores targets, unless it is about the target itself.
 */
static bool is_about_target(const json_t *element)
{
    json_int_t status = json_integer_value(json_object_get(element, "status"));
    const char *error = json_string_value(json_object_get(element, "error"));

    return status == 500 || (status == 403 && error && strstr(error, NOBODY));
}

bool sg_proxy_probe_says_yes(const char *body, size_t len, struct sg_error *err)
{
    json_t *root = parse(body, len);
    const json_t *element = json_array_get(root, 0);
    json_int_t status = json_integer_value(json_object_get(element, "status"));
    bool yes = is_about_target(element);

    if (status == 200)
        (void)sg_error_set(err, 0,
            "this Jolokia cannot be a proxy: it ignores the target and answers with its own "
            "numbers, which are not shown; use a Jolokia 2.1 or later with its JSR-160 handler "
            "enabled");
    else if (!yes)
        (void)sg_error_set(err, 0,
            "nothing shows that this Jolokia can be a proxy (status %lld); if its policy denies "
            "\"version\" or java.lang:type=Memory, allow them",
            (long long)status);
    json_decref(root);
    return yes;
}
