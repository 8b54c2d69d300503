"""Who sees the photos of a feature, who put them there, and what becomes of a mark?"""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
import shapely

from layers.errors import Busy, InvalidValue, OutOfDate, UnknownThing
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer, signed_in
from layers.store import accounts, edit, query
from layers.store.attachments import (
    NewAttachment,
    attach,
    attachment_named,
    attachments_of,
    give_role,
    is_own,
    remove_attachment,
)
from layers.store.edit import NewFeature
from layers.store.engine import Database
from layers.store.marks import marks_of
from tests.stored import lay

HERE = shapely.Point(118.45, 35.58)


def site(
    database: Database, who: Viewer = SYSTEM_VIEWER, visibility: str = "public", review: str | None = None
) -> str:
    uid = str(uuid4())
    with database.writing() as session:
        layers = [layer.key for layer in query.layers(session, SYSTEM_VIEWER)]
        if "scenic_site" not in layers:
            edit.add_layer(session, kind="scenic_site", key="scenic_site", visibility="public")
        layer = query.layer_named(session, SYSTEM_VIEWER, "scenic_site")
        with edit.one_act(session, "mark", who) as act:
            row = NewFeature(HERE, {"name": "竹泉", "site_type": "village"}, uid=uid, visibility=visibility)
            (id_,) = edit.add_features(session, act, layer, [row])
        session.flush()
        if review:
            from layers.store.tables import Feature

            found = session.get(Feature, id_)
            assert found
            found.review = review
        session.commit()
    return uid


def photo(uid: str | None = None, sha256: str = "a" * 64) -> NewAttachment:
    return NewAttachment(
        uid=uid or str(uuid4()), name="照片.jpg", media_type="image/jpeg", bytes=9, sha256=sha256
    )


def add(database: Database, feature: str, *new: NewAttachment, who: Viewer = SYSTEM_VIEWER) -> int:
    with database.writing() as session:
        count = attach(session, who, query.feature_of(session, SYSTEM_VIEWER, feature), new)
        session.commit()
    return count


def names(database: Database, viewer: Viewer, feature: str) -> list[str]:
    with database.reading() as session:
        return [
            each.row.uid
            for each in attachments_of(session, viewer, query.feature_of(session, viewer, feature))
        ]


def collector(database: Database, login: str = "li") -> Viewer:
    with database.writing() as session:
        person = accounts.add_account(
            session,
            login=login,
            name="李采",
            unit="文化和旅游局",
            role="collector",
            town=None,
            hashed=None,
            must_change=False,
        )
        session.commit()
    return signed_in("李采", "collector", "文化和旅游局", None, person.id)


def test_sending_a_photo_twice_attaches_it_once(database: Database) -> None:
    feature, new = site(database), photo()
    assert add(database, feature, new) == 1
    assert add(database, feature, new) == 0
    assert names(database, PUBLIC_VIEWER, feature) == [new.uid]


def test_the_same_photo_sent_twice_at_once_is_attached_once(database: Database) -> None:
    feature, new, told = site(database), photo(), list[object]()

    def second() -> None:
        try:
            told.append(add(database, feature, new))
        except Busy as refusal:
            told.append(refusal.message)

    with database.writing() as session:
        attach(session, SYSTEM_VIEWER, query.feature_of(session, SYSTEM_VIEWER, feature), [new])
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        session.commit()
    thread.join()
    # SQLite lets one writer in at a time, so that the second finds it; PostgreSQL tells the second to come again.
    assert told in ([0], ["同一个附件正在由另一个请求保存，请稍后重试。"])
    assert add(database, feature, new) == 0
    assert names(database, SYSTEM_VIEWER, feature) == [new.uid]


def test_one_uid_does_not_stand_for_two_photos(database: Database) -> None:
    feature, new = site(database), photo()
    add(database, feature, new)
    with pytest.raises(OutOfDate, match="内容或所属图形不同"):
        add(database, feature, photo(new.uid, "b" * 64))
    with pytest.raises(OutOfDate):
        add(database, site(database), new)


