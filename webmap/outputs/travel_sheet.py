"""What does the table of 路网前后 say? The same rows on the page and in Excel."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry

from layers.analysis.travel import GAIN_CLASSES
from layers.analysis.travel_words import minutes_words
from layers.cells import plain
from layers.store.analyses import FoundAnalysis
from layers.symbols import screen
from webmap.outputs.conflict_sheet import COUNTY_EDGE, chinese_day, minute
from webmap.outputs.official import Paper
from webmap.outputs.picture import Coat, drawn

TITLE: Final = "路网前后"
NOTE: Final = "按设定车速推算，用于建设前后比较和规划研究，不作为行车时刻或工程依据。"
SAMPLE: Final = "示例数据，路网示意"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NONE: Final = "不可达"
MOST_ON_PAPER: Final = 40
"""Rows of a table in Word; the workbook has them all."""
MOST_NUMBERED: Final = 10
_GAINS: Final = (
    (screen.GAIN_1, 4),
    (screen.GAIN_2, 5),
    (screen.GAIN_3, 7),
    (screen.GAIN_4, 9),
    (screen.GAIN_5, 11),
)
"""Colour of each class of minutes, and width in pixels."""
_WIDTH: Final = 16
_WIDEST: Final = 34
_ALWAYS: Final = (0, 2, 3, 4)
"""Columns of minutes that stand there even where all of them are nothing."""
Cell = str | float | int | None


class Table(NamedTuple):
    """Rows under a heading; a number stays a number, so that a sheet can be sorted. key: for links on the page."""

    key: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


def facts(found: FoundAnalysis, changed: Sequence[str]) -> list[tuple[str, str]]:
    """What the sheet says of itself."""
    result = found.result
    network = result["network"]
    told = [
        ("比较", f"{result['before']['words']} → {result['after']['words']}"),
        ("到达地点", result["hub"]["words"]),
        (
            "路网",
            f"{network['before_km']:,.1f} 公里 → {network['after_km']:,.1f} 公里，{network['roads']} 条道路",
        ),
        ("数据日期", "；".join(f"{title} {day or '未注明'}" for title, day in result["dates"])),
        ("计算", f"{found.who}{f'（{found.unit}）' if found.unit else ''}，{minute(found.at)}"),
    ]
    if result["undated"]:
        names = "、".join(each["name"] for each in result["undated"][:12])
        more = f"等 {len(result['undated'])} 条" if len(result["undated"]) > 12 else ""
        told.append(("没有日期的道路", f"{names}{more}。只计入“规划全部建成”，不计入任何年份"))
    if changed:
        told.append(("数据变化", f"需重算：{'、'.join(changed)}在计算之后有变化"))
    if result["sample"]:
        told.append(("数据性质", SAMPLE))
    return told


def tables(found: FoundAnalysis) -> list[Table]:
    """Sites, towns, what each road brings, areas, what is broken; those that have rows."""
    result = found.result
    made = (_gains(result, "sites"), _gains(result, "towns"), _effects(result), _bands(result), _gaps(result))
    return [each for each in made if each.rows]


def excel(found: FoundAnalysis, changed: Sequence[str]) -> bytes:
    """A workbook: conclusion and assumptions first, a sheet for each table, the two matrices last."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    first = book.active
    if first is None:
        raise AssertionError("a new workbook has a sheet")
    first.title = "结论"
    for line in _front(found, changed):
        first.append([plain(each) for each in line])
    first["A1"].font = Font(bold=True, size=16)
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 16, 100
    for cells in first.iter_rows(min_row=2):
        cells[-1].alignment = Alignment(vertical="top", wrap_text=True)
    for table in (*tables(found), *_matrices(found.result)):
        sheet = book.create_sheet(table.title[:31])
        sheet.append([plain(each) for each in table.header])
        for row in table.rows:
            sheet.append([plain(each) for each in row])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for at in range(1, len(table.header) + 1):
            sheet.column_dimensions[get_column_letter(at)].width = _WIDEST if at == 1 else _WIDTH
        sheet.freeze_panes = "B2"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def picture(found: FoundAnalysis, county: Sequence[BaseGeometry]) -> bytes:
    """New roads, roads by the minutes that are gained on them, the places one goes to, the sites that gain most."""
    result = found.result
    coats = [Coat(county, None, COUNTY_EDGE, 2)]
    for least, (color, width) in zip(GAIN_CLASSES, _GAINS, strict=True):
        lines = [each for each in result["lines"] if each.get("gain_from") == least]
        coats.append(Coat(_shapes(lines), None, color, width))
    coats.append(
        Coat(_shapes([each for each in result["lines"] if each.get("new")]), None, screen.NEW_ROAD, 4)
    )
    hubs = [shapely.Point(each["lon"], each["lat"]) for each in result["hub"]["places"]]
    coats.append(Coat(hubs, None, screen.SEAL))
    around = county or [shapely.multipoints(hubs), *_shapes(result["lines"])]
    return drawn(coats, around=around, ranks=[(each["lon"], each["lat"]) for each in _first(result)])


def word(found: FoundAnalysis, changed: Sequence[str], county: Sequence[BaseGeometry]) -> bytes:
    """The sheet as .docx: conclusion, picture, tables, assumptions."""
    result = found.result
    paper = Paper(f"{TITLE}（{found.title}）")
    for label, value in facts(found, changed):
        paper.text(f"{label}：{value}")
    paper.heading("一、结论")
    for sentence in result["sentences"]:
        paper.text(sentence)
    paper.picture(picture(found, county), caption(result))
    numbers = "二三四五六七八"
    for number, table in zip(numbers, tables(found), strict=False):
        paper.heading(f"{number}、{table.title}")
        rows = [[_words(each) for each in row] for row in table.rows[:MOST_ON_PAPER]]
        paper.table(table.header, rows, widths=(2.6, *[1.5] * (len(table.header) - 1)))
        if len(table.rows) > MOST_ON_PAPER:
            paper.text(f"共 {len(table.rows):,} 行，这里列出前 {MOST_ON_PAPER} 行，其余见 Excel。")
        if table.note:
            paper.text(f"{table.note}。")
    paper.heading(f"{numbers[len(tables(found))]}、假设")
    for words in (*result["assumptions"], NOTE):
        paper.text(words)
    paper.signature(found.unit or found.who, chinese_day(found.at))
    return paper.content()


