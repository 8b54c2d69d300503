"""What does the question of a figure, or of its bars, amount to today, for this viewer?

What cannot be answered is said in a sentence (a layer that is gone or may not be seen, a field that was retired),
and never counted as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from layers.briefing.measures import MANY_LAYERS, MEASURES, said
from layers.errors import InvalidValue, MapError
from layers.filters import Facet, Filter, facets_of
from layers.kinds import LayerKind, kind_for
from layers.measure import half_up, rounded_km, rounded_mu
from layers.rights import Viewer
from layers.store import query
from layers.store.amounts import Amount, amounts

NO_VALUE: Final = "资料不足：所选对象都没有填写“{}”。"
NOT_FILLED: Final = "未填写"
MOST_BARS: Final = 5
GROUPED: Final = ("choice", "flag", "day", "text")


@dataclass(frozen=True)
class Part:
    """One layer of a question, with what passes in it. data_date, sample: of the layer."""

    layer: query.Layer
    kind: LayerKind
    where: Filter
    facets: Mapping[str, Facet]


@dataclass(frozen=True)
class Answer:
    """The value of a figure. value: None where it cannot be told, and `missing` says why."""

    value: float | None
    unit: str
    missing: str = ""

    def told(self) -> dict[str, Any]:
        """As JSON, with the words of the screen."""
        if self.value is None:
            return {"value": None, "text": "—", "unit": "", "missing": self.missing}
        text, unit = said(self.value, self.unit)
        return {"value": float(half_up(self.value, 3)), "text": text, "unit": unit, "missing": ""}


def parts_of(session: Session, viewer: Viewer, asked: Mapping[str, Any]) -> list[Part]:
    """The layers of a question as this viewer sees them; raises UnknownThing, InvalidFilter."""
    found = []
    for layer in query.layers_named(session, viewer, asked["layers"]):
        kind = kind_for(layer)
        where = query.read_filter(session, viewer, layer, asked["filter"])
        found.append(Part(layer, kind, where, facets_of(kind, viewer, layer.unit)))
    return found


def figure(session: Session, viewer: Viewer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A figure with its label, what it is about, when and where its data are from."""
    try:
        parts = parts_of(session, viewer, asked)
        answer = _answer(session, viewer, parts, asked)
        others = _others(session, viewer, parts, asked)
    except MapError as refusal:
        answer, others, parts = Answer(None, "", refusal.message), {}, []
    return {
        "label": asked["label"],
        "measure": asked["measure"],
        **answer.told(),
        "others": others,
        "sentence": "；".join(each.where.sentence(each.layer.title) for each in parts),
        **origin(parts, viewer),
    }


