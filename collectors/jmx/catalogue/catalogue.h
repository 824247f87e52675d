/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The built-in rule sets: the YAML files of catalogue/, compiled in.
 *
 * They are ordinary rule files, so that a user can copy one and change it. Each rule has a literal
 * name, a type and a help; the documentation of all metrics is generated from them. A catalogue is
 * one or more files, in order; a file may be in several catalogues (jvm.yml is), a metric family is
 * in one file only. meson.build lists the files of each catalogue.
 */

#include "base/embedded.h"
#include "base/error.h"
#include "jmx/rules/rules.h"
#include "metric/family.h"

#include <stdbool.h>
#include <stddef.h>

/* What a catalogue is for. */
struct sg_catalogue {
    const char *name; /* as in the configuration: "kafka" */
    const char *title;
    const char *text; /* plain text for the documentation */
};

/* In the order of the documentation; ends with a NULL name. */
extern const struct sg_catalogue sg_catalogues[];

/* Files of catalogue/, by the name of the catalogue. */
extern const struct sg_embedded sg_catalogue_files[];

/* A metric of a catalogue. Borrowed for the call. */
struct sg_catalogue_metric {
    struct sg_family family;
    size_t n_labels;
    const struct sg_str *labels; /* names */
};

/** Is there a catalogue of this name? */
bool sg_catalogue_has(const char *name);

/**
 * @param name  a catalogue's name @param ret_rules  owned
 * @return 0, -ENOENT, -ENOMEM; anything else is an error in the catalogue, err says where
 */
int sg_catalogue_load(const char *name, struct sg_rules **ret_rules, struct sg_error *err);

/**
 * Load several catalogues as one set of rules, in the order of the names. A file of several of them
 * is loaded once, so that any of them can be combined.
 * @param names  n names @return as sg_catalogue_load
 */
int sg_catalogue_load_all(
    const char *const *names, size_t n, struct sg_rules **ret_rules, struct sg_error *err);

/**
 * Call metric for the metric families of those files that are in no earlier catalogue of
 * sg_catalogue_files, once each, in the order of their rules. Over all catalogues, each family
 * occurs once.
 * @return as sg_catalogue_load
 */
int sg_catalogue_each_metric(const char *name,
    void (*metric)(void *context, const struct sg_catalogue_metric *metric),
    void *context,
    struct sg_error *err);
