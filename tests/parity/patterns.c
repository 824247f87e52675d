/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Answers each line "PATTERN tab SUBJECT" as tests/e2e/java/ParityPatterns.java does, for
 * tests/e2e/test_patterns.py; a refused pattern's answer is followed by a tab and the reason.
 */

#include "jmx/rules/test_pattern_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void answer(char *line, struct sg_buf *out)
{
    struct sg_error err = { "" };

    line[strcspn(line, "\n")] = '\0';
    const char *pattern = strsep(&line, "\t");
    if (!line)
        return;
    pattern_answer(pattern, line, out, &err);
    (void)printf(
        SG_STR_FMT "%s%s\n", SG_STR_ARG(sg_buf_get(out)), err.text[0] ? "\t" : "", err.text);
}

int main(void)
{
    struct sg_buf out;
    char *line = NULL;
    size_t allocated = 0;

    sg_buf_init(&out, 1 << 20);
    while (getline(&line, &allocated, stdin) > 0)
        answer(line, &out);
    sg_buf_done(&out);
    free(line);
    return 0;
}
