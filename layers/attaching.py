"""What becomes of a file that somebody attaches: is it fit, what is kept of it, and what does it say of itself?

`prepare` decides by content, not by name, and needs no database: decode before the session opens.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from layers import clock
from layers.blobs import Blobs
from layers.errors import InvalidValue, TooLarge, UnreadableFile, UnsupportedFile
from layers.photos import read_photo
from layers.store.attachments import Facts, NewAttachment, checked_role, checked_source, checked_uid

MOST_BYTES: Final = 25 * 1024 * 1024
LONGEST_NAME: Final = 120
PDF: Final = "application/pdf"
TAKEN: Final = "JPG、PNG、WebP、HEIC 照片和 PDF 文件"
_DECLARED: Final = re.compile(r"image/[\w.+-]+|application/(pdf|octet-stream)|", re.I)
_HEADS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_HEIF_BRANDS: Final = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
# A file that is a photo to us and a page, a program or an archive to another program.
_TWO_THINGS: Final = re.compile(rb"<script|<!doctype\s+html|<html[\s>]|<svg[\s>]|<\?php|<iframe", re.I)
_ZIP_END, _ZIP_TAIL, _PDF_HEAD = b"PK\x05\x06", 66_000, 1024


@dataclass(frozen=True)
class Upload:
    """A file as it came; `declared` is the type that the sender claims, `facts` what he says of it."""

    content: bytes
    name: str
    declared: str
    facts: Facts


def prepare(blobs: Blobs, upload: Upload) -> NewAttachment:
    """Check it, put its files on the disk, and say what the database should keep."""
    name = plain_name(upload.name)
    if len(upload.content) > MOST_BYTES:
        raise TooLarge(
            f"“{name}”有 {len(upload.content) / 1048576:.0f} MB，单个文件应不超过 {MOST_BYTES // 1048576} MB。"
            "请压缩或拆分后再上传。"
        )
    if not upload.content:
        raise UnreadableFile(f"“{name}”是空文件。请重新选择。")
    _refuse_other_types(upload, name)
    return (_document if _is_pdf(upload.content) else _photo)(blobs, upload, name)


def read_facts(told: Mapping[str, Any]) -> Facts:
    """What a page tells as JSON, checked."""
    lon, lat = _number(told, "lon", -180, 180), _number(told, "lat", -90, 90)
    if (lon is None) != (lat is None):
        raise InvalidValue("照片的经度和纬度应同时给出，或都不给。请重新选择照片。")
    return Facts(
        uid=checked_uid(str(told.get("uid", ""))),
        role=checked_role(told.get("role")),
        taken_at=_moment(told.get("taken_at")),
        lon=lon,
        lat=lat,
        heading=_number(told, "heading", 0, 360),
        accuracy_m=_number(told, "accuracy_m", 0, 1e7),
        position_source=checked_source(told.get("position_source")),
    )


def plain_name(name: str) -> str:
    """The last part of a name, for showing only: no file of ours is ever called by it."""
    last = re.split(r"[/\\]", name)[-1]
    plain = " ".join("".join(char for char in last if char.isprintable()).split())
    return plain[-LONGEST_NAME:].lstrip(".") or "未命名"


def _photo(blobs: Blobs, upload: Upload, name: str) -> NewAttachment:
    photo, facts = read_photo(upload.content, name), upload.facts
    placed = facts.lon is not None
    return NewAttachment(
        uid=facts.uid,
        name=name,
        media_type=photo.media_type,
        bytes=len(upload.content),
        sha256=blobs.keep(upload.content),
        shown_sha256=blobs.keep(photo.shown),
        thumb_sha256=blobs.keep(photo.thumb),
        width=photo.width,
        height=photo.height,
        role=facts.role,
        taken_at=_in_utc(facts.taken_at or photo.taken_at),
        lon=facts.lon if placed else photo.lon,
        lat=facts.lat if placed else photo.lat,
        heading=photo.heading if facts.heading is None else facts.heading,
        accuracy_m=facts.accuracy_m,
        position_source=facts.position_source if placed else _source_of(photo.lon),
    )


def _document(blobs: Blobs, upload: Upload, name: str) -> NewAttachment:
    """Kept as it is; nobody of ours opens it, and a browser only saves it."""
    if b"%%EOF" not in upload.content[-2048:]:
        raise UnreadableFile(f"“{name}”不完整，缺少 PDF 的结尾。请重新导出后再上传。")
    facts = upload.facts
    return NewAttachment(
        uid=facts.uid,
        name=name,
        media_type=PDF,
        bytes=len(upload.content),
        sha256=blobs.keep(upload.content),
        role=facts.role or "doc",
        taken_at=_in_utc(facts.taken_at),
    )


def _refuse_other_types(upload: Upload, name: str) -> None:
    content, declared = upload.content, upload.declared.split(";")[0].strip()
    is_pdf = _is_pdf(content)
    if not _DECLARED.fullmatch(declared) or not (is_pdf or _is_photo(content)):
        raise UnsupportedFile(
            f"“{name}”不是能接收的格式，应为{TAKEN}（按内容判断，不看扩展名）。请另存后再上传。"
        )
    if (declared.lower() == PDF and not is_pdf) or (is_pdf and declared.lower().startswith("image/")):
        raise UnsupportedFile(
            f"“{name}”声明的类型是 {declared[:40]}，内容却是另一种格式。请核对文件后再上传。"
        )
    if not is_pdf and _is_two_things(content):
        raise UnsupportedFile(
            f"“{name}”是照片，同时又藏有网页、程序或压缩包，不能接收。请在相册中另存后再上传。"
        )


def _is_pdf(content: bytes) -> bool:
    return re.match(rb"%PDF-[12]\.\d", content) is not None


def _is_photo(content: bytes) -> bool:
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    is_heif = content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS
    return content.startswith(_HEADS) or is_webp or is_heif


def _is_two_things(content: bytes) -> bool:
    return (
        _TWO_THINGS.search(content) is not None
        or b"%PDF-" in content[:_PDF_HEAD]
        or _ZIP_END in content[-_ZIP_TAIL:]
    )


def _source_of(lon: float | None) -> str | None:
    return None if lon is None else "exif"


def _in_utc(moment: datetime | None) -> datetime | None:
    """EXIF without a zone tells the county's time."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=clock.timezone())).astimezone(UTC)


def _moment(told: object) -> datetime | None:
    if told is None or told == "":
        return None
    try:
        return datetime.fromisoformat(str(told))
    except ValueError:
        raise InvalidValue(
            f"拍摄时间收到“{str(told)[:40]}”，应为 2026-10-31T09:30:00 这样的时间。请改正。"
        ) from None


def _number(told: Mapping[str, Any], key: str, least: float, most: float) -> float | None:
    value = told.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue(f"照片的 {key} 收到“{str(value)[:40]}”，应为数字。请重新选择照片。")
    if not least <= value <= most:
        raise InvalidValue(f"照片的 {key} 收到 {value:g}，应在 {least:g} 到 {most:g} 之间。请重新选择照片。")
    return float(value)
