/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests: what is logged. */

#include <stddef.h>

/** From now on stderr is a file. */
void start_listening(void);

/** What was logged since, cut to size; stderr is the real one again. */
void stop_listening(char *text, size_t size);
