/* SPDX-License-Identifier: Apache-2.0 */
#include "status/burrow.h"

#include "base/auto.h"
#include "metric/text.h"
#include "status/api.h"
#include "status/group_rows.h"
#include "status/json.h"
#include "watch/detail.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Burrow keeps a window of a group's commits, and judges it. Streamgauge has the latest offset
 * alone and a status of its own (docs/lag.md): a window here is that one offset, and the statuses
 * are Burrow's words for ours, as compat/burrow.yml has their numbers.
 */

enum {
    /* The list of a group's partitions has a place for each number, also for those not known. */
    PLACES_MAX = SG_VIEW_PARTITIONS_MAX
};

static const struct sg_str root = { "/v3/kafka", 9 };

/* ---- Paths ---- */

static struct sg_str without(struct sg_str text, size_t n)
{
    return (struct sg_str){ text.ptr + n, text.len - n };
}

/* What is before the next slash; *rest begins with it, or is empty. */
static struct sg_str next_part(struct sg_str *rest)
{
    const char *slash = rest->len ? memchr(rest->ptr, '/', rest->len) : NULL;
    struct sg_str part = { rest->ptr, slash ? (size_t)(slash - rest->ptr) : rest->len };

    *rest = without(*rest, part.len);
    return part;
}

/* Take the end off a name, if it has it. */
static bool cut_end(struct sg_str *name, struct sg_str end)
{
    if (!sg_str_ends_with(*name, end))
        return false;
    name->len -= end.len;
    return true;
}

static void find_name(struct sg_burrow_path *path, bool of_topic, struct sg_str rest)
{
    path->what = of_topic ? SG_BURROW_TOPICS : SG_BURROW_CONSUMERS;
    if (rest.len < 2) /* nothing, or a slash */
        return;
    path->name = without(rest, 1);
    if (of_topic)
        path->what = cut_end(&path->name, SG_STR("/consumers")) ? SG_BURROW_TOPIC_CONSUMERS
                                                                : SG_BURROW_TOPIC;
    else if (cut_end(&path->name, SG_STR("/status")))
        path->what = SG_BURROW_CONSUMER_STATUS;
    else if (cut_end(&path->name, SG_STR("/lag")))
        path->what = SG_BURROW_CONSUMER_LAG;
    else
        path->what = SG_BURROW_CONSUMER;
}

bool sg_burrow_find(const char *text, struct sg_burrow_path *ret_path)
{
    struct sg_burrow_path path = { .what = SG_BURROW_CLUSTERS };
    struct sg_str rest = sg_str_of(text);

    if (!sg_str_starts_with(rest, root))
        return false;
    rest = without(rest, root.len);
    if (rest.len && rest.ptr[0] != '/')
        return false;
    if (rest.len > 1) {
        rest = without(rest, 1);
        path.cluster = next_part(&rest);
        path.what = SG_BURROW_CLUSTER;
    }
    if (path.cluster.len && rest.len > 1) {
        rest = without(rest, 1);
        struct sg_str list = next_part(&rest);
        bool of_topic = sg_str_equal(list, SG_STR("topic"));
        if (!of_topic && !sg_str_equal(list, SG_STR("consumer")))
            return false;
        find_name(&path, of_topic, rest);
    }
    *ret_path = path;
    return path.what == SG_BURROW_CLUSTERS || path.cluster.len > 0;
}

/* ---- Answers ---- */

struct answer {
    struct sg_page page;
    const struct sg_burrow_path *path;
    const struct sg_burrow_request *request;
    struct sg_buf *json;
    uint32_t cluster, number; /* in the view: of the cluster, and of the topic or group */
};

static void begin(struct sg_buf *json, bool is_error, const char *message)
{
    sg_json_open(json, NULL, '{');
    sg_json_bool(json, "error", is_error);
    sg_json_word(json, "message", message);
}

static int end(struct sg_buf *json, const struct sg_burrow_request *request)
{
    sg_json_open(json, "request", '{');
    sg_json_text(json, "url", sg_str_of(request->path));
    sg_json_text(json, "host", sg_str_of(request->host));
    sg_json_close(json, '}');
    sg_json_close(json, '}');
    return sg_buf_error(json);
}

