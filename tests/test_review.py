"""What a collector submits waits for a reviewer; legal fields of land wait for a second person."""

from __future__ import annotations

from typing import Any

import pytest

from layers import tiles
from layers.editing import changes, reviewing, undoing
from layers.editing.changes import Request
from layers.editing.reviewing import Decision
from layers.errors import Contested, InvalidValue, NotAllowed, NotSignedIn, UnknownThing
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import query
from layers.store.engine import Database
from layers.tiles import Tile
from tests.stored import found, lay, store_towns
from tests.test_history_undo import CHIEF, LI, WANG, draw, names, revise, timeline, totals
from tests.tile_reading import read, tile_of

TOURISM = "文化和旅游局"
ZHOU = Viewer("小周", "internal", "collector", TOURISM, None, 11)
QIAN = Viewer("小钱", "internal", "collector", TOURISM, None, 12)
MA = Viewer("马主任", "internal", "reviewer", TOURISM, None, 13)
SITE = {"type": "Point", "coordinates": [118.45, 35.55]}


@pytest.fixture
def marked(database: Database) -> tuple[Database, str]:
    store_towns(database)
    lay(database, "scenic_site", unit=TOURISM)
    body = {"geometry": SITE, "properties": {"site_type": "village"}}
    return database, changes.create(database, ZHOU, "scenic_site", body).uid


def waiting(database: Database, viewer: Viewer) -> dict[str, Any]:
    with database.reading() as session:
        return reviewing.waiting_for(session, viewer)


def decide(database: Database, viewer: Viewer, uid: str, what: str, **more: Any) -> reviewing.Decided:
    return reviewing.decide(database, viewer, uid, Decision(what, **more))


def count(database: Database) -> int:
    with database.reading() as session:
        return sum(each.count for each in query.layers(session, SYSTEM_VIEWER) if each.key == "scenic_site")


def drawn(database: Database, viewer: Viewer) -> list[dict[str, Any]]:
    with database.reading() as session:
        content = tiles.tile(session, viewer, ["scenic_site"], Tile(*tile_of(118.45, 35.55, 14)))
    layers = read(content) if content else {}
    return [each.properties for each in layers.get("scenic_site_points", [])]


def test_a_mark_waits_is_seen_inside_and_counts_nowhere(marked: tuple[Database, str]) -> None:
    database, uid = marked
    assert found(database, uid, INTERNAL_VIEWER).name == "待命名"
    with pytest.raises(UnknownThing):
        found(database, uid, PUBLIC_VIEWER)
    assert count(database) == 0
    assert [each["review"] for each in drawn(database, INTERNAL_VIEWER)] == ["pending"]
    assert drawn(database, PUBLIC_VIEWER) == []
    assert waiting(database, MA)["counts"] == {"pending": 1, "proposals": 0, "returned": 0, "total": 1}
    assert waiting(database, CHIEF)["counts"]["total"] == 0
    assert [each["uid"] for each in waiting(database, ZHOU)["submitted"]] == [uid]
    with pytest.raises(NotSignedIn):
        waiting(database, INTERNAL_VIEWER)


def test_a_reviewer_of_the_unit_approves(marked: tuple[Database, str]) -> None:
    database, uid = marked
    for stranger in (CHIEF, ZHOU):
        with pytest.raises(NotAllowed):
            decide(database, stranger, uid, "approve")
    decide(database, MA, uid, "approve")
    assert found(database, uid, PUBLIC_VIEWER).name == "待命名"
    assert (count(database), waiting(database, MA)["counts"]["total"]) == (1, 0)
    assert "review" not in found(database, uid).derived
    with pytest.raises(Contested, match="没有等待审核"):
        decide(database, MA, uid, "approve")
    assert [step["title"] for step in timeline(database, uid, MA)] == ["审核通过", "标点上报"]


