# SPDX-License-Identifier: Apache-2.0
"""dashboards/check --static on boards with one fault each, and boards for other names. Needs no lab."""
import http.server
import json
import re
import subprocess
import sys
import threading
from collections import Counter

import pytest

from conftest import REPO
from streamgauge import free_port

BOARDS = REPO / "dashboards"

sys.path.insert(0, str(BOARDS))
from blocks.screen import laid_out, place_of  # noqa: E402
from blocks.textwidth import text_width  # noqa: E402
from checks.board import panels_of  # noqa: E402
from drawing.times import unix_time  # noqa: E402


def check(*paths):
    return subprocess.run([BOARDS / "check", "--static", *paths], capture_output=True, text=True, timeout=120)


def panel_of(board, kind):
    return next(panel for panel in board["panels"] if panel["type"] == kind)


def widen(board):
    override = next(one for one in panel_of(board, "table")["fieldConfig"]["overrides"])
    override["properties"].append({"id": "custom.width", "value": 2000})


def narrow_column(board):
    for override in panel_of(board, "table")["fieldConfig"]["overrides"]:
        for each in override["properties"]:
            if each["id"] == "custom.width":
                each["value"] = 20


def without_column_unit(board):
    for override in panel_of(board, "table")["fieldConfig"]["overrides"]:
        override["properties"] = [each for each in override["properties"] if each["id"] != "unit"]


def set_column(*values):
    """name, value, name, value."""
    def change(board):
        override = next(one for one in panel_of(board, "table")["fieldConfig"]["overrides"]
                        if any(each["id"] == "unit" for each in one["properties"]))
        override["properties"] += [{"id": key, "value": value} for key, value in zip(values[::2], values[1::2])]
    return change


def set_expr(text):
    def change(board):
        panel_of(board, "stat")["targets"][0]["expr"] = text
    return change


FAULTS = {
    "no description": lambda board: panel_of(board, "stat").pop("description"),
    "no unit": lambda board: panel_of(board, "stat")["fieldConfig"]["defaults"].pop("unit"),
    "no query": lambda board: panel_of(board, "stat").pop("targets"),
    "no title": lambda board: panel_of(board, "stat").pop("title"),
    "the title is cut": lambda board: panel_of(board, "stat").update(title="A title that is longer than the panel"),
    "overlaps": lambda board: panel_of(board, "table")["gridPos"].update(x=0, y=0),
    "wider than the board": lambda board: panel_of(board, "table")["gridPos"].update(x=20),
    "columns are off the screen": widen,
    "the title is cut: ": narrow_column,
    ": no unit": without_column_unit,
    "would be 1 hours": set_column("unit", "s", "decimals", 0),
    "yellow text": set_column("color", "yellow"),
    "unknown variable $nope": set_expr('streamgauge_cluster_up{job="$nope"}'),
    "streamgauge_nope is not exported": set_expr("streamgauge_nope"),
    "promtool": set_expr("sum("),
    "a link to kafka-nope, which is no board": lambda board: board.update(description="/d/kafka-nope"),
    "not named after the uid": lambda board: board.update(uid="kafka-other"),
    "is empty or longer than 40": lambda board: board.update(uid="k" * 41),
    "can be edited": lambda board: board.update(editable=True),
    "panel id": lambda board: panel_of(board, "table").update(id=panel_of(board, "stat")["id"]),
}


@pytest.mark.parametrize("problem", FAULTS)
def test_check_static_board_with_a_fault_names_it(tmp_path, problem):
    paths = []
    for source in sorted(BOARDS.glob("*.json")):
        paths.append(tmp_path / source.name)
        board = json.loads(source.read_text())
        if source.name == "kafka-cluster.json":
            FAULTS[problem](board)
        paths[-1].write_text(json.dumps(board))
    result = check(*paths)
    assert result.returncode == 1 and problem in result.stderr, result.stdout + result.stderr


def test_check_static_two_boards_of_one_uid_are_a_problem(tmp_path):
    board = (BOARDS / "kafka-cluster.json").read_text()
    (tmp_path / "kafka-cluster.json").write_text(board)
    (tmp_path / "other.json").write_text(board)
    assert "is that of several boards" in check(*tmp_path.iterdir()).stderr


