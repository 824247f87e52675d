/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/catalogue/test_recording.h"

#include "jmx/catalogue/catalogue.h"
#include "jmx/jolokia/answer.h"
#include "jmx/rules/rules_plan.h"
#include "jmx/test_fixture.h"
#include "test.h"

#include <stdlib.h>

const char *const recording_names[N_RECORDINGS] = {
    "connect-distributed",
    "connect-worker",
    "kafka-3.6.0-zk-active-controller",
    "kafka-3.6.0-zk-broker",
    "kafka-3.9.1-kraft-broker",
    "kafka-3.9.1-kraft-controller",
    "kafka-4.1.0-kraft-combined",
    "kafka-4.4.0-kraft-broker",
    "kafka-4.4.0-kraft-controller",
    "presto-coordinator",
    "presto-worker",
    "spark-driver",
    "zookeeper-ensemble-follower",
    "zookeeper-ensemble-leader",
    "zookeeper-standalone",
};

struct sg_rules *catalogue_load(const char *catalogue)
{
    struct sg_rules *rules = NULL;
    struct sg_error err = { "" };

    if (sg_catalogue_load(catalogue, &rules, &err))
        fail_msg("%s", err.text);
    return rules;
}

struct sg_rules *catalogue_load_every(void)
{
    const char *names[64];
    size_t n = 0;
    struct sg_rules *rules = NULL;
    struct sg_error err = { "" };

    for (const struct sg_catalogue *one = sg_catalogues; one->name; one++) {
        if (strcmp(one->name, CATALOGUE_INSTEAD) != 0)
            names[n++] = one->name;
    }
    if (sg_catalogue_load_all(names, n, &rules, &err))
        fail_msg("%s", err.text);
    return rules;
}

static struct sg_engine *new_engine(
    const struct sg_rules *rules, const char *target, const struct sg_aliases *aliases)
{
    struct sg_engine *engine = NULL;
    const struct sg_label constant[] = {
        { SG_STR("kafka_cluster"), SG_STR("streaming") },
        { sg_str_of(target), SG_STR("1") },
    };

    assert_int_equal(sg_engine_new(rules, constant, 2, &engine), 0);
    if (aliases)
        sg_engine_use_aliases(engine, aliases);
    return engine;
}

json_t *recording_read(const char *name)
{
    char path[256];
    size_t len;
    size_t i;
    json_t *element;
    json_t *all = json_object();

    (void)snprintf(path, sizeof path, "jolokia/%s.json.gz", name);
    char *text = fixture_read(path, &len);
    json_t *elements = json_loadb(text, len, 0, NULL);
    free(text);
    assert_true(json_is_array(elements));
    json_array_foreach(elements, i, element)
    {
        const char *key;
        json_t *value;
        json_object_foreach(json_object_get(element, "value"), key, value)
        {
            if (strchr(key, ':')) /* the answer to a "version" request has other keys */
                assert_int_equal(json_object_set(all, key, value), 0);
        }
    }
    assert_true(json_object_size(all) > 0);
    json_decref(elements);
    return all;
}

static json_t *some_attributes(
    json_t *attributes, bool (*want)(const void *, const char *), const void *context)
{
    const char *key;
    json_t *value;
    json_t *some = json_object();

    json_object_foreach(attributes, key, value)
    {
        if (want(context, key))
            assert_int_equal(json_object_set(some, key, value), 0);
    }
    return some;
}

static bool names_attribute(const void *context, const char *name)
{
    const struct sg_rules_attributes *request = context;

    for (size_t i = 0; i < request->n; i++) {
        if (strcmp(request->names[i], name) == 0)
            return true;
    }
    return false;
}

/* An MBean, and the requests that it could be read by. */
struct asked {
    const struct sg_rules *rules;
    struct sg_object_name name;
    bool is_asked; /* by any */
};

static bool matches_any(const struct asked *asked)
{
    for (size_t i = 0; i < asked->rules->requests.n; i++) {
        if (sg_object_name_matches(&asked->rules->requests.lists[i].mbean.name, &asked->name))
            return true;
    }
    return false;
}

/* Does a request for the MBean name the attribute? If there is none for it: does any request? */
static bool any_names_attribute(const void *context, const char *attribute)
{
    const struct asked *asked = context;

    for (size_t i = 0; i < asked->rules->requests.n; i++) {
        const struct sg_rules_attributes *request = &asked->rules->requests.lists[i];
        if (names_attribute(request, attribute) &&
            (!asked->is_asked || sg_object_name_matches(&request->mbean.name, &asked->name)))
            return true;
    }
    return false;
}

