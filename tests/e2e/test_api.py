# SPDX-License-Identifier: Apache-2.0
"""The JSON for programs: /api/v1 as docs/openapi.yaml has it, Burrow's endpoints as its documentation has them."""
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse

import pytest
import schemathesis
from confluent_kafka import Consumer, TopicPartition

from conftest import REPO
from streamgauge import fetch, wait_for

OPENAPI = REPO / "docs/openapi.yaml"
GROUP = "team/a"  # a slash, as no group of Burrow's may have
SINCE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def config(lab, extra=""):
    return extra + lab.config("2s", "1900ms").replace(
        "    jolokia:\n", "    groups: { owners: 1000, partition_status: true }\n    jolokia:\n")


def get(process, path, status=200, **parameters):
    """The JSON of an answer."""
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    found, headers, body = fetch(f"{process.url}{path}{query}")
    assert found == status, body
    assert headers["Content-Type"] == "application/json"
    return json.loads(body)


def listed(process, what, **parameters):
    return get(process, f"/api/v1/{what}", **parameters)[what]


@pytest.fixture
def commit(lab):
    """A group that has read half of what partition 0 of mytopic has, and is not there."""
    consumer = Consumer({"bootstrap.servers": lab.bootstrap, "group.id": GROUP, "enable.auto.commit": False})
    low, high = consumer.get_watermark_offsets(TopicPartition("mytopic", 0), timeout=10)
    offset = (low + high) // 2
    consumer.commit(offsets=[TopicPartition("mytopic", 0, offset)], asynchronous=False)
    consumer.close()
    return offset


def ready(process):
    """Wait until all that a test asks for is known."""
    wait_for("the group's partitions", lambda: fetch(
        f"{process.url}/api/v1/groups?group={urllib.parse.quote(GROUP, safe='')}")[0] == 200, 40)
    wait_for("brokers' numbers", lambda: all(
        broker["leader_count"] is not None for broker in listed(process, "brokers")), 40)


def test_every_answer_is_as_the_schema_says(lab, start, commit):
    """Also for parameters that are wrong, and methods that there are not."""
    process = start(config(lab))
    ready(process)
    program = pathlib.Path(sys.executable).with_name("st")
    result = subprocess.run(
        [program, "run", OPENAPI, "--url", process.url, "--max-examples", "20", "--generation-deterministic",
         "--no-color"], capture_output=True, text=True, timeout=300, cwd=process.log_path.parent)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"Tested: 5\b", result.stdout) and int(re.search(r"(\d+) passed\s*$", re.search(
        r"Test cases:\n(.*)", result.stdout)[1])[1]) > 300, result.stdout
    schema = schemathesis.openapi.from_path(OPENAPI)
    for what, query in (("clusters", {"cluster": "streaming"}), ("brokers", {"broker": "1"}),
                        ("topics", {"topic": "mytopic"}), ("groups", {"group": GROUP}),
                        ("groups", {"group": "rules-engine"}), ("events", {"severity": "info", "limit": 5})):
        answer = schema[f"/api/v1/{what}"]["GET"].Case(query=query).call_and_validate(base_url=process.url)
        assert answer.status_code == 200 and len(answer.json()[what]) >= 1
        if what in ("topics", "groups"):
            assert answer.json()[what][0]["partitions"]


