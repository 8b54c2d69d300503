"""What do the tests of the store put on the map?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.rights import SYSTEM_VIEWER, Viewer
from layers.store import edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database

NOON = datetime(2025, 3, 1, 4, tzinfo=UTC)
"""Noon of 2025-03-01 in the county."""
JIEHU = shapely.box(118.40, 35.50, 118.50, 35.60)
TONGJING = shapely.box(118.50, 35.50, 118.60, 35.60)


def square(lon: float, lat: float, side: float = 0.002) -> BaseGeometry:
    """A parcel with its south-west corner here."""
    return shapely.box(lon, lat, lon + side, lat + side)


def parcel(name: str, lon: float = 118.42, lat: float = 35.52, **properties: Any) -> NewFeature:
    return NewFeature(square(lon, lat), {"name": name, **properties})


def lay(
    database: Database, kind: str, key: str | None = None, visibility: str = "public", **layer: Any
) -> None:
    """An empty layer."""
    with database.writing() as session:
        edit.add_layer(session, kind=kind, key=key or kind, visibility=visibility, **layer)
        session.commit()


def store(
    database: Database, rows: Iterable[NewFeature], key: str = "idle_parcel", who: str = "李工"
) -> list[int]:
    """One act that adds these features; the layer is made when it is missing."""
    with database.writing() as session:
        if not any(layer.key == key for layer in query.layers(session, SYSTEM_VIEWER)):
            edit.add_layer(session, kind=key, key=key, visibility="public")
        layer = query.layer_named(session, SYSTEM_VIEWER, key)
        with edit.one_act(session, "新建", who) as act:
            ids = edit.add_features(session, act, layer, rows)
        session.commit()
    return ids


def store_towns(database: Database) -> None:
    towns = (("界湖街道", JIEHU), ("铜井镇", TONGJING))
    rows = [NewFeature(shape, {"name": name, "level": "town"}) for name, shape in towns]
    county = NewFeature(shapely.union_all([JIEHU, TONGJING]), {"name": "沂南县", "level": "county"})
    store(database, [county, *rows], "admin_area")


def found(database: Database, ref: int | str, viewer: Viewer = SYSTEM_VIEWER) -> query.FoundFeature:
    with database.reading() as session:
        return query.feature_of(session, viewer, ref)
