/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Checks of librdkafka's properties before a client is created from them: does the property exist,
 * is its value valid, do the files that it names exist. Messages never quote a value, which may be
 * a secret. Pure except for reading files; any thread.
 */

#include "base/error.h"
#include "config/config.h"

enum {
    SG_PROPERTY_E_WRONG = 1 /* err says what is wrong, and what is valid */
};

/** Check one property. @return 0, SG_PROPERTY_E_WRONG or -ENOMEM */
int sg_property_check(const char *name, const char *value, struct sg_error *err);

/**
 * Check all together: dependencies between them, and files. @param ret_at index of the wrong one;
 * properties->n: all
 * @return 0 or SG_PROPERTY_E_WRONG
 */
int sg_properties_check(
    const struct sg_cluster_config *cluster, size_t *ret_at, struct sg_error *err);

/** The value of a property, or of its alias, or NULL. Borrowed. */
const char *sg_property_of(const struct sg_cluster_config *cluster, const char *name);

/** librdkafka's message about a value, without the value, which it usually quotes. */
void sg_property_reason(
    struct sg_error *err, const char *reason, const char *name, const char *value);
