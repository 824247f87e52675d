/* SPDX-License-Identifier: Apache-2.0 */
#include "store/roster.h"

#include "base/arena.h"
#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct sg_clusters clusters;
    struct sg_refs refs;
    char *label;
    char *config_text;
    struct sg_arena *urls;
    struct sg_cluster *list[];
};

struct sg_roster {
    pthread_mutex_t lock; /* guards latest */
    struct block *latest;
    atomic_bool burrow;
};

static struct block *block_of(const struct sg_clusters *clusters)
{
    return (struct block *)(uintptr_t)clusters; /* its first member */
}

static void free_block(struct block *block)
{
    if (!block)
        return;
    for (size_t i = 0; i < block->clusters.n; i++)
        (void)sg_cluster_unref(block->list[i]);
    free(block->label);
    free(block->config_text);
    (void)sg_arena_unref(block->urls);
    free(block);
}

static const char *keep(struct block *block, const char *url)
{
    return url ? sg_arena_copy(block->urls, sg_str_of(url)) : NULL;
}

static int new_block(struct sg_cluster *const *clusters,
    size_t n,
    const char *label,
    const char *config_text,
    const struct sg_roster_links *links,
    struct block **ret_block)
{
    struct block *block = calloc(1, sizeof *block + n * sizeof(struct sg_cluster *));

    if (!block)
        return -ENOMEM;
    sg_refs_init(&block->refs);
    block->label = strdup(label);
    block->config_text = strdup(config_text);
    block->urls = sg_arena_new();
    if (!block->label || !block->config_text || !block->urls) {
        free_block(block);
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++)
        block->list[i] = sg_cluster_ref(clusters[i]);
    block->clusters = (struct sg_clusters){ n, block->list, block->label, block->config_text,
        { NULL, NULL, NULL } };
    if (links)
        block->clusters.links = (struct sg_roster_links){ keep(block, links->dashboards),
            keep(block, links->prometheus), keep(block, links->runbooks) };
    *ret_block = block;
    return 0;
}

const struct sg_clusters *sg_clusters_unref(const struct sg_clusters *clusters)
{
    struct block *block = block_of(clusters);

    if (!block || !sg_refs_drop(&block->refs))
        return NULL;
    free_block(block);
    return NULL;
}

int sg_roster_new(struct sg_roster **ret_roster)
{
    struct sg_roster *roster = calloc(1, sizeof *roster);

    if (!roster || new_block(NULL, 0, "", "", NULL, &roster->latest)) {
        free(roster);
        return -ENOMEM;
    }
    (void)pthread_mutex_init(&roster->lock, NULL);
    *ret_roster = roster;
    return 0;
}

struct sg_roster *sg_roster_free(struct sg_roster *roster)
{
    if (!roster)
        return NULL;
    (void)sg_clusters_unref(&roster->latest->clusters);
    (void)pthread_mutex_destroy(&roster->lock);
    free(roster);
    return NULL;
}

int sg_roster_set(struct sg_roster *roster,
    struct sg_cluster *const *clusters,
    size_t n,
    const char *label,
    const char *config_text,
    const struct sg_roster_links *links)
{
    struct block *block = NULL;

    int r = new_block(clusters, n, label, config_text, links, &block);
    if (r)
        return r;
    (void)pthread_mutex_lock(&roster->lock);
    struct block *before = roster->latest;
    roster->latest = block;
    (void)pthread_mutex_unlock(&roster->lock);
    (void)sg_clusters_unref(&before->clusters);
    return 0;
}

const struct sg_clusters *sg_roster_take(const struct sg_roster *roster)
{
    sg_locked(&roster->lock);
    struct block *block = roster->latest;
    sg_refs_add(&block->refs);
    return &block->clusters;
}

void sg_roster_set_burrow(struct sg_roster *roster, bool on)
{
    atomic_store(&roster->burrow, on);
}

bool sg_roster_is_burrow(const struct sg_roster *roster)
{
    return atomic_load(&roster->burrow);
}
