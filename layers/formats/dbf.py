"""What does a .dbf say? Its bytes are read here, because GDAL guesses the encoding and is often wrong."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.errors import UnreadableFile
from layers.formats.dataset import Values
from layers.formats.encoding import Row, decoded

_HEADER: Final = struct.Struct("<4xIHH17xB2x")
_FIELD: Final = struct.Struct("<11sc4xB15x")
_END_OF_FIELDS = b"\r"
_DELETED = ord("*")


class Column(NamedTuple):
    """One field of the table: its name as bytes, its type letter, its cells."""

    name: bytes
    type: str
    cells: NDArray[np.bytes_]


@dataclass(frozen=True)
class Table:
    """The rows of a .dbf, column by column, still as bytes. kept: which rows are not marked as deleted."""

    columns: tuple[Column, ...]
    kept: NDArray[np.bool_]
    language_driver: int

    def rows(self) -> Iterator[Row]:
        """All texts as bytes: the names, then row by row, for finding out the encoding."""
        yield Row(0, tuple(column.name for column in self.columns))
        texts = [column.cells.tolist() for column in self.columns if column.type == "C"]
        for number, cells in enumerate(zip(*texts, strict=True), 1):
            yield Row(number, cells)

    def values(self, codec: str) -> dict[str, Values]:
        """The columns as they are meant: text, numbers, ISO dates, yes and no; None is a blank."""
        found: dict[str, Values] = {}
        for column in self.columns:
            if column.type in _READERS:
                name = _fresh(decoded(column.name, codec).strip(), found)
                found[name] = _values(column, codec)
        return found

    def passed_over(self, codec: str) -> list[str]:
        """Names of the columns whose type is not read (memo, binary)."""
        return [decoded(column.name, codec) for column in self.columns if column.type not in _READERS]


def read(path: Path) -> Table:
    """Read a .dbf; raises UnreadableFile where its header and its length contradict each other."""
    content = path.read_bytes()
    try:
        count, start, width, language_driver = _HEADER.unpack_from(content)
        fields = list(_fields(content, start))
    except struct.error:
        raise _broken("文件头不完整") from None
    if sum(field[2] for field in fields) + 1 != width:
        raise _broken("字段宽度之和与记录长度不符")
    if len(content) < start + count * width:
        raise _broken(f"文件头声明 {count} 行，但文件只有 {max(0, len(content) - start) // width} 行")
    records = np.frombuffer(content, np.uint8, count * width, start).reshape(count, width)
    return Table(tuple(_columns(fields, records)), records[:, 0] != _DELETED, language_driver)


def _fields(content: bytes, start: int) -> Iterator[tuple[bytes, str, int]]:
    for at in range(32, start, 32):
        if content[at : at + 1] == _END_OF_FIELDS:
            return
        name, letter, width = _FIELD.unpack_from(content, at)
        if width:
            yield name.split(b"\0")[0].strip(), letter.decode("latin-1"), width


def _columns(fields: list[tuple[bytes, str, int]], records: NDArray[np.uint8]) -> Iterator[Column]:
    at = 1
    for name, letter, width in fields:
        yield Column(name, letter, _cells(records[:, at : at + width]))
        at += width


def _cells(block: NDArray[np.uint8]) -> NDArray[np.bytes_]:
    """One column as byte strings, without blanks and without what some programs leave behind a NUL."""
    after_nul = np.logical_or.accumulate(block == 0, axis=1)
    clean = np.ascontiguousarray(np.where(after_nul, 0, block).astype(np.uint8))
    return np.strings.strip(clean.view(f"S{block.shape[1]}").ravel())


def _values(column: Column, codec: str) -> Values:
    """Each distinct cell is read once; tables repeat themselves."""
    read_cell = _READERS[column.type]
    cells = column.cells.tolist()
    meaning = {cell: read_cell(cell, codec) if cell else None for cell in set(cells)}
    return [meaning[cell] for cell in cells]


def _text(cell: bytes, codec: str) -> object:
    return decoded(cell, codec)


def _number(cell: bytes, codec: str) -> object:
    # Programs write ***** where a number did not fit its field.
    if cell.strip(b"*") == b"":
        return None
    try:
        return float(cell) if b"." in cell or b"e" in cell.lower() else int(cell)
    except ValueError:
        return cell.decode(codec, "replace")


def _day(cell: bytes, codec: str) -> object:
    text = cell.decode("ascii", "replace")
    if text.strip("0") == "":
        return None
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() else text


def _flag(cell: bytes, codec: str) -> object:
    return {b"T": True, b"Y": True, b"F": False, b"N": False}.get(cell.upper())


_READERS: Final[dict[str, Callable[[bytes, str], object]]] = {
    "C": _text,
    "N": _number,
    "F": _number,
    "D": _day,
    "L": _flag,
}


def _fresh(name: str, taken: dict[str, Values]) -> str:
    """The name, or the name with a number where cutting to ten bytes made two alike."""
    fresh, number = name, 2
    while fresh in taken:
        fresh, number = f"{name}_{number}", number + 1
    return fresh


def _broken(what: str) -> UnreadableFile:
    return UnreadableFile(f"属性表（.dbf）已损坏：{what}。请在原软件中重新导出。")
