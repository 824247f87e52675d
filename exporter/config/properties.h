/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Properties of librdkafka, looked at before any client is made from them: is there such a
 * property, is its value one that it can have, are there the files that it names. Messages never
 * quote a value, which may be a secret. Pure but for the files; any thread.
 */

#include "base/error.h"
#include "config/config.h"

enum {
    SG_PROPERTY_E_WRONG = 1 /* err says what, and what would be right */
};

/** One property by itself. @return 0, SG_PROPERTY_E_WRONG or -ENOMEM */
int sg_property_check(const char *name, const char *value, struct sg_error *err);

/**
 * All together: what one of them needs of the others, and files.
 * @param ret_at  which of them it is about; properties->n: about all
 * @return 0 or SG_PROPERTY_E_WRONG
 */
int sg_properties_check(
    const struct sg_cluster_config *cluster, size_t *ret_at, struct sg_error *err);

/** The value of a property, or of its other name, or NULL. Borrowed. */
const char *sg_property_of(const struct sg_cluster_config *cluster, const char *name);

/** librdkafka's complaint about a value, without the value, which it likes to quote. */
void sg_property_reason(
    struct sg_error *err, const char *reason, const char *name, const char *value);
