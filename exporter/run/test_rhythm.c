/* SPDX-License-Identifier: Apache-2.0 */
#include "run/rhythm.h"
#include "test.h"

#include <stdlib.h>

/*
 * A simulation: scrapers with their periods, phases and jitter, one collector that follows the
 * rhythm, on a clock of its own that advances by a millisecond at a time.
 */

enum {
    INTERVAL_MS = 15000,
    SCRAPERS_MAX = 8,
    POLLS_MAX = 20000,
};

struct scraper {
    int64_t period_ms;
    int64_t next_ms; /* as planned; lateness does not add up */
    int64_t late_max_ms;
    bool erratic; /* comes after any time up to twice the period */
    int64_t due_ms;
};

struct simulation {
    struct sg_rhythm *rhythm;
    struct sg_rhythm_own own;
    int64_t now_ms;
    size_t n_scrapers;
    struct scraper scrapers[SCRAPERS_MAX];
    int64_t duration_ms;
    int64_t duration_spread_ms;
    unsigned random;

    bool collecting;
    int64_t started_ms;
    int64_t ends_ms;
    size_t n_ended;
    int64_t ended_ms;
    size_t n_gaps;
    int64_t gaps_ms[POLLS_MAX]; /* from start to start */

    /* as scraper 0 saw it */
    size_t n_scrapes;
    size_t seen; /* n_ended at its latest scrape */
    size_t n_missed;
    size_t n_twice;
    size_t n_ages;
    int64_t ages_ms[POLLS_MAX];
};

static int64_t random_up_to(struct simulation *s, int64_t max)
{
    s->random = s->random * 1103515245 + 12345;
    return max > 0 ? (s->random >> 8) % (max + 1) : 0;
}

static void plan_scrape(struct simulation *s, struct scraper *scraper)
{
    if (scraper->erratic)
        scraper->due_ms = s->now_ms + 1 + random_up_to(s, 2 * scraper->period_ms);
    else
        scraper->due_ms = scraper->next_ms + random_up_to(s, scraper->late_max_ms);
}

static void set_up(struct simulation *s, int64_t interval_ms)
{
    memset(s, 0, sizeof *s);
    s->now_ms = 5000000;
    s->random = 7;
    s->duration_ms = 200;
    assert_int_equal(sg_rhythm_new(interval_ms, &s->rhythm), 0);
}

static void add_scraper(struct simulation *s, int64_t period_ms, int64_t offset_ms, int64_t late_ms)
{
    struct scraper *scraper = &s->scrapers[s->n_scrapers++];
    *scraper = (struct scraper){ .period_ms = period_ms, .late_max_ms = late_ms };
    scraper->next_ms = s->now_ms + offset_ms;
    plan_scrape(s, scraper);
}

static void forget_results(struct simulation *s)
{
    s->n_gaps = s->n_scrapes = s->n_missed = s->n_twice = s->n_ages = 0;
    s->seen = s->n_ended;
}

static void see(struct simulation *s)
{
    if (s->n_scrapes++) {
        s->n_twice += s->n_ended == s->seen;
        s->n_missed += s->n_ended > s->seen + 1 ? s->n_ended - s->seen - 1 : 0;
    }
    s->seen = s->n_ended;
    s->ages_ms[s->n_ages++ % POLLS_MAX] = s->now_ms - s->ended_ms;
}

static void step(struct simulation *s)
{
    s->now_ms++;
    if (s->collecting && s->now_ms >= s->ends_ms) {
        s->collecting = false;
        s->n_ended++;
        s->ended_ms = s->now_ms;
        sg_rhythm_collected(&s->own, s->started_ms, s->now_ms);
    }
    if (!s->collecting && s->now_ms >= sg_rhythm_next_start_ms(s->rhythm, &s->own, s->now_ms)) {
        if (s->started_ms)
            s->gaps_ms[s->n_gaps++ % POLLS_MAX] = s->now_ms - s->started_ms;
        s->collecting = true;
        s->started_ms = s->now_ms;
        s->ends_ms = s->now_ms + s->duration_ms + random_up_to(s, s->duration_spread_ms);
    }
    for (size_t i = 0; i < s->n_scrapers; i++) {
        struct scraper *scraper = &s->scrapers[i];
        if (s->now_ms < scraper->due_ms)
            continue;
        sg_rhythm_scraped(s->rhythm, s->now_ms);
        if (i == 0)
            see(s);
        scraper->next_ms += scraper->period_ms;
        plan_scrape(s, scraper);
    }
}

static void run_for(struct simulation *s, int64_t ms)
{
    for (int64_t i = 0; i < ms; i++)
        step(s);
}

