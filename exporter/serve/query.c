/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/query.h"

#include "collectors/collector.h"
#include "metric/text.h"

#include <stdio.h>
#include <string.h>

/* A client's text, for one line of an answer: short and printable. */
struct quoted {
    char text[64];
};

static struct quoted quote(const char *value)
{
    struct quoted quoted;
    size_t n = 0;

    for (; value[n] && n + 4 < sizeof quoted.text; n++)
        quoted.text[n] = value[n] >= ' ' && value[n] < 0x7f ? value[n] : '?';
    memcpy(quoted.text + n, value[n] ? "..." : "", value[n] ? 4 : 1);
    return quoted;
}

static int unknown_parameter(const char *name, const char *taken, struct sg_error *err)
{
    return sg_error_set(
        err, SG_QUERY_E_BAD, "unknown parameter \"%s\"; %s", quote(name).text, taken);
}

int sg_query_expect_none(const struct sg_query *query, struct sg_error *err)
{
    return query->n == 0 ? 0 : unknown_parameter(query->args[0].name, "this path has none", err);
}

/* ---- collect[] and exclude[] ---- */

/* The collector with slots of this name, and the name's index among all; NULL: none. */
static const struct sg_collector *find_collector(const char *name, size_t *ret_place)
{
    size_t place = 0;

    for (size_t i = 0; i < sg_n_collectors; i++) {
        for (const char *const *slot = sg_collectors[i]->slots; *slot; slot++, place++) {
            if (strcmp(name, *slot) != 0)
                continue;
            *ret_place = place;
            return sg_collectors[i];
        }
    }
    return NULL;
}

static int unknown_collector(const struct sg_query_arg *arg, struct sg_error *err)
{
    char names[200] = "";
    size_t len = 0;

    for (size_t i = 0; i < sg_n_collectors; i++) {
        for (const char *const *slot = sg_collectors[i]->slots; *slot; slot++) {
            bool is_last = i + 1 == sg_n_collectors && !slot[1];
            int n = snprintf(names + len, sizeof names - len, "%s%s",
                len == 0  ? ""
                : is_last ? " and "
                          : ", ",
                *slot);
            len += (size_t)n < sizeof names - len ? (size_t)n : 0;
        }
    }
    return sg_error_set(err, SG_QUERY_E_BAD, "%s: no collector \"%s\"; there are %s", arg->name,
        quote(arg->value).text, names);
}

/* What has been read of them. */
struct choices {
    struct sg_collect collect;
    bool collects, excludes;
};

/* @param known  what is said of an unknown parameter */
static int read_choice(const struct sg_query_arg *arg,
    const char *known,
    struct choices *choices,
    struct sg_error *err)
{
    bool is_collect = strcmp(arg->name, "collect[]") == 0;
    size_t place;

    if (!is_collect && strcmp(arg->name, "exclude[]") != 0)
        return unknown_parameter(arg->name, known, err);
    if (!find_collector(arg->value, &place))
        return unknown_collector(arg, err);
    choices->collects = choices->collects || is_collect;
    choices->excludes = choices->excludes || !is_collect;
    choices->collect.chosen[place] = true;
    return 0;
}

static int end_choices(
    const struct choices *choices, struct sg_collect *ret_collect, struct sg_error *err)
{
    struct sg_collect collect = choices->collect;

    if (choices->collects && choices->excludes)
        return sg_error_set(err, SG_QUERY_E_BAD, "collect[] and exclude[] cannot be used together");
    for (size_t i = 0; !choices->collects && i < SG_COLLECT_MAX; i++)
        collect.chosen[i] = !collect.chosen[i];
    collect.everything = !choices->collects && !choices->excludes;
    *ret_collect = collect;
    return 0;
}

int sg_collect_read(
    const struct sg_query *query, struct sg_collect *ret_collect, struct sg_error *err)
{
    struct choices choices = { .collects = false };

    for (size_t i = 0; i < query->n; i++) {
        const struct sg_query_arg *arg = &query->args[i];
        if (strcmp(arg->name, "exclude[]") == 0 && strcmp(arg->value, "brokers") == 0) {
            choices.excludes = true;
            choices.collect.no_brokers = true;
            continue;
        }
        int r = read_choice(arg, "only collect[] and exclude[] are known", &choices, err);
        if (r)
            return r;
    }
    return end_choices(&choices, ret_collect, err);
}

static enum sg_choice choose_collector(const void *context, const struct sg_source *source)
{
    const struct sg_wish *wish = context;
    const struct sg_collect *collect = wish->collect;
    size_t place;
    const struct sg_collector *collector = find_collector(source->collector, &place);

    if (!collector || !collect->chosen[place])
        return SG_CHOICE_NOTHING;
    if (collect->no_brokers && collector->scope == SG_SCOPE_TARGET &&
        wish->is_broker(wish->context, source->cluster, source->target))
        return SG_CHOICE_NOTHING;
    return SG_CHOICE_ALL;
}

