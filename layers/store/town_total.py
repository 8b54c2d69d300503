"""What do the features of one class in one town amount to, and how are such figures added and taken away?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, func, select

from layers.crs import Bounds
from layers.store.engine import json_number, json_text
from layers.store.tables import Feature

NO_TOWN: Final = "乡镇以外"
_SIZES: Final = ("area_m2", "length_m")
_SIZE_DIGITS: Final = 2
"""Sizes are kept with so many digits: sums that are rounded to them are exact, however often they were changed."""


class TownTotal(NamedTuple):
    """One symbol class of one town. number: of its features; lon, lat: their middle."""

    symbol: str
    town: str
    number: int
    area_m2: float
    length_m: float
    lon: float
    lat: float
    bounds: Bounds


def by_town() -> Select[*tuple[Any, ...]]:
    """Counts features by symbol class and town; to be narrowed down."""
    symbol, town = (json_text(Feature.derived, key).label(key) for key in ("symbol", "town"))
    lon, lat = (json_number(Feature.derived, "anchor", place) for place in range(2))
    west, south, east, north = (json_number(Feature.derived, "bounds", side) for side in range(4))
    sizes = [func.sum(json_number(Feature.derived, key)) for key in _SIZES]
    box = [func.min(west), func.min(south), func.max(east), func.max(north)]
    return select(symbol, town, func.count(), *sizes, func.avg(lon), func.avg(lat), *box).group_by(
        symbol, town
    )


def told(row: Any) -> TownTotal:
    """A row of such a statement."""
    symbol, town, count, *sizes, lon, lat, west, south, east, north = row
    area_m2, length_m = (round(size or 0.0, _SIZE_DIGITS) for size in sizes)
    return TownTotal(symbol, town or NO_TOWN, count, area_m2, length_m, lon, lat, (west, south, east, north))


def single(derived: dict[str, Any]) -> TownTotal:
    """One feature, by what is derived of it."""
    town, (lon, lat) = derived.get("town") or NO_TOWN, derived["anchor"]
    west, south, east, north = derived["bounds"]
    area_m2, length_m = (derived.get(key, 0.0) for key in _SIZES)
    return TownTotal(derived["symbol"], town, 1, area_m2, length_m, lon, lat, (west, south, east, north))


def added(parts: Iterable[TownTotal]) -> list[TownTotal]:
    """The same classes of the same towns together."""
    found: dict[tuple[str, str], TownTotal] = {}
    for part in parts:
        place = (part.town, part.symbol)
        found[place] = _together(found[place], part) if place in found else part
    return [found[place] for place in sorted(found)]


def taken_away(whole: Sequence[TownTotal], gone: Iterable[TownTotal]) -> list[TownTotal] | None:
    """What is left of sums without some of what is in them; None where only a new count tells how far that reaches."""
    left = {(part.town, part.symbol): part for part in whole}
    for part in added(gone):
        place = (part.town, part.symbol)
        before = left.pop(place, None)
        if before is None or before.number < part.number:
            return None
        if before.number > part.number:
            if _reaches_edge(part.bounds, before.bounds):
                return None
            left[place] = _apart(before, part)
    return [left[place] for place in sorted(left)]


def _reaches_edge(inner: Bounds, outer: Bounds) -> bool:
    return any(side == edge for side, edge in zip(inner, outer, strict=True))


def _together(one: TownTotal, other: TownTotal) -> TownTotal:
    west, south = (min(pair) for pair in zip(one.bounds[:2], other.bounds[:2], strict=True))
    east, north = (max(pair) for pair in zip(one.bounds[2:], other.bounds[2:], strict=True))
    return _summed(one, other, 1)._replace(bounds=(west, south, east, north))


def _apart(one: TownTotal, other: TownTotal) -> TownTotal:
    return _summed(one, other, -1)


def _summed(one: TownTotal, other: TownTotal, sign: int) -> TownTotal:
    number = one.number + sign * other.number
    return one._replace(
        number=number,
        area_m2=round(one.area_m2 + sign * other.area_m2, _SIZE_DIGITS),
        length_m=round(one.length_m + sign * other.length_m, _SIZE_DIGITS),
        lon=(one.lon * one.number + sign * other.lon * other.number) / number,
        lat=(one.lat * one.number + sign * other.lat * other.number) / number,
    )