static void done(struct simulation *s)
{
    (void)sg_rhythm_free(s->rhythm);
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t median_age_ms(struct simulation *s)
{
    size_t n = s->n_ages < POLLS_MAX ? s->n_ages : POLLS_MAX;
    qsort(s->ages_ms, n, sizeof s->ages_ms[0], compare_times);
    return s->ages_ms[n / 2];
}

static void assert_gaps(const struct simulation *s, int64_t min_ms, int64_t max_ms)
{
    assert_true(s->n_gaps > 0 && s->n_gaps < POLLS_MAX);
    for (size_t i = 0; i < s->n_gaps; i++) {
        assert_true(s->gaps_ms[i] >= min_ms);
        assert_true(s->gaps_ms[i] <= max_ms);
    }
}

/* ---- */

static void test_rhythm_without_scrapes_is_the_interval(void **state)
{
    struct simulation s;
    (void)state;

    set_up(&s, INTERVAL_MS);
    run_for(&s, 100 * INTERVAL_MS);
    assert_gaps(&s, INTERVAL_MS, INTERVAL_MS);
    assert_int_equal(sg_rhythm_period_ms(s.rhythm, s.now_ms), 0);
    done(&s);
}

static void test_rhythm_steady_scraper_sees_each_collection_once_and_fresh(void **state)
{
    static const struct {
        int64_t interval_ms, period_ms, late_ms, duration_ms, spread_ms;
    } cases[] = {
        { 15000, 15000, 3, 200, 50 }, { 15000, 15000, 60, 1500, 500 }, { 15000, 10000, 20, 30, 30 },
        { 15000, 60000, 20, 4000, 1000 }, { 2000, 2000, 40, 300, 150 }, { 1000, 1000, 20, 50, 50 },
        { 15000, 14987, 10, 200, 50 }, /* a clock that runs a little fast */
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct simulation s;
        set_up(&s, cases[i].interval_ms);
        s.duration_ms = cases[i].duration_ms;
        s.duration_spread_ms = cases[i].spread_ms;
        add_scraper(&s, cases[i].period_ms, cases[i].period_ms / 3, cases[i].late_ms);
        run_for(&s, 12 * cases[i].period_ms);
        forget_results(&s);
        run_for(&s, 101 * cases[i].period_ms);
        assert_in_range(s.n_scrapes, 100, 102);
        assert_int_equal(s.n_missed, 0);
        assert_int_equal(s.n_twice, 0);
        assert_true(median_age_ms(&s) < 1000 + s.duration_ms);
        assert_true(llabs(sg_rhythm_period_ms(s.rhythm, s.now_ms) - cases[i].period_ms) <= 20);
        done(&s);
    }
}

static void test_rhythm_two_scrapers_of_one_period_both_see_each_collection_once(void **state)
{
    struct simulation s;
    (void)state;

    for (int64_t offset = 200; offset < INTERVAL_MS; offset += 2300) {
        set_up(&s, INTERVAL_MS);
        add_scraper(&s, INTERVAL_MS, 1000, 10);
        add_scraper(&s, INTERVAL_MS, 1000 + offset, 10);
        run_for(&s, 12 * INTERVAL_MS);
        forget_results(&s);
        run_for(&s, 100 * INTERVAL_MS);
        assert_gaps(&s, INTERVAL_MS - 200, INTERVAL_MS + 200);
        assert_int_equal(s.n_missed, 0);
        assert_int_equal(s.n_twice, 0);
        done(&s);
    }
}

static void test_rhythm_follows_the_faster_of_two_periods(void **state)
{
    struct simulation s;
    (void)state;

    set_up(&s, INTERVAL_MS);
    add_scraper(&s, 10000, 500, 10);
    add_scraper(&s, 60000, 3300, 10);
    run_for(&s, 30 * 60000);
    forget_results(&s);
    run_for(&s, 30 * 60000);
    assert_int_equal(s.n_missed, 0);
    assert_int_equal(s.n_twice, 0);
    assert_int_equal((sg_rhythm_period_ms(s.rhythm, s.now_ms) + 50) / 100, 100);
    done(&s);
}

static void test_rhythm_erratic_scraper_leaves_it_sane(void **state)
{
    static const int64_t periods_ms[] = { 100, 1000, 7000, 15000, 40000 };
    (void)state;

    for (size_t i = 0; i < sizeof periods_ms / sizeof periods_ms[0]; i++) {
        struct simulation s;
        set_up(&s, INTERVAL_MS);
        add_scraper(&s, periods_ms[i], 10, 0);
        s.scrapers[0].erratic = true;
        run_for(&s, 200 * INTERVAL_MS);
        /* Times may look steady by coincidence; then the pause is at least a quarter of the
           interval. */
        assert_gaps(
            &s, INTERVAL_MS / SG_RHYTHM_FASTER_MAX / 2, INTERVAL_MS * SG_RHYTHM_SLOWER_MAX * 3 / 2);
        done(&s);
    }
}

/* Manual requests between two scrapers: among many times there are short chains by coincidence. */
static void test_rhythm_stays_with_its_scraper_when_a_person_joins(void **state)
{
    struct simulation s;
    size_t n_hasty = 0;
    (void)state;

    set_up(&s, 2000);
    add_scraper(&s, 2000, 100, 5);
    add_scraper(&s, 2000, 800, 5);
    run_for(&s, 30000);
    add_scraper(&s, 800, 10, 0);
    s.scrapers[2].erratic = true;
    forget_results(&s);
    run_for(&s, 2000 * 1000);
    for (size_t i = 0; i < s.n_gaps; i++)
        n_hasty += s.gaps_ms[i] < 1500;
    assert_true(n_hasty * 20 < s.n_gaps); /* it can still happen by coincidence, for a moment */
    done(&s);
}

static void test_rhythm_much_faster_scraper_shares_collections(void **state)
{
    struct simulation s;
    (void)state;

    set_up(&s, INTERVAL_MS);
    add_scraper(&s, 1000, 100, 5);
    run_for(&s, 20 * INTERVAL_MS);
    forget_results(&s);
    run_for(&s, 100 * INTERVAL_MS);
    assert_int_equal(sg_rhythm_pause_ms(s.rhythm, s.now_ms) / 10, 400);
    assert_gaps(&s, 3900, 4100);
    assert_int_equal(s.n_missed, 0);
    done(&s);
}

static void test_rhythm_much_slower_scraper_still_sees_fresh_samples(void **state)
{
    struct simulation s;
    (void)state;

    set_up(&s, 1000);
    add_scraper(&s, 30000, 100, 5);
    run_for(&s, 300000);
    forget_results(&s);
    run_for(&s, 3000000);
    assert_int_equal(sg_rhythm_pause_ms(s.rhythm, s.now_ms) / 10, 750);
    assert_gaps(&s, 7400, 7600);
    assert_true(median_age_ms(&s) < 1000);
    done(&s);
}

static void test_rhythm_follows_a_scraper_that_restarts_with_another_phase(void **state)
{
    struct simulation s;
    (void)state;

    set_up(&s, INTERVAL_MS);
    add_scraper(&s, INTERVAL_MS, 1000, 5);
    run_for(&s, 20 * INTERVAL_MS);
    s.scrapers[0].next_ms += 22000;
    plan_scrape(&s, &s.scrapers[0]);
    run_for(&s, 20 * INTERVAL_MS);
    forget_results(&s);
    run_for(&s, 50 * INTERVAL_MS);
    assert_int_equal(s.n_missed + s.n_twice, 0);
    assert_true(median_age_ms(&s) < 1000);
    done(&s);
}

static void test_rhythm_changes_to_a_faster_scraper_that_joins(void **state)
{
    struct simulation s;
    (void)state;

    set_up(&s, INTERVAL_MS);
    add_scraper(&s, 20000, 1000, 5);
    run_for(&s, 8 * 20000);
    assert_int_equal((sg_rhythm_period_ms(s.rhythm, s.now_ms) + 50) / 100, 200);
    add_scraper(&s, 5000, 1700, 5);
    run_for(&s, 12 * 5000);
    assert_int_equal((sg_rhythm_period_ms(s.rhythm, s.now_ms) + 50) / 100, 50);
    done(&s);
}

/* At its old period it would be one that misses every second scrape. */
static void test_rhythm_follows_a_scraper_whose_period_doubles(void **state)
{
    struct simulation s;
    (void)state;

    set_up(&s, INTERVAL_MS);
    add_scraper(&s, 10000, 1000, 5);
    run_for(&s, 20 * 10000);
    assert_int_equal((sg_rhythm_period_ms(s.rhythm, s.now_ms) + 50) / 100, 100);
    s.scrapers[0].period_ms = 20000;
    run_for(&s, 12 * 20000);
    assert_int_equal((sg_rhythm_period_ms(s.rhythm, s.now_ms) + 50) / 100, 200);
    done(&s);
}

static void test_rhythm_goes_back_to_the_interval_when_the_scraper_is_gone(void **state)
{
    struct simulation s;
    (void)state;

    set_up(&s, INTERVAL_MS);
    add_scraper(&s, 5000, 1000, 5);
    run_for(&s, 20 * INTERVAL_MS);
    assert_int_equal(sg_rhythm_pause_ms(s.rhythm, s.now_ms) / 100, 50);
    s.n_scrapers = 0;
    run_for(&s, 4 * 5000);
    assert_int_equal(sg_rhythm_pause_ms(s.rhythm, s.now_ms), INTERVAL_MS);
    run_for(&s, INTERVAL_MS);
    forget_results(&s);
    run_for(&s, 10 * INTERVAL_MS);
    assert_gaps(&s, INTERVAL_MS, INTERVAL_MS);
    done(&s);
}

static void test_rhythm_changes_stay_between_half_and_one_and_a_half(void **state)
{
    struct simulation s;
    (void)state;

    for (int64_t phase = 0; phase < INTERVAL_MS; phase += 1111) {
        set_up(&s, INTERVAL_MS);
        run_for(&s, 3 * INTERVAL_MS);
        forget_results(&s);
        add_scraper(&s, INTERVAL_MS, phase + 1, 5);
        run_for(&s, 30 * INTERVAL_MS);
        assert_gaps(&s, INTERVAL_MS / 2 - 10, INTERVAL_MS * 3 / 2 + 10);
        done(&s);
    }
}

static void test_rhythm_collection_longer_than_the_period_leaves_times_out(void **state)
{
    struct simulation s;
    (void)state;

    set_up(&s, 5000);
    s.duration_ms = 7000;
    add_scraper(&s, 5000, 100, 5);
    run_for(&s, 100000);
    forget_results(&s);
    run_for(&s, 500000);
    assert_gaps(&s, 9900, 10100);
    done(&s);
}

static void test_rhythm_one_slow_collection_changes_nothing_for_the_next(void **state)
{
    struct sg_rhythm_own own = { 0 };
    struct sg_rhythm *rhythm;
    int64_t t = 1000000;
    (void)state;

    assert_int_equal(sg_rhythm_new(INTERVAL_MS, &rhythm), 0);
    for (int i = 0; i < 10; i++, t += INTERVAL_MS) {
        sg_rhythm_collected(&own, t - 500, t - 300);
        sg_rhythm_scraped(rhythm, t);
    }
    t -= INTERVAL_MS;
    int64_t before = sg_rhythm_next_start_ms(rhythm, &own, t);
    sg_rhythm_collected(&own, t - 500, t + 9500);
    assert_int_equal(sg_rhythm_next_start_ms(rhythm, &own, t), before);
    (void)sg_rhythm_free(rhythm);
}

/* The one that there was is all that is known of how long the next will take. */
static void test_rhythm_after_one_collection_expects_its_duration(void **state)
{
    struct sg_rhythm_own own = { 0 };
    struct sg_rhythm *rhythm;
    int64_t t = 1000000;
    (void)state;

    assert_int_equal(sg_rhythm_new(INTERVAL_MS, &rhythm), 0);
    for (int i = 0; i < 10; i++, t += INTERVAL_MS)
        sg_rhythm_scraped(rhythm, t);
    sg_rhythm_collected(&own, t - INTERVAL_MS, t - INTERVAL_MS + 4000);
    int64_t next = sg_rhythm_next_start_ms(rhythm, &own, t - INTERVAL_MS + 4000);
    assert_in_range(next, t - 8000, t - 4000); /* the scrape is at t */
    (void)sg_rhythm_free(rhythm);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rhythm_without_scrapes_is_the_interval),
        cmocka_unit_test(test_rhythm_steady_scraper_sees_each_collection_once_and_fresh),
        cmocka_unit_test(test_rhythm_two_scrapers_of_one_period_both_see_each_collection_once),
        cmocka_unit_test(test_rhythm_follows_the_faster_of_two_periods),
        cmocka_unit_test(test_rhythm_erratic_scraper_leaves_it_sane),
        cmocka_unit_test(test_rhythm_stays_with_its_scraper_when_a_person_joins),
        cmocka_unit_test(test_rhythm_much_faster_scraper_shares_collections),
        cmocka_unit_test(test_rhythm_much_slower_scraper_still_sees_fresh_samples),
        cmocka_unit_test(test_rhythm_follows_a_scraper_that_restarts_with_another_phase),
        cmocka_unit_test(test_rhythm_changes_to_a_faster_scraper_that_joins),
        cmocka_unit_test(test_rhythm_follows_a_scraper_whose_period_doubles),
        cmocka_unit_test(test_rhythm_goes_back_to_the_interval_when_the_scraper_is_gone),
        cmocka_unit_test(test_rhythm_changes_stay_between_half_and_one_and_a_half),
        cmocka_unit_test(test_rhythm_collection_longer_than_the_period_leaves_times_out),
        cmocka_unit_test(test_rhythm_one_slow_collection_changes_nothing_for_the_next),
        cmocka_unit_test(test_rhythm_after_one_collection_expects_its_duration),
    };
    return cmocka_run_group_tests_name("rhythm", tests, NULL, NULL);
}
