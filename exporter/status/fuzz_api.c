/* SPDX-License-Identifier: Apache-2.0 */
#include "status/api_query.h"
#include "status/burrow.h"
#include "tests/fuzz/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_within(struct sg_str part, const char *text)
{
    if (part.len && (part.ptr < text || part.ptr + part.len > text + strlen(text)))
        abort();
}

/* A path, which may be Burrow's; or NAME=VALUE&NAME=VALUE of each list, decoded: any bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct sg_burrow_path path;

    if (!text)
        return 0;
    if (sg_burrow_find(text, &path)) {
        check_within(path.cluster, text);
        check_within(path.name, text);
    }
    for (int i = 0; i < SG_APIS; i++) {
        struct sg_api_query query = { .api = (enum sg_api)i };
        char *copy = fuzz_text(data, size), *rest = copy;
        struct sg_error err = { "" };
        for (char *arg; rest && (arg = strsep(&rest, "&"));) {
            char *name = strsep(&arg, "=");
            int r = sg_api_query_set(&query, name, arg ? arg : "", &err);
            if (r && (!err.text[0] || strchr(err.text, '\n')))
                abort();
        }
        if (query.limit > SG_API_LIMIT_MAX)
            abort();
        free(copy);
    }
    free(text);
    return 0;
}