/* An answer that is one list. */
static void begin_list(const struct answer *answer, const char *message, const char *key)
{
    begin(answer->json, false, message);
    sg_json_open(answer->json, key, '[');
}

static int end_list(const struct answer *answer)
{
    sg_json_close(answer->json, ']');
    return end(answer->json, answer->request);
}

static int write_not_found(const struct answer *answer, const char *message)
{
    begin(answer->json, true, message);
    int r = end(answer->json, answer->request);

    return r ? r : SG_STATUS_E_NOT_FOUND;
}

/* ---- Clusters ---- */

static int write_clusters(const struct answer *answer)
{
    const struct sg_clusters *clusters = answer->page.clusters;

    begin_list(answer, "cluster list returned", "clusters");
    for (size_t i = 0; i < clusters->n; i++)
        sg_json_text(answer->json, NULL, sg_str_of(sg_cluster_name(clusters->clusters[i])));
    return end_list(answer);
}

static int write_cluster(const struct answer *answer)
{
    const struct sg_view *view = answer->page.view;
    char server[SG_HOST_BYTES_MAX + 16];

    begin(answer->json, false, "cluster module detail returned");
    sg_json_open(answer->json, "module", '{');
    sg_json_word(answer->json, "class-name", "kafka");
    sg_json_open(answer->json, "servers", '[');
    for (uint32_t i = 0; i < view->brokers.n; i++) {
        const struct sg_view_broker *broker = sg_view_broker_at(view, i);
        if (broker->cluster != answer->cluster || broker->host.len == 0)
            continue;
        (void)snprintf(
            server, sizeof server, SG_STR_FMT ":%d", SG_STR_ARG(broker->host), (int)broker->port);
        sg_json_text(answer->json, NULL, sg_str_of(server));
    }
    sg_json_close(answer->json, ']');
    sg_json_close(answer->json, '}');
    return end(answer->json, answer->request);
}

/* ---- Topics ---- */

static int write_topics(const struct answer *answer)
{
    const struct sg_view *view = answer->page.view;

    begin_list(answer, "topic list returned", "topics");
    for (uint32_t i = 0; i < view->topics.n; i++) {
        const struct sg_view_topic *topic = sg_view_topic_at(view, i);
        if (topic->cluster == answer->cluster)
            sg_json_text(answer->json, NULL, topic->name);
    }
    return end_list(answer);
}

static int compare_partitions(const void *a, const void *b)
{
    int32_t of_a = (*(const struct sg_view_partition *const *)a)->number;
    int32_t of_b = (*(const struct sg_view_partition *const *)b)->number;

    return (of_a > of_b) - (of_a < of_b);
}

/* Offsets are at the place of their partition's number. */
static int write_topic(const struct answer *answer)
{
    const struct sg_view *view = answer->page.view;
    size_t n = 0, places = 0;
    sg_auto_free const struct sg_view_partition **list =
        calloc(view->partitions.n + 1, sizeof *list);

    if (!list)
        return -ENOMEM;
    for (uint32_t i = 0; i < view->partitions.n; i++) {
        const struct sg_view_partition *partition = sg_view_partition_at(view, i);
        if (partition->topic == answer->number && partition->number >= 0 &&
            partition->number < PLACES_MAX)
            list[n++] = partition;
    }
    qsort(list, n, sizeof *list, compare_partitions);
    begin_list(answer, "topic offsets returned", "offsets");
    for (size_t i = 0; i < n; i++) {
        for (; places < (size_t)list[i]->number; places++)
            sg_json_null(answer->json, NULL);
        sg_json_number(answer->json, NULL, list[i]->end);
        places++;
    }
    return end_list(answer);
}

static void put_consumer(void *context, const struct sg_detail_series *series)
{
    static const struct sg_str name = { "consumergroup", 13 };
    char plain[2 * SG_LABEL_VALUE_BYTES_MAX];
    struct sg_str value;

    sg_text_find_labels(series->labels, &name, 1, &value);
    if (value.ptr && value.len <= sizeof plain)
        sg_json_text(context, NULL, (struct sg_str){ plain, sg_text_unescape(value, plain) });
}

