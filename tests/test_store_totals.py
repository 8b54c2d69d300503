"""Totals are what SQL counts, after every edit and for everybody, although only what was edited is counted anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from layers import clock
from layers.editing import undoing
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, Viewer
from layers.store import edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from layers.store.query import LayerSummary
from tests.stored import NOON, lay, parcel, square, store, store_towns
from tests.test_history_undo import CHIEF
from tests.test_past_days import LAYER, Planner

VIEWERS = (CHIEF, INTERNAL_VIEWER, PUBLIC_VIEWER)
# What the tables say, without our statements.
SUMS = {
    "sqlite": "sum(json_extract(derived, '$.area_m2')), min(json_extract(derived, '$.bounds[0]')),"
    " max(json_extract(derived, '$.bounds[3]'))",
    "postgresql": "sum((derived->>'area_m2')::numeric), min((derived->'bounds'->>0)::numeric),"
    " max((derived->'bounds'->>3)::numeric)",
}
STANDING = """
SELECT count(*), {sums} FROM feature
WHERE layer_id = (SELECT id FROM layer WHERE key = :layer) AND deleted_at IS NULL AND review IS NULL
  AND act_id IN (SELECT id FROM act WHERE state = 'done')
  AND act_id NOT IN (SELECT act_id FROM hidden_act WHERE until_act_id IS NULL)
  AND id NOT IN (SELECT feature_id FROM stand_in JOIN act ON act.id = stand_in.act_id WHERE state = 'done')"""


@pytest.fixture
def planned(database: Database) -> Database:
    with clock.standing_at(NOON):
        store_towns(database)
        lay(database, LAYER, visibility="public")
    return database


def summary(database: Database, viewer: Viewer) -> LayerSummary:
    with database.reading() as session:
        return next(each for each in query.layers(session, viewer) if each.key == LAYER)


def towns(database: Database, viewer: Viewer) -> list[Any]:
    with database.reading() as session:
        found = query.town_totals(session, viewer, query.layer_named(session, viewer, LAYER))
    return [each._replace(lon=round(each.lon, 6), lat=round(each.lat, 6)) for each in found]


def told(database: Database, viewer: Viewer) -> tuple[Any, ...]:
    of = summary(database, viewer)
    classes = {key: (each.count, round(each.area_m2, 2)) for key, each in of.classes.items()}
    return of.count, round(of.area_m2, 2), of.bounds, classes, towns(database, viewer)


def afresh(database: Database, viewer: Viewer) -> tuple[Any, ...]:
    """By a program that was started just now."""
    started = Database(database.url.render_as_string(hide_password=False))
    try:
        return told(started, viewer)
    finally:
        started.dispose()


def by_sql(database: Database) -> tuple[Any, ...]:
    with database.reading() as session:
        statement = text(STANDING.format(sums=SUMS[database.engine.dialect.name]))
        count, area, west, north = session.execute(statement, {"layer": LAYER}).one()
    return count, round(float(area or 0), 2), west and float(west), north and float(north)


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """The statements that count a whole layer."""
    whole: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "GROUP BY" in statement and "avg(" in statement:
            whole.append(statement)

    event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield whole
    finally:
        event.remove(database.engine, "before_cursor_execute", hear)


def test_whatever_is_done_the_totals_are_what_is_there(planned: Database) -> None:
    planner = Planner(planned, 20240630)
    for deed in range(30):
        with clock.standing_at(NOON + timedelta(minutes=deed)):
            planner.act()
            for viewer in (CHIEF, PUBLIC_VIEWER):
                assert told(planned, viewer) == afresh(planned, viewer)
            of = summary(planned, CHIEF)
            box = of.bounds or (None, None, None, None)
            assert (of.count, round(of.area_m2, 2), box[0], box[3]) == by_sql(planned)


@pytest.fixture
def spread(planned: Database) -> Database:
    """Parcels around one in the middle: what is done to that leaves the box of all of them as it is."""
    with clock.standing_at(NOON):
        rows = [parcel(f"地块{at}", 118.41 + at * 0.01, 35.52 + at % 3 * 0.02) for at in range(9)]
        store(planned, [*rows, parcel("中间", 118.45, 35.54)], LAYER)
    return planned


def middle(database: Database) -> int:
    with database.reading() as session:
        layer = query.layer_named(session, CHIEF, LAYER)
        return next(each.id for each in query.find_features(session, CHIEF, layer) if each.name == "中间")


DEEDS: dict[str, dict[str, Any]] = {
    "another name": {"properties": {"name": "改名"}},
    "another shape": {"shape": square(118.451, 35.541, 0.003)},
    "another class": {"properties": {"name": "改名", "status": "revived"}},
    "no longer for everybody": {"visibility": "internal"},
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_after_an_edit_only_what_changed_is_counted(spread: Database, deed: dict[str, Any]) -> None:
    with clock.standing_at(NOON):
        ref = middle(spread)
        before = [told(spread, viewer) for viewer in VIEWERS]
        with spread.writing() as session:
            with edit.one_act(session, "修改", "李工") as act:
                edit.revise_feature(session, act, ref, **deed)
            session.commit()
        with counting(spread) as whole:
            now = [told(spread, viewer) for viewer in VIEWERS]
        assert not whole
        assert now == [afresh(spread, viewer) for viewer in VIEWERS]
        assert (now == before) == (deed is DEEDS["another name"])


def test_an_import_counts_from_the_moment_in_which_it_is_seen(spread: Database) -> None:
    with clock.standing_at(NOON):
        assert summary(spread, CHIEF).count == 10
        act = edit.start_bulk(spread, "import", "李工")
        edit.add_in_turns(spread, act, LAYER, [parcel(f"批{at}", 118.42, 35.53) for at in range(3)])
        assert summary(spread, CHIEF).count == 10
        with spread.writing() as session:
            with edit.one_act(session, "修改", "李工") as other:
                edit.revise_feature(session, other, middle(spread), properties={"name": "改名"})
            session.commit()
        with counting(spread) as whole:
            assert summary(spread, CHIEF).count == 10
            edit.finish_bulk(spread, act)
            assert summary(spread, CHIEF).count == 13
        assert not whole
        undoing.undo(spread, CHIEF, act)
        assert summary(spread, CHIEF).count == 10
        assert told(spread, CHIEF) == afresh(spread, CHIEF)


def test_what_waits_for_review_counts_once_it_stands(spread: Database) -> None:
    with clock.standing_at(NOON):
        assert summary(spread, CHIEF).count == 10
        waiting = NewFeature(square(118.44, 35.53), {"name": "待审"}, review="pending")
        (ref,) = store(spread, [waiting], LAYER)
        assert summary(spread, CHIEF).count == 10
        with spread.reading() as session:
            found = query.feature_of(session, CHIEF, ref)
        assert found.derived["review"] == "pending"
        assert told(spread, CHIEF) == afresh(spread, CHIEF)


def test_the_totals_of_a_past_day_are_those_of_that_day(spread: Database) -> None:
    with clock.standing_at(NOON):
        then, day = told(spread, CHIEF), clock.today()
    with clock.standing_at(NOON + timedelta(days=1)):
        with spread.writing() as session:
            with edit.one_act(session, "删除", "李工") as act:
                edit.remove_feature(session, act, middle(spread))
            session.commit()
        assert told(spread, CHIEF) != then
        assert told(spread, replace(CHIEF, at=day)) == then
