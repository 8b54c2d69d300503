"""What is in a backup? One manifest.json, written last: a folder without it is no backup."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from layers.errors import UnreadableFile

NAME: Final = "manifest.json"
BLOBS: Final = "blobs"
OTHER: Final = "files"
PICTURES: Final = "pictures"
UPLOADS: Final = "uploads"
ORIGINALS: Final = (f"{PICTURES}/", f"{UPLOADS}/")
"""Folders of files as they came."""
KNOWN: Final = (f"{BLOBS}/", *ORIGINALS)
"""Folders of files whose digests are known without reading them."""
FORMAT: Final = 1
_CHUNK: Final = 1024 * 1024

Reason = Literal["nightly", "byhand", "upgrade"]


@dataclass(frozen=True)
class Kept:
    """One file of a backup, by its path inside the backup."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """All that a backup says about itself. `rows`: how many each table had."""

    reason: Reason
    product: str
    database: str
    revision: str | None
    began: datetime
    ended: datetime
    rows: Mapping[str, int]
    files: tuple[Kept, ...]
    format: int = field(default=FORMAT)


def write(manifest: Manifest, folder: Path) -> None:
    """Write it and wait until it is on the disk."""
    told = asdict(manifest) | {"began": manifest.began.isoformat(), "ended": manifest.ended.isoformat()}
    with (folder / NAME).open("w", encoding="utf-8") as file:
        json.dump(told, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """The manifest of a backup; raises UnreadableFile for a folder that is none."""
    file = folder / NAME
    try:
        told = json.loads(file.read_text("utf-8"))
        return _from(told)
    except FileNotFoundError:
        raise UnreadableFile(
            f"{folder} 里没有 {NAME}，不是完整的备份。请指向 backups 文件夹下的一个备份。"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(f"{file} 读不懂（{error}），这个备份不能用。请改用别的备份。") from None


def _from(told: dict[str, Any]) -> Manifest:
    if told["format"] != FORMAT:
        raise UnreadableFile(f"备份的格式是 {told['format']}，本程序只认识 {FORMAT}。请用更新的程序恢复。")
    times = {name: datetime.fromisoformat(told[name]) for name in ("began", "ended")}
    files = tuple(Kept(**kept) for kept in told["files"])
    if any(".." in PurePosixPath(kept.path).parts or kept.path.startswith("/") for kept in files):
        raise ValueError("a file outside of the backup")
    return Manifest(**told | times | {"files": files})


def described(file: Path, folder: Path) -> Kept:
    """What the manifest says of a file in this folder."""
    return Kept(file.relative_to(folder).as_posix(), file.stat().st_size, digest(file))


def check_files(manifest: Manifest, folder: Path, *, thorough: bool = True) -> None:
    """Compare the files with their sizes and digests; raises UnreadableFile, which names the first that differs.

    Attachments are named by their digests and are many, drawings and rasters are large: they are read only when it
    has to be thorough.
    """
    for kept in manifest.files:
        file = folder / kept.path
        if not file.is_file():
            raise UnreadableFile(f"备份 {folder} 缺少文件 {kept.path}，不能用。请改用别的备份。")
        read = thorough or not kept.path.startswith(KNOWN)
        if file.stat().st_size != kept.bytes or (read and digest(file) != kept.sha256):
            raise UnreadableFile(f"备份 {folder} 的文件 {kept.path} 与清单不符，已损坏。请改用别的备份。")


def digest(file: Path) -> str:
    """The SHA-256 of a file's content."""
    found = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
