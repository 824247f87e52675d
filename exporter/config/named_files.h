/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is in the files that a configuration names: certificates, keys, CAs, keytabs, rules. A file
 * that was replaced under the same path is a change at a reload.
 */

#include <stdbool.h>
#include <stdint.h>

/** Mix what is in a file, of which at most 4 MiB is looked at, into a number. */
void sg_fingerprint_add_file(uint64_t *fingerprint, const char *path);

/** Does the librdkafka property name a file, which is read once, when the client is made? */
bool sg_property_names_file(const char *property);
