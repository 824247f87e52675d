/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/rules_keys.h"

#include "base/meant.h"

#define NO_PROCESS "has no meaning over Jolokia and is not used"
#define IDLE(key, why)          \
    {                           \
        key, "\"" key "\" " why \
    }
#define NOT_READ "does nothing here, as in jmx_exporter"

static const char *const used_keys[] = { "blacklistObjectNames", "excludeJvmMetrics",
    "excludeObjectNameAttributes", "excludeObjectNames", "includeObjectNameAttributes",
    "includeObjectNames", "inferCounterTypeFromName", "keyOrder", "lowercaseOutputLabelNames",
    "lowercaseOutputName", "metricCustomizers", "requests", "rules", "unquote",
    "whitelistObjectNames" };

/*
 * Keys for jmx_exporter's own process; or for no release of it, but in its examples and tests, and
 * so in public files.
 */
static const struct {
    const char *key;
    const char *why;
} idle_keys[] = {
    IDLE("attrNameSnakeCase", "is a key of a rule: here it does nothing, as in jmx_exporter"),
    IDLE("autoExcludeObjectNameAttributes", NO_PROCESS),
    IDLE("cacheRules", NOT_READ "; \"cache\" is a key of a rule"),
    IDLE("collector", NO_PROCESS),
    IDLE("defaultExports", NOT_READ "; \"excludeJvmMetrics\" turns off the JVM's metrics"),
    IDLE("excludeObjectNameAttributesDynamic", NOT_READ),
    IDLE("hostPort", NO_PROCESS),
    IDLE("httpServer", NO_PROCESS),
    IDLE("jmxBeanFilter", NOT_READ "; use \"includeObjectNames\" and \"excludeObjectNames\""),
    IDLE("jmxEnvironment", NO_PROCESS),
    IDLE("jmxUrl", NO_PROCESS),
    IDLE("jvmMetrics", NOT_READ "; \"excludeJvmMetrics\" turns off the JVM's metrics"),
    IDLE("MBeansToReset", NOT_READ),
    IDLE("metricFilter", NOT_READ "; a rule with an empty \"name\" drops what it matches"),
    IDLE("openTelemetry", NO_PROCESS),
    IDLE("password", NO_PROCESS),
    IDLE("resetMetrics", NOT_READ),
    IDLE("scrapeTimeoutSeconds", NO_PROCESS),
    IDLE("ssl", NO_PROCESS),
    IDLE("sslConfig", NO_PROCESS),
    IDLE("startDelaySeconds", NO_PROCESS),
    IDLE("username", NO_PROCESS),
};

enum {
    N_USED = sizeof used_keys / sizeof used_keys[0],
    N_KNOWN = N_USED + sizeof idle_keys / sizeof idle_keys[0],
    HOLDERS_MAX = 100, /* keys that hold anchors */
};

const char *sg_rules_idle_key(struct sg_str key)
{
    for (size_t i = 0; i < sizeof idle_keys / sizeof idle_keys[0]; i++) {
        if (sg_str_equal(sg_str_of(idle_keys[i].key), key))
            return idle_keys[i].why;
    }
    return NULL;
}

bool sg_rules_expect_keys(struct sg_yaml *yaml, const struct sg_yaml_node *root)
{
    const char *known[N_KNOWN + 1] = { NULL };
    const char *allowed[N_KNOWN + HOLDERS_MAX + 1] = { NULL };
    size_t n = 0;

    for (; n < N_USED; n++)
        known[n] = used_keys[n];
    for (; n < N_KNOWN; n++)
        known[n] = idle_keys[n - N_USED].key;
    memcpy(allowed, known, sizeof known);
    for (size_t i = 0; sg_yaml_is_map(root) && i < sg_yaml_count(root); i++) {
        const struct sg_yaml_node *key;
        const struct sg_yaml_node *value;
        sg_yaml_pair(root, i, &key, &value);
        if (n == N_KNOWN + HOLDERS_MAX)
            break;
        if (sg_yaml_is_scalar(key) && sg_yaml_has_anchor(value) &&
            !sg_meant(sg_yaml_text(key).ptr, known))
            allowed[n++] = sg_yaml_text(key).ptr;
    }
    return sg_yaml_expect_map(yaml, root, "the rule file", allowed);
}