def test_photos_are_seen_only_by_those_who_see_the_feature(database: Database) -> None:
    feature, new = site(database, visibility="internal"), photo()
    add(database, feature, new)
    assert names(database, INTERNAL_VIEWER, feature) == [new.uid]
    with database.reading() as session, pytest.raises(UnknownThing, match="无权查看"):
        attachment_named(session, PUBLIC_VIEWER, new.uid)


def test_photos_of_a_mark_that_waits_for_review_are_not_public(database: Database) -> None:
    feature, new = site(database, review="pending"), photo()
    add(database, feature, new)
    with database.reading() as session:
        assert attachment_named(session, INTERNAL_VIEWER, new.uid).row.uid == new.uid
        with pytest.raises(UnknownThing):
            attachment_named(session, PUBLIC_VIEWER, new.uid)


def test_photos_of_a_removed_feature_are_gone_with_it(database: Database) -> None:
    feature, new = site(database), photo()
    add(database, feature, new)
    with database.writing() as session:
        with edit.one_act(session, "remove", "李工") as act:
            edit.remove_feature(session, act, feature)
        session.commit()
    with database.reading() as session, pytest.raises(UnknownThing):
        attachment_named(session, SYSTEM_VIEWER, new.uid)


def test_who_attached_it_is_told_to_insiders_only(database: Database) -> None:
    feature, new = site(database), photo()
    add(database, feature, new, who=Viewer("王科", "internal", "editor", "文化和旅游局"))
    with database.reading() as session:
        assert attachment_named(session, INTERNAL_VIEWER, new.uid).who == "王科"
        assert attachment_named(session, PUBLIC_VIEWER, new.uid).who == ""


def test_a_removed_photo_is_no_longer_shown(database: Database) -> None:
    feature, new = site(database), photo()
    add(database, feature, new)
    with database.writing() as session:
        remove_attachment(session, SYSTEM_VIEWER, attachment_named(session, SYSTEM_VIEWER, new.uid))
        session.commit()
    assert names(database, SYSTEM_VIEWER, feature) == []


def test_a_photo_is_made_then_or_now(database: Database) -> None:
    feature, new = site(database), photo()
    add(database, feature, new)
    with database.writing() as session:
        give_role(session, SYSTEM_VIEWER, attachment_named(session, SYSTEM_VIEWER, new.uid), "then")
        session.commit()
    with database.reading() as session:
        assert attachment_named(session, PUBLIC_VIEWER, new.uid).row.role == "then"
        with pytest.raises(InvalidValue, match="then（原貌）"):
            give_role(session, SYSTEM_VIEWER, attachment_named(session, PUBLIC_VIEWER, new.uid), "before")


@pytest.mark.parametrize("uid", ["", "no", "\0", "' OR 1=1 --"])
def test_a_uid_that_is_none_names_no_photo(database: Database, uid: str) -> None:
    lay(database, "scenic_site")
    with database.reading() as session, pytest.raises(UnknownThing):
        attachment_named(session, SYSTEM_VIEWER, uid)


def test_a_mark_is_its_makers_own_even_after_others_changed_it(database: Database) -> None:
    li, zhang = collector(database), collector(database, "zhang")
    feature = site(database, who=li)
    with database.writing() as session:
        with edit.one_act(session, "edit", zhang) as act:
            edit.revise_feature(session, act, feature, properties={"name": "竹泉村", "site_type": "village"})
        session.commit()
    with database.reading() as session:
        found = query.feature_of(session, SYSTEM_VIEWER, feature)
        assert is_own(session, li, found)
        assert not is_own(session, zhang, found)
        assert not is_own(session, INTERNAL_VIEWER, found)
        assert [(mark.uid, mark.name) for mark in marks_of(session, li, 10)] == [(feature, "竹泉村")]
        assert marks_of(session, zhang, 10) == []


def test_a_collector_reads_what_became_of_the_own_marks(database: Database) -> None:
    li = collector(database)
    waiting, standing = site(database, who=li, review="pending"), site(database, who=li)
    add(database, standing, photo(), photo())
    with database.reading() as session:
        told = {mark.uid: (mark.review, mark.photos) for mark in marks_of(session, li, 10)}
    assert told == {waiting: ("pending", 0), standing: (None, 2)}
