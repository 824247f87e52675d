/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/share/states.h"
#include "test.h"

#include <stdlib.h>

/* Bytes of a record as they are in the topic, from hexadecimal digits. */
struct bytes {
    unsigned char at[256];
    size_t n;
};

static struct bytes of_hex(const char *hex)
{
    struct bytes bytes = { .n = strlen(hex) / 2 };

    assert_true(bytes.n <= sizeof bytes.at);
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        bytes.at[i] = (unsigned char)byte;
    }
    return bytes;
}

static struct sg_str text_of(const struct bytes *bytes)
{
    return (struct sg_str){ (const char *)bytes->at, bytes->n };
}

/*
 * Recorded from Kafka 4.4.0: a group begins with a partition; its member accepts the offsets 0 to 9
 * and 20 to 29 of 100, rejects 15 and releases the rest; it leaves. SNAPSHOT is the same as UPDATE,
 * of a broker that writes snapshots only
 * (share.coordinator.snapshot.update.records.per.snapshot=0).
 */
#define SNAPSHOT_KEY "000000077368617265727389fa3c4fa4c548799509251ba89e233000000000"
#define BEGIN        "0000000000000000000200000000ffffffffffffffff000001a22e6624c1000001a22e6624c10100"
#define UPDATE_KEY   "000100077368617265727389fa3c4fa4c548799509251ba89e233000000000"
#define UPDATE                                                                             \
    "000000000000000000000000000000000000070000000000000000000000000000000902000100000000" \
    "000000000a000000000000000e00000100000000000000000f000000000000000f040001000000000000" \
    "0000100000000000000013000001000000000000000014000000000000001d0200010000000000000000" \
    "1e00000000000000630000010001000400000015"
#define LATER                                                                              \
    "00000000000000000000000000000000000a04000000000000000a000000000000000e00000200000000" \
    "0000000010000000000000001300000200000000000000001e0000000000000063000002000100040000" \
    "000b"
#define SNAPSHOT                                                                           \
    "00000000000100000002000000000000000000000000000001a22e67051a000001a22e67051a07000000" \
    "0000000000000000000000000902000100000000000000000a000000000000000e000001000000000000" \
    "00000f000000000000000f04000100000000000000001000000000000000130000010000000000000000" \
    "14000000000000001d02000100000000000000001e00000000000000630000010001000400000015"

static struct sg_share_states *new_states(size_t max)
{
    struct sg_share_states *states = NULL;

    assert_int_equal(sg_share_states_new(max, &states), 0);
    return states;
}

/* @param value  NULL: none */
static void take(struct sg_share_states *states, const char *key, const char *value)
{
    struct bytes key_bytes = of_hex(key);
    struct bytes value_bytes = of_hex(value ? value : "");

    assert_int_equal(sg_share_states_take(states, 3, text_of(&key_bytes),
                         value ? text_of(&value_bytes) : (struct sg_str){ NULL, 0 }),
        0);
}

static void assert_state(const struct sg_share_states *states, int64_t start, int32_t complete)
{
    struct sg_share_state state;

    assert_true(sg_share_states_get(states, 0, &state));
    assert_string_equal(state.group.ptr, "sharers");
    assert_int_equal(state.group.len, 7);
    assert_int_equal(state.partition, 0);
    assert_int_equal(state.source, 3);
    assert_int_equal(state.start, start);
    assert_int_equal(state.complete, complete);
}

/* LATER, of the snapshot with this epoch; without a start, which is as before then. */
static void take_later(struct sg_share_states *states, unsigned char epoch, bool with_start)
{
    struct bytes key = of_hex(UPDATE_KEY);
    struct bytes value = of_hex(LATER);

    value.at[5] = epoch;
    if (!with_start)
        memset(value.at + 10, 0xff, 8);
    assert_int_equal(sg_share_states_take(states, 3, text_of(&key), text_of(&value)), 0);
}

static void test_records_as_kafka_writes_them(void **state)
{
    struct sg_share_states *states = new_states(10);
    struct sg_share_state found;
    (void)state;

    take(states, SNAPSHOT_KEY, BEGIN);
    assert_state(states, SG_SHARE_UNKNOWN, SG_SHARE_UNKNOWN);
    take(states, UPDATE_KEY, UPDATE);
    assert_state(states, 0, 21);
    take(states, UPDATE_KEY, LATER);
    assert_state(states, 10, 11);
    assert_int_equal(sg_share_states_n(states), 1);
    assert_int_equal(sg_share_states_n_added(states), 1);
    take(states, SNAPSHOT_KEY, NULL);
    assert_false(sg_share_states_get(states, 0, &found));
    take(states, SNAPSHOT_KEY, SNAPSHOT);
    assert_state(states, 0, 21);
    assert_int_equal(sg_share_states_fetch_dropped(states), 0);
    (void)sg_share_states_free(states);
}

