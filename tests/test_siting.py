"""Where can a good project land? Who is ruled out and why, what each wish is worth, and what is never told as checked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from layers import clock
from layers.analysis.nearest import nearest
from layers.analysis.siting import search
from layers.analysis.siting_needs import read_needs
from layers.errors import InvalidValue
from layers.kinds.control_line import LINES
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, Viewer
from layers.rules.siting import (
    CRITERIA,
    Overlap,
    Score,
    area_score,
    avoid_score,
    road_score,
    total,
    use_score,
)
from layers.store import edit
from layers.store.edit import NewFeature
from layers.store.engine import Database
from tests.stored import square, store, store_towns

CGCS2000 = Geod(a=6378137.0, rf=298.257222101)
MU_M2 = 2000 / 3
LAST_MOMENT = datetime(2025, 3, 31, 15, 59, tzinfo=UTC)
"""A minute before the county's 1 April."""


def sited(database: Database, **asked: Any) -> dict[str, Any]:
    return sited_for(INTERNAL_VIEWER, database, asked)


def sited_for(viewer: Viewer, database: Database, asked: dict[str, Any]) -> dict[str, Any]:
    with database.reading() as session:
        return search(session, viewer, read_needs(session, viewer, asked)).result


def refused(database: Database, **asked: Any) -> str:
    with pytest.raises(InvalidValue) as refusal:
        sited(database, **asked)
    return refusal.value.message


def names(result: dict[str, Any]) -> list[str]:
    return [row["name"] for row in result["rows"]]


def score_of(row: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in row["scores"] if each["key"] == key)


def left_out(result: dict[str, Any]) -> dict[str, int]:
    return {each["reason"]: each["count"] for each in result["excluded"]}


@pytest.fixture
def county(database: Database) -> Database:
    """Two towns, a provincial road along 35.55°N, four parcels of 60.4 亩 and a small one."""
    store_towns(database)
    road = shapely.LineString([(118.40, 35.55), (118.60, 35.55)])
    store(database, [NewFeature(road, {"name": "示例省道", "admin_class": "provincial"})], "existing_road")
    rows = [
        ("近", square(118.42, 35.551), "工业用地"),
        ("远", square(118.42, 35.59), "工业用地"),
        ("商", square(118.43, 35.551), "商服用地"),
        ("铜", square(118.52, 35.551), "工业用地"),
        ("小", square(118.44, 35.551, 0.001), "工业用地"),
    ]
    store(
        database,
        [NewFeature(shape, {"name": name, "status": "idle", "land_use": use}) for name, shape, use in rows],
    )
    return database


# --- the rules, by hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "points", "fails"),
    [
        (area_score(80, 50, 100), 100, ""),
        (area_score(50, 50, 100), 100, ""),
        (area_score(25, 50, 100), 50, "面积小于下限"),
        (area_score(200, 50, 100), 50, "面积大于上限"),
        (use_score("工业用地", ["工业"]), 100, ""),
        (use_score(None, ["工业"]), 0, "未填用途"),
        (road_score("路", 0, 2000, "省道"), 100, ""),
        (road_score("路", 2000, 2000, "省道"), 50, ""),
        (road_score("路", 3000, 2000, "省道"), 25, "距省道超出限值"),
        (road_score("路", 9000, 2000, "省道"), 0, "距省道超出限值"),
        (road_score("", None, 2000, "省道"), 0, "图上没有省道"),
        (avoid_score([], []), 100, ""),
        (avoid_score([], ["永久基本农田"]), None, ""),
        (avoid_score([Overlap("公益林", 0.25)], []), 75, "压盖公益林"),
        (avoid_score([Overlap("红线", 0.01, grave=True)], []), 0, "压盖红线（不得占用）"),
    ],
)
def test_points_by_hand(score: Score, points: float | None, fails: str) -> None:
    assert (score.points, score.fails) == (points, fails)


def test_what_was_not_checked_counts_neither_for_nor_against() -> None:
    scores = [
        Score(key, points, lambda: ("", "")) for key, points in (("area", 80), ("road", 50), ("avoid", None))
    ]
    assert total(scores, {"area": 30, "road": 10, "avoid": 60}) == 72.5
    assert total(scores[2:], {"avoid": 60}) is None


def test_every_wish_is_worth_something_by_default() -> None:
    assert all(each.weight > 0 and each.help for each in CRITERIA.values())


