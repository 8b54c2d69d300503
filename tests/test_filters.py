"""A planner filters a layer: what passes, what the filter says, and what cannot be asked."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from layers import clock
from layers.errors import InvalidFilter
from layers.filters import Filter, expression, facets_of, passes
from layers.filters.operators import MOST_METRES, OPERATORS
from layers.kinds import KINDS, kind_for
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from tests.filter_data import ASKED, LAYER, boxes, lay_records, records
from tests.stored import NOON, lay, square, store, store_towns

GEOD = Geod(a=6378137, rf=298.257222101)
SMALL = "118.40000_35.50000_118.50000_35.50000_118.50000_35.55000_118.40000_35.55000"


def asked(database: Database, text: str, key: str = LAYER, viewer: Viewer = SYSTEM_VIEWER) -> Filter:
    with database.reading() as session:
        return query.read_filter(session, viewer, query.layer_named(session, viewer, key), text)


def passing(database: Database, text: str, key: str = LAYER, viewer: Viewer = SYSTEM_VIEWER) -> list[int]:
    """In three ways that must agree: the rows that are found, their number, and the ids for the map."""
    with database.reading() as session:
        layer = query.layer_named(session, viewer, key)
        where = query.read_filter(session, viewer, layer, text)
        found = [each.id for each in query.find_features(session, viewer, layer, where=where)]
        assert query.count_features(session, viewer, layer, where=where) == len(found)
        assert query.passing_ids(session, viewer, layer, where).tolist() == found
        assert query.sums(session, viewer, layer, where, []).whole.count == len(found)
    return found


@pytest.fixture
def ids(database: Database) -> list[int]:
    return lay_records(database)


def test_every_operator_finds_what_plain_python_finds(database: Database, ids: list[int]) -> None:
    """One layer for all of them: to lay it out takes longer than to ask."""
    rows = records()
    with clock.standing_at(NOON):
        for text, expected in ASKED.items():
            right = [id_ for id_, record in zip(ids, rows, strict=True) if expected(record)]
            assert passing(database, text) == right, text
            # Conditions that nothing or everything fulfils would prove little.
            assert 0 < len(right) < len(ids) or text in ("f3.has._", "f7.any.true,false"), text


def test_every_operator_holds_for_one_record_as_for_all(database: Database, ids: list[int]) -> None:
    with clock.standing_at(NOON):
        for text, expected in ASKED.items():
            conditions = asked(database, text).plain
            for record in records():
                assert passes(conditions, record, {}) == expected(record), (text, record)


def test_the_table_of_the_tests_names_every_operator_on_values() -> None:
    tried = {part.split(".")[1] for text in ASKED for part in text.split(";")}
    assert tried == {key for key, each in OPERATORS.items() if "shape" not in each.sorts}


# --- where ---------------------------------------------------------------------------------------------


def test_a_drawn_shape_takes_what_meets_it_or_lies_inside(database: Database, ids: list[int]) -> None:
    area = shapely.box(118.40, 35.50, 118.50, 35.55)
    shapes = dict(zip(ids, boxes(), strict=True))
    meeting = [id_ for id_, shape in shapes.items() if area.intersects(shape)]
    inside = [id_ for id_, shape in shapes.items() if area.contains(shape)]
    assert 0 < len(inside) < len(meeting) < len(ids)
    assert passing(database, f"shape.meets.{SMALL}") == meeting
    assert passing(database, f"shape.inside.{SMALL}") == inside
    both = [
        id_ for id_, record in zip(ids, records(), strict=True) if id_ in meeting and record.get("f1") == "c1"
    ]
    assert passing(database, f"f1.any.c1;shape.meets.{SMALL}") == both


def test_a_distance_is_that_on_the_ellipsoid(database: Database, ids: list[int]) -> None:
    """Points, so that pyproj can say how far they are without any library of shapes."""
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(118.45, 118.47, 200), rng.uniform(35.55, 35.57, 200)
    places = [NewFeature(shapely.Point(*at), {"name": str(at)}) for at in zip(lon, lat, strict=True)]
    points = store(database, places, "scenic_site")
    store(database, [NewFeature(shapely.Point(118.46, 35.56), {"name": "集散中心"})], "public_facility")
    _, _, metres = GEOD.inv(lon, lat, np.full(200, 118.46), np.full(200, 35.56))
    assert not ((metres > 499.5) & (metres < 500.5)).any()
    near = [id_ for id_, far in zip(points, metres, strict=True) if far <= 500]
    assert 0 < len(near) < 200
    assert passing(database, "shape.near.public_facility,500", "scenic_site") == near
    beyond = [id_ for id_ in points if id_ not in near]
    assert passing(database, "shape.far.public_facility,500", "scenic_site") == beyond


def test_what_is_measured_from_changes_what_passes(database: Database, ids: list[int]) -> None:
    store(database, [NewFeature(shapely.Point(118.9, 35.9), {"name": "远"})], "public_facility")
    assert passing(database, "shape.near.public_facility,1000") == []
    store(database, [NewFeature(boxes()[0].centroid, {"name": "近"})], "public_facility")
    assert ids[0] in passing(database, "shape.near.public_facility,1000")


def test_towns_and_sizes_follow_from_the_shape(database: Database) -> None:
    store_towns(database)
    small, east = square(118.42, 35.52, 0.001), square(118.55, 35.52, 0.004)
    first, second = store(database, [NewFeature(small, {"name": "小"}), NewFeature(east, {"name": "大"})])
    assert passing(database, "town.any.界湖街道", "idle_parcel") == [first]
    assert passing(database, "area_mu.over.100", "idle_parcel") == [second]
    assert passing(database, "town.any.界湖街道;area_mu.over.100", "idle_parcel") == []


# --- what is derived may be due ------------------------------------------------------------------------


def test_a_parcel_whose_day_has_come_is_found_in_its_new_state(database: Database) -> None:
    with clock.standing_at(NOON):
        rows = [
            NewFeature(
                square(118.42, 35.52), {"name": "到期", "status": "idle", "contract_start": "2023-03-02"}
            ),
            NewFeature(
                square(118.43, 35.52), {"name": "早满", "status": "idle", "contract_start": "2020-03-02"}
            ),
        ]
        due, old = store(database, rows)
        assert passing(database, "symbol.any.two_years", "idle_parcel") == [old]
        assert passing(database, "symbol.any.one_year", "idle_parcel") == [due]
    with clock.standing_at(NOON.replace(day=9)):
        assert passing(database, "symbol.any.two_years", "idle_parcel") == [due, old]
        assert passing(database, "symbol.any.one_year", "idle_parcel") == []
        assert groups(database, "symbol.any.two_years", "symbol") == {"two_years": 2}


def test_a_past_day_is_filtered_as_it_was(database: Database) -> None:
    with clock.standing_at(NOON):
        row = {"name": "到期", "status": "idle", "contract_start": "2023-03-05"}
        (id_,) = store(database, [NewFeature(square(118.42, 35.52), row)])
    with clock.standing_at(NOON.replace(day=20)):
        then = Viewer("甲", "internal", at=NOON.date().replace(day=2))
        assert passing(database, "symbol.any.two_years", "idle_parcel") == [id_]
        assert passing(database, "symbol.any.two_years", "idle_parcel", then) == []
        assert passing(database, "symbol.any.one_year", "idle_parcel", then) == [id_]


# --- totals --------------------------------------------------------------------------------------------


def groups(database: Database, text: str, by: str, key: str = "idle_parcel") -> dict[str, int]:
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, key)
        facet = facets_of(kind_for(layer), SYSTEM_VIEWER)[by]
        where = query.read_filter(session, SYSTEM_VIEWER, layer, text)
        found = query.sums(session, SYSTEM_VIEWER, layer, where, [facet])
    return {value: totals.count for value, totals in found.groups[by].items()}


def test_groups_count_each_record_once(database: Database, ids: list[int]) -> None:
    rows = records()
    for key, of in (
        ("f1", lambda record: record.get("f1", "")),
        ("f6", lambda record: record.get("f6", "")[:4]),
        ("f7", lambda record: {True: "true", False: "false"}.get(record.get("f7"), "")),
        ("f3", lambda record: record.get("f3", "")),
    ):
        right: dict[str, int] = {}
        for record in (each for each in rows if each.get("f5", 0) > 20):
            right[of(record)] = right.get(of(record), 0) + 1
        assert groups(database, "f5.over.20", key, LAYER) == right, key


def test_the_area_is_the_sum_of_what_passes(database: Database, ids: list[int]) -> None:
    rows, shapes = records(), boxes()
    right = sum(
        round(abs(GEOD.geometry_area_perimeter(shape)[0]), 2)
        for record, shape in zip(rows, shapes, strict=True)
        if record.get("f1") == "c1"
    )
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, LAYER)
        where = query.read_filter(session, SYSTEM_VIEWER, layer, "f1.any.c1")
        assert query.sums(session, SYSTEM_VIEWER, layer, where, []).whole.area_m2 == pytest.approx(
            right, abs=1
        )


def test_a_change_of_the_layer_is_seen_at_once(database: Database, ids: list[int]) -> None:
    before = len(passing(database, "f1.any.c1"))
    with database.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, LAYER)
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(
                session, act, layer, [NewFeature(square(118.5, 35.5), {"name": "新", "f1": "c1"})]
            )
        session.commit()
    assert len(passing(database, "f1.any.c1")) == before + 1


# --- what a filter says --------------------------------------------------------------------------------

SENTENCES = {
    "symbol.any.two_years;area_mu.over.20;town.any.界湖街道": "闲置低效用地：疑似闲置·满两年，且大于20亩，位于界湖街道",
    "town.any.界湖街道;symbol.any.two_years,one_year": "闲置低效用地：疑似闲置·满两年或疑似闲置·满一年，位于界湖街道",
    "area_mu.between.20,50": "闲置低效用地：在20至50亩",
    "price.least.1000": "闲置低效用地：出让（划拨）价款不少于1000万元",
    "next_due.month": "闲置低效用地：下一法定节点在本月",
    "next_due.next.90": "闲置低效用地：下一法定节点在今后90天内",
    "contract_start.year.2023,2024": "闲置低效用地：约定动工日期在2023或2024年",
    "contract_start.before.2024-6-30": "闲置低效用地：约定动工日期早于2024-06-30",
    "holder.has.实业": "闲置低效用地：权利人含“实业”",
    "disposal_route.empty": "闲置低效用地：处置方式未填写",
    "status.none.已盘活": "闲置低效用地：处置状态不是已盘活",
    "shape.near.road_project,500": "闲置低效用地：距“道路项目”不超过500米",
    "": "闲置低效用地：全部",
}


@pytest.fixture
def two_layers(sqlite_database: Database) -> Database:
    for key in ("idle_parcel", "road_project"):
        lay(sqlite_database, key)
    return sqlite_database


@pytest.mark.parametrize(("text", "sentence"), SENTENCES.items())
def test_a_filter_says_what_it_asks(two_layers: Database, text: str, sentence: str) -> None:
    assert asked(two_layers, text, "idle_parcel").sentence("闲置低效用地") == sentence


def test_the_same_filter_is_always_the_same_text(two_layers: Database) -> None:
    text = "area_mu.over.20;town.any.界湖街道"
    assert asked(two_layers, f"{text};{text}", "idle_parcel").text == text


REFUSED = {
    "unknown": ("colour.any.红", "不能按“colour”筛选：闲置低效用地没有这个字段，或者您无权查看"),
    "no operator": ("price", "筛选条件收到“price”，应为“字段.条件.值”"),
    "wrong operator": ("price.has.1", "筛选条件“出让（划拨）价款”不能用“has”来比较，可用的有：over（大于）"),
    "no number": ("price.over.很多", "“出让（划拨）价款”应为数字（万元），但收到“很多”。请改正筛选条件。"),
    "no day": ("contract_start.since.去年", "“约定动工日期”应为日期（如 2024-06-30），但收到“去年”"),
    "no choice": (
        "status.any.丢失",
        "“处置状态”应为以下之一：疑似闲置、已认定闲置、低效、已盘活，但收到“丢失”",
    ),
    "too few": ("price.between.3", "筛选条件“出让（划拨）价款”收到 1 个值，应为 2 个值"),
    "turned round": ("price.between.9,3", "起止颠倒：从 9 到 3"),
    "percent": ("building_density.over.120", "“建筑密度”应为 0 到 100 之间的数字"),
    "days": ("next_due.next.0", "应为天数（1 到 3650 的整数），但收到“0”"),
    "ranges apart": ("area_mu.over.50;area_mu.under.20", "筛选条件互相矛盾：“大于50亩”与“小于20亩”"),
    "ranges that only touch": ("area_mu.over.20;area_mu.most.20", "互相矛盾"),
    "two towns": ("town.any.甲镇;town.any.乙镇", "互相矛盾：“位于甲镇”与“位于乙镇”"),
    "value and none": ("price.over.3;price.empty", "互相矛盾"),
    "wanted and not": ("status.any.idle;status.none.idle,revived", "互相矛盾"),
    "few corners": ("shape.meets.118_35_119_36", "应为至少三个角点的经度和纬度"),
    "no corners": ("shape.meets.a_b_c_d_e_f", "里有“a”，应为经纬度数字（度）"),
    "crosses itself": (
        "shape.meets.118_35_119_36_119_35_118_36",
        "筛选所画的范围在经度 118.500000、纬度 35.500000 处边界自相交。请重新画，边线不要交叉。",
    ),
    "far away": ("shape.meets.118_95_119_96_119_95", "不是地球上的位置"),
    "huge belt": ("shape.near.road_project,90000", f"90,000 米，最多 {MOST_METRES:,} 米"),
    "no distance": ("shape.near.road_project,宽", "应为距离，1 到 20,000 之间的米数，但收到“宽”"),
    "no layer": ("shape.near.moon,5", "图层“moon”不存在，或者您无权查看"),
    "too long": ("note.has." + "长" * 3000, "最多 3000 个"),
    "too many": (";".join(f"price.over.{n}" for n in range(21)), "筛选条件有 21 个，最多 20 个"),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_asked_is_said(two_layers: Database, text: str, words: str) -> None:
    with pytest.raises(InvalidFilter) as refusal:
        asked(two_layers, text, "idle_parcel")
    assert words in refusal.value.message
    assert "请" in refusal.value.message


def test_a_field_that_was_taken_out_of_use_is_named(sqlite_database: Database) -> None:
    lay_records(sqlite_database)
    with sqlite_database.reading() as session:
        kind = kind_for(query.layer_named(session, SYSTEM_VIEWER, LAYER))
    from dataclasses import replace

    from layers.filters import parse

    retired = replace(kind, fields=kind.fields[:-1], retired=frozenset({"f3"}))
    there = {key: facet for key, facet in facets_of(retired, SYSTEM_VIEWER).items() if key != "f3"}
    with pytest.raises(InvalidFilter, match="字段“f3”已被停用，不能再按它筛选。请从筛选中去掉这个条件"):
        parse("f3.has.补", retired, there, NOON.date(), {})


def test_who_may_not_see_a_field_cannot_filter_by_it(database: Database, ids: list[int]) -> None:
    assert passing(database, "f8.any.张三", viewer=INTERNAL_VIEWER)
    with pytest.raises(InvalidFilter, match="不能按“f8”筛选：核查没有这个字段，或者您无权查看"):
        asked(database, "f8.any.张三", viewer=PUBLIC_VIEWER)


def test_nor_measure_from_a_layer_that_he_may_not_see(database: Database, ids: list[int]) -> None:
    lay(database, "road_project", visibility="internal")
    assert asked(database, "shape.near.road_project,5")
    with pytest.raises(InvalidFilter, match="不存在，或者您无权查看"):
        asked(database, "shape.near.road_project,5", viewer=PUBLIC_VIEWER)


# --- what follows for every kind -----------------------------------------------------------------------


@pytest.mark.parametrize("key", KINDS)
def test_the_questions_of_a_kind_can_be_asked(sqlite_database: Database, key: str) -> None:
    lay(sqlite_database, key)
    for question in KINDS[key].questions:
        where = asked(sqlite_database, question.filter, key)
        assert where, question.title
        assert passing(sqlite_database, question.filter, key) == []


def test_what_the_tiles_do_not_carry_has_no_expression(two_layers: Database) -> None:
    for text in ("holder.has.实业", f"shape.meets.{SMALL}", "price.over.3"):
        assert expression(asked(two_layers, text, "idle_parcel")) is None
    for text in ("symbol.any.two_years", "area_mu.over.20", "town.any.甲镇", "supply_mode.any.出让"):
        assert expression(asked(two_layers, text, "idle_parcel")) is not None
