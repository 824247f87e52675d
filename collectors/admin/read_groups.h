/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The step of a collection that reads groups. On the collector's thread. */

#include "admin/collecting.h"

#include <stdbool.h>

/**
 * Groups with their states, members and commits; those of other types, if it is time; those whose
 * coordinator has moved.
 * @return 0, also when brokers failed, or a negative errno
 */
int sg_read_groups(struct collection *c);

/** Has every broker listed its groups? Otherwise those of the others cannot be told from these. */
bool sg_has_all_groups(const struct collection *c);

/** A new client for the next collection; without one c->admin->next_client is NULL. */
void sg_make_next_client(struct collection *c);
