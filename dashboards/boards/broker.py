# SPDX-License-Identifier: Apache-2.0
"""Kafka / Broker: what one broker does, or several side by side."""

from blocks.kit import (
    BROKER,
    CLUSTER,
    EVENTS,
    GREEN,
    NONE_IS_GOOD,
    RECORDS,
    RED,
    YELLOW,
    Board,
    Column,
    Key,
    Query,
    choice,
    gauge,
    lines,
    number,
    once,
    rate,
    states,
    sum_by,
    table,
    words,
)
from boards.processes import BROKERS
from boards.shared import (
    ALL_TOPICS,
    BROKER_KEY,
    CLUSTER_KEY,
    HANDLERS_IDLE,
    NETWORK_IDLE,
    REPLICAS,
    REQUESTS,
    TOPICS,
    UP_OR_DOWN,
)

UID = "kafka-broker"

_OF_BROKER = "{{kafka_cluster}} {{broker}}"
_SOCKETS = "kafka_server_socket_server_metrics"
_CLEANER = "kafka_log_logcleaner"


_STATE_WORDS = words(
    {
        0: ("not running", RED),
        1: ("starting", YELLOW),
        2: ("recovery", YELLOW),
        3: ("running", GREEN),
        6: ("stopping", YELLOW),
        7: ("stopping", YELLOW),
    }
)


def _overview():
    yield states(
        "Up",
        "Whether the broker is in the cluster and answers. Normal: up all the time. Gaps in all brokers at once:"
        " Streamgauge itself was down.",
        [Query(gauge("streamgauge_broker_up"), _OF_BROKER)],
        mappings=UP_OR_DOWN,
        width=10,
        height=6,
    )
    address = f'label_replace(kafka_broker_info{{{CLUSTER},id=~"$broker"}}, "broker", "$1", "id", "(.*)")'
    yield table(
        "Which brokers",
        "Addresses that the brokers advertise, their versions, and how long they have run. Normal: one version"
        " of Kafka, except during an upgrade. A broker that is down has no address.",
        [
            Column("Up", gauge("streamgauge_broker_up"), mappings=UP_OR_DOWN),
            Column(
                "Runs for", f"time() - {gauge('process_start_time_seconds')}", "s", decimals=1, width=100, needs="jmx"
            ),
            Column(
                "State", gauge("kafka_server_kafkaserver_brokerstate"), mappings=_STATE_WORDS, needs="jmx", width=90
            ),
            Column("Leader of", gauge(f"{REPLICAS}_leadercount"), needs="jmx"),
            Column("Partitions", gauge(f"{REPLICAS}_partitioncount"), needs="jmx"),
            Column("Address", once(address, "broker", "address"), hidden=True),
            Column(
                "Version", once(f"kafka_server_build_info{{{BROKER}}}", "broker", "version"), needs="jmx", hidden=True
            ),
        ],
        keys=[CLUSTER_KEY, BROKER_KEY, Key("address", "Address"), Key("version", "Version", 92)],
        sort="Broker",
        descending=False,
        width=14,
        height=6,
    )