struct sg_selection sg_collect_selection(const struct sg_wish *wish)
{
    return (struct sg_selection){ .source = choose_collector, .context = wish };
}

/* ---- /probe and /-/forget ---- */

/* A parameter besides the broker's. @param choices  NULL: there are none to make */
static int read_other(const struct sg_query_arg *arg, struct choices *choices, struct sg_error *err)
{
    if (!choices)
        return unknown_parameter(arg->name, "only cluster and broker are known", err);
    return read_choice(
        arg, "only cluster, broker, collect[] and exclude[] are known", choices, err);
}

/* @param choices  as above */
static int read_broker(const struct sg_query *query,
    struct choices *choices,
    struct sg_probe *probe,
    struct sg_error *err)
{
    for (size_t i = 0; i < query->n; i++) {
        const struct sg_query_arg *arg = &query->args[i];
        bool is_cluster = strcmp(arg->name, "cluster") == 0;
        if (!is_cluster && strcmp(arg->name, "broker") != 0) {
            int r = read_other(arg, choices, err);
            if (r)
                return r;
            continue;
        }
        const char **place = is_cluster ? &probe->cluster : &probe->broker;
        if (*place)
            return sg_error_set(err, SG_QUERY_E_BAD, "%s: given twice", arg->name);
        *place = arg->value;
    }
    bool has_cluster = probe->cluster && probe->cluster[0];
    if (!has_cluster || !probe->broker || !probe->broker[0])
        return sg_error_set(err, SG_QUERY_E_BAD, "%s is missing: ?cluster=NAME&broker=ID",
            has_cluster ? "broker" : "cluster");
    return 0;
}

int sg_probe_read(const struct sg_query *query, struct sg_probe *ret_probe, struct sg_error *err)
{
    struct sg_probe probe = { .cluster = NULL };
    struct choices choices = { .collects = false };

    int r = read_broker(query, &choices, &probe, err);
    if (!r)
        r = end_choices(&choices, &probe.collect, err);
    if (!r)
        *ret_probe = probe;
    return r;
}

int sg_forget_read(const struct sg_query *query, struct sg_probe *ret_probe, struct sg_error *err)
{
    struct sg_probe probe = { .cluster = NULL };

    int r = read_broker(query, NULL, &probe, err);
    if (!r)
        *ret_probe = probe;
    return r;
}

static enum sg_choice choose_broker(const void *context, const struct sg_source *source)
{
    const struct sg_probe *probe = context;
    size_t place;
    const struct sg_collector *collector = find_collector(source->collector, &place);

    if (!collector || !probe->collect.chosen[place])
        return SG_CHOICE_NOTHING;
    if (collector->scope == SG_SCOPE_PROGRAM)
        return SG_CHOICE_BY_LINE;
    if (strcmp(source->cluster, probe->cluster) != 0)
        return SG_CHOICE_NOTHING;
    if (collector->scope == SG_SCOPE_CLUSTER)
        return SG_CHOICE_BY_LINE;
    return strcmp(source->target, probe->broker) == 0 ? SG_CHOICE_ALL : SG_CHOICE_NOTHING;
}

/* The broker of a line, from the label that may name it. @return its ptr is NULL: none */
static struct sg_str broker_of(
    const struct sg_probe *probe, struct sg_str line, struct sg_str *ret_cluster)
{
    const struct sg_str names[] = { SG_STR("broker"), sg_str_of(probe->cluster_label) };
    struct sg_str labels = sg_text_labels(line);
    struct sg_str values[2], broker = { NULL, 0 };

    sg_text_find_labels(labels, names, 2, values);
    *ret_cluster = values[1];
    if (values[0].ptr)
        return values[0];
    for (size_t i = 0; i < sg_n_collectors; i++) {
        const struct sg_collector *collector = sg_collectors[i];
        if (collector->broker_line && sg_str_starts_with(line, sg_str_of(collector->broker_line)) &&
            sg_text_find_label(labels, sg_str_of(collector->broker_label), &broker))
            return broker;
    }
    return (struct sg_str){ NULL, 0 };
}

static bool may_name_broker(const void *context, struct sg_str line)
{
    struct sg_str cluster;

    return broker_of(context, line, &cluster).ptr != NULL;
}

static bool names_broker(const void *context, struct sg_str line)
{
    const struct sg_probe *probe = context;
    struct sg_str cluster;
    struct sg_str broker = broker_of(probe, line, &cluster);

    return broker.ptr && sg_text_means(broker, sg_str_of(probe->broker)) && cluster.ptr &&
           sg_text_means(cluster, sg_str_of(probe->cluster));
}

struct sg_selection sg_probe_selection(const struct sg_probe *probe)
{
    return (struct sg_selection){ choose_broker, names_broker, may_name_broker, probe };
}