/* The MBeans that match a request, with the attributes that it names. @return owned */
static json_t *find_asked(const struct sg_rules_attributes *request, json_t *all)
{
    json_t *matching = json_object();
    const char *key;
    json_t *attributes;
    struct sg_str domain = request->mbean.name.domain; /* always literal, so that walks are short */

    assert_null(memchr(domain.ptr, '*', domain.len));
    json_object_foreach(all, key, attributes)
    {
        struct sg_object_name name;
        if (strncmp(key, domain.ptr, domain.len) != 0 || key[domain.len] != ':')
            continue;
        assert_int_equal(sg_object_name_parse(sg_str_of(key), &name, NULL), 0);
        if (!sg_object_name_matches(&request->mbean.name, &name))
            continue;
        json_t *some = some_attributes(attributes, names_attribute, request);
        if (json_object_size(some))
            assert_int_equal(json_object_set(matching, key, some), 0);
        json_decref(some);
    }
    return matching;
}

/* What an agent would answer to one request. */
static json_t *answer_request(
    const struct sg_rules_attributes *request, const struct sg_poll_request *sent, json_t *all)
{
    json_t *matching = find_asked(request, all);

    if (json_object_size(matching) == 0) {
        json_decref(matching);
        return json_pack("{s:i, s:s}", "status", 404, "error_type", "none");
    }
    if (!sent->is_pattern) {
        json_t *only = json_incref(json_object_iter_value(json_object_iter(matching)));
        json_decref(matching);
        matching = only;
    }
    return json_pack("{s:i, s:o}", "status", 200, "value", matching);
}

char *recording_answer_plan(
    const struct sg_rules *rules, const struct sg_poll_plan *plan, json_t *all, bool *asked)
{
    json_t *answer = json_array();
    size_t at = 0;

    /* The plan borrows its ObjectNames from the rules and has them in their order. */
    for (size_t i = 0; i < plan->n; i++) {
        while (at < rules->requests.n &&
               rules->requests.lists[at].mbean.text != plan->requests[i].mbean)
            at++;
        assert_true(at < rules->requests.n);
        assert_true(rules->requests.lists[at].n > 0); /* never all of an MBean's attributes */
        json_t *element = answer_request(&rules->requests.lists[at], &plan->requests[i], all);
        if (asked && json_object_get(element, "value"))
            asked[at] = true;
        assert_int_equal(json_array_append_new(answer, element), 0);
    }
    char *body = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    return body;
}

/* The answers to the requests, and all of the MBeans that no request matches. */
static char *answer_whole(const struct sg_rules *rules, json_t *all)
{
    json_t *cut = json_object();
    const char *key;
    json_t *attributes;

    json_object_foreach(all, key, attributes)
    {
        struct asked asked = { .rules = rules };
        assert_int_equal(sg_object_name_parse(sg_str_of(key), &asked.name, NULL), 0);
        asked.is_asked = matches_any(&asked);
        json_t *some = some_attributes(attributes, any_names_attribute, &asked);
        assert_int_equal(json_object_set_new(cut, key, some), 0);
    }
    json_t *answer = json_pack("[{s:i, s:o}]", "status", 200, "value", cut);
    char *body = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    return body;
}

static void feed(struct sg_engine *engine, const struct sg_poll_plan *plan, const char *body)
{
    char *copy = strdup(body); /* reading may overwrite it */

    fixture_feed(engine, plan, copy, strlen(copy));
    free(copy);
    for (int i = 0; i < SG_DROP_REASONS; i++)
        assert_int_equal(sg_engine_stats(engine)->n_dropped[i], 0);
}

char *recording_asked_page(const struct sg_rules *rules, json_t *all, const char *target)
{
    return recording_page_with(rules, all, target, NULL);
}

char *recording_page_with(
    const struct sg_rules *rules, json_t *all, const char *target, const struct sg_aliases *aliases)
{
    struct sg_poll_plan *plan = NULL;
    struct sg_engine *engine = new_engine(rules, target, aliases);

    assert_int_equal(sg_rules_plan_new(rules, &plan), 0);
    char *body = recording_answer_plan(rules, plan, all, NULL);
    feed(engine, plan, body);
    char *first = fixture_page(engine);
    feed(engine, plan, body);
    assert_int_equal(sg_engine_stats(engine)->n_decided, 0);
    char *page = fixture_page(engine);
    assert_string_equal(first, page);
    free(first);
    free(body);
    (void)sg_engine_free(engine);
    (void)sg_poll_plan_free(plan);
    return page;
}

char *recording_whole_page(const struct sg_rules *rules, json_t *all, const char *target)
{
    static const char *const everything[] = { "*:*", NULL };
    struct sg_rules *plan_rules = NULL;
    struct sg_poll_plan *plan = fixture_plan(&plan_rules, everything);
    struct sg_engine *engine = new_engine(rules, target, NULL);

    char *body = answer_whole(rules, all);
    feed(engine, plan, body);
    free(body);
    char *page = fixture_page(engine);
    (void)sg_engine_free(engine);
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(plan_rules);
    return page;
}

bool recording_is_broker(const char *recording)
{
    return strncmp(recording, "kafka-", 6) == 0;
}
