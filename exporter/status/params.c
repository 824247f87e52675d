/* SPDX-License-Identifier: Apache-2.0 */
#include "status/params.h"

#include "status/html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const paths[SG_STATUS_PAGES] = { "", "brokers", "topics", "groups", "collectors",
    "events", "broker", "topic", "group", "find" };

const char *sg_status_page_path(enum sg_status_page page)
{
    return paths[page];
}

bool sg_status_page_find(const char *path, enum sg_status_page *ret_page)
{
    for (int i = 0; i < SG_STATUS_PAGES; i++) {
        if (strcmp(path + 1, paths[i]) == 0) {
            *ret_page = (enum sg_status_page)i;
            return true;
        }
    }
    return false;
}

/* ---- Parameters ---- */

enum kind {
    TEXT,
    NUMBER,
    LONG_NUMBER,
};

static const struct parameter {
    const char *name;
    enum kind kind;
    size_t place;
    unsigned long max; /* of a number */
} parameters[] = {
#define PLACE(field) offsetof(struct sg_status_params, field)
    { "cluster", TEXT, PLACE(cluster), 0 },
    { "broker", TEXT, PLACE(broker), 0 },
    { "topic", TEXT, PLACE(topic), 0 },
    { "group", TEXT, PLACE(group), 0 },
    { "q", TEXT, PLACE(q), 0 },
    { "state", TEXT, PLACE(state), 0 },
    { "sort", TEXT, PLACE(sort), 0 },
    { "kind", TEXT, PLACE(kind), 0 },
    { "severity", TEXT, PLACE(severity), 0 },
    { "range", TEXT, PLACE(range), 0 },
    { "page", NUMBER, PLACE(page), 1000000 },
    { "per", NUMBER, PLACE(per), SG_STATUS_ROWS_MAX },
    { "hours", NUMBER, PLACE(hours), 24 * 366 },
    { "refresh", NUMBER, PLACE(refresh_s), 3600 },
    { "all", NUMBER, PLACE(all), 1 },
    { "before", LONG_NUMBER, PLACE(before), 0 },
#undef PLACE
};

static const char *severity_word(int i)
{
    return i < SG_SEVERITIES ? sg_severity_text((enum sg_severity)i) : NULL;
}

static const char *kind_word(int i)
{
    return i < SG_EVENT_KINDS ? sg_event_kind_text((enum sg_event_kind)i) : NULL;
}

/* What would match no event, or be ignored, is a mistake. */
static bool is_allowed(const char *name, const char *value)
{
    const char *(*word)(int i) = strcmp(name, "severity") == 0 ? severity_word
                                 : strcmp(name, "kind") == 0   ? kind_word
                                                               : NULL;

    for (int i = 0; word && word(i); i++) {
        if (strcmp(word(i), value) == 0)
            return true;
    }
    return !word;
}

static bool is_digits(const char *value)
{
    return value[strspn(value, "0123456789")] == '\0' && strlen(value) < 19;
}

static int set_number(const struct parameter *parameter,
    const char *value,
    struct sg_status_params *params,
    struct sg_error *err)
{
    void *place = (char *)params + parameter->place;

    if (!is_digits(value))
        return sg_error_set(err, SG_STATUS_E_BAD, "%s must be a number", parameter->name);
    unsigned long number = strtoul(value, NULL, 10);
    if (parameter->kind == LONG_NUMBER) {
        *(uint64_t *)place = number;
        return 0;
    }
    if (number > parameter->max)
        return sg_error_set(
            err, SG_STATUS_E_BAD, "%s must be at most %lu", parameter->name, parameter->max);
    *(unsigned *)place = (unsigned)number;
    return 0;
}

int sg_status_params_set(
    struct sg_status_params *params, const char *name, const char *value, struct sg_error *err)
{
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        const struct parameter *parameter = &parameters[i];
        if (strcmp(parameter->name, name) != 0)
            continue;
        if (value[0] == '\0') /* an empty field of a form */
            return 0;
        if (parameter->kind != TEXT)
            return set_number(parameter, value, params, err);
        if (!is_allowed(name, value))
            return sg_error_set(err, SG_STATUS_E_BAD, "%s: there is no \"%.60s\"", name, value);
        *(struct sg_str *)(void *)((char *)params + parameter->place) = sg_str_of(value);
        return 0;
    }
    return sg_error_set(err, SG_STATUS_E_BAD, "unknown parameter \"%.60s\"", name);
}

void sg_status_params_write(const struct sg_status_params *params, struct sg_buf *html)
{
    const char *mark = "?";

    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        const struct parameter *parameter = &parameters[i];
        const void *place = (const char *)params + parameter->place;
        struct sg_str text = parameter->kind == TEXT ? *(const struct sg_str *)place : SG_STR("");
        uint64_t number = parameter->kind == NUMBER        ? *(const unsigned *)place
                          : parameter->kind == LONG_NUMBER ? *(const uint64_t *)place
                                                           : 0;
        if (text.len == 0 && number == 0)
            continue;
        (void)sg_buf_printf(html, "%s%s=", mark, parameter->name);
        mark = "&amp;";
        if (parameter->kind == TEXT)
            sg_html_url(html, text);
        else
            (void)sg_buf_printf(html, "%" PRIu64, number);
    }
}
