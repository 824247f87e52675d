/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The label `quantile` of a summary is a number written as text. Prometheus 3 stores 0.50 as 0.5,
 * while earlier versions store it as sent: only with the canonical spelling it is the same series
 * in both. Pure functions; any thread.
 *
 * Source: OpenMetrics 1.0, "Considerations: Canonical Numbers"; Prometheus,
 * normalizeFloatsInLabelValues().
 */

#include "base/number.h"
#include "base/str.h"

#include <stdbool.h>

/** @return is it a decimal number? */
bool sg_quantile_read(struct sg_str text, double *ret_value);

/** The canonical spelling, 0.5 or 1.0. @param out room for SG_NUMBER_TEXT_MAX @return its length */
size_t sg_quantile_write(char *out, double value);