def test_check_unused_new_metric_and_needless_reason_are_problems(tmp_path):
    metrics = tmp_path / "metrics.md"
    metrics.write_text("| `streamgauge_cluster_up` | gauge | | used |\n| `streamgauge_new` | gauge | | not used |\n")
    result = subprocess.run([BOARDS / "check", "--unused", f"--metrics={metrics}"], capture_output=True, text=True)
    assert result.returncode == 1
    assert "streamgauge_new" in result.stderr and "streamgauge_cluster_up" not in result.stderr
    assert "kafka_brokers is used, or does not exist" in result.stderr


def made_up_board(folder, *exprs):
    """One panel for each query, and a variable."""
    panels = [{"type": "stat", "title": f"Panel {'ZYXWV'[i]} | x", "targets": [{"refId": "A", "expr": expr}]}
              for i, expr in enumerate(exprs)]
    variable = {"type": "query", "name": "broker", "query": "label_values(kafka_broker_info{a=\"b\"}, broker)"}
    board = {"uid": "made-up", "title": "Kafka / Made up", "panels": panels, "templating": {"list": [variable]}}
    path = folder / "made-up.json"
    path.write_text(json.dumps(board))
    return path


def test_check_use_names_panels_variables_alerts_and_reasons(tmp_path):
    metrics = tmp_path / "metrics.md"
    metrics.write_text("## H: `h`\n\n" + "".join(
        f"| `{name}` | gauge | | text |\n" for name in (
            "kafka_made_up", "kafka_broker_info", "streamgauge_config_last_reload_successful", "kafka_brokers",
            "kafka_topic_log_size_bytes")))
    board = made_up_board(tmp_path, 'rate(kafka_made_up_count{a="kafka_brokers"}[1m])', "kafka_made_up_sum")
    shown = subprocess.check_output([BOARDS / "check", "--use", f"--metrics={metrics}", board], text=True)
    assert [line for line in shown.splitlines() if line.startswith(("## ", "| `"))] == [
        "## H: `h`",
        "| `kafka_made_up` | **Made up**: Panel Z \\| x, Panel Y \\| x |  |",
        "| `kafka_broker_info` | variable broker | `kafka:broker_log_dir_mountpoint:info` |",
        "| `streamgauge_config_last_reload_successful` |  | `KafkaExporterReloadFailed` |",
        f"| `kafka_brokers` | none: {reason_of('kafka_brokers')} |  |",
        "| `kafka_topic_log_size_bytes` |  | `KafkaDiskFullSoon` |",  # its description names it
    ]


def reason_of(name):
    before = (BOARDS / "unused.txt").read_text().split(f"    {name}\n")[0]
    return [line for line in before.splitlines() if line and line[0] not in " #"][-1].removesuffix(":")


def answered(*arguments):
    return subprocess.run([sys.executable, REPO / "tests/answered.py", *arguments], capture_output=True, text=True)


def test_answered_tells_which_queries_lack_what(tmp_path):
    page = tmp_path / "page.txt"
    page.write_text("# TYPE kafka_a gauge\nkafka_a{x=\"1\"} 1\nkafka_b_count 2\n")
    folder = tmp_path / "boards"
    folder.mkdir()
    made_up_board(
        folder,
        'sum by (kafka_x) (rate(kafka_a{kafka_y=~"kafka_z or up"}[$__rate_interval])) > bool 1e3',
        "kafka_a * on (topic) group_left (kafka_x) kafka_c",
        "kafka_c or kafka_b_count",
        "kafka_c or kafka_d{a=\"or\"}",
        "kafka_a offset 1d unless on () up == 1",
    )
    (folder / "rules.yml").write_text(
        "groups: [{ name: g, rules: [{ record: 'a:b', expr: kafka_a }, { alert: A, expr: 'a:b > 0' },\n"
        "  { alert: B, expr: 'histogram_quantile(0.9, kafka_e)' }] }]\n")
    result = answered(f"--page={page}", folder)
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        f"{folder}/made-up.json: 3 of 6 queries",
        "    Panel Y | x: kafka_c",
        "    Panel W | x: kafka_c, kafka_d",
        "    variable broker: kafka_broker_info",
        f"{folder}/rules.yml: 2 of 3 queries",
        "    B: kafka_e",
        "5 of 9 queries have all of their metrics",
    ]


