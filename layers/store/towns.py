"""What does a very large layer amount to, town by town? From afar that is shown instead of its features."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import Bounds
from layers.kinds import kind_for
from layers.rights import Viewer, sight
from layers.store.derive import on_the_day
from layers.store.engine import json_number, json_text
from layers.store.seen import features_seen, stands
from layers.store.tables import Feature, Layer
from layers.store.totals import layers

LARGE_LAYER: Final = 20_000
"""A layer with more features than this is large."""
CROWDED_LAYER: Final = 5_000
"""With more features than this a layer that has donuts shows nothing else from afar: 440 squares fill the sheet."""
NO_TOWN: Final = "乡镇以外"
_SIZES: Final = ("area_m2", "length_m")


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


def is_crowded(session: Session, viewer: Viewer, layer: Layer) -> bool:
    """Whether there are more features in it than a page could tell apart from afar."""
    return any(each.id == layer.id and each.count > CROWDED_LAYER for each in layers(session, viewer))


def is_large(session: Session, viewer: Viewer, layer: Layer) -> bool:
    """Whether there are more features in it than a page should fetch from afar."""
    return any(each.id == layer.id and each.count > LARGE_LAYER for each in layers(session, viewer))


def town_totals(session: Session, viewer: Viewer, layer: Layer) -> list[TownTotal]:
    """Kept in memory until the layer or the day changes, as the totals of the layer are."""
    kept: dict[Any, Any] = session.info.get("totals", {})
    edition, place = (layer.version, clock.today()), ("towns", layer.id, sight(viewer))
    if kept.get(place, (None, None))[0] != edition:
        kept[place] = (edition, _counted(session, viewer, layer))
    found: list[TownTotal] = kept[place][1]
    return found


def _counted(session: Session, viewer: Viewer, layer: Layer) -> list[TownTotal]:
    today = clock.today()
    seen = [Feature.layer_id == layer.id, *features_seen(viewer), stands()]
    settled = or_(Feature.derived_until.is_(None), Feature.derived_until > today)
    parts = [told(row) for row in session.execute(by_town().where(*seen, settled))]
    due = session.execute(
        select(Feature.properties, Feature.derived).where(*seen, Feature.derived_until <= today)
    )
    kind = kind_for(layer)
    parts += [single(on_the_day(kind, row.properties, row.derived, today).values) for row in due]
    return added(parts)


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
    symbol, town, count, area_m2, length_m, lon, lat, *box = row
    west, south, east, north = box
    return TownTotal(
        symbol, town or NO_TOWN, count, area_m2 or 0.0, length_m or 0.0, lon, lat, (west, south, east, north)
    )


def single(derived: dict[str, Any]) -> TownTotal:
    """One feature, by what is derived of it."""
    town, (lon, lat) = derived.get("town") or NO_TOWN, derived["anchor"]
    west, south, east, north = derived["bounds"]
    area_m2, length_m = (derived.get(key, 0.0) for key in _SIZES)
    return TownTotal(derived["symbol"], town, 1, area_m2, length_m, lon, lat, (west, south, east, north))


def added(parts: list[TownTotal]) -> list[TownTotal]:
    """The same classes of the same towns together."""
    found: dict[tuple[str, str], TownTotal] = {}
    for part in parts:
        place = (part.town, part.symbol)
        found[place] = _together(found[place], part) if place in found else part
    return [found[place] for place in sorted(found)]


def _together(one: TownTotal, other: TownTotal) -> TownTotal:
    number = one.number + other.number
    west, south = (min(pair) for pair in zip(one.bounds[:2], other.bounds[:2], strict=True))
    east, north = (max(pair) for pair in zip(one.bounds[2:], other.bounds[2:], strict=True))
    return one._replace(
        number=number,
        area_m2=one.area_m2 + other.area_m2,
        length_m=one.length_m + other.length_m,
        lon=(one.lon * one.number + other.lon * other.number) / number,
        lat=(one.lat * one.number + other.lat * other.number) / number,
        bounds=(west, south, east, north),
    )
