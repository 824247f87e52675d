/* SPDX-License-Identifier: Apache-2.0 */
#include "base/test_stderr.h"
#include "store/cluster.h"
#include "store/pager.h"
#include "store/store.h"
#include "test.h"

#include <libdeflate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

/* A clock that stands still until a test advances it. */
static int64_t now_ms;

static int64_t read_now(const struct sg_clock *clock)
{
    (void)clock;
    return now_ms;
}

/* The machine's clock, which may be set, separate from the monotonic one. */
static int64_t set_back_ms;

static int64_t read_unix(const struct sg_clock *clock)
{
    (void)clock;
    return now_ms - set_back_ms;
}

static const struct sg_clock test_clock = { read_now, read_unix };

struct fixture {
    struct sg_store *store;
    struct sg_slot *slot;
    struct sg_series_table *table;
    uint32_t family;
};

static int set_up(void **state)
{
    static struct fixture f;
    static const struct sg_family family = { "up", SG_METRIC_GAUGE, "Up." };

    now_ms = 1000000;
    set_back_ms = -1796000000000;
    assert_int_equal(sg_store_new(&test_clock, 30000, &f.store), 0);
    assert_int_equal(sg_store_slot(f.store, "c", "jolokia", "1", &f.slot), 0);
    assert_int_equal(sg_series_table_new(NULL, 0, 0, &f.table), 0);
    assert_int_equal(sg_series_table_add_family(f.table, &family, &f.family), 0);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    (void)sg_series_table_free(f->table);
    (void)sg_slot_free(f->slot);
    (void)sg_store_free(f->store);
    return 0;
}

static struct sg_sample_set *set_of(struct fixture *f, int64_t value)
{
    struct sg_sample_set *set = NULL;
    sg_series_table_begin(f->table);
    assert_int_equal(sg_series_table_put_int(f->table, f->family, NULL, 0, value), 0);
    assert_int_equal(sg_series_table_snapshot(f->table, &set), 0);
    return set;
}

static struct sg_slot_status status_of(struct fixture *f)
{
    struct sg_slot_status status;
    sg_store_slot_status(f->store, 0, &status);
    return status;
}

static void test_slot_asked_for_twice_is_the_same(void **state)
{
    struct fixture *f = *state;
    struct sg_slot *again = NULL;

    assert_int_equal(sg_store_slot(f->store, "c", "jolokia", "1", &again), 0);
    assert_int_equal(sg_store_n_slots(f->store), 1);
    sg_slot_begin(again);
    sg_slot_end(again, set_of(f, 1));
    assert_int_equal(status_of(f).n_collections, 1);
    (void)sg_slot_free(again);
    assert_int_equal(status_of(f).n_collections, 1);
}

static void test_slot_with_a_newer_owner_does_not_hear_the_older(void **state)
{
    struct fixture *f = *state;
    static const struct sg_error err = { "too late" };
    struct sg_slot *newer = NULL;

    assert_int_equal(sg_store_slot(f->store, "c", "jolokia", "1", &newer), 0);
    sg_slot_begin(f->slot);
    sg_slot_begin(newer);
    sg_slot_fail(f->slot, SG_FAILURE_TIMEOUT, &err);
    sg_slot_end(f->slot, set_of(f, 1));
    assert_false(status_of(f).has_run);
    sg_slot_end(newer, set_of(f, 2));
    assert_true(status_of(f).success);
    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 3));
    assert_int_equal(status_of(f).n_collections, 1);
    (void)sg_slot_free(newer);
}

static void test_slot_goes_with_its_last_handle_and_the_others_keep_their_places(void **state)
{
    struct fixture *f = *state;
    struct sg_slot *a = NULL, *b = NULL, *c = NULL;
    struct sg_slot_status status;

    assert_int_equal(sg_store_slot(f->store, "c", "jolokia", "2", &a), 0);
    assert_int_equal(sg_store_slot(f->store, "c", "jolokia", "3", &b), 0);
    uint64_t version = sg_store_version(f->store);
    (void)sg_slot_free(a);
    assert_true(sg_store_version(f->store) != version);
    assert_int_equal(sg_store_n_slots(f->store), 3);
    assert_false(sg_store_slot_status(f->store, 1, &status));
    assert_null(sg_store_take_set(f->store, 1));
    assert_true(sg_store_slot_status(f->store, 2, &status));
    assert_string_equal(status.target, "3");
    assert_int_equal(sg_store_slot(f->store, "c", "jolokia", "4", &c), 0);
    assert_true(sg_store_slot_status(f->store, 1, &status));
    assert_string_equal(status.target, "4");
    (void)sg_slot_free(b);
    (void)sg_slot_free(c);
}

