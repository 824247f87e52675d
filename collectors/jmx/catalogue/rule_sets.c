/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/catalogue/rule_sets.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/sync.h"
#include "config/named_files.h"
#include "jmx/catalogue/catalogue.h"
#include "jmx/catalogue/identity.h"
#include "jmx/jolokia/request.h"
#include "jmx/rules/rules_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

struct named_set {
    struct sg_rule_set *set;
    const struct sg_rules_config *config;
};

struct sg_rule_sets {
    size_t n;
    struct named_set *sets;
};

static void free_plan(struct sg_rule_set_plan *plan)
{
    plan->plan = sg_poll_plan_free(plan->plan);
    free(plan->body);
    plan->body = NULL;
}

const struct sg_rule_set *sg_rule_set_ref(const struct sg_rule_set *set)
{
    struct sg_rule_set *counted = (struct sg_rule_set *)(uintptr_t)set;

    sg_refs_add(&counted->refs);
    return set;
}

struct sg_rule_set *sg_rule_set_unref(const struct sg_rule_set *set)
{
    struct sg_rule_set *counted = (struct sg_rule_set *)(uintptr_t)set;

    if (!counted || !sg_refs_drop(&counted->refs))
        return NULL;
    for (int lane = 0; lane < SG_LANES; lane++)
        free_plan(&counted->plans[lane]);
    free_plan(&counted->broker_plan);
    (void)sg_rules_free(counted->rules);
    (void)sg_rules_free(counted->beside);
    free(counted);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_rule_set *, sg_rule_set_unref);

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
        (void)sg_rule_set_unref(sets->sets[i].set);
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
static int refuse(const struct sg_rules_config *config,
    const char *name,
    const char *what,
    const char *why,
    struct sg_error *err)
{
    return sg_error_set(err, SG_RULE_SETS_E_CONFIG, "%s%srules: \"%.100s\"%s: %s",
        config->place ? config->place : "", config->place ? ": " : "", name, what, why);
}

/* A name that is neither a catalogue nor a readable file: list what it could be. */
static int refuse_name(
    const struct sg_rules_config *config, const char *name, const char *why, struct sg_error *err)
{
    const struct sg_embedded *file = sg_catalogue_files;
    struct sg_buf list;

    if (strpbrk(name, "/."))
        return refuse(config, name, "", why, err);
    sg_buf_init(&list, 300);
    for (; file->set; file++) {
        if (file == sg_catalogue_files || strcmp(file->set, file[-1].set) != 0)
            sg_buf_printf(&list, "%s%s", list.len ? ", " : "there are ", file->set);
    }
    const char *text = sg_buf_get_cut(&list);
    int r =
        refuse(config, name, " is neither a file nor a built-in catalogue", text ? text : "", err);
    sg_buf_done(&list);
    return r;
}

/* The one name that is not a catalogue. @return its number, or n */
static int find_file(const struct sg_rules_config *config, size_t *ret_at, struct sg_error *err)
{
    *ret_at = config->n;
    for (size_t i = 0; i < config->n; i++) {
        if (sg_catalogue_has(config->names[i]))
            continue;
        if (*ret_at < config->n)
            return refuse(config, config->names[i], " is not a built-in catalogue",
                "there can be one rule file, with catalogues beside it", err);
        *ret_at = i;
    }
    return 0;
}

/*
 * The catalogues used beside a rule file: those named with it, or else "jvm", because
 * jmx_exporter's agent exports the JVM's metrics with any file, unless it has excludeJvmMetrics.
 */
static int load_beside(struct sg_rule_set *set,
    const struct sg_rules_config *config,
    size_t file,
    struct sg_error *err)
{
    sg_auto_free const char **names = calloc(config->n + 1, sizeof *names);
    size_t n = 0;

    if (!names)
        return -ENOMEM;
    for (size_t i = 0; i < config->n; i++) {
        if (i != file)
            names[n++] = config->names[i];
    }
    if (n == 0 && !set->rules->exclude_jvm)
        names[n++] = "jvm";
    return n ? sg_catalogue_load_all(names, n, &set->beside, err) : 0;
}

static int load_rules(
    struct sg_rule_set *set, const struct sg_rules_config *config, struct sg_error *err)
{
    size_t file;

