/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Runs a fuzz target over every file of the folders that are given, and over the empty input, so
 * that the corpus is also an ordinary test with every compiler.
 */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    long size = -1;
    FILE *file = fopen(path, "re");

    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    uint8_t *data = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (!data || fseek(file, 0, SEEK_SET) || fread(data, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        return 1;
    }
    (void)fclose(file);
    (void)LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    int n = 0;

    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        struct dirent **names = NULL;
        int n_names = scandir(argv[i], &names, NULL, alphasort);
        if (n_names < 0) {
            perror(argv[i]);
            return 1;
        }
        for (int j = 0; j < n_names; j++) {
            char path[4096];
            (void)snprintf(path, sizeof path, "%s/%s", argv[i], names[j]->d_name);
            if (names[j]->d_name[0] != '.') {
                if (replay(path))
                    return 1;
                n++;
            }
            free(names[j]);
        }
        free(names);
    }
    (void)printf("%d inputs\n", n);
    return n > 0 ? 0 : 1;
}
