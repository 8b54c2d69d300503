"""Where do tests get photos from? Drawn with Pillow, with the EXIF that a phone writes."""

from __future__ import annotations

import io
import random
import struct
import zlib

from PIL import ExifTags, Image, ImageDraw

MARTYRS = (118.4503, 35.5808)
"""A place in the county, some metres from where nothing stands."""


def photo(
    at: tuple[float, float] | None = None,
    *,
    taken: str | None = "2026:10:31 09:30:15",
    heading: float | None = None,
    device: tuple[str, str] = ("HUAWEI", "ALN-AL00"),
    size: tuple[int, int] = (800, 600),
    sort: str = "JPEG",
    orientation: int | None = None,
    seed: int = 1,
) -> bytes:
    """A photo with noise, so that no two seeds are the same file."""
    picture = Image.new("RGB", size, (120, 160, 90))
    draw, chance = ImageDraw.Draw(picture), random.Random(seed)
    for _ in range(40):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        draw.rectangle((x, y, x + 60, y + 40), fill=tuple(chance.randrange(256) for _ in range(3)))
    # The upper left corner is red: tests see which way is up.
    draw.rectangle((0, 0, size[0] // 4, size[1] // 4), fill=(220, 20, 20))
    out = io.BytesIO()
    picture.save(out, sort, exif=exif(at, taken, heading, device, orientation))
    return out.getvalue()


def exif(
    at: tuple[float, float] | None,
    taken: str | None,
    heading: float | None,
    device: tuple[str, str],
    orientation: int | None,
) -> Image.Exif:
    told = Image.Exif()
    told[ExifTags.Base.Make], told[ExifTags.Base.Model] = device
    if orientation:
        told[ExifTags.Base.Orientation] = orientation
    if taken:
        told.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    gps = told.get_ifd(ExifTags.IFD.GPSInfo)
    if at:
        gps[1], gps[2], gps[3], gps[4] = "N", _parts(at[1]), "E", _parts(at[0])
    if heading is not None:
        gps[16], gps[17] = "T", heading
    return told


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = (degrees % 1) * 60
    return float(int(degrees)), float(int(minutes)), round((minutes % 1) * 60, 4)


def huge_png(width: int = 50_000, height: int = 50_000) -> bytes:
    """A few bytes that promise 2.5 thousand million pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def pdf() -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