def bars(session: Session, viewer: Viewer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The longest bars of a question, with the share that each has of the whole."""
    told: dict[str, Any] = {"title": asked["title"], "by": asked["by"], "rows": [], "unit": "", "missing": ""}
    try:
        parts = parts_of(session, viewer, asked)
        rows, unit = _rows(session, viewer, parts, asked)
    except MapError as refusal:
        return {**told, "missing": refusal.message, **origin([], viewer)}
    whole = sum(value for _, value in rows)
    told["unit"] = unit
    told["rows"] = [_bar(label, value, unit, whole) for label, value in rows[:MOST_BARS]]
    return {**told, "more": max(0, len(rows) - MOST_BARS), **origin(parts, viewer)}


def origin(parts: Sequence[Part], viewer: Viewer) -> dict[str, Any]:
    """Whose data these are, of which day (the oldest), and whether they are invented."""
    dates = [day for part in parts if (day := _date(part.layer, viewer.at))]
    return {
        "layers": [part.layer.key for part in parts],
        "units": list(dict.fromkeys(part.layer.unit for part in parts)),
        "date": min(dates).isoformat() if dates else None,
        "sample": any(part.layer.sample for part in parts),
    }


def _date(layer: query.Layer, at: date | None) -> date | None:
    return at if at is not None else layer.data_date


def _bar(label: str, value: float, unit: str, whole: float) -> dict[str, Any]:
    text, shown = said(value, unit)
    share = float(half_up(100 * value / whole, 0)) if whole else 0.0
    return {"label": label, "value": float(half_up(value, 3)), "text": text, "unit": shown, "share": share}


def _answer(session: Session, viewer: Viewer, parts: Sequence[Part], asked: Mapping[str, Any]) -> Answer:
    fields = [_fields(part, asked) for part in parts]
    whole = Amount()
    for part, wanted in zip(parts, fields, strict=True):
        whole += amounts(session, viewer, part.layer, part.where, fields=wanted).whole
    unit = unit_of(parts, fields, asked)
    if asked["measure"] == "share":
        of = Amount()
        for part in parts:
            of += amounts(session, viewer, part.layer, query.Nothing).whole
        value = 100 * whole.count / of.count if of.count else None
        return Answer(value, unit, "" if value is not None else "所选图层里还没有对象，无法计算比例。")
    value = _measured(whole, asked)
    missing = "" if value is not None else NO_VALUE.format(_missing_field(fields, whole, asked))
    return Answer(value, unit, missing)


def _others(
    session: Session, viewer: Viewer, parts: Sequence[Part], asked: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The same question measured otherwise, for the slots of a headline."""
    whole = Amount()
    for part in parts:
        whole += amounts(session, viewer, part.layer, part.where, fields=_fields(part, asked)).whole
    told = {}
    for measure in ("count", "area_mu", "length_km"):
        other = {"measure": measure}
        unit = unit_of(parts, [()] * len(parts), other)
        told[measure] = Answer(_measured(whole, other), unit).told()
    return told


def _rows(
    session: Session, viewer: Viewer, parts: Sequence[Part], asked: Mapping[str, Any]
) -> tuple[list[tuple[str, float]], str]:
    """Label and value of every group, the largest first; those without a value of the field by which they are told last."""
    if asked["measure"] == "share":
        raise InvalidValue("条形图不能按“占全部的比例”来算，它自己会显示各组所占的比例。请换一种算法。")
    fields = [_fields(part, asked) for part in parts]
    groups: dict[str, Amount] = {}
    for part, wanted in zip(parts, fields, strict=True):
        by = _grouping(part, asked["by"])
        found = amounts(session, viewer, part.layer, part.where, by=by, fields=wanted).groups
        for value, amount in found.items():
            label = _label(by, value)
            groups[label] = groups.get(label, Amount()) + amount
    measured = [(label, _measured(amount, asked)) for label, amount in groups.items()]
    told = [(label, value) for label, value in measured if value]
    told.sort(key=lambda pair: (pair[0] == NOT_FILLED, -pair[1], pair[0]))
    return told, unit_of(parts, fields, asked)


def _grouping(part: Part, key: str) -> Facet:
    facet = part.facets.get(key)
    if facet is None or facet.sort not in GROUPED:
        raise InvalidValue(
            f"不能按“{key[:40]}”分组：{part.kind.title}没有这个字段、它已停用，或者您无权查看。请换一个字段。"
        )
    return facet


def _label(facet: Facet, value: str) -> str:
    if not value:
        return NOT_FILLED
    return f"{value}年" if facet.sort == "day" else facet.choices.get(value, value)


def _fields(part: Part, asked: Mapping[str, Any]) -> tuple[Facet, ...]:
    """The number fields that a question adds up."""
    return tuple(_number_field(part, asked[name]) for name in MEASURES[asked["measure"]].fields)


def _number_field(part: Part, key: str) -> Facet:
    facet = part.facets.get(key)
    if facet is None or facet.sort != "number":
        raise InvalidValue(
            f"不能合计“{key[:40]}”：{part.kind.title}没有这个数字字段、它已停用，或者您无权查看。请换一个字段。"
        )
    return facet


def _measured(amount: Amount, asked: Mapping[str, Any]) -> float | None:
    """In the unit of the measure; None where no feature has a value."""
    measure = asked["measure"]
    if measure == "count":
        return amount.count
    if measure == "area_mu":
        return rounded_mu(amount.area_m2)
    if measure == "length_km":
        return rounded_km(amount.length_m)
    value = amount.fields.get(asked["field"])
    if measure == "sum" or value is None:
        return value if amount.count else 0.0
    of = amount.fields.get(asked["of"])
    return 100 * value / of if of else None


def _missing_field(fields: Sequence[Sequence[Facet]], whole: Amount, asked: Mapping[str, Any]) -> str:
    titles = {facet.key: facet.title for each in fields for facet in each}
    empty = [title for key, title in titles.items() if not whole.fields.get(key)]
    return "、".join(empty or titles.values())


def unit_of(parts: Sequence[Part], fields: Sequence[Sequence[Facet]], asked: Mapping[str, Any]) -> str:
    """亩, 公里, %, the unit of the field, or the word with which things of these layers are counted."""
    measure = asked["measure"]
    if MEASURES[measure].unit:
        return MEASURES[measure].unit
    if measure == "sum":
        return next((facet.field.unit or "" for each in fields for facet in each[:1]), "")
    words = {part.kind.measure_word for part in parts}
    return words.pop() if len(words) == 1 else MANY_LAYERS
