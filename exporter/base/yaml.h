/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Strict reading of YAML files, with the position of every error.
 *
 * A whole document is loaded from libyaml's events, which have the line and column of every value.
 * Aliases are copies of the anchored node, merge keys ("<<") are resolved; depth, values and
 * anchors have caps. Readers walk it and report problems; they continue after a problem, so that
 * one run shows them all. Owned by one thread.
 */

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_YAML_E_READ = 1, /* the file cannot be read, or is too large */
    SG_YAML_E_SYNTAX,   /* not valid YAML; the text says where */
};

enum {
    SG_YAML_BYTES_MAX = 4 * 1024 * 1024,
    SG_YAML_DEPTH_MAX = 32,
};

struct sg_yaml; /* a loaded document */
struct sg_yaml_node;

/**
 * Load a file. @param path also names the file in problems
 * @param pipe_wait_ms  as sg_file_read has it
 * @return 0, SG_YAML_E_READ, SG_YAML_E_SYNTAX or -ENOMEM
 */
int sg_yaml_load_file(
    const char *path, int pipe_wait_ms, struct sg_yaml **ret_yaml, struct sg_error *err);

/** Load text. @param name is used as the file's name in problems. @return as sg_yaml_load_file */
int sg_yaml_load_text(
    const char *name, struct sg_str text, struct sg_yaml **ret_yaml, struct sg_error *err);

/** @return NULL; yaml may be NULL */
struct sg_yaml *sg_yaml_free(struct sg_yaml *yaml);

/** The name with which the document was loaded, borrowed. */
const char *sg_yaml_name(const struct sg_yaml *yaml);

/** The root, borrowed; NULL for an empty document. */
const struct sg_yaml_node *sg_yaml_root(const struct sg_yaml *yaml);

/** Record a problem, as "FILE:LINE:COL: text". @param node may be NULL: the file's start */
void sg_yaml_problem(struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** How many problems were recorded. */
size_t sg_yaml_n_problems(const struct sg_yaml *yaml);

/** The text of a problem, borrowed. */
const char *sg_yaml_get_problem(const struct sg_yaml *yaml, size_t i);

/** Line of a node, counted from 1. */
size_t sg_yaml_line(const struct sg_yaml_node *node);

/** Column of a node, counted from 1. */
size_t sg_yaml_column(const struct sg_yaml_node *node);

bool sg_yaml_is_map(const struct sg_yaml_node *node);
bool sg_yaml_is_list(const struct sg_yaml_node *node);
bool sg_yaml_is_scalar(const struct sg_yaml_node *node);

/** Is it a scalar without quotes or the tag !!str, which may be a number or a flag? */
bool sg_yaml_is_plain(const struct sg_yaml_node *node);

/** Does it, or a node in it, have an anchor that aliases may refer to? */
bool sg_yaml_has_anchor(const struct sg_yaml_node *node);

/** Is it YAML's null: a plain ~, null or an empty value? */
bool sg_yaml_is_null(const struct sg_yaml_node *node);

/** Elements of a list, pairs of a map. */
size_t sg_yaml_count(const struct sg_yaml_node *node);

/** An element of a list, borrowed; NULL when there is none or list is not a list. */
const struct sg_yaml_node *sg_yaml_item(const struct sg_yaml_node *list, size_t i);

/** A pair of a map, both borrowed. */
void sg_yaml_pair(const struct sg_yaml_node *map,
    size_t i,
    const struct sg_yaml_node **ret_key,
    const struct sg_yaml_node **ret_value);

/** The value with this key, borrowed; NULL when there is none or map is not a map. */
const struct sg_yaml_node *sg_yaml_find(const struct sg_yaml_node *map, const char *key);

/** The text of a scalar, borrowed (terminated as well); empty for anything else. */
struct sg_str sg_yaml_text(const struct sg_yaml_node *scalar);

/**
 * Check that node is a map whose keys are all in allowed (ends with NULL), each at most once;
 * problems name the key and, where one is close, the likely intended key. @param what how problems
 * name the map, e.g. "a cluster" @return is it a map?
 */
bool sg_yaml_expect_map(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const char *what,
    const char *const *allowed);

/**
 * Readers of one key of a map. They leave *value as it is when the key is absent, and record a
 * problem when it has the wrong type. @return was a valid value found?
 */
bool sg_yaml_read_bool(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, bool *value);

/** Durations as Prometheus writes them: 15s, 1m30s, 500ms. @param value in milliseconds */
bool sg_yaml_read_duration_ms(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, int64_t *value);

/** A scalar as text, borrowed from yaml. */
bool sg_yaml_read_text(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, struct sg_str *value);

/** The same as an owned string; the previous string in *value is freed. */
bool sg_yaml_read_string(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, char **value);

/** "15s", "1m30s", "500ms" → milliseconds. @return is it a duration? */
bool sg_duration_parse_ms(struct sg_str text, int64_t *ret_ms);
