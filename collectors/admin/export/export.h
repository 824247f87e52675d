/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From the results of one collection to series, with kafka_exporter's names and labels.
 * The collector's thread.
 */

#include "admin/export/collected.h"
#include "metric/series.h"
#include "store/store.h"

/**
 * Fill the table, on which a collection was begun.
 * @param slot  counts the series that the table refuses
 * @return 0 or -ENOMEM
 */
int sg_export_series(
    const struct sg_export *from, struct sg_series_table *table, struct sg_slot *slot);