static void test_slot_that_collects_rarely_is_not_stale_in_between(void **state)
{
    struct fixture *f = *state;

    sg_store_set_pause(f->store, 60000);
    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 1));
    now_ms += 120000;
    assert_false(status_of(f).stale);
    now_ms += 1;
    assert_true(status_of(f).stale);
    sg_store_set_pause(f->store, 0);
    sg_store_set_stale_after(f->store, 130000);
    assert_false(status_of(f).stale);
}

/* A reload adds targets: the program is in service meanwhile. */
static void test_store_that_was_ready_stays_ready(void **state)
{
    struct fixture *f = *state;
    struct sg_slot *added = NULL;

    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 1));
    assert_true(sg_store_is_ready(f->store));
    assert_int_equal(sg_store_slot(f->store, "c", "jolokia", "2", &added), 0);
    assert_true(sg_store_is_ready(f->store));
    (void)sg_slot_free(added);
}

static void test_slot_success_then_silence_turns_stale(void **state)
{
    struct fixture *f = *state;

    assert_false(sg_store_is_ready(f->store));
    sg_slot_begin(f->slot);
    now_ms += 250;
    sg_slot_end(f->slot, set_of(f, 1));
    assert_true(sg_store_is_ready(f->store));
    struct sg_slot_status status = status_of(f);
    assert_true(status.has_run && status.success && !status.stale);
    assert_int_equal(status.duration_ms, 250);
    assert_int_equal(status.n_series, 1);
    sg_slot_note_certificate(f->slot, 1827662400);
    assert_int_equal(status_of(f).certificate_end_unix_s, 1827662400);

    now_ms += 30000;
    assert_false(status_of(f).stale);
    now_ms += 1;
    assert_true(status_of(f).stale);
    assert_null(sg_store_take_set(f->store, 0));
}

static void test_slot_failure_keeps_samples_until_stale_and_counts_kind(void **state)
{
    struct fixture *f = *state;
    struct sg_error err;

    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 1));
    now_ms += 15000;
    sg_slot_begin(f->slot);
    (void)sg_error_set(&err, 0, "no answer in 10 s");
    sg_slot_fail(f->slot, SG_FAILURE_TIMEOUT, &err);
    sg_slot_end(f->slot, NULL);

    struct sg_slot_status status = status_of(f);
    assert_false(status.success);
    assert_false(status.stale);
    assert_int_equal(status.n_failures[SG_FAILURE_TIMEOUT], 1);
    assert_string_equal(status.failure.text, "no answer in 10 s");

    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 2));
    status = status_of(f);
    assert_true(status.success);
    assert_string_equal(status.failure.text, "");
    assert_int_equal(status.n_failures[SG_FAILURE_TIMEOUT], 1);
}

static void test_slot_partial_result_is_shown_but_no_success(void **state)
{
    struct fixture *f = *state;
    struct sg_error err;

    sg_slot_begin(f->slot);
    (void)sg_error_set(&err, 0, "half");
    sg_slot_fail(f->slot, SG_FAILURE_PROTOCOL, &err);
    sg_slot_end(f->slot, set_of(f, 1));
    assert_false(status_of(f).success);
    assert_int_equal(status_of(f).n_series, 1);
    assert_int_equal(status_of(f).last_success_unix_ms, 0);
}

static void test_slot_note_counts_and_is_no_failure(void **state)
{
    struct fixture *f = *state;
    struct sg_error err;

    (void)sg_error_set(&err, 0, "may not be read");
    for (int i = 0; i < 2; i++) {
        sg_slot_begin(f->slot);
        sg_slot_warn(f->slot, SG_FAILURE_DENIED, &err);
        sg_slot_end(f->slot, set_of(f, i));
    }
    struct sg_slot_status status = status_of(f);
    assert_true(status.success);
    assert_string_equal(status.failure.text, "");
    assert_int_equal(status.n_failures[SG_FAILURE_DENIED], 2);
}

