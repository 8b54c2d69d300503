"""The ledger under the map: any page of the rows of a layer with what they add up to, and all of them as a workbook."""

from __future__ import annotations

import json
from typing import Any, Final

import shapely
from flask import Blueprint, Response, request

from layers import clock
from layers.errors import InvalidValue
from layers.export import refuse_export
from layers.kinds import kind_for
from layers.listing import Column, columns, words
from layers.measure import half_up, rounded_km, rounded_mu
from layers.rights import Viewer
from layers.store import ledger, query
from layers.store.chosen import Part as Chosen
from layers.store.chosen import chosen_features
from layers.store.ledger import Part, Sums
from layers.store.query import FoundFeature, Layer
from webmap import asked
from webmap.accounts import note, note_sensitive
from webmap.answers import answer, to_save
from webmap.database import current, the_database, viewer
from webmap.outputs import ledger_sheet

blueprint = Blueprint("ledger", __name__)

ROWS: Final = 100
MOST_AT_ONCE: Final = 1000
MOST_SHAPES: Final = 200
MOST_OFFSET: Final = 10_000_000
MOST_IN_A_SHEET: Final = 5000


@blueprint.get("/api/layers/<key>/rows")
def rows(key: str) -> Response:
    """A page of rows in words, without shapes; `bbox`, `f`, `sort`, `desc` as for features, `totals=1` adds up all rows."""
    who = asked.as_of(viewer())
    layer = query.layer_named(current(), who, key)
    shown = columns(kind_for(layer), who)
    part = _part(who, layer, shown)
    offset = asked.whole("offset", 0, 0, MOST_OFFSET)
    limit = asked.whole("limit", ROWS, 1, MOST_AT_ONCE)
    found = ledger.page(current(), who, layer, part, offset=offset, limit=limit)
    note_sensitive(found)
    body = {
        "count": ledger.count(current(), who, layer, part),
        "columns": [
            {"key": each.key, "title": each.title, "unit": each.unit, "numeric": each.numeric}
            for each in shown
        ],
        "rows": [_row(each, shown) for each in found],
    }
    if asked.flag("totals"):
        body["totals"] = _totals(who, layer, part, shown)
    return answer(body)


@blueprint.get("/api/layers/<key>/rows/<uid>")
def place(key: str, uid: str) -> Response:
    """How many rows stand before this one, `at`, among those and in the order that rows are asked for; null: it is none."""
    who = asked.as_of(viewer())
    layer = query.layer_named(current(), who, key)
    part = _part(who, layer, columns(kind_for(layer), who))
    return answer({"at": ledger.place_of(current(), who, layer, part, uid)})


@blueprint.get("/api/layers/<key>/shapes")
def shapes(key: str) -> Response:
    """Where some features of the layer lie: `uids`, with commas."""
    who = viewer()
    layer = query.layer_named(current(), who, key)
    uids = tuple(each for each in request.args.get("uids", "").split(",") if each)
    if not 0 < len(uids) <= MOST_SHAPES:
        raise InvalidValue(f"网址参数 uids 收到 {len(uids)} 个编号，应为 1 到 {MOST_SHAPES} 个。")
    found = chosen_features(current(), who, layer, Chosen(uids=uids))
    told = [{"id": each.uid, "geometry": json.loads(shapely.to_geojson(each.shape))} for each in found]
    return answer({"shapes": told})


