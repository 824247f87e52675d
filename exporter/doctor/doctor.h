/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * `--doctor`: connects to everything in the configuration once, and reports what works, what does
 * not, why, and the likely fix.
 *
 * Every collector of every cluster is checked on a thread of its own, all in parallel, each within
 * the configuration's time-out; results are printed in the configuration's order.
 */

#include "base/clock.h"
#include "config/config.h"

#include <stdbool.h>
#include <stdio.h>

enum sg_doctor_format {
    SG_DOCTOR_TABLE,
    SG_DOCTOR_TABLE_IN_COLOUR,
    SG_DOCTOR_JSON, /* one object per line */
};

/**
 * @param ret_well  did nothing fail?
 * @return 0 or -errno
 */
int sg_doctor(const struct sg_config *config,
    const struct sg_clock *clock,
    enum sg_doctor_format format,
    FILE *out,
    bool *ret_well);
