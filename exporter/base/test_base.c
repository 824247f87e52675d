/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/filter.h"
#include "base/index.h"
#include "base/join.h"
#include "base/meant.h"
#include "base/number.h"
#include "base/utf8.h"
#include "base/words.h"
#include "test.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

static void test_buf_past_cap_refused_and_content_kept(void **state)
{
    struct sg_buf buf;
    (void)state;

    sg_buf_init(&buf, 8);
    assert_int_equal(sg_buf_add(&buf, "12345678", 8), 0);
    assert_int_equal(sg_buf_add_char(&buf, '9'), SG_BUF_E_FULL);
    assert_int_equal(sg_buf_reserve(&buf, SIZE_MAX), SG_BUF_E_FULL);
    assert_int_equal(buf.len, 8);
    assert_memory_equal(buf.ptr, "12345678", 8);
    sg_buf_done(&buf);
}

static void test_buf_after_a_failure_takes_nothing_until_it_is_cut_back(void **state)
{
    struct sg_buf buf;
    (void)state;

    sg_buf_init(&buf, 8);
    assert_int_equal(sg_buf_add(&buf, "1234", 4), 0);
    assert_int_equal(sg_buf_error(&buf), 0);
    assert_int_equal(sg_buf_add(&buf, "56789", 5), SG_BUF_E_FULL);
    assert_int_equal(sg_buf_add_char(&buf, '5'), SG_BUF_E_FULL); /* there would be enough memory */
    assert_int_equal(sg_buf_printf(&buf, "%d", 5), SG_BUF_E_FULL);
    assert_int_equal(sg_buf_error(&buf), SG_BUF_E_FULL);
    assert_null(sg_buf_take(&buf));
    assert_int_equal(buf.len, 4);
    sg_buf_truncate(&buf, 2);
    assert_int_equal(sg_buf_error(&buf), 0);
    assert_int_equal(sg_buf_add_char(&buf, '!'), 0);
    assert_true(sg_str_equal(sg_buf_get(&buf), SG_STR("12!")));
    (void)sg_buf_reserve(&buf, SIZE_MAX);
    sg_buf_clear(&buf);
    assert_int_equal(sg_buf_error(&buf), 0);
    sg_buf_done(&buf);
}

static void test_buf_text_that_is_too_long_is_shown_cut_off(void **state)
{
    struct sg_buf buf;
    (void)state;

    sg_buf_init(&buf, 8);
    assert_string_equal(sg_buf_get_cut(&buf), "");
    sg_buf_add(&buf, "12345678", 8);
    assert_string_equal(sg_buf_get_cut(&buf), "1234567");
    sg_buf_clear(&buf);
    sg_buf_add(&buf, "123", 3);
    sg_buf_add(&buf, "456789", 6);
    assert_string_equal(sg_buf_get_cut(&buf), "123");
    sg_buf_done(&buf);
}

static void test_buf_printf_and_take_give_terminated_text(void **state)
{
    struct sg_buf buf;
    (void)state;

    sg_buf_init(&buf, 1000);
    assert_int_equal(sg_buf_printf(&buf, "%s-%d", "a", 7), 0);
    char *text = sg_buf_take(&buf);
    assert_string_equal(text, "a-7");
    assert_int_equal(buf.len, 0);
    free(text);
}

static void test_arena_texts_never_move(void **state)
{
    enum {
        N = 2000
    };
    static char *texts[N];
    struct sg_arena *arena = sg_arena_new();
    (void)state;

    for (int i = 0; i < N; i++) {
        char text[200];
        int n = snprintf(text, sizeof text, "%0*d", 1 + i % 190, i);
        texts[i] = sg_arena_copy(arena, (struct sg_str){ text, (size_t)n });
        assert_non_null(texts[i]);
    }
    struct sg_arena *other = sg_arena_ref(arena);
    assert_null(sg_arena_unref(arena)); /* the other reference keeps it */
    for (int i = 0; i < N; i++)
        assert_int_equal(strtol(texts[i], NULL, 10), i);
    assert_null(sg_arena_unref(other));
}

static bool number_equal(const void *owner, uint32_t id, const void *key)
{
    return ((const uint64_t *)owner)[id] == *(const uint64_t *)key;
}

