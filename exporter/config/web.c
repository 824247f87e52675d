/* SPDX-License-Identifier: Apache-2.0 */
#include "config/web.h"

#include "base/auto.h"
#include "base/file.h"
#include "base/yaml.h"
#include "config/key_names.h"
#include "config/kinds.h"
#include "config/secret.h"
#include "config/web_ciphers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    USERS_MAX = 1000,
    SANS_MAX = 1000,
    BURST_MAX = 1000000
};

static const char short_of_memory[] = "out of memory";

static const char *const root_keys[] = { "tls_server_config", "http_server_config",
    "basic_auth_users", "auth_excluded_paths", "rate_limit", NULL };
static const char *const tls_keys[] = { "cert", "cert_file", "key", "key_file", "client_ca",
    "client_ca_file", "client_auth_type", "client_allowed_sans", "min_version", "max_version",
    "cipher_suites", "curve_preferences", "prefer_server_cipher_suites", NULL };
static const char *const http_keys[] = { "http2", "headers", NULL };
static const char *const header_names[] = { "Content-Security-Policy", "Strict-Transport-Security",
    "X-Content-Type-Options", "X-Frame-Options", "X-XSS-Protection", NULL };
static const char *const rate_keys[] = { "interval", "burst", NULL };

const struct sg_key_names sg_web_keys[] = {
    { "", root_keys },
    { "tls_server_config.", tls_keys },
    { "http_server_config.", http_keys },
    { "http_server_config.headers.", header_names },
    { "rate_limit.", rate_keys },
    { NULL, NULL },
};

/* ---- tls_server_config ---- */

/* KEY or KEY_file, not both. */
static void read_pem(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, struct sg_web_pem *pem)
{
    char file_key[32];
    struct sg_str path = SG_STR("");

    (void)snprintf(file_key, sizeof file_key, "%s_file", key);
    (void)sg_yaml_read_string(yaml, map, key, &pem->text);
    if (pem->text && !pem->text[0]) { /* counts as absent */
        free(pem->text);
        pem->text = NULL;
    }
    if (pem->text)
        pem->where = sg_text_of_place(yaml, sg_yaml_find(map, key));
    if (!sg_yaml_read_text(yaml, map, file_key, &path) || path.len == 0)
        return;
    if (pem->text)
        sg_yaml_problem(
            yaml, sg_yaml_find(map, file_key), "%s and %s exclude each other", key, file_key);
    const char *slash = path.ptr[0] == '/' ? NULL : strrchr(sg_yaml_name(yaml), '/');
    int folder_len = slash ? (int)(slash + 1 - sg_yaml_name(yaml)) : 0;
    if (asprintf(&pem->file, "%.*s%s", folder_len, sg_yaml_name(yaml), path.ptr) < 0)
        pem->file = NULL;
    if (!pem->file)
        sg_yaml_problem(yaml, sg_yaml_find(map, file_key), "%s: out of memory", file_key);
    if (!pem->where)
        pem->where = sg_text_of_place(yaml, sg_yaml_find(map, file_key));
}

static void read_client_auth(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, struct sg_web_tls *tls)
{
    static const struct {
        const char *word;
        enum sg_client_auth auth;
    } words[] = {
        { "", SG_CLIENT_AUTH_NONE },
        { "NoClientCert", SG_CLIENT_AUTH_NONE },
        { "RequestClientCert", SG_CLIENT_AUTH_REQUEST },
        { "RequireAnyClientCert", SG_CLIENT_AUTH_REQUIRE_ANY },
        { "RequireClientCert", SG_CLIENT_AUTH_REQUIRE_ANY },
        { "VerifyClientCertIfGiven", SG_CLIENT_AUTH_VERIFY_IF_GIVEN },
        { "RequireAndVerifyClientCert", SG_CLIENT_AUTH_REQUIRE_AND_VERIFY },
    };
    struct sg_str text;

    if (!sg_yaml_read_text(yaml, map, "client_auth_type", &text))
        return;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (sg_str_equal(text, sg_str_of(words[i].word))) {
            tls->client_auth = words[i].auth;
            return;
        }
    }
    sg_yaml_problem(yaml, sg_yaml_find(map, "client_auth_type"),
        "client_auth_type: use NoClientCert, RequestClientCert, RequireAnyClientCert, "
        "VerifyClientCertIfGiven or RequireAndVerifyClientCert");
}

