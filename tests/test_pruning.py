"""Files of photos that were removed long ago go from the disk; whatever anybody may still need stays."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from layers import clock
from layers.blobs import Blobs
from layers.errors import WrongSetting
from layers.rights import SYSTEM_VIEWER
from layers.store import edit, query
from layers.store.attachments import (
    NewAttachment,
    attach,
    attachment_named,
    remove_attachment,
)
from layers.store.engine import Database
from layers.store.tables import Attachment, AuditRow
from tests.stored import lay, parcel, store
from webmap.config import Config, read_config
from webmap.keeping import backup, restore
from webmap.keeping.pruning import prune

LONG_AGO = timedelta(days=400)


@pytest.fixture
def config(database: Database, tmp_path: Path) -> Config:
    lay(database, "idle_parcel")
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return Config(home=home, database_url=database.url.render_as_string(hide_password=False))


def photo(config: Config, content: str, *, aged: bool = True) -> NewAttachment:
    """Three files on the disk, as old as the tests need them."""
    kept = Blobs(config.blobs_folder)
    names = [kept.keep(f"{content} {part}".encode()) for part in ("original", "shown", "thumb")]
    if aged:
        for name in names:
            os.utime(kept.path(name), (0, 0))
    return NewAttachment(
        uid=str(uuid4()),
        name=f"{content}.jpg",
        media_type="image/jpeg",
        bytes=3,
        sha256=names[0],
        shown_sha256=names[1],
        thumb_sha256=names[2],
    )


def attached(database: Database, photo: NewAttachment, name: str = "甲") -> str:
    (id_,) = store(database, [parcel(name)])
    with database.writing() as session:
        attach(session, SYSTEM_VIEWER, query.feature_of(session, SYSTEM_VIEWER, id_), [photo])
        session.commit()
        return query.feature_of(session, SYSTEM_VIEWER, id_).uid


def remove(database: Database, photo: NewAttachment, ago: timedelta = LONG_AGO) -> None:
    with database.writing() as session:
        with clock.standing_at(clock.now() - ago):
            remove_attachment(session, SYSTEM_VIEWER, attachment_named(session, SYSTEM_VIEWER, photo.uid))
        session.commit()


def files(config: Config) -> set[str]:
    return {file.name for file in config.blobs_folder.glob("*/*")}


def names(photo: NewAttachment) -> set[str]:
    return {name for name in (photo.sha256, photo.shown_sha256, photo.thumb_sha256) if name}


def test_what_was_removed_long_ago_goes_and_is_told(database: Database, config: Config) -> None:
    gone, stays, recent = (photo(config, each) for each in ("gone", "stays", "recent"))
    for each in (gone, stays, recent):
        attached(database, each, each.name)
    remove(database, gone)
    remove(database, recent, timedelta(days=364))
    assert prune(config, database) == 3
    assert files(config) == names(stays) | names(recent)
    with database.reading() as session:
        row = session.scalars(select(Attachment).where(Attachment.uid == gone.uid)).one()
        assert row.name == "gone.jpg", "who removed what is not forgotten"
        (line,) = session.scalars(select(AuditRow).where(AuditRow.what == "prune"))
        assert line.subject == "已移除满 365 天的附件，清除 3 个文件"
    assert prune(config, database) == 0
    with database.reading() as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.what == "prune")).all()) == 1


def test_files_that_another_photo_shares_stay(database: Database, config: Config) -> None:
    one = photo(config, "same")
    other = photo(config, "same")
    attached(database, one)
    attached(database, other, "乙")
    remove(database, one)
    assert prune(config, database) == 0
    remove(database, other, timedelta(days=1))
    assert prune(config, database) == 0, "the other was removed only yesterday"
    assert files(config) == names(one)


def test_a_feature_in_the_recycle_bin_keeps_its_photos(database: Database, config: Config) -> None:
    kept = photo(config, "bin")
    uid = attached(database, kept)
    with database.writing() as session, clock.standing_at(clock.now() - LONG_AGO):
        found = query.feature_of(session, SYSTEM_VIEWER, uid)
        with edit.one_act(session, "delete", "李工") as act:
            edit.remove_feature(session, act, found.id)
        session.commit()
    assert prune(config, database) == 0
    assert files(config) == names(kept)


def test_a_file_that_is_attached_again_meanwhile_stays(
    database: Database, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody keeps the same content after the database was asked and before the file goes."""
    again = photo(config, "again")
    attached(database, again)
    remove(database, again)
    remove_file: Callable[..., bool] = Blobs.remove

    def overtaken(self: Blobs, digest: str, **since: object) -> bool:
        photo(config, "again", aged=False)
        return remove_file(self, digest, **since)

    monkeypatch.setattr(Blobs, "remove", overtaken)
    assert prune(config, database) == 0
    assert files(config) == names(again)


def test_a_file_kept_while_it_is_being_taken_away_is_written_anew(config: Config) -> None:
    kept = Blobs(config.blobs_folder)
    digest = kept.keep(b"content")
    kept.path(digest).rename(kept.path(digest).with_name(f".old-{digest}"))
    assert kept.keep(b"content") == digest
    assert kept.path(digest).read_bytes() == b"content"
    kept.settle([])
    assert files(config) == {digest}


@pytest.mark.parametrize("needed", [True, False], ids=["needed", "unused"])
def test_a_crash_in_between_loses_nothing(
    database: Database, config: Config, monkeypatch: pytest.MonkeyPatch, needed: bool
) -> None:
    """Killed after the file got its other name: the next night gives it back, or ends what was begun."""
    left = photo(config, "left")
    attached(database, left)
    remove(database, left)

    def killed(aside: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            prune(config, database)
    assert len([name for name in files(config) if name.startswith(".old-")]) == 1
    if needed:
        with database.writing() as session:
            row = session.scalars(select(Attachment).where(Attachment.uid == left.uid)).one()
            row.deleted_at = None
            session.commit()
    prune(config, database)
    assert files(config) == (names(left) if needed else set())


def test_a_backup_brings_back_what_was_pruned_since(
    database: Database, config: Config, tmp_path: Path
) -> None:
    saved = photo(config, "saved")
    attached(database, saved)
    made = backup.make(config, database, "byhand")
    remove(database, saved)
    assert prune(config, database) == 3
    backup.check(made, thorough=True)
    if database.is_sqlite:
        restore.into(made, tmp_path / "back")
        assert {file.name for file in (tmp_path / "back" / "blobs").glob("*/*")} == names(saved)


def test_nothing_is_pruned_while_a_backup_is_made(database: Database, config: Config) -> None:
    removed = photo(config, "removed")
    attached(database, removed)
    remove(database, removed)
    with backup.alone(config):
        assert prune(config, database) == 0
    assert prune(config, database) == 3


def test_photos_can_be_kept_for_ever_and_never_less_than_a_month(
    database: Database, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = photo(config, "kept")
    attached(database, kept)
    remove(database, kept)
    for_ever = Config(home=config.home, database_url=config.database_url, prune_days=0)
    assert prune(for_ever, database) == 0
    monkeypatch.setenv("WEBMAP_PRUNE_DAYS", "0")
    assert read_config().prune_days == 0
    monkeypatch.setenv("WEBMAP_PRUNE_DAYS", "7")
    with pytest.raises(WrongSetting, match="WEBMAP_PRUNE_DAYS 收到“7”，应为 30 到 36500"):
        read_config()
