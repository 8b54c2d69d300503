"""What does a 合规性审查表 say? The same rows on the page, in Excel and in Word, with its picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from layers import clock
from layers.rules.compliance import NO_APPROVAL, Level, Status
from layers.store.analyses import FoundAnalysis
from layers.symbols import screen
from webmap.outputs.fact_book import Table, workbook
from webmap.outputs.official import Paper
from webmap.outputs.picture import Coat, drawn

TITLE: Final = "合规性审查表"
SAMPLE: Final = "含示例数据"
FILLS: Final = {Level.RED.value: "#C62F2A66", Level.YELLOW.value: "#D99A0066"}
OTHER_FILL: Final = "#7D889444"
SUBJECT_EDGE: Final = screen.BRAND
COUNTY_EDGE: Final = "#7D7191"
_WIDTHS: Final = (14, 12, 14, 10, 46, 22, 24, 14, 14, 40)


def facts(found: FoundAnalysis, changed: Sequence[str]) -> list[tuple[str, str]]:
    """What the sheet says of itself, above its tables."""
    result = found.result
    size = f"{result['area_mu']:,.4f} 亩（{result['area_m2']:,.2f} 平方米，椭球面积）"
    length = sum(each["length_km"] for each in result["subjects"])
    told = [
        (
            "分析对象",
            "、".join(_subject(each) for each in result["subjects"][:8]) + _more(result["subjects"], 8),
        ),
        ("规模", f"{length:,.3f} 公里" if length and not result["area_m2"] else size),
        ("分析日期", result["day"]),
        ("分析人", f"{found.who}{f'（{found.unit}）' if found.unit else ''}，{minute(found.at)}"),
        ("结果校验码", found.digest[:16]),
    ]
    if "file" in found.asked:
        asked = found.asked
        told.insert(
            1, ("来源文件", f"{asked['file']}（SHA-256 {asked['sha256'][:16]}），按{asked['crs']}读取")
        )
    if changed:
        told.append(("数据变化", f"需重查：{'、'.join(changed)}在分析之后有变化"))
    if result["sample"]:
        told.append(("数据性质", SAMPLE))
    return told


def summary(found: FoundAnalysis) -> str:
    """The whole in one sentence, never surer than the lines that were checked."""
    lines = found.result["lines"]
    hit = [each for each in lines if each["status"] == Status.OVERLAP.value]
    open_ = [each["title"] for each in lines if each["status"] == Status.UNCHECKED.value]
    red = [each["title"] for each in hit if each["level"] == Level.RED.value]
    first = f"压盖{'、'.join(each['title'] for each in hit)}" if hit else "已检查的控制线未发现压盖"
    grave = f"，其中{'、'.join(red)}不得占用" if red else ""
    rest = (
        f"；{len(open_)} 项未检查（{'、'.join(open_[:4])}{'等' if len(open_) > 4 else ''}）" if open_ else ""
    )
    return f"{first}{grave}{rest}。"


def tables(found: FoundAnalysis) -> list[Table]:
    """Control lines, what else lies there, objects by name, slivers."""
    result = found.result
    return [
        each for each in (_lines(result), _layers(result), _objects(result), _slivers(result)) if each.rows
    ]


def picture(found: FoundAnalysis, county: Sequence[BaseGeometry]) -> bytes:
    """Subjects and shared pieces as a PNG."""
    subjects = [_shape(each) for each in found.result["shapes"]]
    pieces = found.result["pieces"]
    coats = [Coat(county, None, COUNTY_EDGE, 2)]
    for level, fill in (
        (None, OTHER_FILL),
        *((key, FILLS[key]) for key in (Level.YELLOW.value, Level.RED.value)),
    ):
        chosen = [_shape(each["geometry"]) for each in pieces if each["level"] == level]
        coats.append(Coat(chosen, fill, fill[:7], 2))
    coats.append(Coat(subjects, None, SUBJECT_EDGE, 4))
    return drawn(coats, around=subjects or county)


def word(found: FoundAnalysis, changed: Sequence[str], county: Sequence[BaseGeometry]) -> bytes:
    """The sheet as .docx."""
    paper = Paper(f"{TITLE}（{found.title}）")
    for label, value in facts(found, changed):
        paper.text(f"{label}：{value}")
    paper.heading("一、结论")
    paper.text(summary(found))
    paper.picture(picture(found, county), "示意图：蓝线为分析对象，红、黄为压盖控制线的部分，灰为其他图层")
    for number, table in zip("二三四五", tables(found), strict=False):
        paper.heading(f"{number}、{table.title}")
        header, rows, widths = table.for_word()
        paper.table(header, rows, widths=widths)
    paper.text(NO_APPROVAL)
    paper.signature(found.unit or found.who, chinese_day(found.at))
    return paper.content()


def excel(found: FoundAnalysis, changed: Sequence[str]) -> bytes:
    """The sheet as .xlsx."""
    told = [*facts(found, changed), ("结论", summary(found)), ("说明", NO_APPROVAL)]
    return workbook(TITLE, f"{TITLE}（{found.title}）", told, tables(found), _WIDTHS)


def minute(when: datetime) -> str:
    """A moment on the county's clock, to the minute."""
    return when.astimezone(clock.timezone()).strftime("%Y-%m-%d %H:%M")


