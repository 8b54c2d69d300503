"""A planner sees who changed what and takes it back: any deed, also a whole import and an undo itself."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from layers.editing import changes, records, undoing
from layers.editing.changes import Request
from layers.errors import Contested, InvalidFields, NotAllowed, NotSignedIn, UnknownThing
from layers.rights import PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import edit, query
from layers.store.engine import Database
from layers.store.search import search
from tests.stored import found, lay, parcel, square, store, store_towns

UNIT = "自然资源和规划局"
LI = Viewer("李工", "internal", "editor", UNIT, None, 1)
WANG = Viewer("王工", "internal", "editor", UNIT, None, 2)
CHIEF = Viewer("赵科长", "internal", "reviewer", UNIT, None, 3)
OTHER = Viewer("孙工", "internal", "editor", "文化和旅游局", None, 4)


def revise(database: Database, ref: str, who: Viewer = LI, **properties: Any) -> changes.Outcome:
    version = found(database, ref).version
    return changes.revise(database, who, Request(ref, version, {"properties": properties}))


def remove(database: Database, ref: str, who: Viewer = LI) -> changes.Outcome:
    return changes.remove(database, who, Request(ref, found(database, ref).version, {}))


def draw(database: Database, name: str, lon: float = 118.42, who: Viewer = LI, **properties: Any) -> str:
    body = {
        "geometry": shapely.geometry.mapping(square(lon, 35.52)),
        "properties": {"name": name, **properties},
    }
    return changes.create(database, who, "idle_parcel", body).uid


def totals(database: Database) -> tuple[int, float]:
    with database.reading() as session:
        (layer,) = [each for each in query.layers(session, SYSTEM_VIEWER) if each.key == "idle_parcel"]
    return layer.count, layer.area_m2


def names(database: Database, words: str) -> list[str]:
    with database.reading() as session:
        return [hit.name for hit in search(session, SYSTEM_VIEWER, words)]


def timeline(database: Database, ref: str, who: Viewer = LI) -> list[dict[str, Any]]:
    with database.reading() as session:
        told: list[dict[str, Any]] = records.timeline(session, who, ref)["history"]
    return told


def test_the_timeline_tells_who_changed_which_field_and_how_the_shape_grew(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    revise(database, uid, WANG, holder="新公司", status="low_use")
    wide = {"geometry": shapely.geometry.mapping(square(118.42, 35.52, 0.004)), "reason": "复测"}
    changes.revise(database, LI, Request(uid, 2, wide))
    third, second, first = timeline(database, uid)
    assert (first["who"], first["title"], first["created"]) == ("李工", "新建", True)
    told = {change["key"]: (change["label"], change["old"], change["new"]) for change in second["changes"]}
    assert told == {"holder": ("权利人", None, "新公司"), "status": ("处置状态", None, "低效")}
    assert (third["reason"], third["changes"]) == ("复测", [])
    assert shapely.geometry.shape(third["shape"]["geometry"]).equals(square(118.42, 35.52))
    assert third["shape"]["difference"] == pytest.approx(third["shape"]["old"] * 3, rel=0.001)
    assert third["shape"]["unit"] == "亩"


def test_nobody_outside_reads_who_works_here(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    with pytest.raises(NotSignedIn, match="登录"):
        timeline(database, uid, PUBLIC_VIEWER)


def test_an_undone_revision_is_as_before_and_can_be_undone_again(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    act = revise(database, uid, name="二号地").act
    assert act is not None
    undone = undoing.undo(database, WANG, act)
    assert found(database, uid).properties["name"] == "一号地"
    assert (names(database, "一号"), names(database, "二号")) == (["一号地"], [])
    undoing.undo(database, WANG, undone.act)
    assert found(database, uid).properties["name"] == "二号地"
    assert names(database, "二号") == ["二号地"]
    with pytest.raises(Contested, match="没有可撤销"):
        undoing.undo(database, WANG, undone.act)


def test_a_removed_feature_comes_back_with_its_totals(database: Database) -> None:
    lay(database, "idle_parcel")
    uid, _ = draw(database, "一号地"), draw(database, "二号地", 118.43)
    before = totals(database)
    remove(database, uid)
    assert totals(database)[0] == 1
    with database.reading() as session:
        assert [each["uid"] for each in records.recycle_bin(session, LI)["features"]] == [uid]
    undoing.restore(database, WANG, uid)
    assert totals(database) == before
    assert names(database, "一号") == ["一号地"]
    with database.reading() as session:
        assert records.recycle_bin(session, LI)["features"] == []
    assert [step["title"] for step in timeline(database, uid)] == ["恢复", "删除", "新建"]


def test_undoing_a_creation_takes_the_feature_away(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    created = timeline(database, uid)[0]["act"]
    undone = undoing.undo(database, LI, created)
    assert totals(database)[0] == 0
    with pytest.raises(UnknownThing):
        found(database, uid)
    undoing.undo(database, LI, undone.act)
    assert found(database, uid).properties["name"] == "一号地"


def test_what_somebody_changed_since_is_a_conflict(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    act = revise(database, uid, holder="甲公司").act
    revise(database, uid, WANG, holder="乙公司")
    assert act is not None
    with pytest.raises(Contested, match="1 个图形又被修改") as refusal:
        undoing.undo(database, LI, act)
    (conflict,) = refusal.value.details["conflicts"]
    assert (conflict["who"], conflict["name"]) == ("王工", "一号地")
    assert [(each["old"], each["new"]) for each in conflict["changes"]] == [("甲公司", "乙公司")]
    with pytest.raises(Contested):
        undoing.undo(database, LI, act, despite=undoing.REST)
    undoing.undo(database, LI, act, despite=undoing.ALL)
    assert "holder" not in found(database, uid).properties


def imported(database: Database, count: int) -> int:
    act = edit.start_bulk(database, "import", "李工", "地块.zip")
    edit.add_in_turns(database, act, "idle_parcel", [parcel(f"批量{at}") for at in range(count)])
    edit.finish_bulk(database, act)
    return act


def test_a_whole_import_is_undone_at_once_and_brought_back(database: Database) -> None:
    lay(database, "idle_parcel")
    draw(database, "旧地块")
    before = totals(database)
    act = imported(database, 700)
    full = totals(database)
    undone = undoing.undo(database, LI, act)
    assert (undone.undone, totals(database), names(database, "批量")) == (700, before, [])
    with database.reading() as session:
        told = records.recycle_bin(session, LI)["acts"]
    assert [(each["act"], each["hidden_by"]) for each in told] == [(act, undone.act)]
    again = undoing.undo(database, LI, undone.act)
    assert (again.undone, totals(database)) == (700, full)
    undoing.undo(database, LI, again.act)
    assert totals(database) == before
    with pytest.raises(Contested, match="没有可撤销"):
        undoing.undo(database, LI, act)


@pytest.mark.parametrize(("despite", "left"), [(undoing.REST, 1), (undoing.ALL, 0)])
def test_an_import_of_which_something_was_changed_asks_first(
    database: Database, despite: str, left: int
) -> None:
    lay(database, "idle_parcel")
    act = imported(database, 5)
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        first, second, *_ = query.find_features(session, SYSTEM_VIEWER, layer)
    revise(database, first.uid, note="核实过")
    # Changed and changed back is no conflict.
    undoing.undo(database, WANG, revise(database, second.uid, WANG, note="看错了").act or 0)
    with pytest.raises(Contested) as refusal:
        undoing.undo(database, LI, act)
    assert [each["uid"] for each in refusal.value.details["conflicts"]] == [first.uid]
    undone = undoing.undo(database, LI, act, despite=despite)
    assert (totals(database)[0], undone.left) == (left, left)
    undoing.undo(database, LI, undone.act)
    assert totals(database)[0] == 5
    assert found(database, first.uid).properties["note"] == "核实过"


def test_nobody_undoes_what_another_unit_keeps(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    act = imported(database, 3)
    for deed in (act, revise(database, uid, note="甲").act or 0):
        with pytest.raises(NotAllowed, match="本单位"):
            undoing.undo(database, OTHER, deed)


def test_the_acts_of_a_layer_are_listed(database: Database) -> None:
    store_towns(database)
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    act = revise(database, uid, WANG, note="甲").act or 0
    undoing.undo(database, LI, act)
    with database.reading() as session:
        told = records.acts(session, LI, layer="idle_parcel")["acts"]
        one = records.act(session, LI, act)
    assert [(each["title"], each["undone"]) for each in told] == [
        ("撤销", False),
        ("修改", True),
        ("新建", False),
    ]
    assert [each["changes"][0]["new"] for each in one["features"]] == ["甲"]


def test_a_body_with_several_mistakes_names_them_all(database: Database) -> None:
    lay(database, "idle_parcel")
    with pytest.raises(InvalidFields) as refusal:
        draw(database, "", price="约十二", jobs=1.5)
    assert [each["field"] for each in refusal.value.details["problems"]] == ["name", "price", "jobs"]


def test_features_of_several_acts_are_found_where_they_were_stored(database: Database) -> None:
    (id_,) = store(database, [parcel("甲")])
    assert found(database, id_).name == "甲"
