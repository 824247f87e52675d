/* SPDX-License-Identifier: Apache-2.0 */

/* What is made of an answer to Metadata. */

#include "admin/model/topology.h"
#include "test.h"

#include <librdkafka/rdkafka.h>

static struct sg_topology *new_topology(const struct rd_kafka_metadata *metadata)
{
    struct sg_topology *topology = NULL;
    struct sg_filter *all = NULL;

    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(metadata, all, 10, &topology), 0);
    (void)sg_filter_free(all);
    return topology;
}

/* Brokers that Metadata knows only from lists of replicas: they are down. */
static void test_missing_brokers_are_sorted_and_each_is_there_once(void **state)
{
    int32_t replicas[] = { 9, 1, 5, 7, 9, 2, -1, 5, 1, 3 };
    static const int32_t expected[] = { 2, 3, 5, 7, 9 };
    struct rd_kafka_metadata_broker broker = { .id = 1, .host = (char[]){ "h" } };
    struct rd_kafka_metadata_partition partition = {
        .leader = 1, .replicas = replicas, .replica_cnt = sizeof replicas / sizeof replicas[0]
    };
    struct rd_kafka_metadata_topic topic = {
        .topic = (char[]){ "t" }, .partitions = &partition, .partition_cnt = 1
    };
    const struct rd_kafka_metadata metadata = {
        .brokers = &broker, .broker_cnt = 1, .topics = &topic, .topic_cnt = 1
    };
    (void)state;

    struct sg_topology *topology = new_topology(&metadata);
    assert_int_equal(topology->n_missing, sizeof expected / sizeof expected[0]);
    assert_memory_equal(topology->missing, expected, sizeof expected);
    (void)sg_topology_unref(topology);
}

/* The partitions of all topics are in one array: those of the next topic are not its own. */
static void test_partition_is_found_in_its_own_topic_only(void **state)
{
    struct rd_kafka_metadata_partition of_gaps[] = { { .id = 1 }, { .id = 4 } };
    struct rd_kafka_metadata_partition of_next[] = { { .id = 6 }, { .id = 0 } };
    struct rd_kafka_metadata_topic topics[] = {
        { .topic = (char[]){ "empty" } },
        { .topic = (char[]){ "full" }, .partitions = of_next + 1, .partition_cnt = 1 },
        { .topic = (char[]){ "gaps" }, .partitions = of_gaps, .partition_cnt = 2 },
        { .topic = (char[]){ "next" }, .partitions = of_next, .partition_cnt = 1 },
        { .topic = (char[]){ "none" } },
    };
    static const struct {
        const char *topic;
        int32_t id;
        int64_t expected;
    } cases[] = {
        { "empty", 0, SG_PARTITION_NONE },
        { "full", 0, 0 },
        { "full", 1, SG_PARTITION_NONE },
        { "gaps", 0, SG_PARTITION_NONE },
        { "gaps", 1, 1 },
        { "gaps", 4, 2 },
        { "gaps", 6, SG_PARTITION_NONE },
        { "next", 6, 3 },
        { "next", 4, SG_PARTITION_NONE },
        { "none", 0, SG_PARTITION_NONE },
    };
    const struct rd_kafka_metadata metadata = { .topics = topics, .topic_cnt = 5 };
    (void)state;

    struct sg_topology *topology = new_topology(&metadata);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t topic = sg_topology_find_topic(topology, sg_str_of(cases[i].topic));
        assert_int_not_equal(topic, SG_PARTITION_NONE);
        assert_int_equal(
            sg_topology_find_partition(topology, (uint32_t)topic, cases[i].id), cases[i].expected);
    }
    (void)sg_topology_unref(topology);
}

/* Everything of a topology as text. */
static const char *text_of(const struct sg_topology *t)
{
    static char text[2000];
    size_t n = 0;

#define PUT(...) n += (size_t)snprintf(text + n, sizeof text - n, __VA_ARGS__)
    for (size_t i = 0; i < t->n_brokers; i++)
        PUT("broker %d %s:%d\n", t->brokers[i].id, t->brokers[i].host, t->brokers[i].port);
    for (size_t i = 0; i < t->n_topics; i++) {
        const struct sg_topic *topic = &t->topics[i];
        PUT("topic " SG_STR_FMT "\n", SG_STR_ARG(topic->name));
        for (uint32_t j = topic->first; j < topic->first + topic->n; j++) {
            const struct sg_partition *p = &t->partitions[j];
            assert_int_equal(p->topic, i);
            PUT(" %d: leader %d, preferred %d, %d of %d", p->id, p->leader, p->preferred,
                p->n_in_sync, p->n_replicas);
            for (int k = 0; k < p->n_replicas; k++)
                PUT(" %d", p->replicas[k]);
            if (p->trouble)
                PUT(", replicas %s, in sync %s, missing %s, bits %x", p->trouble->replicas,
                    p->trouble->in_sync, p->trouble->missing, p->trouble->out_of_sync);
            PUT("\n");
        }
    }
    for (size_t i = 0; i < t->n_topic_errors; i++)
        PUT("error " SG_STR_FMT " %d\n", SG_STR_ARG(t->topic_errors[i].name),
            t->topic_errors[i].code);
    PUT("%zu partitions, %zu missing, %zu invalid, %zu left out with %zu", t->n_partitions,
        t->n_missing, t->n_invalid, t->n_topics_left_out, t->n_partitions_left_out);
#undef PUT
    return text;
}

