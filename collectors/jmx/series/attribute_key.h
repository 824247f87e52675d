/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The place of a value in a target, as a key of the engine's cache: the ObjectName, the path, and
 * the index of tabular data, with NULs between them; none can contain one. Pure functions.
 */

#include "base/buf.h"
#include "jmx/poll/attribute.h"

/** @param key  is overwritten @return 0, -ENOMEM or SG_BUF_E_FULL (the cap of the buffer) */
int sg_attribute_key_write(const struct sg_attribute *attribute, struct sg_buf *key);

/** The attribute that a key was made of. @param ret_attribute  its texts are borrowed from the key
 */
void sg_attribute_key_read(struct sg_str key, struct sg_attribute *ret_attribute);
