# SPDX-License-Identifier: Apache-2.0
"""A board: the variables, links and annotations that all of them have, and rows of panels."""

from grafana_foundation_sdk.builders import dashboard as builder
from grafana_foundation_sdk.models import dashboard as model

from blocks.panels import BLUE, DATASOURCE, RED, Built
from blocks.parts import note_name, note_query
from blocks.promql import CLUSTER, FIRING, gauge

TAG = "kafka"
COLUMNS = 24


def to_board(uid: str, **variables: str) -> str:
    """The URL of a board with these variables, from a table's cell: "=" is the cell, others are column titles."""
    values = {
        name: "${__value.raw:percentencode}" if title == "=" else f"${{__data.fields.{title}:percentencode}}"
        for name, title in variables.items()
    }
    chosen = "".join(f"&var-{name}={value}" for name, value in values.items())
    return f"/d/{uid}?${{datasource:queryparam}}&${{job:queryparam}}{chosen}&${{__url_time_range}}"


def _variable(name: str, label: str, query: str, regex: str = "") -> builder.QueryVariable:
    result = (
        builder.QueryVariable(name)
        .label(label)
        .datasource(DATASOURCE)
        .query(query)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.NATURAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(model.VariableOption(selected=True, text=["All"], value=["$__all"]))
    )
    return result.regex(regex) if regex else result


def choice(name: str, label: str, values: list[str]) -> builder.CustomVariable:
    """A variable with fixed values; the first is chosen."""
    return (
        builder.CustomVariable(name)
        .label(label)
        .values(",".join(values))
        .options([model.VariableOption(selected=one == values[0], text=one, value=one) for one in values])
        .current(model.VariableOption(selected=True, text=values[0], value=values[0]))
    )


def _note(part: str) -> builder.QueryVariable:
    return (
        builder.QueryVariable(note_name(part))
        .hide(model.VariableHide.HIDE_VARIABLE)
        .datasource(DATASOURCE)
        .query(note_query(part))
        .regex('/note="([^"]*)"/')
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
    )


class _Marked:
    """A variable with the mark of the part that it needs, for dashboards/check."""

    def __init__(self, variable: model.VariableModel, needs: str):
        self._variable, self._needs = variable, needs

    def to_json(self):
        return self._variable.to_json() | ({"streamgauge": {"needs": self._needs}} if self._needs else {})


class _Annotation(model.AnnotationQuery):
    """With the fields of a Prometheus annotation that the SDK does not know."""

    def __init__(self, title: str, text: str, **fields):
        super().__init__(datasource=DATASOURCE, **fields)
        self.formats = {"titleFormat": title, "textFormat": text, "step": "15s"}

    def to_json(self):
        return super().to_json() | self.formats


# An active controller that was not active a minute ago, in a cluster that was known then.
_ACTIVE = "kafka_controller_kafkacontroller_activecontrollercount"
_CONTROLLER_CHANGE = (
    f"({gauge(_ACTIVE, where=CLUSTER)} == 1"
    f" unless on (kafka_cluster, broker)"
    f" max by (kafka_cluster, broker) ({_ACTIVE}{{{CLUSTER}}} offset 1m) == 1)"
    f" and on (kafka_cluster) group by (kafka_cluster) ({_ACTIVE}{{{CLUSTER}}} offset 1m)"
)

_BROKER_RESTART = f"time() - {gauge('process_start_time_seconds')} < 60"

# The first minute only: an alert that fires for hours must not colour all graphs.
_ALERT_BEGINS = f"{FIRING} unless {FIRING} offset 1m"


def _annotations(runbooks: str) -> list[_Annotation]:
    return [
        _Annotation(
            "{{alertname}}",
            "{{severity}} {{kafka_cluster}} {{broker}} {{consumergroup}} {{topic}}"
            f' <a href="{runbooks}{{{{alertname}}}}.md">runbook</a>',
            name="Alerts",
            expr=_ALERT_BEGINS,
            icon_color=RED,
        ),
        _Annotation(
            "Controller change",
            "Broker {{broker}} of {{kafka_cluster}} is the controller now",
            name="Controller changes",
            expr=_CONTROLLER_CHANGE,
            icon_color="purple",
        ),
        _Annotation(
            "Broker restart",
            "Broker {{broker}} of {{kafka_cluster}} has started",
            name="Broker restarts",
            expr=_BROKER_RESTART,
            icon_color=BLUE,
        ),
    ]


