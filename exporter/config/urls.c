/* SPDX-License-Identifier: Apache-2.0 */
#include "config/urls.h"

#include "base/address.h"

#include <curl/curl.h>
#include <string.h>

#define SERVICE_URL "service:jmx:"

enum {
    NAME_LETTERS_MAX = 16,
    URL_BYTES_MAX = 4096,
};

static const char *const nothing[] = { NULL };

/* Is it http:// or https:// with a host? */
static bool looks_like_url(const char *url)
{
    const char *host = strstr(url, "://");
    return host && (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0) &&
           host[3] != '\0' && host[3] != '/' && host[3] != ':';
}

/* How much of an invalid URL is shown: what follows "?" may be a token. */
static int shown_len(const char *url)
{
    size_t len = strcspn(url, "?");
    return len < 120 ? (int)len : 120;
}

static bool has_secret(const char *url)
{
    return strchr(url, '@'); /* also if the rest is not a URL: it may have been intended as one */
}

/* The first {…} that is not one of the names, which end with NULL. */
static const char *unknown_placeholder(const char *template, const char *const *names)
{
    for (const char *brace = strchr(template, '{'); brace; brace = strchr(brace + 1, '{')) {
        bool known = false;
        for (size_t i = 0; names[i] && !known; i++)
            known = strncmp(brace, names[i], strlen(names[i])) == 0;
        if (!known)
            return brace;
    }
    return NULL;
}

/*
 * How much of a text from a brace on is shown: only a name. A brace may be in the middle of a
 * secret, and after "?" it probably is.
 */
static int quotable(const char *template, const char *brace)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    size_t len = strspn(brace + 1, letters);

    if (brace > template + strcspn(template, "?") || len > NAME_LETTERS_MAX)
        return 1;
    return (int)len + (brace[1 + len] == '}' ? 2 : 1);
}

static int check_placeholders(const char *template, const char *const *names, struct sg_error *err)
{
    const char *brace = unknown_placeholder(template, names);

    if (!brace)
        return 0;
    int len = quotable(template, brace);
    return sg_error_set(err, SG_URL_E_WRONG, "\"%.*s\" is not a placeholder here; %s%s%s%s%s", len,
        brace, names[0] ? "use " : "there are none", names[0] ? names[0] : "", names[0] ? ", " : "",
        names[0] ? names[1] : "", names[0] && names[2] ? ", {jmx_port}" : "");
}

/* The URL with "1" for every {…}, which fits a host, a port and a path. @return false: too long */
static bool fill_in(const char *url, char *out, size_t size)
{
    size_t n = 0;

    for (; *url && n + 1 < size; url++) {
        const char *end = *url == '{' ? strchr(url, '}') : NULL;
        out[n++] = *url;
        if (end) {
            out[n - 1] = '1';
            url = end;
        }
    }
    out[n] = '\0';
    return !*url;
}

/* Checked by curl, which will use it. @return what is wrong, or NULL */
static const char *complaint_about(const char *url)
{
    char filled[URL_BYTES_MAX];

    if (!fill_in(url, filled, sizeof filled))
        return "it is too long";
    for (const char *at = filled; *at; at++) {
        if (*at == ' ')
            return "it contains a space; write %20";
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return "it contains a control character";
    }
    CURLU *parsed = curl_url();
    if (!parsed)
        return "out of memory";
    CURLUcode code = curl_url_set(parsed, CURLUPART_URL, filled, 0);
    curl_url_cleanup(parsed);
    return code == CURLUE_OK ? NULL : curl_url_strerror(code);
}

/* The URL of one Jolokia: http:// or https://, without a password. */
static int check_http(const char *url, struct sg_error *err)
{
    if (has_secret(url))
        return sg_error_set(err, SG_URL_E_WRONG,
            "a URL with a password would be shown in logs; use \"username\" and "
            "\"password_file\"");
    if (!looks_like_url(url))
        return sg_error_set(err, SG_URL_E_WRONG,
            "\"%.*s\" is not a URL such as http://HOST:8778/jolokia/", shown_len(url), url);
    const char *complaint = complaint_about(url);
    if (complaint)
        return sg_error_set(
            err, SG_URL_E_WRONG, "\"%.*s\" is not a URL: %s", shown_len(url), url, complaint);
    return 0;
}

