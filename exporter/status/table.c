/* SPDX-License-Identifier: Apache-2.0 */
#include "status/table.h"

#include "base/auto.h"
#include "base/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A row of the list, with what it is sorted by. */
struct row {
    uint32_t number; /* of the row */
    double by_number;
    struct sg_str by_text;
};

/* What is shown of a list. */
struct listing {
    struct sg_page *page;
    const struct sg_table *table;
    const struct sg_table_column *by; /* sorted by it */
    bool descending;
    struct row *rows; /* those that are wanted, in order */
    size_t n;
    size_t n_all, n_critical, n_warning; /* before the choice of a state */
    size_t first, n_shown;
};

/* ---- Choosing ---- */

static bool has_state(const struct listing *listing, enum sg_severity severity)
{
    struct sg_str state = listing->page->params->state;

    if (!listing->table->has_controls || state.len == 0)
        return true;
    return sg_str_equal(state, sg_str_of(sg_severity_text(severity)));
}

static bool is_wanted(const struct listing *listing, uint32_t row)
{
    const struct sg_table *table = listing->table;
    struct sg_str q = listing->page->params->q;

    if (table->is_wanted && !table->is_wanted(listing->page, row))
        return false;
    return !table->has_controls || q.len == 0 ||
           (table->matches ? table->matches(listing->page, row, q)
                           : sg_page_name_has(table->columns[0].text(listing->page, row), q));
}

static void choose(struct listing *listing)
{
    const struct sg_table *table = listing->table;

    listing->rows = calloc(table->n + 1, sizeof *listing->rows);
    listing->page->failed = listing->page->failed || !listing->rows;
    for (uint32_t i = 0; listing->rows && i < table->n; i++) {
        if (!is_wanted(listing, i))
            continue;
        enum sg_severity severity = table->severity(listing->page, i);
        listing->n_all++;
        listing->n_critical += severity == SG_SEVERITY_CRITICAL;
        listing->n_warning += severity == SG_SEVERITY_WARNING;
        if (has_state(listing, severity))
            listing->rows[listing->n++].number = i;
    }
}

/* ---- Sorting ---- */

/* What is not known comes last, in both directions. */
static int compare_known(const struct row *a, const struct row *b)
{
    return (int)isnan(a->by_number) - (int)isnan(b->by_number);
}

static int compare_values(const struct row *a, const struct row *b)
{
    if (a->by_number < b->by_number || a->by_number > b->by_number)
        return a->by_number < b->by_number ? -1 : 1;
    return sg_str_compare(a->by_text, b->by_text);
}

static int compare_rows(const struct row *a, const struct row *b, int direction)
{
    int r = compare_known(a, b);

    if (!r)
        r = direction * compare_values(a, b);
    return r ? r : (a->number > b->number) - (a->number < b->number);
}

static int ascending(const void *a, const void *b)
{
    return compare_rows(a, b, 1);
}

static int descending(const void *a, const void *b)
{
    return compare_rows(a, b, -1);
}

static const struct sg_table_column *find_column(const struct sg_table *table, struct sg_str key)
{
    for (const struct sg_table_column *column = table->columns; column->title; column++) {
        if ((column->number || column->text) && sg_str_equal(key, sg_str_of(column->key)))
            return column;
    }
    return NULL;
}

static void find_order(struct listing *listing, struct sg_str sort)
{
    listing->descending = sort.len > 0 && sort.ptr[0] == '-';
    if (listing->descending)
        sort = (struct sg_str){ sort.ptr + 1, sort.len - 1 };
    listing->by = find_column(listing->table, sort);
}

static void order(struct listing *listing)
{
    struct sg_page *page = listing->page;

    find_order(listing, page->params->sort);
    if (!listing->by || !listing->table->has_controls)
        find_order(listing, sg_str_of(listing->table->sort));
    for (size_t i = 0; listing->by && i < listing->n; i++) {
        struct row *row = &listing->rows[i];
        row->by_number = listing->by->number ? listing->by->number(page, row->number) : 0;
        row->by_text = listing->by->text ? listing->by->text(page, row->number) : SG_STR("");
    }
    if (listing->by && listing->n)
        qsort(listing->rows, listing->n, sizeof *listing->rows,
            listing->descending ? descending : ascending);
}

