/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the tests of the catalogues share: recorded answers, which hold every MBean of a process
 * with all attributes. Each can be read cut down to what the catalogue's requests would have
 * brought, or with the MBeans besides that no request matches. All functions fail the test.
 */

#include "jmx/poll/plan.h"
#include "jmx/rules/rules.h"
#include "metric/alias.h"

#include <jansson.h>
#include <stdbool.h>

enum {
    N_RECORDINGS = 15,
};

extern const char *const recording_names[N_RECORDINGS];

/** @return owned */
struct sg_rules *catalogue_load(const char *catalogue);

/* Other names for the attributes of another one, kafka-client: it is used in its place. */
#define CATALOGUE_INSTEAD "kafka-client-names"

/** All but that one. @return owned */
struct sg_rules *catalogue_load_every(void);

/** Every MBean of a recorded answer: a map of ObjectNames to maps of attributes. @return owned */
json_t *recording_read(const char *name);

bool recording_is_broker(const char *recording);

/**
 * What an agent would answer to the requests of the plan. @return owned
 * @param asked  is set for each request of the rules that brought anything; may be NULL
 */
char *recording_answer_plan(
    const struct sg_rules *rules, const struct sg_poll_plan *plan, json_t *all, bool *asked);

/**
 * The page of what the requests bring; read twice, because the second time runs no rule.
 * @param target  label of the one target: "broker" or "jvm" @return owned
 */
char *recording_asked_page(const struct sg_rules *rules, json_t *all, const char *target);

/** Likewise, with other exporters' names as well. @param aliases  borrowed for the call, sorted */
char *recording_page_with(const struct sg_rules *rules,
    json_t *all,
    const char *target,
    const struct sg_aliases *aliases);

/** The page of that and of what no request matches. @return owned */
char *recording_whole_page(const struct sg_rules *rules, json_t *all, const char *target);
