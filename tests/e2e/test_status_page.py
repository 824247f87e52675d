# SPDX-License-Identifier: Apache-2.0
"""The status page in a real browser: what it shows, and that no name runs as a script."""
import html
import json
import pathlib
import re
import shutil
import subprocess

import axe_core_python
from confluent_kafka import Consumer, TopicPartition

from kafka import Kafka
from monitoring import GROUPS
from streamgauge import fetch, wait_for

NAMES = ["<script>document.title='owned'</script>", "a\"b'<img src=x onerror=\"document.title='owned'\">"]
SECRETS = {"sasl.password": "hunter2-kafka", "ssl.key.password": "hunter2-key"}


def dom(url, folder, *options):
    """The page as Chromium has it after its scripts have run."""
    chromium = shutil.which("chromium")
    assert chromium, "no chromium: the Debian package"
    result = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={folder}", "--virtual-time-budget=3000", "--enable-logging=stderr",
         *options, "--dump-dom", url], capture_output=True, text=True, timeout=120)
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
    wait_for("the view", lambda: b"owned" in fetch(process.url + "/")[2], 40)  # is made after the page of metrics
    page, log = dom(process.url + "/", tmp_path / "chromium")
    assert re.search(r"<title>[^<]* - Overview - Streamgauge</title>", page) and "owned'" in page
    assert len(re.findall(r"<script\b", page)) == 1
    assert "<img" not in page
    assert "aria-pressed" in page, "the page's own script has run"
    assert "Content Security Policy" not in log and "Uncaught" not in log, log
    for broker in "123":
        assert re.search(rf'<span class="vh">broker </span>{broker}<span class="vh"> up', page)
    status, headers, body = fetch(process.url + "/")
    policy = headers["Content-Security-Policy"]
    assert status == 200 and "unsafe" not in policy and "default-src 'none'" in policy
    for tag in re.findall(r"<[a-z][^<>]*>", body.decode()):
        assert not re.search(r'(href|src|action)="(https?:|//)|url\(| style=| on\w+=', tag), tag


def test_every_page_is_there_and_leads_to_what_it_names(lab, start):
    """Follow all links from the overview, as a person without a mouse or a script could."""
    process = start(lab.config("2s", "1900ms").replace(
        "    jolokia:\n", "    groups: { owners: 1000 }\n    jolokia:\n"))
    wait_for("the view", lambda: "All groups" in fetch(process.url + "/")[2].decode(), 40)
    seen, left = {"./"}, ["./"]
    while left:
        status, headers, body = fetch(f"{process.url}/{left.pop()[2:]}")
        assert status == 200 and headers["Content-Type"].startswith("text/html")
        for link in re.findall(r'href="(\./[^"#]*)"', body.decode()):
            link = html.unescape(link)
            if link in seen or "/-/" in link or "metrics" in link:
                continue
            seen.add(link)
            if "sort=" not in link:
                left.append(link)
    for page in ("brokers", "topics", "groups", "collectors", "events"):
        assert f"./{page}" in seen
    group = fetch(f"{process.url}/group?cluster=streaming&group=rules-engine")[2].decode()
    assert re.search(r">telemetry \d+</a>", group) and "rules-engine-" in group, "partitions and members"
    assert fetch(f"{process.url}/topic?cluster=streaming&topic=nope")[0] == 404
    assert fetch(f"{process.url}/groups?sorts=x")[0] == 400


def found_by_axe(url, pages, folder, *options):
    """What axe-core finds wrong with each page: contrast, names, landmarks, keyboard. They are frames of one
    document, because a browser takes long to start."""
    folder.mkdir(parents=True)
    shutil.copy(pathlib.Path(axe_core_python.__file__).parent / "axe.min.js", folder / "axe.js")
    for number, page in enumerate(pages):  # without the policy, which allows no script but the page's own
        (folder / f"{number}.html").write_text(fetch(f"{url}/{page}")[2].decode().replace("</body>", f"""
            <script src="axe.js"></script><script>axe.run(document).then(result => parent.postMessage([{number},
            result.violations.map(one => [one.id, one.nodes.map(node => node.html)])], "*"))</script></body>"""))
    (folder / "all.html").write_text(f"""<title>axe</title><script>
        const found = [];
        onmessage = message => {{
          found.push(message.data);
          if (found.length === {len(pages)})
            document.title = "axe" + JSON.stringify(found);
        }};</script>""" + "".join(
            f'<iframe src="{number}.html" width="1280" height="900"></iframe>' for number in range(len(pages))))
    page, _ = dom((folder / "all.html").as_uri(), folder / "chromium", "--virtual-time-budget=60000", *options)
    found = json.loads(html.unescape(re.search(r"<title>axe(.*?)</title>", page)[1]))
    return {pages[number]: violations for number, violations in found}


