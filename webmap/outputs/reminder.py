"""What does a 提醒函 say to the holder of a parcel, and what stands in the 到期清单?

A reminder asks and informs; it determines nothing. Whatever is not on record is left as a gap for the clerk to fill in.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from layers.cells import plain
from layers.store.found import FoundFeature
from webmap.outputs.official import Paper

TITLE: Final = "关于按期动工开发建设用地的提醒函"
LIST_TITLE: Final = "闲置土地到期清单"
GAP: Final = "________"
HEADER: Final = (
    "地块名称",
    "地块编号",
    "电子监管号",
    "权利人",
    "乡镇街道",
    "面积（亩）",
    "法定状态",
    "起算日期",
    "起算依据",
    "下一法定节点",
)
KEYS: Final = (
    "name",
    "code",
    "supervision_no",
    "holder",
    "town",
    "area_mu",
    "state",
    "start_due",
    "start_basis",
    "next_due",
)
_WIDE: Final = (24, 16, 22, 26, 14, 12, 22, 14, 22, 16)


def letter(found: FoundFeature, unit: str, today: date) -> bytes:
    """A reminder as .docx in the layout of GB/T 9704-2012."""
    said, derived = found.properties, found.derived
    paper = Paper(TITLE)
    paper.text(f"{said.get('holder') or GAP}：", indent=False)
    paper.text(
        f"你单位取得的{found.name}（地块编号：{said.get('code') or GAP}，电子监管号：{said.get('supervision_no') or GAP}，"
        f"位于{derived.get('town') or GAP}，图形计算面积 {derived.get('area_mu') or GAP} 亩），"
        f"{derived.get('start_basis') or '约定动工日期'}为 {_chinese(derived.get('start_due'))}。"
    )
    paper.text(
        f"按照《闲置土地处置办法》（国土资源部令第53号），下一法定节点为 {_chinese(derived.get('next_due'))}。"
        "请你单位抓紧动工开发建设，并于收到本函之日起书面反馈动工安排；有政府原因或不可抗力情形的，请一并提供证明材料。"
    )
    paper.text("本函为提醒，不作为认定闲置土地的依据；是否构成闲置土地，以主管部门依法调查认定为准。")
    if said.get("is_sample"):
        paper.text("（示例数据，虚构，仅供演示。）")
    paper.signature(unit, f"{today.year}年{today.month}月{today.day}日")
    return paper.content()


def ledger(rows: Sequence[dict[str, Any]], period: str, today: date) -> bytes:
    """The list as .xlsx; nothing in it is a formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = LIST_TITLE
    sheet.append([f"{LIST_TITLE}（{period}，{today.isoformat()}）"])
    sheet.append(["结果为疑似，以主管部门认定为准。"])
    sheet.append(list(HEADER))
    for row in rows:
        name = f"{row['name']}{'（示例）' if row['is_sample'] else ''}"
        sheet.append([plain({**row, "name": name}[key]) for key in KEYS])
    for at, width in enumerate(_WIDE):
        sheet.column_dimensions["ABCDEFGHIJ"[at]].width = width
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.freeze_panes = "B4"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _chinese(day: str | None) -> str:
    if not day:
        return GAP
    told = date.fromisoformat(day)
    return f"{told.year}年{told.month}月{told.day}日"
