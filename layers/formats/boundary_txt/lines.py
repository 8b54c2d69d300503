"""What stands in the lines of a 界址点 TXT? Header, records and their point lines, still as words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Final, NamedTuple

from layers.errors import UnreadableFile

SORTS: Final = ("面", "线", "点")
COORDINATES: Final = "地块坐标"
_SLOTS: Final = 8
"""Before the @, where none is left out."""
_MOST_LINES: Final = 2_000_000
_WIDE: Final = str.maketrans(
    "，＠＝［］【】　－．＋０１２３４５６７８９", ",@=[][] -.+0123456789"
)  # what programs and people type in full width
_ENDS_RECORD: Final = re.compile(r"@[\s,]*$")
_UNIT: Final = re.compile(r"^([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(\D*)$")
_SPACES: Final = re.compile(r"[\t ]+")


class PointLine(NamedTuple):
    """One line of a boundary point: the line of the file, its name and ring, and its numbers in file order."""

    line: int
    name: str
    ring: str
    first: float
    second: float


@dataclass
class Record:
    """One plot. sort: 面, 线, 点 or "" when it is not said. faults: why it cannot be read; oddities: warnings."""

    line: int
    sort: str = ""
    count: int | None = None
    area: Decimal | None = None
    area_unit: str = ""
    number: str = ""
    name: str = ""
    sheet: str = ""
    use: str = ""
    use_code: str = ""
    extras: list[str] = field(default_factory=list)
    points: list[PointLine] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """How people call it."""
        return self.name or self.number or f"第 {self.line} 行的地块"


@dataclass
class Document:
    """A file in words. headed: whether it has records and is not just a list of points."""

    header: dict[str, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    headed: bool = True


def document_of(text: str) -> Document:
    """The file in words; raises UnreadableFile when there is no boundary point in it."""
    lines = [_plain(line) for line in text.splitlines()]
    if len(lines) > _MOST_LINES:
        raise UnreadableFile(f"文件有 {len(lines):,} 行，最多 {_MOST_LINES:,} 行。请拆分后分别导入。")
    document = Document()
    start = _read_header(document, lines)
    document.headed = any(_ENDS_RECORD.search(line) for line in lines[start:])
    if document.headed:
        _read_records(document, lines, start)
    else:
        _read_list(document, lines, start)
    document.records = [each for each in document.records if each.points or each.faults or document.headed]
    if not any(record.points for record in document.records):
        raise UnreadableFile(
            "文件里没有界址点。每行应为“点号,圈号,X坐标,Y坐标”，地块行以“@”结尾。请检查后重新导出。"
        )
    return document


def _plain(line: str) -> str:
    told = line.replace("\ufeff", "").replace("\0", "").translate(_WIDE).strip()
    return told if _ENDS_RECORD.search(told) else told.replace("；", ";")


def _read_header(document: Document, lines: Sequence[str]) -> int:
    """Take what stands before the plots; returns the index of the first line that may be one."""
    for at, line in enumerate(lines):
        if _section(line) == COORDINATES:
            return at + 1
        if "=" in line and not _ENDS_RECORD.search(line):
            key, _, value = line.partition("=")
            document.header.setdefault(key.strip(), value.strip())
        elif line and not _section(line):
            # A file without sections begins with its plots, or with a title that says nothing.
            if _ENDS_RECORD.search(line) or isinstance(point_of(at + 1, line), PointLine):
                if not document.header:
                    document.notes.append("文件没有表头（[属性描述]），坐标系需要确认")
                return at
            if at < len(lines) - 1 and not document.header:
                document.notes.append(f"第 {at + 1} 行“{line[:30]}”不是坐标，已略过")
    return len(lines)


def _section(line: str) -> str:
    return line[1:-1].strip() if line.startswith("[") and line.endswith("]") else ""


def _read_records(document: Document, lines: Sequence[str], start: int) -> None:
    for number, line in enumerate(lines[start:], start + 1):
        if not line or _section(line):
            continue
        if _ENDS_RECORD.search(line):
            document.records.append(_record(number, line))
        elif not document.records:
            document.notes.append(f"第 {number} 行“{line[:30]}”在第一个地块之前，已略过")
        else:
            _take_point(document.records[-1], number, line)


def _read_list(document: Document, lines: Sequence[str], start: int) -> None:
    """A bare list: a blank line begins another plot."""
    current: Record | None = None
    for number, line in enumerate(lines[start:], start + 1):
        if not line:
            current = None
        elif not _section(line):
            if current is None:
                current = Record(number, name=f"地块{len(document.records) + 1}")
                document.records.append(current)
            _take_point(current, number, line)


def _take_point(record: Record, number: int, line: str) -> None:
    found = point_of(number, line)
    if isinstance(found, PointLine):
        record.points.append(found)
    else:
        record.faults.append(f"第 {number} 行：{found}")


def point_of(number: int, line: str) -> PointLine | str:
    """The point of a line, or the sentence that says why it is none."""
    words = _words(line)
    if len(words) < 2:
        return f"“{line[:30]}”不是界址点，应为“点号,圈号,X坐标,Y坐标”。请改正。"
    at = _where(words)
    if at is None:
        return _not_numbers(words)
    name, ring = _labels(words[:at])
    return PointLine(number, name, ring, float(words[at]), float(words[at + 1]))


def _words(line: str) -> list[str]:
    if "," in line:
        return [word.strip() for word in line.rstrip(", ").split(",")]
    if ";" in line:
        return [word.strip() for word in line.rstrip("; ").split(";")]
    return _SPACES.split(line)


def _where(words: Sequence[str]) -> int | None:
    """Where the two coordinates begin: two numbers side by side that can be coordinates, else the third word."""
    numbers = [_number(word) for word in words]
    for at, (one, other) in enumerate(pairwise(numbers)):
        if one is not None and other is not None and min(abs(one), abs(other)) >= 1 and _far(one, other):
            return at
    if len(words) >= 4 and numbers[2] is not None and numbers[3] is not None:
        return 2
    return None


def _far(one: float, other: float) -> bool:
    """Two coordinates: metres beyond a hundred kilometres, or degrees written with decimals."""
    small, large = sorted((abs(one), abs(other)))
    in_degrees = large <= 180 and (one != int(one) or other != int(other)) and small > 3 and large > 70
    return small >= 100_000 or in_degrees


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _not_numbers(words: Sequence[str]) -> str:
    if len(words) == 4:
        wrong = next((word for word in words[2:] if _number(word) is None), words[2])
        return f"坐标“{wrong[:20]}”不是数字。请改正。"
    return f"“{','.join(words)[:40]}”有 {len(words)} 项，应为 4 项：点号,圈号,X坐标,Y坐标。请改正。"


def _labels(words: Sequence[str]) -> tuple[str, str]:
    if len(words) >= 2:
        return words[-2], words[-1]
    return (words[0], "1") if words else ("", "1")


# --- records ---------------------------------------------------------------------------------------------


def _record(line: int, text: str) -> Record:
    words = [word.strip() for word in _ENDS_RECORD.sub("", text).removesuffix(",").split(",")]
    record, at = Record(line), _anchor(words)
    if at is None:
        _take_before(record, words[:4])
        # The slot of the sort is there and says nothing, or it was left out.
        after = words[5:] if len(words) >= _SLOTS else words[4:]
        record.oddities.append(f"第 {line} 行没有“面”“线”或“点”，已按位置读取，并视为面")
    else:
        record.sort, after = words[at], words[at + 1 :]
        _take_before(record, words[:at])
    record.sheet, record.use, record.use_code, *record.extras = [*after, "", "", ""]
    record.extras = [word for word in record.extras if word]
    return record


def _anchor(words: Sequence[str]) -> int | None:
    """Where 面, 线 or 点 stands: what comes before and after is counted from there, because slots may be missing."""
    found = [at for at, word in enumerate(words) if word in SORTS]
    return min(found, key=lambda at: abs(at - 4)) if found else None


def _take_before(record: Record, words: Sequence[str]) -> None:
    """Right to left: name, number, area, count."""
    name, number, area, count, *more = [*reversed(words), "", "", "", ""]
    record.name, record.number = name, number
    record.area, record.area_unit = _area(area)
    record.count = int(count) if count.isdigit() else None
    if any(more):
        record.oddities.append(
            f"第 {record.line} 行在图形类型之前多出“{'、'.join(filter(None, more))}”，未读取"
        )
    if area and record.area is None:
        record.oddities.append(f"第 {record.line} 行的面积“{area[:20]}”不是数字，未读取")


def _area(word: str) -> tuple[Decimal | None, str]:
    found = _UNIT.match(word)
    if not found:
        return None, ""
    try:
        return Decimal(found[1]), found[2].strip()
    except InvalidOperation:
        return None, ""


def numbered(name: str) -> int | None:
    """J12 and 12 are 12; None for a name without a number."""
    found = re.search(r"(\d+)$", name)
    return int(found[1]) if found and len(found[1]) < 9 else None


def point_faults(points: Sequence[PointLine]) -> Iterator[str]:
    """Points whose numbers are no numbers of this world."""
    for point in points:
        if not (abs(point.first) < 1e9 and abs(point.second) < 1e9):
            yield f"第 {point.line} 行：坐标不是有效数字。请改正。"
