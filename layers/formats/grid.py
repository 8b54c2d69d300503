"""Which cells stand in this table? Spreadsheets and .csv, as rows of plain values with the numbers of their lines."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, NamedTuple

from layers.cells import unquoted
from layers.errors import UnreadableFile
from layers.formats import encoding, markup, sandbox
from layers.formats.archive import Archive
from layers.formats.boundary_txt import text_in
from layers.formats.sources import wanted_layer

MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 300
_MOST_UNPACKED: Final = 300 << 20
_MOST_CSV: Final = 200 << 20
_OWN_DICTIONARY: Final = "字段说明"
_OLD_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGIC: Final = b"PK\x03\x04"
_IN_A_CHILD: Final = sandbox.Limits(wall_s=60, cpu_s=50, memory_bytes=2 << 30)

Cells = tuple[object, ...]


class Grid(NamedTuple):
    """The rows that hold something, each with its number in the file."""

    name: str
    numbers: list[int]
    rows: list[Cells]
    decoding: encoding.Decoding


def from_csv(path: Path, name: str, answer: str | None) -> Grid:
    """The lines of a .csv; separators and encoding are found out."""
    content = path.read_bytes()
    if len(content) > _MOST_CSV:
        raise UnreadableFile(f"文件有 {len(content) >> 20} MB，最多 {_MOST_CSV >> 20} MB。请拆分后分别导入。")
    text, decoding = text_in(content, answer)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    try:
        numbered = list(_filled((rows.line_num, row) for row in rows))
    except csv.Error:
        raise UnreadableFile(
            "CSV 的引号或分隔符不完整。请用 Excel 或 WPS 另存为 CSV UTF-8 后再导入。"
        ) from None
    return Grid(name, [number for number, _ in numbered], [row for _, row in numbered], decoding)


def from_xlsx(path: Path, name: str, layer: str | None) -> Grid:
    """One sheet of an .xlsx; which one is a question when several hold tables."""
    _check_workbook(path)
    try:
        sheets = _sheets(path)
    except UnreadableFile:
        raise
    except Exception:  # openpyxl fails in a dozen ways on files that are none
        raise UnreadableFile(
            "Excel 文件已损坏，无法解读。请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。"
        ) from None
    return _of_one_sheet(sheets, name, layer)


def from_old_book(path: Path, name: str, layer: str | None) -> Grid:
    """One sheet of an .xls or .ods, read in a child process; which one is a question when several hold tables."""
    if path.suffix == ".ods":
        _check_workbook(path)
    question = {"file": path.name, "most_rows": MOST_ROWS, "most_columns": MOST_COLUMNS}
    told = sandbox.tell(path.parent, question, "layers.formats.sheet_child", _IN_A_CHILD)
    return _of_one_sheet({each["name"]: list(_filled(each["rows"])) for each in told["sheets"]}, name, layer)


def looks_like(path: Path) -> str:
    """The ending that the content of an .xls deserves: many are an .xlsx, or lines of text."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(_OLD_MAGIC):
        return ".xls"
    if start.startswith(_ZIP_MAGIC):
        return ".xlsx"
    if re.search(rb"<(?:html|table|\?xml|!doctype)\b", start, re.I):
        raise UnreadableFile(
            "这个 .xls 其实是网页表格。请用 Excel 或 WPS 打开，“另存为”→“Excel 工作簿（*.xlsx）”，再导入。"
        )
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile("这不是能读取的 Excel 文件。请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。")
    return ".csv"


def _of_one_sheet(sheets: dict[str, list[tuple[int, Cells]]], name: str, layer: str | None) -> Grid:
    full = {title: rows for title, rows in sheets.items() if len(rows) > 1 and title != _OWN_DICTIONARY}
    if not full:
        raise UnreadableFile("Excel 文件里没有表格。请检查是否选对了文件。")
    chosen = wanted_layer([(title, len(rows)) for title, rows in full.items()], layer)
    rows = full[chosen]
    title = chosen if len(full) > 1 else name
    decoding = encoding.Decoding(encoding.UTF8)
    return Grid(title, [number for number, _ in rows], [row for _, row in rows], decoding)


def _check_workbook(path: Path) -> None:
    """Sizes as for any archive, and no entity declaration in any part of it."""
    with Archive(path) as archive:
        if sum(member.info.file_size for member in archive.members) > _MOST_UNPACKED:
            raise UnreadableFile("Excel 文件解开后过大。请只保留要导入的工作表，另存后再导入。")
        # Whatever they are called: a workbook names its parts itself.
        if any(markup.declares_entities(archive.chunks_of(member)) for member in archive.members):
            raise UnreadableFile(
                "Excel 文件里有实体声明（DOCTYPE），不能导入。请用 Excel 或 WPS 另存后再导入。"
            )


def _sheets(path: Path) -> dict[str, list[tuple[int, Cells]]]:
    from openpyxl import load_workbook

    # As an open file, because the library judges by the name.
    with warnings.catch_warnings(), path.open("rb") as file:
        warnings.simplefilter("ignore")  # about styles and extensions, which are not read
        book: Any = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            return {sheet.title: list(_filled(_numbered(sheet))) for sheet in book.worksheets}
        finally:
            book.close()


def _numbered(sheet: Any) -> Iterator[tuple[int, Sequence[object]]]:
    sheet.reset_dimensions()  # what the file says of its size may be a lie
    yield from enumerate(sheet.iter_rows(values_only=True), 1)


def _filled(rows: Iterable[tuple[int, Sequence[object]]]) -> Iterator[tuple[int, Cells]]:
    count = 0
    for number, row in rows:
        cells = tuple(_value(cell) for cell in row[:MOST_COLUMNS])
        while cells and cells[-1] is None:
            cells = cells[:-1]
        if cells:
            count += 1
            if count > MOST_ROWS:
                raise UnreadableFile(f"表格超过 {MOST_ROWS:,} 行。请拆分后分别导入。")
            yield number, cells


def _value(cell: object) -> object:
    if isinstance(cell, str):
        text = cell.strip().strip("\ufeff")
        return unquoted(text) or None
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return cell if isinstance(cell, (int, float, bool)) or cell is None else str(cell)


def _separator(text: str) -> str:
    lines = [line for line in text.splitlines()[:20] if line]
    return max(",\t;", key=lambda sign: (sum(line.count(sign) > 0 for line in lines), sign == ","))
