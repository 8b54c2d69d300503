"""A photo that was removed comes back; a mark that was merged comes back with its photos."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from layers import clock
from layers.editing import changes, records, reviewing, undoing
from layers.editing.changes import Request
from layers.editing.reviewing import Decision
from layers.errors import Contested, NotAllowed, UnknownThing
from layers.rights import INTERNAL_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import query
from layers.store.attachments import (
    NewAttachment,
    attach,
    attachment_named,
    attachments_of,
    remove_attachment,
)
from layers.store.engine import Database
from tests.stored import found, lay, store_towns
from tests.test_history_undo import revise
from tests.test_review import MA, SITE, TOURISM, ZHOU

SUN = Viewer("孙工", "internal", "editor", TOURISM, None, 21)
OTHER = Viewer("外单位", "internal", "editor", "自然资源和规划局", None, 22)


@pytest.fixture
def sites(database: Database) -> tuple[Database, str, str]:
    """A mark that waits, and a site that stands."""
    store_towns(database)
    lay(database, "scenic_site", unit=TOURISM)
    mark = {"geometry": SITE, "properties": {"name": "竹泉", "site_type": "village", "note": "有停车场"}}
    there = {"geometry": SITE, "properties": {"name": "竹泉村", "site_type": "village"}}
    marked = changes.create(database, ZHOU, "scenic_site", mark).uid
    return database, marked, changes.create(database, MA, "scenic_site", there).uid


def photographed(database: Database, uid: str, who: Viewer = ZHOU) -> str:
    new = NewAttachment(
        uid=str(uuid4()), name="照片.jpg", media_type="image/jpeg", bytes=9, sha256=uuid4().hex * 2
    )
    with database.writing() as session:
        attach(session, who, query.feature_of(session, SYSTEM_VIEWER, uid), [new])
        session.commit()
    return new.uid


def removed(database: Database, photo: str, who: Viewer = SUN) -> int:
    with database.writing() as session:
        act = remove_attachment(session, who, attachment_named(session, SYSTEM_VIEWER, photo))
        session.commit()
    return act


def photos(database: Database, uid: str) -> list[str]:
    with database.reading() as session:
        feature = query.feature_of(session, SYSTEM_VIEWER, uid)
        return [each.row.uid for each in attachments_of(session, SYSTEM_VIEWER, feature)]


def merge(database: Database, mark: str, there: str) -> int:
    act = reviewing.decide(database, MA, mark, Decision("merge", into=there)).act
    assert act is not None
    return act


def test_a_removed_photo_comes_back_and_goes_again(sites: tuple[Database, str, str]) -> None:
    database, _, there = sites
    photo = photographed(database, there)
    act = removed(database, photo)
    assert photos(database, there) == []
    done = undoing.undo(database, SUN, act)
    assert (done.undone, done.left, done.photos) == (0, 0, 1)
    assert photos(database, there) == [photo]
    with pytest.raises(Contested, match="没有可撤销的内容"):
        undoing.undo(database, SUN, act)
    undoing.undo(database, SUN, done.act)
    assert photos(database, there) == []


def test_history_tells_who_removed_a_photo(sites: tuple[Database, str, str]) -> None:
    database, _, there = sites
    act = removed(database, photographed(database, there))
    with database.reading() as session:
        latest = records.acts(session, INTERNAL_VIEWER)["acts"][0]
    assert (latest["act"], latest["title"], latest["who"]) == (act, "删除附件", "孙工")
    assert (latest["reason"], latest["undone"]) == ("照片.jpg", False)


def past(database: Database, uid: str, who: Viewer = SUN) -> list[tuple[str, list[tuple[str, bool]]]]:
    with database.reading() as session:
        steps = records.timeline(session, who, uid)["history"]
    return [
        (step["title"], [(f"{each['title']}{each['name']}", each["restorable"]) for each in step["photos"]])
        for step in steps
    ]


def test_the_timeline_of_a_feature_tells_of_its_photos_and_which_come_back(
    sites: tuple[Database, str, str],
) -> None:
    database, _, there = sites
    act = removed(database, photographed(database, there), ZHOU)
    revise(database, there, SUN, note="有停车场")
    told = past(database, there)
    assert told == [
        ("修改", []),
        ("删除附件", [("删除照片.jpg", True)]),
        ("添加附件", [("添加照片.jpg", False)]),
        ("新建", []),
    ]
    assert past(database, there, OTHER)[1] == ("删除附件", [("删除照片.jpg", False)])
    assert past(database, there, ZHOU)[1] == ("删除附件", [("删除照片.jpg", True)])
    undoing.undo(database, SUN, act)
    assert past(database, there)[0] == ("撤销", [("恢复照片.jpg", False)])
    assert past(database, there)[2] == ("删除附件", [("删除照片.jpg", False)])


def test_the_timeline_tells_where_the_photos_of_a_merged_mark_went(sites: tuple[Database, str, str]) -> None:
    database, mark, there = sites
    photographed(database, mark)
    merge(database, mark, there)
    assert [photos for _, photos in past(database, there)] == [[("并入照片.jpg", False)], []]
    assert [photos for _, photos in past(database, mark)][:2] == [
        [("移走照片.jpg", False)],
        [("添加照片.jpg", False)],
    ]


def test_who_removed_it_or_may_edit_brings_it_back_and_nobody_else(sites: tuple[Database, str, str]) -> None:
    database, mark, there = sites
    act = removed(database, photographed(database, there))
    for stranger in (OTHER, ZHOU):
        with pytest.raises(NotAllowed):
            undoing.undo(database, stranger, act)
    undoing.undo(database, MA, act)
    own = removed(database, photographed(database, mark), ZHOU)
    undoing.undo(database, ZHOU, own)
    assert (len(photos(database, there)), len(photos(database, mark))) == (1, 1)


def test_a_photo_of_a_removed_feature_stays_away_until_the_feature_is_back(
    sites: tuple[Database, str, str],
) -> None:
    database, _, there = sites
    photo = photographed(database, there)
    act = removed(database, photo)
    changes.remove(database, SUN, Request(there, 1, {}))
    with pytest.raises(Contested, match="先在回收站恢复"):
        undoing.undo(database, SUN, act)
    undoing.restore(database, SUN, there)
    undoing.undo(database, SUN, act)
    assert photos(database, there) == [photo]


def test_after_a_month_a_photo_does_not_come_back_as_its_files_may_be_gone(
    sites: tuple[Database, str, str],
) -> None:
    database, _, there = sites
    photo = photographed(database, there)
    with clock.standing_at(clock.now() - timedelta(days=31)):
        act = removed(database, photo)
    with pytest.raises(Contested, match="满 30 天"):
        undoing.undo(database, SUN, act)
    assert photos(database, there) == []


def test_a_merged_mark_comes_back_with_its_photos(sites: tuple[Database, str, str]) -> None:
    database, mark, there = sites
    brought, own = photographed(database, mark), photographed(database, there)
    act = merge(database, mark, there)
    assert set(photos(database, there)) == {brought, own}
    assert found(database, there).properties["note"] == "有停车场"
    done = undoing.undo(database, MA, act)
    assert (done.undone, done.photos) == (2, 1)
    assert (photos(database, mark), photos(database, there)) == ([brought], [own])
    assert "note" not in found(database, there).properties
    assert found(database, mark).derived["review"] == "pending"
    undoing.undo(database, MA, done.act)
    assert set(photos(database, there)) == {brought, own}
    with pytest.raises(UnknownThing):
        found(database, mark)


def test_only_a_reviewer_takes_a_merge_back_or_brings_it_about_again(
    sites: tuple[Database, str, str],
) -> None:
    database, mark, there = sites
    act = merge(database, mark, there)
    for who in (SUN, ZHOU, OTHER):
        with pytest.raises(NotAllowed):
            undoing.undo(database, who, act)
    back = undoing.undo(database, MA, act).act
    with pytest.raises(NotAllowed):
        undoing.undo(database, SUN, back)


def test_a_merge_into_a_site_that_was_changed_since_is_told(sites: tuple[Database, str, str]) -> None:
    database, mark, there = sites
    brought = photographed(database, mark)
    act = merge(database, mark, there)
    revise(database, there, SUN, name="竹泉古村")
    with pytest.raises(Contested, match="竹泉古村"):
        undoing.undo(database, MA, act)
    done = undoing.undo(database, MA, act, despite=undoing.REST)
    assert (done.undone, done.left, done.photos) == (1, 1, 1)
    assert photos(database, mark) == [brought]
    assert found(database, there).properties["name"] == "竹泉古村"


def test_a_photo_removed_after_the_merge_stays_removed(sites: tuple[Database, str, str]) -> None:
    database, mark, there = sites
    gone, stays = photographed(database, mark), photographed(database, mark)
    act = merge(database, mark, there)
    removed(database, gone)
    assert undoing.undo(database, MA, act).photos == 1
    assert photos(database, mark) == [stays]
