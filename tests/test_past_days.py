"""The map of any past day is what was seen at the end of it, whatever happened since."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import shapely

from layers import clock, tiles
from layers.editing import bulk_change, changes, reshaping, undoing
from layers.editing.changes import Request
from layers.errors import Contested, InvalidShape
from layers.rights import INTERNAL_VIEWER, Viewer
from layers.store import edit, query
from layers.store.engine import Database
from layers.tiles import Tile
from tests.stored import NOON, lay, parcel, square, store_towns
from tests.test_history_undo import CHIEF
from tests.tile_reading import read, tile_of

LAYER = "idle_parcel"
DAYS, ACTS_A_DAY = 8, 5


def look(database: Database, viewer: Viewer) -> dict[str, Any]:
    """Everything that a reader is told of the layer."""
    with database.reading() as session:
        layer = query.layer_named(session, viewer, LAYER)
        features = query.find_features(session, viewer, layer)
        inside = query.find_features(session, viewer, layer, bounds=(118.42, 35.52, 118.45, 35.55))
        (summary,) = [each for each in query.layers(session, viewer) if each.key == LAYER]
        content = tiles.tile(session, viewer, [LAYER], Tile(*tile_of(118.45, 35.55, 12)))
    drawn = read(content).get(f"{LAYER}_points", []) if content else []
    return {
        "features": {
            each.uid: (each.properties, each.derived, shapely.to_wkt(each.shape)) for each in features
        },
        "inside": sorted(each.uid for each in inside),
        "totals": (summary.count, round(summary.area_m2, 2), summary.bounds),
        "classes": {key: round(each.area_m2, 2) for key, each in summary.classes.items()},
        "tile": sorted((each.id, sorted(each.properties.items())) for each in drawn),
    }


class Planner:
    """Somebody who does this and that, always the same for the same seed."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.chance = database, random.Random(seed)
        self.acts: list[int] = []

    def act(self) -> None:
        deeds: list[Callable[[], int | None]] = [
            self.draw, self.draw, self.revise, self.move, self.remove, self.restore, self.undo, self.undo,
            self.split, self.bring, self.change,
        ]  # fmt: skip
        done = self.chance.choice(deeds)()
        if done is not None:
            self.acts.append(done)

    def place(self) -> tuple[float, float]:
        return round(self.chance.uniform(118.41, 118.48), 4), round(self.chance.uniform(35.51, 35.58), 4)

    def one(self, *, deleted: bool = False) -> tuple[str, int] | None:
        with self.database.reading() as session:
            if deleted:
                from layers.store.bin import deleted_features

                found = [(each.uid, each.version) for each in deleted_features(session, CHIEF, LAYER, 50)]
            else:
                layer = query.layer_named(session, CHIEF, LAYER)
                found = [(each.uid, each.version) for each in query.find_features(session, CHIEF, layer)]
        return self.chance.choice(found) if found else None

    def draw(self) -> int | None:
        body = {
            "geometry": shapely.geometry.mapping(square(*self.place())),
            "properties": {"name": f"地块{self.chance.randrange(1000)}", "contract_start": "2024-02-27"},
        }
        return changes.create(self.database, CHIEF, LAYER, body).act

    def patch(self, body: dict[str, Any]) -> int | None:
        chosen = self.one()
        return changes.revise(self.database, CHIEF, Request(*chosen, body)).act if chosen else None

    def revise(self) -> int | None:
        status = self.chance.choice(["idle", "low_use", "revived"])
        seen_by = self.chance.choice([None, "internal", "sensitive"])
        return self.patch({"properties": {"status": status}, "visibility": seen_by})

    def move(self) -> int | None:
        return self.patch({"geometry": shapely.geometry.mapping(square(*self.place(), 0.003))})

    def remove(self) -> int | None:
        chosen = self.one()
        return changes.remove(self.database, CHIEF, Request(*chosen, {})).act if chosen else None

    def restore(self) -> int | None:
        if chosen := self.one(deleted=True):
            undoing.restore(self.database, CHIEF, chosen[0])
        return None

    def undo(self) -> int | None:
        if not self.acts:
            return None
        try:
            return undoing.undo(
                self.database,
                CHIEF,
                self.chance.choice(self.acts),
                despite=self.chance.choice(["rest", "all"]),
            ).act
        except Contested:
            return None

    def split(self) -> int | None:
        chosen = self.one()
        if chosen is None:
            return None
        try:
            line = [[118.3, 35.5105], [118.6, 35.5795]]
            return reshaping.split(self.database, CHIEF, *chosen, line).act
        except InvalidShape:
            return None

    def bring(self) -> int | None:
        act = edit.start_bulk(self.database, "import", "李工")
        rows = [parcel(f"批{at}", *self.place()) for at in range(3)]
        edit.add_in_turns(self.database, act, LAYER, rows)
        edit.finish_bulk(self.database, act)
        return act

    def change(self) -> int | None:
        body = {"properties": {"note": f"第{self.chance.randrange(100)}次"}}
        return bulk_change.change(self.database, CHIEF, LAYER, bulk_change.Chosen(), body).act


