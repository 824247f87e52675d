# SPDX-License-Identifier: Apache-2.0
"""What several boards show."""

from blocks.kit import (
    CLUSTER,
    GREEN,
    GREY,
    RECORDS,
    RED,
    YELLOW,
    Column,
    Key,
    gauge,
    once,
    sum_by,
    table,
    to_board,
    words,
)

TOPICS = "kafka_server_brokertopicmetrics"
ALL_TOPICS = f"{TOPICS}_alltopics"
REPLICAS = "kafka_server_replicamanager"
CONTROLLER = "kafka_controller_kafkacontroller"
REQUESTS = "kafka_network_requestmetrics"
HANDLERS_IDLE = "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_seconds_total"
NETWORK_IDLE = "kafka_network_socketserver_networkprocessoravgidle_percent"

TOPIC = CLUSTER + ',topic=~"$topic"'
GROUP = CLUSTER + ',consumergroup=~"$consumergroup"'

CLUSTER_KEY = Key("kafka_cluster", "Cluster", 110, to_board("kafka-cluster", kafka_cluster="="))
BROKER_KEY = Key("broker", "Broker", 74, to_board("kafka-broker", kafka_cluster="Cluster", broker="="))
TOPIC_KEY = Key("topic", "Topic", None, to_board("kafka-topic", kafka_cluster="Cluster", topic="="))
GROUP_KEY = Key("consumergroup", "Group", None, to_board("kafka-groups", kafka_cluster="Cluster", consumergroup="="))

UP_OR_DOWN = words({0: ("down", RED), 1: ("up", GREEN)})

# Worst first, as in docs/lag.md.
_STATUSES = {
    "losing_data": RED,
    "rewound": YELLOW,
    "stopped": YELLOW,
    "stalled": RED,
    "lagging": YELLOW,
    "ok": GREEN,
}
STATUS_WORDS = words(
    {len(_STATUSES) - i: (name.replace("_", " "), color) for i, (name, color) in enumerate(_STATUSES.items())}
)
_STATES = {"Stable": GREEN, "PreparingRebalance": YELLOW, "CompletingRebalance": YELLOW, "Empty": GREY, "Dead": RED}
STATE_WORDS = words({i + 1: (name, color) for i, (name, color) in enumerate(_STATES.items())})


def one_of(metric: str, label: str, values: list[str], by: str, where: str) -> str:
    """A stateset as one number: the value's place in `values`, from 1 on."""
    numbered = " or ".join(
        f'{metric}{{{where},{label}="{value}"}} * {place}' for place, value in enumerate(values, 1)
    )
    return f"{once(numbered, by)} > 0"


def group_status(where: str) -> str:
    names = list(reversed(_STATUSES))
    return one_of("kafka_consumergroup_status", "status", names, "consumergroup", where)


def group_state(where: str) -> str:
    return one_of("kafka_consumergroup_state", "state", list(_STATES), "consumergroup", where)


def group_lag(where: str) -> str:
    return sum_by(gauge("kafka_consumergroup_lag_sum", "consumergroup", "topic", where=where), "consumergroup")


def group_age(where: str) -> str:
    return gauge("kafka_consumergroup_lag_seconds_max", "consumergroup", where=where)


def group_deriv(metric: str, where: str) -> str:
    """Per second, over 5 minutes; not rate(), which takes a smaller sum for a restart."""
    return sum_by(once(f"deriv({metric}{{{where}}}[5m])", "consumergroup", "topic"), "consumergroup")


def offline_partitions(where: str = CLUSTER) -> str:
    """The larger of what the controllers and the admin API report."""
    leaderless = sum_by(gauge("kafka_topic_partition_leaderless", "topic", "partition", where=where))
    return f"{once(f'{CONTROLLER}_offlinepartitionscount{{{where}}} or {leaderless}')}"


def partitions_in_trouble(jmx: str, admin: str) -> str:
    """What the brokers count, each for the partitions that it leads; without JMX what the admin API says."""
    counted = sum_by(gauge(f"{REPLICAS}_{jmx}", where=CLUSTER))
    seen = sum_by(gauge(f"kafka_topic_partition_{admin}", "topic", "partition", where=CLUSTER))
    return f"{counted} or {seen}"


UNDER_REPLICATED = partitions_in_trouble("underreplicatedpartitions", "under_replicated_partition")
UNDER_MIN_ISR = partitions_in_trouble("underminisrpartitioncount", "under_min_isr")
AT_MIN_ISR = partitions_in_trouble("atminisrpartitioncount", "at_min_isr")


def behind_column(age: str) -> Column:
    """In seconds."""
    return Column("Behind", age, "s", colors=(GREEN, (60, YELLOW), (600, RED)), decimals=1)


def margin_column(ratio: str) -> Column:
    """To retention: 1 at the end of the log, 0 at its start."""
    return Column("Margin", ratio, "percentunit", colors=(RED, (0.1, YELLOW), (0.3, GREEN)), decimals=0)


def of_group_and_topic(metric: str, where: str) -> str:
    return gauge(f"kafka_consumergroup_{metric}", "consumergroup", "topic", where=where)


def lag_columns(where: str) -> list[Column]:
    """By group and topic."""
    read = once(f"deriv(kafka_consumergroup_current_offset_sum{{{where}}}[5m])", "consumergroup", "topic")
    return [
        behind_column(of_group_and_topic("lag_seconds_max", where)),
        Column("Lag", of_group_and_topic("lag_sum", where), "short"),
        Column("Read", read, RECORDS, decimals=1),
    ]


def bad_partitions(width: int, height: int, where: str = CLUSTER):
    """Which partitions are in trouble, and which brokers they miss."""
    info = once(
        f"kafka_topic_partition_info{{{where}}}", "topic", "partition", "leader", "replicas", "isr", "missing"
    )
    return table(
        "Partitions in trouble",
        "Partitions without a leader (-1), or with replicas that are not in sync: by name, with the brokers that"
        " are missing, the first 50. Normal: empty, except while a broker restarts. Start the missing brokers.",
        [Column("In trouble", f"topk(50, {info})", only="kill-broker 2", hidden=True)],
        keys=[
            CLUSTER_KEY,
            TOPIC_KEY,
            Key("partition", "Partition", 84),
            Key("leader", "Leader", 74),
            Key("replicas", "Replicas", 90),
            Key("isr", "In sync", 80),
            Key("missing", "Missing", 80),
        ],
        sort="Leader",
        descending=False,
        width=width,
        height=height,
        empty="No partition is in trouble",
    )