def test_axe_finds_nothing(lab, start, tmp_path):
    process = start(lab.config("2s", "1900ms"))
    wait_for("the groups", lambda: b">rules-engine</a>" in fetch(f"{process.url}/groups")[2], 40)
    of = "?cluster=streaming&"
    pages = ("", "brokers", "topics", "groups", "collectors", "events", f"broker{of}broker=1",
             f"topic{of}topic=telemetry", f"group{of}group=rules-engine", "find?q=e", f"topic{of}topic=nope")
    for look, options in {"light": (), "dark": ("--blink-settings=preferredColorScheme=0",)}.items():
        assert found_by_axe(process.url, pages, tmp_path / look, *options) == {page: [] for page in pages}


def test_find_leads_to_the_only_match(lab, start):
    process = start(lab.config("2s", "1900ms"))
    wait_for("the topic", lambda: b">telemetry</a>" in fetch(f"{process.url}/topics")[2], 40)
    body = fetch(f"{process.url}/find?q=TELEM")[2].decode()
    assert "<h1>Topic telemetry</h1>" in body, "a redirect was followed"


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


def test_status_page_shows_a_broker_that_is_down_as_one_cause_and_since_when(lab, start):
    process = start(lab.config("2s", "1900ms").replace(
        "    jolokia:\n", f"    groups: {{ include: '{GROUPS}' }}\n    jolokia:\n"))

    def page(path=""):
        return fetch(f"{process.url}/{path}")[2].decode()

    def critical():
        """Their titles; topics of other tests may be among them."""
        return set(re.findall(r'<li class="cause crit">.*?<b><a [^>]*>([^<]*)</a>', page("?all=1"), re.S))

    wait_for("all is collected", lambda: process.page().targets() == {"1": 1, "2": 1, "3": 1}, 30)
    wait_for("it is seen", lambda: 'up</span></a></li>' in page(), 20)
    before = critical()
    Kafka(lab.bootstrap).lead_as_preferred()  # also broker 3, which another test may have killed
    wait_for("its leaders are seen", lambda: re.search(
        r"<dt>Leads</dt><dd>[1-9]", page("broker?cluster=streaming&broker=3")), 40)
    lab.fault("kill-broker", "3")
    try:
        wait_for("its cause", lambda: re.search(
            r"Broker 3 is down</a></b><p>Missing from \d+ partitions of \d+ topics", page()), 40)
        wait_for(lambda: f"nothing else is one: {critical()}, {before}",
                 lambda: critical() - before == {"Broker 3 is down"}, 40)
        assert re.search(r"<strong>\d+ (s|min)</strong> <span>since <time datetime=\"[-\d]{10}T[:\d]{8}Z\">", page())
        assert re.search(rf"<title>{len(critical())} critical[^<]* - Overview - Streamgauge</title>", page())
        assert "is down" in page("broker?cluster=streaming&broker=3")
        wait_for("topics are in trouble", lambda: "replicas missing" in page("topics?state=warning"), 20)
    finally:
        lab.fault("start-broker", "3")
    wait_for("it is well again", lambda: "Broker 3 is down" not in page(), 60)
    wait_for("how long it was down", lambda: re.search(
        r"broker 3 \(127.0.0.1:\d+\) is up again after \d+ s", page("events")), 30)
    wait_for("the same in the log", lambda: "is up again after" in process.log(), 10)
    wait_for("leaders have moved", lambda: "another leader" in page("events?kind=leader_moved"), 60)
