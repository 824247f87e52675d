# SPDX-License-Identifier: Apache-2.0
"""Many clusters in one process: one that is down or frozen does not affect the others."""
import time

from confluent_kafka.admin import AdminClient

from agents import RULES, Agent, agents
from servers import answering
from streamgauge import fetch, free_port, wait_for

N = 20


def jvms(name, agent, rules):
    return f"  - name: {name}\n    jvms: [ {{ name: jvm-of-{name}, url: '{agent.url}', rules: {rules} }} ]\n"


def test_twenty_clusters_of_which_one_is_down_and_one_frozen(lab, start, tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    several = [Agent({"app:name=a": i, "app:type=One": i}) for i in range(N - 3)]
    with agents(*several), answering(None) as silent:
        text = "collect: { interval: 2s, timeout: 1900ms, stale_after: 5s }\nclusters:\n"
        text += "".join(jvms(f"c{i}", agent, rules) for i, agent in enumerate(several))
        text += f"  - {{ name: real, bootstrap_servers: '{lab.bootstrap}' }}\n"
        text += f"  - {{ name: down, bootstrap_servers: '127.0.0.1:{free_port()}' }}\n"
        text += (f"  - {{ name: frozen, bootstrap_servers: '127.0.0.1:{silent}', "
                 f"jolokia: {{ brokers: {{ 1: 'http://127.0.0.1:{silent}/jolokia/' }} }} }}\n")
        process = start(text, build="release")
        good = {f"c{i}" for i in range(N - 3)} | {"real"}

        def successes():
            return {labels["kafka_cluster"]: value for labels, value in process.page().values(
                "streamgauge_collector_success") if labels["collector"] in ("admin", "jolokia")}

        wait_for("all have run", lambda: len(successes()) == N, 30)
        wait_for("the good ones", lambda: all(successes()[name] == 1 for name in good), 30)
        longest, missing = 0, set()
        begun = time.monotonic()
        while time.monotonic() - begun < 12:
            page = process.page()
            shown = {labels["kafka_cluster"] for labels, _ in page.values("app_one")}
            missing |= {f"c{i}" for i in range(N - 3)} - shown
            missing |= set() if page.values("kafka_brokers", kafka_cluster="real") else {"real"}
            for name in good - {"real"}:
                longest = max(longest, page.value("streamgauge_collector_duration_seconds",
                                                  kafka_cluster=name, collector="jolokia"))
            time.sleep(0.5)
        assert missing == set()
        assert longest < 1.5
        page = process.page()
        for i in range(N - 3):
            assert page.value("app_one", kafka_cluster=f"c{i}", jvm=f"jvm-of-c{i}") == i
        assert page.value("streamgauge_cluster_up", kafka_cluster="real") == 1
        assert page.value("streamgauge_cluster_up", kafka_cluster="down") == 0
        assert page.value("streamgauge_cluster_up", kafka_cluster="frozen") == 0
        for name in ("down", "frozen"):
            wait_for(f"the status page has {name}", lambda name=name: f"Cluster {name} cannot be reached"
                     in fetch(process.url + "/")[2].decode(), 10)
        code, seconds = process.stop()
        assert code == 0 and seconds < 2.5


def test_kminions_info_names_the_controller_with_zookeeper(lab, start):
    """With KRaft a broker does not tell which it is: test_new_protocol.py."""
    controller = str(AdminClient({"bootstrap.servers": lab.bootstrap}).list_topics(timeout=10).controller_id)
    process = start("collect: { interval: 2s }\ncompat: [kminion]\n"
                    f"clusters: [ {{ name: z, bootstrap_servers: '{lab.bootstrap}' }} ]\n")
    wait_for("the brokers", lambda: len(process.page().values("kminion_kafka_broker_info")) == 3, 20)
    page = process.page()
    shown = {labels["broker_id"]: labels["is_controller"] for labels, _ in page.values("kminion_kafka_broker_info")}
    assert shown == {broker: "true" if broker == controller else "false" for broker in "123"}
    ((labels, _),) = page.values("kminion_kafka_cluster_info")
    assert (labels["controller_id"], labels["broker_count"]) == (controller, "3")
    assert labels["cluster_id"] == page.values("kafka_cluster_info")[0][0]["cluster_id"]
