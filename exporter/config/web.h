/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The file of --web.config.file: TLS, passwords, headers, rate limit, in exporter-toolkit's format.
 *
 * Strict: an unknown key is a problem with its position. Relative paths are relative to the file's
 * own directory. Connects to nothing and reads no other file; whoever uses the certificates reads
 * them. A loaded configuration is immutable. Source: exporter-toolkit, "Web configuration".
 */

#include "config/load.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sg_client_auth {
    SG_CLIENT_AUTH_NONE,
    SG_CLIENT_AUTH_REQUEST,
    SG_CLIENT_AUTH_REQUIRE_ANY,
    SG_CLIENT_AUTH_VERIFY_IF_GIVEN,
    SG_CLIENT_AUTH_REQUIRE_AND_VERIFY,
};

/* Each of the three is text or the path of a file, never both; NULL: neither. */
struct sg_web_pem {
    char *text;
    char *file;
    char *where; /* FILE:LINE:COLUMN of the key, for messages; NULL when neither */
};

struct sg_web_tls {
    struct sg_web_pem cert;
    struct sg_web_pem key;
    struct sg_web_pem client_ca;
    enum sg_client_auth client_auth;
    size_t n_allowed_sans;
    char **allowed_sans;
    char *priorities; /* GnuTLS priorities: versions, ciphers and curves */
    char *where;      /* FILE:LINE:COLUMN */
};

struct sg_web_user {
    char *name;
    char *hash; /* bcrypt */
};

struct sg_web_header {
    const char *name; /* a constant */
    char *value;
};

enum {
    SG_WEB_HEADERS_MAX = 5
};

struct sg_web_config {
    bool has_tls;
    struct sg_web_tls tls;
    size_t n_users;
    struct sg_web_user *users;
    bool healthy_is_open; /* /-/healthy is answered without a password */
    size_t n_headers;
    struct sg_web_header headers[SG_WEB_HEADERS_MAX];
    int64_t rate_interval_ms; /* time to one more request; 0: no limit */
    int64_t rate_burst;
};

/**
 * @param problem  receives every problem
 * @return 0, SG_CONFIG_E_INVALID or -ENOMEM
 */
int sg_web_config_load(const char *path,
    sg_config_problem_fn problem,
    void *context,
    struct sg_web_config **ret_config);

/** @return NULL; config may be NULL */
struct sg_web_config *sg_web_config_free(struct sg_web_config *config);
