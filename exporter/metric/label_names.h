/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Names of labels that are spoken for: those that the program gives its own series, and those that
 * Prometheus gives a meaning. A configuration that uses one for something else would put a label
 * into a series twice, and Prometheus refuses a page with such a series as a whole.
 * tests/check_docs.py compares the lists with the code and the catalogues. Pure; any thread.
 */

#include "base/str.h"

#include <stdbool.h>

/** Has the name a meaning in series of the exporter itself, of clusters, or of Prometheus? */
bool sg_label_name_is_own(struct sg_str name);

/**
 * Does it tell apart JVMs, is it in a built-in catalogue, or is it Prometheus's? Series of JVMs
 * have no others of ours.
 */
bool sg_label_name_is_of_jvm(struct sg_str name);
