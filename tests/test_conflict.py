"""What lies under a project? Control lines by their rules, everything else by name, and never a false 未发现压盖."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from layers.analysis.conflict import Subject, check, subject_of
from layers.analysis.control_lines import BEYOND, NO_DATA, NOT_ALL
from layers.errors import InvalidValue, UnknownThing
from layers.kinds.control_line import LINES
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer, signed_in
from layers.rules.compliance import LINE_RULES
from layers.store import analyses, edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from tests.stored import JIEHU, square, store, store_towns

CGCS2000 = Geod(a=6378137.0, rf=298.257222101)
SITE = shapely.box(118.42, 35.52, 118.43, 35.53)
WEST_HALF = shapely.box(118.41, 35.51, 118.425, 35.54)
ELSEWHERE = shapely.box(118.46, 35.56, 118.47, 35.57)


def area_m2(shape: BaseGeometry) -> float:
    return abs(float(CGCS2000.geometry_area_perimeter(shape)[0]))


def line(kind: str, shape: BaseGeometry, **said: Any) -> NewFeature:
    told = {"name": LINES[kind], "line_type": kind, "coverage": "county", **said}
    return NewFeature(shape, told)


def checked(database: Database, *shapes: BaseGeometry, viewer: Viewer = INTERNAL_VIEWER) -> dict[str, Any]:
    with database.reading() as session:
        return check(session, viewer, [Subject("示例项目", shape) for shape in shapes]).result


def row(result: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in result["lines"] if each["key"] == key)


def test_every_line_that_can_be_drawn_has_a_rule() -> None:
    assert set(LINE_RULES) == set(LINES)


def test_an_overlap_is_told_with_its_area_its_rule_and_its_edition(database: Database) -> None:
    store_towns(database)
    said = {"approval_no": "示例批复〔2023〕1号", "data_version": "2023版", "data_day": "2023-10-01"}
    store(database, [line("basic_farmland", WEST_HALF, **said)], "control_line")
    found = row(checked(database, SITE), "basic_farmland")
    expected = area_m2(SITE & WEST_HALF)
    assert found["status"] == "overlap"
    assert found["level"] == "red"
    assert found["area_m2"] == pytest.approx(expected, abs=0.01)
    assert found["area_mu"] == pytest.approx(expected * 0.0015, abs=1e-4)
    assert found["share"] == 50.0
    assert found["objects"][0] | said == found["objects"][0]
    assert found["editions"][0]["data_version"] == "2023版"


def test_a_line_of_which_nothing_is_on_the_map_is_not_checked(database: Database) -> None:
    store_towns(database)
    lines = checked(database, SITE)["lines"]
    assert [each["key"] for each in lines if each["status"] != "unchecked"] == []
    assert {each["why"] for each in lines} == {NO_DATA}
    assert {each["status_words"] for each in lines} == {"未检查"}


def test_data_that_do_not_say_that_they_cover_the_county_prove_nothing(database: Database) -> None:
    store_towns(database)
    store(database, [line("eco_redline", ELSEWHERE, coverage="part")], "control_line")
    found = row(checked(database, SITE), "eco_redline")
    assert (found["status"], found["why"]) == ("unchecked", NOT_ALL)


def test_data_that_cover_the_county_say_that_nothing_was_found(database: Database) -> None:
    store_towns(database)
    store(database, [line("eco_redline", ELSEWHERE)], "control_line")
    found = row(checked(database, SITE), "eco_redline")
    assert (found["status"], found["why"], found["area_mu"]) == ("clear", "", 0.0)


def test_beyond_the_county_its_data_prove_nothing(database: Database) -> None:
    store_towns(database)
    store(database, [line("eco_redline", ELSEWHERE)], "control_line")
    leaving = shapely.box(118.39, 35.52, 118.43, 35.53)
    found = row(checked(database, leaving), "eco_redline")
    assert (found["status"], found["why"]) == ("unchecked", BEYOND)


def test_what_lies_outside_the_town_boundary_counts(database: Database) -> None:
    store_towns(database)
    store(database, [line("town_boundary", WEST_HALF)], "control_line")
    found = row(checked(database, SITE), "town_boundary")
    assert (found["status"], found["level"]) == ("overlap", "yellow")
    assert found["area_m2"] == pytest.approx(area_m2(SITE - WEST_HALF), abs=0.02)
    inside = row(checked(database, shapely.box(118.415, 35.515, 118.42, 35.52)), "town_boundary")
    assert (inside["status"], inside["area_m2"]) == ("clear", 0.0)


def test_outside_of_a_boundary_that_is_not_whole_nothing_is_said(database: Database) -> None:
    store_towns(database)
    store(database, [line("town_boundary", WEST_HALF, coverage="part")], "control_line")
    found = row(checked(database, SITE), "town_boundary")
    assert (found["status"], found["area_m2"]) == ("unchecked", 0.0)


def test_lines_over_one_another_count_once(database: Database) -> None:
    store_towns(database)
    store(database, [line("basic_farmland", WEST_HALF), line("basic_farmland", JIEHU)], "control_line")
    found = row(checked(database, SITE), "basic_farmland")
    assert found["share"] == 100.0
    assert len(found["objects"]) == 2


def test_a_sliver_is_listed_apart_and_counts_for_nothing(database: Database) -> None:
    store_towns(database)
    # A strip of 1e-9 degrees, about a tenth of a millimetre: 0.1 m².
    strip = shapely.box(118.42, 35.52, 118.42 + 1e-9, 35.53)
    store(database, [line("eco_redline", strip)], "control_line")
    result = checked(database, SITE)
    assert row(result, "eco_redline")["status"] == "clear"
    assert [each["name"] for each in result["slivers"]] == ["生态保护红线"]
    assert 0 < result["slivers"][0]["area_m2"] < 1


def test_roads_and_sites_under_a_project_are_told_by_length_and_by_name(database: Database) -> None:
    store_towns(database)
    road = shapely.LineString([(118.41, 35.525), (118.44, 35.525)])
    store(database, [NewFeature(road, {"name": "示例道路"})], "road_project")
    store(database, [NewFeature(shapely.Point(118.425, 35.522), {"name": "示例景点"})], "scenic_site")
    told = {each["key"]: each for each in checked(database, SITE)["layers"]}
    inside = shapely.LineString([(118.42, 35.525), (118.43, 35.525)])
    assert told["road_project"]["length_km"] == pytest.approx(
        CGCS2000.geometry_length(inside) / 1000, abs=0.001
    )
    assert told["scenic_site"]["objects"][0]["name"] == "示例景点"
    assert "admin_area" not in told


def test_a_road_is_checked_by_its_length(database: Database) -> None:
    store_towns(database)
    store(database, [line("eco_redline", WEST_HALF)], "control_line")
    road = shapely.LineString([(118.415, 35.525), (118.435, 35.525)])
    found = row(checked(database, road), "eco_redline")
    assert found["status"] == "overlap"
    inside = shapely.LineString([(118.415, 35.525), (118.425, 35.525)])
    assert found["length_km"] == pytest.approx(CGCS2000.geometry_length(inside) / 1000, abs=0.001)


def test_a_point_on_a_line_is_an_overlap(database: Database) -> None:
    store_towns(database)
    store(database, [line("heritage_core", WEST_HALF)], "control_line")
    assert row(checked(database, shapely.Point(118.42, 35.52)), "heritage_core")["status"] == "overlap"


def test_lines_that_somebody_may_not_see_are_not_checked_for_him(database: Database) -> None:
    store_towns(database)
    with database.writing() as session:
        edit.add_layer(session, kind="control_line", key="control_line", visibility="internal")
        session.commit()
    store(database, [line("basic_farmland", WEST_HALF)], "control_line")
    assert row(checked(database, SITE), "basic_farmland")["status"] == "overlap"
    seen = row(checked(database, SITE, viewer=PUBLIC_VIEWER), "basic_farmland")
    assert (seen["status"], seen["why"], seen["objects"]) == ("unchecked", NO_DATA, [])


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (shapely.Polygon([(118, 35), (118.1, 35.1), (118.1, 35), (118, 35.1)]), "自相交或为空"),
        (shapely.Polygon(), "自相交或为空"),
    ],
    ids=["bow-tie", "empty"],
)
def test_a_shape_that_has_no_area_is_refused_in_words(
    database: Database, shape: BaseGeometry, words: str
) -> None:
    with pytest.raises(InvalidValue, match=words):
        checked(database, shape)
    with pytest.raises(InvalidValue, match="没有要分析的图形"):
        checked(database)


def test_a_saved_result_says_when_its_data_have_changed(database: Database) -> None:
    store_towns(database)
    store(database, [line("eco_redline", ELSEWHERE)], "control_line")
    with database.writing() as session:
        done = check(session, INTERNAL_VIEWER, [Subject("示例项目", SITE)])
        uid = analyses.add(
            session,
            INTERNAL_VIEWER,
            "conflict",
            "示例",
            asked={},
            result=done.result,
            versions=done.versions,
        )
        session.commit()
    with database.reading() as session:
        found = analyses.find(session, INTERNAL_VIEWER, "conflict", uid)
        assert found.digest == analyses.digest_of(done.result)
        assert analyses.changed_since(session, found) == []
    store(database, [line("eco_redline", WEST_HALF)], "control_line")
    with database.reading() as session:
        assert analyses.changed_since(session, found) == ["控制线"]


def test_a_saved_result_is_read_by_who_sees_the_same(database: Database) -> None:
    editor = signed_in("李工", "editor", "自然资源和规划局", None, 1)
    reader = signed_in("王工", "reader", "文化和旅游局", None, 2)
    with database.writing() as session:
        uid = analyses.add(session, editor, "conflict", "示例", asked={}, result={}, versions={})
        session.commit()
    with database.reading() as session:
        same_unit = signed_in("赵工", "reviewer", "自然资源和规划局", None, 3)
        assert analyses.find(session, same_unit, "conflict", uid).title == "示例"
        for other in (reader, PUBLIC_VIEWER, INTERNAL_VIEWER):
            with pytest.raises(UnknownThing):
                analyses.find(session, other, "conflict", uid)
        assert [each.uid for each in analyses.latest(session, editor, "conflict", 5)] == [uid]
        assert analyses.latest(session, same_unit, "conflict", 5) == []


def test_the_parcel_itself_is_no_conflict(database: Database) -> None:
    store_towns(database)
    ids = store(database, [NewFeature(square(118.42, 35.52), {"name": "示例地块"})])
    with database.reading() as session:
        feature = query.feature_of(session, SYSTEM_VIEWER, ids[0])
        assert check(session, SYSTEM_VIEWER, [subject_of(feature)]).result["layers"] == []


def test_the_day_is_that_of_the_county(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.clock.today", lambda: date(2026, 3, 1))
    store_towns(database)
    assert checked(database, SITE)["day"] == "2026-03-01"
