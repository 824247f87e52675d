# SPDX-License-Identifier: Apache-2.0
"""The status page in a real browser: what it shows, and that no name runs as a script."""
import re
import shutil
import subprocess

from confluent_kafka import Consumer, TopicPartition

from streamgauge import fetch, wait_for

NAMES = ["<script>document.title='owned'</script>", "a\"b'<img src=x onerror=\"document.title='owned'\">"]
SECRETS = {"sasl.password": "hunter2-kafka", "ssl.key.password": "hunter2-key"}


def dom(url, folder):
    """The page as Chromium has it after its scripts have run."""
    chromium = shutil.which("chromium")
    assert chromium, "no chromium: the Debian package"
    result = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={folder}", "--virtual-time-budget=3000", "--enable-logging=stderr",
         "--dump-dom", url], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout, result.stderr


def commit_as(lab, group):
    consumer = Consumer({"bootstrap.servers": lab.bootstrap, "group.id": group,
                         "enable.auto.commit": False})
    consumer.commit(offsets=[TopicPartition("mytopic", 0, 1)], asynchronous=False)
    consumer.close()


def test_status_page_in_chromium_runs_nothing_but_its_own_script(lab, start, tmp_path):
    for name in NAMES:
        commit_as(lab, name)
    process = start(lab.config("2s", "1900ms"))
    wait_for("the groups", lambda: {labels.get("consumergroup", "") for labels, _ in process.page().values(
        "kafka_consumergroup_members")} >= set(NAMES), 30)
    page, log = dom(process.url + "/", tmp_path / "chromium")
    assert "<title>Streamgauge</title>" in page and "owned'" in page
    assert len(re.findall(r"<script\b", page)) == 1
    assert "<img" not in page
    assert "aria-pressed" in page, "the page's own script has run"
    assert "Content Security Policy" not in log and "Uncaught" not in log, log
    for broker in "123":
        assert re.search(rf'<th scope="row">{broker}</th><td><span class="up">up</span>', page)
    status, headers, body = fetch(process.url + "/")
    policy = headers["Content-Security-Policy"]
    assert status == 200 and "unsafe" not in policy and "default-src 'none'" in policy
    for wrong in ("http://", "https://", "//cdn", " style=", " onclick"):
        assert wrong not in re.sub(r"<pre.*?</pre>|<td class=\"text\">.*?</td>", "", body.decode(), flags=re.S)


def test_status_page_shows_the_configuration_without_secrets(lab, start):
    client = ", ".join(f"{key}: {value}" for key, value in SECRETS.items())
    text = lab.config("2s", "1900ms").replace(
        "    jolokia:\n", "    client: { client.id: shown, security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN, "
                          f"sasl.username: monitor, {client} }}\n    jolokia:\n"
                          "      username: monitor\n      password: hunter2-jolokia\n")
    process = start(text)
    body = fetch(process.url + "/")[2].decode()
    assert "client.id: &quot;shown&quot;" in body and "username: &quot;monitor&quot;" in body
    assert "sasl.password: &quot;(set, not shown)&quot;" in body
    assert "hunter2" not in body + process.log() + process.page().text


def test_status_page_shows_a_broker_that_is_down(lab, start):
    process = start(lab.config("2s", "1900ms"))
    wait_for("all is collected", lambda: process.page().targets() == {"1": 1, "2": 1, "3": 1}, 30)
    lab.fault("kill-broker", "3")
    try:
        wait_for("the page shows it", lambda: "Broker 3 is down" in fetch(process.url + "/")[2].decode(), 20)
        # Leaders move first: until then the table may be full of partitions without one.
        for text in ("Partitions with problems", "replica missing", "action now"):
            wait_for(text, lambda: text in fetch(process.url + "/")[2].decode(), 30)
    finally:
        lab.fault("start-broker", "3")
    wait_for("it is well again", lambda: "Broker 3" not in fetch(process.url + "/")[2].decode(), 60)
