"""How does a picture become tiles of all zooms? The closest zoom is drawn, each other one is made of the one below.

Runs in the child. Opaque tiles are JPEG, those with an edge WebP; a drawing with its thin lines is PNG throughout.
"""

from __future__ import annotations

import io
import math
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

HALF_WORLD_M: Final = math.pi * 6378137.0
TILE_PX: Final = 256
BLOCK: Final = 4
"""Tiles on a side that are drawn at once."""
FARTHEST: Final = 3
_TABLES: Final = (
    "CREATE TABLE metadata (name TEXT, value TEXT)",
    "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB,"
    " PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID",
)


class Range(NamedTuple):
    """The tiles of one zoom that a picture touches; rows count from the north, the ends are not in it."""

    z: int
    west: int
    north: int
    east: int
    south: int

    @property
    def tiles(self) -> int:
        return (self.east - self.west) * (self.south - self.north)

    @property
    def above(self) -> Range:
        """The same ground one zoom farther away."""
        return Range(self.z - 1, self.west >> 1, self.north >> 1, (self.east + 1) >> 1, (self.south + 1) >> 1)


Draw = Callable[[tuple[float, float, float, float], int, int], Pixels]
"""West, south, east, north in metres of Web Mercator, width and height in pixels → RGBA of that shape."""
Tell = Callable[[float, str], None]


def pixel_m(z: int) -> float:
    """The side of a pixel in metres of Web Mercator."""
    return 2 * HALF_WORLD_M / (TILE_PX << z)


def closest_zoom(resolution_m: float, most: int) -> int:
    """The zoom whose pixels are about as small as those of the picture (in metres of Web Mercator)."""
    z = math.ceil(math.log2(2 * HALF_WORLD_M / TILE_PX / resolution_m) - 0.2)
    return max(FARTHEST, min(z, most))


def range_of(bounds: tuple[float, float, float, float], z: int) -> Range:
    """The tiles that these bounds in metres touch."""
    side, last = pixel_m(z) * TILE_PX, 1 << z
    west, south, east, north = bounds
    return Range(
        z,
        max(0, math.floor((west + HALF_WORLD_M) / side)),
        max(0, math.floor((HALF_WORLD_M - north) / side)),
        min(last, math.ceil((east + HALF_WORLD_M) / side)),
        min(last, math.ceil((HALF_WORLD_M - south) / side)),
    )


def farthest_zoom(bounds: tuple[float, float, float, float], closest: int) -> int:
    """Where the whole picture is smaller than a tile."""
    side = max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    z = math.floor(math.log2(2 * HALF_WORLD_M / side)) if side > 0 else closest
    return max(FARTHEST, min(z, closest))


def write(
    file: Path,
    facts: dict[str, str],
    zooms: tuple[int, int],
    whole: Range,
    draw: Draw,
    *,
    lossless: bool,
    tell: Tell,
) -> int:
    """All tiles of a picture; answers how many hold something."""
    farthest, closest = zooms
    with closing(sqlite3.connect(file)) as tiles:
        tiles.execute("PRAGMA journal_mode=OFF")
        tiles.execute("PRAGMA synchronous=OFF")  # a file that is not finished is thrown away
        for table in _TABLES:
            tiles.execute(table)
        blocks = list(_blocks(whole))
        for done, block in enumerate(blocks):
            tell(0.85 * done / len(blocks), f"正在切片：第 {closest} 级")
            _write_block(tiles, block, draw, lossless=lossless)
        upper = whole
        for z in range(closest - 1, farthest - 1, -1):
            upper = upper.above
            tell(0.85 + 0.14 * (closest - z) / max(1, closest - farthest), f"正在生成第 {z} 级概览")
            _write_above(tiles, upper, lossless=lossless)
        tiles.executemany("INSERT INTO metadata VALUES (?, ?)", facts.items())
        count: int = tiles.execute("SELECT count(*) FROM tiles").fetchone()[0]
        tiles.commit()
    return count


def _blocks(whole: Range) -> Iterator[Range]:
    for north in range(whole.north, whole.south, BLOCK):
        for west in range(whole.west, whole.east, BLOCK):
            yield Range(whole.z, west, north, min(west + BLOCK, whole.east), min(north + BLOCK, whole.south))


def _write_block(tiles: sqlite3.Connection, block: Range, draw: Draw, *, lossless: bool) -> None:
    side = pixel_m(block.z) * TILE_PX
    bounds = (
        block.west * side - HALF_WORLD_M,
        HALF_WORLD_M - block.south * side,
        block.east * side - HALF_WORLD_M,
        HALF_WORLD_M - block.north * side,
    )
    width, height = (block.east - block.west) * TILE_PX, (block.south - block.north) * TILE_PX
    pixels = draw(bounds, width, height)
    for row in range(block.south - block.north):
        for column in range(block.east - block.west):
            tile = pixels[row * TILE_PX : (row + 1) * TILE_PX, column * TILE_PX : (column + 1) * TILE_PX]
            if tile[..., 3].any():
                picture = Image.fromarray(np.ascontiguousarray(tile), "RGBA")
                _put(tiles, block.z, block.west + column, block.north + row, picture, lossless=lossless)


def _write_above(tiles: sqlite3.Connection, upper: Range, *, lossless: bool) -> None:
    """Half as large, from four tiles; colours count only as far as they cover."""
    for x in range(upper.west, upper.east):
        for y in range(upper.north, upper.south):
            whole = Image.new("RGBA", (2 * TILE_PX, 2 * TILE_PX))
            found = False
            for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
                if part := _get(tiles, upper.z + 1, 2 * x + dx, 2 * y + dy):
                    whole.paste(part, (dx * TILE_PX, dy * TILE_PX))
                    found = True
            if found:
                small = whole.convert("RGBa").resize((TILE_PX, TILE_PX), Image.Resampling.BOX)
                _put(tiles, upper.z, x, y, small.convert("RGBA"), lossless=lossless)


def _get(tiles: sqlite3.Connection, z: int, x: int, y: int) -> Image.Image | None:
    found = tiles.execute(
        "SELECT tile_data FROM tiles WHERE zoom_level=? AND tile_column=? AND tile_row=?", (z, x, _row(z, y))
    ).fetchone()
    return Image.open(io.BytesIO(found[0])).convert("RGBA") if found else None


def _put(tiles: sqlite3.Connection, z: int, x: int, y: int, picture: Image.Image, *, lossless: bool) -> None:
    opaque = picture.getchannel("A").getextrema() == (255, 255)
    body = io.BytesIO()
    if lossless:
        (picture.convert("RGB") if opaque else picture).save(body, "PNG", compress_level=6)
    elif opaque:
        picture.convert("RGB").save(body, "JPEG", quality=85)
    else:
        picture.save(body, "WEBP", quality=85)
    tiles.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (z, x, _row(z, y), body.getvalue()))


def _row(z: int, y: int) -> int:
    """MBTiles counts its rows from the south."""
    return (1 << z) - 1 - y