def _requests():
    yield lines(
        "Traffic",
        "Bytes from producers (in) and to consumers (out). Normal: as on other days, and even over brokers. One"
        " broker far above the others leads more, or busier, partitions.",
        [
            Query(rate(f"{ALL_TOPICS}_bytesin_total"), f"in {_OF_BROKER}"),
            Query(rate(f"{ALL_TOPICS}_bytesout_total"), f"out {_OF_BROKER}"),
        ],
        unit="Bps",
    )
    yield lines(
        "Requests by type",
        "Requests per second of all chosen brokers, by API key. Normal: as on other days. A type that grows"
        " alone points at its clients: Metadata at reconnecting ones, OffsetCommit at consumers that commit"
        " each record.",
        [Query(sum_by(rate(f"{REQUESTS}_requests_total", "broker", "request", "version"), "request"), "{{request}}")],
        unit="reqps",
    )
    yield lines(
        "Errors by code",
        "Responses with an error per second, by API key and code. Normal: few, such as NOT_LEADER_OR_FOLLOWER"
        " after an election. Others for long: the code says what the clients do wrong, or what they lack.",
        [
            Query(
                sum_by(
                    rate(f"{REQUESTS}_errors_total", "broker", "request", "error", more='error!="NONE"'),
                    "request",
                    "error",
                )
                + " > 0",
                "{{request}} {{error}}",
                only="some response had an error in the last minute",
            )
        ],
        unit="reqps",
    )
    yield lines(
        "Requests that fail",
        "Produce and fetch requests that failed, per second. Normal: 0. The codes say why; the board of topics says"
        " which topic.",
        [
            Query(rate(f"{ALL_TOPICS}_failedproducerequests_total"), f"produce {_OF_BROKER}"),
            Query(rate(f"{ALL_TOPICS}_failedfetchrequests_total"), f"fetch {_OF_BROKER}"),
        ],
        unit="reqps",
    )
    records = ("invalidmagicnumber", "invalidmessagecrc", "invalidoffsetorsequence", "nokeycompactedtopic")
    rejected = " + ".join(rate(f"{ALL_TOPICS}_{kind}records_total") for kind in records)
    yield lines(
        "Records refused",
        "Records that were refused as invalid (wrong checksum, no key in a compacted topic and others), per"
        " second. Normal: 0. Find the producer that sends them: its log has the error.",
        [Query(rejected, f"records {_OF_BROKER}")],
        unit=RECORDS,
    )
    yield lines(
        "Bytes rejected",
        "Bytes of batches that were larger than allowed, per second. Normal: 0. Find the producer that sends them.",
        [Query(rate(f"{ALL_TOPICS}_bytesrejected_total"), _OF_BROKER)],
        unit="Bps",
    )
    yield lines(
        "Messages in",
        "Messages of producers per second. Normal: as on other days, and even over brokers.",
        [Query(rate(f"{ALL_TOPICS}_messagesin_total"), _OF_BROKER)],
        unit=RECORDS,
    )
    yield lines(
        "Conversions",
        "Batches converted to another message format, per second: of old clients. Costs CPU and memory."
        " Normal: 0. Update the clients.",
        [
            Query(rate(f"{ALL_TOPICS}_producemessageconversions_total"), f"produced {_OF_BROKER}"),
            Query(rate(f"{ALL_TOPICS}_fetchmessageconversions_total"), f"fetched {_OF_BROKER}"),
        ],
        unit=EVENTS,
    )


_PHASES = {
    "requestqueue": "waits for a request handler",
    "local": "works on it",
    "remote": "waits for followers or records",
    "throttle": "delayed by a quota",
    "responsequeue": "waits for a network thread",
    "responsesend": "sends the response",
}


def _latency():
    hints = {
        "Produce": "Waiting for followers: they are slow, see their brokers.",
        "FetchConsumer": "Waiting for records (up to fetch.max.wait.ms) is normal.",
        "FetchFollower": "Waiting for records (up to replica.fetch.wait.max.ms) is normal.",
    }
    for request, hint in hints.items():
        yield lines(
            f"{request}, by phase",
            f"Where {request} requests spend their time, by quantile, on the slowest chosen broker. The"
            " quantiles of phases do not add up to that of the whole. Normal: as on other days. Waiting for a"
            f" request handler: they are busy. Works on it: the disk is slow. {hint}",
            [
                Query(once(f'{REQUESTS}_{phase}timems{{{BROKER},request="{request}",quantile="$quantile"}}'), text)
                for phase, text in _PHASES.items()
            ],
            unit="ms",
            stacked=True,
        )
        yield lines(
            f"{request}, by broker",
            f"Whole time of {request} requests, by quantile and broker. Normal: alike on all brokers. {hint}",
            [Query(gauge(f"{REQUESTS}_totaltimems", more=f'request="{request}",quantile="$quantile"'), _OF_BROKER)],
            unit="ms",
        )
        yield lines(
            f"{request}, per second",
            f"{request} requests by broker. Normal: as on other days, and even over brokers.",
            [
                Query(
                    sum_by(
                        rate(f"{REQUESTS}_requests_total", "broker", "version", more=f'request="{request}"'), "broker"
                    ),
                    _OF_BROKER,
                )
            ],
            unit="reqps",
        )


