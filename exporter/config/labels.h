/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Labels that the configuration adds to series: those of every cluster ("constant" under "labels",
 * or --kafka.labels) and those of a JVM. The flag's form is NAME=VALUE,NAME=VALUE.
 */

#include "config/schema.h"

/* Array of struct sg_setting; n_at: size_t. Neither the cluster's label nor a constant one. */
extern const struct sg_kind sg_kind_labels;

/** Checks of a label's name: may a user give it to every series, to a JVM's, to the clusters'? */
int sg_label_check_own(const char *name, struct sg_error *err);
int sg_label_check_jvm(const char *name, struct sg_error *err);
