/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/series/learn.h"

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/grow.h"
#include "base/keyed.h"
#include "jmx/rules/object_name.h"

#include <errno.h>
#include <stdlib.h>

enum {
    /* A walk over a domain costs about a tenth of an MBean that is read, for each of its MBeans. */
    WALKS_PER_READ = 10,
    NAME_BYTES_MAX = 16 * 1024,
    E_TOO_MANY = 1, /* names to request */
};

struct mbean {
    struct sg_str name;
    struct sg_str domain; /* substrings of the name */
    struct sg_str type;   /* of the property `type`, empty without one */
    struct sg_str kind;   /* of the property `name` */
    size_t n_properties;
    size_t first; /* of its noted attributes */
    size_t n;
    bool wanted;
};

struct note {
    uint32_t attribute; /* its number */
    bool wanted;
};

struct sg_learner {
    struct sg_arena *arena;
    bool failed; /* memory, or a cap */
    size_t max_notes;
    size_t n_mbeans, mbeans_allocated;
    struct mbean *mbeans;
    size_t n_notes, notes_allocated;
    struct note *notes;
    struct sg_keyed attributes; /* texts */
    bool *in_union;             /* one per attribute, while a request is made */
    size_t n_full_names;
    struct sg_arena *plan_texts; /* of the latest plan */
};

SG_AUTO_DEFINE(struct sg_learner *, sg_learner_free);
SG_AUTO_DEFINE(struct sg_poll_plan *, sg_poll_plan_free);

int sg_learner_new(struct sg_learner **ret_learner)
{
    sg_auto(sg_learner_free) struct sg_learner *learner = calloc(1, sizeof *learner);

    if (!learner || !(learner->arena = sg_arena_new()))
        return -ENOMEM;
    sg_keyed_init(&learner->attributes, &sg_keyed_texts);
    learner->max_notes = SG_LEARN_ATTRIBUTES_MAX;
    *ret_learner = sg_take(&learner);
    return 0;
}

struct sg_learner *sg_learner_free(struct sg_learner *learner)
{
    if (!learner)
        return NULL;
    (void)sg_arena_unref(learner->arena);
    sg_keyed_done(&learner->attributes);
    free(learner->mbeans);
    free(learner->notes);
    (void)sg_arena_unref(learner->plan_texts);
    free(learner);
    return NULL;
}

void sg_learner_begin(struct sg_learner *learner)
{
    struct sg_arena *arena = sg_arena_new();

    learner->failed = !arena;
    learner->n_mbeans = learner->n_notes = 0;
    sg_keyed_clear(&learner->attributes);
    if (!arena)
        return;
    (void)sg_arena_unref(learner->arena);
    learner->arena = arena;
}

/* ---- Notes ---- */

static struct sg_str value_of(const struct sg_object_name *name, struct sg_str key)
{
    const struct sg_property *property = sg_object_name_find(name, key);
    return property ? property->value : SG_STR("");
}

static bool add_mbean(struct sg_learner *learner, struct sg_str text)
{
    struct sg_object_name name;

    if (sg_grow(&learner->mbeans, learner->n_mbeans, &learner->mbeans_allocated,
            sizeof *learner->mbeans))
        return false;
    const char *copy = sg_arena_copy(learner->arena, text);
    struct mbean *mbean = &learner->mbeans[learner->n_mbeans];
    *mbean = (struct mbean){ .name = { copy, text.len }, .first = learner->n_notes };
    if (!copy || sg_object_name_parse(mbean->name, &name, NULL))
        return false;
    mbean->domain = name.domain;
    mbean->type = value_of(&name, SG_STR("type"));
    mbean->kind = value_of(&name, SG_STR("name"));
    mbean->n_properties = name.n_properties;
    learner->n_mbeans++;
    return true;
}

static bool note(
    struct sg_learner *learner, struct sg_str mbean, struct sg_str attribute, bool wanted)
{
    struct mbean *last = learner->n_mbeans ? &learner->mbeans[learner->n_mbeans - 1] : NULL;
    uint32_t number;

    if (!last || !sg_str_equal(last->name, mbean)) {
        if (!add_mbean(learner, mbean))
            return false;
        last = &learner->mbeans[learner->n_mbeans - 1];
    }
    if (sg_keyed_add(&learner->attributes, attribute, &number, NULL))
        return false;
    last->wanted = last->wanted || wanted;
    if (last->n && learner->notes[learner->n_notes - 1].attribute == number) {
        struct note *same = &learner->notes[learner->n_notes - 1];
        same->wanted = same->wanted || wanted;
        return true;
    }
    if (learner->n_notes >= learner->max_notes ||
        sg_grow(
            &learner->notes, learner->n_notes, &learner->notes_allocated, sizeof *learner->notes))
        return false;
    learner->notes[learner->n_notes++] = (struct note){ number, wanted };
    last->n++;
    return true;
}