static void test_slot_given_up_learns_nothing(void **state)
{
    struct fixture *f = *state;
    struct sg_error err;

    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, NULL);
    assert_false(status_of(f).has_run);
    sg_slot_begin(f->slot);
    (void)sg_error_set(&err, 0, "refused");
    sg_slot_fail(f->slot, SG_FAILURE_CONNECT, &err);
    sg_slot_end(f->slot, NULL);
    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, NULL); /* the program stops: this is not a recovery */
    assert_false(status_of(f).success);
    assert_string_equal(status_of(f).failure.text, "refused");
}

/* An hour back: fresh samples stay fresh, and ages continue. */
static void test_slot_goes_by_the_monotonic_clock_alone(void **state)
{
    struct fixture *f = *state;

    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 1));
    set_back_ms += 3600000;
    now_ms += 2000;
    assert_false(status_of(f).stale);
    assert_int_equal(status_of(f).n_series, 1);
    assert_int_equal(status_of(f).last_success_ms_ago, 2000);
    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 2));
    set_back_ms -= 2 * 3600000; /* and two hours on */
    assert_false(status_of(f).stale);
    assert_int_equal(status_of(f).last_success_ms_ago, 0);
    now_ms += 30001;
    assert_true(status_of(f).stale);
}

/* ---- The log ---- */

static void test_slot_that_works_again_says_how_long_it_did_not(void **state)
{
    struct fixture *f = *state;
    struct sg_error err;
    char text[4096];

    (void)sg_error_set(&err, 0, "refused");
    start_listening();
    for (int i = 0; i < 5; i++) {
        sg_slot_begin(f->slot);
        sg_slot_fail(f->slot, i < 3 ? SG_FAILURE_CONNECT : SG_FAILURE_TIMEOUT, &err);
        sg_slot_end(f->slot, NULL);
        now_ms += 37000;
    }
    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 1));
    stop_listening(text, sizeof text);
    assert_non_null(strstr(text, "msg=\"works again, after 3m5s\""));
}

/* Ten minutes of a collection every ten seconds, with a broker that refuses or is too slow in turn.
 */
static void test_slot_with_failures_in_turn_has_a_line_of_each_in_five_minutes(void **state)
{
    struct fixture *f = *state;
    struct sg_error refused, slow;
    char text[65536];

    (void)sg_error_set(&refused, 0, "refused");
    (void)sg_error_set(&slow, 0, "too slow");
    start_listening();
    for (int i = 0; i < 60; i++) {
        sg_slot_begin(f->slot);
        sg_slot_fail(
            f->slot, i % 2 ? SG_FAILURE_TIMEOUT : SG_FAILURE_CONNECT, i % 2 ? &slow : &refused);
        sg_slot_end(f->slot, NULL);
        now_ms += 10000;
    }
    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 1));
    stop_listening(text, sizeof text);
    assert_int_equal(count(text, "msg=refused\n"), 1);
    assert_int_equal(count(text, "msg=\"refused (14 more times since the last line)\"\n"), 1);
    assert_int_equal(count(text, "msg=\"too slow\"\n"), 1);
    assert_int_equal(count(text, "msg=\"too slow (14 more times since the last line)\"\n"), 1);
    assert_int_equal(count(text, "msg=\"works again, after 10m"), 1);
    assert_int_equal(count(text, "\n"), 5);
}

static void test_slot_first_line_of_a_kind_counts_none_before_it(void **state)
{
    struct fixture *f = *state;
    struct sg_error refused, denied;
    char text[4096];

    (void)sg_error_set(&refused, 0, "refused");
    (void)sg_error_set(&denied, 0, "denied");
    start_listening();
    for (int i = 0; i < 2; i++) {
        sg_slot_begin(f->slot);
        sg_slot_fail(f->slot, SG_FAILURE_CONNECT, &refused);
        sg_slot_fail(f->slot, SG_FAILURE_DENIED, &denied); /* at first a detail */
        sg_slot_end(f->slot, NULL);
        now_ms += 10000;
    }
    stop_listening(text, sizeof text);
    assert_int_equal(count(text, "msg=refused\n"), 1);
    assert_int_equal(count(text, "msg=denied\n"), 1);
    assert_int_equal(count(text, "\n"), 2);
}