/* In the order of ids and names, without what cannot be, as far as there is room. */
static void test_topology_is_in_order_without_what_is_invalid(void **state)
{
    static int32_t r123[] = { 1, 2, 3 }, r31[] = { 3, 1 }, r2[] = { 2 };
    static char long_name[252];
    struct rd_kafka_metadata_broker brokers[] = {
        { .id = 3, .host = (char[]){ "c" }, .port = 65535 },
        { .id = 1, .host = (char[]){ "a" }, .port = 9092 },
        { .id = -1, .host = (char[]){ "b" }, .port = 1 },
        { .id = 4, .host = (char[]){ "d" }, .port = 65536 },
        { .id = 5, .host = (char[]){ "e" }, .port = -1 },
        { .id = 6, .host = NULL, .port = 1 },
        { .id = 1, .host = (char[]){ "a" }, .port = 9092 }, /* again */
        { .id = 0, .host = (char[]){ "z" }, .port = 0 },
    };
    struct rd_kafka_metadata_partition well[] = {
        { .id = 1, .leader = 1, .replicas = r123, .replica_cnt = 3, .isrs = r123, .isr_cnt = 3 },
        { .id = 0, .leader = 0, .replicas = r31, .replica_cnt = 2, .isrs = r31, .isr_cnt = 2 },
    };
    struct rd_kafka_metadata_partition ill[] = {
        { .id = 2, .leader = -1, .replicas = r123, .replica_cnt = 3, .isrs = r2, .isr_cnt = 1 },
        { .id = -1, .leader = 1 },
        { .id = 0, .leader = -5 },
        { .id = 2, .leader = 1 }, /* again */
        { .id = 1, .leader = 3, .replicas = r123, .replica_cnt = 3, .isrs = r31, .isr_cnt = 2 },
    };
    struct rd_kafka_metadata_partition large[6] = { { .id = 0 } };
    struct rd_kafka_metadata_topic topics[] = {
        { .topic = (char[]){ "well" }, .partitions = well, .partition_cnt = 2 },
        { .topic = (char[]){ "ill" }, .partitions = ill, .partition_cnt = 5 },
        { .topic = (char[]){ "well" }, .partitions = well, .partition_cnt = 1 }, /* again */
        { .topic = (char[]){ "" } },
        { .topic = NULL },
        { .topic = (char[]){ "negative" }, .partition_cnt = -1 },
        { .topic = long_name },
        { .topic = (char[]){ "denied" }, .err = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED },
        { .topic = (char[]){ "xl" }, .partitions = large, .partition_cnt = 6 }, /* no room */
        { .topic = (char[]){ "z" }, .partitions = well, .partition_cnt = 2 },
    };
    const struct rd_kafka_metadata metadata = { .brokers = brokers,
        .broker_cnt = sizeof brokers / sizeof brokers[0],
        .topics = topics,
        .topic_cnt = sizeof topics / sizeof topics[0] };
    (void)state;

    memset(long_name, 'n', 250);
    struct sg_topology *topology = new_topology(&metadata);
    assert_string_equal(text_of(topology),
        "broker 0 z:0\nbroker 1 a:9092\nbroker 3 c:65535\n"
        "topic ill\n"
        " 0: leader -1, preferred -1, 0 of 0, replicas , in sync , missing , bits 0\n"
        " 1: leader 3, preferred 1, 2 of 3 1 2 3, replicas 1,2,3, in sync 3,1, missing 2, bits 2\n"
        " 2: leader -1, preferred 1, 1 of 3 1 2 3, replicas 1,2,3, in sync 2, missing 1,3, bits 5\n"
        "topic well\n"
        " 0: leader 0, preferred 3, 2 of 2 3 1\n"
        " 1: leader 1, preferred 1, 3 of 3 1 2 3\n"
        "topic z\n"
        " 0: leader 0, preferred 3, 2 of 2 3 1\n"
        " 1: leader 1, preferred 1, 3 of 3 1 2 3\n"
        "error denied 29\n"
        "7 partitions, 1 missing, 11 invalid, 1 left out with 6");
    (void)sg_topology_unref(topology);
}

/* The count of a null array is -1: it takes no room from the others. */
static void test_topology_with_null_arrays_has_room_for_the_others(void **state)
{
    static int32_t ids[] = { 1, 2, 3 };
    static char null_name[] = "n";
    struct rd_kafka_metadata_partition partitions[20];
    struct rd_kafka_metadata_topic topics[20];
    const struct rd_kafka_metadata metadata = { .topics = topics, .topic_cnt = 20 };
    (void)state;

    for (int i = 0; i < 20; i++) {
        partitions[i] = (struct rd_kafka_metadata_partition){
            .id = i, .leader = 1, .replica_cnt = -1, .isr_cnt = -1
        };
        topics[i] = (struct rd_kafka_metadata_topic){ .topic = null_name, .partition_cnt = -1 };
    }
    partitions[9] = (struct rd_kafka_metadata_partition){
        .id = 9, .leader = 1, .replicas = ids, .replica_cnt = 3, .isrs = ids, .isr_cnt = 3
    };
    topics[19] = (struct rd_kafka_metadata_topic){
        .topic = (char[]){ "t" }, .partitions = partitions, .partition_cnt = 10
    };
    struct sg_topology *topology = new_topology(&metadata);
    assert_int_equal(topology->n_partitions, 10);
    assert_int_equal(topology->n_invalid, 19);
    assert_int_equal(topology->partitions[8].n_replicas, 0);
    assert_int_equal(topology->partitions[8].n_in_sync, 0);
    assert_int_equal(topology->partitions[8].preferred, -1);
    assert_int_equal(topology->partitions[9].preferred, 1);
    assert_int_equal(topology->partitions[9].replicas[2], 3);
    (void)sg_topology_unref(topology);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_brokers_are_sorted_and_each_is_there_once),
        cmocka_unit_test(test_partition_is_found_in_its_own_topic_only),
        cmocka_unit_test(test_topology_is_in_order_without_what_is_invalid),
        cmocka_unit_test(test_topology_with_null_arrays_has_room_for_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
