/* SPDX-License-Identifier: Apache-2.0 */

/* What every descriptor in the table must fulfil. */

#include "collectors/collector.h"
#include "metric/label_names.h"
#include "serve/query.h"
#include "test.h"

static void test_slots_of_two_collectors_have_different_names(void **state)
{
    const char *names[SG_COLLECT_MAX];
    size_t n = 0;
    (void)state;

    for (size_t i = 0; i < sg_n_collectors; i++) {
        assert_non_null(sg_collectors[i]->slots[0]);
        assert_null(sg_collectors[i]->slots[SG_COLLECTOR_SLOTS_MAX]);
        for (const char *const *slot = sg_collectors[i]->slots; *slot; slot++) {
            for (size_t j = 0; j < n; j++)
                assert_string_not_equal(names[j], *slot);
            assert_true(n < SG_COLLECT_MAX);
            names[n++] = *slot;
        }
    }
    assert_null(sg_collectors[sg_n_collectors]);
}

static void test_collector_has_what_its_scope_needs(void **state)
{
    size_t n_of_program = 0, n_with_rules = 0;
    (void)state;

    for (size_t i = 0; i < sg_n_collectors; i++) {
        const struct sg_collector *collector = sg_collectors[i];
        bool is_of_program = collector->scope == SG_SCOPE_PROGRAM;
        n_of_program += is_of_program;
        n_with_rules += collector->check_rules != NULL;
        assert_non_null(collector->name);
        assert_non_null(collector->destroy);
        assert_true((collector->create_for_program && collector->sample) == is_of_program);
        assert_true((collector->wanted && collector->create && collector->same &&
                        collector->collect && collector->diagnose) == !is_of_program);
        assert_int_equal(collector->library == NULL, collector->library_version == NULL);
        assert_int_equal(collector->broker_line == NULL, collector->broker_label == NULL);
        assert_non_null(collector->title);
        assert_non_null(collector->intro);
        assert_int_equal(collector->families == NULL, collector->list_metrics != NULL);
    }
    assert_int_equal(n_of_program, 1);
    assert_int_equal(n_with_rules, 1);
}

static void skip_section(void *context, const char *title, const char *name, const char *text)
{
    (void)context, (void)title, (void)name, (void)text;
}

static void check_labels(
    void *context, const struct sg_family *family, const struct sg_str *labels, size_t n_labels)
{
    size_t *n_checked = context;

    for (size_t i = 0; i < n_labels; i++) {
        if (!sg_label_name_is_of_jvm(labels[i]))
            fail_msg("%s: the label " SG_STR_FMT " is not in metric/label_names.c", family->name,
                SG_STR_ARG(labels[i]));
    }
    *n_checked += n_labels;
}

/* A configured label of the same name would be in such a series twice. */
static void test_labels_of_built_in_metrics_are_reserved(void **state)
{
    size_t n_checked = 0;
    const struct sg_metrics_list list = { skip_section, check_labels, &n_checked };
    struct sg_error err = { "" };
    (void)state;

    for (size_t i = 0; i < sg_n_collectors; i++) {
        if (sg_collectors[i]->list_metrics && sg_collectors[i]->list_metrics(&list, &err))
            fail_msg("%s", err.text);
    }
    assert_true(n_checked > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots_of_two_collectors_have_different_names),
        cmocka_unit_test(test_collector_has_what_its_scope_needs),
        cmocka_unit_test(test_labels_of_built_in_metrics_are_reserved),
    };

    return cmocka_run_group_tests_name("collectors", tests, NULL, NULL);
}