static int write_topic_consumers(const struct answer *answer)
{
    static const char *const families[] = { "kafka_consumergroup_lag_sum",
        "kafka_sharegroup_lag_sum", NULL };
    const struct sg_detail_query query = { sg_str_of(answer->page.cluster_label),
        answer->path->cluster, SG_STR("topic"), answer->path->name, families };

    begin_list(answer, "consumers of topic returned", "consumers");
    sg_detail_read(answer->page.sources->store, &query, put_consumer, answer->json);
    return end_list(answer);
}

/* ---- Consumers ---- */

static int write_consumers(const struct answer *answer)
{
    const struct sg_view *view = answer->page.view;

    begin_list(answer, "consumer list returned", "consumers");
    for (uint32_t i = 0; i < view->groups.n; i++) {
        const struct sg_view_group *group = sg_view_group_at(view, i);
        if (group->cluster == answer->cluster)
            sg_json_text(answer->json, NULL, group->name);
    }
    return end_list(answer);
}

/* When the offsets were collected; Burrow has the time of the commit there. */
static int64_t collected_unix_ms(const struct answer *answer)
{
    const struct sg_moment *made = &answer->page.view->made;
    int64_t collected_ms = sg_view_cluster_at(answer->page.view, answer->cluster)->collected_ms;

    return made->unix_ms - (collected_ms ? made->monotonic_ms - collected_ms : 0);
}

static void put_offset(const struct answer *answer, const char *key, const struct sg_group_row *row)
{
    if (isnan(row->committed)) {
        sg_json_null(answer->json, key);
        return;
    }
    sg_json_open(answer->json, key, '{');
    sg_json_number(answer->json, "offset", row->committed);
    sg_json_integer(answer->json, "timestamp", collected_unix_ms(answer));
    sg_json_integer(answer->json, "observedAt", collected_unix_ms(answer));
    sg_json_number(answer->json, "lag", row->lag);
    sg_json_close(answer->json, '}');
}

/* @param row  NULL: nothing is known of this partition */
static void put_place(const struct answer *answer, const struct sg_group_row *row)
{
    sg_json_open(answer->json, NULL, '{');
    sg_json_open(answer->json, "offsets", '[');
    if (row && !isnan(row->committed))
        put_offset(answer, NULL, row);
    sg_json_close(answer->json, ']');
    sg_json_text(answer->json, "owner", row ? row->host : SG_STR(""));
    sg_json_text(answer->json, "client_id", row ? row->client_id : SG_STR(""));
    sg_json_number(answer->json, "current-lag", row ? row->lag : (double)NAN);
    sg_json_close(answer->json, '}');
}

static int compare_rows(const void *a, const void *b)
{
    const struct sg_group_row *of_a = *(const struct sg_group_row *const *)a;
    const struct sg_group_row *of_b = *(const struct sg_group_row *const *)b;
    int r = sg_str_compare(of_a->topic, of_b->topic);

    return r ? r : (of_a->partition > of_b->partition) - (of_a->partition < of_b->partition);
}

/* The partitions of one topic, each at the place of its number. @return how many rows it has */
static size_t put_places(
    const struct answer *answer, const struct sg_group_row *const *rows, size_t n, size_t *left)
{
    struct sg_str topic = rows[0]->topic;
    size_t i = 0, places = 0;

    sg_json_open_named(answer->json, topic, '[');
    for (; i < n && sg_str_equal(rows[i]->topic, topic); i++) {
        if (rows[i]->partition < 0 || (size_t)rows[i]->partition >= places + *left)
            continue;
        *left -= (size_t)rows[i]->partition + 1 - places;
        for (; places < (size_t)rows[i]->partition; places++)
            put_place(answer, NULL);
        put_place(answer, rows[i]);
        places++;
    }
    sg_json_close(answer->json, ']');
    return i;
}

static int write_consumer(const struct answer *answer, const struct sg_group_rows *rows)
{
    size_t n = rows->list.n, left = PLACES_MAX;
    sg_auto_free const struct sg_group_row **list = calloc(n + 1, sizeof *list);

    if (!list)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        list[i] = sg_keyed_at(&rows->list, i);
    qsort(list, n, sizeof *list, compare_rows);
    begin(answer->json, false, "consumer detail returned");
    sg_json_open(answer->json, "topics", '{');
    for (size_t i = 0; i < n;)
        i += put_places(answer, list + i, n - i, &left);
    sg_json_close(answer->json, '}');
    return end(answer->json, answer->request);
}