def _saturation():
    yield lines(
        "Request handlers idle",
        "Share of time in which the request handler threads have nothing to do. Normal: above 30 %. Below 10 %:"
        " saturated, all requests wait. Find who sends so much, or what makes requests slow (Latency, below).",
        [Query(f"clamp_max({rate(HANDLERS_IDLE)}, 1)", _OF_BROKER)],
        unit="percentunit",
        colors=(RED, (0.1, YELLOW), (0.3, "transparent")),
        maximum=1,
    )
    yield lines(
        "Network threads idle",
        "Share of time in which the network threads have nothing to do. Normal: above 30 %. Below: more"
        " num.network.threads, fewer connections, or less TLS.",
        [Query(f"clamp_max({gauge(NETWORK_IDLE)}, 1)", _OF_BROKER)],
        unit="percentunit",
        colors=(RED, (0.1, YELLOW), (0.3, "transparent")),
        maximum=1,
    )
    yield lines(
        "Queues",
        "Requests that wait for a handler, and responses that wait for a network thread. Normal: near 0. At"
        " queued.max.requests (500) the network threads stop reading.",
        [
            Query(gauge("kafka_network_requestchannel_requestqueuesize"), f"requests {_OF_BROKER}"),
            Query(gauge("kafka_network_requestchannel_responsequeuesize"), f"responses {_OF_BROKER}"),
        ],
        unit="short",
    )
    yield lines(
        "Requests that wait for a condition",
        "Delayed operations by kind, of all chosen brokers: Produce for followers, Fetch for new records and"
        " others. Normal: steady. Produce growing: followers are slow to acknowledge.",
        [
            Query(
                sum_by(
                    gauge(
                        "kafka_server_delayedoperationpurgatory_numdelayedoperations", "broker", "delayedOperation"
                    ),
                    "delayedOperation",
                ),
                "{{delayedOperation}}",
            )
        ],
        unit="short",
    )
    yield lines(
        "Memory for requests",
        "Share of queued.max.request.bytes that is in use; only where that is set. Normal: below 80 %. At 100 % the"
        " network threads stop reading.",
        [
            Query(
                f"{gauge('kafka_network_socketserver_memorypoolused')} / ("
                f"{gauge('kafka_network_socketserver_memorypoolused')}"
                f" + {gauge('kafka_network_socketserver_memorypoolavailable')})",
                _OF_BROKER,
                only="queued.max.request.bytes is set",
            )
        ],
        unit="percentunit",
        colors=("transparent", (0.8, RED)),
    )


def _logs():
    yield number(
        "Offline log dirs",
        "Log directories that have failed. Normal: 0. Replace the disk and restart the broker.",
        [Query(sum_by(gauge("kafka_log_logmanager_offlinelogdirectorycount")), "{{kafka_cluster}}")],
        colors=NONE_IS_GOOD,
        width=4,
        height=7,
    )
    yield number(
        "Log cleaners that failed",
        "Cleaner threads that have died, and partitions that they gave up. Normal: 0. Otherwise compacted topics"
        " grow without end; log-cleaner.log has the reason.",
        [
            Query(sum_by(gauge(f"{_CLEANER}_deadthreadcount")), "threads"),
            Query(
                sum_by(gauge(f"{_CLEANER}manager_uncleanable_partitions_count", "broker", "logDirectory")),
                "partitions",
            ),
        ],
        colors=NONE_IS_GOOD,
        width=4,
        height=7,
    )
    yield lines(
        "Flush, 99th percentile",
        "Time to write log segments to the disk. Normal: below 100 ms. More: the disk is slow or shared. The"
        " brokers' quantile is of the last flushes and stays until the next one.",
        [
            Query(
                gauge("kafka_log_logflushstats_logflushrateandtimems", more='quantile="0.99"'),
                _OF_BROKER,
                only="logs were flushed since the broker started",
            )
        ],
        unit="ms",
    )
    yield lines(
        "Disk",
        "Bytes that the process reads from and writes to disks, per second (Linux). Normal: few reads, since"
        " consumers that keep up read from memory. Many reads: consumers that are far behind.",
        [
            Query(rate("kafka_server_kafkaserver_linux_disk_read_bytes"), f"read {_OF_BROKER}"),
            Query(rate("kafka_server_kafkaserver_linux_disk_write_bytes"), f"written {_OF_BROKER}"),
        ],
        unit="Bps",
    )
    yield lines(
        "Size of logs",
        "Bytes of log segments on each broker. Normal: even over brokers, and within what retention allows.",
        [Query(gauge("kafka_broker_log_size_bytes"), _OF_BROKER, needs="jolokia-sizes")],
        unit="bytes",
        width=6,
    )
    yield lines(
        "Left to recover",
        "Logs that are still to be recovered after an unclean stop; the broker serves nothing before it is 0."
        " Normal: 0, and nothing once it is done.",
        [
            Query(
                sum_by(gauge("kafka_log_logmanager_remaininglogstorecover", "broker", "dir"), "broker"),
                _OF_BROKER,
                only="a broker recovers after an unclean stop",
            )
        ],
        unit="short",
        width=6,
    )
    yield lines(
        "Dirtiest log",
        "Share of the log that is not compacted yet, of the partition where it is most. Normal: below 75 %; near"
        " 100 % for long: the cleaner does not keep up.",
        [Query(gauge(f"{_CLEANER}manager_max_dirty_percent") + " / 100", _OF_BROKER)],
        unit="percentunit",
        width=6,
        maximum=1,
    )
    yield lines(
        "Longest cleaning",
        "How long the latest cleaning took, of the slowest thread. Normal: as on other days. Longer and longer:"
        " more log.cleaner.threads, or less data in compacted topics.",
        [
            Query(
                gauge(f"{_CLEANER}_max_clean_time_secs"),
                _OF_BROKER,
                only="a log was cleaned, or Kafka is older than 4.0",
            )
        ],
        unit="s",
        width=6,
    )


