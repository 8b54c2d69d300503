"""Which records belong together? From either side, by uid, number or name; counted where one may not look."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from layers.editing import linking
from layers.errors import InvalidValue, NotAllowed, UnknownThing
from layers.kinds import KINDS
from layers.kinds.links import LINK_SORTS, sorts_of
from layers.kinds.references import Ref, ref_of, shown_ref
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer, signed_in
from layers.rules.swap import balance
from layers.store import edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from layers.store.links import Links, links_of
from tests.stored import square, store, store_towns

TOURISM = signed_in("王科", "editor", "文化和旅游局", None, 7)


def site(name: str, lon: float = 118.42, **said: Any) -> NewFeature:
    return NewFeature(shapely.Point(lon, 35.55), {"name": name, "site_type": "village", **said})


def uid_of(database: Database, id_: int) -> str:
    with database.reading() as session:
        return query.feature_of(session, SYSTEM_VIEWER, id_).uid


def ties(
    database: Database, id_: int, sort: str, viewer: Viewer = INTERNAL_VIEWER, *, back: bool = False
) -> Links:
    with database.reading() as session:
        found = links_of(session, viewer, query.feature_of(session, viewer, id_))
    return next(each for each in found if each.sort.key == sort and each.back is back)


def names(links: Links) -> list[str]:
    return [each.feature.name for each in links.found]


# --- the declaration ---------------------------------------------------------------------------------------


def test_every_sort_has_both_ends_among_the_kinds() -> None:
    for sort in LINK_SORTS:
        assert [kind for kind in KINDS.values() if sort.starts_at(kind)], sort.key
        assert [kind for kind in KINDS.values() if sort.ends_at(kind)], sort.key
        assert set(sort.tos) <= set(KINDS)
    assert sorts_of(KINDS["control_line"]) == []


def test_a_reference_shows_its_words_and_keeps_its_uid() -> None:
    uid = "01934c00-0000-7000-8000-000000000001"
    assert ref_of(f"竹泉村〔{uid}〕") == Ref("竹泉村", uid)
    assert ref_of("竹泉村〔二期〕") == Ref("竹泉村〔二期〕", None)
    assert shown_ref(f"〔{uid}〕") == "（内部记录）"


def test_the_two_sides_of_a_swap_by_hand() -> None:
    found = balance([10.25, 20.5], [28.0])
    assert found is not None
    assert (found.old_mu, found.new_mu, found.difference_mu) == (30.75, 28.0, 2.75)
    assert "差额 2.75 亩（拆旧多于建新）" in found.sentence
    short = balance([10], [12.5])
    assert short is not None
    assert "差额 2.50 亩（建新多于拆旧，疑似不平衡" in short.sentence
    unknown = balance([10, None], [10])
    assert unknown is not None
    assert "资料不足" in unknown.sentence
    assert balance([10], []) is None


# --- from either side ---------------------------------------------------------------------------------------


def test_stops_stand_in_order_by_name_number_alias_and_uid(database: Database) -> None:
    first, second, third, fourth = store(
        database,
        [
            site("竹泉村", 118.42),
            site("红石寨", 118.43, code="JD-02"),
            site("常山庄", 118.44, aliases=["影视基地"]),
            site("改过名", 118.45),
        ],
        "scenic_site",
    )
    stops = ["影视基地", f"旧名〔{uid_of(database, fourth)}〕", "JD-02", "竹泉村", "没有的地方"]
    line = shapely.LineString([(118.42, 35.55), (118.45, 35.55)])
    (route,) = store(database, [NewFeature(line, {"name": "示例线路", "stops": stops})], "tour_route")
    links = ties(database, route, "stop")
    assert names(links) == ["常山庄", "改过名", "红石寨", "竹泉村"]
    assert links.unknown == [("没有的地方", "图上没有找到")]
    for id_ in (first, second, third, fourth):
        assert names(ties(database, id_, "stop", back=True)) == ["示例线路"]


def test_a_word_that_two_are_called_by_ties_neither(database: Database) -> None:
    one, _ = store(database, [site("竹泉", 118.42), site("竹泉", 118.43)], "scenic_site")
    line = shapely.LineString([(118.42, 35.55), (118.45, 35.55)])
    (route,) = store(database, [NewFeature(line, {"name": "线", "stops": ["竹泉"]})], "tour_route")
    assert ties(database, route, "stop").unknown == [("竹泉", "有 2 个同名")]
    assert names(ties(database, one, "stop", back=True)) == []


def test_phases_know_their_project_and_it_knows_them(database: Database) -> None:
    project, second, _ = store(
        database,
        [site("马泉"), site("马泉二期", parent="马泉"), site("马泉三期", parent="马泉")],
        "scenic_site",
    )
    assert names(ties(database, second, "phase")) == ["马泉"]
    assert names(ties(database, project, "phase", back=True)) == ["马泉二期", "马泉三期"]


def test_a_swap_ties_the_other_side_of_the_same_number(database: Database) -> None:
    rows = [("拆甲", "old", "01"), ("拆乙", "old", "01"), ("建", "new", "01"), ("别", "new", "02")]
    ids = store(
        database,
        [
            NewFeature(
                square(118.42 + n / 100, 35.55),
                {"name": name, "role": role, "project_no": number, "supply_route": "swap"},
            )
            for n, (name, role, number) in enumerate(rows)
        ],
        "land_supply",
    )
    assert names(ties(database, ids[2], "swap")) == ["拆甲", "拆乙"]


def test_what_one_may_not_see_is_counted_and_what_is_deleted_too(database: Database) -> None:
    store_towns(database)
    with database.writing() as session:
        edit.add_layer(session, kind="idle_parcel", key="idle_parcel", visibility="internal")
        edit.add_layer(session, kind="industry_project", key="industry_project", visibility="public")
        session.commit()
    kept, gone = store(
        database,
        [
            NewFeature(square(118.42, 35.55), {"name": "秘密地块"}),
            NewFeature(square(118.43, 35.55), {"name": "旧"}),
        ],
    )
    linked = [f"〔{uid_of(database, kept)}〕", f"〔{uid_of(database, gone)}〕"]
    point = shapely.Point(118.45, 35.55)
    (project,) = store(
        database, [NewFeature(point, {"name": "项目", "linked_parcels": linked})], "industry_project"
    )
    with database.writing() as session, edit.one_act(session, "remove", "李工") as act:
        edit.remove_feature(session, act, gone, version=1)
        session.commit()
    inside = ties(database, project, "parcel")
    assert (names(inside), inside.hidden, inside.deleted) == (["秘密地块"], 0, 1)
    outside = ties(database, project, "parcel", PUBLIC_VIEWER)
    assert (names(outside), outside.hidden, outside.deleted) == ([], 1, 1)
    assert names(ties(database, kept, "parcel", back=True)) == ["项目"]


# --- tied and untied ----------------------------------------------------------------------------------------


@pytest.fixture
def sites(database: Database) -> dict[str, str]:
    return laid_out(database)


def laid_out(database: Database) -> dict[str, str]:
    """Three sites of 文化和旅游局, one of them a phase of another, and a route; by name."""
    ids = store(
        database, [site("马泉"), site("马泉二期", 118.43, parent="马泉"), site("竹泉", 118.44)], "scenic_site"
    )
    line = shapely.LineString([(118.42, 35.55), (118.45, 35.55)])
    (route,) = store(database, [NewFeature(line, {"name": "线路"})], "tour_route")
    return {
        name: uid_of(database, id_)
        for name, id_ in zip(("马泉", "二期", "竹泉", "线路"), [*ids, route], strict=True)
    }


def tie(
    database: Database, ref: str, viewer: Viewer = TOURISM, version: int | None = None, **body: Any
) -> Any:
    return linking.tie(database, viewer, ref, version, body)


def stops(database: Database, ref: str) -> list[str]:
    with database.reading() as session:
        found: list[str] = query.feature_of(session, SYSTEM_VIEWER, ref).properties.get("stops", [])
    return found


def test_ties_are_added_ordered_and_taken_away_each_as_an_act(
    database: Database, sites: dict[str, str]
) -> None:
    route = sites["线路"]
    first = tie(database, route, sort="stop", uid=sites["竹泉"])
    tie(database, route, sort="stop", words="示例驿站")
    assert stops(database, route) == [f"竹泉〔{sites['竹泉']}〕", "示例驿站"]
    linking.order(database, TOURISM, route, None, "stop", stops(database, route)[::-1])
    assert [shown_ref(each) for each in stops(database, route)] == ["示例驿站", "竹泉"]
    linking.untie(database, TOURISM, route, None, "stop", "示例驿站")
    assert [shown_ref(each) for each in stops(database, route)] == ["竹泉"]
    assert first.act is not None
    with pytest.raises(InvalidValue, match="可能已被解除"):
        linking.untie(database, TOURISM, route, None, "stop", "示例驿站")
    with pytest.raises(InvalidValue, match="内容刚刚有变化"):
        linking.order(database, TOURISM, route, None, "stop", ["x"])


def test_a_group_takes_the_number_of_the_other(database: Database, sites: dict[str, str]) -> None:
    with pytest.raises(InvalidValue, match="还没有填写“5A 创建组合”"):
        tie(database, sites["马泉"], sort="group", uid=sites["竹泉"])
    tie(database, sites["竹泉"], sort="group", words="整合资源组合")
    tie(database, sites["马泉"], sort="group", uid=sites["竹泉"])
    with database.reading() as session:
        found = query.feature_of(session, SYSTEM_VIEWER, sites["马泉"])
        assert found.properties["group_5a"] == "整合资源组合"
        assert names(
            next(each for each in links_of(session, SYSTEM_VIEWER, found) if each.sort.key == "group")
        ) == ["竹泉"]


@pytest.mark.parametrize(
    ("ref", "body", "words"),
    [
        ("马泉", {"sort": "nonsense"}, "关联的种类收到“nonsense”"),
        ("马泉", {"sort": ["phase"]}, "关联的种类收到"),
        ("线路", {"sort": "stop", "words": "a\x00b"}, "控制字符"),
        ("马泉", {"sort": "phase"}, "没有说明关联哪一个"),
        ("马泉", {"sort": "phase", "uid": "马泉"}, "不能关联自己"),
        ("马泉", {"sort": "phase", "uid": "二期"}, "已经在“马泉”之下"),
        ("马泉", {"sort": "phase", "uid": "线路"}, "不能作为“所属项目”"),
        ("马泉", {"sort": "stop", "uid": "竹泉"}, "不能关联“途经点与组合成员”"),
        ("线路", {"sort": "stop", "words": "x" * 101}, "最多 100 个字"),
        ("线路", {"sort": "stop", "uid": 5}, "应为 UUID"),
    ],
)
def test_what_cannot_be_tied_is_refused_in_words(
    sqlite_database: Database, ref: str, body: dict[str, Any], words: str
) -> None:
    sites = laid_out(sqlite_database)
    told = {**body, **({"uid": sites[body["uid"]]} if body.get("uid") in sites else {})}
    with pytest.raises(InvalidValue, match=words):
        tie(sqlite_database, sites[ref], **told)


def test_twice_the_same_a_stranger_a_stale_one_and_the_unseen(
    database: Database, sites: dict[str, str]
) -> None:
    route = sites["线路"]
    tie(database, route, sort="stop", uid=sites["竹泉"])
    with pytest.raises(InvalidValue, match="已经是“线路”的途经点"):
        tie(database, route, sort="stop", uid=sites["竹泉"])
    with pytest.raises(NotAllowed, match="文化和旅游局"):
        tie(database, route, signed_in("李工", "editor", "自然资源和规划局", None, 8), sort="stop", words="x")
    with pytest.raises(UnknownThing):
        tie(database, route, sort="stop", uid="01934c00-0000-7000-8000-00000000dead")


def test_the_words_stay_away_where_fewer_may_see_the_other(database: Database, sites: dict[str, str]) -> None:
    with database.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "scenic_site")
        with edit.one_act(session, "新建", "王科") as act:
            (id_,) = edit.add_features(
                session,
                act,
                layer,
                [
                    NewFeature(
                        shapely.Point(118.46, 35.55),
                        {"name": "内部点", "site_type": "village"},
                        visibility="internal",
                    )
                ],
            )
        session.commit()
    hidden = uid_of(database, id_)
    tie(database, sites["线路"], sort="stop", uid=hidden)
    assert stops(database, sites["线路"]) == [f"〔{hidden}〕"]
