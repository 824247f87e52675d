/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/catalogue/identity.h"

#include "base/number.h"
#include "jmx/rules/object_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sg_identity_ask(struct sg_poll_plan *plan)
{
    static const char *const version[] = { "Version" };
    static const char *const value[] = { "Value" };
    static const struct sg_poll_request requests[] = {
        { "kafka.server:type=app-info,id=*", 1, version, .is_pattern = true, .is_identity = true },
        { "kafka.server:type=KafkaServer,name=ClusterId", 1, value, .is_identity = true },
        /* KRaft */
        { "kafka.server:type=ControllerServer,name=ClusterId", 1, value, .is_identity = true },
    };
    int r = 0;

    for (size_t i = 0; i < sizeof requests / sizeof requests[0] && !r; i++)
        r = sg_poll_plan_add(plan, &requests[i]);
    return r;
}

static void note_id(struct sg_identity *identity, struct sg_str text)
{
    char copy[SG_NUMBER_TEXT_MAX + 1];
    char *end;

    if (text.len == 0 || text.len >= sizeof copy || identity->n_ids == SG_IDENTITY_IDS_MAX)
        return;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    long id = strtol(copy, &end, 10);
    if (*end == '\0' && id >= 0 && id <= INT32_MAX)
        identity->ids[identity->n_ids++] = (int32_t)id;
}

void sg_identity_add(struct sg_identity *identity,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value)
{
    struct sg_object_name name;

    if (value->kind != SG_ATTRIBUTE_TEXT || sg_object_name_parse(attribute->mbean, &name, NULL))
        return;
    const struct sg_property *id = sg_object_name_find(&name, SG_STR("id"));
    if (id)
        note_id(identity, id->value);
    else if (value->text.len <= SG_CLUSTER_ID_BYTES_MAX)
        (void)snprintf(
            identity->cluster_id, sizeof identity->cluster_id, SG_STR_FMT, SG_STR_ARG(value->text));
}

bool sg_identity_is_known(const struct sg_identity *identity)
{
    return identity->n_ids > 0 || identity->cluster_id[0];
}

static bool has_id(const struct sg_identity *identity, int32_t id)
{
    for (size_t i = 0; i < identity->n_ids; i++) {
        if (identity->ids[i] == id)
            return true;
    }
    return identity->n_ids == 0;
}

bool sg_identity_is(
    const struct sg_identity *identity, int32_t id, const char *cluster_id, struct sg_error *err)
{
    char ours[SG_CLUSTER_ID_BYTES_MAX + 16] = "";
    char theirs[SG_CLUSTER_ID_BYTES_MAX + 16] = "";
    bool same_cluster =
        !cluster_id || !identity->cluster_id[0] || strcmp(cluster_id, identity->cluster_id) == 0;

    if (same_cluster && has_id(identity, id))
        return true;
    if (cluster_id)
        (void)snprintf(ours, sizeof ours, " of cluster %.*s", SG_CLUSTER_ID_BYTES_MAX, cluster_id);
    if (identity->cluster_id[0])
        (void)snprintf(theirs, sizeof theirs, " of cluster %s", identity->cluster_id);
    (void)sg_error_set(err, 0,
        "this JVM is broker %d%s, configured as broker %d%s; its numbers are not shown; correct "
        "the address",
        identity->n_ids ? identity->ids[0] : id, theirs, id, ours);
    return false;
}
