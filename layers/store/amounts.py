"""What does that which stands amount to: how many, how much, and what its number fields add up to, in groups?

As `sums`, without what waits for review, and with the sums of fields. Everything comes from one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from layers import clock
from layers.filters import Filter
from layers.filters.facets import Facet
from layers.kinds import LayerKind, kind_for
from layers.rights import Viewer, sight
from layers.store.derive import on_the_day
from layers.store.engine import among_ids, json_real
from layers.store.filtering import edition, filtered, passing_ids
from layers.store.kept import kept
from layers.store.past import features_then
from layers.store.seen import features_seen, stands
from layers.store.sums import SYMBOL, due_passing, group_of, grouped, plain_group
from layers.store.tables import Feature, Layer


@dataclass(frozen=True)
class Amount:
    """How many, how much on the ellipsoid, and the sums of fields (None: no feature has a value)."""

    count: int = 0
    area_m2: float = 0.0
    length_m: float = 0.0
    fields: dict[str, float | None] = field(default_factory=dict)

    def __add__(self, other: Amount) -> Amount:
        keys = dict.fromkeys((*self.fields, *other.fields))
        fields = {key: _added(self.fields.get(key), other.fields.get(key)) for key in keys}
        return Amount(
            self.count + other.count, self.area_m2 + other.area_m2, self.length_m + other.length_m, fields
        )


class Amounts(NamedTuple):
    """whole: without what lies within others, unless there is nothing else. groups: by stored value."""

    whole: Amount
    groups: dict[str, Amount]


_Part = tuple[str, str, Amount]
"""Symbol class, group, amount."""


def amounts(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    asked: Filter,
    *,
    by: Facet | None = None,
    fields: Sequence[Facet] = (),
) -> Amounts:
    """What stands in a layer and passes. by: told in groups too; fields: numbers that are added up."""
    kind, group = kind_for(layer), by or SYMBOL
    if viewer.at is not None:
        return _told(kind, group, _then(session, viewer, layer, asked, group, fields))
    keys = tuple(each.key for each in fields)
    place = ("amounts", layer.id, asked.text, group.key, keys, sight(viewer))
    return kept(
        session,
        place,
        edition(session, layer, asked),
        lambda: _told(kind, group, _now(session, viewer, layer, asked, group, fields)),
    )


def _now(
    session: Session, viewer: Viewer, layer: Layer, asked: Filter, by: Facet, fields: Sequence[Facet]
) -> Iterable[_Part]:
    settled = or_(Feature.derived_until.is_(None), Feature.derived_until > clock.today())
    there = [Feature.layer_id == layer.id, *features_seen(viewer), stands(), settled]
    groups = [grouped(each).label(name) for each, name in ((SYMBOL, "by_symbol"), (by, "by_group"))]
    sizes = [func.sum(json_real(Feature.derived, key)) for key in ("area_m2", "length_m")]
    added = [func.sum(json_real(_column(each), each.key)) for each in fields]
    counted = (
        select(*groups, func.count(), *sizes, *added)
        .where(*there, *filtered(session, viewer, layer, asked))
        .group_by(*groups)
    )
    for symbol, group, count, area_m2, length_m, *values in session.execute(counted):
        told = {each.key: value for each, value in zip(fields, values, strict=True)}
        yield symbol or "", plain_group(by, group or ""), Amount(count, area_m2 or 0.0, length_m or 0.0, told)
    for properties, derived in due_passing(session, viewer, layer, asked):
        if not derived.get("review"):
            yield _single(by, fields, properties, derived)


def _then(
    session: Session, viewer: Viewer, layer: Layer, asked: Filter, by: Facet, fields: Sequence[Facet]
) -> Iterable[_Part]:
    then, kind, day = features_then(viewer, layer), kind_for(layer), viewer.at or clock.today()
    passing = [among_ids(then.c.id, passing_ids(session, viewer, layer, asked).tolist())] if asked else []
    for row in session.execute(select(then.c.properties, then.c.derived).where(*passing)):
        derived = on_the_day(kind, row.properties, row.derived, day).values
        if not derived.get("review"):
            yield _single(by, fields, row.properties, derived)


def _column(facet: Facet) -> Any:
    return Feature.derived if facet.of == "derived" else Feature.properties


def _single(by: Facet, fields: Sequence[Facet], properties: dict[str, Any], derived: dict[str, Any]) -> _Part:
    sources = {"properties": properties, "derived": derived}
    told = {each.key: _number(sources[each.of].get(each.key)) for each in fields}
    amount = Amount(1, derived.get("area_m2") or 0.0, derived.get("length_m") or 0.0, told)
    return str(derived.get("symbol", "")), group_of(by, sources[by.of].get(by.key)), amount


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _added(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other


def _told(kind: LayerKind, by: Facet, parts: Iterable[_Part]) -> Amounts:
    whole, within = _Sorted(), _Sorted()
    for symbol, group, amount in parts:
        (within if kind.symbol_class(symbol).part else whole).take(group, amount)
    chosen = whole if whole.amount.count else within
    return Amounts(chosen.amount, chosen.groups)


class _Sorted:
    """Parts as they come, added up."""

    def __init__(self) -> None:
        self.amount = Amount()
        self.groups: dict[str, Amount] = {}

    def take(self, group: str, amount: Amount) -> None:
        self.amount += amount
        self.groups[group] = self.groups.get(group, Amount()) + amount