/* A JMX service URL. */
static int check_service(const char *url, struct sg_error *err)
{
    if (has_secret(url))
        return sg_error_set(err, SG_URL_E_WRONG,
            "a URL with a password would be shown in logs; use the proxy's \"username\" and "
            "\"password_file\"");
    if (strncmp(url, SERVICE_URL, sizeof SERVICE_URL - 1) != 0)
        return sg_error_set(err, SG_URL_E_WRONG,
            "\"%.*s\" is not a JMX service URL such as "
            "service:jmx:rmi:///jndi/rmi://HOST:9999/jmxrmi",
            shown_len(url), url);
    return 0;
}

/* Placeholders. Where they are allowed, one is required: brokers differ. */
static int check_template(
    const char *template, const char *const *names, const char *same_said, struct sg_error *err)
{
    int r = check_placeholders(template, names, err);

    for (size_t i = 0; names[i] && !r; i++) {
        if (strstr(template, names[i]))
            return 0;
    }
    return r || !names[0] ? r : sg_error_set(err, SG_URL_E_WRONG, "%s", same_said);
}

int sg_url_check_fixed(const char *url, struct sg_error *err)
{
    int r = check_http(url, err);
    return r ? r : check_template(url, nothing, NULL, err);
}

int sg_url_check_link(const char *url, struct sg_error *err)
{
    if (has_secret(url))
        return sg_error_set(err, SG_URL_E_WRONG, "a link with a password would be shown to all");
    const char *complaint = looks_like_url(url) ? complaint_about(url) : "no http:// or https://";
    return complaint ? sg_error_set(err, SG_URL_E_WRONG, "\"%.*s\" is not a link: %s",
                           shown_len(url), url, complaint)
                     : 0;
}

int sg_url_check_link_base(const char *url, struct sg_error *err)
{
    int r = sg_url_check_link(url, err);
    const char *after = strpbrk(url, "?#");

    if (r || !after)
        return r;
    return sg_error_set(
        err, SG_URL_E_WRONG, "a path is added to this link: it must end before \"%c\"", *after);
}

int sg_url_check_brokers(const char *url, struct sg_error *err)
{
    static const char *const names[] = { "{host}", "{id}", NULL };

    int r = check_http(url, err);
    return r ? r
             : check_template(url, names,
                   "the URL is the same for every broker: it needs {host} or {id}, or list the "
                   "brokers one by one under \"brokers\"",
                   err);
}

int sg_url_check_service_fixed(const char *url, struct sg_error *err)
{
    int r = check_service(url, err);
    return r ? r : check_template(url, nothing, NULL, err);
}

int sg_url_check_service_brokers(const char *url, struct sg_error *err)
{
    static const char *const names[] = { "{host}", "{id}", "{jmx_port}", NULL };

    int r = check_service(url, err);
    return r ? r
             : check_template(url, names,
                   "the target is the same for every broker: it needs {host}, {id} or {jmx_port}",
                   err);
}

int sg_url_check_jmx(const char *address, struct sg_error *err)
{
    struct sg_address parsed;

    bool is_url = strstr(address, "://");
    if (!is_url && sg_address_parse(address, &parsed, err))
        return SG_URL_E_WRONG;
    if (is_url || !parsed.host[0] || parsed.port <= 0)
        return sg_error_set(
            err, SG_URL_E_WRONG, "\"%.80s\" is not the address of a JMX port: HOST:PORT", address);
    return 0;
}

int sg_url_check_jmx_host(const char *host, struct sg_error *err)
{
    static const char *const names[] = { "{host}", "{id}", NULL };
    bool is_good =
        host[0] && strlen(host) < SG_ADDRESS_HOST_BYTES_MAX / 2 && !strpbrk(host, "/@[]?# \t");

    if (!is_good)
        return sg_error_set(err, SG_URL_E_WRONG, "\"%.80s\" is not a host's name", host);
    return check_placeholders(host, names, err);
}

bool sg_url_is_https(const char *url)
{
    return url && strncmp(url, "https://", 8) == 0;
}
