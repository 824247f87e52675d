/* SPDX-License-Identifier: Apache-2.0 */
#include "config/web_ciphers.h"

#include "base/buf.h"

enum {
    PRIORITIES_BYTES_MAX = 16 * 1024,
    NAMES_MAX = 100 /* of one list; more than there are ciphers */
};

static const struct {
    const char *name;
    const char *priority;
} versions[] = {
    { "TLS10", "VERS-TLS1.0" },
    { "TLS11", "VERS-TLS1.1" },
    { "TLS12", "VERS-TLS1.2" },
    { "TLS13", "VERS-TLS1.3" },
};

enum {
    N_VERSIONS = sizeof versions / sizeof versions[0]
};

/* Go's names, except those that GnuTLS no longer supports (RC4). */
static const struct {
    const char *name;
    const char *priorities;
} suites[] = {
    { "TLS_RSA_WITH_3DES_EDE_CBC_SHA", ":+RSA:+3DES-CBC:+SHA1" },
    { "TLS_RSA_WITH_AES_128_CBC_SHA", ":+RSA:+AES-128-CBC:+SHA1" },
    { "TLS_RSA_WITH_AES_256_CBC_SHA", ":+RSA:+AES-256-CBC:+SHA1" },
    { "TLS_RSA_WITH_AES_128_CBC_SHA256", ":+RSA:+AES-128-CBC:+SHA256" },
    { "TLS_RSA_WITH_AES_128_GCM_SHA256", ":+RSA:+AES-128-GCM:+AEAD" },
    { "TLS_RSA_WITH_AES_256_GCM_SHA384", ":+RSA:+AES-256-GCM:+AEAD" },
    { "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", ":+ECDHE-ECDSA:+AES-128-CBC:+SHA1" },
    { "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", ":+ECDHE-ECDSA:+AES-256-CBC:+SHA1" },
    { "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", ":+ECDHE-RSA:+3DES-CBC:+SHA1" },
    { "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", ":+ECDHE-RSA:+AES-128-CBC:+SHA1" },
    { "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", ":+ECDHE-RSA:+AES-256-CBC:+SHA1" },
    { "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", ":+ECDHE-ECDSA:+AES-128-CBC:+SHA256" },
    { "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", ":+ECDHE-RSA:+AES-128-CBC:+SHA256" },
    { "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", ":+ECDHE-RSA:+AES-128-GCM:+AEAD" },
    { "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", ":+ECDHE-ECDSA:+AES-128-GCM:+AEAD" },
    { "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", ":+ECDHE-RSA:+AES-256-GCM:+AEAD" },
    { "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", ":+ECDHE-ECDSA:+AES-256-GCM:+AEAD" },
    { "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", ":+ECDHE-RSA:+CHACHA20-POLY1305:+AEAD" },
    { "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", ":+ECDHE-RSA:+CHACHA20-POLY1305:+AEAD" },
    { "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", ":+ECDHE-ECDSA:+CHACHA20-POLY1305:+AEAD" },
    { "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", ":+ECDHE-ECDSA:+CHACHA20-POLY1305:+AEAD" },
    { "TLS_AES_128_GCM_SHA256", ":+AES-128-GCM:+AEAD" },
    { "TLS_AES_256_GCM_SHA384", ":+AES-256-GCM:+AEAD" },
    { "TLS_CHACHA20_POLY1305_SHA256", ":+CHACHA20-POLY1305:+AEAD" },
};

static const struct {
    const char *name;
    const char *priorities;
} curves[] = {
    { "CurveP256", ":+GROUP-SECP256R1" },
    { "CurveP384", ":+GROUP-SECP384R1" },
    { "CurveP521", ":+GROUP-SECP521R1" },
    { "X25519", ":+GROUP-X25519" },
};

static int read_version(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, int otherwise)
{
    struct sg_str text;

    if (!sg_yaml_read_text(yaml, map, key, &text))
        return otherwise;
    for (int i = 0; i < N_VERSIONS; i++) {
        if (sg_str_equal(text, sg_str_of(versions[i].name)))
            return i;
    }
    sg_yaml_problem(yaml, sg_yaml_find(map, key), "%s: use TLS10, TLS11, TLS12 or TLS13", key);
    return otherwise;
}

/* @return the list, if it is present, valid and not empty */
static const struct sg_yaml_node *find_list(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key)
{
    const struct sg_yaml_node *list = sg_yaml_find(map, key);

    if (!list)
        return NULL;
    if (!sg_yaml_is_list(list)) {
        sg_yaml_problem(yaml, list, "%s: must be a list", key);
        return NULL;
    }
    if (sg_yaml_count(list) > NAMES_MAX) {
        sg_yaml_problem(yaml, list, "%s: more than %d names", key, NAMES_MAX);
        return NULL;
    }
    return sg_yaml_count(list) ? list : NULL;
}

static void add_suite(struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_buf *out)
{
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        if (sg_str_equal(sg_yaml_text(node), sg_str_of(suites[i].name))) {
            (void)sg_buf_add_str(out, sg_str_of(suites[i].priorities));
            return;
        }
    }
    sg_yaml_problem(yaml, node, "cipher_suites: \"%.80s\" is unknown, or not in GnuTLS",
        sg_yaml_text(node).ptr);
}

static void add_curve(struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_buf *out)
{
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (sg_str_equal(sg_yaml_text(node), sg_str_of(curves[i].name))) {
            (void)sg_buf_add_str(out, sg_str_of(curves[i].priorities));
            return;
        }
    }
    sg_yaml_problem(yaml, node,
        "curve_preferences: \"%.80s\" is unknown; use CurveP256, CurveP384, CurveP521 or X25519",
        sg_yaml_text(node).ptr);
}

char *sg_web_ciphers_read(struct sg_yaml *yaml, const struct sg_yaml_node *map)
{
    int lowest = read_version(yaml, map, "min_version", 2);
    int highest = read_version(yaml, map, "max_version", 3);
    const struct sg_yaml_node *ciphers = find_list(yaml, map, "cipher_suites");
    const struct sg_yaml_node *groups = find_list(yaml, map, "curve_preferences");
    bool server_prefers = true;
    struct sg_buf out;

    if (lowest > highest)
        sg_yaml_problem(yaml, map, "min_version is above max_version");
    (void)sg_yaml_read_bool(yaml, map, "prefer_server_cipher_suites", &server_prefers);
    sg_buf_init(&out, PRIORITIES_BYTES_MAX);
    (void)sg_buf_add_str(&out, SG_STR("NORMAL:-VERS-ALL"));
    for (int i = highest; i >= lowest; i--)
        (void)sg_buf_printf(&out, ":+%s", versions[i].priority);
    if (ciphers)
        (void)sg_buf_add_str(&out, SG_STR(":-CIPHER-ALL:-MAC-ALL:-KX-ALL"));
    for (size_t i = 0; ciphers && i < sg_yaml_count(ciphers); i++)
        add_suite(yaml, sg_yaml_item(ciphers, i), &out);
    if (groups)
        (void)sg_buf_add_str(&out, SG_STR(":-GROUP-ALL"));
    for (size_t i = 0; groups && i < sg_yaml_count(groups); i++)
        add_curve(yaml, sg_yaml_item(groups, i), &out);
    if (server_prefers)
        (void)sg_buf_add_str(&out, SG_STR(":%SERVER_PRECEDENCE"));
    char *text = sg_buf_take(&out);
    sg_buf_done(&out);
    return text;
}