def _replication():
    fetcher = "kafka_server_replicafetchermanager"
    yield lines(
        "Behind its leaders",
        "Most records that a replica on this broker is behind. Normal: near 0, more after a restart. Growing:"
        " this broker cannot keep up, see its disk and network.",
        [Query(gauge(f"{fetcher}_maxlag"), _OF_BROKER)],
        unit="short",
    )
    yield lines(
        "Fetchers that failed",
        "Partitions no longer copied after an error, and copying threads that have died. Normal: 0. See this"
        " broker's log; dead threads need a restart.",
        [
            Query(gauge(f"{fetcher}_failedpartitionscount"), f"partitions {_OF_BROKER}"),
            Query(gauge(f"{fetcher}_deadthreadcount"), f"threads {_OF_BROKER}"),
        ],
        unit="short",
        colors=("transparent", (1, RED)),
    )
    yield lines(
        "Replication",
        "Bytes from (in) and to (out) other brokers, per second. Normal: in step with the traffic of producers."
        " More: replicas catch up, or partitions are being moved.",
        [
            Query(rate(f"{TOPICS}_replicationbytesin_total"), f"in {_OF_BROKER}"),
            Query(rate(f"{TOPICS}_replicationbytesout_total"), f"out {_OF_BROKER}"),
        ],
        unit="Bps",
    )


def _connections():
    by_thread = ("broker", "listener", "networkProcessor")
    yield lines(
        "Connections by listener",
        "Open connections. Normal: steady. A fall to 0: clients cannot reach this listener.",
        [
            Query(
                sum_by(gauge(f"{_SOCKETS}_connection_count", *by_thread), "broker", "listener"),
                f"{_OF_BROKER} {{{{listener}}}}",
            )
        ],
        unit="short",
    )
    yield lines(
        "New connections",
        "Connections opened per second. Normal: few. Many, with few open ones: clients reconnect in a loop.",
        [
            Query(
                sum_by(rate(f"{_SOCKETS}_connection_creation_total", *by_thread), "broker", "listener"),
                f"{_OF_BROKER} {{{{listener}}}}",
            )
        ],
        unit=EVENTS,
    )
    yield lines(
        "Acceptor blocked",
        "Share of time that the acceptor waited for a network thread. Normal: 0. More: more num.network.threads,"
        " or fewer new connections.",
        [
            Query(
                rate("kafka_network_acceptor_acceptorblocked_seconds_total", "broker", "listener"),
                f"{_OF_BROKER} {{{{listener}}}}",
            )
        ],
        unit="percentunit",
        colors=("transparent", (0.1, YELLOW), (0.5, RED)),
    )


def _fetch_sessions():
    cache = "kafka_server_fetchsessioncache"
    yield lines(
        "Fetch sessions",
        "Incremental fetch sessions of consumers and followers. Normal: below"
        " max.incremental.fetch.session.cache.slots (1000). At it, sessions are evicted.",
        [Query(gauge(f"{cache}_numincrementalfetchsessions"), _OF_BROKER)],
        unit="short",
    )
    yield lines(
        "Sessions evicted",
        "Per second. Normal: 0. More: full fetch requests take their place; raise"
        " max.incremental.fetch.session.cache.slots.",
        [Query(rate(f"{cache}_incrementalfetchsessionevictions_total"), _OF_BROKER)],
        unit=EVENTS,
        colors=("transparent", (0.1, YELLOW)),
    )
    yield lines(
        "Replication by leader",
        "Bytes fetched from each leader, per second, of all chosen brokers. Normal: in step with producers. 0 for one"
        " leader: replication from it stands still.",
        [
            Query(
                sum_by(rate("kafka_server_fetcherstats_bytes_total", "broker", "clientId", "leader"), "leader"),
                "{{kafka_cluster}} {{leader}}",
            )
        ],
        unit="Bps",
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / Broker",
        "What one broker does, or several side by side: requests, latency, saturation, disks, JVM.",
        variables=[choice("quantile", "Quantile", ["0.99", "0.999", "0.95", "0.5"])],
    )
    result.add(*_overview())
    result.row("Saturation", *_saturation(), needs="jmx")
    result.row("Requests", *_requests(), needs="jmx")
    result.row("Latency", *_latency(), needs="jmx")
    result.row("Replication", *_replication(), needs="jmx")
    result.row("Logs and disks", *_logs(), needs="jmx")
    result.row("JVM", *BROKERS.memory_lines(), *BROKERS.process_lines(), needs="jmx")
    result.row("Connections", *_connections(), needs="kafka-connections")
    result.row("Fetch sessions", *_fetch_sessions(), needs="kafka-fetch")
    return result
