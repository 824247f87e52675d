/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The rows of the lists of /api/v1, written as JSON to the page's text. Internal to this room.
 */

#include "status/json.h"
#include "status/page.h"

/* What the rows are called, for people who filter by it. */
const char *sg_api_cluster_state(const struct sg_view_cluster *cluster);
const char *sg_api_broker_state(const struct sg_view_broker *broker);
const char *sg_api_topic_state(const struct sg_view_topic *topic);
const char *sg_api_group_state(const struct sg_view_group *group); /* its status, or "unknown" */

/* "critical", "warning", "ok"; empty when it is not known. */
const char *sg_api_cluster_severity(const struct sg_page *page, uint32_t i);
const char *sg_api_broker_severity(const struct sg_view_broker *broker);
const char *sg_api_topic_severity(const struct sg_view_topic *topic);
const char *sg_api_group_severity(const struct sg_view_group *group);

/* The members of a row's object. */
void sg_api_put_cluster(struct sg_page *page, uint32_t i);
void sg_api_put_broker(struct sg_page *page, uint32_t i);
void sg_api_put_topic(struct sg_page *page, uint32_t i);
void sg_api_put_group(struct sg_page *page, uint32_t i);

/* With the partitions of the row, for one that was asked for by name. */
void sg_api_put_topic_with_partitions(struct sg_page *page, uint32_t i);
void sg_api_put_group_with_partitions(struct sg_page *page, uint32_t i);

/** The object of an event. */
void sg_api_put_event(struct sg_page *page, const struct sg_event *event);

/** A list of causes. @param cluster  SG_INDEX_NONE: those of no cluster */
void sg_api_put_causes(struct sg_page *page, uint32_t cluster);