def test_answered_takes_names_of_tables_and_their_catalogues(tmp_path):
    board = made_up_board(
        tmp_path,
        "kafka_cluster_partition_underminisr + kafka_log_log_size",
        "jvm_threads_current + kafka_server_brokertopicmetrics_bytesin_total",
        "kafka_server_socketservermetrics_connection_count",
    )
    assert "2 of 4 queries have" in answered(board).stdout
    assert "3 of 4 queries have" in answered("--compat=jmx-exporter-partitions", board).stdout
    both = "--compat=jmx-exporter-partitions,confluent"
    assert answered(both, board).returncode == 0
    assert "kafka_log_log_size" in answered(both, "--rules=kafka", board).stdout


@pytest.mark.parametrize("licence, allowed", [
    ("MIT", True), ("(MPL-2.0 OR Apache-2.0)", True), ("MIT AND CC-BY-4.0", True), ("MIT AND GPL-3.0", False),
    ("AGPL-3.0-only", False), ("GPL-2.0-or-later", False), ("SEE LICENSE IN LICENSE", False), ("", False)])
def test_check_licences_names_packages_whose_licence_is_not_allowed(tmp_path, licence, allowed):
    lock = tmp_path / "package-lock.json"
    lock.write_text(json.dumps({"packages": {"node_modules/one": {"license": licence}}}))
    result = subprocess.run([BOARDS / "check", "--licences", lock], capture_output=True, text=True)
    assert result.returncode == (0 if allowed else 1)
    assert ("node_modules/one" in result.stderr) is not allowed


def test_check_licences_lock_file_with_a_registry_is_a_problem(tmp_path):
    lock = tmp_path / "package-lock.json"
    package = {"license": "MIT", "resolved": "https://registry.example/one-1.0.0.tgz"}
    lock.write_text(json.dumps({"packages": {"node_modules/one": package}}))
    result = subprocess.run([BOARDS / "check", "--licences", lock], capture_output=True, text=True)
    assert result.returncode == 1 and "node_modules/one: names a registry" in result.stderr


def preview(tmp_path, path, *options):
    """dashboards/preview where only these programs are installed."""
    return subprocess.run([sys.executable, BOARDS / "preview", f"--output={tmp_path / 'out'}", *options],
                          env={"PATH": str(path), "STREAMGAUGE_CACHE": str(tmp_path / "cache")},
                          capture_output=True, text=True, timeout=120)


@pytest.fixture
def a_prometheus():
    """Answers any query with nothing."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status":"success","data":{"result":[]}}')

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"--prometheus=http://127.0.0.1:{server.server_port}"
        server.shutdown()


def program(folder, name, text):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("programs, problem", [
    ({}, "no Chromium"),
    ({"chromium": ""}, "no Node"),
    ({"chromium": "", "npm": "", "node": "echo v18.19.0"}, "Node is v18.19.0"),
    ({"chromium": "", "npm": "exit 1", "node": "echo v20.1.0"}, "npm cannot fetch the packages"),
])
def test_preview_what_it_needs_is_missing_says_so(tmp_path, a_prometheus, programs, problem):
    path = tmp_path / "bin"
    path.mkdir()
    for name, text in programs.items():
        program(path, name, text)
    result = preview(tmp_path, path, a_prometheus)
    assert result.returncode == 2 and result.stderr.startswith(f"preview: {problem}"), result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_preview_no_prometheus_says_so(tmp_path):
    result = preview(tmp_path, tmp_path, f"--prometheus=http://127.0.0.1:{free_port()}")
    assert result.returncode == 2 and "no Prometheus at http://127.0.0.1:" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("text, expected", [
    ("now", 1000), ("now-90s", 910), ("now-1h", -2600), ("1700000000123", 1700000000.123),
    ("1970-01-01T00:01", 60), ("1970-01-01T00:01+01:00", -3540)])
def test_unix_time_of_what_grafana_has_in_its_urls(text, expected):
    assert unix_time(text, 1000) == expected


@pytest.mark.parametrize("text", ["", "now-", "now-1w", "soon"])
def test_unix_time_of_something_else_is_refused(text):
    with pytest.raises(ValueError):
        unix_time(text, 1000)


def test_laid_out_opened_row_moves_what_is_below_it():
    def panel(y, h, **more):
        return {"gridPos": {"x": 0, "y": y, "w": 24, "h": h}, **more}
    panels = [panel(0, 1, panels=[panel(1, 7), panel(8, 5)]), panel(1, 1, panels=[panel(2, 4)]), panel(2, 3)]
    assert [grid["y"] for _, grid in laid_out(panels, False)] == [0, 1, 2]
    assert [grid["y"] for _, grid in laid_out(panels, True)] == [0, 1, 8, 13, 14, 18]


def test_cluster_board_every_alert_has_room_for_its_name():
    board = json.loads((BOARDS / "kafka-cluster.json").read_text())
    overrides = next(p for p in board["panels"] if p["title"] == "Firing alerts")["fieldConfig"]["overrides"]
    width = next(each["value"] for one in overrides if one["matcher"]["options"] == "Alert"
                 for each in one["properties"] if each["id"] == "custom.width")
    names = {name for path in (REPO / "alerts").glob("*.rules.yml")
             for name in re.findall(r"- alert: (\w+)", path.read_text())}
    assert max(text_width(name) for name in names) + 12 <= width


def test_boards_no_sum_counts_a_series_of_two_streamgauges_twice():
    """What is added up is a maximum first; only the exporter's board is about each Streamgauge."""
    inner = r'\b(sum|avg|count)\b(?: by \([^)]*\))? ?\((?!["(]*(?:max|min|sum|count|count_values|group|avg)\b)'
    boards = {path.name: json.loads(path.read_text()) for path in BOARDS.glob("*.json")}
    boards.pop("kafka-exporter.json")
    targets = [(name, target["expr"]) for name, board in boards.items() for panel in panels_of(board["panels"])
               for target in panel.get("targets", [])]
    assert len(targets) > 400
    assert [(name, expr) for name, expr in targets if re.search(inner, expr)] == []


