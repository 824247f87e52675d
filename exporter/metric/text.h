/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Reading what a series table has rendered: `name{a="b",c="d"} `, or `name `. Values stay escaped,
 * so they hold no bare quote. Pure functions; any thread.
 */

#include "metric/sample_set.h"

#include <stdint.h>

/** What stands between the braces; empty without labels. @param text  the name may be missing; a
 * value may follow */
struct sg_str sg_text_labels(struct sg_str text);

/** Take the first label off. @param rest  of sg_text_labels @return was there one? */
bool sg_text_next_label(struct sg_str *rest, struct sg_label *ret_label);

/** @param labels  of sg_text_labels @return is there such a label? */
bool sg_text_find_label(struct sg_str labels, struct sg_str name, struct sg_str *ret_value);

/**
 * Bring the series of a summary into groups: quantiles, by their number, then sum and count of the
 * same labels stand together, as OpenMetrics wants it; otherwise the order stays.
 * @param series  goes along with texts @return 0 or -ENOMEM
 */
int sg_text_group_summary(struct sg_series_text *texts, uint32_t *series, size_t n);
