"""What does a quality report say as a table of the office? One .xlsx, and nothing in it is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from layers.cells import text_cell
from layers.checks import BY_CODE, SEVERITIES
from layers.store.quality import Report, ToldTrouble

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADING: Final = (
    "序号",
    "检查项",
    "程度",
    "图形",
    "字段",
    "值",
    "原因",
    "对方图形",
    "经度",
    "纬度",
    "图形标识",
)
_WIDTHS: Final = (7, 24, 8, 28, 16, 18, 70, 28, 14, 14, 40)


def title_of(report: Report) -> str:
    """What its file is called."""
    return f"{report.layer_title}_数据质检_{report.at:%Y%m%d}"


def words_of(report: Report, when: str, *, sample: bool) -> list[str]:
    """What was checked, by whom and when, and what of it stands no longer. when: in words of the county's clock."""
    told = report.told
    return [
        f"图层：{report.layer_title}；范围：{scope_of(report)}；共检查 {told['features']:,} 个图形",
        f"检查人：{report.who}；时间：{when}",
        *(["图层在检查之后有改动，需重新检查"] if report.outdated else []),
        *(["内容为示例数据"] if sample else []),
        *told["unfinished"],
        f"限值：{'；'.join(told['limits'])}",
    ]


def scope_of(report: Report) -> str:
    """Of which part of the layer it speaks."""
    return report.asked.get("town") or ("一次导入的图形" if "act" in report.asked else "整个图层")


def excel(report: Report, words: Sequence[str], troubles: Iterable[ToldTrouble]) -> bytes:
    """The whole list, with how many of each check on a second sheet."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    listed, counted = book.create_sheet("问题清单"), book.create_sheet("汇总")
    for at, width in enumerate(_WIDTHS, 1):
        listed.column_dimensions[get_column_letter(at)].width = width
    for words_ in words:
        listed.append([_cell(listed, words_)])
    listed.append([_cell(listed, each, bold=True) for each in HEADING])
    for trouble in troubles:
        listed.append([_cell(listed, each) for each in _line(trouble)])
    counted.column_dimensions["A"].width = 26
    counted.append([_cell(counted, each, bold=True) for each in ("检查项", "程度", "处数")])
    for code, count in report.told["counts"].items():
        check = BY_CODE[code]
        counted.append([_cell(counted, each) for each in (check.title, SEVERITIES[check.severity], count)])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _line(trouble: ToldTrouble) -> list[Any]:
    check = BY_CODE[trouble.check]
    return [
        trouble.place,
        check.title,
        SEVERITIES[check.severity],
        trouble.name,
        trouble.field,
        trouble.value,
        trouble.reason,
        trouble.other_name,
        trouble.lon,
        trouble.lat,
        trouble.uid,
    ]


def _cell(sheet: Any, value: object, *, bold: bool = False) -> Any:
    """A number as a number; text as text."""
    return text_cell(sheet, value, bold=bold) if isinstance(value, str) else value
