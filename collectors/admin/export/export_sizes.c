/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/export_sizes.h"

#include "admin/export/collected.h"
#include "metric/label_names.h"

/* Places of a topic's series. */
enum {
    AT_ALL,
    AT_LEADERS,
    AT_SKEW,
    AT_RETENTION,
    PLACES,
};
_Static_assert((int)PLACES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");

static void put_topic(
    struct sg_put *put, const struct sg_topic *topic, const struct sg_topic_sizes *sizes)
{
    const struct sg_label label = { SG_OWN_LABEL(topic), topic->name };
    const struct sg_topic_config *config = sg_configs_get(put->from->configs, topic->name);

    sg_put_thing(put, SG_PUT_TOPIC_SIZES, SG_STR(""), topic->name, 0, PLACES);
    if (sizes->all != SG_LOG_SIZE_UNKNOWN)
        sg_put_int(put, AT_ALL, SG_ADMIN_TOPIC_LOG_SIZE, &label, 1, sizes->all);
    if (sizes->leaders == SG_LOG_SIZE_UNKNOWN)
        return;
    sg_put_int(put, AT_LEADERS, SG_ADMIN_TOPIC_LOG_SIZE_LEADER, &label, 1, sizes->leaders);
    if (sizes->leaders > 0)
        sg_put_double(put, AT_SKEW, SG_ADMIN_TOPIC_LOG_SIZE_SKEW, &label, 1,
            (double)sizes->largest * topic->n / (double)sizes->leaders);
    if (sg_topic_config_is_limited(config))
        sg_put_double(put, AT_RETENTION, SG_ADMIN_TOPIC_RETENTION_SIZE, &label, 1,
            (double)sizes->largest / (double)config->retention_bytes);
}

void sg_export_sizes(struct sg_put *put)
{
    const struct sg_topology *t = put->from->topology;

    for (size_t i = 0; i < t->n_topics && put->from->sizes; i++) {
        if (t->topics[i].n)
            put_topic(put, &t->topics[i], &put->from->sizes[i]);
    }
}
