/* SPDX-License-Identifier: Apache-2.0 */
#include "base/host.h"
#include "metric/text.h"
#include "serve/percent.h"
#include "serve/query.h"
#include "serve/target.h"
#include "tests/fuzz/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An error is one line, whatever the request. */
static void check_line(const struct sg_error *err)
{
    if (!err->text[0] || strchr(err->text, '\n'))
        abort();
}

static bool is_broker(const void *context, const char *cluster, const char *target)
{
    (void)context;
    return strcmp(cluster, target) != 0;
}

/*
 * NAME=VALUE&NAME=VALUE…, decoded by the library before we see it: any bytes. They select lines of
 * a page that is well-formed, as the series table renders it.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sg_source sources[] = { { "c", "jolokia", "1" },
        { "c", "admin", "cluster" }, { "", "self", "" } };
    static const char line[] = "up{kafka_cluster=\"c\\n\",broker=\"1\",x=\"\\\"}\"} 1\n";
    struct sg_query query = { 0 };
    struct sg_error err = { "" };
    struct sg_collect collect;
    struct sg_probe probe;
    char *text = fuzz_text(data, size);

    if (!text)
        return 0;
    (void)sg_host_is_good(text);
    const struct sg_sender sender = { NULL, text, text };
    (void)sg_sender_is_other_site(&sender, "https", text);
    const char *path = sg_target_path(text, "h:1");
    if (path && path[0] != '/')
        abort();
    if (sg_percent_decode(text) > size)
        abort();
    char *rest = text;
    for (char *arg; query.n < SG_QUERY_ARGS_MAX && (arg = strsep(&rest, "&"));) {
        char *name = strsep(&arg, "=");
        query.args[query.n++] = (struct sg_query_arg){ name, arg ? arg : "" };
    }
    if (sg_query_expect_none(&query, &err))
        check_line(&err);
    if (sg_collect_read(&query, &collect, &err)) {
        check_line(&err);
    } else {
        const struct sg_wish wish = { &collect, is_broker, NULL };
        struct sg_selection selection = sg_collect_selection(&wish);
        (void)selection.source(selection.context, &sources[0]);
    }
    if (sg_forget_read(&query, &probe, &err))
        check_line(&err);
    if (sg_probe_read(&query, &probe, &err)) {
        check_line(&err);
    } else {
        probe.cluster_label = "kafka_cluster";
        struct sg_selection selection = sg_probe_selection(&probe);
        for (size_t i = 0; i < 3; i++)
            (void)selection.source(selection.context, &sources[i]);
        (void)selection.line(selection.context, SG_STR(line));
    }
    free(text);
    return 0;
}
