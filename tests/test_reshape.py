"""A planner cuts a parcel along a line, joins parcels, copies one, and changes many at a time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing import bulk_change, reshaping, undoing
from layers.editing.bulk_change import Chosen
from layers.errors import InvalidFields, InvalidShape, InvalidValue, NotAllowed, OutOfDate
from layers.rights import SYSTEM_VIEWER, Viewer
from layers.store import edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from tests.stored import found, lay, square, store
from tests.test_history_undo import LI, OTHER, WANG, draw, names, revise, timeline, totals

ACROSS = {"type": "LineString", "coordinates": [[118.41, 35.5205], [118.43, 35.5205]]}


@pytest.fixture
def parcels(database: Database) -> Database:
    lay(database, "idle_parcel")
    return database


def split(database: Database, uid: str, line: object = ACROSS, version: int = 1) -> reshaping.Reshaped:
    return reshaping.split(database, LI, uid, version, line)


def test_a_parcel_is_cut_along_a_line(parcels: Database) -> None:
    uid = draw(parcels, "一号地", holder="甲公司")
    area = totals(parcels)[1]
    done = split(parcels, uid)
    large, small = (found(parcels, each) for each in done.uids)
    assert done.uids[0] == uid
    assert large.shape.area == pytest.approx(0.002 * 0.0015)
    assert small.shape.area == pytest.approx(0.002 * 0.0005)
    assert small.properties == large.properties
    count, whole = totals(parcels)
    assert count == 2
    assert whole == pytest.approx(area, abs=0.02)
    undoing.undo(parcels, LI, done.act)
    count, whole = totals(parcels)
    assert count == 1
    assert whole == pytest.approx(area, abs=0.02)
    assert found(parcels, uid).shape.equals(square(118.42, 35.52))


def test_a_hole_and_a_second_part_survive_the_cut(parcels: Database) -> None:
    ring = square(118.42, 35.52).difference(shapely.box(118.4205, 35.5202, 118.4215, 35.5208))
    both = shapely.union_all([ring, square(118.425, 35.53)])
    (id_,) = store(parcels, [NewFeature(both, {"name": "一号地"})])
    done = split(parcels, found(parcels, id_).uid)
    shapes = [found(parcels, each).shape for each in done.uids]
    assert shapely.union_all(shapes).symmetric_difference(both).area < 1e-15
    assert [len(shapely.get_parts(shape)) for shape in shapes] == [1, 1, 1]


def test_a_road_is_cut_in_two(database: Database) -> None:
    road = NewFeature(shapely.LineString([(118.41, 35.52), (118.41, 35.53)]), {"name": "一路"})
    (id_,) = store(database, [road], "road_project")
    with database.reading() as session:
        unit = query.layer_named(session, SYSTEM_VIEWER, "road_project").unit
    owner = Viewer("王工", "internal", "editor", unit, None, 9)
    line = [[118.40, 35.523], [118.42, 35.523]]
    done = reshaping.split(database, owner, found(database, id_).uid, 1, line)
    lengths = sorted(found(database, each).shape.length for each in done.uids)
    assert lengths == pytest.approx([0.003, 0.007])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ([[118.421, 35.5205], [118.4215, 35.5205]], "没有把图形分开"),
        ([[118.5, 35.6], [118.6, 35.6]], "没有把图形分开"),
        ([[118.42, 35.52]], "写法不对|折线"),
        ({"type": "Point", "coordinates": [118.42, 35.52]}, "折线"),
        (None, "折线"),
    ],
    ids=["ends inside", "far away", "one position", "a point", "nothing"],
)
def test_a_line_that_does_not_cut_is_refused(sqlite_database: Database, line: object, words: str) -> None:
    lay(sqlite_database, "idle_parcel")
    uid = draw(sqlite_database, "一号地")
    with pytest.raises((InvalidShape, InvalidValue), match=words):
        split(sqlite_database, uid, line)
    assert found(sqlite_database, uid).version == 1


def test_who_cuts_an_old_version_is_told(parcels: Database) -> None:
    uid = draw(parcels, "一号地")
    revise(parcels, uid, note="甲")
    with pytest.raises(OutOfDate):
        split(parcels, uid)


def test_parcels_are_joined_and_one_keeps_its_words(parcels: Database) -> None:
    one, two = draw(parcels, "一号地", 118.42), draw(parcels, "二号地", 118.422, holder="乙公司")
    done = reshaping.merge(parcels, LI, "idle_parcel", [one, two], two)
    kept = found(parcels, two)
    assert (kept.name, kept.properties["holder"]) == ("二号地", "乙公司")
    assert kept.shape.symmetric_difference(shapely.box(118.42, 35.52, 118.424, 35.522)).area < 1e-15
    assert (totals(parcels)[0], names(parcels, "一号")) == (1, [])
    assert timeline(parcels, one)[0]["title"] == "合并"
    undoing.undo(parcels, LI, done.act)
    assert (totals(parcels)[0], names(parcels, "一号")) == (2, ["一号地"])


def test_what_another_unit_keeps_is_not_joined(parcels: Database) -> None:
    one, two = draw(parcels, "一号地"), draw(parcels, "二号地", 118.43)
    with pytest.raises(NotAllowed):
        reshaping.merge(parcels, OTHER, "idle_parcel", [one, two], one)
    with pytest.raises(InvalidValue, match="2 到 50"):
        reshaping.merge(parcels, LI, "idle_parcel", [one], one)


def test_a_copy_lies_beside_under_another_name(parcels: Database) -> None:
    uid = draw(parcels, "一号地", code="A-1", holder="甲公司")
    (copy,) = reshaping.duplicate(parcels, LI, uid).uids
    made = found(parcels, copy)
    assert (made.name, made.properties["holder"]) == ("一号地（副本）", "甲公司")
    assert "code" not in made.properties
    assert not made.shape.equals(found(parcels, uid).shape)
    assert made.shape.area == pytest.approx(found(parcels, uid).shape.area)


def many(database: Database, count: int) -> None:
    rng = np.random.default_rng(7)
    places = rng.uniform((118.41, 35.51), (118.49, 35.59), (count, 2)).round(6).tolist()
    shapes: list[BaseGeometry] = [shapely.Point(place).buffer(0.0003, quad_segs=8) for place in places]
    store(database, [NewFeature(shape, {"name": f"地块{at}"}) for at, shape in enumerate(shapes)])


def test_many_parcels_change_in_one_act_or_none(parcels: Database) -> None:
    many(parcels, 40)
    said: dict[str, Any] = {"properties": {"status": "低效", "holder": "平台公司"}}
    done = bulk_change.change(parcels, LI, "idle_parcel", Chosen(), said)
    assert done.changed == 40
    assert names(parcels, "地块7")
    with parcels.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        told = query.find_features(session, SYSTEM_VIEWER, layer)
    assert {(each.properties["status"], each.derived["symbol"], each.version) for each in told} == {
        ("low_use", "low_use", 2)
    }
    assert bulk_change.change(parcels, LI, "idle_parcel", Chosen(), said).act is None
    uids = [each.uid for each in told]
    revise(parcels, uids[3], WANG, holder="丙公司")
    undoing.undo(parcels, LI, done.act or 0, despite=undoing.REST)
    assert found(parcels, uids[0]).properties.get("holder") is None
    assert found(parcels, uids[3]).properties["holder"] == "丙公司"


def test_a_part_of_the_county_changes_at_once_as_it_was_agreed_to(parcels: Database) -> None:
    many(parcels, 40)
    with parcels.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        every = query.find_features(session, SYSTEM_VIEWER, layer)
    west = [each for each in every if each.shape.bounds[0] <= 118.45]
    assert 5 < len(west) < 35
    bounds = (118.40, 35.50, 118.45, 35.60)
    said: dict[str, Any] = {"properties": {"note": "西片普查"}}
    revise(parcels, west[0].uid, WANG, note="西片普查")
    told = bulk_change.preview(parcels, LI, "idle_parcel", Chosen(bounds=bounds), said)
    assert told == (None, len(west) - 1, len(west))
    with pytest.raises(OutOfDate, match=f"确认时选中的是 {len(west) + 1} 个图形，现在是 {len(west)} 个"):
        bulk_change.change(parcels, LI, "idle_parcel", Chosen(None, bounds, expected=len(west) + 1), said)
    done = bulk_change.change(parcels, LI, "idle_parcel", Chosen(None, bounds, expected=len(west)), said)
    assert (done.changed, done.of) == (len(west) - 1, len(west))
    with parcels.reading() as session:
        noted = {
            each.uid
            for each in query.find_features(session, SYSTEM_VIEWER, layer)
            if each.properties.get("note")
        }
    assert noted == {each.uid for each in west}
    rest = {"properties": {"note": "东片普查"}}
    done = bulk_change.change(parcels, LI, "idle_parcel", Chosen(where="note.empty"), rest)
    assert (done.changed, done.of) == (40 - len(west), 40 - len(west)), "what passes a filter"
    with pytest.raises(InvalidValue, match="没有这个字段"):
        bulk_change.preview(parcels, LI, "idle_parcel", Chosen(where="nonsense.is.1"), rest)
    with pytest.raises(NotAllowed):
        bulk_change.preview(parcels, OTHER, "idle_parcel", Chosen(bounds=bounds), said)


def test_legal_fields_are_not_changed_many_at_a_time(parcels: Database) -> None:
    uid = draw(parcels, "一号地")
    with pytest.raises(InvalidFields, match="另一人复核"):
        bulk_change.change(parcels, LI, "idle_parcel", Chosen([uid]), {"properties": {"price": 5}})
    with pytest.raises(NotAllowed):
        bulk_change.change(parcels, OTHER, "idle_parcel", Chosen([uid]), {"properties": {"note": "甲"}})
    with pytest.raises(InvalidValue, match="没有说明"):
        bulk_change.change(parcels, LI, "idle_parcel", Chosen([uid]), {})


def test_the_largest_change_keeps_others_waiting_a_fifth_of_a_second(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(sqlite_database, bulk_change.MOST)
    spent: list[float] = []
    write = edit.write_rows

    def measured(*told: Any) -> None:
        start = time.process_time()
        write(*told)
        spent.append(time.process_time() - start)

    monkeypatch.setattr(edit, "write_rows", measured)
    bulk_change.change(sqlite_database, LI, "idle_parcel", Chosen(), {"properties": {"note": "普查"}})
    assert spent[0] < 0.2
