"""Where does a table begin, what are its columns called, and do its rows lie somewhere?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from layers.formats.dataset import Dataset, Values
from layers.formats.grid import Cells, Grid, from_csv, from_old_book, from_xlsx, looks_like
from layers.formats.places import placed

_SEARCHED: Final = 30
_TOTALS: Final = ("合计", "总计", "小计", "本页合计", "累计")
_FOOTS: Final = re.compile(
    r"^(注|备注|说明|填表|制表|审核|填报|单位负责人|联系电话|日期)[人说明单位日期]*[:：]"
)
_NUMBER: Final = re.compile(r"[-+]?[\d.,]+%?")
_LONGEST_TIER: Final = 12
_HEAD_BYTES: Final = 4096
_CODECS: Final = ("utf-8", "gb18030", "utf-16")
_HEAD: Final = re.compile(
    r"(?:经度|纬度|坐标|[xX]\b|WKT).*[,\t;].*|.*[,\t;].*(?:经度|纬度|坐标|\b[yY]\b|WKT)"
)
_NO_HEAD: Final = re.compile(r"[\[\]=@＝【]|\d{3}")
_PLACE_WORDS: Final = frozenset(("x", "y", "x坐标", "y坐标", "经度", "纬度", "东经", "北纬"))


class _Table(NamedTuple):
    names: list[str]
    first: int


def read(path: Path, name: str, *, answer: str | None, layer: str | None) -> Dataset:
    """Read a spreadsheet or .csv: rows with places become shapes, a table without any has none."""
    grid = _grid(path, name, answer, layer)
    table = _table(grid.rows)
    kept, left_out = _data_rows(grid, table)
    dataset = Dataset(grid.name, np.full(len(kept), None, object), _columns(grid, table, kept))
    dataset.is_table, dataset.has_shapes = True, False
    dataset.encoding = grid.decoding.title
    dataset.notes = [*([grid.decoding.note] if grid.decoding.note else []), *left_out]
    if table.first > 1:
        dataset.notes.append(f"表头在第 {grid.numbers[table.first - 1]} 行")
    dataset.places = [f"第 {grid.numbers[at]} 行" for at in kept]
    return placed(dataset)


def _grid(path: Path, name: str, answer: str | None, layer: str | None) -> Grid:
    """Offices call anything .xls, so the content decides."""
    sort = path.suffix if path.suffix != ".xls" else looks_like(path)
    if sort == ".xlsx":
        return from_xlsx(path, name, layer)
    if sort in (".xls", ".ods"):
        return from_old_book(path, name, layer)
    return from_csv(path, name, answer)


def is_table(path: Path) -> bool:
    """Whether a .txt begins with the names of coordinate columns, as exports of point lists do."""
    start = path.read_bytes()[:_HEAD_BYTES]
    lines = [start.decode(codec, "ignore").lstrip("\ufeff\r\n ").splitlines() for codec in _CODECS]
    return any(each and _HEAD.search(each[0]) and not _NO_HEAD.search(each[0]) for each in lines)


def _table(rows: Sequence[Cells]) -> _Table:
    """The first row that names most columns; what stands above is a title."""
    width = max((_count(row) for row in rows[:_SEARCHED]), default=1)
    for at, row in enumerate(rows[:_SEARCHED]):
        if _count(row) >= max(2, width * 0.5) and _is_header(row):
            tiers = at + 1 < len(rows) and _is_second_tier(row, rows[at + 1])
            names = _merged(row, rows[at + 1]) if tiers else _texts(row)
            return _Table(names, at + (2 if tiers else 1))
    return _Table(_texts(rows[0]) if rows else [], 1)


def _count(row: Cells) -> int:
    return sum(cell is not None for cell in row)


def _is_header(row: Cells) -> bool:
    told = [cell for cell in row if cell is not None]
    words = [cell for cell in told if isinstance(cell, str) and not _NUMBER.fullmatch(cell)]
    return len(words) >= len(told) * 0.8 and len(set(words)) >= len(words) * 0.8


def _is_second_tier(upper: Cells, lower: Cells) -> bool:
    """Words below a merged head: the upper row has gaps just where the lower one has words."""
    told = [cell for cell in lower if cell is not None]
    plain = all(
        isinstance(cell, str) and len(cell) <= _LONGEST_TIER and not re.search(r"\d", cell) for cell in told
    )
    gaps = any(cell is not None and at < len(upper) and upper[at] is None for at, cell in enumerate(lower))
    beyond = len(lower) > len(upper)
    return bool(told) and plain and (gaps or beyond)


def _merged(upper: Cells, lower: Cells) -> list[str]:
    names, span = [], ""
    for at in range(max(len(upper), len(lower))):
        above = str(upper[at]) if at < len(upper) and upper[at] is not None else ""
        below = str(lower[at]) if at < len(lower) and lower[at] is not None else ""
        span = above or span
        if not below:
            names.append(above)
        else:
            names.append(below if below.lower() in _PLACE_WORDS else f"{span}{below}")
    return names


def _texts(row: Cells) -> list[str]:
    return [" ".join(str(cell).split()) if cell is not None else "" for cell in row]


def _data_rows(grid: Grid, table: _Table) -> tuple[list[int], list[str]]:
    """Which rows are data; totals and footnotes are left out and named."""
    kept, left_out = [], []
    for at in range(table.first, len(grid.rows)):
        first = next((cell for cell in grid.rows[at] if cell is not None), None)
        if isinstance(first, str) and (
            re.sub(r"\s", "", first).startswith(_TOTALS)
            or (_count(grid.rows[at]) <= 2 and _FOOTS.match(first) and len(table.names) > 2)
        ):
            left_out.append(f"第 {grid.numbers[at]} 行“{first[:20]}”不是数据，已略过")
        else:
            kept.append(at)
    return kept, left_out


def _columns(grid: Grid, table: _Table, kept: Sequence[int]) -> dict[str, Values]:
    width = max([len(table.names), *(len(grid.rows[at]) for at in kept)], default=0)
    found: dict[str, Values] = {}
    for at, name in _named(table.names, width, found):
        values: Values = [grid.rows[row][at] if at < len(grid.rows[row]) else None for row in kept]
        if name or any(value is not None for value in values):
            found[name or f"列{at + 1}"] = values
    return found


def _named(names: Sequence[str], width: int, taken: dict[str, Values]) -> Iterator[tuple[int, str]]:
    for at in range(width):
        name = names[at] if at < len(names) else ""
        fresh, number = name, 2
        while fresh and fresh in taken:
            fresh, number = f"{name}_{number}", number + 1
        yield at, fresh
