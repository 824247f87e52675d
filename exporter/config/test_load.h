/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests: a configuration from a text, and its problems. */

#include "config/load.h"

/* Problems of the latest one, a line each. */
extern char problems[8192];

/** Adds a problem. */
void note(void *context, const char *problem);

/** Load text as a file; problems name it f.yml:… @return as sg_config_load() */
int load(const char *text, struct sg_config **ret_config);