def test_distances_are_those_of_geopandas_and_of_the_ellipsoid() -> None:
    shapes = [square(118.42, 35.551), square(118.50, 35.58), square(118.45, 35.549)]
    lines = [
        # Between far vertices a straight line on one chart is a bent one on the other.
        shapely.segmentize(shapely.LineString(line), 0.001)
        for line in (
            [(118.40, 35.55), (118.46, 35.552), (118.60, 35.55)],
            [(118.5, 35.57), (118.6, 35.575)],
        )
    ]
    flat = [gpd.GeoSeries(each, crs=4490).to_crs(4548) for each in (shapes, lines)]
    found = nearest(np.array(shapes, object), lines)
    assert found is not None
    for place, shape in enumerate(flat[0]):
        distances = flat[1].distance(shape)
        assert found.metres[place] == pytest.approx(distances.min(), rel=1e-3, abs=0.01)
        if distances.min() > 0:
            assert found.lines[place] == distances.argmin()


def test_large_shapes_are_as_far_as_geopandas_says_too() -> None:
    shapes = [shapely.box(118.40, 35.50, 118.45, 35.54), shapely.box(118.43, 35.54, 118.44, 35.548)]
    roads = [shapely.segmentize(shapely.LineString([(118.38, 35.55), (118.60, 35.56)]), 0.001)]
    flat = [gpd.GeoSeries(each, crs=4490).to_crs(4548) for each in (shapes, roads)]
    found = nearest(np.array(shapes, object), roads)
    assert found is not None
    assert found.metres == pytest.approx([flat[1].distance(each).min() for each in flat[0]], rel=2e-3)


# --- the search -------------------------------------------------------------------------------------------


def test_parcels_are_ranked_and_the_others_counted_with_their_reason(county: Database) -> None:
    asked = {"area": {"min": 50, "max": 70}, "use": ["工业"], "road": {"class": "provincial", "km": 2}}
    result = sited(county, **asked)
    # Both lie 0.001° of latitude above the road: equal, so in the order in which they came.
    assert names(result) == ["近", "铜"]
    assert left_out(result) == {"面积小于下限": 1, "用途不符": 1, "距省道超出限值": 1}
    assert result["considered"] == 5
    assert result["kept"] == 2
    first = result["rows"][0]
    metres = CGCS2000.inv(118.42, 35.55, 118.42, 35.551)[2]
    road = score_of(first, "road")
    assert road["points"] == pytest.approx(100 * (1 - metres / 4000), abs=0.06)
    assert "示例省道" in road["sentence"]
    assert f"{metres:.0f} 米" in road["value"]
    # Weights 25, 20 and 20.
    assert first["total"] == pytest.approx((25 * 100 + 20 * 100 + 20 * road["points"]) / 65, abs=0.06)
    area_m2 = abs(CGCS2000.geometry_area_perimeter(square(118.42, 35.551))[0])
    assert first["area_mu"] == pytest.approx(area_m2 / MU_M2, abs=0.006)


def test_a_wish_that_need_not_be_met_costs_points_only(county: Database) -> None:
    asked = {"use": ["工业"], "road": {"class": "省道", "km": 2}, "must": []}
    result = sited(county, **asked)
    assert len(result["rows"]) == 5
    assert result["excluded"] == []
    assert result["rows"][-1]["name"] in ("商", "远")
    assert not score_of(next(row for row in result["rows"] if row["name"] == "商"), "use")["met"]


def test_weights_change_the_order(county: Database) -> None:
    asked = {
        "use": ["商服"],
        "town": {"name": "铜井镇"},
        "area": {"min": 50},
        "must": ["area"],
    }
    assert names(sited(county, **asked, weights={"use": 90, "town": 1}))[0] == "商"
    assert names(sited(county, **asked, weights={"use": 1, "town": 90}))[0] == "铜"


def test_a_town_is_where_a_parcel_lies_or_how_far_its_border_is(county: Database) -> None:
    assert names(sited(county, town={"name": "铜井镇"})) == ["铜"]
    near = sited(county, town={"name": "铜井镇", "km": 6.5})
    # The border lies at 118.50°E; the parcels end at 118.422, 118.432 and 118.441.
    east = {"商": 118.432, "小": 118.441}
    assert set(names(near)) == {"铜", *east}
    for row in near["rows"][1:]:
        metres = CGCS2000.inv(east[row["name"]], 35.551, 118.5, 35.551)[2]
        assert score_of(row, "town")["points"] == pytest.approx(100 * (1 - metres / 13000), abs=0.1)


