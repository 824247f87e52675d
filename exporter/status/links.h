/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Links to other programs, if the configuration has their URLs. Internal to this room. */

#include "status/page.h"

/** The runbook of a kind of cause: "KafkaBrokerDown", the alert's name. NULL: it has none */
const char *sg_links_runbook(const char *cause);

/** " Runbook", linked; nothing without one. */
void sg_put_runbook_link(struct sg_page *page, const struct sg_cause *cause);

/**
 * "Grafana" and "Prometheus", linked: the board with its variables, all series of the thing.
 * @param board  its uid @param label  of the series, and the variable; empty: only the cluster
 */
void sg_put_other_links(struct sg_page *page,
    const char *board,
    struct sg_str cluster,
    const char *label,
    struct sg_str value);
