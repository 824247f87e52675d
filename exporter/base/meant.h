/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Suggestions for an unknown word. Pure functions; any thread. */

/** The closest of the words (ends with NULL), or NULL when none is close. @return borrowed */
const char *sg_meant(const char *word, const char *const *words);
