/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What an engine did in one poll. */

#include "jmx/rules/rules.h"
#include "store/store.h"

#include <stddef.h>

struct sg_engine_stats {
    size_t n_values;  /* attributes of this poll */
    size_t n_decided; /* of these, how many went through the rules */
    size_t n_dropped[SG_DROP_REASONS];
    const struct sg_rule *gave_up; /* a rule whose pattern reached its match limit; usually NULL */
};
