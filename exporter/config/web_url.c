/* SPDX-License-Identifier: Apache-2.0 */
#include "config/web_url.h"

#include "base/host.h"

#include <string.h>

/* Each of them is literal, so that a path is the same when decoded. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                            "-._~!$&'()*+,;=:@/";

bool sg_web_path_is_plain(const char *path)
{
    size_t len = strlen(path);

    return path[0] == '/' && len < SG_WEB_PATH_BYTES_MAX && strspn(path, plain) == len &&
           !strstr(path, "//") && !strstr(path, "/./") && !strstr(path, "/../");
}

static bool copy_path(const char *from, char to[SG_WEB_PATH_BYTES_MAX])
{
    size_t len;

    from += strspn(from, "/");
    len = strlen(from);
    while (len > 0 && from[len - 1] == '/')
        len--;
    if (len + 2 > SG_WEB_PATH_BYTES_MAX)
        return false;
    to[0] = len ? '/' : '\0';
    memcpy(to + 1, from, len);
    to[len ? len + 1 : 0] = '\0';
    return !len || sg_web_path_is_plain(to);
}

static bool read_external(const char *url, struct sg_web_urls *urls)
{
    bool https = strncmp(url, "https://", 8) == 0;

    if (!https && strncmp(url, "http://", 7) != 0)
        return false;
    const char *host = url + (https ? 8 : 7);
    size_t len = strcspn(host, "/");
    if (len >= sizeof urls->host)
        return false;
    memcpy(urls->host, host, len);
    urls->host[len] = '\0';
    urls->scheme = https ? "https" : "http";
    return sg_host_is_good(urls->host) && copy_path(host + len, urls->path);
}

int sg_web_urls_read(const char *external_url,
    const char *route_prefix,
    struct sg_web_urls *ret_urls,
    struct sg_error *err)
{
    struct sg_web_urls urls = { .scheme = NULL };

    if (external_url && !read_external(external_url, &urls)) {
        bool has_user =
            strchr(external_url, '@'); /* there may be a password, at an unknown position */
        return sg_error_set(err, SG_WEB_URL_E_BAD,
            "--web.external-url: \"%.*s\" is not a URL such as https://example.org/kafka, "
            "without user, query and escapes",
            has_user ? 9 : (int)strcspn(external_url, "?#"), has_user ? "(hidden)" : external_url);
    }
    if (!route_prefix)
        memcpy(urls.prefix, urls.path, sizeof urls.prefix);
    else if (!copy_path(route_prefix, urls.prefix))
        return sg_error_set(err, SG_WEB_URL_E_BAD,
            "--web.route-prefix: \"%.200s\" is not a path such as /kafka", route_prefix);
    *ret_urls = urls;
    return 0;
}
