/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The current clusters. A reload sets them, on main's thread; all others read a copy, whose
 * clusters stay valid for as long as the reader keeps it. Thread-safe.
 */

#include "store/cluster.h"

#include <stdbool.h>
#include <stddef.h>

struct sg_roster;

/** An empty one. @return 0 or -ENOMEM */
int sg_roster_new(struct sg_roster **ret_roster);

/** @return NULL; roster may be NULL. Copies stay valid. */
struct sg_roster *sg_roster_free(struct sg_roster *roster);

/* URLs of other programs, for the status page; NULL: none. */
struct sg_roster_links {
    const char *dashboards, *prometheus, *runbooks;
};

/* Reference-counted and immutable. */
struct sg_clusters {
    size_t n;
    struct sg_cluster *const *clusters; /* in the order of the configuration */
    const char *label;                  /* name of the label with a cluster's name */
    const char *config_text;            /* the configuration for display, without secrets */
    struct sg_roster_links links;
};

/**
 * Set the current clusters. @param clusters  each gets another reference
 * @param label, config_text, links  copied; links may be NULL
 * @return 0 or -ENOMEM
 */
int sg_roster_set(struct sg_roster *roster,
    struct sg_cluster *const *clusters,
    size_t n,
    const char *label,
    const char *config_text,
    const struct sg_roster_links *links);

/** @return owned: one reference; never NULL */
const struct sg_clusters *sg_roster_take(const struct sg_roster *roster);

/** @return NULL; clusters may be NULL */
const struct sg_clusters *sg_clusters_unref(const struct sg_clusters *clusters);

/** Does the configuration want Burrow's HTTP API? At first it does not. */
void sg_roster_set_burrow(struct sg_roster *roster, bool on);
bool sg_roster_is_burrow(const struct sg_roster *roster);
