# SPDX-License-Identifier: Apache-2.0
"""Collections in step with a real Prometheus: fresh samples, no poll missed, none seen twice."""
import contextlib
import json
import os
import random
import statistics
import subprocess
import time
import urllib.parse

from streamgauge import fetch, free_port, wait_for

PERIOD_S = 2
SCRAPES = int(os.environ.get("STREAMGAUGE_TEST_SCRAPES", "16"))  # 100 by hand


@contextlib.contextmanager
def prometheus(folder, target_port, period_s):
    folder.mkdir()
    config = folder / "prometheus.yml"
    config.write_text(
        f"global: {{ scrape_interval: {period_s}s }}\nscrape_configs:\n  - job_name: streamgauge\n"
        f"    static_configs: [ {{ targets: ['127.0.0.1:{target_port}'] }} ]\n")
    port = free_port()
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}",
             f"--storage.tsdb.path={folder / 'data'}"], stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def samples(url, series, seconds):
    """Label `target` → [(scrape time, value), …], oldest first, as they were scraped."""
    question = urllib.parse.quote(f"{series}[{seconds}s]")
    answer = json.loads(fetch(f"{url}/api/v1/query?query={question}")[2])
    return {one["metric"]["collector"] + "/" + one["metric"]["target"]:
            [(float(t), float(v)) for t, v in one["values"]]
            for one in answer["data"]["result"]}


def test_prometheus_sees_every_poll_once_and_fresh(lab, start, tmp_path):
    process = start(lab.config(f"{2 * PERIOD_S}s", "1500ms"), build="release")
    wait_for("everything is collected", lambda: process.page().targets() == {"1": 1, "2": 1, "3": 1}, 30)
    with prometheus(tmp_path / "prometheus", process.port, PERIOD_S) as url:
        wait_for("it is followed", lambda: process.page().value("streamgauge_scrape_period_seconds"), 60)
        time.sleep(6 * PERIOD_S)
        begun = time.monotonic()
        time.sleep(SCRAPES * PERIOD_S + 1)
        seconds = int(time.monotonic() - begun)
        counts = samples(url, "streamgauge_collector_collections_total", seconds)
        ended = samples(url, "streamgauge_collector_last_success_timestamp_seconds", seconds)
        durations = samples(url, "streamgauge_collector_duration_seconds", seconds)
    fast = {name for name in counts if not name.startswith("jolokia_slow")}
    assert fast == {"admin/cluster", "jolokia/1", "jolokia/2", "jolokia/3"}
    for name in sorted(fast):
        steps = [b - a for (_, a), (_, b) in zip(counts[name], counts[name][1:])]
        ages = [t - end for t, end in ended[name]]
        duration = statistics.median(value for _, value in durations[name])
        age = statistics.median(ages)
        print(f"{name}: {len(counts[name])} scrapes, median age {age:.3f} s, duration {duration:.3f} s, "
              f"not exactly one poll: {sum(step != 1 for step in steps)}")
        assert len(steps) >= SCRAPES - 2
        assert age < 1 + duration
        # Exact on a clock that does not stall (test_rhythm.c). Where the machine stalls, a poll is seen one
        # scrape late; at the configured interval every other scrape would see none.
        assert steps.count(1) >= len(steps) * 3 // 4, f"{name}: {steps}"
    assert abs(process.page().value("streamgauge_collect_interval_seconds") - PERIOD_S) < 0.05


def test_two_prometheus_and_a_person_with_curl_leave_it_sane(lab, start, tmp_path):
    process = start(lab.config("2s", "900ms"), build="release")
    with prometheus(tmp_path / "one", process.port, 2), prometheus(tmp_path / "two", process.port, 2):
        wait_for("one is followed", lambda: process.page().value("streamgauge_scrape_period_seconds"), 60)
        before = process.page().value("streamgauge_collector_collections_total", collector="admin")
        begun = time.monotonic()
        while time.monotonic() - begun < 20:
            time.sleep(random.uniform(0.1, 1.5))
            process.page()
        after = process.page().value("streamgauge_collector_collections_total", collector="admin")
        seconds = time.monotonic() - begun
    # Two of the same period, half of it apart, look like one scraper of half the period.
    assert seconds / 2 - 2 <= after - before <= seconds + 2