@pytest.mark.parametrize("seed", [20240630, 7, 12345])
def test_every_past_day_is_what_was_seen_at_its_end(database: Database, seed: int) -> None:
    watching = (CHIEF, INTERNAL_VIEWER)
    with clock.standing_at(NOON):
        store_towns(database)
        lay(database, LAYER, visibility="internal")
    planner, seen = Planner(database, seed), dict[date, list[dict[str, Any]]]()
    for day in range(DAYS):
        for hour in range(ACTS_A_DAY):
            with clock.standing_at(NOON + timedelta(days=day, hours=hour)):
                planner.act()
        with clock.standing_at(NOON + timedelta(days=day, hours=11, minutes=59)):
            seen[clock.today()] = [look(database, viewer) for viewer in watching]
    with clock.standing_at(NOON + timedelta(days=DAYS + 3)):
        for day_then, then in seen.items():
            for viewer, before in zip(watching, then, strict=True):
                now = look(database, replace(viewer, at=day_then))
                # What was made sensitive since is not seen in the past either.
                if viewer is CHIEF:
                    assert now == before, day_then
                else:
                    assert now["features"].items() <= before["features"].items(), day_then
    assert len({str(then) for then in seen.values()}) > DAYS / 2


def test_a_day_ends_at_midnight_of_the_county(sqlite_database: Database) -> None:
    with clock.standing_at(NOON):
        lay(sqlite_database, LAYER)
    body = {"geometry": shapely.geometry.mapping(square(118.42, 35.52)), "properties": {"name": "一号地"}}
    # One minute before and one after midnight in the county, in the afternoon of UTC.
    with clock.standing_at(datetime.fromisoformat("2025-03-14T15:59:00+00:00")):
        uid = changes.create(sqlite_database, CHIEF, LAYER, body).uid
    with clock.standing_at(datetime.fromisoformat("2025-03-14T16:01:00+00:00")):
        changes.remove(sqlite_database, CHIEF, Request(uid, 1, {}))
    with clock.standing_at(datetime.fromisoformat("2025-04-01T04:00:00+00:00")):
        counts = [
            look(sqlite_database, replace(CHIEF, at=date(2025, 3, day)))["totals"][0] for day in (13, 14, 15)
        ]
    assert counts == [0, 1, 0]


def test_the_law_counts_from_that_day(sqlite_database: Database) -> None:
    with clock.standing_at(NOON):
        lay(sqlite_database, LAYER)
        body = {
            "geometry": shapely.geometry.mapping(square(118.42, 35.52)),
            "properties": {"name": "一号地", "contract_start": "2024-03-03"},
        }
        uid = changes.create(sqlite_database, CHIEF, LAYER, body).uid
    with clock.standing_at(NOON + timedelta(days=30)), sqlite_database.reading() as session:
        then = query.feature_of(session, replace(CHIEF, at=date(2025, 3, 1)), uid)
        now = query.feature_of(session, CHIEF, uid)
    # domain: a full year after 2024-03-03 is over on 2025-03-03.
    assert (then.derived["state"], now.derived["state"]) == ("due_soon", "one_year")