def chinese_day(when: datetime) -> str:
    """2026年3月1日, on the county's clock."""
    day = when.astimezone(clock.timezone())
    return f"{day.year}年{day.month}月{day.day}日"


# --- tables ----------------------------------------------------------------------------------------------


def _lines(result: dict[str, Any]) -> Table:
    header = (
        "控制线",
        "结论",
        "压盖面积（亩）",
        "占比",
        "管控要求",
        "依据",
        "批复文号",
        "数据版本",
        "数据日期",
        "说明",
    )
    rows = [
        (
            each["title"],
            _conclusion(each),
            _size(each),
            _percent(each["share"]) if each["status"] == Status.OVERLAP.value else "",
            each["words"],
            each["basis"],
            *(_editions(each, key) for key in ("approval_no", "data_version", "data_day")),
            _note(each),
        )
        for each in result["lines"]
    ]
    return Table("控制线审查", header, rows, (2, 2.2, 2, 1.5, 4, 0, 2.4, 1.6, 0, 3))


def _layers(result: dict[str, Any]) -> Table:
    rows = [
        (each["title"], f"{each['count']} {each['measure_word']}", _size(each), each["data_date"] or "未注明")
        for each in result["layers"]
    ]
    return Table("其他图层", ("图层", "数量", "压盖面积或长度", "数据日期"), rows, (3, 2, 3, 2))


def _objects(result: dict[str, Any]) -> Table:
    found = [each for part in ("lines", "layers") for row in result[part] for each in row["objects"]]
    return _named("逐个对象", found, result)


def _slivers(result: dict[str, Any]) -> Table:
    title = f"小于 {result['tolerance_m2']:g} 平方米的细碎压盖（不计入以上各表）"
    return _named(title, result["slivers"], result)


def _named(title: str, found: Sequence[dict[str, Any]], result: dict[str, Any]) -> Table:
    several = len(result["subjects"]) > 1
    rows = [
        (
            result["subjects"][each["subject"]]["name"],
            each["layer"],
            f"{each['name']}{'（示例）' if each['sample'] else ''}",
            each["sort"],
            _size(each)
            if each["area_m2"] >= result["tolerance_m2"]
            else f"{each['area_m2']:.2f} 平方米" * bool(each["area_m2"]) or _size(each),
            _percent(each["share"]) if each["area_m2"] else "",
            each["approval_no"] or "",
        )
        for each in found
    ]
    header = ("分析对象", "图层", "名称", "类别", "压盖面积或长度", "占比", "批复文号")
    return Table(title, header, rows, (2.5 if several else 0, 2, 3, 2, 2.4, 1.4, 2))


def _conclusion(each: dict[str, Any]) -> str:
    if each["status"] != Status.OVERLAP.value:
        return str(each["status_words"])
    return f"{'边界外' if each['outside'] else '有压盖'}（{each['level_words']}）"


def _note(each: dict[str, Any]) -> str:
    partial = each["why"] and each["status"] == Status.OVERLAP.value
    return f"{each['why']}。{'其余部分未检查。' if partial else ''}" if each["why"] else ""


def _size(each: dict[str, Any]) -> str:
    if each["area_mu"]:
        return f"{each['area_mu']:,.4f} 亩"
    return f"{each['length_km']:,.3f} 公里" if each["length_km"] else ""


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.2f}%"


def _editions(each: dict[str, Any], key: str) -> str:
    told = [str(edition[key]) for edition in each["editions"] if edition[key]]
    return "、".join(dict.fromkeys(told)) or ("未注明" if each["editions"] else "")


def _subject(each: dict[str, Any]) -> str:
    of_layer = f"（{each['layer_title']}）" if each["layer_title"] else ""
    return f"{each['name']}{of_layer}"


def _more(found: Sequence[Any], shown: int) -> str:
    return f"等 {len(found)} 个" if len(found) > shown else ""


def _shape(geometry: dict[str, Any]) -> BaseGeometry:
    found: BaseGeometry = shapely.geometry.shape(geometry)
    return found
