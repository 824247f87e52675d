/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How jmx_exporter and client_java spell names. Pure functions; any thread.
 *
 * Source: jmx_exporter's JmxCollector (toSafeName, toSnakeAndLowerCase); client_java's
 * PrometheusNaming (reserved suffixes).
 */

#include "base/buf.h"
#include "base/str.h"

/**
 * Append text as a legal name: every run of illegal characters and underscores becomes one "_", and
 * one goes in front of a leading digit.
 */
void sg_naming_add_safe(struct sg_buf *buf, struct sg_str text);

/** Append text with "_" before each word of camelCase, in lower case. */
void sg_naming_add_snake_case(struct sg_buf *buf, struct sg_str text);

/** Make ASCII letters lower-case in place. */
void sg_naming_lower(char *text, size_t len);

/**
 * The name without the suffixes that the exposition format keeps for types: _total, _created,
 * _bucket, _info, as often as one is there. A name that is nothing but such a suffix loses its
 * underscore only. @return borrowed from name
 */
struct sg_str sg_naming_base(struct sg_str name);
