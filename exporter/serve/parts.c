/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/parts.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/index.h"
#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Immutable once it is made. */
struct part_block {
    struct sg_part part;
    struct sg_refs refs;
    struct sg_buf body;
    enum sg_format format;
    enum sg_coding coding;
    uint32_t hash; /* of the name */
    char *name;
    size_t name_len;
};

struct sg_parts {
    pthread_mutex_t lock; /* guards all below; not held while a part is made */
    uint64_t page_number; /* the page that they are of */
    size_t n;
    size_t bytes;
    struct part_block *kept[SG_PARTS_MAX];
};

struct sg_part *sg_part_unref(struct sg_part *part)
{
    struct part_block *block = (struct part_block *)part;

    if (!block || !sg_refs_drop(&block->refs))
        return NULL;
    sg_buf_done(&block->body);
    free(block->name);
    free(block);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_part *, sg_part_unref);
SG_AUTO_DEFINE(struct sg_page *, sg_page_unref);

int sg_parts_new(struct sg_parts **ret_parts)
{
    struct sg_parts *parts = calloc(1, sizeof *parts);

    if (!parts)
        return -ENOMEM;
    (void)pthread_mutex_init(&parts->lock, NULL);
    *ret_parts = parts;
    return 0;
}

/* Called with the lock held. */
static void forget_all(struct sg_parts *parts)
{
    for (size_t i = 0; i < parts->n; i++)
        (void)sg_part_unref(&parts->kept[i]->part);
    parts->n = 0;
    parts->bytes = 0;
}

struct sg_parts *sg_parts_free(struct sg_parts *parts)
{
    if (!parts)
        return NULL;
    forget_all(parts);
    (void)pthread_mutex_destroy(&parts->lock);
    free(parts);
    return NULL;
}

static struct sg_part *ref(struct part_block *block)
{
    sg_refs_take(&block->refs);
    return &block->part;
}

/* Called with the lock held. @return borrowed, or NULL */
static struct part_block *find(
    const struct sg_parts *parts, const struct sg_part_wanted *wanted, uint32_t hash)
{
    for (size_t i = 0; i < parts->n; i++) {
        struct part_block *block = parts->kept[i];
        if (block->hash == hash && block->format == wanted->format &&
            block->coding == wanted->coding &&
            sg_str_equal((struct sg_str){ block->name, block->name_len }, wanted->name))
            return block;
    }
    return NULL;
}

static int make(const struct sg_page *page,
    const struct sg_part_wanted *wanted,
    uint32_t hash,
    struct part_block **ret_block)
{
    struct part_block *block = calloc(1, sizeof *block);

    if (!block)
        return -ENOMEM;
    sg_refs_init(&block->refs);
    sg_auto(sg_part_unref) struct sg_part *part = &block->part;
    block->format = wanted->format;
    block->coding = wanted->coding;
    block->hash = hash;
    block->name = malloc(wanted->name.len + 1);
    if (!block->name)
        return -ENOMEM;
    memcpy(block->name, wanted->name.ptr, wanted->name.len);
    block->name_len = wanted->name.len;
    sg_buf_init(&block->body, SG_PAGE_BYTES_MAX);
    int r = sg_page_select(page, wanted->format, wanted->selection, wanted->coding, &block->body);
    if (r)
        return r;
    sg_buf_fit(&block->body);
    part->body = sg_buf_get(&block->body);
    (void)sg_take(&part);
    *ret_block = block;
    return 0;
}

/* A newer page may have come meanwhile, or somebody else may have made the same. */
static void keep(struct sg_parts *parts,
    const struct sg_page *page,
    const struct sg_part_wanted *wanted,
    struct part_block *block)
{
    size_t bytes = block->body.allocated + block->name_len;

    sg_locked(&parts->lock);
    if (page->number == parts->page_number && parts->n < SG_PARTS_MAX &&
        bytes <= SG_PARTS_BYTES_MAX - parts->bytes && !find(parts, wanted, block->hash)) {
        (void)ref(block);
        parts->kept[parts->n++] = block;
        parts->bytes += bytes;
    }
}

int sg_parts_take(struct sg_parts *parts,
    struct sg_pager *pager,
    const struct sg_part_wanted *wanted,
    struct sg_part **ret_part)
{
    sg_auto(sg_page_unref) struct sg_page *page = sg_pager_take(pager);
    uint32_t hash = sg_hash(0, wanted->name);
    struct part_block *block = NULL;
    struct sg_part *found = NULL;

    if (parts) {
        (void)pthread_mutex_lock(&parts->lock);
        if (page->number > parts->page_number) {
            forget_all(parts);
            parts->page_number = page->number;
        }
        /* Another thread may have seen a newer page; what is kept is then good for this one too. */
        block = find(parts, wanted, hash);
        if (block)
            found = ref(block);
        (void)pthread_mutex_unlock(&parts->lock);
    }
    if (!found) {
        int r = make(page, wanted, hash, &block);
        if (r)
            return r;
        if (parts)
            keep(parts, page, wanted, block);
        found = &block->part;
    }
    *ret_part = found;
    return 0;
}
