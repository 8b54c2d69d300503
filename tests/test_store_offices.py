"""Units and command posts: entered once, meant by name, seen by those who may."""

from __future__ import annotations

import pytest
from shapely.geometry import Point

from layers.card import card
from layers.errors import InvalidValue, UnknownThing
from layers.kinds import KINDS
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.sample import fill
from layers.store import Database, edit, offices, query
from layers.store.offices import Member
from layers.store.search import search

POST = "示例项目指挥部"


@pytest.fixture
def county(database: Database) -> Database:
    """Two units, one command post, and two projects of which one is its."""
    with database.writing() as session:
        offices.add_unit(session, key="county", name="示例县", sort="county")
        offices.add_unit(session, key="transport", name="交通运输局", sort="bureau", parent="county")
        leader = Member("示例领导甲", "指挥长")
        offices.add_command_post(session, key="post", name=POST, office="示例楼 301", members=[leader])
        layer = edit.add_layer(session, kind="public_facility", key="public_facility", visibility="public")
        with edit.one_act(session, "draw", "测试") as act:
            facts = {"facility_type": "school"}
            rows = [
                {"name": "甲校", "command_post": POST, "responsible_unit": "交通运输局", **facts},
                {"name": "乙校", "command_post": "没有建档的指挥部", **facts},
            ]
            edit.add_features(session, act, layer, [edit.NewFeature(Point(118.4, 35.5), row) for row in rows])
        session.commit()
    return database


def rows_of(database: Database, name: str, viewer: Viewer) -> dict[str, str | None]:
    with database.reading() as session:
        layer = query.layer_named(session, viewer, "public_facility")
        feature = next(each for each in query.find_features(session, viewer, layer) if each.name == name)
        known = offices.beside(session, viewer, feature.properties)
        return {row["label"]: row["value"] for row in card(feature, viewer, beside=known)["rows"]}


def test_a_name_that_was_entered_resolves_and_another_stays_text(county: Database) -> None:
    with county.reading() as session:
        unit = offices.unit_named(session, " 交通运输局 ")
        assert unit == ("transport", "交通运输局", "bureau", "示例县")
        assert offices.unit_named(session, "没有这个局") is None
        assert offices.command_post_named(session, INTERNAL_VIEWER, "没有建档的指挥部") is None
    assert rows_of(county, "乙校", INTERNAL_VIEWER)["指挥部"] == "没有建档的指挥部"


def test_the_card_tells_where_the_command_post_sits_and_who_is_in_it(county: Database) -> None:
    rows = rows_of(county, "甲校", INTERNAL_VIEWER)
    assert rows["指挥部地点"] == "示例楼 301"
    assert rows["指挥部成员"] == "指挥长 示例领导甲"
    assert rows["上级单位"] == "示例县"
    labels = list(rows)
    assert labels.index("指挥部地点") == labels.index("指挥部") + 1


def test_the_public_reads_the_name_of_a_command_post_and_nothing_of_its_people(county: Database) -> None:
    rows = rows_of(county, "甲校", PUBLIC_VIEWER)
    assert rows["指挥部"] == POST
    assert not {"指挥部地点", "指挥部成员"} & rows.keys()
    with county.reading() as session:
        assert offices.command_posts(session, PUBLIC_VIEWER) == [("post", POST, None, ())]


def test_the_projects_of_a_command_post_are_found(county: Database) -> None:
    with county.reading() as session:
        assert [each.name for each in offices.projects_of(session, PUBLIC_VIEWER, POST)] == ["甲校"]


def test_a_search_for_a_command_post_finds_its_projects(county: Database) -> None:
    with county.reading() as session:
        assert [hit.name for hit in search(session, PUBLIC_VIEWER, POST)] == ["甲校"]


def test_members_and_parents_can_change(county: Database) -> None:
    members = [Member("示例领导乙", "指挥长"), Member("示例人员甲", "办公室主任")]
    with county.writing() as session:
        offices.revise_command_post(session, "post", office="示例楼 502", members=members)
        offices.revise_unit(session, "county", sort="other")
        session.commit()
    with county.reading() as session:
        post = offices.command_post_named(session, SYSTEM_VIEWER, POST)
        assert post == ("post", POST, "示例楼 502", tuple(members))
        assert offices.units(session)[0].sort == "other"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": "transport", "name": "新的局", "sort": "bureau"}, "已被使用"),
        ({"key": "new", "name": "交通运输局", "sort": "bureau"}, "已被使用"),
        ({"key": "新", "name": "新的局", "sort": "bureau"}, "小写字母"),
        ({"key": "new", "name": " ", "sort": "bureau"}, "1 到 60 个字"),
        ({"key": "new", "name": "新的局", "sort": "局"}, "应为以下之一"),
    ],
    ids=["key twice", "name twice", "key", "no name", "sort"],
)
def test_a_wrong_unit_is_refused(county: Database, change: dict[str, str], words: str) -> None:
    with county.writing() as session, pytest.raises(InvalidValue, match=words):
        offices.add_unit(session, **change)


def test_a_unit_is_not_its_own_superior(county: Database) -> None:
    with county.writing() as session, pytest.raises(InvalidValue, match="上级"):
        offices.revise_unit(session, "county", parent="transport")


def test_unknown_offices_are_named(county: Database) -> None:
    with county.writing() as session:
        with pytest.raises(UnknownThing, match="nobody"):
            offices.revise_command_post(session, "nobody")
        with pytest.raises(UnknownThing, match="nobody"):
            offices.revise_unit(session, "nobody")
        with pytest.raises(UnknownThing, match="nobody"):
            offices.add_unit(session, key="new", name="新的局", sort="bureau", parent="nobody")


def test_the_sample_knows_every_owner_and_every_command_post_that_it_names(database: Database) -> None:
    assert fill(database)
    with database.reading() as session:
        units = {unit.name for unit in offices.units(session)}
        posts = {post.name for post in offices.command_posts(session, SYSTEM_VIEWER)}
        assert {kind.owner for kind in KINDS.values()} <= units
        assert {layer.unit for layer in query.layers(session, SYSTEM_VIEWER)} <= units
        for layer in query.layers(session, SYSTEM_VIEWER):
            stored = query.layer_named(session, SYSTEM_VIEWER, layer.key)
            for feature in query.find_features(session, SYSTEM_VIEWER, stored):
                assert feature.properties.get("command_post", next(iter(posts))) in posts
                assert feature.properties.get("responsible_unit", "示例责任单位") in units
        for post in offices.command_posts(session, SYSTEM_VIEWER):
            assert all(member.name.startswith("示例") for member in post.members)
            assert offices.projects_of(session, SYSTEM_VIEWER, post.name)


def test_offices_that_a_county_entered_itself_are_left_as_they_are(database: Database) -> None:
    with database.writing() as session:
        offices.add_unit(session, key="ours", name="交通运输局", sort="other")
        session.commit()
    assert fill(database)
    with database.reading() as session:
        unit = offices.unit_named(session, "交通运输局")
        assert unit is not None
        assert (unit.key, unit.sort) == ("ours", "other")