static void test_index_finds_all_and_only_what_was_added(void **state)
{
    enum {
        N = 5000
    };
    static uint64_t numbers[N];
    struct sg_index index;
    (void)state;

    sg_index_init(&index);
    for (uint32_t i = 0; i < N; i++) {
        numbers[i] = (uint64_t)i * 7919;
        /* few different hashes: long runs of collisions must work too */
        assert_int_equal(sg_index_add(&index, i % 64, i), 0);
    }
    for (uint32_t i = 0; i < N; i++)
        assert_int_equal(sg_index_find(&index, i % 64, number_equal, numbers, &numbers[i]), i);
    uint64_t missing = 1;
    assert_int_equal(sg_index_find(&index, 1, number_equal, numbers, &missing), SG_INDEX_NONE);
    sg_index_clear(&index);
    assert_int_equal(sg_index_find(&index, 0, number_equal, numbers, &numbers[0]), SG_INDEX_NONE);
    sg_index_done(&index);
}

static void assert_double_text(double value, const char *expected)
{
    char text[SG_NUMBER_TEXT_MAX + 1];
    text[sg_number_write_double(text, value)] = '\0';
    assert_string_equal(text, expected);
}

/* Replaces that of the C library. */
static bool has_entropy = true;

ssize_t getrandom(void *buffer, size_t len, unsigned flags)
{
    (void)flags;
    if (!has_entropy)
        return -1;
    memset(buffer, 0x42, len);
    return (ssize_t)len;
}

static void test_seed_is_random_where_there_is_entropy(void **state)
{
    (void)state;

    assert_true(sg_seed_new() == UINT64_C(0x4242424242424243)); /* odd, and so never 0 */
    has_entropy = false;
    uint64_t seed = sg_seed_new();
    has_entropy = true;
    assert_true(seed % 2 == 1 && seed != UINT64_C(0x4242424242424243));
}

static void test_number_special_doubles_spelled_as_prometheus_does(void **state)
{
    (void)state;
    assert_double_text(NAN, "NaN");
    assert_double_text(INFINITY, "+Inf");
    assert_double_text(-INFINITY, "-Inf");
    assert_double_text(0, "0");
    assert_double_text(-0.0, "-0");
    assert_double_text(1, "1");
    assert_double_text(0.1, "0.1");
    assert_double_text(-2.5, "-2.5");
    assert_double_text(1e15, "1e+15");
    assert_double_text(999999999999999, "999999999999999");
}

static void test_number_any_double_reads_back_the_same(void **state)
{
    uint64_t bits = 0x123456789ABCDEF;
    (void)state;

    for (int i = 0; i < 200000; i++) {
        double value;
        double back;
        char text[SG_NUMBER_TEXT_MAX + 1];
        bits = bits * 6364136223846793005U + 1442695040888963407U;
        memcpy(&value, &bits, sizeof value);
        if (isnan(value))
            continue;
        size_t n = sg_number_write_double(text, value);
        assert_true(n <= SG_NUMBER_TEXT_MAX);
        text[n] = '\0';
        back = strtod(text, NULL);
        assert_memory_equal(&back, &value, sizeof value);
    }
    assert_double_text(DBL_MAX, "1.7976931348623157e+308");
    assert_double_text(5e-324, "5e-324");
}

static void test_number_int64_limits_keep_every_digit(void **state)
{
    char text[SG_NUMBER_TEXT_MAX + 1];
    (void)state;

    text[sg_number_write_int(text, INT64_MIN)] = '\0';
    assert_string_equal(text, "-9223372036854775808");
    text[sg_number_write_int(text, INT64_MAX)] = '\0';
    assert_string_equal(text, "9223372036854775807");
}

/* The first and the last of each row of the Unicode Standard's table 3-7, and what is beside them.
 */
