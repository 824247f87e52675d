/* SPDX-License-Identifier: Apache-2.0 */
#include "base/meant.h"

#include <stddef.h>
#include <string.h>

/*
 * How many letters must be inserted, deleted, replaced or swapped with their neighbour (optimal
 * string alignment). Words longer than the table count as not close.
 */
static size_t distance(const char *a, const char *b)
{
    enum {
        LONGEST = 40
    };
    size_t rows[3][LONGEST + 1]; /* the last but one, the last, this one; rotated */
    size_t n_a = strlen(a);
    size_t n_b = strlen(b);

    if (n_a > LONGEST || n_b > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        const size_t *before = rows[(i + 1) % 3];
        const size_t *last = rows[(i + 2) % 3];
        size_t *row = rows[i % 3];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n_a % 3][n_b];
}

const char *sg_meant(const char *word, const char *const *words)
{
    const char *best = NULL;
    size_t best_distance = 3; /* a larger distance means another word */

    for (; *words; words++) {
        size_t d = distance(word, *words);
        if (d < best_distance && d < strlen(*words)) {
            best_distance = d;
            best = *words;
        }
    }
    return best;
}