/* A list of texts, copied. */
static void read_sans(struct sg_yaml *yaml, const struct sg_yaml_node *map, struct sg_web_tls *tls)
{
    const struct sg_yaml_node *list = sg_yaml_find(map, "client_allowed_sans");

    if (!list)
        return;
    if (!sg_yaml_is_list(list)) {
        sg_yaml_problem(yaml, list, "client_allowed_sans: must be a list of names");
        return;
    }
    if (sg_yaml_count(list) > SANS_MAX) {
        sg_yaml_problem(yaml, list, "client_allowed_sans: more than %d names", SANS_MAX);
        return;
    }
    tls->allowed_sans = calloc(sg_yaml_count(list) + 1, sizeof(char *));
    for (size_t i = 0; tls->allowed_sans && i < sg_yaml_count(list); i++) {
        struct sg_str text = sg_yaml_text(sg_yaml_item(list, i));
        char *name = strdup(text.ptr);
        if (!name || !name[0] || strlen(name) != text.len) /* a NUL would truncate it */
            sg_yaml_problem(yaml, sg_yaml_item(list, i), "client_allowed_sans: must be a name");
        if (name)
            tls->allowed_sans[tls->n_allowed_sans++] = name;
    }
    if (!tls->allowed_sans)
        sg_yaml_problem(yaml, list, "%s", short_of_memory);
}

static void read_tls(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, struct sg_web_config *config)
{
    struct sg_web_tls *tls = &config->tls;

    if (!sg_yaml_expect_map(yaml, map, "tls_server_config", tls_keys))
        return;
    config->has_tls = true;
    tls->where = sg_text_of_place(yaml, map);
    read_pem(yaml, map, "cert", &tls->cert);
    read_pem(yaml, map, "key", &tls->key);
    read_pem(yaml, map, "client_ca", &tls->client_ca);
    read_client_auth(yaml, map, tls);
    read_sans(yaml, map, tls);
    if (!tls->cert.text && !tls->cert.file)
        sg_yaml_problem(yaml, map, "tls_server_config: cert or cert_file is missing");
    if (!tls->key.text && !tls->key.file)
        sg_yaml_problem(yaml, map, "tls_server_config: key or key_file is missing");
    bool has_ca = tls->client_ca.text || tls->client_ca.file;
    if (has_ca && tls->client_auth == SG_CLIENT_AUTH_NONE)
        sg_yaml_problem(yaml, map, "client_ca_file does nothing without client_auth_type");
    if (!has_ca && tls->client_auth == SG_CLIENT_AUTH_REQUIRE_AND_VERIFY)
        sg_yaml_problem(yaml, sg_yaml_find(map, "client_auth_type"),
            "client_auth_type: without client_ca, certificates of any public CA would be accepted");
    if (tls->n_allowed_sans && tls->client_auth != SG_CLIENT_AUTH_REQUIRE_AND_VERIFY)
        sg_yaml_problem(yaml, sg_yaml_find(map, "client_allowed_sans"),
            "client_allowed_sans: needs client_auth_type: RequireAndVerifyClientCert, because "
            "otherwise clients can connect without a certificate, or create one with any name");
    tls->priorities = sg_web_ciphers_read(yaml, map);
    if (!tls->priorities && sg_yaml_n_problems(yaml) == 0)
        sg_yaml_problem(yaml, map, "%s", short_of_memory);
}

/* ---- The rest ---- */

static bool has_control(const char *text)
{
    while (*text && (unsigned char)*text >= ' ' && *text != 127)
        text++;
    return *text;
}