def test_lists_say_what_the_metrics_say(lab, start, commit):
    process = start(config(lab))
    ready(process)
    page = process.page()
    cluster, = listed(process, "clusters")
    assert cluster["cluster"] == "streaming" and cluster["state"] == "up"
    assert SINCE.fullmatch(cluster["since"]["time"])
    brokers = listed(process, "brokers")
    assert [broker["broker"] for broker in brokers] == ["1", "2", "3"]
    assert {broker["state"] for broker in brokers} == {"up"}
    assert [broker["controller"] for broker in brokers].count(True) == 1
    topics = {topic["topic"]: topic for topic in listed(process, "topics")}
    assert {name: topic["partition_count"] for name, topic in topics.items()} == {
        labels["topic"]: value for labels, value in page.values("kafka_topic_partitions")}
    groups = {group["group"]: group for group in listed(process, "groups")}
    members = page.values("kafka_consumergroup_members")
    assert set(groups) == {labels.get("consumergroup", "") for labels, _ in members}
    group, = listed(process, "groups", group=GROUP)
    partition, = group["partitions"]
    assert (partition["topic"], partition["partition"], partition["committed_offset"]) == ("mytopic", 0, commit)
    assert partition["lag"] == partition["log_end_offset"] - commit

    def says_the_same_everywhere():
        """Not between a collection and the watch's next look."""
        group, = listed(process, "groups", group=GROUP)
        end, = [found["log_end_offset"] for found in listed(process, "topics", topic="mytopic")[0]["partitions"]
                if found["partition"] == 0]
        return group["lag"] == group["partitions"][0]["lag"] == end - commit

    wait_for("one lag and one end", says_the_same_everywhere, 20)
    assert partition["leader"] in ("1", "2", "3") and partition["member"] is None and group["members"] == 0
    with_members = listed(process, "groups", group="rules-engine")[0]["partitions"]
    assert all(row["member"] and row["client_id"] and row["host"] for row in with_members)


def test_lists_can_be_read_in_pieces(lab, start, commit):
    process = start(config(lab))
    ready(process)
    for what, name in (("topics", "topic"), ("groups", "group"), ("brokers", "broker")):
        everything = get(process, f"/api/v1/{what}")
        assert everything["next"] is None and everything["total"] == len(everything[what]) and everything["complete"]
        read, after = [], {}
        while after is not None:
            piece = get(process, f"/api/v1/{what}", limit=2, **after)
            read += [row[name] for row in piece[what]]
            after = piece["next"] and {"after": piece["next"]}
        assert read == [row[name] for row in everything[what]]


def test_a_broker_that_goes_down_is_in_its_list_in_causes_and_events(lab, start, commit):
    process = start(config(lab))
    ready(process)
    lab.fault("kill-broker", "3")
    try:
        wait_for("it is down", lambda: listed(process, "brokers", state="down"), 40)
        broker, = listed(process, "brokers", state="critical")
        assert broker["broker"] == "3" and not broker["since"]["at_least"] and broker["since"]["seconds"] < 60
        wait_for("its cause", lambda: "broker_down" in [
            cause["kind"] for cause in listed(process, "clusters")[0]["causes"]], 40)
        event = listed(process, "events", kind="broker_down", broker="3")[0]
        assert event["severity"] == "critical" and event["time"] == broker["since"]["time"]
        assert event["text"].startswith("broker 3 (127.0.0.1:") and event["text"].endswith(") is down")
        wait_for("replicas that are missing", lambda: any(
            "3" in partition["missing_brokers"] for partition in listed(
                process, "topics", topic="__consumer_offsets")[0]["partitions"]), 40)
    finally:
        lab.fault("start-broker", "3")
    wait_for("it is up again", lambda: not listed(process, "brokers", state="down"), 60)
    event = listed(process, "events", kind="broker_up", limit=1)[0]
    assert event["broker"] == "3" and event["lasted_seconds"] >= 1 and not event["at_least"]


def test_behind_a_proxy_the_lists_are_below_the_prefix(lab, start):
    process = start(config(lab, "compat: [burrow]\n"), flags=["--web.route-prefix=/kafka"], prefix="/kafka")
    wait_for("the view", lambda: fetch(process.url + "/api/v1/clusters")[0] == 200, 40)
    assert get(process, "/v3/kafka")["request"]["url"] == "/kafka/v3/kafka"
    assert fetch(process.url.removesuffix("/kafka") + "/api/v1/clusters")[0] == 404
    status, headers, body = fetch(process.url + "/api/v1/clusters", method="HEAD")
    assert status == 200 and int(headers["Content-Length"]) > 100 and body == b""


