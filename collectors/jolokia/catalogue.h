/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The rule sets that the program brings along: catalogue/ as YAML files, compiled in.
 *
 * They are ordinary rule files, so that a user can copy one and change it. Each rule has a literal
 * name, a type and a help; the documentation of all metrics is made from them.
 */

#include "base/error.h"
#include "jolokia/rules.h"
#include "metric/family.h"

#include <stdbool.h>
#include <stddef.h>

/* One file of a catalogue; made by the build from catalogue/. */
struct sg_catalogue_file {
    const char *catalogue; /* its name: "kafka" */
    const char *file;
    const char *text;
    size_t len;
};

extern const struct sg_catalogue_file sg_catalogue_files[]; /* ends with a NULL catalogue */

/* A metric that a catalogue can give. Borrowed for the call. */
struct sg_catalogue_metric {
    struct sg_family family;
    size_t n_labels;
    const struct sg_str *labels; /* names */
};

/** Is there a catalogue of this name? */
bool sg_catalogue_has(const char *name);

/**
 * @param name  a catalogue's name @param ret_rules  owned
 * @return 0, -ENOENT, -ENOMEM; anything else is a mistake in the catalogue, err says where
 */
int sg_catalogue_load(const char *name, struct sg_rules **ret_rules, struct sg_error *err);

/**
 * Several catalogues as one rule set, one after the other. A file that two of them share is loaded
 * once. @return as sg_catalogue_load
 */
int sg_catalogue_load_all(
    const char *const *names, size_t n, struct sg_rules **ret_rules, struct sg_error *err);

/**
 * Tell every metric family of a catalogue, once each, in the order of its rules.
 * @return as sg_catalogue_load
 */
int sg_catalogue_each_metric(const char *name,
    void (*metric)(void *context, const struct sg_catalogue_metric *metric),
    void *context,
    struct sg_error *err);
