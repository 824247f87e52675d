/* SPDX-License-Identifier: Apache-2.0 */
#include "config/compare.h"

#include "config/keys.h"

bool sg_config_same_names(const struct sg_config *a, const struct sg_config *b)
{
    return sg_map_same(&sg_root_keys, a, b, SG_RESTARTS_EVERYTHING);
}

bool sg_config_same_kafka(const struct sg_cluster_config *a, const struct sg_cluster_config *b)
{
    return sg_map_same(&sg_cluster_keys, a, b, SG_RESTARTS_ADMIN);
}

bool sg_config_same_jmx(const struct sg_cluster_config *a, const struct sg_cluster_config *b)
{
    return sg_map_same(&sg_cluster_keys, a, b, SG_RESTARTS_JMX);
}

bool sg_config_same_brokers(const struct sg_jolokia_config *a, const struct sg_jolokia_config *b)
{
    return sg_map_same(&sg_jolokia_keys, a, b, SG_RESTARTS_BROKERS);
}

bool sg_config_same_jolokia(const struct sg_jolokia_config *a, const struct sg_jolokia_config *b)
{
    return sg_map_same(&sg_jolokia_keys, a, b, SG_RESTARTS_JMX);
}

bool sg_config_same_jvm(const struct sg_jvm_config *a, const struct sg_jvm_config *b)
{
    return sg_map_same(&sg_jvm_keys, a, b, SG_RESTARTS_JVM);
}
