# SPDX-License-Identifier: Apache-2.0
"""Kafka / Clients & quotas: who is connected, what is throttled, and which clients must be updated."""

from blocks.kit import (
    BROKER,
    CLUSTER,
    EVENTS,
    GREEN,
    NONE_IS_NORMAL,
    RECORDS,
    RED,
    YELLOW,
    Board,
    Column,
    Key,
    Query,
    gauge,
    lines,
    number,
    once,
    rate,
    sum_by,
    table,
    top_lines,
)
from boards.shared import CLUSTER_KEY, REPLICAS, REQUESTS

UID = "kafka-clients"

_SOCKETS = "kafka_server_socket_server_metrics"
_THREAD = ("broker", "listener", "networkProcessor")
_OF_LISTENER = "{{kafka_cluster}} {{listener}}"
_CLIENT = "{{user}} {{clientId}}"


def _by_listener(value: str) -> str:
    return sum_by(value, "listener")


def _connections():
    yield number(
        "Connections",
        "Open connections to the chosen brokers, those of other brokers included. Normal: steady.",
        [Query(sum_by(gauge(f"{_SOCKETS}_connection_count", *_THREAD)), "{{kafka_cluster}}")],
        colors=(GREEN,),
        width=3,
        height=7,
    )
    yield number(
        "Failed logins, 1 h",
        "Connections that failed to authenticate within an hour. Normal: 0. More: credentials that have expired, or"
        " somebody who tries; the brokers' logs have addresses and users.",
        [
            Query(
                "round("
                + sum_by(once(f"increase({_SOCKETS}_failed_authentication_total{{{BROKER}}}[1h])", *_THREAD))
                + ")",
                "{{kafka_cluster}}",
            )
        ],
        colors=NONE_IS_NORMAL,
        width=4,
        height=7,
    )
    software = ("clientSoftwareName", "clientSoftwareVersion")
    yield table(
        "Software of clients",
        "Open connections by the client's software and version, as it says itself (since Kafka 2.4). Normal: versions"
        " that are still maintained.",
        [
            Column(
                "Connections",
                sum_by(gauge(f"{_SOCKETS}_connections_software", *_THREAD, *software), *software),
                width=120,
            )
        ],
        keys=[CLUSTER_KEY, Key("clientSoftwareName", "Software"), Key("clientSoftwareVersion", "Version", 200)],
        sort="Connections",
        width=10,
        height=7,
    )
    yield lines(
        "Connections by listener",
        "Open connections. Normal: steady. A fall to 0: clients cannot reach this listener.",
        [Query(_by_listener(gauge(f"{_SOCKETS}_connection_count", *_THREAD)), _OF_LISTENER)],
        unit="short",
        width=7,
    )
    yield lines(
        "New and closed connections",
        "Per second. Normal: few. Many, with few open ones: clients reconnect in a loop.",
        [
            Query(_by_listener(rate(f"{_SOCKETS}_connection_creation_total", *_THREAD)), f"new {_OF_LISTENER}"),
            Query(_by_listener(rate(f"{_SOCKETS}_connection_close_total", *_THREAD)), f"closed {_OF_LISTENER}"),
        ],
        unit=EVENTS,
    )
    yield lines(
        "Authentications",
        "Connections that authenticated, failed to, or were closed because their authentication had expired, per"
        " second. Normal: none fail. Nothing is counted for listeners without authentication.",
        [
            Query(
                _by_listener(rate(f"{_SOCKETS}_successful_authentication_total", *_THREAD)), f"good {_OF_LISTENER}"
            ),
            Query(_by_listener(rate(f"{_SOCKETS}_failed_authentication_total", *_THREAD)), f"failed {_OF_LISTENER}"),
            Query(
                _by_listener(rate(f"{_SOCKETS}_expired_connections_killed_total", *_THREAD)),
                f"expired {_OF_LISTENER}",
            ),
        ],
        unit=EVENTS,
    )
    yield lines(
        "Bytes by listener",
        "Received (in) and sent (out), per second. Normal: as on other days.",
        [
            Query(_by_listener(rate(f"{_SOCKETS}_incoming_byte_total", *_THREAD)), f"in {_OF_LISTENER}"),
            Query(_by_listener(rate(f"{_SOCKETS}_outgoing_byte_total", *_THREAD)), f"out {_OF_LISTENER}"),
        ],
        unit="Bps",
    )