def test_boards_panel_that_is_empty_as_a_rule_says_when_it_is_not():
    for path in BOARDS.glob("*.json"):
        for panel in panels_of(json.loads(path.read_text())["panels"]):
            marks = [target.get("streamgauge", {}) for target in panel.get("targets", [])]
            if all("only" in mark for mark in marks):
                assert panel["fieldConfig"]["defaults"].get("noValue"), (path.name, panel["title"])


def test_boards_number_that_is_not_known_has_a_colour_of_its_own():
    for path in BOARDS.glob("*.json"):
        for panel in panels_of(json.loads(path.read_text())["panels"]):
            if panel["type"] == "stat":
                special = [one["options"] for one in panel["fieldConfig"]["defaults"].get("mappings", [])
                           if one["type"] == "special"]
                assert [(one["match"], one["result"]["color"]) for one in special] == [("null+nan", "dark-blue")]


def test_boards_no_graph_is_alone_in_its_line():
    for path in BOARDS.glob("*.json"):
        for panel in panels_of(json.loads(path.read_text())["panels"]):
            assert panel["type"] != "timeseries" or panel["gridPos"]["w"] < 24, (path.name, panel["title"])


def test_check_static_table_needs_its_padding(tmp_path):
    board = json.loads((BOARDS / "kafka-cluster.json").read_text())
    panel = panel_of(board, "table")
    room = int(place_of(panel["gridPos"], 1600)["width"])
    panel["fieldConfig"]["overrides"] = []
    panel["transformations"] = [{"id": "organize", "options": {"indexByName": {"one": 0, "two": 1}}}]
    path = tmp_path / "kafka-cluster.json"
    for width, fits in ((room // 2, False), (room // 2 - 9, True)):
        panel["fieldConfig"]["defaults"]["custom"]["minWidth"] = width
        path.write_text(json.dumps(board))
        assert ("off the screen" in check(path).stderr) is not fits


def test_boards_lines_of_panels_leave_no_hole():
    for path in BOARDS.glob("*.json"):
        panels = json.loads(path.read_text())["panels"]
        for group in [panels, *(panel["panels"] for panel in panels if panel.get("collapsed"))]:
            widths = Counter()
            for panel in group:
                widths[panel["gridPos"]["y"]] += panel["gridPos"]["w"]
            assert set(widths.values()) == {24}, path.name


def test_generate_with_other_names_leaves_nothing_of_the_defaults(tmp_path):
    options = ["--job=other", "--cluster-label=cluster", "--runbooks=https://r.example/"]
    subprocess.run([sys.executable, BOARDS / "generate.py", f"--output={tmp_path}", *options], check=True)
    boards = sorted(tmp_path.glob("*.json"))
    assert [path.name for path in boards] == [path.name for path in sorted(BOARDS.glob("*.json"))]
    for path in boards:
        text = path.read_text()
        assert "kafka_cluster" not in text and "alerts/runbooks/" not in text
        assert 'streamgauge_build_info{job=~\\"other\\"}' in text
    assert check(*boards).returncode == 0
