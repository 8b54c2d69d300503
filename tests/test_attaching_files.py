"""Is what somebody attaches decoded safely, kept for evidence, and shown without what it says of itself?"""

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from layers.attaching import Upload, plain_name, prepare, read_facts
from layers.blobs import Blobs
from layers.errors import InvalidValue, MapError, TooLarge, UnknownThing, UnreadableFile, UnsupportedFile
from layers.store.attachments import Facts, NewAttachment
from tests.photos import MARTYRS, huge_png, pdf, photo


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def attached(
    blobs: Blobs, content: bytes, name: str = "照片.jpg", declared: str = "image/jpeg", **facts: Any
) -> NewAttachment:
    told = read_facts({"uid": str(uuid4()), **facts})
    return prepare(blobs, Upload(content, name, declared, told))


@pytest.mark.parametrize("sort", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_shown_without_exif_and_its_original_is_kept(blobs: Blobs, sort: str) -> None:
    content = photo(MARTYRS, sort=sort, heading=271.25)
    new = attached(blobs, content)

    assert blobs.path(new.sha256).read_bytes() == content
    assert new.sha256 == hashlib.sha256(content).hexdigest()
    with Image.open(blobs.path(new.shown_sha256 or "")) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (800, 600), {})
    for part in (b"HUAWEI", b"ALN-AL00", b"2026:10:31"):
        assert part in content
        assert part not in blobs.path(new.shown_sha256 or "").read_bytes()
        assert part not in blobs.path(new.thumb_sha256 or "").read_bytes()
    assert (new.lon, new.lat) == pytest.approx(MARTYRS, abs=1e-6)
    assert (new.heading, new.position_source) == (271.2, "exif")
    # EXIF tells the county's time: 09:30:15 in China is 01:30:15 UTC.
    assert new.taken_at == datetime(2026, 10, 31, 1, 30, 15, tzinfo=UTC)


def test_a_heic_of_a_phone_becomes_a_jpeg(blobs: Blobs) -> None:
    heif = pytest.importorskip("pillow_heif")
    with Image.open(io.BytesIO(photo(MARTYRS))) as picture:
        out = io.BytesIO()
        heif.from_pillow(picture).save(out, exif=picture.info["exif"])
    new = attached(blobs, out.getvalue(), "IMG_1.HEIC", "image/heic")
    assert new.media_type == "image/heic"
    assert new.lon == pytest.approx(MARTYRS[0], abs=1e-6)
    with Image.open(blobs.path(new.shown_sha256 or "")) as shown:
        assert shown.format == "JPEG"


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (-1, -1)), (6, (-1, 0)), (8, (0, -1))])
def test_a_photo_taken_sideways_is_shown_upright(
    blobs: Blobs, orientation: int, corner: tuple[int, int]
) -> None:
    new = attached(blobs, photo(orientation=orientation))
    with Image.open(blobs.path(new.shown_sha256 or "")) as shown:
        place = tuple(length - 20 if side else 20 for side, length in zip(corner, shown.size, strict=True))
        red, green, blue = shown.getpixel(place)  # type: ignore[misc, arg-type]
    assert red > 180 > 80 > max(green, blue)


def test_a_large_photo_is_shown_smaller_with_a_square_thumb(blobs: Blobs) -> None:
    new = attached(blobs, photo(size=(4000, 3000)))
    assert (new.width, new.height) == (2560, 1920)
    with Image.open(blobs.path(new.thumb_sha256 or "")) as thumb:
        assert thumb.size == (320, 320)


def test_what_the_sender_says_wins_over_what_a_shrunk_photo_says(blobs: Blobs) -> None:
    said: dict[str, Any] = {
        "lon": 118.5,
        "lat": 35.5,
        "position_source": "hand",
        "accuracy_m": 8,
        "taken_at": "2026-11-01T08:00:00+08:00",
    }
    new = attached(blobs, photo(MARTYRS), **said)
    assert (new.lon, new.lat, new.position_source, new.accuracy_m) == (118.5, 35.5, "hand", 8)
    assert new.taken_at == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_photo_without_a_place_has_none(blobs: Blobs) -> None:
    new = attached(blobs, photo(taken=None))
    assert (new.lon, new.lat, new.taken_at, new.position_source) == (None, None, None, None)


def test_a_pdf_is_kept_as_it_is(blobs: Blobs) -> None:
    new = attached(blobs, pdf(), "批复.pdf", "application/pdf")
    assert (new.media_type, new.role, new.shown_sha256) == ("application/pdf", "doc", None)
    assert blobs.path(new.sha256).read_bytes() == pdf()


