"""What does the 督查专报 say? The board as a Word document of the office, and as a ledger in Excel."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from shapely.geometry.base import BaseGeometry

from layers.analysis.supervision import BY, Board, Row
from layers.cells import plain
from layers.kinds.supervised import thresholds
from layers.rules.supervision import Light
from layers.symbols import screen
from webmap.outputs.official import Paper
from webmap.outputs.picture import Coat, drawn

TITLE: Final = "重点项目督查专报"
COLORS: Final = {
    Light.RED: screen.RED,
    Light.YELLOW: screen.AMBER,
    Light.GREEN: screen.GREEN,
    Light.GREY: screen.GREY,
}
SHORT: Final = {Light.RED: "红", Light.YELLOW: "黄", Light.GREEN: "绿", Light.GREY: "灰"}
HEADER: Final = (
    "灯",
    "项目",
    "图层",
    "阶段",
    "形象进度",
    "计划",
    "滞后",
    "最近填报",
    "指挥部",
    "包保领导",
    "责任单位",
    "超期节点",
    "说明",
)
_WIDE: Final = (6, 26, 16, 10, 10, 10, 14, 14, 26, 14, 20, 30, 48)


def rule_words() -> str:
    """The rule of the lights, with the thresholds that hold."""
    told = thresholds()
    return (
        f"按填报日的计划进度比较：滞后不超过 {told.yellow_over:g} 个百分点为绿灯，"
        f"超过 {told.yellow_over:g} 个为黄灯，超过 {told.red_over:g} 个为红灯；"
        f"未按期开工当月起黄灯、第 {told.red_after_months} 个月起红灯；"
        f"没有计划或超过 {told.stale_days} 天未报为灰灯。"
    )


def summary(board: Board) -> str:
    """The whole in one sentence."""
    told = "，".join(f"{SHORT[light]}灯 {number} 个" for light, number in board.counts.items())
    return f"纳入督查的项目共 {len(board.rows)} 个，其中{told}。"


def cells(row: Row) -> tuple[str, ...]:
    """A project as a line of the ledger."""
    return (
        SHORT[row.light],
        f"{row.name}{'（示例）' if row.sample else ''}",
        row.layer,
        row.stage,
        _percent(row.done),
        _percent(row.expected),
        "" if row.lag is None else f"{row.lag:g} 个百分点" if row.lag > 0 else "不滞后",
        row.reported_on or "未报",
        row.post,
        row.leader,
        row.unit,
        late_words(row),
        row.why,
    )


def late_words(row: Row) -> str:
    """Its overdue milestones with their planned days."""
    return "、".join(f"{each.name}（计划 {each.planned}）" for each in row.late)


def word(
    board: Board,
    day: date,
    unit: str,
    places: Sequence[tuple[Light, BaseGeometry]],
    county: Sequence[BaseGeometry],
) -> bytes:
    """The report as .docx in the layout of GB/T 9704-2012."""
    paper = Paper(TITLE)
    paper.heading("一、总体情况")
    paper.text(summary(board))
    paper.text(rule_words())
    if places:
        paper.picture(_picture(places, county), "项目分布示意图：红、黄、绿、灰为督查灯")
    for number, (light, title) in zip(
        "二三四", ((Light.RED, "红灯项目"), (Light.YELLOW, "黄灯项目"), (Light.GREY, "未报项目")), strict=True
    ):
        paper.heading(f"{number}、{title}")
        shown = [row for row in board.rows if row.light is light]
        if shown:
            _add_table(paper, shown)
        else:
            paper.text("无。")
    paper.heading("五、节点超期")
    if board.late:
        rows = [(cells(row)[1], late_words(row), row.unit, row.leader) for row in board.late]
        paper.table(("项目", "超期节点", "责任单位", "包保领导"), rows, widths=(3, 5, 2.2, 1.6))
    else:
        paper.text("无。")
    paper.heading(f"六、按{BY[board.by]}汇总")
    header = (BY[board.by], *(f"{SHORT[light]}灯" for light in board.counts))
    paper.table(
        header,
        [(part.title, *map(str, part.counts.values())) for part in board.parts],
        widths=(4, 1, 1, 1, 1),
    )
    if any(row.sample for row in board.rows):
        paper.text("本专报含示例数据，标有“示例”的项目均为虚构。")
    paper.signature(unit, f"{day.year}年{day.month}月{day.day}日")
    return paper.content()


def excel(board: Board, day: date) -> bytes:
    """The ledger as .xlsx: typed numbers, no formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "督查台账"
    sheet.append([f"{TITLE}台账（{day.isoformat()}）"])
    sheet.append([summary(board)])
    sheet.append(list(HEADER))
    for row in board.rows:
        sheet.append(list(_typed(row)))
        sheet.cell(sheet.max_row, 1).font = Font(bold=True, color="FFFFFF")
        sheet.cell(sheet.max_row, 1).fill = PatternFill("solid", fgColor=COLORS[row.light][1:])
    for at, width in enumerate(_WIDE):
        sheet.column_dimensions["ABCDEFGHIJKLM"[at]].width = width
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.freeze_panes = "C4"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _typed(row: Row) -> Iterator[str | float | None]:
    numbers = {4: row.done, 5: row.expected, 6: row.lag}
    for at, text in enumerate(cells(row)):
        if at in numbers:
            yield numbers[at]
        else:
            yield plain(text)


def _add_table(paper: Paper, rows: Sequence[Row]) -> None:
    header = ("项目", "滞后", "最近填报", "责任单位", "包保领导", "说明")
    picked = (1, 6, 7, 10, 9, 12)
    paper.table(header, [[cells(row)[at] for at in picked] for row in rows], widths=(3, 2, 2, 2.2, 1.6, 4))


def _picture(places: Sequence[tuple[Light, BaseGeometry]], county: Sequence[BaseGeometry]) -> bytes:
    coats = [Coat(county, "#F4F4EA", "#7D7191", 2)]
    for light in (Light.GREEN, Light.GREY, Light.YELLOW, Light.RED):
        coats.append(Coat([each.centroid for which, each in places if which is light], None, COLORS[light]))
    return drawn(coats, around=county or [each for _, each in places])


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:g}%"