def _old_clients():
    labels = ("clientSoftwareName", "clientSoftwareVersion", "request", "version")
    yield table(
        "Requests that Kafka 4 refuses",
        "Requests of versions that Kafka 4 does not know any more, within an hour (Kafka 3.7 and later count them)."
        " Normal: empty. Update these clients before the brokers.",
        [
            Column(
                "Requests",
                "round("
                + sum_by(
                    once(f"increase({REQUESTS}_deprecatedrequests_total{{{BROKER}}}[1h])", "broker", *labels), *labels
                )
                + ") > 0",
                "short",
                width=100,
                only="clients older than Kafka 2.1 are connected",
            )
        ],
        keys=[
            CLUSTER_KEY,
            Key("clientSoftwareName", "Software"),
            Key("clientSoftwareVersion", "Version", 130),
            Key("request", "Request", 140),
            Key("version", "API", 74),
        ],
        sort="Requests",
        width=16,
        height=7,
    )
    yield lines(
        "Throttled by quotas",
        "Time by which quotas delay requests, 99th percentile, on the broker where it is most. Normal: 0. More: a"
        " client is above its quota, see below which one.",
        [
            Query(
                f'max by (kafka_cluster, request) ({REQUESTS}_throttletimems{{{BROKER},quantile="0.99",'
                'request=~"Produce|FetchConsumer"})',
                "{{request}} {{kafka_cluster}}",
            )
        ],
        unit="ms",
        colors=("transparent", (1, YELLOW)),
    )


def _quotas():
    yield lines(
        "Waiting because of quotas",
        "Requests that are delayed, by kind of quota. Normal: 0. More: clients are above their quotas.",
        [Query(sum_by(gauge("kafka_server_quota_queue_size", "broker", "resource"), "resource"), "{{resource}}")],
        unit="short",
        colors=("transparent", (1, YELLOW)),
    )

    def by_client(metric: str, resource: str):
        def value(at: str = "") -> str:
            selector = f'kafka_server_quota_{metric}{{{BROKER},resource="{resource}"}}{at}'
            return sum_by(once(selector, "broker", "user", "clientId"), "user", "clientId")

        return top_lines(value, "user", "clientId")

    for resource, text in (("Produce", "sent"), ("Fetch", "read")):
        yield lines(
            f"Bytes {text}, by client",
            f"Bytes per second {text} that count against a quota: the 15 clients with most. Normal: below their"
            f" quotas. Only clients that have a quota are counted.",
            [Query(by_client("byte_rate", resource), _CLIENT, only="a quota is set")],
            unit="Bps",
        )
    yield lines(
        "Delays, by client",
        "Average time by which each client's requests are delayed. Normal: nothing. Raise the quota, or talk to the"
        " client's owner.",
        [
            Query(
                once(f"kafka_server_quota_throttle_time{{{BROKER}}}", "user", "clientId", "resource") + " > 0",
                "{{resource}} " + _CLIENT,
                only="a client is above its quota",
            )
        ],
        unit="ms",
    )
    yield lines(
        "Request time, by client",
        "Share of the time of request handlers and network threads that each client takes, in percent of one thread:"
        " the 15 with most. Normal: below their quotas.",
        [Query(by_client("request_time", "Request"), _CLIENT, only="a quota is set")],
        unit="percent",
    )
    yield lines(
        "Replication throttles",
        "Bytes per second that count against throttles of replication, which a reassignment sets. Normal: 0, more"
        " while partitions are moved with a throttle.",
        [
            Query(
                gauge(f"kafka_server_{role}replication_byte_rate"),
                f"{role} {{{{kafka_cluster}}}} {{{{broker}}}}",
                only="a throttle of replication is set",
            )
            for role in ("leader", "follower")
        ],
        unit="Bps",
    )


def _producers():
    yield lines(
        "Producer ids",
        "Producer ids that each broker keeps state of: idempotent and transactional producers. Normal: as on other"
        " days. Growing without end: clients that make a new producer for each record; the broker runs out of"
        " memory.",
        [Query(gauge(f"{REPLICAS}_produceridcount"), "{{kafka_cluster}} {{broker}}")],
        unit="short",
    )
    yield lines(
        "Late transactions",
        "Partitions with a transaction that is open past the maximum time-out. Normal: 0. Consumers with"
        " read_committed wait there: kafka-transactions.sh find-hanging.",
        [Query(gauge(f"{REPLICAS}_partitionswithlatetransactionscount"), "{{kafka_cluster}} {{broker}}")],
        unit="short",
        colors=("transparent", (1, RED)),
    )
    yield lines(
        "Rebalances, groups and commits",
        "Groups of all chosen brokers that rebalance now (classic protocol). Normal: 0, more around deployments.",
        [
            Query(
                sum_by(gauge(f"kafka_coordinator_group_groupmetadatamanager_numgroups{state}")),
                f"{text} {{{{kafka_cluster}}}}",
                needs="kafka-groups",
            )
            for state, text in (("preparingrebalance", "preparing"), ("completingrebalance", "completing"))
        ],
        unit="short",
        colors=("transparent", (5, YELLOW)),
    )