static void test_slot_warning_has_one_line_for_each_kind(void **state)
{
    struct fixture *f = *state;
    static const struct sg_error err = { "left out" };
    char text[4096];

    start_listening();
    for (int i = 0; i < 3; i++) {
        sg_slot_begin(f->slot);
        sg_slot_warn(f->slot, SG_FAILURE_DENIED, &err);
        sg_slot_warn(f->slot, SG_FAILURE_LIMIT, &err);
        sg_slot_end(f->slot, set_of(f, i));
    }
    stop_listening(text, sizeof text);
    assert_int_equal(
        count(text, "level=warn cluster=c collector=jolokia target=1 msg=\"left out\""), 2);
    assert_int_equal(count(text, "\n"), 2);
    assert_int_equal(status_of(f).n_failures[SG_FAILURE_DENIED], 3);
}

static void test_every_kind_and_reason_has_a_text(void **state)
{
    (void)state;
    for (int i = 0; i < SG_FAILURE_KINDS; i++)
        assert_non_null(sg_failure_kind_text((enum sg_failure_kind)i));
    for (int i = 0; i < SG_DROP_REASONS; i++)
        assert_non_null(sg_drop_reason_text((enum sg_drop_reason)i));
}

static struct sg_body *body_of(struct sg_page *page, enum sg_format format, enum sg_coding coding)
{
    const struct sg_page_wanted wanted = { .format = format, .coding = coding };
    struct sg_body *body = NULL;

    assert_int_equal(sg_page_take_body(page, &wanted, &body), 0);
    return body;
}

/* In each coding; the second time it is the same memory. */
static void assert_variant_is(struct sg_page *page, enum sg_format format, struct sg_str expected)
{
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    struct sg_body *plain = body_of(page, format, SG_CODING_IDENTITY);
    struct sg_body *gzip = body_of(page, format, SG_CODING_GZIP);
    struct sg_body *again = body_of(page, format, SG_CODING_GZIP);
    struct sg_body *zstd = body_of(page, format, SG_CODING_ZSTD);
    struct sg_str bytes = sg_body_get(gzip);
    char back[200];
    size_t n = 0;

    assert_true(sg_str_equal(sg_body_get(plain), expected));
    assert_int_equal(libdeflate_gzip_decompress(d, bytes.ptr, bytes.len, back, sizeof back, &n), 0);
    assert_true(sg_str_equal((struct sg_str){ back, n }, expected));
    assert_ptr_equal(again, gzip);
    bytes = sg_body_get(zstd);
    n = ZSTD_decompress(back, sizeof back, bytes.ptr, bytes.len);
    assert_false(ZSTD_isError(n));
    assert_true(sg_str_equal((struct sg_str){ back, n }, expected));
    (void)sg_body_unref(plain);
    (void)sg_body_unref(gzip);
    (void)sg_body_unref(again);
    (void)sg_body_unref(zstd);
    libdeflate_free_decompressor(d);
}

static void test_page_has_fresh_samples_in_every_variant(void **state)
{
    struct fixture *f = *state;
    struct sg_pager *pager = NULL;

    assert_int_equal(sg_pager_new(f->store, &test_clock, "", NULL, NULL, &pager), 0);
    struct sg_page *empty = sg_pager_take(pager);
    assert_int_equal(sg_page_n_series(empty), 0);

    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 42));
    assert_int_equal(sg_pager_make(pager), 0);
    struct sg_page *page = sg_pager_take(pager);
    assert_variant_is(page, SG_FORMAT_TEXT, SG_STR("# HELP up Up.\n# TYPE up gauge\nup 42\n"));
    assert_variant_is(
        page, SG_FORMAT_OPENMETRICS, SG_STR("# HELP up Up.\n# TYPE up gauge\nup 42\n# EOF\n"));

    now_ms += 30001;
    assert_int_equal(sg_pager_make(pager), 0);
    struct sg_page *stale = sg_pager_take(pager);
    assert_int_equal(sg_page_n_series(stale), 0);
    assert_variant_is(stale, SG_FORMAT_OPENMETRICS, SG_STR("# EOF\n"));
    (void)sg_pager_free(pager);
    assert_int_equal(sg_page_n_series(page), 1); /* outlives the pager */
    (void)sg_page_unref(empty);
    (void)sg_page_unref(page);
    (void)sg_page_unref(stale);
}

