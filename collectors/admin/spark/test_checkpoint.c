/* SPDX-License-Identifier: Apache-2.0 */
#include "temporary.h"
#include "test.h"

#include "admin/spark/checkpoint.h"
#include "base/buf.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define META "{\"batchWatermarkMs\":0,\"batchTimestampMs\":1795469349469,\"conf\":{}}\n"

static char directory[TEMPORARY_BYTES];

static int make_directory(void **state)
{
    (void)state;
    temporary_folder(directory);
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

static int remove_directory(void **state)
{
    (void)state;
    return nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A file of the checkpoint, with the folders on the way to it. */
static void put(const char *name, const char *text, size_t len)
{
    char path[256];

    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    for (char *slash = path + strlen(directory) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    put_bytes(path, text, len);
}

static void put_string(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

/* "topic-partition=offset …", with the batch in front. */
static void expect(const char *want)
{
    struct sg_checkpoint checkpoint;
    struct sg_error err = { "" };
    char got[512];
    size_t len;

    int r = sg_checkpoint_read(directory, &checkpoint, &err);
    if (r)
        fail_msg("%d: %s", r, err.text);
    len = (size_t)snprintf(got, sizeof got, "%" PRId64 ":", checkpoint.batch);
    for (size_t i = 0; i < checkpoint.n; i++)
        len += (size_t)snprintf(got + len, sizeof got - len, " %s-%" PRId32 "=%" PRId64,
            checkpoint.offsets[i].topic, checkpoint.offsets[i].partition,
            checkpoint.offsets[i].offset);
    sg_checkpoint_done(&checkpoint);
    assert_string_equal(got, want);
}

static void expect_error(int want, const char *part)
{
    struct sg_checkpoint checkpoint;
    struct sg_error err = { "" };

    int r = sg_checkpoint_read(directory, &checkpoint, &err);
    sg_checkpoint_done(&checkpoint);
    assert_int_equal(r, want);
    if (!strstr(err.text, part))
        fail_msg("no \"%s\" in: %s", part, err.text);
}

static void test_checkpoint_gives_the_offsets_of_the_last_complete_batch(void **state)
{
    (void)state;
    put_string("metadata", "{\"id\":\"x\"}");
    put_string("offsets/8", "v1\n" META "{\"mytopic\":{\"0\":5}}");
    put_string("offsets/9", "v1\n" META "{\"mytopic\":{\"2\":115,\"0\":76,\"1\":107}}");
    put_string(
        "offsets/10", "v1\n" META "{\"mytopic\":{\"2\":200,\"0\":200,\"1\":200}}"); /* runs */
    put_string("commits/8", "v1\n{\"nextBatchWatermarkMs\":0}");
    put_string("commits/9", "v1\n{\"nextBatchWatermarkMs\":0}");
    put_string("commits/.10.crc", "x");
    put_string("commits/.10.0815.tmp", "v1");
    expect("9: mytopic-0=76 mytopic-1=107 mytopic-2=115");
}

static void test_checkpoint_with_several_sources_gives_what_all_have_read(void **state)
{
    (void)state;
    put_string("offsets/0",
        "v1\n" META "{\"a\":{\"0\":7},\"b\":{\"0\":1}}\n-\n{\"logOffset\":3}\n12\n"
        "{\"a\":{\"0\":5,\"1\":9}}");
    put_string("commits/0", "v1\n{}");
    expect("0: a-0=5 a-1=9 b-0=1");
}

/* Every topic of a source is looked at, not only its first. */
static void test_checkpoint_source_with_another_things_topic_is_none_of_kafka(void **state)
{
    (void)state;

    put_string("offsets/7", "v1\n" META "{\"a\":{\"0\":5},\"b\":{\"33333333333\":1}}\n"
                            "{\"a\":{\"0\":5},\"b\":7}\n{\"c\":{\"1\":6},\"d\":{\"2\":8}}\n");
    put_string("commits/7", "v1\n{\"nextBatchWatermarkMs\":0}");
    expect("7: c-1=6 d-2=8");
}

static void test_checkpoint_before_the_first_batch_gives_where_it_began(void **state)
{
    static const char began[] = "\0v1\n{\"mytopic\":{\"0\":3,\"1\":-2}}";
    (void)state;
    put_string("metadata", "{\"id\":\"x\"}");
    expect("-1:");
    put("sources/0/0", began, sizeof began - 1);
    put_string("sources/1/0", "3\n");
    expect("-1: mytopic-0=3");
    put_string("commits/.0.tmp", "");
    expect("-1: mytopic-0=3");
}

static void test_checkpoint_with_a_broken_last_batch_gives_the_one_before(void **state)
{
    (void)state;
    put_string("offsets/8", "v1\n" META "{\"t\":{\"0\":5}}");
    put_string("commits/8", "v1\n{}");
    put_string("commits/9", "v1\n{}"); /* its offsets are gone */
    expect("8: t-0=5");
    put_string("offsets/9", "v1\n" META "{\"t\":{\"0\":"); /* incomplete */
    expect("8: t-0=5");
    put_string("offsets/9", "v1\n" META "{\"t\":{\"0\":6}}");
    expect("9: t-0=6");
}

static void test_checkpoint_that_is_none_is_an_error(void **state)
{
    (void)state;
    expect_error(SG_CHECKPOINT_E_READ, "no checkpoint");
    put_string("offsets/1", "v7\n" META "{\"t\":{\"0\":6}}");
    put_string("commits/1", "v7\n");
    expect_error(SG_CHECKPOINT_E_FORMAT, "version \"v7\"");
    put_string("offsets/1", "v1");
    expect_error(SG_CHECKPOINT_E_FORMAT, "ends after its first line");
    put_string("offsets/1", "v1\n" META "{]");
    expect_error(SG_CHECKPOINT_E_FORMAT, "not JSON");
    char *large = calloc(1, SG_CHECKPOINT_FILE_BYTES_MAX + 1);
    assert_non_null(large);
    put("offsets/1", large, SG_CHECKPOINT_FILE_BYTES_MAX + 1);
    free(large);
    expect_error(SG_CHECKPOINT_E_LIMIT, "larger than 16 MiB");
}

static void test_checkpoint_of_too_many_partitions_is_past_the_limit(void **state)
{
    struct sg_checkpoint checkpoint = { .n = 0 };
    struct sg_error err = { "" };
    struct sg_buf text;
    (void)state;

    sg_buf_init(&text, SG_CHECKPOINT_FILE_BYTES_MAX);
    assert_int_equal(sg_buf_add_str(&text, SG_STR("v1\n{\"t\":{\"0\":1")), 0);
    for (int i = 1; i <= SG_CHECKPOINT_OFFSETS_MAX; i++)
        assert_int_equal(sg_buf_printf(&text, ",\"%d\":1", i), 0);
    assert_int_equal(sg_buf_add_str(&text, SG_STR("}}")), 0);
    assert_int_equal(
        sg_checkpoint_parse(&checkpoint, sg_buf_get(&text), false, &err), SG_CHECKPOINT_E_LIMIT);
    assert_non_null(strstr(err.text, "more than 200000 partitions"));
    sg_checkpoint_done(&checkpoint);
    sg_buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_checkpoint_source_with_another_things_topic_is_none_of_kafka, make_directory,
            remove_directory),
        cmocka_unit_test_setup_teardown(test_checkpoint_before_the_first_batch_gives_where_it_began,
            make_directory, remove_directory),
        cmocka_unit_test(test_checkpoint_of_too_many_partitions_is_past_the_limit),
        cmocka_unit_test_setup_teardown(
            test_checkpoint_gives_the_offsets_of_the_last_complete_batch, make_directory,
            remove_directory),
        cmocka_unit_test_setup_teardown(
            test_checkpoint_that_is_none_is_an_error, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(
            test_checkpoint_with_a_broken_last_batch_gives_the_one_before, make_directory,
            remove_directory),
        cmocka_unit_test_setup_teardown(
            test_checkpoint_with_several_sources_gives_what_all_have_read, make_directory,
            remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