/* ---- Statuses ---- */

static const char *const of_groups[] = {
    [SG_GROUP_LOSING_DATA] = "ERR",
    [SG_GROUP_STALLED] = "ERR",
    [SG_GROUP_STOPPED] = "ERR",
    [SG_GROUP_LAGGING] = "WARN",
    [SG_GROUP_REWOUND] = "WARN",
    [SG_GROUP_OK] = "OK",
    [SG_GROUP_NOT_KNOWN] = "OK",
};

static const char *const of_partitions[] = {
    [SG_GROUP_LOSING_DATA] = "ERR",
    [SG_GROUP_STALLED] = "STALL",
    [SG_GROUP_STOPPED] = "STOP",
    [SG_GROUP_LAGGING] = "WARN",
    [SG_GROUP_REWOUND] = "REWIND",
    [SG_GROUP_OK] = "OK",
    [SG_GROUP_NOT_KNOWN] = "OK",
};

static const struct sg_view_group *group_of(const struct answer *answer)
{
    return sg_view_group_at(answer->page.view, answer->number);
}

/*
 * Without groups.partition_status: that of its group, if there is something to read. A partition
 * that stands still because its group is not there is Burrow's STOP.
 */
static const char *status_of(const struct answer *answer, const struct sg_group_row *row)
{
    enum sg_group_status of_group = group_of(answer)->status;

    if (row->status == SG_GROUP_STALLED && of_group == SG_GROUP_STOPPED)
        return of_partitions[SG_GROUP_STOPPED];
    if (row->status != SG_GROUP_NOT_KNOWN)
        return of_partitions[row->status];
    return row->lag > 0 ? of_partitions[of_group] : "OK";
}

static void put_partition(
    const struct answer *answer, const char *key, const struct sg_group_row *row)
{
    sg_json_open(answer->json, key, '{');
    sg_json_text(answer->json, "topic", row->topic);
    sg_json_integer(answer->json, "partition", row->partition);
    sg_json_text(answer->json, "owner", row->host);
    sg_json_text(answer->json, "client_id", row->client_id);
    sg_json_word(answer->json, "status", status_of(answer, row));
    put_offset(answer, "start", row);
    put_offset(answer, "end", row);
    sg_json_number(answer->json, "current_lag", row->lag);
    sg_json_integer(answer->json, "complete", 1);
    sg_json_close(answer->json, '}');
}

/* What is said of all partitions of a group. */
struct sums {
    const struct sg_group_row *most; /* NULL: there are no partitions */
    double lag;
};

/* Of /status: those that are not OK. */
static struct sums put_partitions(const struct answer *answer, const struct sg_group_rows *rows)
{
    struct sums sums = { NULL, 0 };
    bool all = answer->path->what == SG_BURROW_CONSUMER_LAG;

    sg_json_open(answer->json, "partitions", '[');
    for (uint32_t i = 0; i < rows->list.n; i++) {
        const struct sg_group_row *row = sg_keyed_at(&rows->list, i);
        if (!isnan(row->lag))
            sums.lag += row->lag;
        if (!sums.most || row->lag > sums.most->lag || isnan(sums.most->lag))
            sums.most = row;
        if (all || strcmp(status_of(answer, row), "OK") != 0)
            put_partition(answer, NULL, row);
    }
    sg_json_close(answer->json, ']');
    return sums;
}

static void begin_status(const struct answer *answer, const char *status)
{
    begin(answer->json, false, "consumer status returned");
    sg_json_open(answer->json, "status", '{');
    sg_json_text(answer->json, "cluster", answer->path->cluster);
    sg_json_text(answer->json, "group", answer->path->name);
    sg_json_word(answer->json, "status", status);
    sg_json_integer(answer->json, "complete", 1);
}

