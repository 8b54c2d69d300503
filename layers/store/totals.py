"""Which layers are there, and what do they amount to today?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import Bounds
from layers.kinds import kind_for
from layers.rights import Viewer, sight
from layers.store.derive import on_the_day
from layers.store.engine import json_number, json_text
from layers.store.past import values_then
from layers.store.seen import day_end, features_seen, layers_seen, stands
from layers.store.tables import Feature, Layer


@dataclass(frozen=True)
class Totals:
    """How many, and how much on the ellipsoid."""

    count: int
    area_m2: float
    length_m: float

    def __add__(self, other: Totals) -> Totals:
        return Totals(self.count + other.count, self.area_m2 + other.area_m2, self.length_m + other.length_m)


NOTHING = Totals(0, 0.0, 0.0)


@dataclass(frozen=True)
class LayerSummary:
    """A layer with its totals. classes: totals by symbol class, only of those that occur.

    What lies within others (a phase in its zone) is in `classes` and not in the totals; what waits for review is
    in neither: it does not stand yet, and `review.waiting` counts it.
    """

    id: int
    key: str
    title: str
    kind: str
    group: str
    order: int
    unit: str
    visibility: str
    version: int
    data_date: date | None
    sample: bool
    count: int
    area_m2: float
    length_m: float
    bounds: Bounds | None
    classes: dict[str, Totals]
    own_fields: dict[str, Any] | None = None
    color_by: str = ""


def layers(session: Session, viewer: Viewer) -> list[LayerSummary]:
    """All layers in the order of the legend, with what they amount to today."""
    found = session.scalars(_layers_there(viewer))
    return [_summary(layer, _layer_totals(session, viewer, layer)) for layer in found]


def layer_rows(session: Session, viewer: Viewer) -> list[Layer]:
    """The same layers without what they amount to, which takes a second to count where one is very large."""
    return list(session.scalars(_layers_there(viewer)))


def bounds_of_kind(session: Session, viewer: Viewer, kind: str) -> Bounds | None:
    """The box of all layers of one kind; None while there is nothing in them."""
    found = session.scalars(select(Layer).where(Layer.kind == kind, *layers_seen(viewer)))
    boxes = [box for layer in found if (box := _layer_totals(session, viewer, layer).bounds)]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _layers_there(viewer: Viewer) -> Select[Layer]:
    there = [] if viewer.at is None else [Layer.created_at < day_end(viewer.at)]
    return select(Layer).where(*layers_seen(viewer), *there).order_by(Layer.order, Layer.id)


_Part = tuple[str, Totals, Sequence[float]]


class _LayerTotals(NamedTuple):
    classes: dict[str, Totals]
    bounds: Bounds | None


def _summary(layer: Layer, totals: _LayerTotals) -> LayerSummary:
    kind = kind_for(layer)
    whole = [each for key, each in totals.classes.items() if not kind.symbol_class(key).part]
    return LayerSummary(
        id=layer.id,
        key=layer.key,
        title=layer.title,
        kind=layer.kind,
        group=layer.group,
        order=layer.order,
        unit=layer.unit,
        visibility=layer.visibility,
        version=layer.version,
        data_date=layer.data_date,
        sample=layer.sample,
        count=sum(each.count for each in whole),
        area_m2=math.fsum(each.area_m2 for each in whole),
        length_m=math.fsum(each.length_m for each in whole),
        bounds=totals.bounds,
        classes=totals.classes,
        own_fields=layer.own_fields,
        color_by=layer.color_by,
    )


def _layer_totals(session: Session, viewer: Viewer, layer: Layer) -> _LayerTotals:
    """Kept in memory until the layer or the day changes; a writing session keeps nothing, it may roll back.

    Nor are past days kept, of which there are many.
    """
    if viewer.at is not None:
        return _count(session, viewer, layer)
    kept: dict[Any, Any] = session.info.get("totals", {})
    edition, place = (layer.version, clock.today()), (layer.id, sight(viewer))
    if kept.get(place, (None, None))[0] != edition:
        kept[place] = (edition, _count(session, viewer, layer))
    totals: _LayerTotals = kept[place][1]
    return totals


def _count(session: Session, viewer: Viewer, layer: Layer) -> _LayerTotals:
    if viewer.at is not None:
        return _added(map(_single, values_then(session, viewer, layer, kind_for(layer))))
    today = clock.today()
    of_layer = [Feature.layer_id == layer.id, *features_seen(viewer), stands()]
    symbol = json_text(Feature.derived, "symbol").label("symbol")
    west, south, east, north = (json_number(Feature.derived, "bounds", side) for side in range(4))
    box = [func.min(west), func.min(south), func.max(east), func.max(north)]
    sizes = [func.sum(json_number(Feature.derived, key)) for key in ("area_m2", "length_m")]
    due = session.execute(
        select(Feature.properties, Feature.derived).where(*of_layer, Feature.derived_until <= today)
    )
    counted = session.execute(
        select(symbol, func.count(), *sizes, *box)
        .where(*of_layer, or_(Feature.derived_until.is_(None), Feature.derived_until > today))
        .group_by(symbol)
    )
    kind = kind_for(layer)
    parts: list[_Part] = [(row[0], Totals(row[1], row[2] or 0.0, row[3] or 0.0), row[4:]) for row in counted]
    parts += [_single(on_the_day(kind, row.properties, row.derived, today).values) for row in due]
    return _added(parts)


def _single(derived: dict[str, Any]) -> _Part:
    totals = Totals(1, derived.get("area_m2", 0.0), derived.get("length_m", 0.0))
    return derived["symbol"], totals, derived["bounds"]


def _added(parts: Iterable[_Part]) -> _LayerTotals:
    classes: dict[str, Totals] = {}
    boxes = []
    for symbol, totals, box in parts:
        classes[symbol] = classes.get(symbol, NOTHING) + totals
        boxes.append(box)
    if not boxes:
        return _LayerTotals(classes, None)
    west, south, east, north = zip(*boxes, strict=True)
    return _LayerTotals(classes, (min(west), min(south), max(east), max(north)))
