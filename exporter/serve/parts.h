/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Parts of the latest page that were asked for, ready to send: /probe, collect[], exclude[].
 *
 * Composing and compressing a part takes longer than sending a whole page that is ready, and all
 * scrapers of an address wait for its one thread. So a part is made once per page, by the thread
 * that asks first, and sent to everybody who asks for the same. With a new page all are forgotten.
 * What is beyond the caps is made, sent and not kept. Any thread.
 */

#include "store/page.h"

enum {
    SG_PARTS_MAX = 1024,                   /* kept */
    SG_PARTS_BYTES_MAX = 32 * 1024 * 1024, /* of all that are kept */
};

struct sg_part {
    struct sg_str body;
};

/** @return NULL; part may be NULL */
struct sg_part *sg_part_unref(struct sg_part *part);

struct sg_parts;

/** @return 0 or -ENOMEM */
int sg_parts_new(struct sg_parts **ret_parts);

/** Parts that are still referenced live on. @return NULL; parts may be NULL */
struct sg_parts *sg_parts_free(struct sg_parts *parts);

/* What is asked for. */
struct sg_part_wanted {
    struct sg_str name; /* the same for the same selection, and for no other */
    const struct sg_selection *selection;
    enum sg_format format;
    enum sg_coding coding;
};

/**
 * A part of the pager's latest page.
 * @param parts     NULL: it is made anew
 * @param ret_part  owned: one reference @return 0, -ENOMEM or SG_BUF_E_FULL
 */
int sg_parts_take(struct sg_parts *parts,
    struct sg_pager *pager,
    const struct sg_part_wanted *wanted,
    struct sg_part **ret_part);