    int r = find_file(config, &file, err);
    if (r)
        return r;
    if (file == config->n) {
        r = sg_catalogue_load_all((const char *const *)config->names, config->n, &set->rules, err);
    } else {
        if (access(config->names[file], R_OK))
            return refuse_name(config, config->names[file], strerror(errno), err);
        r = sg_rules_load_file(config->names[file], &set->rules, err);
        if (!r)
            r = load_beside(set, config, file, err);
    }
    return r == 0 || r == -ENOMEM ? r : SG_RULE_SETS_E_CONFIG;
}

/* @param for_broker  with the identity requests */
static int make_plan(const struct sg_rule_set *set,
    enum sg_lane lane,
    bool for_broker,
    struct sg_rule_set_plan *ret_plan)
{
    int r = sg_rules_plan_new_lane(set->rules, lane, &ret_plan->plan);

    if (!r && set->beside)
        r = sg_rules_plan_add(ret_plan->plan, set->beside, lane, 1);
    if (!r && for_broker)
        r = sg_identity_ask(ret_plan->plan);
    return r ? r : sg_request_body(ret_plan->plan, NULL, &ret_plan->body);
}

static int make_plans(struct sg_rule_set *set)
{
    for (int lane = 0; lane < SG_LANES; lane++) {
        int r = make_plan(set, (enum sg_lane)lane, false, &set->plans[lane]);
        if (r)
            return r;
    }
    if (set->plans[SG_LANE_SLOW].plan->n == 0)
        free_plan(&set->plans[SG_LANE_SLOW]);
    return make_plan(set, SG_LANE_FAST, true, &set->broker_plan);
}

/* A file that cannot be read has the fingerprint of its name: loading it will say why. */
static uint64_t fingerprint_of(const struct sg_rules_config *config)
{
    uint64_t fingerprint = 0;

    for (size_t i = 0; i < config->n; i++) {
        const char *name = config->names[i];
        fingerprint = XXH3_64bits_withSeed(name, strlen(name) + 1, fingerprint);
        if (!sg_catalogue_has(name))
            sg_fingerprint_add_file(&fingerprint, name);
    }
    return fingerprint;
}

bool sg_rule_sets_unchanged(const struct sg_rule_sets *sets)
{
    for (size_t i = 0; i < sets->n; i++) {
        if (fingerprint_of(sets->sets[i].config) != sets->sets[i].set->fingerprint)
            return false;
    }
    return true;
}

int sg_rule_sets_get(struct sg_rule_sets *sets,
    const struct sg_rules_config *config,
    const struct sg_log_about *about,
    const struct sg_rule_set **ret_set,
    struct sg_error *err)
{
    for (size_t i = 0; i < sets->n; i++) {
        if (is_same(sets->sets[i].config, config)) {
            *ret_set = sets->sets[i].set;
            return 0;
        }
    }

    struct named_set *longer = realloc(sets->sets, (sets->n + 1) * sizeof *longer);
    if (longer)
        sets->sets = longer;
    sg_auto(sg_rule_set_unref) struct sg_rule_set *set = calloc(1, sizeof *set);
    if (!set || !longer)
        return -ENOMEM;
    sg_refs_init(&set->refs);
    set->fingerprint = fingerprint_of(config);
    int r = load_rules(set, config, err);
    if (!r)
        r = make_plans(set);
    if (r)
        return r;
    for (size_t i = 0; i < set->rules->n_warnings; i++)
        sg_log(SG_LOG_WARN, about, "%s", set->rules->warnings[i]);
    *ret_set = set;
    sets->sets[sets->n++] = (struct named_set){ sg_take(&set), config };
    return 0;
}

size_t sg_rule_sets_n(const struct sg_rule_sets *sets)
{
    return sets->n;
}

size_t sg_rule_sets_describe(
    const struct sg_rule_sets *sets, size_t i, char *ret_names, size_t size)
{
    const struct sg_rules_config *config = sets->sets[i].config;
    size_t used = 0;

    ret_names[0] = '\0';
    for (size_t j = 0; j < config->n && used < size; j++) {
        int n = snprintf(ret_names + used, size - used, "%s%s", j ? ", " : "", config->names[j]);
        used += n > 0 ? (size_t)n : size;
    }
    return sets->sets[i].set->rules->n_warnings;
}