/* Collectors publish while the pager makes pages and readers take them; for TSan. */
static atomic_bool hammering;

static void *hammer_slot(void *context)
{
    struct fixture *f = context;
    for (int i = 0; i < 300; i++) {
        sg_slot_begin(f->slot);
        sg_slot_end(f->slot, set_of(f, i));
    }
    atomic_store(&hammering, false);
    return NULL;
}

static void test_page_under_concurrent_publishing_is_always_whole(void **state)
{
    struct fixture *f = *state;
    struct sg_pager *pager = NULL;
    pthread_t thread;

    assert_int_equal(sg_pager_new(f->store, &test_clock, "", NULL, NULL, &pager), 0);
    assert_int_equal(sg_pager_start(pager), 0);
    atomic_store(&hammering, true);
    assert_int_equal(pthread_create(&thread, NULL, hammer_slot, f), 0);
    do {
        const struct sg_page_wanted wanted = { .format = SG_FORMAT_TEXT };
        struct sg_body *body = NULL;
        assert_int_equal(sg_pager_ask(pager, &wanted, &body), 0);
        struct sg_str text = sg_body_get(body);
        assert_true(text.len == 0 || text.ptr[text.len - 1] == '\n');
        (void)sg_body_unref(body);
    } while (atomic_load(&hammering));
    (void)pthread_join(thread, NULL);
    (void)sg_pager_free(pager);
}

static void test_slot_stale_after_is_its_own(void **state)
{
    struct fixture *f = *state;
    struct sg_slot_status status;
    struct sg_sample_set *set = NULL;

    sg_slot_set_stale_after(f->slot, 600000);
    sg_slot_begin(f->slot);
    sg_series_table_begin(f->table);
    assert_int_equal(sg_series_table_snapshot(f->table, &set), 0);
    sg_slot_end(f->slot, set);
    now_ms += 600000;
    sg_store_slot_status(f->store, 0, &status);
    assert_false(status.stale);
    now_ms += 1;
    sg_store_slot_status(f->store, 0, &status);
    assert_true(status.stale);
}

/* Also when it happens to be what the others have at first. */
static void test_slot_stale_after_of_its_own_does_not_follow_the_store(void **state)
{
    struct fixture *f = *state;

    sg_slot_set_stale_after(f->slot, 30000);
    sg_store_set_stale_after(f->store, 10000);
    sg_slot_begin(f->slot);
    sg_slot_end(f->slot, set_of(f, 1));
    now_ms += 30000;
    assert_false(status_of(f).stale);
    now_ms += 1;
    assert_true(status_of(f).stale);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_slot_asked_for_twice_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_with_a_newer_owner_does_not_hear_the_older, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_goes_with_its_last_handle_and_the_others_keep_their_places, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_that_collects_rarely_is_not_stale_in_between, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_store_that_was_ready_stays_ready, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_success_then_silence_turns_stale, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_failure_keeps_samples_until_stale_and_counts_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_partial_result_is_shown_but_no_success, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slot_note_counts_and_is_no_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slot_given_up_learns_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_goes_by_the_monotonic_clock_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_that_works_again_says_how_long_it_did_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_first_line_of_a_kind_counts_none_before_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_with_failures_in_turn_has_a_line_of_each_in_five_minutes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_warning_has_one_line_for_each_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slot_stale_after_is_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_slot_stale_after_of_its_own_does_not_follow_the_store, set_up, tear_down),
        cmocka_unit_test(test_every_kind_and_reason_has_a_text),
        cmocka_unit_test_setup_teardown(
            test_page_has_fresh_samples_in_every_variant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_page_under_concurrent_publishing_is_always_whole, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