static void test_utf8_invalid_sequences_have_no_length(void **state)
{
    static const struct {
        const char *bytes;
        size_t expected;
    } cases[] = {
        { "a", 1 },
        { "\x7F", 1 },
        { "\x80", 0 },
        { "\xC1\xBF", 0 }, /* over-long */
        { "\xC2\x80", 2 },
        { "\xDF\xBF", 2 },
        { "\xC2\x7F", 0 },
        { "\xC2\xC0", 0 },
        { "\xE0\x9F\xBF", 0 }, /* over-long */
        { "\xE0\xA0\x80", 3 },
        { "\xED\x9F\xBF", 3 },
        { "\xED\xA0\x80", 0 }, /* surrogate */
        { "\xED\xBF\xBF", 0 }, /* surrogate */
        { "\xEE\x80\x80", 3 },
        { "\xEF\xBF\xBF", 3 },
        { "\xE2\x82\x7F", 0 },
        { "\xF0\x8F\xBF\xBF", 0 }, /* over-long */
        { "\xF0\x90\x80\x80", 4 },
        { "\xF4\x8F\xBF\xBF", 4 },
        { "\xF4\x90\x80\x80", 0 }, /* above U+10FFFF */
        { "\xF5\x80\x80\x80", 0 }, /* above U+10FFFF */
        { "\xF0\x90\x80\x7F", 0 },
        { "\xC2", 0 }, /* truncated, as the next two */
        { "\xE2\x82", 0 },
        { "\xF0\x9F\x98", 0 },
        { "", 0 },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(sg_utf8_length(cases[i].bytes, strlen(cases[i].bytes)), cases[i].expected);
}

static void test_utf8_control_is_what_changes_its_surroundings(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t expected;
    } cases[] = {
        { "\x01", 1 },
        { "\x1f", 0x1f },
        { " ", 0 },
        { "~", 0 },
        { "\x7f", 0x7f },
        { "\xc2\x9b", 0x9b }, /* begins a sequence of some terminals */
        { "\xc2\xa0", 0 },
        { "\xd8\x9c", 0x61c },
        { "\xe2\x80\x8d", 0 },
        { "\xe2\x80\x8e", 0x200e },
        { "\xe2\x80\xa8", 0x2028 },
        { "\xe2\x80\xae", 0x202e },
        { "\xe2\x80\xaf", 0 },
        { "\xe2\x81\xa6", 0x2066 },
        { "\xe2\x81\xa9", 0x2069 },
        { "\xe2\x81\xaa", 0 },
        { "\xf0\x9f\x98\x80", 0 },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            sg_utf8_control(cases[i].bytes, strlen(cases[i].bytes)), cases[i].expected);
}

static void test_filter_include_and_exclude_search_anywhere(void **state)
{
    struct sg_filter *filter = NULL;
    (void)state;

    assert_int_equal(sg_filter_new("^(my|log)", "s$", &filter, NULL), 0);
    assert_true(sg_filter_wants(filter, SG_STR("mytopic")));
    assert_false(sg_filter_wants(filter, SG_STR("logs")));
    assert_false(sg_filter_wants(filter, SG_STR("audit")));
    assert_false(sg_filter_wants(filter, SG_STR("\xff\xfe")));
    filter = sg_filter_free(filter);

    assert_int_equal(sg_filter_new(NULL, NULL, &filter, NULL), 0);
    assert_true(sg_filter_wants(filter, SG_STR("\xff\xfe")));
    (void)sg_filter_free(filter);
}

static void test_filter_bad_pattern_says_where(void **state)
{
    struct sg_filter *filter = NULL;
    struct sg_error err;
    (void)state;

    assert_int_equal(sg_filter_new("a(b", NULL, &filter, &err), SG_FILTER_E_PATTERN);
    assert_non_null(strstr(err.text, "pattern \"a(b\", character 4: "));
    assert_null(filter);
}

static void test_error_prefix_keeps_the_text_and_cuts_at_the_end(void **state)
{
    struct sg_error err;
    char longer[600];
    (void)state;

    (void)sg_error_set(&err, 1, "refused");
    assert_int_equal(sg_error_prefix(&err, 7, "broker %d: ", 3), 7);
    assert_string_equal(err.text, "broker 3: refused");
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    (void)sg_error_set(&err, 1, "%s", longer);
    (void)sg_error_prefix(&err, 1, "a: ");
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_memory_equal(err.text, "a: xxx", 6);
}

static void test_filter_that_gives_up_shows_the_name(void **state)
{
    static const char endless[] = "^(a+)+$";
    char name[200];
    struct sg_filter *filter = NULL;
    (void)state;

    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '!';
    const struct sg_str long_name = { name, sizeof name };
    assert_int_equal(sg_filter_new(endless, NULL, &filter, NULL), 0);
    assert_true(sg_filter_wants(filter, SG_STR("aa")));
    assert_false(sg_filter_wants(filter, SG_STR("ab")));
    assert_int_equal(sg_filter_fetch_gave_up(filter), 0);
    assert_true(sg_filter_wants(filter, long_name));
    assert_int_equal(sg_filter_fetch_gave_up(filter), 1);
    assert_int_equal(sg_filter_fetch_gave_up(filter), 0);
    filter = sg_filter_free(filter);

    assert_int_equal(sg_filter_new(NULL, endless, &filter, NULL), 0);
    assert_true(sg_filter_wants(filter, long_name));
    assert_int_equal(sg_filter_fetch_gave_up(filter), 1);
    (void)sg_filter_free(filter);
}