def test_a_return_has_a_reason_and_the_collector_corrects_it(marked: tuple[Database, str]) -> None:
    database, uid = marked
    with pytest.raises(InvalidValue, match="写明原因"):
        decide(database, MA, uid, "return")
    decide(database, MA, uid, "return", reason="请补上名称")
    (returned,) = waiting(database, ZHOU)["returned"]
    assert (returned["uid"], returned["reason"], returned["by"]) == (uid, "请补上名称", "马主任")
    assert waiting(database, MA)["counts"]["total"] == 0
    with pytest.raises(NotAllowed):
        revise(database, uid, QIAN, name="别人的")
    revise(database, uid, ZHOU, name="竹泉村")
    assert [each["name"] for each in waiting(database, MA)["pending"]] == ["竹泉村"]
    assert timeline(database, uid, ZHOU)[0]["title"] == "重新提交"


def test_a_mark_is_merged_into_the_site_that_is_there(marked: tuple[Database, str]) -> None:
    database, uid = marked
    body = {"geometry": SITE, "properties": {"name": "竹泉村", "site_type": "village"}}
    there = changes.create(database, MA, "scenic_site", body).uid
    revise(database, uid, ZHOU, name="竹泉", note="新修了停车场")
    decided = decide(database, MA, uid, "merge", into=there)
    assert decided.uid == there
    kept = found(database, there).properties
    assert (kept["name"], kept["note"]) == ("竹泉村", "新修了停车场")
    assert count(database) == 1
    with pytest.raises(UnknownThing):
        found(database, uid)


def test_the_author_cannot_take_a_decision_back(marked: tuple[Database, str]) -> None:
    database, uid = marked
    act = decide(database, MA, uid, "approve").act or 0
    with pytest.raises(NotAllowed):
        undoing.undo(database, ZHOU, act)
    undoing.undo(database, MA, act)
    assert found(database, uid).derived["review"] == "pending"


def test_a_legal_field_waits_for_a_second_person(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地", contract_start="2023-03-01")
    outcome = revise(database, uid, LI, contract_start="2024-03-01", holder="新公司")
    now = found(database, uid)
    assert (now.properties["contract_start"], now.properties["holder"]) == ("2023-03-01", "新公司")
    assert outcome.proposal is not None
    for who in (LI, WANG):
        with pytest.raises(NotAllowed):
            decide(database, who, uid, "approve")
    (told,) = waiting(database, CHIEF)["proposals"]
    assert [(each["label"], each["old"], each["new"]) for each in told["fields"]] == [
        ("约定动工日期", "2023-03-01", "2024-03-01")
    ]
    with pytest.raises(Contested, match="待复核"):
        revise(database, uid, WANG, contract_end="2026-01-01")
    decide(database, CHIEF, uid, "approve")
    assert found(database, uid).properties["contract_start"] == "2024-03-01"
    (latest, *_) = timeline(database, uid)
    assert (latest["who"], latest["title"], latest["reason"]) == ("赵科长", "复核通过", "李工提出")
    with pytest.raises(NotAllowed):
        undoing.undo(database, LI, latest["act"])


def test_nobody_checks_an_own_proposal(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    revise(database, uid, CHIEF, contract_no="2023-1")
    with pytest.raises(NotAllowed, match="另一人"):
        decide(database, CHIEF, uid, "approve")
    decide(database, CHIEF, uid, "return")
    assert "contract_no" not in found(database, uid).properties
    assert waiting(database, CHIEF)["counts"]["total"] == 0


def test_a_proposal_that_reality_overtook_is_not_approved(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地", price=100)
    revise(database, uid, LI, price=120)
    revise(database, uid, LI, price=130, contract_no="2023-1")
    decide(database, CHIEF, uid, "approve")
    kept = found(database, uid).properties
    assert (kept["price"], kept["contract_no"]) == (130, "2023-1")
    assert totals(database)[0] == 1
    assert names(database, "一号") == ["一号地"]


def test_a_stale_change_of_a_legal_field_is_told(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    revise(database, uid, LI, note="甲")
    from layers.errors import OutOfDate

    with pytest.raises(OutOfDate):
        changes.revise(database, LI, Request(uid, 1, {"properties": {"price": 5}}))
