# SPDX-License-Identifier: Apache-2.0
"""The building blocks of all boards: variables, annotations, selectors and panels in one style.

The house rules are in README.md. What can be ruled by a signature is: no panel without a
description, and no value without a unit.
"""

from dataclasses import dataclass

from grafana_foundation_sdk.builders import common as common_builder
from grafana_foundation_sdk.builders import dashboard as builder
from grafana_foundation_sdk.builders import prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

TAG = "kafka"
DATASOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")

GREEN, YELLOW, RED, BLUE, GREY = "green", "yellow", "red", "blue", "text"

# Selectors: of a whole cluster, and of the chosen brokers of it.
CLUSTER = 'job=~"$job",kafka_cluster=~"$kafka_cluster"'
BROKER = CLUSTER + ',broker=~"$broker"'

# Streamgauge's own alerts. Those about Streamgauge itself have no kafka_cluster.
FIRING = 'ALERTS{alertstate="firing",alertname=~"Kafka.*",kafka_cluster=~"$kafka_cluster|"}'


# ---- Queries


def by_broker(value: str) -> str:
    """One value per broker, however many Streamgauges export it."""
    return f"max by (kafka_cluster, broker) ({value})"


def sum_of_brokers(metric: str) -> str:
    """A cluster's sum of what each broker counts for itself."""
    return f"sum by (kafka_cluster) ({by_broker(f'{metric}{{{CLUSTER}}}')})"


def cluster_rate(metric: str) -> str:
    """A cluster's sum per second of a counter that each broker has."""
    return f"sum by (kafka_cluster) ({by_broker(f'rate({metric}{{{CLUSTER}}}[$__rate_interval])')})"


def broker_rate(metric: str, more: str = "") -> str:
    """A counter per second, by broker."""
    return by_broker(f"rate({metric}{{{BROKER}{more}}}[$__rate_interval])")


@dataclass(frozen=True)
class Query:
    """An expression and its name: a legend, or the title of a table's column."""

    expr: str
    name: str = ""


def _target(query: Query, ref_id: str, as_table: bool, instant: bool) -> prometheus.Dataquery:
    target = (
        prometheus.Dataquery()
        .datasource(DATASOURCE)
        .ref_id(ref_id)
        .expr(query.expr)
        .legend_format("__auto" if as_table or not query.name else query.name)
        .format(PromQueryFormat.TABLE if as_table else PromQueryFormat.TIME_SERIES)
    )
    return target.instant() if instant else target.range()


def _add_targets(panel, queries: list[Query], *, as_table: bool, instant: bool):
    for number, query in enumerate(queries):
        panel.with_target(_target(query, chr(ord("A") + number), as_table, instant))
    return panel


# ---- Values


def steps(base: str, *above: tuple[float, str]) -> builder.ThresholdsConfig:
    """Colours: of the lowest values, then from each bound on."""
    return (
        builder.ThresholdsConfig()
        .mode(model.ThresholdsMode.ABSOLUTE)
        .steps([model.Threshold(None, base)] + [model.Threshold(*step) for step in above])
    )


NONE_IS_GOOD = (GREEN, (1, RED))


def words(texts: dict[int, tuple[str, str]]) -> list[model.ValueMapping]:
    """Texts and colours instead of numbers."""
    return [
        model.ValueMap(
            {
                str(value): model.ValueMappingResult(text=text, color=color, index=index)
                for index, (value, (text, color)) in enumerate(texts.items())
            }
        )
    ]


# ---- Panels