static void test_update_keeps_the_start_of_its_snapshot(void **state)
{
    struct sg_share_states *states = new_states(10);
    struct bytes key = of_hex(SNAPSHOT_KEY);
    struct bytes snapshot = of_hex(SNAPSHOT);
    (void)state;

    snapshot.at[21] = 7; /* its start */
    assert_int_equal(sg_share_states_take(states, 3, text_of(&key), text_of(&snapshot)), 0);
    assert_state(states, 7, 21);
    take_later(states, 1, false);
    assert_state(states, 7, 11);
    take_later(states, 1, true);
    assert_state(states, 10, 11);
    (void)sg_share_states_free(states);
}

/* What came before it has been deleted from the topic, or was not understood. */
static void test_update_without_its_snapshot_has_no_start(void **state)
{
    struct sg_share_states *states = new_states(10);
    (void)state;

    take_later(states, 1, false);
    assert_state(states, SG_SHARE_UNKNOWN, 11);
    take(states, SNAPSHOT_KEY, SNAPSHOT);
    take_later(states, 7, false);
    assert_state(states, SG_SHARE_UNKNOWN, 11);
    (void)sg_share_states_free(states);
}

static void test_record_without_value_ends_the_partition(void **state)
{
    struct sg_share_states *states = new_states(10);
    struct sg_share_state found;
    (void)state;

    take(states, SNAPSHOT_KEY, NULL);
    assert_int_equal(sg_share_states_n(states), 0);
    take(states, SNAPSHOT_KEY, SNAPSHOT);
    take(states, SNAPSHOT_KEY, NULL);
    assert_false(sg_share_states_get(states, 0, &found));
    take_later(states, 1, false); /* of a group of the same name */
    assert_state(states, SG_SHARE_UNKNOWN, 11);
    assert_int_equal(sg_share_states_n_added(states), 2);
    (void)sg_share_states_free(states);
}

static void test_ended_partitions_are_forgotten(void **state)
{
    struct sg_share_states *states = new_states(1000);
    struct bytes key = of_hex(SNAPSHOT_KEY);
    struct bytes value = of_hex(SNAPSHOT);
    (void)state;

    for (int i = 0; i < 300; i++) {
        key.at[key.n - 2] = (unsigned char)(i >> 8);
        key.at[key.n - 1] = (unsigned char)i;
        assert_int_equal(sg_share_states_take(states, 3, text_of(&key), text_of(&value)), 0);
        assert_int_equal(
            sg_share_states_take(states, 3, text_of(&key), (struct sg_str){ NULL, 0 }), 0);
    }
    assert_true(sg_share_states_n(states) < 100);
    (void)sg_share_states_free(states);
}

static void test_partitions_past_the_cap_are_left_out(void **state)
{
    struct sg_share_states *states = new_states(1);
    struct bytes key = of_hex(SNAPSHOT_KEY);
    struct bytes value = of_hex(SNAPSHOT);
    (void)state;

    take(states, SNAPSHOT_KEY, SNAPSHOT);
    assert_false(sg_share_states_is_full(states));
    key.at[key.n - 1] = 1;
    assert_int_equal(sg_share_states_take(states, 3, text_of(&key), text_of(&value)), 0);
    assert_true(sg_share_states_is_full(states));
    take(states, UPDATE_KEY, LATER);
    assert_int_equal(sg_share_states_n(states), 1);
    assert_state(states, 10, 11);
    sg_share_states_clear(states);
    assert_false(sg_share_states_is_full(states));
    assert_int_equal(sg_share_states_n(states), 0);
    take(states, SNAPSHOT_KEY, SNAPSHOT);
    assert_state(states, 0, 21);
    (void)sg_share_states_free(states);
}

static void test_partition_that_ends_makes_room_for_what_was_left_out(void **state)
{
    struct sg_share_states *states = new_states(1);
    struct bytes key = of_hex(SNAPSHOT_KEY);
    struct bytes value = of_hex(SNAPSHOT);
    (void)state;

    assert_false(sg_share_states_has_room_again(states));
    take(states, SNAPSHOT_KEY, SNAPSHOT);
    key.at[key.n - 1] = 1;
    assert_int_equal(sg_share_states_take(states, 3, text_of(&key), text_of(&value)), 0);
    assert_false(sg_share_states_has_room_again(states));
    take(states, SNAPSHOT_KEY, NULL);
    assert_true(sg_share_states_has_room_again(states));
    sg_share_states_clear(states);
    assert_false(sg_share_states_has_room_again(states));
    (void)sg_share_states_free(states);
}

