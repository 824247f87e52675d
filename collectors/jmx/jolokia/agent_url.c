/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/agent_url.h"

#include "base/str.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_url(CURLU **url)
{
    curl_url_cleanup(*url);
}

static int parse_url(CURLU *url, const char *text, bool *ret_is_https, struct sg_error *err)
{
    char *scheme = NULL;

    CURLUcode code = curl_url_set(url, CURLUPART_URL, text, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
    if (code != CURLUE_OK)
        return sg_error_set(
            err, SG_AGENT_URL_E_WRONG, "the Jolokia URL is not a URL: %s", curl_url_strerror(code));
    *ret_is_https = strcmp(scheme, "https") == 0;
    bool is_either = *ret_is_https || strcmp(scheme, "http") == 0;
    curl_free(scheme);
    return is_either ? 0
                     : sg_error_set(err, SG_AGENT_URL_E_WRONG,
                           "the Jolokia URL must be http:// or https://");
}

static int add_slash(CURLU *url)
{
    char *path = NULL, *with_slash = NULL;

    if (curl_url_get(url, CURLUPART_PATH, &path, 0) != CURLUE_OK)
        return -ENOMEM;
    bool has_slash = sg_str_ends_with(sg_str_of(path), SG_STR("/"));
    int n = has_slash ? 0 : asprintf(&with_slash, "%s/", path);
    curl_free(path);
    if (has_slash)
        return 0;
    int r = n >= 0 && curl_url_set(url, CURLUPART_PATH, with_slash, 0) == CURLUE_OK ? 0 : -ENOMEM;
    if (n >= 0)
        free(with_slash);
    return r;
}

/* @return owned, or NULL when memory is short */
static char *text_of_url(CURLU *url)
{
    char *text = NULL;

    if (curl_url_get(url, CURLUPART_URL, &text, 0) != CURLUE_OK)
        return NULL;
    char *copy = strdup(text);
    curl_free(text);
    return copy;
}

/* The form for display: without user, password, and what is after "?". @return owned or NULL */
static char *shown_text_of_url(CURLU *url)
{
    __attribute__((cleanup(free_url))) CURLU *shown = curl_url_dup(url);
    char *query = NULL;

    if (!shown || curl_url_set(shown, CURLUPART_USER, NULL, 0) != CURLUE_OK ||
        curl_url_set(shown, CURLUPART_PASSWORD, NULL, 0) != CURLUE_OK ||
        curl_url_set(shown, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK)
        return NULL;
    if (curl_url_get(shown, CURLUPART_QUERY, &query, 0) == CURLUE_OK) {
        curl_free(query);
        if (curl_url_set(shown, CURLUPART_QUERY, "(hidden)", 0) != CURLUE_OK)
            return NULL;
    }
    return text_of_url(shown);
}

/*
 * The certificate is for another name than the URL's: the URL gets that name, which curl verifies,
 * while the connection and the header Host keep the real one.
 */
static int set_server_name(CURLU *url, const char *server_name, struct sg_agent_url *agent)
{
    char *host = NULL;
    char *port = NULL;

    if (curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        return -ENOMEM;
    (void)curl_url_get(url, CURLUPART_PORT, &port, 0);
    if (asprintf(&agent->host_header, "Host: %s%s%s", host, port ? ":" : "", port ? port : "") < 0)
        agent->host_header = NULL;
    if (asprintf(&agent->connect_to, "::%s:", host) < 0)
        agent->connect_to = NULL;
    curl_free(host);
    curl_free(port);
    return agent->host_header && agent->connect_to &&
                   curl_url_set(url, CURLUPART_HOST, server_name, 0) == CURLUE_OK
               ? 0
               : -ENOMEM;
}

int sg_agent_url_read(
    const char *text, const char *server_name, struct sg_agent_url *ret_agent, struct sg_error *err)
{
    __attribute__((cleanup(free_url))) CURLU *url = curl_url();
    struct sg_agent_url agent = { .shown = NULL };

    if (!url)
        return -ENOMEM;
    int r = parse_url(url, text, &agent.is_https, err);
    if (!r)
        r = add_slash(url);
    if (r)
        return r;
    agent.shown = shown_text_of_url(url);
    if (server_name)
        r = set_server_name(url, server_name, &agent);
    agent.asked = text_of_url(url);
    if (r || !agent.shown || !agent.asked) {
        sg_agent_url_done(&agent);
        return -ENOMEM;
    }
    *ret_agent = agent;
    return 0;
}

void sg_agent_url_done(struct sg_agent_url *agent)
{
    free(agent->shown);
    free(agent->asked);
    free(agent->host_header);
    free(agent->connect_to);
    *agent = (struct sg_agent_url){ .shown = NULL };
}
