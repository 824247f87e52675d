/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The content of files that a configuration names: certificates, keys, CAs, keytabs, rules. A file
 * that was replaced under the same path counts as a change at a reload.
 */

#include <stdbool.h>
#include <stdint.h>

/** Mix the content of a file, at most its first 4 MiB, into a hash. */
void sg_fingerprint_add_file(uint64_t *fingerprint, const char *path);

/** Does the librdkafka property name a file, which is read once, when the client is created? */
bool sg_property_names_file(const char *property);
