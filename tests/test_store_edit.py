"""A planner changes the map: one deed is one act, and what was before is kept."""

from __future__ import annotations

import math
from uuid import UUID

import pytest
import shapely
from pyproj import Geod
from sqlalchemy import select

from layers import clock
from layers.errors import InvalidShape, InvalidValue, OutOfDate, UnknownThing
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER
from layers.store import edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from layers.store.search import search
from layers.store.tables import Act, Feature, FeatureVersion, Layer
from tests.stored import NOON, found, lay, parcel, square, store, store_towns

GEOD = Geod(a=6378137, rf=298.257222101)


def version_of(database: Database, key: str = "idle_parcel") -> int:
    with database.reading() as session:
        return query.layer_named(session, SYSTEM_VIEWER, key).version


def test_what_is_stored_is_found_with_who_and_when(database: Database) -> None:
    with clock.standing_at(NOON):
        (id_,) = store(database, [parcel("界湖-017", code="SL-2022-017")])
    feature = found(database, id_)
    assert (feature.name, feature.layer_key, feature.kind) == ("界湖-017", "idle_parcel", "idle_parcel")
    assert feature.properties == {"name": "界湖-017", "code": "SL-2022-017"}
    assert feature.shape.equals(square(118.42, 35.52))
    assert (feature.act_who, feature.act_at, feature.act_what) == ("李工", NOON, "新建")
    assert feature.version == 1
    assert UUID(feature.uid).version == 7
    assert found(database, feature.uid) == feature


def test_ids_come_back_in_the_order_of_the_rows(database: Database) -> None:
    names = [f"地块{number}" for number in range(600)]
    ids = store(database, [parcel(name) for name in names])
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        kept = {each.id: each.name for each in query.find_features(session, SYSTEM_VIEWER, layer)}
    assert [kept[id_] for id_ in ids] == names


def test_sizes_are_those_of_the_ellipsoid(database: Database) -> None:
    (id_,) = store(database, [parcel("一")])
    (road,) = store(
        database,
        [NewFeature(shapely.LineString([(118.4, 35.5), (118.5, 35.55)]), {"state": "open"})],
        "road_project",
    )
    area, _ = GEOD.geometry_area_perimeter(square(118.42, 35.52))
    derived = found(database, id_).derived
    assert derived["area_m2"] == pytest.approx(abs(area), abs=0.006)
    assert derived["area_mu"] == pytest.approx(abs(area) * 3 / 2000, abs=0.006)
    assert "length_m" not in derived
    length = GEOD.geometry_length(shapely.LineString([(118.4, 35.5), (118.5, 35.55)]))
    derived = found(database, road).derived
    assert derived["length_m"] == pytest.approx(length, abs=0.006)
    assert derived["length_km"] == pytest.approx(length / 1000, abs=0.0006)
    assert "area_m2" not in derived


def test_heights_are_dropped(sqlite_database: Database) -> None:
    (id_,) = store(
        sqlite_database, [NewFeature(shapely.Point(118.4, 35.5, 88.0), {"name": "泉"})], "scenic_site"
    )
    assert not found(sqlite_database, id_).shape.has_z


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (shapely.Polygon(), "第 2 个图形是空的"),
        (None, "第 2 个图形是空的"),
        (shapely.Point(math.nan, 35.5), "第 2 个图形含有无效坐标"),
        (shapely.LineString([(118.4, 35.5), (math.inf, 35.6)]), "第 2 个图形含有无效坐标"),
    ],
    ids=["empty", "missing", "NaN", "infinite"],
)
def test_a_shape_that_no_layer_can_hold_is_refused(
    sqlite_database: Database, shape: shapely.Geometry, words: str
) -> None:
    lay(sqlite_database, "scenic_site")
    with pytest.raises(InvalidShape, match=words):
        store(sqlite_database, [NewFeature(shapely.Point(118.4, 35.5)), NewFeature(shape)], "scenic_site")  # type: ignore[arg-type]
    with sqlite_database.reading() as session:
        assert not session.scalars(select(Feature)).all()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a\0b", "控制字符"),
        ("\ud800", "残缺字符"),
        (["好", "a\0"], "控制字符"),
        (math.nan, "应为有限的数字"),
        (math.inf, "应为有限的数字"),
    ],
    ids=["NUL", "half a pair", "in a list", "NaN", "infinite"],
)
def test_a_value_that_no_database_can_hold_is_refused(
    sqlite_database: Database, value: object, words: str
) -> None:
    with pytest.raises(InvalidValue, match=words):
        store(sqlite_database, [parcel("一", note=value)])


