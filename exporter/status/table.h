/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Lists of rows with columns that sort, a filter, states with their counts, and pages, all by
 * links. A list is described by its columns. Internal to this room.
 */

#include "status/page.h"

enum {
    SG_TABLE_COLUMNS_MAX = 16
};

struct sg_table_column {
    const char *key; /* in ?sort= */
    const char *title;
    bool is_number;    /* to the right */
    const char *class; /* of its cells; NULL: none */
    /* What it sorts by: one of the two; both NULL: it does not sort. Unknown numbers are last. */
    double (*number)(const struct sg_page *page, uint32_t row);
    struct sg_str (*text)(const struct sg_page *page, uint32_t row);
    void (*put)(struct sg_page *page, uint32_t row); /* the cell's content */
};

struct sg_table {
    enum sg_status_page page; /* links lead to it */
    const char *id;
    const char *caption;
    const struct sg_table_column
        *columns;     /* ends with a title that is NULL; the first is the head */
    const char *sort; /* without ?sort= */
    size_t n;         /* rows, numbered from 0 */
    bool (*is_wanted)(const struct sg_page *page, uint32_t row); /* NULL: all */
    /* Is `q` a part of what it is called? NULL: of its first column. */
    bool (*matches)(const struct sg_page *page, uint32_t row, struct sg_str q);
    enum sg_severity (*severity)(const struct sg_page *page, uint32_t row);
    const char *none;  /* what is said when there is no row */
    bool has_controls; /* filter, states, pages: of a list that fills its page */
    size_t n_max;      /* rows, without controls */
};

/** @return how many rows were wanted */
size_t sg_table_write(struct sg_page *page, const struct sg_table *table);
