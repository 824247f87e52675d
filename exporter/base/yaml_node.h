/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The nodes of a loaded document, for yaml.c, which reads them, and yaml_load.c, which creates
 * them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_YAML_PROBLEMS_MAX = 100,
};

enum sg_yaml_kind {
    SCALAR,
    LIST,
    MAP
};

struct sg_yaml_node {
    enum sg_yaml_kind kind;
    bool plain;      /* a scalar without quotes, whose type YAML infers */
    bool has_anchor; /* it, or a node in it, has one */
    uint32_t line;
    uint32_t column;
    size_t n; /* elements; for a map, pairs */
    union {
        char *text;                  /* owned */
        struct sg_yaml_node **nodes; /* owned; a map's keys and values alternate */
    };
};

struct sg_yaml {
    char *name;
    struct sg_yaml_node *root;
    size_t n_nodes;
    size_t n_problems;
    char *problems[SG_YAML_PROBLEMS_MAX];
};
