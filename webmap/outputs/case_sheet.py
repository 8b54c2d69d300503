"""What stands in the 处置台账 as a workbook? Two sheets: where each case stands, and every step that was recorded."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from layers.analysis.cases import Case, told_of
from layers.cells import plain
from layers.rules.idle_case import STEP_WORDS

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TITLE: Final = "闲置土地处置台账"
COLUMNS: Final = (
    ("name", "地块名称", 24),
    ("code", "地块编号", 16),
    ("holder", "权利人", 26),
    ("town", "乡镇街道", 14),
    ("area_mu", "面积（亩）", 12),
    ("state", "法定状态", 22),
    ("step", "处置进度", 16),
    ("day", "日期", 13),
    ("number", "文号", 24),
    ("next", "下一步", 16),
    ("due", "期限", 13),
    ("overdue", "超期天数", 10),
    ("trouble", "需核对", 40),
)
STEPS: Final = (("地块名称", 24), ("步骤", 16), ("日期", 13), ("文号", 24), ("备注", 40))


def workbook(rows: Sequence[Case], words: str, today: date) -> bytes:
    """The ledger as .xlsx; nothing in it is a formula. words: what was asked for."""
    from openpyxl import Workbook

    book = Workbook()
    _fill(
        book.worksheets[0],
        TITLE,
        f"{words}，{today.isoformat()}",
        [each[1:] for each in COLUMNS],
        _cases(rows),
    )
    _fill(book.create_sheet(), "步骤明细", f"{words}，{today.isoformat()}", STEPS, _steps(rows))
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _cases(rows: Sequence[Case]) -> list[list[Any]]:
    told = [told_of(each) for each in rows]
    return [[_named(row) if key == "name" else row[key] for key, *_ in COLUMNS] for row in told]


def _steps(rows: Sequence[Case]) -> list[list[Any]]:
    return [
        [
            _named(told_of(case)),
            STEP_WORDS[each.step],
            each.day and each.day.isoformat(),
            each.number,
            each.note,
        ]
        for case in rows
        for each in case.entries
    ]


def _named(row: dict[str, Any]) -> str:
    return f"{row['name']}{'（示例）' if row['is_sample'] else ''}"


def _fill(
    sheet: Worksheet, title: str, words: str, header: Sequence[tuple[str, int]], rows: list[list[Any]]
) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.title = title
    sheet.append([f"{title}（{words}）"])
    sheet.append(["法定状态为疑似，以主管部门认定为准。"])
    sheet.append([words for words, _ in header])
    for row in rows:
        sheet.append([plain(value) for value in row])
    for at, (_, width) in enumerate(header, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.freeze_panes = "B4"
