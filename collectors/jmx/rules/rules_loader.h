/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the readers of a rule file share. Readers add problems to the document and continue, so that
 * one check shows them all; a lack of memory is added too. One thread.
 */

#include "base/yaml.h"
#include "jmx/rules/rules.h"

#include <stdbool.h>
#include <stddef.h>

struct sg_rules_loader {
    struct sg_yaml *yaml;
    struct sg_rules *rules;
    const char *file; /* the rules' copy of the name */
    bool unquote;     /* of the file, for its rules */
};

void sg_rules_loader_no_memory(struct sg_rules_loader *loader, const struct sg_yaml_node *node);

/**
 * Room for n more elements, all zero, after the n_now of *array, plus one.
 * @return false: a problem was added
 */
bool sg_rules_loader_grow(struct sg_rules_loader *loader,
    const struct sg_yaml_node *node,
    void *array,
    size_t n_now,
    size_t n,
    size_t size);

/** Add a warning: not an error, but possibly not intended. */
void sg_rules_loader_warn(
    struct sg_rules_loader *loader, const struct sg_yaml_node *node, const char *text);

/** @return is it a list of at most max elements? If not, a problem was added */
bool sg_rules_loader_is_list(
    struct sg_rules_loader *loader, const struct sg_yaml_node *node, const char *what, size_t max);

/** A list of names. @param ret_texts  owned, also what was read before a problem was added */
bool sg_rules_loader_read_texts(struct sg_rules_loader *loader,
    const struct sg_yaml_node *node,
    const char *what,
    char ***ret_texts,
    size_t *ret_n);
