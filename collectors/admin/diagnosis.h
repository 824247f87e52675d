/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What one collection shows about the admin API, for `--doctor`: the cluster, each broker, and each
 * kind of request, with the ACL that is missing where a request was refused.
 */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/groups.h"
#include "admin/model/topology.h"
#include "collectors/collector.h"

/* All borrowed. */
struct sg_diagnosis {
    const struct sg_cluster_config *config;
    struct sg_client *client;
    const struct sg_topology *topology; /* NULL: no Metadata */
    const struct sg_groups *groups;
    const bool *answered; /* per place in topology->brokers; NULL without topology */
    const struct sg_failures *failures;
    int64_t took_ms;
    size_t n_share; /* partitions of share groups that are known */
};

void sg_diagnosis_report(const struct sg_diagnosis *diagnosis, sg_check_fn report, void *context);