static void cut(struct listing *listing)
{
    const struct sg_status_params *params = listing->page->params;
    size_t per = params->per ? params->per : SG_STATUS_ROWS;

    if (!listing->table->has_controls) {
        listing->n_shown = listing->n < listing->table->n_max ? listing->n : listing->table->n_max;
        return;
    }
    listing->first = (params->page ? params->page - 1 : 0) * per;
    if (listing->first >= listing->n)
        listing->first = listing->n ? (listing->n - 1) / per * per : 0;
    listing->n_shown = listing->n - listing->first < per ? listing->n - listing->first : per;
}

/* ---- Links to the same list ---- */

/* With another state, order or page of it; those are its first ones if they are not given. */
struct choice {
    struct sg_str state, sort;
    size_t page; /* 0: the first */
};

static void put_link(const struct listing *listing, const struct choice *choice)
{
    struct sg_status_params params = *listing->page->params;

    params.state = choice->state;
    params.sort = choice->sort;
    params.page = (unsigned)choice->page;
    sg_put_link_to(listing->page, listing->table->page, &params);
}

/* ---- Controls ---- */

static void put_tab(
    const struct listing *listing, const char *state, const char *icon, const char *title, size_t n)
{
    struct sg_page *page = listing->page;
    const struct choice choice = { sg_str_of(state), page->params->sort, 0 };

    put_link(listing, &choice);
    sg_put(page,
        sg_str_equal(page->params->state, sg_str_of(state)) ? " aria-current=\"true\">" : ">");
    if (icon[0])
        sg_html_icon(page->html, icon);
    (void)sg_buf_printf(page->html, "%s <b>%s</b></a> ", title, sg_words_number((double)n).text);
}

static void put_cluster_choice(struct sg_page *page)
{
    if (page->view->clusters.n < 2)
        return;
    sg_put(page, "<label>Cluster <select name=\"cluster\"><option value=\"\">all</option>");
    for (uint32_t i = 0; i < page->view->clusters.n; i++) {
        struct sg_str name = sg_view_cluster_name(page->view, i);
        sg_put(page, "<option");
        sg_put(page, sg_str_equal(name, page->params->cluster) ? " selected>" : ">");
        sg_put_text(page, name);
        sg_put(page, "</option>");
    }
    sg_put(page, "</select></label>");
}

static void put_controls(const struct listing *listing)
{
    struct sg_page *page = listing->page;

    sg_put(page,
        "<form class=\"filter\" method=\"get\"><label>Name contains <input type=\"search\" "
        "name=\"q\" id=\"filter\" value=\"");
    sg_put_text(page, page->params->q);
    sg_put(page, "\"></label>");
    put_cluster_choice(page);
    sg_put(page, "<button>Show</button><div class=\"tabs end\">");
    put_tab(listing, "", "", "All", listing->n_all);
    put_tab(listing, "critical", "crit", "Critical", listing->n_critical);
    put_tab(listing, "warning", "warn", "Warning", listing->n_warning);
    sg_put(page, "</div></form>\n");
}

static void put_pages(const struct listing *listing)
{
    struct sg_page *page = listing->page;
    size_t per = page->params->per ? page->params->per : SG_STATUS_ROWS;
    size_t current = listing->first / per + 1;
    struct choice choice = { page->params->state, page->params->sort, 0 };

    (void)sg_buf_printf(page->html, "<div class=\"foot\"><span>%s to %s of %s</span>",
        sg_words_number((double)(listing->first + (listing->n_shown > 0))).text,
        sg_words_number((double)(listing->first + listing->n_shown)).text,
        sg_words_number((double)listing->n).text);
    sg_put(page, "<span class=\"end\">");
    if (current > 1) {
        choice.page = current - 1;
        put_link(listing, &choice);
        sg_put(page, " rel=\"prev\">Back</a> ");
    }
    if (listing->first + listing->n_shown < listing->n) {
        choice.page = current + 1;
        put_link(listing, &choice);
        sg_put(page, " rel=\"next\">Next</a>");
    }
    sg_put(page, "</span></div>\n");
}

/* ---- The table ---- */