def test_what_must_not_be_built_on_is_ruled_out_or_flagged(county: Database) -> None:
    half = shapely.box(118.41, 35.54, 118.421, 35.56)
    line = {"name": "红线", "line_type": "eco_redline", "coverage": "county"}
    store(county, [NewFeature(half, line)], "control_line")
    result = sited(county, avoid={"lines": ["eco_redline"]})
    assert "近" not in names(result)
    assert left_out(result) == {"压盖生态保护红线（不得占用）": 1}
    assert {score_of(row, "avoid")["points"] for row in result["rows"]} == {100}
    flagged = next(row for row in sited(county, area={"min": 1})["rows"] if row["name"] == "近")
    overlap = flagged["overlaps"][0]
    assert (overlap["title"], overlap["level"], overlap["share"]) == ("生态保护红线", "red", 50.0)
    unwilling = sited(county, avoid={"lines": ["eco_redline"]}, must=[])
    assert score_of(next(row for row in unwilling["rows"] if row["name"] == "近"), "avoid")["points"] == 0


def test_a_line_without_data_is_not_checked_and_never_free_of_conflict(county: Database) -> None:
    result = sited(county, avoid={"lines": ["basic_farmland"]}, area={"min": 1})
    for row in result["rows"]:
        said = score_of(row, "avoid")
        assert (said["value"], said["points"]) == ("未检查", None)
        assert row["total"] == 100.0
    assert {each["title"] for each in result["unchecked"]} == set(LINES.values())
    half = shapely.box(118.41, 35.54, 118.421, 35.56)
    part = {"name": "农田", "line_type": "basic_farmland", "coverage": "part"}
    store(county, [NewFeature(half, part)], "control_line")
    again = sited(county, avoid={"lines": ["basic_farmland"]})
    assert {score_of(row, "avoid")["value"] for row in again["rows"]} == {"未检查"}


def test_outside_of_the_town_boundary_is_told_only_where_it_is_known_whole(county: Database) -> None:
    inside = shapely.box(118.40, 35.50, 118.425, 35.60)
    said = {"name": "边界", "line_type": "town_boundary", "coverage": "county"}
    store(county, [NewFeature(inside, said)], "control_line")
    result = sited(county, avoid={"lines": ["town_boundary"]})
    assert set(names(result)) == {"近", "远"}
    assert left_out(result) == {"压盖城镇开发边界以外": 3}


def test_layers_can_be_avoided_by_area_and_by_crossing(county: Database) -> None:
    zone = shapely.box(118.4205, 35.55, 118.43, 35.56)
    store(county, [NewFeature(zone, {"name": "片区"})], "renewal_zone")
    cut = shapely.LineString([(118.43, 35.552), (118.44, 35.552)])
    store(county, [NewFeature(cut, {"name": "管", "utility": "heat"})], "utility_line")
    result = sited(county, avoid={"layers": ["renewal_zone", "utility_line"]}, must=[])
    points = {row["name"]: score_of(row, "avoid")["points"] for row in result["rows"]}
    assert points["近"] == pytest.approx(25, abs=0.1)
    assert points["商"] == 0
    assert points["远"] == 100


def test_revived_land_and_demolished_sides_are_no_land(county: Database) -> None:
    store(county, [NewFeature(square(118.45, 35.57), {"name": "活", "status": "revived"})])
    roles = [("建", "new"), ("拆", "old"), ("垦", "reclaimed")]
    rows = [
        NewFeature(square(118.46, 35.55 + n / 100), {"name": name, "role": role, "supply_route": "swap"})
        for n, (name, role) in enumerate(roles)
    ]
    store(county, rows, "land_supply")
    result = sited(county, route=["swap"])
    assert names(result) == ["建"]
    assert left_out(result) == {
        "已盘活": 1,
        "拆旧区，不是可供地块": 1,
        "复垦区，不是可供地块": 1,
        "供地途径不符": 5,
    }
    assert len(sited(county, route=["闲置盘活"])["rows"]) == 5


