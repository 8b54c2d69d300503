"""Where do tests get a county from? A box with two towns, so that imports know where they should land."""

from __future__ import annotations

import shapely

from layers.rights import SYSTEM_VIEWER
from layers.store import Database, edit, query
from layers.store.edit import NewFeature

BOUNDS = (118.1, 35.2, 118.9, 35.8)
TOWNS = {"界湖街道": (118.1, 35.2, 118.5, 35.8), "大庄镇": (118.5, 35.2, 118.9, 35.8)}


def add_county(database: Database) -> None:
    """A county of two towns that meet at 118.5°E, and the empty layers that every kind ships."""
    rows = [NewFeature(shapely.box(*BOUNDS), {"name": "沂南县", "level": "county"})]
    rows += [NewFeature(shapely.box(*box), {"name": name, "level": "town"}) for name, box in TOWNS.items()]
    with database.writing() as session:
        edit.ship_layers(session)
        layer = query.layer_named(session, SYSTEM_VIEWER, "admin_area")
        with edit.one_act(session, "boundaries", "测试") as act:
            edit.add_features(session, act, layer, rows)
        session.commit()