def _dropdown_links() -> builder.DashboardLink:
    return (
        builder.DashboardLink("Kafka")
        .type(model.DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(True)
        .include_vars(True)
        .keep_time(True)
    )


def _even(panels) -> list:
    """The panels; where one of three to a line would be alone in the last line, four are in the first."""
    built = [Built(panel.build()) for panel in panels]
    places = [panel.build().grid_pos for panel in built]
    if len(places) % 3 == 1 and {where.w for where in places} == {COLUMNS // 3}:
        for where in places[:4]:
            where.w = COLUMNS // 4
    return built


class Board:
    """`needs` is the part without which the board has no data; its rows can need further ones.

    `variables` are the board's own: (name, label, query[, regex]), or a choice(). `by_broker=False` hides the
    variable of brokers where nothing is by broker; it stays there for links and annotations.
    """

    def __init__(self, uid, title, description, *, needs="", variables=(), by_broker=True):
        self.uid, self.title, self.description = uid, title, description
        self.needs, self.variables, self.by_broker = needs, variables, by_broker
        self.parts: list[str] = []
        self.panels: list = []
        self._y = 0
        self._line: list[model.GridPos] = []

    def add(self, *panels, needs=""):
        """Panels from left to right, in the next line when one does not fit."""
        self.panels += [self._placed(panel, needs or self.needs) for panel in panels]
        return self

    def row(self, title, *panels, needs="", collapsed=False):
        """A row that can be collapsed; its title says when the part that it needs is not there."""
        self._new_line()
        part = needs or self.needs
        if part:
            self.parts += [part] if part not in self.parts else []
            title += f" ${{{note_name(part)}}}"
        head = model.RowPanel(
            collapsed=collapsed, title=title, grid_pos=model.GridPos(h=1, w=COLUMNS, x=0, y=self._y)
        )
        self._y += 1
        self.panels.append(head)
        placed = [self._placed(panel, part) for panel in _even(panels)]
        (head.panels if collapsed else self.panels).extend(placed)
        self._new_line()
        if collapsed:
            self._y = head.grid_pos.y + 1
        return self

    def _new_line(self):
        """Ends a line of panels; what is left of it makes them wider."""
        left = COLUMNS - sum(where.w for where in self._line)
        x = 0
        for number, where in enumerate(self._line):
            more = left // (len(self._line) - number)
            where.x, where.w = x, where.w + more
            x, left = x + where.w, left - more
        self._y += max((where.h for where in self._line), default=0)
        self._line = []

    def _placed(self, panel, part: str):
        built = panel.build()
        for target in built.targets:
            target.needs = target.needs or part
        where = built.grid_pos
        if sum(other.w for other in self._line) + where.w > COLUMNS:
            self._new_line()
        where.y = self._y
        self._line.append(where)
        return built

    def _numbered(self):
        number = 0
        for panel in self.panels:
            for one in (panel, *(getattr(panel, "panels", None) or [])):
                number += 1
                one.id_val = number
        return self.panels

    def build(self, options) -> model.Dashboard:
        """`options` are those of generate.py."""
        self._new_line()
        job = f'{{job=~"{options.job}"}}' if options.job else ""
        jobs = _variable("job", "Job", f"label_values(streamgauge_build_info{job}, job)")
        if options.job:
            jobs.all_value(options.job)
        brokers = _variable("broker", "Broker", f"label_values(streamgauge_broker_up{{{CLUSTER}}}, broker)")
        if not self.by_broker:
            brokers.hide(model.VariableHide.HIDE_VARIABLE)
        result = (
            builder.Dashboard(self.title)
            .uid(self.uid)
            .description(self.description)
            .tags([TAG])
            .readonly()
            .tooltip(model.DashboardCursorSync.CROSSHAIR)
            .timezone("browser")
            .time("now-1h", "now")
            .refresh("30s")
            .link(_dropdown_links())
            .with_variable(builder.DatasourceVariable("datasource").label("Data Source").type("prometheus"))
            .with_variable(jobs)
            .with_variable(
                _variable(
                    "kafka_cluster",
                    "Cluster",
                    'label_values(streamgauge_cluster_up{job=~"$job"}, kafka_cluster)',
                )
            )
            .with_variable(brokers)
        )
        for variable in self.variables:
            own = _variable(*variable) if isinstance(variable, tuple) else variable
            result.with_variable(Built(_Marked(own.build(), self.needs)))
        for part in self.parts:
            result.with_variable(_note(part))
        for annotation in _annotations(options.runbooks):
            result.annotation(Built(annotation))
        finished = result.build()
        finished.panels = self._numbered()
        return finished
