"""How is a backup brought back? Into a new folder, checked there, and only then in place of what is there now."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from layers import clock
from layers.errors import MapError, WrongSetting
from layers.store import Database, snapshot
from webmap.config import Config
from webmap.keeping import backup, originals, presence
from webmap.keeping.manifest import BLOBS, KNOWN, ORIGINALS, OTHER, Manifest
from webmap.private_folder import PRIVATE_MODE

_JOURNALS: Final = ("-wal", "-shm")


def into(folder: Path, home: Path, database_url: str | None = None) -> Manifest:
    """Put a backup into a new data folder (and its dump into an empty database), and check it there."""
    told = _checked(folder)
    if home.exists() and any(home.iterdir()):
        raise WrongSetting(
            f"{home} 里已有文件，恢复只写入新的或空的文件夹。请换一个文件夹；要替换正在使用的数据请用 --replace。"
        )
    home.mkdir(parents=True, exist_ok=True, mode=PRIVATE_MODE)
    for kept in told.files:
        if kept.path.startswith(KNOWN):
            _place(folder / kept.path, home / kept.path)
        elif kept.path.startswith(f"{OTHER}/"):
            _place(folder / kept.path, home / Path(kept.path).relative_to(OTHER))
    url = database_url or f"sqlite:///{home / snapshot.SQLITE_FILE}"
    _restore_database(folder, told, url)
    _draw_again(Config(home=home, database_url=url))
    return told


def replace(folder: Path, config: Config) -> Path | None:
    """Put a backup in the place of the data in use; says where the data that was there is now.

    The server must be stopped. On PostgreSQL the database is replaced in one transaction and nothing is set aside.
    """
    told = _checked(folder)
    presence.refuse_while_serving(config.home)
    _bring_blobs(folder, told, config)
    _bring_originals(folder, told, config)
    _bring_settings(folder, told, config)
    aside = _replace_database(folder, told, config)
    _draw_again(config)
    return aside


def _replace_database(folder: Path, told: Manifest, config: Config) -> Path | None:
    if told.database != "sqlite":
        _restore_database(folder, told, config.database_url)
        return None
    new = config.home / ".restoring.db"
    new.unlink(missing_ok=True)
    _restore_database(folder, told, f"sqlite:///{new}")
    return _swap(new, Database(config.database_url))


def _draw_again(config: Config) -> None:
    """Tiles are no part of a backup: what was on the map is drawn again once the server runs."""
    database = Database(config.database_url)
    try:
        if database.is_current():
            originals.draw_again(config, database)
    finally:
        database.dispose()


def _checked(folder: Path) -> Manifest:
    told = backup.check(folder, thorough=True)
    if told.revision is not None and not snapshot.is_known(told.revision):
        raise WrongSetting(
            f"备份 {folder} 的数据库结构 {told.revision} 比本程序新（由 {told.product} 版备份）。"
            "请先安装那个版本的程序。"
        )
    return told


def _restore_database(folder: Path, told: Manifest, url: str) -> None:
    database = Database(url)
    try:
        if told.database == "sqlite":
            _must_be_sqlite(database)
            _place(folder / snapshot.SQLITE_FILE, database.path)
        else:
            _must_be_postgresql(database)
            snapshot.put_back(folder / snapshot.DUMP_FILE, database)
        found = snapshot.content(database)
    finally:
        database.dispose()
    if found.rows != told.rows or found.revision != told.revision:
        raise MapError("恢复出来的数据库与备份清单不符，没有替换正在使用的数据。请改用别的备份。")


def _must_be_sqlite(database: Database) -> None:
    if not database.is_sqlite:
        raise WrongSetting(
            "这是 SQLite 的备份，不能恢复到 PostgreSQL。请去掉 --database 或 WEBMAP_DATABASE_URL。"
        )


def _must_be_postgresql(database: Database) -> None:
    if database.is_sqlite:
        raise WrongSetting(
            "这是 PostgreSQL 的备份。请先新建一个装好扩展 postgis、btree_gist、pg_trgm 的空数据库，"
            "再用 --database postgresql://用户:密码@主机/新数据库 指明。"
        )


def _bring_blobs(folder: Path, told: Manifest, config: Config) -> None:
    # Attachments are named by their content: one that is there is the same, one that came later harms nobody.
    for kept in told.files:
        if kept.path.startswith(f"{BLOBS}/"):
            target = config.blobs_folder / Path(kept.path).relative_to(BLOBS)
            if not target.exists():
                _place(folder / kept.path, target)


def _bring_originals(folder: Path, told: Manifest, config: Config) -> None:
    """Drawings, rasters and imports that are lost; those that are there are the same."""
    for kept in told.files:
        if kept.path.startswith(ORIGINALS) and not (config.home / kept.path).exists():
            _place(folder / kept.path, config.home / kept.path)


def _bring_settings(folder: Path, told: Manifest, config: Config) -> None:
    """Keys and certificates that are lost; those in use stay."""
    for kept in told.files:
        target = (
            config.home / Path(kept.path).relative_to(OTHER) if kept.path.startswith(f"{OTHER}/") else None
        )
        if target and not target.exists():
            _place(folder / kept.path, target)


def _place(source: Path, target: Path) -> None:
    """A copy, never a link: the backup must not change with the data."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    shutil.copy2(source, part)
    part.replace(target)


def _swap(new: Path, database: Database) -> Path:
    aside = new.with_name(f"replaced-{clock.now().astimezone(clock.timezone()):%Y%m%d-%H%M%S}")
    aside.mkdir(mode=PRIVATE_MODE)
    for ending in ("", *_JOURNALS):
        old = database.path.with_name(f"{database.path.name}{ending}")
        if old.exists():
            old.rename(aside / old.name)
    for ending in _JOURNALS:
        new.with_name(f"{new.name}{ending}").unlink(missing_ok=True)
    new.rename(database.path)
    return aside
