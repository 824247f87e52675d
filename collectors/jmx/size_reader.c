/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/size_reader.h"

#include "base/auto.h"
#include "base/keyed.h"
#include "config/secret.h"
#include "jmx/answer_failures.h"
#include "jmx/jolokia/request.h"
#include "jmx/rules/object_name.h"
#include "store/log_sizes.h"

#include <stdbool.h>
#include <stdlib.h>

/* Of Kafka's BrokerState: all logs are loaded, and open. */
enum {
    RUNNING = 3,
    CONTROLLED_SHUTDOWN = 6,
};

const struct sg_family sg_size_reader_family = { "kafka_broker_log_size_bytes", SG_METRIC_GAUGE,
    "Bytes of log segments on the broker, those being moved to another directory too, without "
    "indexes: less than the disk's use (kafka.log:type=Log,name=Size: Value)" };

/* ---- Making ---- */

/* The state is first, because the elements of a bulk request are read in order. */
static int make_plan(struct sg_size_reader *reader)
{
    static const char *const value[] = { "Value" };
    static const struct sg_poll_request requests[] = {
        { "kafka.server:type=KafkaServer,name=BrokerState", 1, value, .is_pattern = false },
        { "kafka.log:type=Log,name=Size,*", 1, value, .is_pattern = true },
    };

    int r = sg_poll_plan_new(&reader->plan);
    for (size_t i = 0; i < sizeof requests / sizeof requests[0] && !r; i++)
        r = sg_poll_plan_add(reader->plan, &requests[i]);
    return r ? r : sg_request_body(reader->plan, NULL, &reader->agent_body);
}

int sg_size_reader_init(struct sg_size_reader *reader, const struct sg_target_options *options)
{
    reader->options = options;
    if (options->id < 0 || options->source->size_interval_ms == 0)
        return 0;
    int r = make_plan(reader);
    if (!r)
        r = sg_series_table_new(options->labels, options->n_labels, 0, &reader->table);
    if (!r)
        sg_series_table_use_aliases(reader->table, &options->config->aliases);
    return r;
}

void sg_size_reader_done(struct sg_size_reader *reader)
{
    (void)sg_slot_free(reader->slot);
    (void)sg_series_table_free(reader->table);
    (void)sg_poll_plan_free(reader->plan);
    free(reader->agent_body);
    free(sg_secret_wipe(reader->body));
}

int sg_size_reader_set_target(struct sg_size_reader *reader, const char *address)
{
    if (!reader->plan)
        return 0;
    return sg_lane_reader_make_proxied(reader->options, reader->plan, address, &reader->body);
}

struct sg_str sg_size_reader_body(const struct sg_size_reader *reader)
{
    return sg_str_of(reader->body ? reader->body : reader->agent_body);
}

int64_t sg_size_reader_lasts_ms(const struct sg_size_reader *reader)
{
    return 2 * reader->options->source->size_interval_ms + reader->options->config->stale_after_ms;
}

/* ---- Reading an answer ---- */

struct reading {
    struct sg_log_sizes *sizes;
    bool is_running;
    int trouble; /* with memory, or the limit */
    struct sg_answer_failures failures;
};

/* @return false: not a partition's number */
static bool read_partition(struct sg_str text, int32_t *ret_partition)
{
    int64_t number = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        number = number * 10 + (text.ptr[i] - '0');
        if (number > INT32_MAX)
            return false;
    }
    *ret_partition = (int32_t)number;
    return text.len > 0;
}

static bool is_future(const struct sg_object_name *name)
{
    const struct sg_property *future = sg_object_name_find(name, SG_STR("is-future"));
    return future && sg_str_equal(future->value, SG_STR("true"));
}

