"""By what can a layer be filtered, what passes, and what does it amount to? /api/layers/<key>/filter, …/totals."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from layers.errors import InvalidValue
from layers.filters import LONGEST, Facet, Filter, expression, facets_of, questions_of
from layers.filters.address import escaped
from layers.filters.expression import among
from layers.filters.operators import operators_for
from layers.kinds import LayerKind, kind_for
from layers.measure import rounded_km, rounded_mu
from layers.rights import Viewer
from layers.store import query
from layers.store.query import Layer, Totals, TownTotal
from layers.store.seen import require_insider
from webmap import asked, net_area_work
from webmap.answers import answer
from webmap.body import read_json, text_of
from webmap.database import current, viewer

blueprint = Blueprint("filtering", __name__, url_prefix="/api/layers/<key>")

MOST_GROUPS: Final = 8
MOST_IDS: Final = 20_000
"""More ids than this go to the map as a filter of the tiles, not as an expression."""


@blueprint.get("/facets")
def facets(key: str) -> Response:
    """Everything the filter builder needs to know of a layer."""
    who = asked.as_of(viewer())
    layer = query.layer_named(current(), who, key)
    kind = kind_for(layer)
    there = facets_of(kind, who, layer.unit)
    titles = query.titles_seen(current(), who)
    body = {
        "layer": layer.key,
        "title": layer.title,
        "word": kind.measure_word,
        "facets": [_facet(each, kind) for each in there.values()],
        "questions": [{"title": each.title, "filter": each.filter} for each in questions_of(kind, there)],
        "layers": [{"value": key, "label": title} for key, title in titles.items() if key != layer.key],
    }
    return answer(body)


@blueprint.get("/filter")
def compiled(key: str) -> Response:
    """What a filter says, how many pass, and how the map asks for it."""
    who = asked.as_of(viewer())
    layer = query.layer_named(current(), who, key)
    where = asked.where(current(), who, layer)
    body = {
        "layer": layer.key,
        "word": kind_for(layer).measure_word,
        "filter": where.text,
        "sentence": where.sentence(layer.title),
        "conditions": [
            {"key": each.facet.key, "text": each.text, "phrase": each.phrase, "rest": where.without(at).text}
            for at, each in enumerate(where.conditions)
        ],
        "count": query.count_features(current(), who, layer, where=where),
        "map": _for_the_map(current(), who, layer, where) if where else None,
    }
    return answer(body)


@blueprint.get("/totals")
def totals(key: str) -> Response:
    """How many and how much passes; `by=` up to eight facets tells it in groups."""
    who = asked.as_of(viewer())
    layer = query.layer_named(current(), who, key)
    where = asked.where(current(), who, layer)
    by = _groups(facets_of(kind_for(layer), who, layer.unit), kind_for(layer))
    found = query.sums(current(), who, layer, where, by)
    body = {
        "layer": layer.key,
        "filter": where.text,
        "sentence": where.sentence(layer.title),
        **_amount(found.whole),
        "parts": _amount(found.parts) if found.parts.count else None,
        "groups": {each.key: _told(each, found.groups[each.key]) for each in by},
    }
    return answer(body)


@blueprint.get("/net")
def net(key: str) -> Response:
    """The area of what passes with overlaps counted once, as far as it is known."""
    who = asked.as_of(viewer())
    layer = query.layer_named(current(), who, key)
    return answer(net_area_work.told(current(), who, layer, asked.where(current(), who, layer)))


@blueprint.post("/net")
def ask_net(key: str) -> Response:
    """Have it computed: the answer comes to GET."""
    layer = query.layer_named(current(), viewer(), key)
    require_insider(viewer())
    where = query.read_filter(current(), viewer(), layer, text_of(read_json(), "f", LONGEST) or "")
    net_area_work.ask(current(), viewer(), layer, where)
    current().commit()
    return jsonify(ok=True)


# --- what the builder is told ----------------------------------------------------------------------------


def _facet(facet: Facet, kind: LayerKind) -> dict[str, Any]:
    return {
        "key": facet.key,
        "title": facet.title,
        "sort": facet.sort,
        "unit": facet.field.unit,
        "common": facet.common,
        "choices": [{"value": value, "label": label} for value, label in facet.choices.items()],
        "grouped": facet.grouped,
        "operators": [
            {"key": each.key, "word": each.word, "values": each.values} for each in operators_for(facet)
        ],
    }


def _groups(there: dict[str, Facet], kind: LayerKind) -> list[Facet]:
    keys = [key for key in request.args.get("by", "").split(",") if key]
    if len(keys) > MOST_GROUPS:
        raise InvalidValue(f"网址参数 by 收到 {len(keys)} 个字段，最多 {MOST_GROUPS} 个。请减少字段后重试。")
    for key in keys:
        if key not in there or not there[key].grouped:
            known = "、".join(each.key for each in there.values() if each.grouped)
            raise InvalidValue(f"不能按“{key[:60]}”分组：{kind.title}可以分组的有 {known}。请换一个字段。")
    return [there[key] for key in dict.fromkeys(keys)]


def _told(facet: Facet, groups: dict[str, Totals]) -> list[dict[str, Any]]:
    """Codes in the order of their declaration, years in theirs, words by how many there are."""
    declared = {value: place for place, value in enumerate(facet.choices)}

    def place(value: str) -> tuple[Any, ...]:
        if declared:
            return not value, declared.get(value, len(declared)), value
        if facet.sort == "day" or facet.is_year:
            return not value, value
        return not value, -groups[value].count, value

    return [
        {
            "value": value,
            "label": _label(facet, value),
            "filter": _narrowed(facet, value),
            **_amount(groups[value]),
        }
        for value in sorted(groups, key=place)
    ]


def _label(facet: Facet, value: str) -> str:
    if not value:
        return "未填写"
    return f"{value}年" if facet.sort == "day" else facet.choices.get(value, value)


def _narrowed(facet: Facet, value: str) -> str:
    """The condition that leaves this group only."""
    if not value:
        return f"{facet.key}.empty"
    operator = {"day": "year", "number": "is"}.get(facet.sort, "any")
    return f"{facet.key}.{operator}.{escaped(value)}"


# --- what the map is told ----------------------------------------------------------------------------------


def _for_the_map(session: Session, who: Viewer, layer: Layer, where: Filter) -> dict[str, Any]:
    """expression: of the style; tiles: the filter, where the tiles themselves must be filtered; sums: donuts from afar."""
    crowded = query.is_crowded(session, who, layer)
    told: dict[str, Any] = {"expression": expression(where), "tiles": None, "sums": None}
    if told["expression"] is None:
        ids = query.passing_ids(session, who, layer, where)
        told |= (
            {"expression": among(ids.tolist())}
            if len(ids) <= MOST_IDS
            else {"expression": None, "tiles": where.text}
        )
    if crowded:
        told["sums"] = [_sum(each) for each in query.town_sums(session, who, layer, where)]
    return told


def _sum(total: TownTotal) -> dict[str, Any]:
    """As the tiles of an overview tell it."""
    west, south, east, north = total.bounds
    return {
        "lon": total.lon,
        "lat": total.lat,
        "properties": {
            "symbol": total.symbol,
            "town": total.town,
            "area_mu": rounded_mu(total.area_m2),
            "length_km": rounded_km(total.length_m),
            "count": total.number,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
        },
    }


def _amount(totals: Totals) -> dict[str, Any]:
    return {
        "count": totals.count,
        "area_mu": rounded_mu(totals.area_m2),
        "length_km": rounded_km(totals.length_m),
    }
