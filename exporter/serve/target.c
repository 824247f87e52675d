/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/target.h"

#include "base/host.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* @return what follows "http://" or "https://", or NULL */
static const char *skip_scheme(const char *url)
{
    if (strncasecmp(url, "http://", 7) == 0)
        return url + 7;
    return strncasecmp(url, "https://", 8) == 0 ? url + 8 : NULL;
}

const char *sg_target_path(const char *target, const char *host)
{
    const char *authority = skip_scheme(target);

    if (!authority)
        return target[0] == '/' ? target : NULL;
    size_t len = strcspn(authority, "/");
    if (!host || strlen(host) != len || strncasecmp(host, authority, len) != 0 ||
        !sg_host_is_good(host))
        return NULL;
    return authority[len] ? authority + len : "/";
}

/* Its length without the scheme's default port. */
static size_t length_of(const char *host, bool https)
{
    size_t len = strlen(host);
    size_t port_len = https ? 4 : 3;

    return len > port_len && strcmp(host + len - port_len, https ? ":443" : ":80") == 0
               ? len - port_len
               : len;
}

static bool same_host(const char *a, const char *b, bool https)
{
    size_t len = length_of(a, https);
    return len == length_of(b, https) && strncasecmp(a, b, len) == 0;
}

bool sg_sender_is_other_site(
    const struct sg_sender *sender, const char *scheme, const char *own_host)
{
    if (sender->fetch_site)
        return strcmp(sender->fetch_site, "same-origin") != 0 &&
               strcmp(sender->fetch_site, "none") != 0;
    if (!sender->origin)
        return false;
    const char *from = skip_scheme(sender->origin);
    if (!from) /* "null" too */
        return true;
    bool https = strncasecmp(sender->origin, "https:", 6) == 0;
    if (scheme && strcmp(scheme, https ? "https" : "http") == 0 && same_host(from, own_host, https))
        return false;
    /* A proxy may use TLS where we do not: the scheme may differ. */
    return !sender->host || !same_host(from, sender->host, https);
}