def test_any_other_text_comes_back_exactly(database: Database) -> None:
    texts = ["竹泉'); DROP TABLE feature; --", "😀𠀀", "<script>", "{{ 7*7 }}", "a\\u0000b", "\u202e反"]
    ids = store(database, [parcel(text, note=text) for text in texts])
    assert [found(database, id_).properties for id_ in ids] == [
        {"name": text, "note": text} for text in texts
    ]


def test_a_uid_made_elsewhere_is_kept_and_not_taken_twice(database: Database) -> None:
    uid = "01890a5d-ac96-774b-bcce-b302099a8057"
    store(database, [NewFeature(square(118.4, 35.5), {"name": "一"}, uid=uid)])
    assert found(database, uid).name == "一"
    with pytest.raises(InvalidValue, match=f"标识为“{uid}”的图形已经存在"):
        store(database, [NewFeature(square(118.4, 35.5), uid=uid)])
    twice = NewFeature(square(118.4, 35.5), uid="01890a5d-ac96-774b-bcce-b302099a8058")
    with pytest.raises(InvalidValue, match="重复的图形标识"):
        store(database, [twice, twice])
    with pytest.raises(InvalidValue, match="应为 UUID"):
        store(database, [NewFeature(square(118.4, 35.5), uid="17")])


def test_an_act_that_fails_leaves_nothing(sqlite_database: Database) -> None:
    lay(sqlite_database, "idle_parcel")
    with pytest.raises(InvalidShape):
        store(sqlite_database, [parcel("好"), NewFeature(shapely.Polygon())])
    with sqlite_database.reading() as session:
        assert not session.scalars(select(Act)).all()
        assert not session.scalars(select(Feature)).all()


def test_an_act_is_seen_only_when_it_is_done(database: Database) -> None:
    lay(database, "idle_parcel")
    with database.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        with edit.one_act(session, "新建", "李工", reason="核查") as act:
            edit.add_features(session, act, layer, [parcel("一"), parcel("二")])
            assert query.count_features(session, SYSTEM_VIEWER, layer) == 0
        assert query.count_features(session, SYSTEM_VIEWER, layer) == 2
        session.commit()
    with database.reading() as session:
        (kept,) = session.scalars(select(Act))
        assert (kept.state, kept.count, kept.reason) == ("done", 2, "核查")


def test_each_visible_change_gives_the_layer_a_new_version(database: Database) -> None:
    (id_,) = store(database, [parcel("一")])
    store(database, [], "river")
    assert (version_of(database), version_of(database, "river")) == (2, 1)
    with database.writing() as session:
        with edit.one_act(session, "改", "李工") as act:
            edit.revise_feature(session, act, id_, properties={"name": "二"})
        session.commit()
    assert version_of(database) == 3
    with database.writing() as session:
        with edit.one_act(session, "删", "李工") as act:
            edit.remove_feature(session, act, id_)
        session.commit()
    assert (version_of(database), version_of(database, "river")) == (4, 1)


def revised(database: Database, ref: int | str, **changes: object) -> None:
    with database.writing() as session:
        with edit.one_act(session, "修改", "王工") as act:
            edit.revise_feature(session, act, ref, **changes)  # type: ignore[arg-type]
        session.commit()


def test_a_revision_keeps_the_old_state(database: Database) -> None:
    (id_,) = store(database, [parcel("旧名", code="A-1")])
    before = found(database, id_)
    revised(database, id_, properties={"name": "新名"}, shape=square(118.55, 35.55))
    after = found(database, id_)
    assert (after.name, after.version, after.act_who, after.uid) == ("新名", 2, "王工", before.uid)
    assert after.properties == {"name": "新名"}
    assert after.derived["bounds"] == [118.55, 35.55, 118.552, 35.552]
    with database.reading() as session:
        (kept,) = session.scalars(select(FeatureVersion))
        first, second = session.scalars(select(Act).order_by(Act.id))
        assert (kept.feature_id, kept.version, kept.properties) == (id_, 1, before.properties)
        assert kept.shape == before.shape
        assert (kept.act_id, kept.until_act_id) == (first.id, second.id)