static int end_status(const struct answer *answer, size_t n, double lag)
{
    sg_json_integer(answer->json, "partition_count", (int64_t)n);
    sg_json_number(answer->json, "totallag", lag);
    sg_json_close(answer->json, '}');
    return end(answer->json, answer->request);
}

static int write_status(const struct answer *answer, const struct sg_group_rows *rows)
{
    const struct sg_view_group *group = group_of(answer);

    begin_status(answer, of_groups[group->status]);
    struct sums sums = put_partitions(answer, rows);
    if (sums.most)
        put_partition(answer, "maxlag", sums.most);
    else
        sg_json_null(answer->json, "maxlag");
    double lag = !isnan(group->lag) ? group->lag : sums.most ? sums.lag : (double)NAN;
    return end_status(answer, rows->list.n, lag);
}

/* Burrow says of this one that it is no error. */
static int write_no_status(const struct answer *answer)
{
    begin_status(answer, "NOTFOUND");
    sg_json_open(answer->json, "partitions", '[');
    sg_json_close(answer->json, ']');
    sg_json_null(answer->json, "maxlag");
    int r = end_status(answer, 0, 0);

    return r ? r : SG_STATUS_E_NOT_FOUND;
}

/* ---- What is asked for ---- */

static int write_group(struct answer *answer)
{
    bool is_detail = answer->path->what == SG_BURROW_CONSUMER;
    const struct sg_view *view = answer->page.view;
    struct sg_group_rows rows;

    answer->number = answer->cluster == SG_INDEX_NONE
                         ? SG_INDEX_NONE
                         : sg_view_find_group(view, answer->cluster, answer->path->name);
    if (answer->number == SG_INDEX_NONE)
        return is_detail ? write_not_found(answer, "cluster or consumer not found")
                         : write_no_status(answer);
    int r = sg_group_rows_read(&answer->page, answer->cluster, answer->path->name, &rows);
    if (!r)
        r = is_detail ? write_consumer(answer, &rows) : write_status(answer, &rows);
    sg_group_rows_done(&rows);
    return r;
}

static int write_of_topic(struct answer *answer)
{
    answer->number = answer->cluster == SG_INDEX_NONE ? SG_INDEX_NONE
                                                      : sg_view_find_topic(answer->page.view,
                                                            answer->cluster, answer->path->name);
    if (answer->number == SG_INDEX_NONE)
        return write_not_found(answer, "cluster or topic not found");
    return answer->path->what == SG_BURROW_TOPIC ? write_topic(answer)
                                                 : write_topic_consumers(answer);
}

static int write_of_cluster(struct answer *answer)
{
    if (answer->cluster == SG_INDEX_NONE)
        return write_not_found(answer, answer->path->what == SG_BURROW_CLUSTER
                                           ? "cluster module not found"
                                           : "cluster not found");
    return answer->path->what == SG_BURROW_CLUSTER  ? write_cluster(answer)
           : answer->path->what == SG_BURROW_TOPICS ? write_topics(answer)
                                                    : write_consumers(answer);
}

static int write(struct answer *answer)
{
    const struct sg_view *view = answer->page.view;

    if (!view && answer->path->what != SG_BURROW_CLUSTERS) /* these are configured */
        return SG_API_E_NOT_READY;
    answer->cluster =
        view ? sg_view_find_cluster(view, answer->path->cluster) : (uint32_t)SG_INDEX_NONE;
    switch (answer->path->what) {
    case SG_BURROW_CLUSTERS:
        return write_clusters(answer);
    case SG_BURROW_CLUSTER:
    case SG_BURROW_TOPICS:
    case SG_BURROW_CONSUMERS:
        return write_of_cluster(answer);
    case SG_BURROW_TOPIC:
    case SG_BURROW_TOPIC_CONSUMERS:
        return write_of_topic(answer);
    default:
        return write_group(answer);
    }
}

int sg_burrow_write(const struct sg_status_sources *sources,
    const struct sg_burrow_path *path,
    const struct sg_burrow_request *request,
    struct sg_buf *json)
{
    const struct sg_status_params params = { .cluster = path->cluster };
    struct answer answer = { .path = path, .request = request, .json = json };

    sg_page_open(&answer.page, sources, &params, json);
    int r = write(&answer);
    sg_page_close(&answer.page);
    return r;
}
