"""What is seen in the table, as a workbook: the same rows, columns and order, numbers as numbers, with the totals."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from layers.cells import text_cell
from layers.listing import Column

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOTAL: Final = "合计"
_WIDTHS: Final = (10, 40)

Cells = Sequence[str | float | int | None]


def workbook(
    title: str, said: str, day: date, columns: Sequence[Column], rows: Sequence[Cells], totals: Cells
) -> bytes:
    """An .xlsx with one sheet; nothing in it is a formula. said: which rows and in which order."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("台账")
    sheet.freeze_panes = "B4"
    for at, column in enumerate(columns):
        sheet.column_dimensions[_letters(at)].width = _width(column, at, rows)
    sheet.append([_cell(sheet, title, bold=True)])
    sheet.append([_cell(sheet, f"{said}，导出日期 {day.isoformat()}，面积为椭球面积")])
    sheet.append([_cell(sheet, heading(column), bold=True) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    sheet.append([_cell(sheet, value, bold=True) for value in totals])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def heading(column: Column) -> str:
    """The title with its unit."""
    return f"{column.title}（{column.unit}）" if column.unit else column.title


def _width(column: Column, at: int, rows: Sequence[Cells]) -> int:
    longest = max((len(str(row[at] or "")) for row in rows[:100]), default=0)
    return min(max(2 * len(column.title) + 4, longest + 4, _WIDTHS[0]), _WIDTHS[1])


def _cell(sheet: Any, value: str | float | None, *, bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if isinstance(value, str):
        return text_cell(sheet, value, bold=bold)
    cell = WriteOnlyCell(sheet, value=value)
    if bold:
        cell.font = Font(bold=True)
    return cell


def _letters(at: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(at + 1))
