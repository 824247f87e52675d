/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Reserved label names: those that the program uses in its own series, and those with a meaning in
 * Prometheus. A configuration that uses one for something else would give a series a duplicate
 * label, and Prometheus rejects a whole page with such a series. tests/check_docs.py compares the
 * lists with the code and the catalogues. Pure; any thread.
 */

#include "base/str.h"

#include <stdbool.h>

/** Has the name a meaning in series of the exporter itself, of clusters, or of Prometheus? */
bool sg_label_name_is_own(struct sg_str name);

/**
 * Does it identify JVMs, is it in a built-in catalogue, or is it Prometheus's? Series of JVMs have
 * no other labels of ours.
 */
bool sg_label_name_is_of_jvm(struct sg_str name);
