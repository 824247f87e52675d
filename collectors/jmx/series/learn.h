/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which attributes need not be requested from a JVM any more.
 *
 * A rule file without "requests" does not say which MBeans its rules match, so everything has to be
 * read. It is read once; from the attributes that became series, a plan is made that requests only
 * those. Reading everything again from time to time finds new ones.
 *
 *     all MBeans of one domain and type, most of them wanted  → domain:type=T,*          attributes
 *     … of one name too                                        → domain:type=T,name=N,* attributes
 *     a few among many                                         → each by its full name attributes
 *
 * Later MBeans that match one of the plan's patterns appear at the next poll, all others
 * when everything is read again. A full name costs an agent about as much as an MBean that a
 * pattern matches, but each pattern costs it a walk over its whole domain. One thread.
 */

#include "base/str.h"
#include "jmx/poll/plan.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SG_LEARN_ATTRIBUTES_MAX = 4000000, /* noted attributes, by default; past it no plan */
    SG_LEARN_NAMES_MAX = 20000,        /* full names in a plan; past it there is none */
};

struct sg_learner;

/** @return 0 or -ENOMEM */
int sg_learner_new(struct sg_learner **ret_learner);

/** @return NULL; learner may be NULL */
struct sg_learner *sg_learner_free(struct sg_learner *learner);

/** Note at most so many attributes; with more there is no plan. */
void sg_learner_set_max(struct sg_learner *learner, size_t n_notes);

/** Everything is about to be read: forget the noted attributes. */
void sg_learner_begin(struct sg_learner *learner);

/**
 * Note an attribute that the JVM has. An attribute of composite data may be noted several times;
 * it is wanted when one of its parts is. Calls for one MBean follow each other.
 */
void sg_learner_add(
    struct sg_learner *learner, struct sg_str mbean, struct sg_str attribute, bool wanted);

/**
 * The plan that follows from the noted attributes, or none when none is wanted or there were too
 * many.
 *
 * @param ret_plan  owned; NULL for none; it borrows from the learner until the next one is made
 * @return 0 or -ENOMEM
 */
int sg_learner_plan(struct sg_learner *learner, struct sg_poll_plan **ret_plan);
