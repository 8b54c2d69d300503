"""Where do the bytes of attached files lie? In files named by their SHA-256: written once, never changed.

The same content is kept once. A file is there completely or not at all: it is written beside its place, forced to
the disk and then renamed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from layers.errors import NoSpace, UnknownThing

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_ASIDE: Final = ".old-"
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class Blobs:
    """The folder of attached files; it may be a shared mount."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, content: bytes) -> str:
        """Put the bytes on the disk for good and return their SHA-256; NoSpace when the disk is full."""
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(digest)
        if _is_there(place):
            return digest
        try:
            _write(place, content)
        except OSError as refusal:
            if refusal.errno in _FULL:
                raise NoSpace(
                    "存放附件的磁盘已满，没有保存这个文件。请联系系统管理员清理磁盘后重试。"
                ) from None
            raise
        return digest

    def path(self, digest: str) -> Path:
        """The file with this content; UnknownThing when it is not there."""
        if _SHA256.fullmatch(digest) and self._place(digest).is_file():
            return self._place(digest)
        raise UnknownThing("附件的文件不在服务器上，可能没有随数据库一起恢复。请联系系统管理员。")

    def has(self, digest: str) -> bool:
        """Whether a file with this content is there."""
        return self._place(digest).is_file()

    def remove(self, digest: str, *, unused_since: datetime) -> bool:
        """Take a file away that nobody has kept again since; whether it is gone.

        It first gets another name: whoever keeps the same content at this moment either touches the file before,
        which is seen here, or does not find it and writes it anew.
        """
        place, aside = self._place(digest), self._aside(digest)
        try:
            place.replace(aside)
            if aside.stat().st_mtime >= unused_since.timestamp():
                _put_back(aside, place)
                return False
            aside.unlink()
        except FileNotFoundError:
            return False
        return True

    def settle(self, unused: Collection[str]) -> None:
        """After a crash: what was about to be taken away and is needed gets its name back."""
        for aside in self.folder.glob(f"[0-9a-f][0-9a-f]/{_ASIDE}*"):
            digest = aside.name.removeprefix(_ASIDE)
            if digest in unused:
                aside.unlink(missing_ok=True)
            else:
                _put_back(aside, self._place(digest))

    def _aside(self, digest: str) -> Path:
        return self._place(digest).with_name(f"{_ASIDE}{digest}")

    def _place(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest


def _is_there(place: Path) -> bool:
    """Whether it is there, and if so, that it has been wanted just now."""
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    except PermissionError:
        # A read-only mount: nothing is taken away there either.
        return place.exists()
    return True


def _put_back(aside: Path, place: Path) -> None:
    if place.exists():
        aside.unlink(missing_ok=True)
    else:
        aside.replace(place)


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".new-", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _settle(place.parent)


def _settle(folder: Path) -> None:
    """Make the new name itself survive a power cut; Windows opens no folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
