/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Parsing text that a series table has rendered: `name{a="b",c="d"} `, or `name `. Values stay
 * escaped, so they contain no unescaped quote. Pure functions; any thread.
 */

#include "metric/sample_set.h"

#include <stdint.h>

/** The text between the braces; empty without labels. @param text  the name may be missing; a
 * value may follow */
struct sg_str sg_text_labels(struct sg_str text);

/**
 * Remove the first label from rest and return it. The only parser of labels: everything that reads
 * labels uses it.
 * @param rest  of sg_text_labels; its end may be missing @return was there one?
 */
bool sg_text_next_label(struct sg_str *rest, struct sg_label *ret_label);

/** @param labels  of sg_text_labels @return is there such a label? */
bool sg_text_find_label(struct sg_str labels, struct sg_str name, struct sg_str *ret_value);

/**
 * Find several labels in one pass.
 * @param labels      of sg_text_labels
 * @param ret_values  one per name, borrowed from labels; its ptr is NULL when there is no such
 * label
 */
void sg_text_find_labels(
    struct sg_str labels, const struct sg_str *names, size_t n_names, struct sg_str *ret_values);

/** Unescape a label value. @param plain  room for value.len bytes @return the length */
size_t sg_text_unescape(struct sg_str value, char *plain);

/** Is a label value equal to this text, once unescaped? */
bool sg_text_means(struct sg_str value, struct sg_str plain);

/**
 * Group the series of a summary: quantiles, in numeric order, then sum and count of the same
 * labels, as OpenMetrics requires; otherwise the order is kept. @param series reordered along with
 * texts @return 0 or -ENOMEM
 */
int sg_text_group_summary(struct sg_series_text *texts, uint32_t *series, size_t n);
