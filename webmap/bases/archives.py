"""Which picture does an MBTiles or PMTiles file hold for a tile? Both are read only, never unpacked."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple
from urllib.request import pathname2url

from layers.errors import WrongSetting
from webmap.bases.addresses import Square

TILE: Final = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
GZIP: Final = 2
PLAIN: Final = (0, 1)
MOST_DIRECTORY_BYTES: Final = 16 * 1024 * 1024
DEEPEST: Final = 4

Archive = Callable[[Square], bytes | None]


def open_archive(kind: str, file: Path) -> Archive:
    """Answers squares with pictures. Raises WrongSetting for a file that is not what it should be."""
    return MBTiles(file).tile if kind == "mbtiles" else PMTiles(file).tile


class MBTiles:
    """A SQLite file whose rows count from the south."""

    def __init__(self, file: Path) -> None:
        self.address = f"file:{pathname2url(str(file))}?mode=ro&immutable=1"
        try:
            self.tile(Square(0, 0, 0))
        except sqlite3.Error:
            raise WrongSetting(
                f"底图文件 {file} 不是能读的 MBTiles（没有 tiles 表）。请换一个文件后重新启动。"
            ) from None

    def tile(self, square: Square) -> bytes | None:
        with closing(sqlite3.connect(self.address, uri=True)) as connection:
            found = connection.execute(TILE, (square.z, square.x, square.row_from_south)).fetchone()
        return bytes(found[0]) if found and found[0] else None


class Entry(NamedTuple):
    """A run of tiles with one picture, or (run 0) a directory further down."""

    first: int
    run: int
    length: int
    offset: int


class PMTiles:
    """A PMTiles file, version 3: directories of entries sorted along a Hilbert curve."""

    def __init__(self, file: Path) -> None:
        self.file = file
        header = self._read(0, 127)
        if header[:7] != b"PMTiles" or len(header) < 127 or header[7] != 3:
            raise WrongSetting(f"底图文件 {file} 不是 PMTiles 第 3 版。请换一个文件后重新启动。")
        self.root = self._number(header, 8), self._number(header, 16)
        self.leaves, self.data = self._number(header, 40), self._number(header, 56)
        self.packing = header[97]
        if self.packing not in (*PLAIN, GZIP) or header[99] == 1:
            raise WrongSetting(f"底图文件 {file} 里不是栅格图片，或压缩方式不支持。请换一个文件后重新启动。")
        self.directory = lru_cache(maxsize=64)(self._directory)

    def tile(self, square: Square) -> bytes | None:
        wanted = hilbert_number(square)
        offset, length = self.root
        for _ in range(DEEPEST):
            entry = _entry_of(self.directory(offset, length), wanted)
            if entry is None:
                return None
            if entry.run:
                return self._read(self.data + entry.offset, entry.length)
            offset, length = self.leaves + entry.offset, entry.length
        return None

    def _directory(self, offset: int, length: int) -> list[Entry]:
        packed = self._read(offset, min(length, MOST_DIRECTORY_BYTES))
        return _entries(gzip.decompress(packed) if self.packing == GZIP else packed)

    def _read(self, offset: int, length: int) -> bytes:
        with self.file.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    @staticmethod
    def _number(header: bytes, place: int) -> int:
        return int.from_bytes(header[place : place + 8], "little")


def hilbert_number(square: Square) -> int:
    """The place of a tile on the curve through all tiles of all zooms."""
    z, x, y = square
    number = ((1 << 2 * z) - 1) // 3
    side = (1 << z) >> 1
    while side:
        east, south = int(x & side > 0), int(y & side > 0)
        number += side * side * ((3 * east) ^ south)
        if not south:
            if east:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side //= 2
    return number


def _entry_of(entries: list[Entry], wanted: int) -> Entry | None:
    before = [entry for entry in entries if entry.first <= wanted]
    last = before[-1] if before else None
    return last if last and (last.run == 0 or wanted < last.first + last.run) else None


def _entries(body: bytes) -> list[Entry]:
    """Four columns of variable-length numbers: first tile (as difference), run, length, offset."""
    numbers = _numbers(body)
    size = numbers[0]
    steps, runs, lengths, offsets = (numbers[1 + i * size : 1 + (i + 1) * size] for i in range(4))
    entries: list[Entry] = []
    first = 0
    for step, run, length, given in zip(steps, runs, lengths, offsets, strict=True):
        first += step
        # Zero says: right behind the one before.
        offset = given - 1 if given else entries[-1].offset + entries[-1].length
        entries.append(Entry(first, run, length, offset))
    return entries


def _numbers(body: bytes) -> list[int]:
    numbers, value, shift = [], 0, 0
    for byte in body:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value, shift = 0, 0
    return numbers