static void test_partitions_that_ended_and_are_forgotten_make_room(void **state)
{
    struct sg_share_states *states = new_states(100);
    struct bytes key = of_hex(SNAPSHOT_KEY);
    struct bytes value = of_hex(SNAPSHOT);
    (void)state;

    for (unsigned char i = 0; i <= 100; i++) {
        key.at[key.n - 1] = i;
        assert_int_equal(sg_share_states_take(states, 3, text_of(&key), text_of(&value)), 0);
    }
    for (unsigned char i = 0; i < 64; i++) {
        key.at[key.n - 1] = i;
        assert_int_equal(
            sg_share_states_take(states, 3, text_of(&key), (struct sg_str){ NULL, 0 }), 0);
    }
    assert_int_equal(sg_share_states_n(states), 36);
    assert_true(sg_share_states_has_room_again(states));
    (void)sg_share_states_free(states);
}

/* A record with some bytes others. */
struct change {
    size_t at;
    unsigned char byte;
};

static void change(struct bytes *bytes, struct change one)
{
    assert_true(one.at < bytes->n);
    bytes->at[one.at] = one.byte;
}

static void test_value_that_is_not_understood_leaves_none(void **state)
{
    static const struct change changes[] = {
        { 0, 1 },      /* the version */
        { 1, 1 },      /* the same */
        { 10, 0x80 },  /* a start offset below -1 */
        { 18, 0 },     /* no batches at all, which null would be */
        { 18, 8 },     /* more batches than there are */
        { 18, 6 },     /* fewer */
        { 19, 0x80 },  /* a batch that begins below 0 */
        { 26, 10 },    /* one that ends before it begins */
        { 38, 1 },     /* a tag of the batch that is not there */
        { 139, 2 },    /* more tags than there are */
        { 139, 0x80 }, /* a number that goes on */
        { 141, 3 },    /* a count of another size */
        { 142, 0x80 }, /* a count below -1 */
    };
    struct bytes key = of_hex(UPDATE_KEY);
    (void)state;

    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct sg_share_states *states = new_states(10);
        struct bytes value = of_hex(UPDATE);
        take(states, SNAPSHOT_KEY, SNAPSHOT);
        change(&value, changes[i]);
        assert_int_equal(sg_share_states_take(states, 3, text_of(&key), text_of(&value)), 0);
        if (sg_share_states_fetch_dropped(states) != 1)
            fail_msg("byte %zu as %u is taken", changes[i].at, changes[i].byte);
        assert_state(states, SG_SHARE_UNKNOWN, SG_SHARE_UNKNOWN);
        take_later(states, 1, false); /* the start stays unknown until a record has it */
        assert_state(states, SG_SHARE_UNKNOWN, 11);
        take(states, SNAPSHOT_KEY, SNAPSHOT);
        assert_state(states, 0, 21);
        (void)sg_share_states_free(states);
    }
}

static void test_value_of_another_length_leaves_none(void **state)
{
    static const char *const values[] = { SNAPSHOT, BEGIN, UPDATE };
    static const char *const keys[] = { SNAPSHOT_KEY, SNAPSHOT_KEY, UPDATE_KEY };
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        struct bytes key = of_hex(keys[i]);
        struct bytes value = of_hex(values[i]);
        for (size_t n = 0; n <= value.n + 1; n++) {
            struct sg_share_states *states = new_states(10);
            struct sg_str cut = { (const char *)value.at, n };
            assert_int_equal(sg_share_states_take(states, 3, text_of(&key), cut), 0);
            assert_int_equal(sg_share_states_fetch_dropped(states), n != value.n);
            (void)sg_share_states_free(states);
        }
    }
}

static void test_key_that_is_not_understood_is_counted(void **state)
{
    static const struct change changes[] = {
        { 0, 1 },     /* the type */
        { 1, 2 },     /* the same */
        { 2, 0x80 },  /* the length of the name */
        { 3, 0 },     /* no name */
        { 3, 6 },     /* a shorter one */
        { 27, 0x80 }, /* the partition */
    };
    struct bytes value = of_hex(SNAPSHOT);
    struct sg_share_states *states = new_states(10);
    (void)state;

    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct bytes key = of_hex(SNAPSHOT_KEY);
        change(&key, changes[i]);
        assert_int_equal(sg_share_states_take(states, 3, text_of(&key), text_of(&value)), 0);
        if (sg_share_states_fetch_dropped(states) != 1)
            fail_msg("byte %zu as %u is taken", changes[i].at, changes[i].byte);
    }
    for (size_t n = 0; n < strlen(SNAPSHOT_KEY) / 2; n++) {
        struct bytes key = of_hex(SNAPSHOT_KEY);
        struct sg_str cut = { (const char *)key.at, n };
        assert_int_equal(sg_share_states_take(states, 3, cut, text_of(&value)), 0);
        assert_int_equal(sg_share_states_fetch_dropped(states), 1);
    }
    assert_int_equal(sg_share_states_n(states), 0);
    (void)sg_share_states_free(states);
}

