/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Which numbers of a view are recorded in the history. */

#include "watch/history.h"
#include "watch/view.h"

enum sg_plot {
    SG_PLOT_BROKER_BYTES_IN, /* per second, as the other rates */
    SG_PLOT_BROKER_BYTES_OUT,
    SG_PLOT_BROKER_MESSAGES_IN,
    SG_PLOT_BROKER_HANDLERS_IDLE, /* 0 to 1 */
    SG_PLOT_BROKER_NETWORK_IDLE,
    SG_PLOT_TOPIC_RECORDS_IN,
    SG_PLOT_GROUP_LAG_SECONDS,
    SG_PLOT_GROUP_LAG,
    SG_PLOT_GROUP_RECORDS_READ,
};

/* One of them. Texts are borrowed for the call. */
struct sg_plot_of {
    enum sg_plot plot;
    struct sg_str cluster;
    struct sg_str name; /* a broker's id, a topic's or a group's name */
};

/** Record the numbers of a view. */
void sg_plots_add(struct sg_history *history, const struct sg_view *view);

/** As sg_history_points() */
void sg_plots_points(struct sg_history *history,
    const struct sg_plot_of *of,
    enum sg_history_span span,
    int64_t now_ms,
    float *ret_points);

/** As sg_history_rate() */
double sg_plots_rate(struct sg_history *history, const struct sg_plot_of *of, int64_t now_ms);