def _first(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The sites that gain most, in the order of the table."""
    return [each for each in result["sites"] if (each["gain"] or 0) > 0 or each["before"] is None][
        :MOST_NUMBERED
    ]


def caption(result: dict[str, Any]) -> str:
    """What the picture shows."""
    numbered = len(_first(result))
    ranks = f"，数字为受益最大的 {numbered} 处{result['of']['title']}" if numbered else ""
    return f"示意图：紫线为新建、改造道路，绿线越深越粗缩短越多，红点为{result['hub']['words']}{ranks}"


def _shapes(lines: Sequence[dict[str, Any]]) -> list[BaseGeometry]:
    return [shapely.from_geojson(json.dumps(each["geometry"])) for each in lines]


def _words(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def _front(found: FoundAnalysis, changed: Sequence[str]) -> list[tuple[str, ...]]:
    result = found.result
    return [
        (f"{TITLE}（{found.title}）",),
        *(("结论", each) for each in result["sentences"]),
        *facts(found, changed),
        *(("假设", each) for each in result["assumptions"]),
        ("说明", NOTE),
    ]


def _gains(result: dict[str, Any], key: str) -> Table:
    title = (
        f"{result['of']['title']}到{result['hub']['words']}"
        if key == "sites"
        else f"乡镇到{result['hub']['words']}"
    )
    rows = [
        (
            f"{each['name']}{'（示例）' if each['sample'] else ''}",
            each["town"] if key == "sites" else "",
            NONE if each["before"] is None else each["before"],
            NONE if each["after"] is None else each["after"],
            _gain(each),
            each["why"],
        )
        for each in result[key]
    ]
    header = ("名称", "乡镇街道", "前（分钟）", "后（分钟）", "缩短（分钟）", "说明")
    filled = [at for at in range(len(header)) if at in _ALWAYS or any(row[at] for row in rows)]
    return Table(key, title, [header[at] for at in filled], [[row[at] for at in filled] for row in rows])


def _gain(each: dict[str, Any]) -> Cell:
    if each["after"] is None:
        return "—"
    if each["before"] is None:
        return "变为可达"
    gain: float = each["gain"]
    return gain


def _effects(result: dict[str, Any]) -> Table:
    rows = [
        (
            f"{each['name']}{'（示例）' if each['sample'] else ''}",
            each["alone_mean"],
            each["alone_newly"],
            f"{each['best']['name']}（{minutes_words(each['best']['gain'])}）" if each["best"] else "—",
            each["without_mean"],
            each["without_lost"],
        )
        for each in result["effects"]
    ]
    header = (
        "道路",
        "单独建成平均缩短（分钟）",
        "单独建成变为可达（处）",
        "受益最大",
        "少了它平均增加（分钟）",
        "少了它不可达（处）",
    )
    return Table("effects", "单项作用", header, rows, "每条路单独建成，或其余都建成唯独少它，各算一次")


def _bands(result: dict[str, Any]) -> Table:
    rows = [
        (
            f"{each['minutes']:g} 分钟内",
            each["before_km2"],
            each["after_km2"],
            round(each["after_km2"] - each["before_km2"], 2),
            "" if each["before_share"] is None else f"{each['before_share']:g}% → {each['after_share']:g}%",
            f"{each['before_sites']} → {each['after_sites']}",
        )
        for each in result["bands"]
    ]
    header = (
        "等时圈",
        "前（平方公里）",
        "后（平方公里）",
        "扩大（平方公里）",
        "占全县",
        f"{result['of']['title']}（{result['of']['measure_word']}）",
    )
    return Table("bands", "等时圈", header, rows)


def _gaps(result: dict[str, Any]) -> Table:
    network = result["network"]
    loose = [
        (
            "端点未相接",
            f"“{each['name']}”的一端距“{each['other']}” {each['short_m']:g} 米",
            each["town"],
            _place(each),
        )
        for each in network["loose"]
    ]
    alone = [
        (
            "孤立路段",
            f"{'、'.join(each['names'])}，{each['length_km']:,.1f} 公里，与其余路网不相连",
            each["town"],
            _place(each),
        )
        for each in network["islands"]
    ]
    left = network["loose_count"] + network["island_count"] - len(loose) - len(alone)
    note = f"另有 {left} 处未列出" if left > 0 else "图上不相接的按不通计算；若实际相通，请改正图形后重算"
    return Table("gaps", "路网检查", ("问题", "内容", "乡镇街道", "位置"), [*loose, *alone], note)


def _place(each: dict[str, Any]) -> str:
    return f"{each['lon']:.5f}, {each['lat']:.5f}"


def _matrices(result: dict[str, Any]) -> list[Table]:
    told = result["matrix"]
    made = []
    for key, word in (("before", "前"), ("after", "后")):
        rows = [
            (name, *(NONE if each is None else each for each in row))
            for name, row in zip(told["sites"], told[key], strict=True)
        ]
        made.append(
            Table(key, f"时间矩阵（{word}，分钟）", (f"从{result['of']['title']}", *told["targets"]), rows)
        )
    return made