static void test_snapshot_without_a_list_of_batches_leaves_none(void **state)
{
    struct sg_share_states *states = new_states(10);
    struct bytes key = of_hex(SNAPSHOT_KEY);
    struct bytes value = of_hex(BEGIN);
    (void)state;

    change(&value, (struct change){ value.n - 2, 0 });
    assert_int_equal(sg_share_states_take(states, 3, text_of(&key), text_of(&value)), 0);
    assert_int_equal(sg_share_states_fetch_dropped(states), 1);
    (void)sg_share_states_free(states);
}

/* Kafka has the length in 15 bits. */
static void test_longest_name_of_a_group(void **state)
{
    static unsigned char key[2 + 2 + INT16_MAX + 1 + 20];
    struct sg_share_states *states = new_states(10);
    struct bytes value = of_hex(SNAPSHOT);
    (void)state;

    memset(key + 4, 'g', sizeof key - 4);
    memset(key + sizeof key - 4, 0, 4);
    key[2] = 0x80; /* one byte more */
    assert_int_equal(sg_share_states_take(states, 0,
                         (struct sg_str){ (const char *)key, sizeof key }, text_of(&value)),
        0);
    assert_int_equal(sg_share_states_fetch_dropped(states), 1);
    key[2] = 0x7f;
    key[3] = 0xff;
    memset(key + sizeof key - 5, 0, 4);
    assert_int_equal(sg_share_states_take(states, 0,
                         (struct sg_str){ (const char *)key, sizeof key - 1 }, text_of(&value)),
        0);
    assert_int_equal(sg_share_states_fetch_dropped(states), 0);
    assert_int_equal(sg_share_states_n(states), 1);
    (void)sg_share_states_free(states);
}

/* @return of a snapshot whose last byte, an empty list of tags, is replaced by these */
static struct bytes with_tags(const char *hex)
{
    struct bytes value = of_hex(SNAPSHOT);
    struct bytes tags = of_hex(hex);

    value.n -= 7; /* the tag, its size, its four bytes, and their number */
    memcpy(value.at + value.n, tags.at, tags.n);
    value.n += tags.n;
    return value;
}

static void test_tags_are_optional_and_in_order(void **state)
{
    static const struct {
        const char *tags;
        bool is_taken;
        int32_t complete;
    } cases[] = {
        { "00", true, SG_SHARE_UNKNOWN },          /* a broker before Kafka 4.2 */
        { "01000400000005", true, 5 },             /* the count */
        { "020004000000050503010203", true, 5 },   /* and a tag that is not known */
        { "0105020102", true, SG_SHARE_UNKNOWN },  /* only that */
        { "0205020102000400000005", false, 0 },    /* not in order */
        { "0200040000000500040000000", false, 0 }, /* twice */
        { "0105ffffffff0f01", false, 0 },          /* a size past the end */
        { "01000480000000", false, 0 },            /* below -1 */
        { "ffffffff1f", false, 0 },                /* a number of 33 bits */
        { "8180808010000400000005", false, 0 },    /* which would be 1 in 32 bits */
        { "ffffffffff01", false, 0 },              /* one of more than five bytes */
    };
    struct bytes key = of_hex(SNAPSHOT_KEY);
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_share_states *states = new_states(10);
        struct bytes value = with_tags(cases[i].tags);
        assert_int_equal(sg_share_states_take(states, 3, text_of(&key), text_of(&value)), 0);
        if (sg_share_states_fetch_dropped(states) != !cases[i].is_taken)
            fail_msg("%s", cases[i].tags);
        if (cases[i].is_taken)
            assert_state(states, 0, cases[i].complete);
        (void)sg_share_states_free(states);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_as_kafka_writes_them),
        cmocka_unit_test(test_update_keeps_the_start_of_its_snapshot),
        cmocka_unit_test(test_update_without_its_snapshot_has_no_start),
        cmocka_unit_test(test_record_without_value_ends_the_partition),
        cmocka_unit_test(test_ended_partitions_are_forgotten),
        cmocka_unit_test(test_partitions_past_the_cap_are_left_out),
        cmocka_unit_test(test_partition_that_ends_makes_room_for_what_was_left_out),
        cmocka_unit_test(test_partitions_that_ended_and_are_forgotten_make_room),
        cmocka_unit_test(test_value_that_is_not_understood_leaves_none),
        cmocka_unit_test(test_value_of_another_length_leaves_none),
        cmocka_unit_test(test_key_that_is_not_understood_is_counted),
        cmocka_unit_test(test_snapshot_without_a_list_of_batches_leaves_none),
        cmocka_unit_test(test_longest_name_of_a_group),
        cmocka_unit_test(test_tags_are_optional_and_in_order),
    };
    return cmocka_run_group_tests_name("admin_share_states", tests, NULL, NULL);
}
