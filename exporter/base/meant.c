/* SPDX-License-Identifier: Apache-2.0 */
#include "base/meant.h"

#include <stddef.h>
#include <string.h>

/* Edit distance; words longer than the table are simply not close. */
static size_t distance(const char *a, const char *b)
{
    enum {
        LONGEST = 40
    };
    size_t row[LONGEST + 1];
    size_t n_a = strlen(a);
    size_t n_b = strlen(b);

    if (n_a > LONGEST || n_b > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= n_b; j++)
        row[j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[n_b];
}

const char *sg_meant(const char *word, const char *const *words)
{
    const char *best = NULL;
    size_t best_distance = 3; /* further away is another word */

    for (; *words; words++) {
        size_t d = distance(word, *words);
        if (d < best_distance && d < strlen(*words)) {
            best_distance = d;
            best = *words;
        }
    }
    return best;
}
