"""How is a backup made? The database at one moment, then attachments and originals, then one manifest; all of it, or nothing.

It grows in a hidden folder that gets its name when everything in it has been written, read again and found good, so
that nothing half-made ever looks like a backup.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from layers import clock
from layers.errors import Busy, NoSpace, UnreadableFile, WrongSetting
from layers.store import Database, snapshot
from webmap.checkup import product_version
from webmap.config import Config
from webmap.keeping import manifest, shelf
from webmap.keeping.manifest import BLOBS, KNOWN, OTHER, Kept, Manifest, Reason
from webmap.keeping.originals import originals
from webmap.private_folder import PRIVATE_MODE

MOST_BYTES_OF_A_SETTING: Final = 1024 * 1024
MARGIN: Final = 1.1
_BLOB: Final = re.compile(r"[0-9a-f]{64}")
_NOT_KEPT: Final = re.compile(r"map\.db.*|.*\.(lock|log|part|tmp)")
_FOLDERS_KEPT: Final = ("certificates",)


def make(config: Config, database: Database, reason: Reason, to: Path | None = None) -> Path:
    """Make a backup beside the others (or in the folder `to`), and say where it is."""
    place = to or shelf.of(config)
    with _alone(place):
        began = clock.now()
        _has_room(place, _needed(config, database, place))
        with _whole(place, shelf.name_for(began, reason)) as (part, finished):
            _fill(part, config, database, reason, began)
        return finished


def repeat(backup: Path, place: Path) -> Path:
    """The same backup in a second place; what an earlier one there already has is not copied again."""
    told = manifest.read(backup)
    with _alone(place):
        earlier = [one.folder for one in shelf.listed(place)]
        _has_room(place, int(sum(kept.bytes for kept in told.files if not _has(earlier, kept)) * MARGIN))
        with _whole(place, backup.name) as (part, finished):
            for kept in told.files:
                _take_over(kept, backup, earlier, part)
            manifest.write(told, part)
            check(part)
        return finished


def check(folder: Path, *, thorough: bool = False) -> Manifest:
    """Open a backup and look it over from end to end; raises UnreadableFile for the first thing that is wrong."""
    told = manifest.read(folder)
    manifest.check_files(told, folder, thorough=thorough)
    found = snapshot.look_over(folder / database_file(told))
    if found and (found.rows != told.rows or found.revision != told.revision):
        raise UnreadableFile(f"备份 {folder} 的数据库与清单不符，不能用。请改用别的备份。")
    return told


def database_file(told: Manifest) -> str:
    """The file of the database in a backup."""
    return snapshot.SQLITE_FILE if told.database == "sqlite" else snapshot.DUMP_FILE


def blobs(config: Config) -> Iterator[Path]:
    """The attachments of this installation."""
    for folder in sorted(config.blobs_folder.glob("[0-9a-f][0-9a-f]")):
        yield from (file for file in sorted(folder.iterdir()) if _BLOB.fullmatch(file.name))


def link_or_copy(source: Path, target: Path) -> None:
    """The same content under another name: without taking room where the disk can do that."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


# --- the parts -----------------------------------------------------------------------------------------


def _fill(part: Path, config: Config, database: Database, reason: Reason, began: datetime) -> None:
    file = part / snapshot.file_name(database)
    content = snapshot.copy(database, file)
    _sync(file)
    files = [
        manifest.described(file, part),
        *_keep_settings(config, part),
        *_keep_blobs(config, part),
        *_keep_originals(config, database, part),
    ]
    told = Manifest(
        reason=reason,
        product=product_version(),
        database="sqlite" if database.is_sqlite else "postgresql",
        revision=content.revision,
        began=began,
        ended=clock.now(),
        rows=content.rows,
        files=tuple(files),
    )
    manifest.write(told, part)
    check(part)


def _keep_blobs(config: Config, part: Path) -> Iterator[Kept]:
    # After the database: an attachment is there before the row that speaks of it.
    for blob in blobs(config):
        kept = part / BLOBS / blob.parent.name / blob.name
        try:
            link_or_copy(blob, kept)
        except FileNotFoundError:
            continue  # another server has just taken away what nothing needs any more
        yield Kept(kept.relative_to(part).as_posix(), kept.stat().st_size, blob.name)


