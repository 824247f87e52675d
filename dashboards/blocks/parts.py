# SPDX-License-Identifier: Apache-2.0
"""The parts of a streaming layer, and of its monitoring, that may not be there."""

from dataclasses import dataclass

from blocks.promql import BROKER, CLUSTER


@dataclass(frozen=True)
class Part:
    """`series` exists when the part does; `missing` says what is not there otherwise, behind a row's title."""

    series: str
    missing: str


def _catalogue(name: str, series: str) -> Part:
    return Part(f"{series}{{{BROKER}}}", f"no data: these brokers' rules are without the catalogue {name}")


PARTS = {
    "jmx": Part(
        f'jvm_memory_used_bytes{{{BROKER},area="heap"}}',
        "no data: no Jolokia agent of these brokers is configured, or none answers",
    ),
    "topics-of-groups": Part(
        f'kafka_consumergroup_lag_sum{{{CLUSTER},topic!=""}}', "no data: groups.granularity is group"
    ),
    "log-sizes": Part(
        f"kafka_topic_log_size_leader_bytes{{{CLUSTER}}} or kafka_log_log_size{{{BROKER}}}",
        "no data: jolokia.size_interval is not set, and the rules are without the catalogue kafka-partitions",
    ),
    "jolokia-sizes": Part(
        f"kafka_topic_log_size_bytes{{{CLUSTER}}}", "no data: jolokia.size_interval is not set, or brokers are down"
    ),
    "last-produced": Part(
        f"kafka_topic_last_produced_timestamp_seconds{{{CLUSTER}}}", "no data: topics.last_produced is not set"
    ),
    "racks": Part(
        f"kafka_topic_partitions_in_one_rack{{{CLUSTER}}}",
        "no data: topics.racks is not set, or a broker has no rack",
    ),
    "overrides": Part(
        f"kafka_topic_config_override_info{{{CLUSTER}}}",
        "no data: topics.overrides is not set, or no topic has settings of its own",
    ),
    "last-stable-offset": Part(
        f"kafka_topic_partition_last_stable_offset{{{CLUSTER}}}", "no data: topics.last_stable_offset is not set"
    ),
    "owners": Part(f"kafka_consumergroup_partition_owner_info{{{CLUSTER}}}", "no data: groups.owners is not set"),
    "share-lag": Part(f"kafka_sharegroup_lag_sum{{{CLUSTER}}}", "no data: groups.share_lag is not set"),
    "share-groups": Part(
        f"kafka_sharegroup_lag_sum{{{CLUSTER}}} or"
        f" kafka_server_sharegroupmetrics_recordacknowledgements_total{{{BROKER}}}",
        "no data: no share groups, groups.share_lag is not set, or the rules are without the catalogue kafka-share",
    ),
    "share-consumers": Part(
        f"kafka_server_sharepartitionmetrics_inflightmessagecount{{{BROKER}}}",
        "no data: no share group is read from, or the rules are without the catalogue kafka-share",
    ),
    "kraft": Part(
        f"kafka_server_raftmetrics_current_epoch{{{CLUSTER}}}",
        "no data: not KRaft, or no Jolokia agent of a node answers",
    ),
    # A server alone has no state; one that does not serve has nothing else.
    "zookeeper": Part(
        f"zookeeper_state_info{{{CLUSTER}}} or zookeeper_numaliveconnections{{{CLUSTER}}}",
        "no data: no ZooKeeper server is among the configured JVMs, or none answers",
    ),
    "zookeeper-mode": Part(
        f"kafka_server_sessionexpirelistener_sessionstate_info{{{BROKER}}}",
        "no data: the brokers do not use ZooKeeper, or no Jolokia agent of theirs answers",
    ),
    "connect": Part(
        f"kafka_connect_worker_task_count{{{CLUSTER}}}",
        "no data: no Connect worker is among the configured JVMs, or none answers",
    ),
    "spark": Part(
        f"spark_driver_active_jobs{{{CLUSTER}}}",
        "no data: no Spark driver is among the configured JVMs, or none answers",
    ),
    "spark-checkpoint": Part(
        f"kafka_spark_checkpoint_batch{{{CLUSTER}}}", "no data: no checkpoint of Spark is configured"
    ),
    "presto": Part(
        f"presto_running_queries{{{CLUSTER}}}",
        "no data: no Presto coordinator is among the configured JVMs, or none answers",
    ),
    "kafka-connections": _catalogue("kafka-connections", "kafka_server_socket_server_metrics_connection_count"),
    "kafka-quotas": _catalogue("kafka-quotas", "kafka_server_quota_queue_size"),
    "kafka-groups": _catalogue("kafka-groups", "kafka_coordinator_group_groupmetadatamanager_numgroups"),
    "new-coordinator": Part(
        f"kafka_server_group_coordinator_metrics_thread_idle_ratio{{{BROKER}}}",
        "no data: of Kafka 4.0 and later, with the catalogue kafka-groups",
    ),
    "kafka-tiered": _catalogue("kafka-tiered", "kafka_server_brokertopicmetrics_alltopics_remotecopylagbytes"),
    "kafka-client": Part(
        f"kafka_consumer_connection_count{{{CLUSTER}}} or kafka_producer_connection_count{{{CLUSTER}}}",
        "no data: no JVM of a producer or consumer is among the configured JVMs, or none answers",
    ),
    "kafka-transactions": _catalogue(
        "kafka-transactions",
        "kafka_coordinator_transaction_transactionmarkerchannelmanager_unknowndestinationqueuesize",
    ),
    "kafka-fetch": _catalogue("kafka-fetch", "kafka_server_fetchsessioncache_numincrementalfetchsessions"),
    "kafka-share": _catalogue("kafka-share", "kafka_server_sharegroupmetrics_recordacknowledgements_total"),
}


def note_name(part: str) -> str:
    """The hidden variable that is the part's `missing`, or empty when the part is there."""
    return "no_" + part.replace("-", "_")


def note_query(part: str) -> str:
    one = PARTS[part]
    return f'query_result(label_replace(absent({one.series}), "note", "({one.missing})", "", ""))'
