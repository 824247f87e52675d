# SPDX-License-Identifier: Apache-2.0
"""Tables: a row for each set of labels, a column for each query."""

from dataclasses import dataclass

from grafana_foundation_sdk.builders import common as common_builder
from grafana_foundation_sdk.builders import table as table_builder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model

from blocks.panels import BLUE, GREEN, GREY, RECORDS, YELLOW, add_targets, described, steps, unless
from blocks.promql import Query
from blocks.textwidth import text_width

# Beside the text of a column's head: padding and the arrow of the order.
_HEAD_PX = 36
_LEAST_PX = 74
# Of units with long texts: 33.5 mins, -19.3 rec/s.
_LEAST_PX_OF = {"s": 92, RECORDS: 96}


# Text is thin: yellow on white cannot be read, and green only just. Blue is for links.
_TEXT_COLORS = {YELLOW: "dark-orange", GREEN: "semi-dark-green", BLUE: GREY}


@dataclass(frozen=True)
class Key:
    """A column of a label's values. `url` is where its cells link to; without `width` it shares what is left."""

    label: str
    title: str
    width: int | None = None
    url: str = ""
    link_title: str = ""


@dataclass(frozen=True)
class Column:
    """A column of one query's values; `hidden` where only its labels are of interest."""

    title: str
    expr: str
    unit: str = "none"
    colors: tuple | None = None
    mappings: list | None = None
    decimals: int | None = None
    width: int | None = None
    needs: str = ""
    only: str = ""
    hidden: bool = False


def head_width(title: str) -> int:
    """The least width of a column that shows its title."""
    return max(_LEAST_PX, round(text_width(title) + _HEAD_PX))


def text_color(color: str) -> str:
    return _TEXT_COLORS.get(color, color)


def _steps_of_text(base: str, *above: tuple[float, str]):
    return steps(text_color(base), *((value, text_color(color)) for value, color in above))


def _words_of_text(mappings: list[model.ValueMap]) -> list[model.ValueMap]:
    return [
        model.ValueMap(
            {
                value: model.ValueMappingResult(text=said.text, color=text_color(said.color), index=said.index)
                for value, said in one.options.items()
            }
        )
        for one in mappings
    ]


def _of_column(column: Column, note: str) -> list[model.DynamicConfigValue]:
    values = {
        "noValue": "" if note else None,  # of the whole table, not of a cell
        "displayName": column.title,
        "unit": column.unit,
        "decimals": column.decimals,
        "mappings": _words_of_text(column.mappings) if column.mappings else None,
        "custom.width": column.width or max(head_width(column.title), _LEAST_PX_OF.get(column.unit, 0)),
    }
    if column.colors or column.mappings:
        values["custom.cellOptions"] = {"type": "color-text"}
    if column.colors:
        values["thresholds"] = _steps_of_text(*column.colors).build()
    return [model.DynamicConfigValue(k, v) for k, v in values.items() if v is not None]


def _of_key(key: Key) -> list[model.DynamicConfigValue]:
    values = []
    if key.width:
        values.append(model.DynamicConfigValue("custom.width", key.width))
    if key.url:
        title = key.link_title or f"The board of this {key.title.lower()}"
        values.append(model.DynamicConfigValue("links", [{"title": title, "url": key.url}]))
    return values


def table(
    title,
    description,
    columns: list[Column],
    *,
    keys: list[Key],
    sort,
    descending=True,
    width=24,
    height=8,
    empty="",
):
    """`keys` come first; `sort` is the title of the column to sort by; `empty` is shown instead of no rows."""
    fields = [f"Value #{chr(ord('A') + number)}" for number in range(len(columns))]
    if len(columns) == 1:
        fields = ["Value"]
    names = [key.label for key in keys] + fields
    hidden = {field: True for field, column in zip(fields, columns) if column.hidden}
    organized = {
        "excludeByName": {"Time": True} | hidden,
        "indexByName": {name: index for index, name in enumerate(names)},
        "renameByName": {key.label: key.title for key in keys},
    }
    panel = (
        described(table_builder.Panel(), title, description, width, height)
        .cell_height(common.TableCellHeight.SM)
        .min_width(110)
        .with_transformation(model.DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(model.DataTransformerConfig(id_val="organize", options=organized))
        .sort_by([common_builder.TableSortByFieldState().display_name(sort).desc(descending)])
    )
    queries = [Query(column.expr, "", column.needs, column.only) for column in columns]
    if note := empty or unless(queries):
        panel.no_value(note)
    for name, column in zip(fields, columns):
        panel.override_by_name(name, _of_column(column, note))
    for key in keys:
        if values := _of_key(key):
            panel.override_by_name(key.title, values)
    return add_targets(panel, queries, as_table=True, instant=True)