void sg_learner_add(
    struct sg_learner *learner, struct sg_str mbean, struct sg_str attribute, bool wanted)
{
    if (learner->failed || note(learner, mbean, attribute, wanted))
        return;
    sg_learner_begin(learner); /* there will be no plan: free the memory */
    learner->failed = true;
}

void sg_learner_set_max(struct sg_learner *learner, size_t n_notes)
{
    learner->max_notes = n_notes;
}

/* ---- Requests ---- */

/* MBeans that a pattern would read, one after the other in the sorted array. */
struct run {
    const struct mbean *mbeans;
    size_t n;
    size_t n_wanted;
};

static struct run run_of(const struct mbean *mbeans, size_t n)
{
    struct run run = { mbeans, n, 0 };

    for (size_t i = 0; i < n; i++)
        run.n_wanted += mbeans[i].wanted;
    return run;
}

/* Which attributes the run's requests name. @return are some of them unwanted? */
static bool add_to_union(struct sg_learner *learner, const struct run *run)
{
    bool some_left_out = false;

    memset(learner->in_union, 0, learner->attributes.n * sizeof *learner->in_union);
    for (size_t i = 0; i < run->n; i++) {
        const struct mbean *mbean = &run->mbeans[i];
        for (size_t j = mbean->first; j < mbean->first + mbean->n; j++) {
            if (learner->notes[j].wanted)
                learner->in_union[learner->notes[j].attribute] = true;
            else
                some_left_out = true;
        }
    }
    return some_left_out;
}

/* Room for n names; the arena does not align. @return NULL when memory is short */
static const char **names_in(struct sg_arena *arena, size_t n)
{
    char *bytes = sg_arena_bytes(arena, (n + 1) * sizeof(char *));
    size_t past = (uintptr_t)bytes % sizeof(char *);

    return bytes ? (const char **)(void *)(bytes + (past ? sizeof(char *) - past : 0)) : NULL;
}

/* Name the attributes of the union. @return 0 or -ENOMEM */
static int name_attributes(struct sg_learner *learner, struct sg_poll_request *request)
{
    size_t n = 0;

    for (size_t i = 0; i < learner->attributes.n; i++)
        n += learner->in_union[i];
    const char **names = names_in(learner->plan_texts, n);
    if (!names)
        return -ENOMEM;
    request->attributes = names;
    for (size_t i = 0; i < learner->attributes.n; i++) {
        if (!learner->in_union[i])
            continue;
        names[request->n_attributes] =
            sg_arena_copy(learner->plan_texts, sg_keyed_key(&learner->attributes, (uint32_t)i));
        if (!names[request->n_attributes++])
            return -ENOMEM;
    }
    return 0;
}

/* A request for an ObjectName or pattern, with the attributes of the union. */
static int add_request(struct sg_learner *learner,
    struct sg_poll_plan *plan,
    struct sg_str mbean,
    const struct run *run)
{
    bool some_left_out = add_to_union(learner, run);
    struct sg_object_name name;
    const char *text = sg_arena_copy(learner->plan_texts, mbean);

    if (!text)
        return -ENOMEM;
    if (sg_object_name_parse_pattern(sg_str_of(text), &name, NULL))
        return -EINVAL; /* an agent's own names are valid; with an invalid one there is no plan */
    struct sg_poll_request request = { .mbean = text, .is_pattern = name.is_pattern };
    int r = some_left_out ? name_attributes(learner, &request) : 0;
    return r ? r : sg_poll_plan_add(plan, &request);
}

static int add_pattern(
    struct sg_learner *learner, struct sg_poll_plan *plan, const struct run *run, bool with_kind)
{
    const struct mbean *first = run->mbeans;
    struct sg_buf text;

    sg_buf_init(&text, NAME_BYTES_MAX);
    sg_buf_printf(&text, SG_STR_FMT ":", SG_STR_ARG(first->domain));
    if (first->type.len)
        sg_buf_printf(&text, "type=" SG_STR_FMT ",", SG_STR_ARG(first->type));
    if (with_kind)
        sg_buf_printf(&text, "name=" SG_STR_FMT ",", SG_STR_ARG(first->kind));
    sg_buf_add_char(&text, '*');
    int r = sg_buf_error(&text);
    if (!r)
        r = add_request(learner, plan, sg_buf_get(&text), run);
    sg_buf_done(&text);
    return r;
}

