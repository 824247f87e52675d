/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/families.h"

const struct sg_family sg_admin_families[SG_ADMIN_FAMILIES + 1] = {
    [SG_ADMIN_CLUSTER_INFO] = { "kafka_cluster_info", SG_METRIC_INFO,
        "The Kafka cluster's id, which another cluster at the same address does not have; the "
        "value is 1 (Metadata)." },
    [SG_ADMIN_BROKERS] = { "kafka_brokers", SG_METRIC_GAUGE,
        "Number of brokers in the Kafka cluster (Metadata)." },
    [SG_ADMIN_BROKER_INFO] = { "kafka_broker_info", SG_METRIC_INFO,
        "A broker of the Kafka cluster and the address that it advertises; the value is 1 "
        "(Metadata)." },
    [SG_ADMIN_BROKER_LOG_DIR] = { "kafka_broker_log_dir_info", SG_METRIC_INFO,
        "A log directory of the broker, as its configuration has it; the value is 1, only with "
        "log_dirs (DescribeConfigs of the broker: log.dirs, log.dir)." },
    [SG_ADMIN_TOPIC_INFO] = { "kafka_topic_info", SG_METRIC_INFO,
        "The topic's number of partitions, replicas and cleanup.policy as labels; the value is 1; "
        "only for KMinion's name (Metadata, DescribeConfigs)." },
    [SG_ADMIN_TOPIC_CURRENT_OFFSET_SUM] = { "kafka_topic_current_offset_sum", SG_METRIC_GAUGE,
        "Sum of the ends of the topic's logs; absent when one of them is not known; only for "
        "KMinion's name (ListOffsets)." },
    [SG_ADMIN_TOPIC_OLDEST_OFFSET_SUM] = { "kafka_topic_oldest_offset_sum", SG_METRIC_GAUGE,
        "Sum of the starts of the topic's logs; absent when one of them is not known; only for "
        "KMinion's name (ListOffsets)." },
    [SG_ADMIN_TOPIC_PARTITIONS] = { "kafka_topic_partitions", SG_METRIC_GAUGE,
        "Number of partitions of the topic (Metadata)." },
    [SG_ADMIN_TOPIC_REPLICATION_FACTOR] = { "kafka_topic_replication_factor", SG_METRIC_GAUGE,
        "Number of replicas of the topic's partition that has the fewest (Metadata)." },
    [SG_ADMIN_TOPIC_IN_ONE_RACK] = { "kafka_topic_partitions_in_one_rack", SG_METRIC_GAUGE,
        "Partitions of the topic with all of their two or more replicas in one rack; only with "
        "topics.racks, absent unless all brokers have a rack (Metadata)." },
    [SG_ADMIN_TOPIC_LAST_PRODUCED] = { "kafka_topic_last_produced_timestamp_seconds",
        SG_METRIC_GAUGE,
        "Unix time at which records were last produced to the topic; only with "
        "topics.last_produced, see docs/topics.md (ListOffsets, latest and by time)." },
    [SG_ADMIN_TOPIC_GROUPS] = { "kafka_topic_groups", SG_METRIC_GAUGE,
        "Number of consumer groups that have committed offsets in the topic, of those that are "
        "exported; absent unless all have answered (ListGroups, OffsetFetch)." },
    [SG_ADMIN_TOPIC_CONFIG] = { "kafka_topic_config_info", SG_METRIC_INFO,
        "Settings of the topic that matter most, its own or the cluster's; the value is 1 "
        "(DescribeConfigs)." },
    [SG_ADMIN_TOPIC_OVERRIDES] = { "kafka_topic_config_overrides", SG_METRIC_GAUGE,
        "How many settings the topic has of its own that differ from the cluster's "
        "(DescribeConfigs)." },
    [SG_ADMIN_TOPIC_OVERRIDE] = { "kafka_topic_config_override_info", SG_METRIC_INFO,
        "A setting of the topic's own that differs from the cluster's, and both values; the value "
        "is 1, only with topics.overrides (DescribeConfigs)." },
    [SG_ADMIN_TOPIC_MIN_IN_SYNC] = { "kafka_topic_min_insync_replicas", SG_METRIC_GAUGE,
        "In-sync replicas that a partition of the topic needs for producers with acks=all "
        "(DescribeConfigs: min.insync.replicas)." },
    [SG_ADMIN_TOPIC_RETENTION_SECONDS] = { "kafka_topic_retention_seconds", SG_METRIC_GAUGE,
        "Age at which the topic's records may be deleted; absent when there is no limit, or the "
        "topic is only compacted (DescribeConfigs: retention.ms)." },
    [SG_ADMIN_TOPIC_RETENTION_BYTES] = { "kafka_topic_retention_bytes", SG_METRIC_GAUGE,
        "Size of a partition's log from which its oldest records may be deleted; absent when there "
        "is no limit, or the topic is only compacted (DescribeConfigs: retention.bytes)." },
    [SG_ADMIN_TOPIC_LOG_SIZE] = { "kafka_topic_log_size_bytes", SG_METRIC_GAUGE,
        "Bytes of log segments of all replicas of the topic, without indexes; absent unless all of "
        "them are known (kafka.log:type=Log,name=Size: Value, Metadata)." },
    [SG_ADMIN_TOPIC_LOG_SIZE_LEADER] = { "kafka_topic_log_size_leader_bytes", SG_METRIC_GAUGE,
        "Bytes of log segments of the topic's leaders, each partition once; absent unless all of "
        "them are known (kafka.log:type=Log,name=Size: Value, Metadata)." },
    [SG_ADMIN_TOPIC_LOG_SIZE_SKEW] = { "kafka_topic_log_size_skew_ratio", SG_METRIC_GAUGE,
        "Size of the topic's largest partition over that of an average one, of the leaders; 1 when "
        "all are alike (kafka.log:type=Log,name=Size: Value, Metadata)." },
    [SG_ADMIN_TOPIC_RETENTION_SIZE] = { "kafka_topic_retention_size_ratio", SG_METRIC_GAUGE,
        "Size of the topic's largest partition over retention.bytes; absent without this limit, "
        "and with remote storage (kafka.log:type=Log,name=Size: Value, DescribeConfigs)." },
    [SG_ADMIN_PARTITION_CURRENT_OFFSET] = { "kafka_topic_partition_current_offset", SG_METRIC_GAUGE,
        "End of the partition's log: the offset that the next record readable by consumers gets "
        "(ListOffsets, latest)." },
    [SG_ADMIN_PARTITION_OLDEST_OFFSET] = { "kafka_topic_partition_oldest_offset", SG_METRIC_GAUGE,
        "Start of the partition's log: the oldest offset that can be read "
        "(ListOffsets, earliest)." },
    [SG_ADMIN_PARTITION_STABLE_OFFSET] = { "kafka_topic_partition_last_stable_offset",
        SG_METRIC_GAUGE,
        "Offset up to which read_committed consumers can read the partition; only with "
        "topics.last_stable_offset (ListOffsets, latest, read_committed)." },
    [SG_ADMIN_PARTITION_OPEN_TRANSACTION] = { "kafka_topic_partition_open_transaction_seconds",
        SG_METRIC_GAUGE,
        "Age of the first record of the open transaction that holds the partition back; absent "
        "without one, see docs/lag.md (ListOffsets, by time)." },
    [SG_ADMIN_PARTITION_LEADER] = { "kafka_topic_partition_leader", SG_METRIC_GAUGE,
        "Id of the broker that leads the partition; absent when it has no leader (Metadata)." },
    [SG_ADMIN_PARTITION_LEADER_IS_PREFERRED] = { "kafka_topic_partition_leader_is_preferred",
        SG_METRIC_GAUGE,
        "1 if the partition is led by its preferred broker, the first of its replicas "
        "(Metadata)." },
    [SG_ADMIN_PARTITION_LEADERLESS] = { "kafka_topic_partition_leaderless", SG_METRIC_GAUGE,
        "1 if the partition has no leader: clients cannot write to it or read from it "
        "(Metadata)." },
    [SG_ADMIN_PARTITION_REPLICAS] = { "kafka_topic_partition_replicas", SG_METRIC_GAUGE,
        "Number of replicas of the partition (Metadata)." },
    [SG_ADMIN_PARTITION_IN_SYNC_REPLICA] = { "kafka_topic_partition_in_sync_replica",
        SG_METRIC_GAUGE, "Number of in-sync replicas of the partition (Metadata)." },
    [SG_ADMIN_PARTITION_UNDER_REPLICATED] = { "kafka_topic_partition_under_replicated_partition",
        SG_METRIC_GAUGE,
        "1 if the partition has fewer in-sync replicas than replicas (Metadata)." },
    [SG_ADMIN_PARTITION_UNDER_MIN_ISR] = { "kafka_topic_partition_under_min_isr", SG_METRIC_GAUGE,
        "1 if the partition has fewer in-sync replicas than min.insync.replicas: producers with "
        "acks=all fail (Metadata, DescribeConfigs)." },
    [SG_ADMIN_PARTITION_AT_MIN_ISR] = { "kafka_topic_partition_at_min_isr", SG_METRIC_GAUGE,
        "1 if the partition has replicas missing and just min.insync.replicas in sync: with one "
        "more failure producers with acks=all fail (Metadata, DescribeConfigs)." },
    [SG_ADMIN_PARTITION_INFO] = { "kafka_topic_partition_info", SG_METRIC_INFO,
        "1 for a partition without a leader or with replicas that are not in sync: its leader (-1: "
        "none), replicas, in-sync replicas, missing brokers (Metadata)." },
    [SG_ADMIN_PARTITION_REASSIGNING] = { "kafka_topic_partition_reassigning", SG_METRIC_GAUGE,
        "1 if a reassignment is adding replicas to the partition, 0 if its replicas are out of "
        "sync for another reason; absent when that is not known (Metadata, compared with the one "
        "before)." },
    [SG_ADMIN_GROUP_INFO] = { "kafka_consumergroup_info", SG_METRIC_INFO,
        "The group's type, which may be streams or share, its assignor, the broker that "
        "coordinates it; the value is 1, see docs/lag.md (ListGroups, DescribeGroups)." },
    [SG_ADMIN_GROUP_MEMBERS] = { "kafka_consumergroup_members", SG_METRIC_GAUGE,
        "Number of members of the consumer group (DescribeGroups, ListGroups)." },
    [SG_ADMIN_GROUP_STATE] = { "kafka_consumergroup_state", SG_METRIC_STATESET,
        "1 for the state that the consumer group is in, 0 for the others (DescribeGroups, "
        "ListGroups)." },
    [SG_ADMIN_GROUP_WITHOUT_PARTITIONS] = { "kafka_consumergroup_members_without_partitions",
        SG_METRIC_GAUGE,
        "Members of the consumer group that are assigned no partition; absent while it rebalances "
        "(DescribeGroups, ListGroups)." },
    [SG_ADMIN_GROUP_EMPTY_SINCE] = { "kafka_consumergroup_empty_since_timestamp_seconds",
        SG_METRIC_GAUGE,
        "Unix time since which the exporter has seen the consumer group without members; absent "
        "while it has some (DescribeGroups)." },
    [SG_ADMIN_GROUP_MEMBER_CHANGES] = { "kafka_consumergroup_member_changes_total",
        SG_METRIC_COUNTER,
        "Members that came to the consumer group or left it, as seen from one collection to the "
        "next (DescribeGroups, ListGroups)." },
    [SG_ADMIN_GROUP_REBALANCES] = { "kafka_consumergroup_rebalances_total", SG_METRIC_COUNTER,
        "Rebalances of the consumer group that were seen: by its state, or by members or "
        "assignment that changed (DescribeGroups, ListGroups)." },
    [SG_ADMIN_GROUP_TOPIC_MEMBERS] = { "kafka_consumergroup_topic_members", SG_METRIC_GAUGE,
        "Members of the consumer group that are assigned partitions of the topic; absent while it "
        "rebalances (DescribeGroups)." },
    [SG_ADMIN_GROUP_TOPIC_ASSIGNED] = { "kafka_consumergroup_topic_assigned_partitions",
        SG_METRIC_GAUGE,
        "Partitions of the topic that are assigned to members of the consumer group; absent while "
        "it rebalances (DescribeGroups)." },
    [SG_ADMIN_GROUP_OWNER] = { "kafka_consumergroup_partition_owner_info", SG_METRIC_INFO,
        "The member of the consumer group that is assigned the partition, its client id and host; "
        "the value is 1, only with groups.owners (DescribeGroups)." },
    [SG_ADMIN_GROUP_CURRENT_OFFSET] = { "kafka_consumergroup_current_offset", SG_METRIC_GAUGE,
        "Committed offset of the consumer group in the partition; absent when it has committed "
        "none (OffsetFetch)." },
    [SG_ADMIN_GROUP_CURRENT_OFFSET_SUM] = { "kafka_consumergroup_current_offset_sum",
        SG_METRIC_GAUGE,
        "Sum of the consumer group's committed offsets in the topic (OffsetFetch)." },
    [SG_ADMIN_GROUP_LAG] = { "kafka_consumergroup_lag", SG_METRIC_GAUGE,
        "Records of the partition that the consumer group has yet to read: the log's end minus "
        "the committed offset, or the log's start if that is later (OffsetFetch, ListOffsets)." },
    [SG_ADMIN_GROUP_LAG_SUM] = { "kafka_consumergroup_lag_sum", SG_METRIC_GAUGE,
        "Sum of the consumer group's lag in the topic's partitions; absent when the end of one is "
        "not known (OffsetFetch, ListOffsets)." },
    [SG_ADMIN_GROUP_STABLE_LAG] = { "kafka_consumergroup_read_committed_lag", SG_METRIC_GAUGE,
        "Records of the partition up to the last stable offset that the consumer group has yet to "
        "read; only with topics.last_stable_offset (OffsetFetch, ListOffsets)." },
    [SG_ADMIN_GROUP_STABLE_LAG_SUM] = { "kafka_consumergroup_read_committed_lag_sum",
        SG_METRIC_GAUGE,
        "Sum of that in the topic's partitions; absent when the last stable offset of one is not "
        "known (OffsetFetch, ListOffsets)." },
    [SG_ADMIN_MEMBER_CURRENT_OFFSET] = { "kafka_consumergroup_member_current_offset",
        SG_METRIC_GAUGE,
        "kafka_consumergroup_current_offset with the member that reads the partition, with "
        "groups.owners; only for kafka-lag-exporter's name (OffsetFetch, DescribeGroups)." },
    [SG_ADMIN_MEMBER_LAG] = { "kafka_consumergroup_member_lag", SG_METRIC_GAUGE,
        "kafka_consumergroup_lag with the member that reads the partition, with groups.owners; "
        "only for kafka-lag-exporter's name (OffsetFetch, ListOffsets, DescribeGroups)." },
    [SG_ADMIN_MEMBER_LAG_SECONDS] = { "kafka_consumergroup_member_lag_seconds", SG_METRIC_GAUGE,
        "kafka_consumergroup_lag_seconds with the member that reads the partition, with "
        "groups.owners; only for kafka-lag-exporter's name (ListOffsets, DescribeGroups)." },
    [SG_ADMIN_GROUP_DRAIN] = { "kafka_consumergroup_time_to_drain_seconds", SG_METRIC_GAUGE,
        "Time until the consumer group has read all of the topic, if its lag falls on as in the "
        "last minutes; absent when it does not fall (OffsetFetch, ListOffsets)." },
    [SG_ADMIN_GROUP_LAG_SECONDS] = { "kafka_consumergroup_lag_seconds", SG_METRIC_GAUGE,
        "Age of the oldest record of the partition that the consumer group has not read; 0 when "
        "everything is read, absent when it cannot be known (ListOffsets by time)." },
    [SG_ADMIN_GROUP_LAG_SECONDS_MAX] = { "kafka_consumergroup_lag_seconds_max", SG_METRIC_GAUGE,
        "Largest lag in seconds of the consumer group in the topic's partitions, of those where it "
        "is known (ListOffsets by time)." },
    [SG_ADMIN_GROUP_UNUSABLE_TIMESTAMPS] = { "kafka_consumergroup_unusable_timestamps",
        SG_METRIC_GAUGE,
        "Partitions whose oldest unread record has a timestamp in the future, before 2000 or none; "
        "absent when there are none (ListOffsets by time)." },
    [SG_ADMIN_GROUP_STATUS] = { "kafka_consumergroup_status", SG_METRIC_STATESET,
        "1 for how the consumer group is doing, 0 for the others: the worst of its partitions, see "
        "docs/lag.md (OffsetFetch, ListOffsets, DescribeGroups)." },
    [SG_ADMIN_GROUP_PARTITION_STATUS] = { "kafka_consumergroup_partition_status", SG_METRIC_GAUGE,
        "1 with how the consumer group is doing in the partition as the label status, only with "
        "groups.partition_status, see docs/lag.md (OffsetFetch, ListOffsets)." },
    [SG_ADMIN_GROUP_UNREAD_LOST] = { "kafka_consumergroup_unread_lost_total", SG_METRIC_COUNTER,
        "Offsets that were deleted from the topic before the consumer group had read them, since "
        "the exporter first saw it (ListOffsets, OffsetFetch)." },
    [SG_ADMIN_GROUP_RETENTION_MARGIN] = { "kafka_consumergroup_retention_margin_ratio",
        SG_METRIC_GAUGE,
        "How far the consumer group is from losing unread records, in the partition nearest to "
        "that: 1 at the log's end, 0 at its start (OffsetFetch, ListOffsets)." },
    [SG_ADMIN_GROUP_RETENTION_USED] = { "kafka_consumergroup_retention_used_ratio", SG_METRIC_GAUGE,
        "Age of the consumer group's oldest unread record over the topic's retention time; at 1 or "
        "more it may be deleted (ListOffsets, DescribeConfigs)." },
    [SG_ADMIN_SHARE_LAG] = { "kafka_sharegroup_lag", SG_METRIC_GAUGE,
        "Records of the partition that the share group has not acknowledged or given up, those in "
        "flight included; experimental, only with groups.share_lag (__share_group_state)." },
    [SG_ADMIN_SHARE_LAG_SUM] = { "kafka_sharegroup_lag_sum", SG_METRIC_GAUGE,
        "Sum of the share group's lag in the topic's partitions; absent when one of them is not "
        "known; experimental (__share_group_state)." },
    [SG_ADMIN_SHARE_START_OFFSET] = { "kafka_sharegroup_start_offset", SG_METRIC_GAUGE,
        "Offset in the partition up to which the share group is done with all records; "
        "experimental (__share_group_state)." },
    [SG_ADMIN_SHARE_COMPLETE] = { "kafka_sharegroup_delivery_complete", SG_METRIC_GAUGE,
        "Records from the start offset on that the share group is done with: acknowledged or "
        "given up, out of order; experimental (__share_group_state)." },
    [SG_ADMIN_SPARK_BATCH] = { "kafka_spark_checkpoint_batch", SG_METRIC_GAUGE,
        "Number of the last batch that the Spark structured streaming query has completed "
        "(its checkpoint: commits/)." },
    [SG_ADMIN_SPARK_COMPLETED] = { "kafka_spark_checkpoint_completed_timestamp_seconds",
        SG_METRIC_GAUGE,
        "Unix time at which the Spark structured streaming query completed that batch; without "
        "input there is no batch (its checkpoint: commits/)." },
    [SG_ADMIN_LEFT_OUT] = { "streamgauge_admin_left_out", SG_METRIC_GAUGE,
        "What the latest collection left out because of the cluster's limits: consumer groups, "
        "partitions of whole topics, owners, or overrides (ListGroups, Metadata, "
        "DescribeConfigs)." },
};