UID = "01934c00-0000-7000-8000-0000000000aa"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
JPEG = photo()
COMMENT = JPEG[:2] + b"\xff\xfe\x00\x1b<script>alert(1)</script>" + JPEG[2:]
HOSTILE = {
    "HTML called jpg": (HTML, "a.jpg", "image/jpeg", UnsupportedFile, "不是能接收的格式"),
    "SVG": (SVG, "a.svg", "image/svg+xml", UnsupportedFile, "不是能接收的格式"),
    "GIF": (b"GIF89a" + bytes(50), "a.gif", "image/gif", UnsupportedFile, "不是能接收的格式"),
    "a program": (b"MZ" + bytes(99), "a.jpg", "image/jpeg", UnsupportedFile, "不是能接收的格式"),
    "a photo declared as a page": (JPEG, "a.html", "text/html", UnsupportedFile, "不是能接收的格式"),
    "a photo declared as a PDF": (JPEG, "a.pdf", "application/pdf", UnsupportedFile, "声明的类型"),
    "a PDF declared as a photo": (pdf(), "a.jpg", "image/jpeg", UnsupportedFile, "声明的类型"),
    "a photo with a page behind it": (JPEG + HTML, "a.jpg", "image/jpeg", UnsupportedFile, "藏有网页"),
    "a photo with a script in its comment": (COMMENT, "a.jpg", "image/jpeg", UnsupportedFile, "藏有网页"),
    "a photo with an archive behind it": (
        JPEG + b"PK\5\6" + bytes(18),
        "a.jpg",
        "",
        UnsupportedFile,
        "压缩包",
    ),
    "a photo that is a PDF too": (JPEG[:20] + b"%PDF-1.4" + JPEG[20:], "a.jpg", "", UnsupportedFile, "藏有"),
    "a truncated photo": (JPEG[: len(JPEG) // 2], "a.jpg", "image/jpeg", UnreadableFile, "不完整或已损坏"),
    "a head without a photo": (JPEG[:30], "a.jpg", "image/jpeg", UnreadableFile, "不完整或已损坏"),
    "a truncated PDF": (pdf()[:20], "a.pdf", "application/pdf", UnreadableFile, "缺少 PDF 的结尾"),
    "2,500 million pixels": (huge_png(), "a.png", "image/png", UnreadableFile, "50000×50000 像素"),
    "nothing": (b"", "a.jpg", "image/jpeg", UnreadableFile, "空文件"),
    "26 MB": (b"\xff\xd8\xff" + bytes(26 << 20), "a.jpg", "image/jpeg", TooLarge, "25 MB"),
}


@pytest.mark.parametrize(("content", "name", "declared", "error", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_by_a_sentence_and_leaves_nothing(
    blobs: Blobs, content: bytes, name: str, declared: str, error: type[MapError], words: str
) -> None:
    with pytest.raises(error) as refusal:
        attached(blobs, content, name, declared)
    assert type(refusal.value) is error
    assert words in refusal.value.message
    assert not list(blobs.folder.rglob("*"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\a.jpg", "a.jpg"),
        ("a\0b\r\nc.jpg", "abc.jpg"),
        ("..", "未命名"),
        ("", "未命名"),
        ("‮gpj.exe", "gpj.exe"),
        ("x" * 400 + ".jpg", "x" * 116 + ".jpg"),
    ],
)
def test_a_name_is_only_data(name: str, shown: str) -> None:
    assert plain_name(name) == shown


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"uid": "1"},
        {"uid": UID, "lon": 118},
        {"uid": UID, "lon": "118", "lat": 35},
        {"uid": UID, "lon": 200, "lat": 35},
        {"uid": UID, "lon": True, "lat": True},
        {"uid": UID, "heading": float("nan")},
        {"uid": UID, "role": "x"},
        {"uid": UID, "position_source": "moon"},
        {"uid": UID, "taken_at": "昨天"},
    ],
)
def test_facts_that_make_no_sense_are_refused(told: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        read_facts(told)


def test_the_same_content_is_kept_once_and_nothing_half_written_stays(blobs: Blobs) -> None:
    digest = blobs.keep(b"one")
    assert blobs.keep(b"one") == digest
    assert [file.name for file in blobs.folder.rglob("*") if file.is_file()] == [digest]
    assert blobs.path(digest).parent.name == digest[:2]


def test_a_full_disk_leaves_no_file_behind(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MapError, match="磁盘已满"):
        blobs.keep(b"two")
    assert not [file for file in blobs.folder.rglob("*") if file.is_file()]


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "a" * 63, "A" * 64, "0" * 64])
def test_what_is_no_digest_names_no_file(blobs: Blobs, digest: str) -> None:
    with pytest.raises(UnknownThing):
        blobs.path(digest)


def test_facts_need_only_a_uid() -> None:
    uid = str(uuid4())
    assert read_facts({"uid": uid}) == Facts(uid=uid)
