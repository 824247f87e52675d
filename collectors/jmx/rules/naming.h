/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Names as jmx_exporter and client_java write them. Pure functions; any thread.
 *
 * Source: jmx_exporter's JmxCollector (toSafeName, toSnakeAndLowerCase); client_java's
 * PrometheusNaming (reserved suffixes).
 */

#include "base/buf.h"
#include "base/str.h"

/**
 * Append text as a legal name: every run of illegal characters and underscores becomes one "_", and
 * a leading digit gets one before it.
 */
void sg_naming_add_safe(struct sg_buf *buf, struct sg_str text);

/** Append text with "_" before each word of camelCase, in lower case. */
void sg_naming_add_snake_case(struct sg_buf *buf, struct sg_str text);

/** Make ASCII letters lower-case in place. */
void sg_naming_lower(char *text, size_t len);

/**
 * The name without the suffixes that the exposition format keeps for types: _total, _created,
 * _bucket, _info, repeatedly. A name that is only such a suffix loses only its underscore. @return
 * borrowed from name
 */
struct sg_str sg_naming_base(struct sg_str name);
