# SPDX-License-Identifier: Apache-2.0
"""Panels in one style. No panel without a description, no value without a unit: the signatures see to it."""

from grafana_foundation_sdk.builders import common as common_builder
from grafana_foundation_sdk.builders import dashboard as builder
from grafana_foundation_sdk.builders import stat, statetimeline, timeseries
from grafana_foundation_sdk.models import common, prometheus
from grafana_foundation_sdk.models import dashboard as model

from blocks.promql import Query

DATASOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")

GREEN, YELLOW, RED, BLUE, GREY = "green", "yellow", "red", "blue", "text"

# Units of rates: rec/s, evt/s, rows/s.
RECORDS, EVENTS, ROWS = "recps", "eps", "rowsps"

# Colours: of the lowest values, then from each bound on.
NONE_IS_GOOD = (GREEN, (1, RED))
NONE_IS_NORMAL = (GREEN, (1, YELLOW))
IDLE = (RED, (0.1, YELLOW), (0.3, GREEN))


class Built:
    """A finished object where the SDK expects a builder."""

    def __init__(self, thing):
        self._thing = thing

    def build(self):
        return self._thing


class Target(prometheus.Dataquery):
    """A query with the marks of dashboards/check, which Grafana ignores."""

    def __init__(self, query: Query, **fields):
        super().__init__(expr=query.expr, datasource=DATASOURCE, **fields)
        self.needs = query.needs
        self.only = query.only

    def to_json(self):
        marks = {"needs": self.needs, "only": self.only}
        marks = {name: value for name, value in marks.items() if value}
        return super().to_json() | ({"streamgauge": marks} if marks else {})


def add_targets(panel, queries: list[Query], *, as_table: bool, instant: bool):
    for number_, query in enumerate(queries):
        form = prometheus.PromQueryFormat.TABLE if as_table else prometheus.PromQueryFormat.TIME_SERIES
        target = Target(
            query,
            ref_id=chr(ord("A") + number_),
            legend_format="__auto" if as_table or not query.name else query.name,
            format_val=form,
            instant=instant,
            range_val=not instant,
        )
        panel.with_target(Built(target))
    return panel


def described(panel, title: str, description: str, width: int, height: int):
    return panel.title(title).description(description).datasource(DATASOURCE).span(width).height(height)


def steps(base: str, *above: tuple[float, str]) -> builder.ThresholdsConfig:
    return (
        builder.ThresholdsConfig()
        .mode(model.ThresholdsMode.ABSOLUTE)
        .steps([model.Threshold(None, base)] + [model.Threshold(*step) for step in above])
    )


def words(texts: dict[int | str, tuple[str, str]]) -> list[model.ValueMapping]:
    """Texts and colours instead of values."""
    return [
        model.ValueMap(
            {
                str(value): model.ValueMappingResult(text=text, color=color, index=index)
                for index, (value, (text, color)) in enumerate(texts.items())
            }
        )
    ]


# Without it what is not known has the colour of 0, which is good as a rule.
_UNKNOWN = model.SpecialValueMap(
    model.DashboardSpecialValueMapOptions(
        match=model.SpecialValueMatch.NULL_AND_NAN,
        result=model.ValueMappingResult(text="no data", color="dark-blue", index=99),
    )
)


def _in_colors_of_thresholds(panel, colors):
    return panel.thresholds(steps(*colors)).color_scheme(builder.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))


def unless(queries: list[Query]) -> str:
    """What a panel says without data, where all of its queries have data only when something happens."""
    reasons = [query.only for query in queries]
    return f"No data, unless {reasons[0]}" if all(reasons) else ""


# Without values above 0 an axis would end at 100, whatever its unit.
_LEAST_AXIS = {"none": 1, "short": 1, "percentunit": 0.01, "reqps": 0.1, "s": 1, "ms": 10, "Bps": 1000}
_LEAST_AXIS |= dict.fromkeys((RECORDS, EVENTS, ROWS), 0.1)

# Of a number, in pixels: as those of 3 rows are. Without it, higher panels shout.
_VALUE_PX = 44


def number(title, description, queries, *, unit="none", colors, width=3, height=3, mappings=None, decimals=0):
    """Current values, large, on a coloured background."""
    mode = common.BigValueTextMode
    panel = (
        described(stat.Panel(), title, description, width, height)
        .unit(unit)
        .decimals(1 if unit == "s" else decimals)
        .no_value("no data")
        .color_mode(common.BigValueColorMode.BACKGROUND)
        .graph_mode(common.BigValueGraphMode.NONE)
        .text_mode(mode.VALUE_AND_NAME if len(queries) > 1 else mode.AUTO)
        .reduce_options(common_builder.ReduceDataOptions().calcs(["lastNotNull"]))
    )
    if height > 3:
        panel.text(common_builder.VizTextDisplayOptions().value_size(_VALUE_PX))
    _in_colors_of_thresholds(panel, colors)
    panel.mappings([*(mappings or []), _UNKNOWN])
    return add_targets(panel, queries, as_table=False, instant=True)


def _legend(shown: bool = True):
    return (
        common_builder.VizLegendOptions()
        .show_legend(shown)
        .display_mode(common.LegendDisplayMode.LIST)
        .placement(common.LegendPlacement.BOTTOM)
    )


def lines(
    title,
    description,
    queries,
    *,
    unit,
    width=8,
    height=7,
    colors=None,
    maximum=None,
    axis_from=0,
    stacked=False,
    empty="",
):
    """Lines over time. The axis begins at `axis_from`, or lower if the values are lower. `empty`: without data."""
    panel = (
        described(timeseries.Panel(), title, description, width, height)
        .unit(unit)
        .axis_soft_min(axis_from)
        .line_width(1)
        .fill_opacity(25 if stacked else 8)
        .show_points(common.VisibilityMode.NEVER)
        .span_nulls(False)
        .legend(_legend())
        .tooltip(
            common_builder.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
        )
    )
    if note := empty or unless(queries):
        panel.no_value(note)
    if stacked:
        panel.stacking(common_builder.StackingConfig().mode(common.StackingMode.NORMAL))
    if maximum is not None:
        panel.max(maximum)
    elif unit in _LEAST_AXIS:
        panel.axis_soft_max(_LEAST_AXIS[unit])
    if colors:
        panel.thresholds(steps(*colors)).thresholds_style(
            common_builder.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
        )
    return add_targets(panel, queries, as_table=False, instant=False)


def states(title, description, queries, *, mappings, width=12, height=7):
    """A coloured bar for each series, by what its value means. Colours are those of `mappings`."""
    panel = (
        described(statetimeline.Panel(), title, description, width, height)
        .unit("none")
        .mappings(mappings)
        .merge_values(True)
        .show_value(common.VisibilityMode.AUTO)
        .row_height(0.85)
        .fill_opacity(75)
        .line_width(0)
        .legend(_legend(False))
    )
    _in_colors_of_thresholds(panel, (GREY,))
    if note := unless(queries):
        panel.no_value(note)
    return add_targets(panel, queries, as_table=False, instant=False)