static void read_http(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, struct sg_web_config *config)
{
    const char *const *names = header_names;
    const struct sg_yaml_node *headers = sg_yaml_find(map, "headers");
    bool http2 = true; /* only HTTP/1.1 is served, to which every HTTP/2 client falls back */

    if (!sg_yaml_expect_map(yaml, map, "http_server_config", http_keys))
        return;
    (void)sg_yaml_read_bool(yaml, map, "http2", &http2);
    if (!headers || !sg_yaml_expect_map(yaml, headers, "headers", names))
        return;
    for (size_t i = 0; names[i]; i++) {
        char *value = NULL;
        if (!sg_yaml_read_string(yaml, headers, names[i], &value) || !value || !value[0]) {
            free(value);
            continue;
        }
        bool frame = strcmp(names[i], "X-Frame-Options") == 0;
        bool type = strcmp(names[i], "X-Content-Type-Options") == 0;
        if (frame && strcasecmp(value, "deny") != 0 && strcasecmp(value, "sameorigin") != 0)
            sg_yaml_problem(
                yaml, sg_yaml_find(headers, names[i]), "%s: use deny or sameorigin", names[i]);
        if (type && strcasecmp(value, "nosniff") != 0)
            sg_yaml_problem(yaml, sg_yaml_find(headers, names[i]), "%s: use nosniff", names[i]);
        if (has_control(value)) /* libmicrohttpd would omit the whole header */
            sg_yaml_problem(yaml, sg_yaml_find(headers, names[i]),
                "%s: must be one line without control characters", names[i]);
        config->headers[config->n_headers++] = (struct sg_web_header){ names[i], value };
    }
}

/* $2a$, $2b$ or $2y$, two digits of cost, 53 letters. With a cost out of range no password ever
   matches. */
static bool is_bcrypt(const char *hash)
{
    static const char letters[] =
        "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    return strlen(hash) == 60 && hash[0] == '$' && hash[1] == '2' && strchr("aby", hash[2]) &&
           hash[3] == '$' && strspn(hash + 4, "0123456789") == 2 &&
           strncmp(hash + 4, "04", 2) >= 0 && strncmp(hash + 4, "31", 2) <= 0 && hash[6] == '$' &&
           strspn(hash + 7, letters) == 53;
}

static void read_users(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, struct sg_web_config *config)
{
    if (sg_yaml_is_null(map))
        return;
    if (!sg_yaml_is_map(map)) {
        sg_yaml_problem(yaml, map, "basic_auth_users: must be a map of users and bcrypt hashes");
        return;
    }
    if (sg_yaml_count(map) > USERS_MAX) {
        sg_yaml_problem(yaml, map, "basic_auth_users: more than %d users", USERS_MAX);
        return;
    }
    config->users = calloc(sg_yaml_count(map) + 1, sizeof *config->users);
    if (!config->users) {
        sg_yaml_problem(yaml, map, "%s", short_of_memory);
        return;
    }
    for (size_t i = 0; i < sg_yaml_count(map); i++) {
        const struct sg_yaml_node *name, *hash;
        sg_yaml_pair(map, i, &name, &hash);
        struct sg_web_user user = { strdup(sg_yaml_text(name).ptr),
            strdup(sg_yaml_text(hash).ptr) };
        if (!user.name || !user.hash)
            sg_yaml_problem(yaml, name, "%s", short_of_memory);
        else if (strchr(user.name, ':') || sg_yaml_text(name).len == 0)
            sg_yaml_problem(yaml, name, "a user's name must not be empty or contain a colon");
        else if (strlen(user.name) != sg_yaml_text(name).len)
            sg_yaml_problem(yaml, name, "a user's name must not contain a NUL character");
        else if (sg_yaml_find(map, user.name) != hash)
            sg_yaml_problem(yaml, name, "duplicate user \"%.80s\", first in line %zu", user.name,
                sg_yaml_line(sg_yaml_find(map, user.name)));
        else if (!is_bcrypt(user.hash)) /* not the value: it may be a password */
            sg_yaml_problem(yaml, hash, "not a bcrypt hash, as htpasswd -nBC 10 '' makes one");
        config->users[config->n_users++] = user;
    }
}

