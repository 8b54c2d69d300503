"""Is this a photo that we can show, and what does it say of itself?

A photo is decoded and written anew in a child process within limits of time and memory; what readers get is that
new JPEG, upright and without EXIF. Its numbers (time, position, heading) come back beside it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

from layers.errors import UnreadableFile

QUESTION, PHOTO, ANSWER, SHOWN, THUMB = "question.json", "photo", "answer.json", "shown.jpg", "thumb.jpg"
SHOWN_PX: Final = 2560
THUMB_PX: Final = 320
MOST_PIXELS: Final = 120_000_000
"""More than any camera of a phone writes; 360 MB once decoded."""
_LIMITS: Final = {"memory_bytes": 3 << 30, "cpu_s": 40, "file_bytes": 64 << 20}
_WALL_S: Final = 60
_AT_ONCE: Final = BoundedSemaphore(2)
_DAMAGED: Final = "“{name}”不完整或已损坏，无法显示。请重新选择照片，或在手机相册中另存后再上传。"


@dataclass(frozen=True)
class Photo:
    """A photo as readers see it, and what the original says of itself. taken_at has no zone when EXIF has none."""

    shown: bytes
    thumb: bytes
    media_type: str
    width: int
    height: int
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    heading: float | None


def read_photo(content: bytes, name: str) -> Photo:
    """The photo written anew; raises UnreadableFile with the name in its sentence."""
    with _AT_ONCE, tempfile.TemporaryDirectory(prefix="photo-") as place:
        folder = Path(place)
        (folder / PHOTO).write_bytes(content)
        question = {"limits": _LIMITS, "most_pixels": MOST_PIXELS, "shown_px": SHOWN_PX, "thumb_px": THUMB_PX}
        (folder / QUESTION).write_text(json.dumps(question), "utf-8")
        _run(folder, name)
        return _answer(folder, name)


@dataclass(frozen=True)
class Taken:
    """Where and when a photo was taken, as it says itself. Degrees of WGS84 by the standard; None: it does not say."""

    taken_at: datetime | None
    lon: float | None
    lat: float | None
    heading: float | None


def read_taken(folder: Path, files: Sequence[str]) -> list[Taken | None]:
    """What the photos of these names in `folder` say of themselves, without decoding any; None for what is none."""
    (folder / QUESTION).write_text(json.dumps({"limits": _LIMITS, "files": list(files)}), "utf-8")
    _run(folder, f"{len(files)} 张照片")
    told: dict[str, Any] = json.loads((folder / ANSWER).read_text("utf-8"))
    return [_taken(facts) if facts else None for facts in told["facts"]]


def _taken(facts: dict[str, Any]) -> Taken:
    at = datetime.fromisoformat(facts["taken_at"]) if facts["taken_at"] else None
    return Taken(at, facts["lon"], facts["lat"], facts["heading"])


def _run(folder: Path, name: str) -> None:
    kept = {each: os.environ[each] for each in ("SYSTEMROOT", "COMSPEC") if each in os.environ}
    try:
        subprocess.run(  # noqa: S603 (our own program, an argument of ours)
            [sys.executable, "-I", "-X", "utf8", "-m", "layers.photos.child", str(folder)],
            env=kept | {"HOME": str(folder), "TMPDIR": str(folder), "OPENBLAS_NUM_THREADS": "1"},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_WALL_S,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise UnreadableFile(_DAMAGED.format(name=name)) from None


def _answer(folder: Path, name: str) -> Photo:
    told: dict[str, Any] = json.loads((folder / ANSWER).read_text("utf-8"))
    if "error" in told:
        raise UnreadableFile(told["error"].format(name=name) if told["error"] else _DAMAGED.format(name=name))
    return Photo(
        shown=(folder / SHOWN).read_bytes(),
        thumb=(folder / THUMB).read_bytes(),
        media_type=told["media_type"],
        width=told["width"],
        height=told["height"],
        taken_at=datetime.fromisoformat(told["taken_at"]) if told["taken_at"] else None,
        lon=told["lon"],
        lat=told["lat"],
        heading=told["heading"],
    )
