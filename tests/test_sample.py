"""Is the embedded sample what it says it is: drawn the same every time, sound, and honest about what is invented?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.kinds import KINDS, kind_of
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER
from layers.sample import FILES, data_folder, dated, fill
from layers.store import Database, query

DATA = Path(__file__).parents[1] / "data"
REFERENCE = date(2026, 10, 31)
GRS80 = Geod(a=6378137, rf=298.257222101)
METRES_PER_DEGREE = 90_000
SITES_OF_THE_PLAN = [
    "竹泉",
    "红石寨",
    "常山庄",
    "马牧池北山",
    "马泉二期",
    "马泉三期",
    "汤泉续建",
    "松山温泉",
    "诸葛亮公园",
    "汉街",
    "袁家大院",
    "正阳路休闲公园带",
    "诸葛亮山休闲区",
    "慢城设施",
    "北寨",
    "新博物馆",
    "专题博物馆街区",
    "县城游客集散中心",
]
ROADS_OF_THE_PLAN = [
    "229省道改线",
    "336省道改线",
    "城市环线",
    "断头路",
    "泉重路改造",
    "三蒲线改造",
    "大庄沂河桥",
    "西外环北联竹泉马泉",
    "通临沂快速通道",
]
NAMED_BY_THE_PLAN = {
    "industry_project": (
        *("开发区", "新大洋", "中瑞", "德阳电子", "中信钙业", "吉林森工", "攀峰胶囊", "开元", "舜天化工"),
        *("东岳集成房", "金盛源铜业", "阳都建华制药", "央伦制药", "航和医疗器材", "知微产业园"),
    ),
    "public_facility": (
        *("一中新校", "特校", "一小分校区", "永兴小学", "开发区中学", "汤泉-中疃片区学校", "界湖卫生院"),
        *("攀峰医院", "文化艺术中心", "客运中心", "公共交通", "人才公寓", "创业孵化场所", "绿地公园", "社区"),
    ),
    "ecology_project": (
        *("矿山治理", "河道治理", "石英砂治理", "河沙禁采", "矿产限采", "县城沟渠", "大气", "县城河道"),
    ),
    "utility_line": ("集中供热二期", "供水", "排水", "污水处理"),
    "village": ("竹泉村", "常山庄", "中疃", "北寨"),
}
KINDS_WITH_REAL_NAMES = ["road_project", "scenic_site", *NAMED_BY_THE_PLAN]
WHOLLY_INVENTED = ["renewal_zone", "housing_stock", "idle_parcel", "land_supply", "farm_base", "tour_route"]


class Thing(NamedTuple):
    uid: str
    facts: dict[str, Any]
    shape: BaseGeometry

    @property
    def name(self) -> str:
        return str(self.facts["name"])


def things(kind: str) -> list[Thing]:
    features = json.loads((DATA / f"{kind}.geojson").read_text("utf-8"))["features"]
    return [Thing(each["id"], dated(each["properties"]), shape(each["geometry"])) for each in features]


def named(kind: str, name: str) -> Thing:
    return next(thing for thing in things(kind) if thing.name == name)


def towns() -> dict[str, BaseGeometry]:
    return {area.name: area.shape for area in things("admin_area") if area.facts["level"] == "town"}


def state_mix(day: date) -> Counter[str]:
    kind = kind_of("idle_parcel")
    return Counter(
        kind.symbol_of(parcel.facts, kind.derive(parcel.facts, day).values)
        for parcel in things("idle_parcel")
    )


@pytest.fixture(scope="module")
def drawn_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    command = [sys.executable, str(DATA / "make_sample.py"), "--to", str(folder)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
    return folder


@pytest.mark.parametrize("kind", FILES)
def test_the_script_draws_every_file_the_same_byte_for_byte(kind: str, drawn_again: Path) -> None:
    name = f"{kind}.geojson"
    assert (drawn_again / name).read_bytes() == (DATA / name).read_bytes()


@pytest.mark.parametrize("kind", FILES)
def test_every_row_is_as_its_kind_wants_it(kind: str) -> None:
    for thing in things(kind):
        checked = KINDS[kind].check(thing.facts)
        assert not checked.problems
        # Nothing that the kind does not know, and nothing that it would read differently.
        assert checked.properties == thing.facts


@pytest.mark.parametrize("kind", FILES)
def test_every_feature_says_that_it_is_a_sketch(kind: str) -> None:
    for thing in things(kind):
        assert thing.facts["is_sample"] is True
        assert thing.facts["accuracy"] == "示意"


@pytest.mark.parametrize("kind", FILES)
def test_every_shape_is_valid_with_at_most_six_decimals(kind: str) -> None:
    for thing in things(kind):
        assert thing.shape.is_valid, thing.name
        coordinates = shapely.get_coordinates(thing.shape)
        assert (coordinates.round(6) == coordinates).all()


def test_every_feature_has_a_name_and_a_uuid7_of_its_own() -> None:
    uids = [thing.uid for kind in FILES for thing in things(kind)]
    assert len(set(uids)) == len(uids)
    assert {UUID(uid).version for uid in uids} == {7}
    for kind in FILES:
        names = [thing.name for thing in things(kind)]
        assert len(set(names)) == len(names)


def test_all_files_together_stay_small() -> None:
    assert sum(file.stat().st_size for file in DATA.glob("*.geojson")) <= 1_500_000


def test_every_file_is_described() -> None:
    described = (DATA / "README.md").read_text("utf-8")
    for file in DATA.glob("*.geojson"):
        assert f"`{file.name}`" in described


# --- geography ---------------------------------------------------------------------------------------------


def test_fifteen_towns_tile_the_county_exactly() -> None:
    parts = list(towns().values())
    county = named("admin_area", "沂南县").shape
    assert len(parts) == 15
    assert shapely.coverage_is_valid(parts)
    assert shapely.coverage_union_all(parts).normalize() == county.normalize()


def test_neighbouring_towns_have_different_tints() -> None:
    areas = [area for area in things("admin_area") if area.facts["level"] == "town"]
    touching = [(a, b) for a, b in combinations(areas, 2) if a.shape.intersection(b.shape).length > 0]
    assert len(touching) > 20
    assert all(a.facts["tint"] != b.facts["tint"] for a, b in touching)
    assert {area.facts["tint"] for area in areas} == {0, 1, 2, 3}


def test_town_codes_are_of_this_county() -> None:
    assert named("admin_area", "沂南县").facts["code"] == "371321"
    assert named("admin_area", "界湖街道").facts["code"] == "371321001"
    assert named("admin_area", "马牧池乡").facts["code"] == "371321201"
    for area in things("admin_area"):
        assert area.facts["code"].startswith("371321")


def test_towns_lie_around_their_seats_and_neighbours_outside() -> None:
    areas, county = towns(), named("admin_area", "沂南县").shape
    for place in things("place_name"):
        if place.facts["level"] == "town":
            assert areas[place.name].contains(place.shape)
        if place.facts["level"] == "neighbour":
            assert not county.intersects(place.shape)


def test_the_county_is_where_the_sketch_has_it() -> None:
    sketch = json.loads((DATA / "sketch.geojson").read_text("utf-8"))["features"][0]
    rough, county = shape(sketch["geometry"]), named("admin_area", "沂南县").shape
    assert county.symmetric_difference(rough).area < 0.08 * rough.area


def test_the_wen_flows_into_the_yi() -> None:
    wen, yi = named("river", "汶河").shape, named("river", "沂河").shape
    mouth = shapely.Point(wen.coords[-1])
    assert mouth.distance(yi) * METRES_PER_DEGREE < 1


def test_the_bridge_of_dazhuang_crosses_the_yi() -> None:
    assert named("road_project", "大庄沂河桥").shape.crosses(named("river", "沂河").shape)


def test_the_missing_link_closes_the_gap_of_zhengyang_road() -> None:
    gap = named("road_project", "正阳路断头路").shape
    south, north = (named("existing_road", f"正阳路（{part}）").shape for part in ("南段", "北段"))
    assert gap.touches(south)
    assert gap.touches(north)
    assert not south.intersects(north)


def test_the_second_project_leaves_the_county() -> None:
    assert not named("admin_area", "沂南县").shape.covers(named("road_project", "通临沂快速通道").shape)


# --- what the plan says ------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", SITES_OF_THE_PLAN)
def test_every_site_of_the_plan_is_there(word: str) -> None:
    assert [site for site in things("scenic_site") if word in site.name]


@pytest.mark.parametrize("word", ROADS_OF_THE_PLAN)
def test_every_road_of_the_plan_is_there(word: str) -> None:
    assert [road for road in things("road_project") if word in road.name]


@pytest.mark.parametrize("kind", KINDS_WITH_REAL_NAMES)
def test_real_projects_carry_no_invented_progress_and_no_invented_figures(kind: str) -> None:
    invented = {
        "stage",
        "plan_start",
        "actual_start",
        "plan_end",
        "actual_end",
        "investment_total",
        "investment_done",
        "progress_pct",
        "land_mu",
        "lead_official",
        "responsible_unit",
        "contact",
    }
    for thing in things(kind):
        if thing.name.startswith("示例"):
            assert "虚构" in thing.facts["note"], thing.name
            continue
        assert not invented & set(thing.facts), thing.name
        assert thing.facts["source_doc"] == "规划文件"
        assert thing.facts["source_words"]
        numbers = {key for key, value in thing.facts.items() if isinstance(value, (int, float))}
        assert numbers <= {"is_sample", "batch_year"}


@pytest.mark.parametrize(
    ("kind", "word"), [(kind, word) for kind, words in NAMED_BY_THE_PLAN.items() for word in words]
)
def test_everything_else_that_the_plan_names_is_there(kind: str, word: str) -> None:
    assert [thing for thing in things(kind) if word in thing.name]


@pytest.mark.parametrize("kind", WHOLLY_INVENTED)
def test_where_the_plan_names_nothing_every_name_says_that_it_is_an_example(kind: str) -> None:
    for thing in things(kind):
        assert thing.name.startswith("示例"), thing.name


def test_twelve_invented_projects_show_progress() -> None:
    shown = [
        thing
        for kind in FILES
        for thing in things(kind)
        if re.fullmatch(r"示例\S*项目( \d)?", thing.name) and "progress_pct" in thing.facts
    ]
    assert len(shown) == 12
    for project in shown:
        facts = project.facts
        assert facts["plan_start"] < facts["plan_end"]
        assert facts["investment_done"] <= facts["investment_total"]
        assert facts["command_post"].endswith("（示例）")
    assert len({project.facts["stage"] for project in shown}) >= 5


def test_a_road_comes_to_stand_in_each_of_five_years_and_only_invented_ones_say_when() -> None:
    years = {
        thing.name: (thing.facts.get("actual_end") or thing.facts["plan_end"])[:4]
        for thing in things("road_project")
        if thing.name.startswith("示例")
    }
    assert list(years.values()) == ["2024", "2025", "2026", "2027", "2028"]
    standing = [thing.name for thing in things("road_project") if thing.facts["state"] == "open"]
    assert standing == ["示例连接线 1", "示例连接线 2"]


def test_an_invented_road_leaves_a_road_that_is_there() -> None:
    existing = shapely.union_all([thing.shape for thing in things("existing_road")])
    for thing in things("road_project"):
        if thing.name.startswith("示例"):
            assert shapely.Point(thing.shape.coords[0]).distance(existing) * METRES_PER_DEGREE < 1


def test_every_control_line_is_an_example_with_its_edition() -> None:
    lines = things("control_line")
    for line in lines:
        assert line.name.startswith("示例") or line.name.endswith("（示意）"), line.name
        assert line.facts["approval_no"].startswith("示例文号")
        assert line.facts["data_version"].startswith("示例版")
        assert "不代表" in line.facts["note"]
    assert {line.facts["line_type"] for line in lines} == KINDS["control_line"].by_key["line_type"].schema()[
        "words"
    ].keys()


def test_the_two_zones_of_beizhai_are_rectangles_set_off_from_its_point() -> None:
    site = named("scenic_site", "北寨墓群（国保）").shape
    core, control = (
        named("control_line", f"北寨墓群{zone}（示意）").shape for zone in ("保护范围", "建设控制地带")
    )
    assert len(shapely.get_coordinates(core)) == 5
    assert core.contains(site)
    assert core.centroid.distance(site) * METRES_PER_DEGREE > 30
    assert control.touches(core)


def test_a_swap_builds_as_much_land_as_it_takes_down() -> None:
    swaps: dict[str, dict[str, float]] = {}
    for area in things("land_supply"):
        if area.facts["supply_route"] == "swap":
            mu = abs(GRS80.geometry_area_perimeter(area.shape)[0]) * 3 / 2000
            roles = swaps.setdefault(area.facts["project_no"], defaultdict(float))
            roles[area.facts["role"]] += mu
    assert len(swaps) == 3
    for areas in swaps.values():
        assert areas["new"] == pytest.approx(areas["old"], rel=0.003)


def test_a_tour_passes_its_stops_in_their_order() -> None:
    sites = {site.name: site.shape for site in things("scenic_site")}
    for tour in things("tour_route"):
        stops = [sites[name] for name in tour.facts["stops"]]
        assert len(stops) >= 3
        along = shapely.line_locate_point(np.array(tour.shape), np.array(stops)).tolist()
        assert along == sorted(along)
        assert all(tour.shape.distance(stop) * METRES_PER_DEGREE < 1 for stop in stops)


def test_the_kindergarten_is_shown_to_nobody_without_the_right() -> None:
    features = json.loads((DATA / "public_facility.geojson").read_text("utf-8"))["features"]
    hidden = [each["properties"]["name"] for each in features if each.get("visibility") == "sensitive"]
    assert hidden == [
        each["properties"]["name"]
        for each in features
        if each["properties"]["facility_type"] == "kindergarten"
    ]
    assert hidden


def test_only_published_grades_are_given() -> None:
    graded = {site.name: site.facts["grade"] for site in things("scenic_site") if "grade" in site.facts}
    assert graded == {"竹泉村旅游度假区": "4A", "常山庄（沂蒙红色影视基地）": "4A"}
    heritage = {site.name for site in things("scenic_site") if "heritage_level" in site.facts}
    assert heritage == {"北寨墓群（国保）"}


def test_both_phases_of_maquan_are_kept_and_say_that_the_plan_contradicts_itself() -> None:
    for name, clause in (("马泉二期", "三（二）"), ("马泉三期", "一（三）")):
        phase = named("scenic_site", name)
        assert phase.facts["parent"] == "马泉创意农业休闲园"
        assert phase.facts["source_clause"] == clause
        assert "不一致" in phase.facts["note"]


def test_the_three_numbered_projects_are_numbered() -> None:
    numbered = {
        thing.facts["priority_no"]: thing.name
        for kind in ("road_project", "scenic_site")
        for thing in things(kind)
        if "priority_no" in thing.facts
    }
    assert numbered == {"1": "西外环北联竹泉马泉", "2": "通临沂快速通道", "3": "县城游客集散中心"}


@pytest.mark.parametrize("kind", ["idle_parcel", "renewal_zone"])
def test_invented_figures_stand_on_invented_names(kind: str) -> None:
    for thing in things(kind):
        assert re.match(r"示例(地块 .+-\d{3}|片区 \d+( [一二三]期)?)$", thing.name)
        assert "虚构" in thing.facts["note"]
        for key in ("holder", "lead_official", "responsible_unit", "command_post", "funding"):
            assert "示例" in thing.facts.get(key, "示例")


# --- parcels -----------------------------------------------------------------------------------------------


def test_the_mix_of_states_is_the_planned_one_on_the_reference_day() -> None:
    mix = state_mix(REFERENCE)
    planned = {"two_years": 22, "one_year": 36, "suspended": 8, "due_soon": 22, "low_use": 39, "revived": 16}
    assert {key: mix[key] for key in planned} == planned
    assert mix["government"] == 3
    assert mix["unknown"] == 2
    assert mix.total() == 160


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2027, 2, 1), date(2027, 6, 1), date(2027, 10, 31)])
def test_the_mix_stays_plausible_over_the_coming_year(day: date) -> None:
    mix = state_mix(day)
    assert 20 <= mix["two_years"] <= 62
    assert 25 <= mix["one_year"] <= 60
    assert mix["due_soon"] >= 1
    assert mix["normal"] >= 1


def test_the_parcel_of_the_pictures_is_there() -> None:
    parcel = named("idle_parcel", "示例地块 界湖-017")
    area_m2 = abs(GRS80.geometry_area_perimeter(parcel.shape)[0])
    assert area_m2 * 3 / 2000 == pytest.approx(86.42, abs=0.05)
    expected = {
        "code": "SL-2022-017",
        "town": "界湖街道",
        "holder": "示例实业有限公司",
        "land_use": "工业用地",
        "supply_mode": "granted",
        "price": 1286,
        "area_declared_mu": 86.4,
        "contract_start": "2024-06-30",
    }
    assert expected.items() <= parcel.facts.items()
    assert "actual_start" not in parcel.facts


def test_jiehu_has_46_parcels_and_every_town_some() -> None:
    per_town = Counter(parcel.facts["town"] for parcel in things("idle_parcel"))
    assert per_town["界湖街道"] == 46
    assert set(per_town) == set(towns())


def test_parcels_measure_what_parcels_measure() -> None:
    areas = [
        abs(GRS80.geometry_area_perimeter(parcel.shape)[0]) * 3 / 2000 for parcel in things("idle_parcel")
    ]
    assert min(areas) > 7
    assert max(areas) < 265
    for parcel, area_mu in zip(things("idle_parcel"), areas, strict=True):
        assert parcel.facts["area_declared_mu"] == pytest.approx(area_mu, rel=0.013)


def test_no_parcel_touches_another_a_zone_a_river_a_road_or_a_site() -> None:
    parcels = [thing.shape for thing in things("idle_parcel")]
    tree = shapely.STRtree(parcels)
    first, second = tree.query(parcels, "intersects")
    assert (first == second).all()
    for kind in ("renewal_zone", "river", "existing_road", "road_project", "scenic_site", "land_supply"):
        others = [thing.shape for thing in things(kind)]
        assert tree.query(others, "intersects").size == 0, kind


def test_parcels_stay_off_the_water_of_the_two_rivers() -> None:
    banks = [named("river", name).shape for name in ("沂河", "汶河")]
    for parcel in things("idle_parcel"):
        assert min(parcel.shape.distance(river) for river in banks) * METRES_PER_DEGREE > 230


@pytest.mark.parametrize("kind", ["idle_parcel", "renewal_zone"])
def test_everything_lies_inside_the_town_it_names(kind: str) -> None:
    areas = towns()
    for thing in things(kind):
        assert areas[thing.facts["town"]].contains(thing.shape), thing.name


def test_a_parcel_number_is_used_once() -> None:
    codes = [parcel.facts["code"] for parcel in things("idle_parcel")]
    assert all(re.fullmatch(r"SL-\d{4}-\d{3}", code) for code in codes)
    assert len({code[-3:] for code in codes}) == len(codes)


# --- zones -------------------------------------------------------------------------------------------------


def zones_with_phases() -> Iterator[tuple[Thing, list[Thing]]]:
    every = things("renewal_zone")
    for zone in every:
        if "parent" not in zone.facts:
            yield zone, [phase for phase in every if phase.facts.get("parent") == zone.name]


def test_twelve_zones_and_their_phases_are_separate_records() -> None:
    phases = [len(of_zone) for _, of_zone in zones_with_phases()]
    assert len(phases) == 12
    assert set(phases) == {0, 2, 3}


def test_a_zone_is_the_union_and_the_sum_of_its_phases() -> None:
    for zone, phases in zones_with_phases():
        if phases:
            parts = [phase.shape for phase in phases]
            assert shapely.coverage_is_valid(parts)
            assert shapely.union_all(parts).symmetric_difference(zone.shape).area < 1e-12
            for key in ("households", "sets_total", "households_signed", "sets_started"):
                assert zone.facts[key] == sum(phase.facts[key] for phase in phases)


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("households_signed", "households"),
        ("households_vacated", "households_signed"),
        ("households_demolished", "households_vacated"),
        ("households_cash", "households"),
        ("households_moved_back", "households"),
        ("sets_started", "sets_planned"),
        ("sets_basic", "sets_started"),
        ("sets_completed", "sets_basic"),
        ("sets_planned", "sets_built_in_kind"),
    ],
)
def test_no_rate_of_a_zone_passes_a_hundred_per_cent(part: str, whole: str) -> None:
    for zone in things("renewal_zone"):
        assert 0 <= zone.facts[part] <= zone.facts[whole], zone.name


def test_cash_and_kind_make_all_sets() -> None:
    for zone in things("renewal_zone"):
        assert zone.facts["sets_cash"] + zone.facts["sets_built_in_kind"] == zone.facts["sets_total"]


# --- in the database ---------------------------------------------------------------------------------------


@pytest.fixture
def filled(database: Database) -> Database:
    assert fill(database)
    return database


def test_the_sample_fills_an_empty_database_in_one_act(filled: Database) -> None:
    with filled.reading() as session:
        layers = query.layers(session, SYSTEM_VIEWER)
        counted = {each.key: sum(part.count for part in each.classes.values()) for each in layers}
        assert counted == {kind: len(things(kind)) for kind in FILES}
        assert all(layer.sample and layer.data_date == REFERENCE for layer in layers)
        parcel = query.feature_of(session, INTERNAL_VIEWER, named("idle_parcel", "示例地块 界湖-017").uid)
        assert parcel.act_who == "示例数据"
        assert parcel.derived["town"] == "界湖街道"


def test_land_housing_industry_and_lines_are_internal_and_the_rest_is_public(filled: Database) -> None:
    internal = {
        "idle_parcel",
        "land_supply",
        "renewal_zone",
        "housing_stock",
        "industry_project",
        "utility_line",
        "control_line",
    }
    with filled.reading() as session:
        public = {layer.key for layer in query.layers(session, PUBLIC_VIEWER)}
    assert public == set(FILES) - internal


def test_a_second_filling_changes_nothing(filled: Database) -> None:
    with filled.reading() as session:
        before = query.layers(session, INTERNAL_VIEWER)
    assert not fill(filled)
    with filled.reading() as session:
        assert query.layers(session, INTERNAL_VIEWER) == before


def test_the_sample_is_read_from_the_source_tree() -> None:
    assert data_folder() == DATA