def test_a_parcel_held_for_another_project_is_left_out_or_marked_until_its_day_is_over(
    county: Database,
) -> None:
    held = {"hold_project": "甲项目", "hold_until": "2025-03-31"}
    store(county, [NewFeature(square(118.47, 35.551), {"name": "锁", **held})])
    asked = {"area": {"min": 1}}
    with clock.standing_at(LAST_MOMENT):
        result = sited(county, **asked)
        assert "锁" not in names(result)
        assert left_out(result) == {"已为其他项目意向锁定": 1}
        marked = sited(county, **asked, held="mark")
        assert next(row for row in marked["rows"] if row["name"] == "锁")["hold"] == "甲项目，至 2025-03-31"
        assert "锁" in names(sited(county, **asked, project="甲项目"))
    with clock.standing_at(LAST_MOMENT + timedelta(minutes=2)):
        assert "锁" in names(sited(county, **asked))


# --- what is refused --------------------------------------------------------------------------------------


SENSELESS: list[tuple[dict[str, Any], str]] = [
    ({}, "没有填写任何选址条件"),
    ({"area": {"least_mu": 50}}, "“area”里有不认识的“least_mu”，应为以下之一：min、max"),
    ({"area": {"min": 90, "max": 10}}, "面积下限 90 亩大于上限 10 亩"),
    ({"area": {"min": "很大"}}, "“面积下限（亩）”应为 0 到"),
    ({"area": {"min": -1}}, "“面积下限（亩）”应为 0 到"),
    ({"area": {"min": float("nan")}}, "“面积下限（亩）”应为 0 到"),
    ({"area": {"min": True}}, "“面积下限（亩）”应为 0 到"),
    ({"area": 5}, "“area”应为对照表"),
    ({"town": {"name": "没有镇"}}, "没有乡镇街道“没有镇”。应为以下之一：界湖街道、铜井镇"),
    ({"town": {"km": 3}}, "没有选择乡镇街道"),
    ({"road": {"class": "provincial"}}, "没有填写公里数"),
    ({"road": {"km": 3}}, "没有选择道路等级"),
    ({"road": {"class": "水路", "km": 3}}, "“道路等级”收到“水路”"),
    ({"avoid": {"layers": ["gone"]}}, "“避让的图层”里的“gone”已经不在图上"),
    ({"avoid": {"lines": ["x"]}}, "“避让的控制线”收到“x”"),
    ({"area": {"min": 1}, "land": ["gone"]}, "“查找的图层”里的“gone”已经不在图上"),
    ({"area": {"min": 1}, "land": ["admin_area"]}, "不是可以找地的图层"),
    ({"area": {"min": 1}, "weights": {"area": 0}}, "权重都是 0"),
    ({"area": {"min": 1}, "weights": {"x": 1}}, "不认识的条件“x”"),
    ({"area": {"min": 1}, "nonsense": 1}, "不认识的“nonsense”"),
    ({"use": "x" * 200}, "“用途”最多"),
    ({"area": {"min": 1}, "project": "a\x00b"}, "控制字符"),
]


def test_what_makes_no_sense_is_refused_in_words(county: Database) -> None:
    for asked, words in SENSELESS:
        assert words in refused(county, **asked), asked


def test_when_nothing_is_left_each_wish_says_how_many_it_left_out(county: Database) -> None:
    said = refused(county, area={"min": 50}, use=["居住"])
    assert said.startswith("没有地块满足全部必须条件。共查看 5 宗，")
    assert "面积：面积小于下限 1 宗" in said
    assert "用途：用途不符 4 宗" in said
    assert "请放宽" in said


def test_roads_that_are_not_on_the_map_are_said(county: Database) -> None:
    assert "图上没有国道 5 宗" in refused(county, road={"class": "national", "km": 2})


def test_who_may_not_see_a_layer_finds_no_land_in_it(database: Database) -> None:
    store_towns(database)
    with database.writing() as session:
        edit.add_layer(session, kind="idle_parcel", key="idle_parcel", visibility="internal")
        session.commit()
    store(database, [NewFeature(square(118.42, 35.55), {"name": "内"})])
    assert names(sited(database, area={"min": 1})) == ["内"]
    with pytest.raises(InvalidValue, match="图上没有可以找地的图层"):
        sited_for(PUBLIC_VIEWER, database, {"area": {"min": 1}})