@blueprint.get("/table/<key>.xlsx")
def workbook(key: str) -> Response:
    """What is seen, exactly: `cols` in their order, rows by `f`, `bbox`, `sort` and `desc`."""
    who = asked.as_of(viewer())
    layer = query.layer_named(current(), who, key)
    town = refuse_export(the_database(), who, key)
    every = columns(kind_for(layer), who)
    shown, part = asked.chosen(every), _part(who, layer, every)
    number = ledger.count(current(), who, layer, part)
    if number > MOST_IN_A_SHEET:
        raise InvalidValue(
            f"共 {number:,} 行，一次最多按所见导出 {MOST_IN_A_SHEET:,} 行。请缩小范围或加筛选条件，或用“导出”。"
        )
    found = ledger.page(current(), who, layer, part, offset=0, limit=MOST_IN_A_SHEET)
    found = [each for each in found if town in (None, each.derived.get("town"))]
    note_sensitive(found)
    said = _said(layer, part, shown, len(found), town)
    totals = _totals(who, layer, part, every) if town is None else None
    sample = layer.sample or any(each.properties.get("is_sample") for each in found)
    title = f"{layer.title}{'（示例）' if sample else ''}"
    last = _last(shown, totals)
    cells = [_cells(each, shown) for each in found]
    content = ledger_sheet.workbook(title, said, clock.today(), shown, cells, last)
    note("export", f"{layer.title} 所见表格 {len(found)} 行")
    return to_save(content, f"{title}-表格-{clock.today():%Y%m%d}.xlsx", ledger_sheet.XLSX)


def _part(who: Viewer, layer: Layer, shown: tuple[Column, ...]) -> Part:
    order, descending = asked.order(shown)
    return Part(asked.bounds(), asked.where(current(), who, layer), order, descending)


def _row(feature: FoundFeature, shown: tuple[Column, ...]) -> dict[str, Any]:
    return {
        "id": feature.uid,
        "version": feature.version,
        "bounds": list(feature.bounds),
        "words": words(shown, feature.properties, feature.derived),
    }


def _totals(who: Viewer, layer: Layer, part: Part, shown: tuple[Column, ...]) -> dict[str, Any] | None:
    """How many stand, and the sums by column, in words; None where nothing is added up."""
    added = [each for each in shown if each.adds_up]
    keys = [each.key for each in added if each.of == "properties"]
    sums = ledger.sums(current(), who, layer, part, keys)
    if sums is None:
        return None
    numbers = {each.key: value for each in added if (value := _sum(sums, each)) is not None}
    return {
        "count": sums.count,
        "words": {each.key: each.show(numbers[each.key]) for each in added if each.key in numbers},
        "values": numbers,
    }


def _sum(sums: Sums, column: Column) -> float | None:
    if column.key == "area_mu":
        return rounded_mu(sums.area_m2) if sums.area_m2 else None
    if column.key == "length_km":
        return rounded_km(sums.length_m) if sums.length_m else None
    value = sums.values.get(column.key)
    # Adding up binary fractions leaves dust behind the last digit that somebody wrote.
    return None if value is None else float(half_up(value, 4))


def _last(shown: list[Column], totals: dict[str, Any] | None) -> list[str | float | None]:
    if totals is None:
        return []
    cells: list[str | float | None] = [totals["values"].get(each.key) for each in shown]
    cells[0] = f"{ledger_sheet.TOTAL}（{totals['count']:,}）" if cells[0] is None else cells[0]
    return cells


def _cells(feature: FoundFeature, shown: list[Column]) -> list[str | float | None]:
    """Numbers as they are stored, everything else in words."""
    sources = {"properties": feature.properties, "derived": feature.derived}
    said = words(shown, feature.properties, feature.derived)
    return [
        _number(sources[each.of].get(each.key)) if each.numeric else said[each.key] or None for each in shown
    ]


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _said(layer: Layer, part: Part, shown: list[Column], number: int, town: str | None) -> str:
    """Which rows these are, in words."""
    ordered = next((each.title for each in shown if each.key == part.order), "")
    parts = [
        part.where.sentence(layer.title) if part.where else "",
        "当前视图范围内" if part.bounds else "",
        f"只含{town}" if town else "",
        f"共 {number:,} 行",
        f"按{ordered}{'降序' if part.descending else '升序'}" if ordered else "",
    ]
    return "，".join(each for each in parts if each)