static void put_head(const struct listing *listing, const struct sg_table_column *column)
{
    struct sg_page *page = listing->page;
    bool is_current = column == listing->by;
    bool sorts = (column->number || column->text) && listing->table->has_controls;
    char key[32];

    (void)sg_buf_printf(page->html, "<th role=\"columnheader\" scope=\"col\"%s%s>",
        column->is_number ? " class=\"r\"" : "",
        !is_current           ? ""
        : listing->descending ? " aria-sort=\"descending\""
                              : " aria-sort=\"ascending\"");
    if (sorts) {
        bool to_descending = is_current ? !listing->descending : column->is_number;
        (void)snprintf(key, sizeof key, "%s%s", to_descending ? "-" : "", column->key);
        const struct choice choice = { page->params->state, sg_str_of(key), 0 };
        put_link(listing, &choice);
        sg_put(page, ">");
    }
    sg_put(page, column->title);
    sg_put(page, sorts ? "</a></th>" : "</th>");
}

static void put_cell(
    struct sg_page *page, const struct sg_table_column *column, bool is_first, uint32_t row)
{
    const char *classes[] = { column->is_number ? "r" : "", column->class ? column->class : "" };

    (void)sg_buf_printf(page->html, "<%s role=\"%s\"%s", is_first ? "th" : "td",
        is_first ? "rowheader" : "cell", is_first ? " scope=\"row\"" : "");
    if (classes[0][0] || classes[1][0])
        (void)sg_buf_printf(page->html, " class=\"%s%s%s\"", classes[0],
            classes[0][0] && classes[1][0] ? " " : "", classes[1]);
    if (!is_first)
        (void)sg_buf_printf(page->html, " data-l=\"%s\"", column->title);
    sg_put(page, ">");
    column->put(page, row);
    sg_put(page, is_first ? "</th>" : "</td>");
}

static void put_row(const struct listing *listing, uint32_t row)
{
    struct sg_page *page = listing->page;
    const struct sg_table *table = listing->table;
    enum sg_severity severity = table->severity(page, row);

    (void)sg_buf_printf(page->html, "<tr role=\"row\"%s%s%s>",
        severity == SG_SEVERITY_INFO ? "" : " class=\"",
        severity == SG_SEVERITY_INFO ? "" : sg_page_class(severity),
        severity == SG_SEVERITY_INFO ? "" : "\"");
    for (const struct sg_table_column *column = table->columns; column->title; column++)
        put_cell(page, column, column == table->columns, row);
    sg_put(page, "</tr>\n");
}

static void put_table(const struct listing *listing)
{
    struct sg_page *page = listing->page;
    const struct sg_table *table = listing->table;

    (void)sg_buf_printf(page->html,
        "<div class=\"tb\" tabindex=\"0\" role=\"region\" aria-label=\"%s, table\"><table "
        "role=\"table\" "
        "id=\"%s\"><caption class=\"vh\">%s</caption><thead role=\"rowgroup\"><tr role=\"row\">",
        table->caption, table->id, table->caption);
    for (const struct sg_table_column *column = table->columns; column->title; column++)
        put_head(listing, column);
    sg_put(page, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for (size_t i = 0; i < listing->n_shown; i++)
        put_row(listing, listing->rows[listing->first + i].number);
    sg_put(page, "</tbody></table></div>\n");
}

static void put_none(const struct listing *listing)
{
    struct sg_page *page = listing->page;

    sg_put(page, "<p class=\"pad q\">");
    if (listing->table->has_controls && (page->params->q.len || page->params->state.len)) {
        sg_put(page, "Nothing matches. <a href=\"./");
        sg_put(page, sg_status_page_path(listing->table->page));
        sg_put(page, "\">Show all</a></p>\n");
        return;
    }
    sg_put(page, listing->table->none);
    sg_put(page, "</p>\n");
}

size_t sg_table_write(struct sg_page *page, const struct sg_table *table)
{
    struct listing listing = { .page = page, .table = table };

    choose(&listing);
    order(&listing);
    cut(&listing);
    sg_put(page, "<div class=\"card\">");
    if (table->has_controls)
        put_controls(&listing);
    if (listing.n_shown)
        put_table(&listing);
    else
        put_none(&listing);
    if (table->has_controls)
        put_pages(&listing);
    sg_put(page, "</div>\n");
    free(listing.rows);
    return listing.n;
}
