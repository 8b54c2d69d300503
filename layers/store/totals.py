"""Which layers are there, and what do they amount to today?"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.kinds import kind_for
from layers.rights import Viewer
from layers.store.counted import counted
from layers.store.seen import day_end, layers_seen
from layers.store.tables import Layer
from layers.store.town_total import TownTotal


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
    return [_summary(layer, _added(counted(session, viewer, layer))) for layer in found]


def layer_rows(session: Session, viewer: Viewer) -> list[Layer]:
    """The same layers without what they amount to, which takes a second to count where one is very large."""
    return list(session.scalars(_layers_there(viewer)))


def bounds_of_kind(session: Session, viewer: Viewer, kind: str) -> Bounds | None:
    """The box of all layers of one kind; None while there is nothing in them."""
    found = session.scalars(select(Layer).where(Layer.kind == kind, *layers_seen(viewer)))
    boxes = [box for layer in found if (box := _added(counted(session, viewer, layer)).bounds)]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _layers_there(viewer: Viewer) -> Select[Layer]:
    there = [] if viewer.at is None else [Layer.created_at < day_end(viewer.at)]
    return select(Layer).where(*layers_seen(viewer), *there).order_by(Layer.order, Layer.id)


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


def _added(parts: Iterable[TownTotal]) -> _LayerTotals:
    classes: dict[str, Totals] = {}
    boxes = []
    for part in parts:
        totals = Totals(part.number, part.area_m2, part.length_m)
        classes[part.symbol] = classes.get(part.symbol, NOTHING) + totals
        boxes.append(part.bounds)
    if not boxes:
        return _LayerTotals(classes, None)
    west, south, east, north = zip(*boxes, strict=True)
    return _LayerTotals(classes, (min(west), min(south), max(east), max(north)))