static int add_log(struct sg_log_sizes *sizes, const struct sg_object_name *name, int64_t bytes)
{
    const struct sg_property *topic = sg_object_name_find(name, SG_STR("topic"));
    const struct sg_property *partition = sg_object_name_find(name, SG_STR("partition"));
    int32_t number;

    if (!topic || !partition || !read_partition(partition->value, &number))
        return 0;
    if (!is_future(name))
        return sg_log_sizes_add(sizes, topic->value, number, bytes);
    sg_log_sizes_add_future(sizes, bytes);
    return 0;
}

static void put_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct reading *reading = context;
    struct sg_object_name name;

    if (value->kind != SG_ATTRIBUTE_INT || reading->trouble ||
        sg_object_name_parse(attribute->mbean, &name, NULL))
        return;
    if (sg_str_equal(name.domain, SG_STR("kafka.log")))
        reading->trouble = add_log(reading->sizes, &name, value->integer);
    else
        reading->is_running = value->integer == RUNNING || value->integer == CONTROLLED_SHUTDOWN;
}

static void note_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct reading *reading = context;

    sg_answer_failures_add(&reading->failures, kind, err);
}

/* What memory or the limit took from the answer fails all of it: a sum of a part is no sum. */
static void fail_for_trouble(const struct sg_size_reader *reader, struct reading *reading)
{
    struct sg_error err;

    if (reading->trouble == SG_KEYED_E_FULL) {
        (void)sg_error_set(&err, 0,
            "more than %zu logs, this JVM's share of limits.jvm_series: there are no sums",
            reader->max);
        sg_answer_failures_add(&reading->failures, SG_FAILURE_LIMIT, &err);
    } else if (reading->trouble) {
        sg_answer_failures_add(
            &reading->failures, SG_FAILURE_INTERNAL, &(struct sg_error){ "out of memory" });
    }
}

/* A broker without any log has not told of them, or is starting: its sum is not 0. */
static bool is_usable(const struct reading *reading)
{
    return reading->is_running && sg_log_sizes_n(reading->sizes) > 0;
}

/* @return 0 or -ENOMEM */
static int make_set(
    struct sg_size_reader *reader, const struct reading *reading, struct sg_sample_set **ret_set)
{
    int64_t total = sg_log_sizes_total(reading->sizes);
    uint32_t family;

    sg_series_table_begin(reader->table);
    int r = sg_series_table_add_family(reader->table, &sg_size_reader_family, &family);
    if (!r && is_usable(reading) && total != SG_LOG_SIZE_UNKNOWN)
        r = sg_series_table_put_int(reader->table, family, NULL, 0, total);
    return r ? r : sg_series_table_snapshot(reader->table, ret_set);
}

static int publish(struct sg_size_reader *reader,
    struct reading *reading,
    int64_t begun_ms,
    struct sg_sample_set **ret_set)
{
    const struct sg_target_options *options = reader->options;

    int r = make_set(reader, reading, ret_set);
    if (!r && is_usable(reading))
        r = sg_size_board_put(sg_cluster_sizes(options->known), options->id,
            sg_take(&reading->sizes), begun_ms + sg_size_reader_lasts_ms(reader));
    return r;
}

void sg_size_reader_read(struct sg_size_reader *reader, const struct sg_lane_reader_answer *answer)
{
    struct reading reading = { .is_running = false };
    const struct sg_answer_handler handler = { &reading, put_value, NULL, NULL, note_failure };
    struct sg_sample_set *set = NULL;

    reading.trouble = sg_log_sizes_new(reader->max, &reading.sizes);
    if (!reading.trouble)
        (void)answer->reply->read(answer->reply, reader->plan, &handler);
    fail_for_trouble(reader, &reading);
    if (!sg_answer_failures_report(&reading.failures, answer->who, reader->slot) &&
        publish(reader, &reading, answer->begun_ms, &set))
        sg_slot_fail(reader->slot, SG_FAILURE_INTERNAL, &(struct sg_error){ "out of memory" });
    sg_slot_end(reader->slot, set);
    (void)sg_log_sizes_unref(reading.sizes);
}
