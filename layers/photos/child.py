"""The child process that decodes photos: the only file that opens pictures from outside.

python -I -m layers.photos.child FOLDER; the folder holds the question and takes the answer.
"""

from __future__ import annotations

import json
import math
import re
import sys
import warnings
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from PIL import (
    ExifTags,
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from layers.fence import isolate, limit
from layers.photos import reading

MEDIA_TYPES: Final = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
}
READERS: Final = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)
"""Nothing else is tried, but HEIF; a JPEG of several pictures (MPO) is found by the first."""
_PIXELS: Final = "“{{name}}”有 {width}×{height} 像素，超过 {most} 万像素的上限，没有解码。请缩小后再上传。"


class TooManyPixels(Exception):
    """The head of the file promises more than we are willing to decode."""


def main(folder: Path) -> None:
    """Answer the question in the folder."""
    question = json.loads((folder / reading.QUESTION).read_text("utf-8"))
    isolate()
    limit(question["limits"])
    try:
        told = _said_by_all(folder, question) if "files" in question else _written_anew(folder, question)
    except TooManyPixels as refusal:
        told = {"error": str(refusal)}
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError, ArithmeticError):
        told = {"error": ""}
    (folder / reading.ANSWER).write_text(json.dumps(told), "utf-8")


def _said_by_all(folder: Path, question: dict[str, Any]) -> dict[str, Any]:
    """Where and when each of several photos was taken; none of them is decoded. None for what is no photo."""
    Image.MAX_IMAGE_PIXELS = None
    warnings.simplefilter("ignore")
    return {"facts": [_said_by(folder / name) for name in question["files"]]}


def _said_by(file: Path) -> dict[str, Any] | None:
    with (
        suppress(UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError, ArithmeticError),
        Image.open(file, formats=_readers(file)) as picture,
    ):
        return _facts(picture)
    return None


def _written_anew(folder: Path, question: dict[str, Any]) -> dict[str, Any]:
    # What a picture promises of its size is read before anything is decoded, and judged here.
    Image.MAX_IMAGE_PIXELS = None
    warnings.simplefilter("ignore")
    with Image.open(folder / reading.PHOTO, formats=_readers(folder / reading.PHOTO)) as picture:
        _refuse_large(picture, question["most_pixels"])
        media_type, facts = MEDIA_TYPES[str(picture.format)], _facts(picture)
        picture.draft("RGB", (question["shown_px"], question["shown_px"]))
        picture.load()
        width, height = _write(folder, picture, question)
    return {"media_type": media_type, "width": width, "height": height, **facts}


def _readers(photo: Path) -> tuple[str, ...]:
    """HEIF is learnt for a file that begins like one only: its library starts as slowly as all the rest."""
    with photo.open("rb") as file:
        if file.read(12)[4:8] != b"ftyp":
            return READERS
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False, decode_threads=1)
    return ("HEIF",)


def _refuse_large(picture: Image.Image, most: int) -> None:
    width, height = picture.size
    if width * height > most:
        raise TooManyPixels(_PIXELS.format(width=width, height=height, most=most // 10_000))


def _write(folder: Path, picture: Image.Image, question: dict[str, Any]) -> tuple[int, int]:
    """Upright, on white where it was transparent, and without anything but pixels."""
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((question["shown_px"], question["shown_px"]), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", upright.size, "white")
    has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    clear = upright.convert("RGBA") if has_alpha else None
    flat.paste(clear or upright.convert("RGB"), mask=clear)
    flat.save(folder / reading.SHOWN, "JPEG", quality=85, optimize=True, progressive=True)
    small = ImageOps.fit(flat, (question["thumb_px"], question["thumb_px"]))
    small.save(folder / reading.THUMB, "JPEG", quality=80, optimize=True)
    return flat.size


def _facts(picture: Image.Image) -> dict[str, Any]:
    """What EXIF tells; a lie of EXIF costs the fact, never the photo."""
    exif = picture.getexif()
    details, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    lon = _degrees(gps.get(4), gps.get(3), "W", 180)
    lat = _degrees(gps.get(2), gps.get(1), "S", 90)
    placed = lon is not None and lat is not None and (lon, lat) != (0.0, 0.0)
    return {
        "taken_at": _moment(details.get(36867) or exif.get(306), details.get(36881) or details.get(36880)),
        "lon": lon if placed else None,
        "lat": lat if placed else None,
        "heading": _heading(gps.get(17)),
    }


def _degrees(parts: Any, side: Any, minus: str, most: float) -> float | None:
    with suppress(TypeError, ValueError, ArithmeticError):
        degrees, minutes, seconds = (float(part) for part in parts)
        value = degrees + minutes / 60 + seconds / 3600
        if math.isfinite(value) and 0 <= value <= most:
            return round(-value if str(side).startswith(minus) else value, 8)
    return None


def _heading(value: Any) -> float | None:
    with suppress(TypeError, ValueError, ArithmeticError):
        heading = float(value)
        if 0 <= heading <= 360:
            return round(heading % 360, 1)
    return None


def _moment(text: Any, offset: Any) -> str | None:
    found = re.match(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", str(text or ""))
    zone = offset if re.fullmatch(r"[+-]\d\d:\d\d", str(offset or "")) else ""
    with suppress(ValueError):
        if found:
            year, month, day, time = found.groups()
            return datetime.fromisoformat(f"{year}-{month}-{day}T{time}{zone}").isoformat()
    return None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