static void read_open_paths(
    struct sg_yaml *yaml, const struct sg_yaml_node *list, struct sg_web_config *config)
{
    if (!sg_yaml_is_list(list)) {
        sg_yaml_problem(yaml, list, "auth_excluded_paths: must be a list");
        return;
    }
    for (size_t i = 0; i < sg_yaml_count(list); i++) {
        const struct sg_yaml_node *item = sg_yaml_item(list, i);
        if (sg_str_equal(sg_yaml_text(item), SG_STR("/-/healthy")))
            config->healthy_is_open = true;
        else
            sg_yaml_problem(yaml, item,
                "auth_excluded_paths: only /-/healthy can be excluded; all others give information "
                "about the cluster");
    }
}

static void read_rate(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, struct sg_web_config *config)
{
    struct sg_str burst;
    char *end;

    if (!sg_yaml_expect_map(yaml, map, "rate_limit", rate_keys))
        return;
    (void)sg_yaml_read_duration_ms(yaml, map, "interval", &config->rate_interval_ms);
    config->rate_burst = 1;
    if (sg_yaml_read_text(yaml, map, "burst", &burst)) {
        config->rate_burst = strtol(burst.ptr, &end, 10);
        if (*end || end == burst.ptr || config->rate_burst < 1 || config->rate_burst > BURST_MAX)
            sg_yaml_problem(
                yaml, sg_yaml_find(map, "burst"), "burst: must be from 1 to %d", BURST_MAX);
    }
}

typedef void (*read_fn)(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_web_config *config);

static void read_root(struct sg_yaml *yaml, struct sg_web_config *config)
{
    static const read_fn readers[] = { read_tls, read_http, read_users, read_open_paths,
        read_rate };
    const struct sg_yaml_node *root = sg_yaml_root(yaml);

    if (!root || !sg_yaml_expect_map(yaml, root, "the file", root_keys))
        return; /* an empty file changes nothing */
    for (size_t i = 0; root_keys[i]; i++) {
        const struct sg_yaml_node *node = sg_yaml_find(root, root_keys[i]);
        if (node)
            readers[i](yaml, node, config);
    }
}

/* ---- Loading ---- */

SG_AUTO_DEFINE(struct sg_web_config *, sg_web_config_free);
SG_AUTO_DEFINE(struct sg_yaml *, sg_yaml_free);

int sg_web_config_load(const char *path,
    sg_config_problem_fn problem,
    void *context,
    struct sg_web_config **ret_config)
{
    sg_auto(sg_web_config_free) struct sg_web_config *config = calloc(1, sizeof *config);
    sg_auto(sg_yaml_free) struct sg_yaml *yaml = NULL;
    struct sg_error err = { "" };

    if (!config)
        return -ENOMEM;
    int r = sg_yaml_load_file(path, SG_FILE_NO_PIPE, &yaml, &err);
    if (r < 0)
        return r;
    if (r > 0) {
        problem(context, err.text);
        return SG_CONFIG_E_INVALID;
    }
    read_root(yaml, config);
    for (size_t i = 0; i < sg_yaml_n_problems(yaml); i++)
        problem(context, sg_yaml_get_problem(yaml, i));
    if (sg_yaml_n_problems(yaml))
        return SG_CONFIG_E_INVALID;
    *ret_config = sg_take(&config);
    return 0;
}

static void pem_done(struct sg_web_pem *pem)
{
    (void)sg_secret_wipe(pem->text);
    free(pem->text);
    free(pem->file);
    free(pem->where);
}

struct sg_web_config *sg_web_config_free(struct sg_web_config *config)
{
    if (!config)
        return NULL;
    pem_done(&config->tls.cert);
    pem_done(&config->tls.key);
    pem_done(&config->tls.client_ca);
    for (size_t i = 0; i < config->tls.n_allowed_sans; i++)
        free(config->tls.allowed_sans[i]);
    free(config->tls.allowed_sans);
    free(config->tls.priorities);
    free(config->tls.where);
    for (size_t i = 0; i < config->n_users; i++) {
        free(config->users[i].name);
        free(config->users[i].hash);
    }
    free(config->users);
    for (size_t i = 0; i < config->n_headers; i++)
        free(config->headers[i].value);
    free(config);
    return NULL;
}
