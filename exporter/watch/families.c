/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/families.h"

#include "watch/rows.h"

const struct sg_str sg_view_label_names[SG_VIEW_LABELS] = {
    [SG_VIEW_LABEL_BROKER] = { "broker", 6 },
    [SG_VIEW_LABEL_TOPIC] = { "topic", 5 },
    [SG_VIEW_LABEL_PARTITION] = { "partition", 9 },
    [SG_VIEW_LABEL_GROUP] = { "consumergroup", 13 },
    [SG_VIEW_LABEL_REPLICAS] = { "replicas", 8 },
    [SG_VIEW_LABEL_IN_SYNC] = { "isr", 3 },
    [SG_VIEW_LABEL_MISSING] = { "missing", 7 },
    [SG_VIEW_LABEL_STATUS] = { "status", 6 },
    [SG_VIEW_LABEL_STATE] = { "state", 5 },
    [SG_VIEW_LABEL_TYPE] = { "type", 4 },
    [SG_VIEW_LABEL_COORDINATOR] = { "coordinator", 11 },
};

#define BROKER(how, field) SG_VIEW_OF_BROKER, SG_VIEW_##how, offsetof(struct sg_view_broker, field)
#define TOPIC(how, field)  SG_VIEW_OF_TOPIC, SG_VIEW_##how, offsetof(struct sg_view_topic, field)
#define GROUP(how, field)  SG_VIEW_OF_GROUP, SG_VIEW_##how, offsetof(struct sg_view_group, field)
#define PARTITION(how, field) \
    SG_VIEW_OF_PARTITION, SG_VIEW_##how, offsetof(struct sg_view_partition, field)
#define TROUBLED(how, field) \
    SG_VIEW_OF_TROUBLED_PARTITION, SG_VIEW_##how, offsetof(struct sg_view_partition, field)

const struct sg_view_family sg_view_families[] = {
    { "kafka_controller_kafkacontroller_activecontrollercount", BROKER(SET, is_controller), 0 },
    { "kafka_server_replicamanager_leadercount", BROKER(SET, leaders), 0 },
    { "kafka_server_replicamanager_partitioncount", BROKER(SET, partitions), 0 },
    { "kafka_server_brokertopicmetrics_alltopics_bytesin_total", BROKER(SET, bytes_in), 0 },
    { "kafka_server_brokertopicmetrics_alltopics_bytesout_total", BROKER(SET, bytes_out), 0 },
    { "kafka_server_brokertopicmetrics_alltopics_messagesin_total", BROKER(SET, messages_in), 0 },
    { "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent",
        BROKER(SET, handlers_idle), 0 },
    { "kafka_network_socketserver_networkprocessoravgidle_percent", BROKER(SET, network_idle), 0 },
    { "process_start_time_seconds", BROKER(SET, started_unix_s), 0 },
    { "kafka_broker_log_size_bytes", BROKER(SET, size_bytes), 0 },

    { "kafka_topic_partitions", TOPIC(SET, partitions), 0 },
    { "kafka_topic_replication_factor", TOPIC(SET, replication_factor), 0 },
    { "kafka_topic_min_insync_replicas", TOPIC(SET, min_isr), 0 },
    { "kafka_topic_retention_seconds", TOPIC(SET, retention_s), 0 },
    { "kafka_topic_log_size_leader_bytes", TOPIC(SET, size_bytes), 0 },
    { "kafka_topic_groups", TOPIC(SET, groups), 0 },
    { "kafka_topic_last_produced_timestamp_seconds", TOPIC(SET, last_produced_unix_s), 0 },

    { "kafka_topic_partition_leader", PARTITION(SET, leader), 0 },
    { "kafka_topic_partition_replicas", PARTITION(SET, replicas), 0 },
    { "kafka_topic_partition_in_sync_replica", PARTITION(SET, in_sync), 0 },
    { "kafka_topic_partition_current_offset", PARTITION(SET, end), 0 },
    { "kafka_topic_partition_oldest_offset", PARTITION(SET, start), 0 },
    { "kafka_topic_partition_leaderless", TROUBLED(FLAG, leaderless), 0 },
    { "kafka_topic_partition_under_min_isr", TROUBLED(FLAG, under_min_isr), 0 },
    { "kafka_topic_partition_reassigning", TROUBLED(FLAG, reassigning), 0 },
    { "kafka_topic_partition_info", TROUBLED(LABEL, replica_ids), SG_VIEW_LABEL_REPLICAS },
    { "kafka_topic_partition_info", TROUBLED(LABEL, in_sync_ids), SG_VIEW_LABEL_IN_SYNC },
    { "kafka_topic_partition_info", TROUBLED(LABEL, missing_ids), SG_VIEW_LABEL_MISSING },

    { "kafka_consumergroup_lag_sum", GROUP(SUM, lag), 0 },
    { "kafka_sharegroup_lag_sum", GROUP(SUM, lag), 0 },
    { "kafka_consumergroup_lag_seconds_max", GROUP(MAX, lag_seconds), 0 },
    { "kafka_consumergroup_members", GROUP(SET, members), 0 },
    { "kafka_consumergroup_rebalances_total", GROUP(SET, rebalances), 0 },
    { "kafka_consumergroup_unread_lost_total", GROUP(SUM, unread_lost), 0 },
    { "kafka_consumergroup_current_offset_sum", GROUP(SUM, committed), 0 },
    { "kafka_consumergroup_time_to_drain_seconds", GROUP(MAX, drain_seconds), 0 },
    { "kafka_consumergroup_retention_margin_ratio", GROUP(MIN, retention_margin), 0 },
    { "kafka_consumergroup_status", GROUP(LABEL, status_text), SG_VIEW_LABEL_STATUS },
    { "kafka_consumergroup_state", GROUP(LABEL, state), SG_VIEW_LABEL_STATE },
    { "kafka_consumergroup_info", GROUP(LABEL, type), SG_VIEW_LABEL_TYPE },
    { "kafka_consumergroup_info", GROUP(LABEL, coordinator), SG_VIEW_LABEL_COORDINATOR },
    { NULL, SG_VIEW_OF_BROKER, SG_VIEW_SET, 0, 0 },
};
