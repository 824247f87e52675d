/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the tests of this folder share: recorded answers, rules, and the exposition of a table. */

#include "jmx/poll/attribute.h"
#include "jmx/poll/plan.h"
#include "jmx/rules/rules.h"
#include "jmx/series/engine.h"

#include <stddef.h>

/** A file of tests/fixtures, unpacked when it ends in .gz. Fails the test. @return owned */
char *fixture_read(const char *name, size_t *ret_len);

/** An answer without its first element, which is a "version" request's. @return owned */
char *fixture_without_first(const char *json, size_t len, size_t *ret_len);

/** Rules from YAML text. Fails the test. @return owned */
struct sg_rules *fixture_rules(const char *yaml);

/** A plan of one request each for MBeans or patterns; ends with NULL. @return owned */
struct sg_poll_plan *fixture_plan(struct sg_rules **ret_rules, const char *const *mbeans);

/** The attribute path[0], path[1], … of an MBean; ends with NULL. */
struct sg_attribute fixture_attribute(const char *mbean, const char *const *path);

/** The exposition of what the engine has, in text format. @return owned */
char *fixture_page(struct sg_engine *engine);

/** Feed a whole answer to an engine. Fails the test when there was any failure. */
void fixture_feed(
    struct sg_engine *engine, const struct sg_poll_plan *plan, char *body, size_t len);
