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

/**
 * Take the first label off. The one reader of labels: all that look into a text go through it.
 * @param rest  of sg_text_labels; its end may be missing @return was there one?
 */
bool sg_text_next_label(struct sg_str *rest, struct sg_label *ret_label);

/** @param labels  of sg_text_labels @return is there such a label? */
bool sg_text_find_label(struct sg_str labels, struct sg_str name, struct sg_str *ret_value);

/**
 * Several of them, with the labels read once.
 * @param labels      of sg_text_labels
 * @param ret_values  one per name, borrowed from labels; its ptr is NULL when there is no such
 * label
 */
void sg_text_find_labels(
    struct sg_str labels, const struct sg_str *names, size_t n_names, struct sg_str *ret_values);

/** What a value of a label means. @param plain  room for value.len bytes @return how many it is */
size_t sg_text_unescape(struct sg_str value, char *plain);

/** Does a value of a label mean this? */
bool sg_text_means(struct sg_str value, struct sg_str plain);

/**
 * Bring the series of a summary into groups: quantiles, by their number, then sum and count of the
 * same labels stand together, as OpenMetrics wants it; otherwise the order stays.
 * @param series  goes along with texts @return 0 or -ENOMEM
 */
int sg_text_group_summary(struct sg_series_text *texts, uint32_t *series, size_t n);
