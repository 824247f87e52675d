/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Every metric that can be exported, for docs/metrics.md, generated from the tables that the code
   uses. */

#include <stdio.h>

/** Print Markdown. @return 0 or -errno */
int sg_metrics_list(FILE *out);
