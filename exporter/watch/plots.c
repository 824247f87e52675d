/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/plots.h"

#include <math.h>
#include <stdio.h>

enum {
    KEY_BYTES_MAX = 4096
};

/* The length of the cluster's name keeps two names apart. */
static struct sg_str key_of(const struct sg_plot_of *of, char bytes[KEY_BYTES_MAX])
{
    int n = snprintf(bytes, KEY_BYTES_MAX, "%d %zu " SG_STR_FMT SG_STR_FMT, (int)of->plot,
        of->cluster.len, SG_STR_ARG(of->cluster), SG_STR_ARG(of->name));

    return (struct sg_str){ bytes, n < KEY_BYTES_MAX ? (size_t)n : KEY_BYTES_MAX - 1 };
}

struct adder {
    struct sg_history *history;
    int64_t now_ms;
    struct sg_str cluster;
    struct sg_str name;
};

static void add(const struct adder *to, enum sg_plot plot, double value)
{
    const struct sg_plot_of of = { plot, to->cluster, to->name };
    char bytes[KEY_BYTES_MAX];

    if (isnan(value))
        return;
    switch (plot) {
    case SG_PLOT_BROKER_HANDLERS_IDLE:
    case SG_PLOT_BROKER_NETWORK_IDLE:
    case SG_PLOT_GROUP_LAG_SECONDS:
    case SG_PLOT_GROUP_LAG:
        sg_history_add_gauge(to->history, key_of(&of, bytes), to->now_ms, value);
        break;
    default:
        sg_history_add_counter(to->history, key_of(&of, bytes), to->now_ms, value);
    }
}

static int64_t collected_ms(const struct sg_view *view, uint32_t cluster)
{
    return sg_view_cluster_at(view, cluster)->collected_ms;
}

static void add_brokers(struct sg_history *history, const struct sg_view *view)
{
    for (uint32_t i = 0; i < view->brokers.n; i++) {
        const struct sg_view_broker *broker = sg_view_broker_at(view, i);
        const struct adder to = { history, broker->collected_ms,
            sg_view_cluster_name(view, broker->cluster), broker->id };
        add(&to, SG_PLOT_BROKER_BYTES_IN, broker->bytes_in);
        add(&to, SG_PLOT_BROKER_BYTES_OUT, broker->bytes_out);
        add(&to, SG_PLOT_BROKER_MESSAGES_IN, broker->messages_in);
        add(&to, SG_PLOT_BROKER_HANDLERS_IDLE, broker->handlers_idle);
        add(&to, SG_PLOT_BROKER_NETWORK_IDLE, broker->network_idle);
    }
}

/* Their lag in seconds first: it counts most when there is not room for all. */
static void add_groups(struct sg_history *history, const struct sg_view *view, enum sg_plot plot)
{
    for (uint32_t i = 0; i < view->groups.n; i++) {
        const struct sg_view_group *group = sg_view_group_at(view, i);
        const struct adder to = { history, collected_ms(view, group->cluster),
            sg_view_cluster_name(view, group->cluster), group->name };
        add(&to, plot,
            plot == SG_PLOT_GROUP_LAG_SECONDS ? group->lag_seconds
            : plot == SG_PLOT_GROUP_LAG       ? group->lag
                                              : group->committed);
    }
}

void sg_plots_add(struct sg_history *history, const struct sg_view *view)
{
    add_brokers(history, view);
    add_groups(history, view, SG_PLOT_GROUP_LAG_SECONDS);
    for (uint32_t i = 0; i < view->topics.n; i++) {
        const struct sg_view_topic *topic = sg_view_topic_at(view, i);
        const struct adder to = { history, collected_ms(view, topic->cluster),
            sg_view_cluster_name(view, topic->cluster), topic->name };
        add(&to, SG_PLOT_TOPIC_RECORDS_IN, topic->ends);
    }
    add_groups(history, view, SG_PLOT_GROUP_LAG);
    add_groups(history, view, SG_PLOT_GROUP_RECORDS_READ);
}

void sg_plots_points(struct sg_history *history,
    const struct sg_plot_of *of,
    enum sg_history_span span,
    int64_t now_ms,
    float *ret_points)
{
    char bytes[KEY_BYTES_MAX];

    sg_history_points(history, key_of(of, bytes), span, now_ms, ret_points);
}

double sg_plots_rate(struct sg_history *history, const struct sg_plot_of *of, int64_t now_ms)
{
    char bytes[KEY_BYTES_MAX];

    return sg_history_rate(history, key_of(of, bytes), now_ms);
}
