/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The lists of all brokers, topics, groups and collectors. Internal to this room. */

#include "status/table.h"

struct sg_table sg_list_brokers(const struct sg_page *page);
struct sg_table sg_list_topics(const struct sg_page *page);
struct sg_table sg_list_groups(const struct sg_page *page);
struct sg_table sg_list_collectors(const struct sg_page *page);