def test_a_new_feature_writes_no_version(database: Database) -> None:
    store(database, [parcel("一"), parcel("二")])
    with database.reading() as session:
        assert not session.scalars(select(FeatureVersion)).all()


def test_an_act_may_revise_a_feature_twice(database: Database) -> None:
    (id_,) = store(database, [parcel("一")])
    with database.writing() as session:
        with edit.one_act(session, "改", "李工") as act:
            edit.revise_feature(session, act, id_, properties={"name": "二"})
            edit.revise_feature(session, act, id_, properties={"name": "三"})
        session.commit()
    assert (found(database, id_).name, found(database, id_).version) == ("三", 3)


def test_a_revision_changes_only_what_is_given(database: Database) -> None:
    (id_,) = store(database, [parcel("一", code="A-1")])
    revised(database, id_, visibility="internal")
    after = found(database, id_)
    assert after.properties == {"name": "一", "code": "A-1"}
    assert after.shape.equals(square(118.42, 35.52))
    assert after.visibility == "internal"
    with pytest.raises(UnknownThing):
        found(database, id_, PUBLIC_VIEWER)


def test_a_revised_feature_is_found_under_its_new_name_and_place(database: Database) -> None:
    (id_,) = store(database, [parcel("旧名", 118.42, 35.52)])
    revised(database, id_, properties={"name": "新名"}, shape=square(118.55, 35.55))
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        assert [hit.id for hit in search(session, SYSTEM_VIEWER, "新名")] == [id_]
        assert not search(session, SYSTEM_VIEWER, "旧名")
        there = query.find_features(session, SYSTEM_VIEWER, layer, bounds=(118.54, 35.54, 118.56, 35.56))
        assert [each.id for each in there] == [id_]
        old = query.find_features(session, SYSTEM_VIEWER, layer, bounds=(118.41, 35.51, 118.43, 35.53))
        assert not old


def test_who_started_from_an_old_version_is_told(database: Database) -> None:
    (id_,) = store(database, [parcel("一")])
    revised(database, id_, properties={"name": "二"}, version=1)
    with pytest.raises(OutOfDate, match="您依据的是第 1 版，现在是第 2 版"):
        revised(database, id_, properties={"name": "三"}, version=1)
    assert found(database, id_).name == "二"
    revised(database, id_, properties={"name": "三"}, version=2)


def test_a_removed_feature_is_gone_for_readers_and_kept_in_history(database: Database) -> None:
    ids = store(database, [parcel("甲"), parcel("乙")])
    with database.writing() as session:
        with edit.one_act(session, "删除", "王工") as act:
            edit.remove_feature(session, act, ids[0], version=1)
        session.commit()
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        assert [each.name for each in query.find_features(session, SYSTEM_VIEWER, layer)] == ["乙"]
        assert query.count_features(session, SYSTEM_VIEWER, layer) == 1
        assert not search(session, SYSTEM_VIEWER, "甲")
        assert session.scalars(select(FeatureVersion.feature_id)).all() == [ids[0]]
    with pytest.raises(UnknownThing, match="可能已被删除"):
        revised(database, ids[0], properties={})


def test_an_id_is_never_given_again(database: Database) -> None:
    (first,) = store(database, [parcel("一")])
    with database.writing() as session:
        feature = session.get_one(Feature, first)
        session.delete(feature)
        session.commit()
    (second,) = store(database, [parcel("二")])
    assert second > first


def test_the_town_is_where_the_anchor_lies(database: Database) -> None:
    store_towns(database)
    ids = store(
        database,
        [
            parcel("在界湖", 118.42, 35.52),
            parcel("在铜井", 118.52, 35.52),
            parcel("在县外", 119.0, 36.0),
            parcel("自己写的", 118.42, 35.52, town="马牧池乡"),
        ],
    )
    towns = [found(database, id_).derived.get("town") for id_ in ids]
    assert towns == ["界湖街道", "铜井镇", None, "马牧池乡"]
    assert "town" not in found(database, ids[0]).properties


