/* SPDX-License-Identifier: Apache-2.0 */
#include "jolokia/rule_sets.h"

#include "base/auto.h"
#include "base/buf.h"
#include "jolokia/catalogue.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct named_set {
    struct sg_rule_set set;
    const struct sg_rules_config *config;
};

struct sg_rule_sets {
    size_t n;
    struct named_set **sets;
};

static struct named_set *named_set_free(struct named_set *named)
{
    if (!named)
        return NULL;
    for (int lane = 0; lane < SG_LANES; lane++)
        (void)sg_request_plan_free(named->set.plans[lane]);
    (void)sg_rules_free(named->set.rules);
    free(named);
    return NULL;
}
SG_AUTO_DEFINE(struct named_set *, named_set_free);

int sg_rule_sets_new(struct sg_rule_sets **ret_sets)
{
    *ret_sets = calloc(1, sizeof **ret_sets);
    return *ret_sets ? 0 : -ENOMEM;
}

struct sg_rule_sets *sg_rule_sets_free(struct sg_rule_sets *sets)
{
    if (!sets)
        return NULL;
    for (size_t i = 0; i < sets->n; i++)
        (void)named_set_free(sets->sets[i]);
    free(sets->sets);
    free(sets);
    return NULL;
}

static bool is_same(const struct sg_rules_config *a, const struct sg_rules_config *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (strcmp(a->names[i], b->names[i]) != 0)
            return false;
    }
    return true;
}

/* "PLACE: rules: " and what is wrong with one of the names. */
static int complain(const struct sg_rules_config *config,
    const char *name,
    const char *what,
    const char *why,
    struct sg_error *err)
{
    return sg_error_set(err, SG_RULE_SETS_E_CONFIG, "%s%srules: \"%.100s\"%s: %s",
        config->place ? config->place : "", config->place ? ": " : "", name, what, why);
}

/* A name that is neither a catalogue's nor that of a file that can be read: which was meant? */
static int complain_of_name(
    const struct sg_rules_config *config, const char *name, const char *why, struct sg_error *err)
{
    const struct sg_embedded *file = sg_catalogue_files;
    struct sg_buf list;

    if (strpbrk(name, "/."))
        return complain(config, name, "", why, err);
    sg_buf_init(&list, 300);
    for (; file->set; file++) {
        if (file == sg_catalogue_files || strcmp(file->set, file[-1].set) != 0)
            (void)sg_buf_printf(&list, "%s%s", list.len ? ", " : "there are ", file->set);
    }
    (void)sg_buf_add_char(&list, '\0');
    int r = complain(
        config, name, " is neither a file nor a built-in catalogue", list.ptr ? list.ptr : "", err);
    sg_buf_done(&list);
    return r;
}

static int load_rules(
    const struct sg_rules_config *config, struct sg_rules **ret_rules, struct sg_error *err)
{
    for (size_t i = 0; i < config->n; i++) {
        if (sg_catalogue_has(config->names[i]))
            continue;
        if (config->n > 1)
            return complain(config, config->names[i], " is no built-in catalogue",
                "a rule file stands alone, it cannot be one of several", err);
        if (access(config->names[i], R_OK))
            return complain_of_name(config, config->names[i], strerror(errno), err);
        int r = sg_rules_load_file(config->names[i], ret_rules, err);
        return r > 0 ? SG_RULE_SETS_E_CONFIG : r;
    }
    int r = sg_catalogue_load_all((const char *const *)config->names, config->n, ret_rules, err);
    return r == 0 || r == -ENOMEM ? r : SG_RULE_SETS_E_CONFIG;
}

static int make_plans(struct sg_rule_set *set)
{
    for (int lane = 0; lane < SG_LANES; lane++) {
        int r = sg_request_plan_new_lane(set->rules, (enum sg_lane)lane, &set->plans[lane]);
        if (r)
            return r;
    }
    if (set->plans[SG_LANE_SLOW]->n == 0)
        set->plans[SG_LANE_SLOW] = sg_request_plan_free(set->plans[SG_LANE_SLOW]);
    return 0;
}

int sg_rule_sets_get(struct sg_rule_sets *sets,
    const struct sg_rules_config *config,
    const struct sg_log_about *about,
    const struct sg_rule_set **ret_set,
    struct sg_error *err)
{
    for (size_t i = 0; i < sets->n; i++) {
        if (is_same(sets->sets[i]->config, config)) {
            *ret_set = &sets->sets[i]->set;
            return 0;
        }
    }

    sg_auto(named_set_free) struct named_set *named = calloc(1, sizeof *named);
    struct named_set **longer = realloc(sets->sets, (sets->n + 1) * sizeof(struct named_set *));
    if (longer)
        sets->sets = longer;
    if (!named || !longer)
        return -ENOMEM;
    named->config = config;
    int r = load_rules(config, &named->set.rules, err);
    if (!r)
        r = make_plans(&named->set);
    if (r)
        return r;
    for (size_t i = 0; i < named->set.rules->n_warnings; i++)
        sg_log(SG_LOG_WARN, about, "%s", named->set.rules->warnings[i]);
    *ret_set = &named->set;
    sets->sets[sets->n++] = sg_take(&named);
    return 0;
}
