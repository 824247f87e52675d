/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/put.h"

#include <stdbool.h>

void sg_put_thing(struct sg_put *put,
    enum sg_put_kind kind,
    struct sg_str group,
    struct sg_str topic,
    int32_t partition,
    uint32_t n_series)
{
    const struct sg_memo_key key = {
        .group = group,
        .topic = topic,
        .partition = partition,
        .kind = kind,
        .n_series = n_series,
    };

    put->series = sg_memo_next(put->memo, &key);
}

/* @return 0 or what sg_series_table_add() says */
static int find_series(struct sg_put *put,
    int place,
    enum sg_admin_family family,
    const struct sg_label *labels,
    size_t n_labels,
    uint32_t *ret_series)
{
    bool remembered = place != SG_PUT_ONCE && put->series;

    if (remembered && put->series[place] != SG_MEMO_NONE) {
        *ret_series = put->series[place];
        return 0;
    }
    int r = sg_series_table_add(
        put->table, put->families[family], SG_STR(""), labels, n_labels, ret_series);
    if (!r && remembered)
        put->series[place] = *ret_series;
    return r;
}

void sg_put_int(struct sg_put *put,
    int place,
    enum sg_admin_family family,
    const struct sg_label *labels,
    size_t n_labels,
    int64_t value)
{
    uint32_t series;
    int r = find_series(put, place, family, labels, n_labels, &series);

    if (!r)
        r = sg_series_table_set_int(put->table, series, value);
    if (r)
        sg_slot_count_refused(put->slot, r);
}

void sg_put_double(struct sg_put *put,
    int place,
    enum sg_admin_family family,
    const struct sg_label *labels,
    size_t n_labels,
    double value)
{
    uint32_t series;
    int r = find_series(put, place, family, labels, n_labels, &series);

    if (!r)
        r = sg_series_table_set_double(put->table, series, value);
    if (r)
        sg_slot_count_refused(put->slot, r);
}

void sg_put_ms(struct sg_put *put,
    int place,
    enum sg_admin_family family,
    const struct sg_label *labels,
    size_t n_labels,
    int64_t ms)
{
    sg_put_double(put, place, family, labels, n_labels, (double)ms / 1000);
}