def test_towns_of_the_same_act_count(database: Database) -> None:
    lay(database, "admin_area")
    lay(database, "idle_parcel")
    with database.writing() as session:
        areas = query.layer_named(session, SYSTEM_VIEWER, "admin_area")
        parcels = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        with edit.one_act(session, "示例", "系统") as act:
            (before,) = edit.add_features(session, act, parcels, [parcel("先")])
            town = NewFeature(square(118.4, 35.5, 0.1), {"name": "界湖街道", "level": "town"})
            edit.add_features(session, act, areas, [town])
            (after,) = edit.add_features(session, act, parcels, [parcel("后")])
        session.commit()
    assert "town" not in found(database, before).derived
    assert found(database, after).derived["town"] == "界湖街道"


def test_a_moved_feature_gets_its_new_town(database: Database) -> None:
    store_towns(database)
    (id_,) = store(database, [parcel("一", 118.42, 35.52)])
    revised(database, id_, shape=square(118.52, 35.52))
    assert found(database, id_).derived["town"] == "铜井镇"


def test_after_boundaries_changed_features_can_be_settled_anew(database: Database) -> None:
    ids = store(database, [parcel("一", 118.42, 35.52), parcel("二", 118.42, 35.52, town="马牧池乡")])
    store_towns(database)
    before = version_of(database)
    assert edit.settle_towns(database) == 1
    assert [found(database, id_).derived["town"] for id_ in ids] == ["界湖街道", "马牧池乡"]
    assert found(database, ids[0]).version == 1
    assert version_of(database) == before + 1
    with database.reading() as session:
        assert [hit.id for hit in search(session, SYSTEM_VIEWER, "界湖街道 一")] == [ids[0]]
    assert edit.settle_towns(database) == 0


def test_the_anchor_lies_inside_the_shape(sqlite_database: Database) -> None:
    horseshoe = shapely.from_wkt(
        "POLYGON ((118.4 35.5, 118.5 35.5, 118.5 35.51, 118.41 35.51, 118.41 35.59, 118.5 35.59, "
        "118.5 35.6, 118.4 35.6, 118.4 35.5))"
    )
    assert not horseshoe.contains(horseshoe.centroid)
    (id_,) = store(sqlite_database, [NewFeature(horseshoe, {"name": "马蹄"})])
    anchor = shapely.Point(found(sqlite_database, id_).derived["anchor"])
    assert horseshoe.contains(anchor)


def test_a_line_is_labelled_half_way_along_its_longest_part(sqlite_database: Database) -> None:
    short, long = [(118.3, 35.3), (118.31, 35.3)], [(118.4, 35.5), (118.5, 35.5)]
    road = NewFeature(shapely.MultiLineString([short, long]), {"name": "路", "state": "open"})
    (id_,) = store(sqlite_database, [road], "road_project")
    assert found(sqlite_database, id_).derived["anchor"] == pytest.approx([118.45, 35.5])


def test_every_kind_ships_one_layer_of_its_own(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        shipped = edit.ship_layers(session)
        session.commit()
    with sqlite_database.writing() as session:
        assert edit.ship_layers(session) == []
    with sqlite_database.reading() as session:
        there = query.layers(session, INTERNAL_VIEWER)
        assert len(there) == len(shipped)
        assert all(layer.key == layer.kind and layer.count == 0 and layer.bounds is None for layer in there)
        assert [layer.order for layer in there] == sorted(layer.order for layer in there)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({"kind": "idle"}, "没有“idle”这一类图层"),
        ({"key": "Idle-Parcel"}, "应以小写字母开头"),
        ({"key": "图层"}, "应以小写字母开头"),
        ({"key": "a" * 64}, "最多 63 个字符"),
        ({"key": "taken"}, "已被使用"),
        ({"visibility": "secret"}, "public（公开）、internal（内部）、sensitive（敏感）"),
        ({"title": "  "}, "应为 1 到 60 个字"),
        ({"title": "长" * 61}, "应为 1 到 60 个字"),
    ],
    ids=["kind", "key", "Chinese key", "long key", "taken", "visibility", "no title", "long title"],
)
def test_a_layer_that_cannot_be_is_refused_in_a_sentence(
    sqlite_database: Database, layer: dict[str, str], words: str
) -> None:
    lay(sqlite_database, "river", "taken")
    with pytest.raises((InvalidValue, UnknownThing), match=words):
        lay(sqlite_database, **{"kind": "river", "key": "new"} | layer)
    with sqlite_database.reading() as session:
        assert session.scalars(select(Layer.key)).all() == ["taken"]