def stat_panel(title, description, queries, *, unit, colors, width, height=3, mappings=None):
    """Current values, large, on a coloured background."""
    panel = (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .unit(unit)
        .decimals(0)
        .no_value("no data")
        .thresholds(steps(*colors))
        .color_scheme(builder.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
        .color_mode(common.BigValueColorMode.BACKGROUND)
        .graph_mode(common.BigValueGraphMode.NONE)
        .text_mode(
            common.BigValueTextMode.VALUE_AND_NAME
            if len(queries) > 1
            else common.BigValueTextMode.AUTO
        )
        .reduce_options(common_builder.ReduceDataOptions().calcs(["lastNotNull"]))
        .span(width)
        .height(height)
    )
    if mappings:
        panel.mappings(mappings)
    return _add_targets(panel, queries, as_table=False, instant=True)


def time_panel(
    title, description, queries, *, unit, width, height, colors=None, maximum=None, axis_from=0
):
    """Lines over time. The axis begins at `axis_from`, or lower if the values are lower."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .unit(unit)
        .axis_soft_min(axis_from)
        .line_width(1)
        .fill_opacity(8)
        .show_points(common.VisibilityMode.NEVER)
        .span_nulls(False)
        .legend(
            common_builder.VizLegendOptions()
            .show_legend(True)
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
        )
        .tooltip(
            common_builder.VizTooltipOptions()
            .mode(common.TooltipDisplayMode.MULTI)
            .sort(common.SortOrder.DESCENDING)
        )
        .span(width)
        .height(height)
    )
    if maximum is not None:
        panel.max(maximum)
    if colors:
        panel.thresholds(steps(*colors)).thresholds_style(
            common_builder.GraphThresholdsStyleConfig().mode(
                common.GraphThresholdsStyleMode.DASHED
            )
        )
    return _add_targets(panel, queries, as_table=False, instant=False)


@dataclass(frozen=True)
class Column:
    """A column of a table, made of one query's values."""

    title: str
    expr: str
    unit: str
    colors: tuple | None = None
    mappings: list | None = None
    decimals: int | None = None
    width: int | None = None


def _column_override(name: str, column: Column) -> tuple[str, list[model.DynamicConfigValue]]:
    values = {
        "displayName": column.title,
        "unit": column.unit,
        "decimals": column.decimals,
        "mappings": column.mappings,
        "custom.width": column.width,
    }
    if column.colors:
        values["thresholds"] = steps(*column.colors).build()
        values["custom.cellOptions"] = {"type": "color-text"}
    return name, [model.DynamicConfigValue(k, v) for k, v in values.items() if v is not None]


def table_panel(
    title,
    description,
    columns: list[Column],
    *,
    keys: dict[str, str],
    width,
    height,
    sort,
    descending=True,
    links=None,
):
    """A row for each set of labels `keys` (label → title), a column for each query.

    `sort` is the title to sort by; `links` gives the URL behind a key's cells.
    """
    fields = [f"Value #{chr(ord('A') + number)}" for number in range(len(columns))]
    if len(columns) == 1:
        fields = ["Value"]
    panel = (
        table.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .cell_height(common.TableCellHeight.SM)
        .with_transformation(model.DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(
            model.DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": {"Time": True},
                    "indexByName": {
                        name: index for index, name in enumerate([*keys, *fields])
                    },
                    "renameByName": keys,
                },
            )
        )
        .sort_by([common_builder.TableSortByFieldState().display_name(sort).desc(descending)])
        .span(width)
        .height(height)
    )
    for name, column in zip(fields, columns):
        panel.override_by_name(*_column_override(name, column))
    for label, url in (links or {}).items():
        link = {"title": f"Show only this {keys[label].lower()}", "url": url}
        panel.override_by_name(keys[label], [model.DynamicConfigValue("links", [link])])
    queries = [Query(column.expr) for column in columns]
    return _add_targets(panel, queries, as_table=True, instant=True)


# ---- Boards


def _variable(name: str, label: str, query: str) -> builder.QueryVariable:
    return (
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


class _Annotation(model.AnnotationQuery):
    """With the fields of a Prometheus annotation that the SDK does not know."""

    def __init__(self, title: str, text: str, **fields):
        super().__init__(datasource=DATASOURCE, **fields)
        self.formats = {"titleFormat": title, "textFormat": text, "step": "15s"}

    def to_json(self):
        return super().to_json() | self.formats


class _Built:
    """A finished object where the SDK expects a builder."""

    def __init__(self, thing):
        self._thing = thing

    def build(self):
        return self._thing


# An active controller that was not active a minute ago, in a cluster that was known then.
_ACTIVE = f"kafka_controller_kafkacontroller_activecontrollercount{{{CLUSTER}}}"
_CONTROLLER_CHANGE = (
    f"({by_broker(_ACTIVE)} == 1"
    f" unless on (kafka_cluster, broker) {by_broker(f'{_ACTIVE} offset 1m')} == 1)"
    f" and on (kafka_cluster) group by (kafka_cluster) ({_ACTIVE} offset 1m)"
)

_BROKER_RESTART = f"time() - {by_broker(f'process_start_time_seconds{{{BROKER}}}')} < 60"

ANNOTATIONS = [
    _Annotation(
        "{{alertname}}",
        "{{severity}} {{kafka_cluster}} {{broker}} {{consumergroup}} {{topic}}",
        name="Firing alerts",
        expr=FIRING,
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


def board(uid: str, title: str, description: str) -> builder.Dashboard:
    """An empty board with the variables, links and annotations that all of them have."""
    result = (
        builder.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([TAG])
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .timezone("browser")
        .time("now-1h", "now")
        .refresh("30s")
        .link(
            builder.DashboardLink("Kafka")
            .type(model.DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .as_dropdown(False)
            .include_vars(True)
            .keep_time(True)
        )
        .with_variable(
            builder.DatasourceVariable("datasource").label("Data Source").type("prometheus")
        )
        .with_variable(_variable("job", "Job", "label_values(streamgauge_build_info, job)"))
        .with_variable(
            _variable(
                "kafka_cluster",
                "Cluster",
                'label_values(streamgauge_cluster_up{job=~"$job"}, kafka_cluster)',
            )
        )
        .with_variable(
            _variable(
                "broker", "Broker", f"label_values(streamgauge_broker_up{{{CLUSTER}}}, broker)"
            )
        )
    )
    for annotation in ANNOTATIONS:
        result.annotation(_Built(annotation))
    return result
