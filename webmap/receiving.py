"""How does a large file get from a request to the disk? As the body, piece by piece, before any session opens."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from flask import Flask, request

from layers.errors import InvalidValue, NoSpace, TooLarge
from layers.imagery.limits import RASTER_BYTES, SHEET_BYTES
from layers.secrecy import refuse_secret
from layers.store.rows import new_uid
from webmap.database import the_config
from webmap.picture_files import original
from webmap.uploading import ASKED_BYTES, INTAKE_BYTES

PIECE: Final = 1 << 20
LONGEST_NAME: Final = 200
MOST: Final[dict[str, int]] = {
    "imagery.receive": RASTER_BYTES,
    "drawings.receive": SHEET_BYTES,
    "conflict.receive": ASKED_BYTES,
    "intake.receive": INTAKE_BYTES,
}
"""How many bytes the addresses of files take."""


class Received(NamedTuple):
    """A file on the disk."""

    uid: str
    name: str
    sha256: str
    size: int


def take_files(app: Flask) -> None:
    """Let these addresses take more bytes than the others, before anybody reads the body."""

    @app.before_request
    def allow() -> None:
        most = MOST.get(request.endpoint or "")
        if most and request.method == "POST" and "X-CSRF-Token" in request.headers:
            request.max_content_length = most + PIECE


@contextmanager
def received(
    most: int,
    suffixes: tuple[str, ...] | None,
    otherwise: str,
    place: Callable[[Path, str, str], Path] = original,
) -> Iterator[Received]:
    """The body of this request in a folder of its own, which is gone again when the block fails.

    suffixes: None where whoever reads the file says what it is.
    """
    name = _name(request.args.get("name", ""))
    if suffixes and not name.lower().endswith(suffixes):
        raise InvalidValue(f"“{name}”不能使用。{otherwise}")
    uid = new_uid()
    file = place(the_config().home, uid, name)
    try:
        size, digest = _keep(file, name, most)
        yield Received(uid, name, digest, size)
    except BaseException:
        shutil.rmtree(file.parent, ignore_errors=True)
        raise


def _name(given: str) -> str:
    name = " ".join("".join(each for each in given if each.isprintable()).split())[-LONGEST_NAME:]
    if not name:
        raise InvalidValue("没有收到文件名。请重新选择文件。")
    refuse_secret("文件名", name)
    return name


def _keep(file: Path, name: str, most: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    try:
        file.parent.mkdir(parents=True)
        with file.open("wb") as target:
            while piece := request.stream.read(PIECE):
                size += len(piece)
                if size > most:
                    raise TooLarge(f"“{name}”超过 {most >> 20:,} MB。请裁剪、拆分或简化后再上传。")
                digest.update(piece)
                target.write(piece)
    except OSError as refusal:
        raise NoSpace(f"文件存不下（{refusal.strerror}），没有保存。请联系系统管理员。") from None
    if not size:
        raise InvalidValue(f"“{name}”是空文件。请重新导出后再选择。")
    return size, digest.hexdigest()