static void test_meant_swapped_letters_are_one_mistake(void **state)
{
    static const char *const words[] = { "code", "topics", "client", "cluster", "cert", "coed",
        NULL };
    static const char *const close[] = { "url", "rules", NULL };
    (void)state;

    assert_string_equal(sg_meant("tpoics", words), "topics");
    assert_string_equal(sg_meant("cleint", words), "client");
    assert_string_equal(sg_meant("ceod", words), "coed"); /* one swap, and two letters to code */
    assert_string_equal(sg_meant("ulr", close), "url");
    assert_string_equal(sg_meant("topic", words), "topics");
    assert_null(sg_meant("zookeeper", words));
}

static void test_words_count_and_duration(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } durations[] = { { -5, "0ms" }, { 0, "0ms" }, { 999, "999ms" }, { 1000, "1s" },
        { 185000, "3m5s" }, { 3600000, "1h" }, { 3660999, "1h1m" }, { 90000000, "1d1h" },
        { INT64_MAX, "106751991167d7h" } };
    (void)state;

    assert_string_equal(sg_words_count(1, "broker").text, "1 broker");
    assert_string_equal(sg_words_count(0, "broker").text, "0 brokers");
    assert_string_equal(sg_words_count(2, "query").text, "2 queries");
    assert_string_equal(sg_words_count(2, "series").text, "2 series");
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++)
        assert_string_equal(sg_words_duration(durations[i].ms).text, durations[i].text);
}

static void test_words_for_people(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } ages[] = { { -5, "0 ms" }, { 250, "250 ms" }, { 3999, "3 s" }, { 119999, "119 s" },
        { 120000, "2 min" }, { 3599999, "59 min" }, { 7020000, "1 h 57 min" },
        { 172799999, "47 h 59 min" }, { 273600000, "3 d 4 h" }, { 3600000, "1 h" },
        { 259200000, "3 d" } };
    static const struct {
        double number;
        const char *bytes, *text;
    } numbers[] = { { 0, "0 B", "0" }, { 999, "999 B", "999" }, { 1500, "1.5 kB", "1,500" },
        { 123456789, "123 MB", "123,456,789" }, { 1e300, NULL, "1e+300" }, { -123, NULL, "-123" } };
    (void)state;

    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++)
        assert_string_equal(sg_words_age(ages[i].ms).text, ages[i].text);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_string_equal(sg_words_number(numbers[i].number).text, numbers[i].text);
        if (numbers[i].bytes)
            assert_string_equal(sg_words_bytes(numbers[i].number).text, numbers[i].bytes);
    }
}

static void *wait_on(void *context)
{
    pthread_mutex_t *lock = context;

    (void)pthread_mutex_lock(lock);
    (void)pthread_mutex_unlock(lock);
    return NULL;
}

static void test_join_gives_up_in_time_and_joins_who_has_ended(void **state)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t thread;
    (void)state;

    (void)pthread_mutex_lock(&lock);
    assert_int_equal(pthread_create(&thread, NULL, wait_on, &lock), 0);
    assert_false(sg_join_within(thread, 20));
    (void)pthread_mutex_unlock(&lock);
    assert_true(sg_join_within(thread, 20000));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf_past_cap_refused_and_content_kept),
        cmocka_unit_test(test_buf_after_a_failure_takes_nothing_until_it_is_cut_back),
        cmocka_unit_test(test_buf_text_that_is_too_long_is_shown_cut_off),
        cmocka_unit_test(test_buf_printf_and_take_give_terminated_text),
        cmocka_unit_test(test_arena_texts_never_move),
        cmocka_unit_test(test_index_finds_all_and_only_what_was_added),
        cmocka_unit_test(test_seed_is_random_where_there_is_entropy),
        cmocka_unit_test(test_number_special_doubles_spelled_as_prometheus_does),
        cmocka_unit_test(test_number_any_double_reads_back_the_same),
        cmocka_unit_test(test_number_int64_limits_keep_every_digit),
        cmocka_unit_test(test_utf8_invalid_sequences_have_no_length),
        cmocka_unit_test(test_utf8_control_is_what_changes_its_surroundings),
        cmocka_unit_test(test_filter_include_and_exclude_search_anywhere),
        cmocka_unit_test(test_filter_that_gives_up_shows_the_name),
        cmocka_unit_test(test_filter_bad_pattern_says_where),
        cmocka_unit_test(test_error_prefix_keeps_the_text_and_cuts_at_the_end),
        cmocka_unit_test(test_meant_swapped_letters_are_one_mistake),
        cmocka_unit_test(test_words_count_and_duration),
        cmocka_unit_test(test_words_for_people),
        cmocka_unit_test(test_join_gives_up_in_time_and_joins_who_has_ended),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
