/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A configuration as YAML, for people, without a secret in it: what is set, and of secrets only
 * that they are set. Pure functions.
 */

#include "base/buf.h"
#include "config/config.h"

/** @return 0, -ENOMEM or SG_BUF_E_FULL */
int sg_config_show(const struct sg_config *config, struct sg_buf *out);