def _keep_originals(config: Config, database: Database, part: Path) -> Iterator[Kept]:
    """Drawings, rasters and imports as they came; they never change, so that a link does."""
    for file, sha256 in originals(config.home, database):
        kept = part / file.relative_to(config.home)
        try:
            link_or_copy(file, kept)
        except FileNotFoundError:
            continue  # somebody has just taken it away
        yield Kept(kept.relative_to(part).as_posix(), kept.stat().st_size, sha256)


def _keep_settings(config: Config, part: Path) -> Iterator[Kept]:
    """The small files of the data folder: keys, certificates, the list of base maps."""
    for file in _settings(config.home):
        kept = part / OTHER / file.relative_to(config.home)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, kept)
        yield manifest.described(kept, part)


def _settings(home: Path) -> list[Path]:
    found = [file for file in home.iterdir() if not _NOT_KEPT.fullmatch(file.name)]
    for name in _FOLDERS_KEPT:
        found += (home / name).rglob("*")
    return sorted(file for file in found if file.is_file() and file.stat().st_size <= MOST_BYTES_OF_A_SETTING)


def _has(earlier: list[Path], kept: Kept) -> bool:
    return kept.path.startswith(KNOWN) and any((folder / kept.path).is_file() for folder in earlier)


def _take_over(kept: Kept, backup: Path, earlier: list[Path], part: Path) -> None:
    target = part / kept.path
    if _has(earlier, kept):
        link_or_copy(next(file for folder in earlier if (file := folder / kept.path).is_file()), target)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(backup / kept.path, target)
    _sync(target)


# --- all of it, or nothing -----------------------------------------------------------------------------


@contextmanager
def _whole(place: Path, name: str) -> Iterator[tuple[Path, Path]]:
    """A hidden folder to fill, and the name it gets when that has succeeded."""
    finished, part = place / name, place / f".{name}.part"
    if finished.exists():
        raise Busy(f"备份 {finished} 已经存在。请稍后再备份一次。")
    _clear(place)
    try:
        part.mkdir(mode=PRIVATE_MODE)
        yield part, finished
        part.rename(finished)
    except OSError as refusal:
        raise _refused(place, refusal) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _sync(place)


@contextmanager
def alone(config: Config) -> Iterator[None]:
    """While nobody makes a backup of this installation; raises Busy."""
    with _alone(shelf.of(config)):
        yield


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    try:
        place.mkdir(parents=True, exist_ok=True, mode=PRIVATE_MODE)
        lock = FileLock(place / "backup.lock", preserve_lock_file=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise Busy(f"{place} 正在进行另一次备份。请等它结束后再试。") from None
    except OSError as refusal:
        raise _refused(place, refusal) from None
    try:
        yield
    finally:
        lock.release()


def _clear(place: Path) -> None:
    """What a backup that was killed left behind."""
    for left in place.glob(".*.part"):
        shutil.rmtree(left, ignore_errors=True)


def _needed(config: Config, database: Database, place: Path) -> int:
    files = (
        [database.path, database.path.with_name(f"{database.path.name}-wal")] if database.is_sqlite else []
    )
    needed = sum(file.stat().st_size for file in files if file.is_file())
    if config.home.stat().st_dev != place.stat().st_dev:
        needed += sum(each.file.stat().st_size for each in originals(config.home, database))
    if config.blobs_folder.is_dir() and config.blobs_folder.stat().st_dev != place.stat().st_dev:
        needed += sum(blob.stat().st_size for blob in blobs(config))
    return int(needed * MARGIN)


def _has_room(place: Path, needed: int) -> None:
    free = shutil.disk_usage(place).free
    if free < needed:
        raise NoSpace(
            f"{place} 所在磁盘只剩 {_megabytes(free)} MB，备份需要约 {_megabytes(needed)} MB。"
            "没有写入任何备份。请清理磁盘，或用 --to（设置 WEBMAP_BACKUP_TO）指定别的磁盘。"
        )


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f}"


def _refused(place: Path, refusal: OSError) -> NoSpace | WrongSetting:
    if refusal.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoSpace(f"{place} 所在磁盘已满，备份没有完成，也没有留下不完整的备份。请清理磁盘后重试。")
    return WrongSetting(
        f"不能把备份写到 {place}（{refusal.strerror or refusal}）。请检查文件夹是否存在、是否允许写入。"
    )


def _sync(place: Path) -> None:
    """Wait until it is on the disk; a folder cannot be waited for on Windows."""
    if place.is_dir() and os.name == "nt":
        return
    handle = os.open(place, os.O_RDWR if place.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