def _transactions():
    manager = "kafka_coordinator_transaction_transactionmarkerchannelmanager"
    of_broker = "{{kafka_cluster}} {{broker}}"
    yield lines(
        "Ends of transactions that wait",
        "Markers for partitions without a leader, and ends of transactions whose write is tried again. Normal: 0. For"
        " minutes: see offline partitions; consumers with read_committed wait.",
        [
            Query(gauge(f"{manager}_unknowndestinationqueuesize"), f"markers {of_broker}"),
            Query(gauge(f"{manager}_logappendretryqueuesize"), f"ends {of_broker}"),
        ],
        unit="short",
        colors=("transparent", (1, YELLOW)),
    )
    yield lines(
        "Verifications that failed",
        "Of producers' transactions, per second (Kafka 3.6 and later). Normal: 0. More: producers that write to a"
        " transaction which has ended.",
        [Query(rate("kafka_server_addpartitionstotxnmanager_verificationfailures_total"), of_broker)],
        unit=EVENTS,
        colors=("transparent", (0.001, YELLOW)),
    )
    yield lines(
        "Time to verify, 99th percentile",
        "How long the verification of a transaction delays its first write to a partition. Normal: below 50 ms.",
        [
            Query(
                gauge("kafka_server_addpartitionstotxnmanager_verificationtimems", more='quantile="0.99"'), of_broker
            )
        ],
        unit="ms",
    )


def _agents():
    of_client = "{{jvm}} {{client_id}}"

    def of(metric: str) -> str:
        return gauge(f"kafka_{metric}", "jvm", "client_id", where=CLUSTER)

    def per_second(metric: str) -> str:
        return rate(f"kafka_{metric}_total", "jvm", "client_id", where=CLUSTER)

    yield lines(
        "Consumers: records behind",
        "Most records that a consumer is behind on a partition, from the position of its fetch. Normal: near 0."
        " Growing: it does not keep up.",
        [
            Query(
                of("consumer_fetch_manager_records_lag_max"), of_client, only="a consumer has fetched records lately"
            )
        ],
        unit="short",
    )
    yield lines(
        "Consumers: since the last poll",
        "Time since each consumer of a group last asked for records. Normal: below a second, or the time of a batch."
        " Near max.poll.interval.ms (5 minutes): it will be put out of its group. Consumers without a group, such as"
        " those that a Connect worker has for itself, may wait for as long as they like, and are not shown.",
        [
            Query(
                f"{of('consumer_last_poll_age_seconds')} and on (kafka_cluster, jvm, client_id)"
                f" {of('consumer_coordinator_last_heartbeat_age_seconds')}",
                of_client,
            )
        ],
        unit="s",
        colors=("transparent", (60, YELLOW), (240, RED)),
    )
    yield lines(
        "Consumers: records",
        "Records consumed per second. Normal: as much as is produced.",
        [Query(per_second("consumer_fetch_manager_records_consumed"), of_client)],
        unit=RECORDS,
    )
    yield lines(
        "Producers: errors and retries",
        "Records that could not be sent, which are lost unless the application keeps them, and records that were sent"
        " again. Normal: 0. Brokers answer slowly or with errors.",
        [
            Query(per_second("producer_record_error"), f"errors {of_client}"),
            Query(per_second("producer_record_retry"), f"retries {of_client}"),
        ],
        unit=RECORDS,
        colors=("transparent", (0.001, RED)),
    )
    free, total = of("producer_buffer_available_bytes"), of("producer_buffer_total_bytes")
    yield lines(
        "Producers: buffer in use",
        "Share of buffer.memory that is in use. Normal: below 80 %. At 100 % send() blocks: more is made than brokers"
        " accept.",
        [Query(f"1 - {free} / {total}", of_client)],
        unit="percentunit",
        maximum=1,
        colors=("transparent", (0.8, RED)),
    )
    yield lines(
        "Connections of clients",
        "To brokers. Normal: steady. 0: Kafka is out of reach.",
        [
            Query(of("consumer_connection_count"), f"consumer {of_client}"),
            Query(of("producer_connection_count"), f"producer {of_client}"),
        ],
        unit="short",
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / Clients & quotas",
        "Who is connected, what is throttled, and which clients must be updated.",
    )
    result.row("Connections", *_connections(), needs="kafka-connections")
    result.row("Requests", *_old_clients(), needs="jmx")
    result.row("Producers and groups", *_producers(), needs="jmx")
    result.row("Quotas", *_quotas(), needs="kafka-quotas")
    result.row("Transactions", *_transactions(), needs="kafka-transactions")
    result.row("Producers and consumers with an agent", *_agents(), needs="kafka-client")
    return result
