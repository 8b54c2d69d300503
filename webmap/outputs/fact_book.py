"""How do facts and tables become a workbook? One sheet; nothing in it is a formula, whatever people have typed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from layers.cells import plain

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Table(NamedTuple):
    """A part of a sheet. widths: shares of the page for Word; 0 leaves a column out there."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]

    def for_word(self) -> tuple[list[str], list[list[str]], list[float]]:
        """Header, rows and widths without the columns that are left out."""
        kept = [at for at, width in enumerate(self.widths) if width]
        rows = [[row[at] for at in kept] for row in self.rows]
        return [self.header[at] for at in kept], rows, [self.widths[at] for at in kept]


def workbook(
    sheet_title: str,
    heading: str,
    facts: Iterable[tuple[str, str]],
    tables: Iterable[Table],
    widths: Sequence[float],
) -> bytes:
    """An .xlsx: the heading, the facts, the tables below one another. widths: of the columns, in characters."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise AssertionError("a new workbook has a sheet")
    sheet.title = sheet_title
    sheet.append([plain(heading)])
    for label, value in facts:
        sheet.append([label, plain(value)])
    for table in tables:
        sheet.append([])
        sheet.append([table.title])
        sheet.append(list(table.header))
        for row in table.rows:
            sheet.append([plain(each) for each in row])
    sheet["A1"].font = Font(bold=True, size=16)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    for at, width in enumerate(widths):
        sheet.column_dimensions[_COLUMNS[at]].width = width
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()