static int add_full_names(
    struct sg_learner *learner, struct sg_poll_plan *plan, const struct run *run)
{
    int r = 0;

    for (size_t i = 0; i < run->n && !r; i++) {
        const struct run one = { &run->mbeans[i], 1, 1 };
        bool again = i > 0 && sg_str_equal(run->mbeans[i].name, run->mbeans[i - 1].name);
        if (!run->mbeans[i].wanted || again) /* patterns that were read may overlap */
            continue;
        if (++learner->n_full_names > SG_LEARN_NAMES_MAX)
            return E_TOO_MANY;
        r = add_request(learner, plan, run->mbeans[i].name, &one);
    }
    return r;
}

/* Is a pattern about as cheap as the wanted MBeans' names? It finds new ones, so it may cost more.
 */
static bool is_pattern_cheap(const struct run *run, size_t domain_size)
{
    size_t walk = domain_size / WALKS_PER_READ;
    return run->n > 1 && run->n_wanted * 2 >= run->n && walk + run->n <= 4 * run->n_wanted;
}

/* All MBeans of one domain and type. */
static int add_type(struct sg_learner *learner,
    struct sg_poll_plan *plan,
    const struct run *run,
    size_t domain_size)
{
    int r = 0;

    if (run->n_wanted == 0)
        return 0;
    if (is_pattern_cheap(run, domain_size))
        return add_pattern(learner, plan, run, false);
    for (size_t i = 0, n; i < run->n && !r; i += n) {
        const struct mbean *mbeans = &run->mbeans[i];
        for (n = 1; i + n < run->n && sg_str_equal(mbeans[n].kind, mbeans->kind); n++)
            ;
        struct run kind = run_of(mbeans, n);
        if (mbeans->kind.len && is_pattern_cheap(&kind, domain_size))
            r = add_pattern(learner, plan, &kind, true);
        else
            r = add_full_names(learner, plan, &kind);
    }
    return r;
}

/* MBeans without a type of their own share one with all others of the domain. */
static int add_domain(struct sg_learner *learner,
    struct sg_poll_plan *plan,
    const struct mbean *mbeans,
    size_t n_domain)
{
    int r = 0;

    for (size_t i = 0, n; i < n_domain && !r; i += n) {
        for (n = 1; i + n < n_domain && sg_str_equal(mbeans[i + n].type, mbeans[i].type); n++)
            ;
        struct run type = run_of(&mbeans[i], n);
        r = mbeans[i].type.len || n == n_domain ? add_type(learner, plan, &type, n_domain)
                                                : add_full_names(learner, plan, &type);
    }
    return r;
}

static int compare_mbeans(const void *a, const void *b)
{
    const struct mbean *const x = a;
    const struct mbean *const y = b;
    int order = sg_str_compare(x->domain, y->domain);

    if (order == 0)
        order = sg_str_compare(x->type, y->type);
    if (order == 0)
        order = sg_str_compare(x->kind, y->kind);
    return order ? order : sg_str_compare(x->name, y->name);
}

static int add_requests(struct sg_learner *learner, struct sg_poll_plan *plan)
{
    const struct mbean *mbeans = learner->mbeans;
    int r = 0;

    learner->n_full_names = 0;
    for (size_t i = 0, n; i < learner->n_mbeans && !r; i += n) {
        for (n = 1;
             i + n < learner->n_mbeans && sg_str_equal(mbeans[i + n].domain, mbeans[i].domain); n++)
            ;
        r = add_domain(learner, plan, &mbeans[i], n);
    }
    return r;
}

int sg_learner_plan(struct sg_learner *learner, struct sg_poll_plan **ret_plan)
{
    sg_auto(sg_poll_plan_free) struct sg_poll_plan *plan = NULL;

    *ret_plan = NULL;
    if (learner->failed || learner->n_mbeans == 0)
        return 0;
    (void)sg_arena_unref(learner->plan_texts);
    learner->plan_texts = sg_arena_new();
    learner->in_union = calloc(learner->attributes.n + 1, sizeof *learner->in_union);
    int r = learner->in_union && learner->plan_texts ? sg_poll_plan_new(&plan) : -ENOMEM;
    if (!r) {
        qsort(learner->mbeans, learner->n_mbeans, sizeof *learner->mbeans, compare_mbeans);
        r = add_requests(learner, plan);
    }
    free(sg_take(&learner->in_union));
    if (r == SG_BUF_E_FULL || r == E_TOO_MANY || r == -EINVAL)
        return 0;
    if (!r && plan->n)
        *ret_plan = sg_take(&plan);
    return r;
}