def test_burrow_answers_as_its_documentation_has_it(lab, start, commit):
    process = start(config(lab, "compat: [burrow]\n"))
    ready(process)
    base = "/v3/kafka/streaming"
    host = get(process, "/v3/kafka")["request"]["host"]

    def answer(path, message, member, status=200):
        found = get(process, path, status)
        assert set(found) == {"error", "message", member, "request"}
        assert found["error"] is False and found["message"] == message
        assert found["request"] == {"url": urllib.parse.unquote(path), "host": host}
        return found[member]

    assert answer("/v3/kafka", "cluster list returned", "clusters") == ["streaming"]
    module = answer(base, "cluster module detail returned", "module")
    assert module["class-name"] == "kafka" and sorted(module["servers"]) == sorted(lab.bootstrap.split(","))
    assert "mytopic" in answer(base + "/topic", "topic list returned", "topics")
    offsets = answer(base + "/topic/mytopic", "topic offsets returned", "offsets")
    partitions = listed(process, "topics", topic="mytopic")[0]["partitions"]
    assert len(offsets) == len(partitions) and all(isinstance(offset, int) for offset in offsets)
    assert GROUP in answer(base + "/topic/mytopic/consumers", "consumers of topic returned", "consumers")
    assert {GROUP, "rules-engine"} <= set(answer(base + "/consumer", "consumer list returned", "consumers"))

    group = base + "/consumer/" + urllib.parse.quote(GROUP, safe="")
    detail = answer(group, "consumer detail returned", "topics")
    place, = detail["mytopic"]
    assert set(place) == {"offsets", "owner", "client_id", "current-lag"}
    assert [offset["offset"] for offset in place["offsets"]] == [commit]
    assert place["current-lag"] == offsets[0] - commit
    status = answer(group + "/lag", "consumer status returned", "status")
    assert set(status) == {"cluster", "group", "status", "complete", "partitions", "partition_count", "maxlag",
                           "totallag"}
    assert (status["cluster"], status["group"], status["partition_count"]) == ("streaming", GROUP, 1)
    assert status["totallag"] == status["maxlag"]["current_lag"] == offsets[0] - commit
    partition, = status["partitions"]
    assert partition == status["maxlag"] and set(partition) == {
        "topic", "partition", "owner", "client_id", "status", "start", "end", "current_lag", "complete"}
    assert set(partition["end"]) == {"offset", "timestamp", "observedAt", "lag"}
    words = {"OK", "WARN", "ERR", "STOP", "STALL", "REWIND"}
    for name in answer(base + "/consumer", "consumer list returned", "consumers"):
        path = f"{base}/consumer/{urllib.parse.quote(name, safe='')}"
        full = answer(path + "/lag", "consumer status returned", "status")
        short = answer(path + "/status", "consumer status returned", "status")
        assert full["status"] in ("OK", "WARN", "ERR") and len(full["partitions"]) == full["partition_count"]
        assert {row["status"] for row in full["partitions"]} <= words
        assert "OK" not in {row["status"] for row in short["partitions"]}

    missing = get(process, base + "/consumer/nobody/lag", 404)
    assert missing["status"]["status"] == "NOTFOUND" and missing["error"] is False
    assert get(process, base + "/topic/nothing", 404)["error"] is True
    assert fetch(process.url + "/v3/config")[0] == 404
    assert fetch(process.url + "/burrow/admin")[::2] == (200, b"GOOD")
    status, headers, body = fetch(f"{process.url}{base}/consumer/nobody", method="DELETE")
    assert status == 405 and headers["Allow"] == "GET, HEAD" and json.loads(body)["error"] is True


def test_a_reload_turns_burrow_on_and_off(lab, start):
    process = start(config(lab))
    path = process.log_path.parent / "streamgauge.yaml"
    assert get(process, "/v3/kafka", 404)["message"] == "invalid request type"
    for text, status in ((config(lab, "compat: [burrow]\n"), 200), (config(lab), 404)):
        path.write_text(text)
        assert fetch(process.url + "/-/reload", method="POST", timeout=30)[0] == 200
        assert fetch(process.url + "/v3/kafka")[0] == status
        assert fetch(process.url + "/burrow/admin")[0] == status
