"""What does a 项目选址比选表 say? The same rows on the page, in Excel and in Word, with its picture of numbered places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from layers.store.analyses import FoundAnalysis
from webmap.outputs.conflict_sheet import COUNTY_EDGE, SAMPLE, chinese_day, minute
from webmap.outputs.fact_book import Table, workbook
from webmap.outputs.official import Paper
from webmap.outputs.picture import Coat, drawn

TITLE: Final = "项目选址比选表"
NAMELESS: Final = "未命名项目"
NO_HOLD: Final = "未锁定"
MOST_PICTURED: Final = 30
_WIDTHS: Final = (12, 26, 18, 14, 12, 10, 48, 36, 24)


def facts(found: FoundAnalysis, changed: Sequence[str]) -> list[tuple[str, str]]:
    """What the sheet says of itself and of what was asked."""
    result = found.result
    looked = "、".join(f"{each['title']} {each['count']:,} 宗" for each in result["looked"])
    told = [
        ("项目", result["project"] or NAMELESS),
        *((label, f"{words}{_how(result, label)}") for label, words in result["needs"]),
        ("查找范围", looked),
        ("查找日期", result["day"]),
        ("查找人", f"{found.who}{f'（{found.unit}）' if found.unit else ''}，{minute(found.at)}"),
        ("结果校验码", found.digest[:16]),
    ]
    if changed:
        told.append(("数据变化", f"需重新查找：{'、'.join(changed)}在查找之后有变化"))
    if result["sample"]:
        told.append(("数据性质", SAMPLE))
    return told


def summary(found: FoundAnalysis) -> str:
    """The whole in one or two sentences, never surer than what was checked."""
    result = found.result
    best = result["rows"][0]
    listed = f"，列出前 {len(result['rows'])} 宗" if result["kept"] > len(result["rows"]) else ""
    first = f"得分最高的是{best['name']}（{best['area_mu']:,.2f} 亩，{points(best['total'])}）"
    open_ = [each["title"] for each in result["unchecked"]]
    rest = (
        f"{len(open_)} 项控制线未检查（{'、'.join(open_[:3])}{'等' if len(open_) > 3 else ''}），不能视为没有冲突。"
        if open_
        else ""
    )
    whole = f"共查看 {result['considered']:,} 宗，符合必须条件的 {result['kept']:,} 宗{listed}；{first}。"
    return whole + rest


def tables(found: FoundAnalysis, holds: dict[str, str]) -> list[Table]:
    """The ranking, why others were left out, what each lies on. holds: who holds a parcel now, by uid."""
    made = (_ranking(found.result, holds), _left_out(found.result), _unchecked(found.result))
    return [each for each in made if each.rows]


def picture(found: FoundAnalysis, county: Sequence[BaseGeometry]) -> bytes:
    """The ranked places by their number, on the outline of the county."""
    rows = found.result["rows"][:MOST_PICTURED]
    places = [(row["lon"], row["lat"]) for row in rows]
    around = county or [shapely.multipoints(places)]
    return drawn([Coat(county, None, COUNTY_EDGE, 2)], around=around, ranks=places)


def word(
    found: FoundAnalysis, changed: Sequence[str], holds: dict[str, str], county: Sequence[BaseGeometry]
) -> bytes:
    """The sheet as .docx."""
    paper = Paper(f"{TITLE}（{found.result['project'] or NAMELESS}）")
    for label, value in facts(found, changed):
        paper.text(f"{label}：{value}")
    paper.heading("一、结论")
    paper.text(summary(found))
    paper.picture(picture(found, county), "示意图：数字为排名")
    for number, table in zip("二三四", tables(found, holds), strict=False):
        paper.heading(f"{number}、{table.title}")
        header, rows, widths = table.for_word()
        paper.table(header, rows, widths=widths)
    paper.text(found.result["note"])
    paper.signature(found.unit or found.who, chinese_day(found.at))
    return paper.content()


def excel(found: FoundAnalysis, changed: Sequence[str], holds: dict[str, str]) -> bytes:
    """The sheet as .xlsx."""
    told = [*facts(found, changed), ("结论", summary(found)), ("说明", found.result["note"])]
    heading = f"{TITLE}（{found.result['project'] or NAMELESS}）"
    return workbook(TITLE, heading, told, tables(found, holds), _WIDTHS)


def points(total: float | None) -> str:
    """A score in words."""
    return "未评分" if total is None else f"{total:g} 分"


def overlap_words(each: dict[str, Any]) -> str:
    """One thing that a parcel lies on."""
    level = f"（{each['level_words']}）" if each["level_words"] else ""
    size = f"{each['area_mu']:,.2f} 亩" if each["area_mu"] else f"{each['count']} 处"
    return f"{each['title']}{level} {size}"


def _how(result: dict[str, Any], label: str) -> str:
    """How much a wish weighs, and whether it had to be met."""
    each = next(one for one in result["criteria"] if one["title"] == label)
    return f"（权重 {each['weight']:g}{'，必须满足' if each['must'] else ''}）"


def _ranking(result: dict[str, Any], holds: dict[str, str]) -> Table:
    rows = [
        (
            str(row["rank"]),
            f"{row['name']}{'（示例）' if row['sample'] else ''}",
            f"{row['layer_title']}{' ' + row['code'] if row['code'] else ''}",
            row["town"] or "未提供",
            f"{row['area_mu']:,.2f}",
            "未评分" if row["total"] is None else f"{row['total']:g}",
            "；".join(_score(each) for each in row["scores"]),
            "、".join(overlap_words(each) for each in row["overlaps"]) or "已有数据中未见压盖",
            holds.get(row["uid"]) or NO_HOLD,
        )
        for row in result["rows"]
    ]
    header = (
        "排名",
        "地块",
        "图层与编号",
        "乡镇街道",
        "面积（亩）",
        "得分",
        "得分理由",
        "压盖情况",
        "意向锁定",
    )
    return Table("排名", header, rows, (1, 2.4, 0, 1.6, 1.5, 1.2, 4.4, 3.2, 0))


def _score(each: dict[str, Any]) -> str:
    got = "不计分" if each["points"] is None else f"{each['points']:g} 分"
    return f"{each['title']} {got}：{each['sentence']}"


def _left_out(result: dict[str, Any]) -> Table:
    rows = [(each["title"], each["reason"], f"{each['count']:,}") for each in result["excluded"]]
    return Table("未列入的地块", ("条件", "原因", "宗数"), rows, (2, 5, 1.4))


def _unchecked(result: dict[str, Any]) -> Table:
    rows = [(each["title"], "未检查", each["why"]) for each in result["unchecked"]]
    return Table("未检查的控制线", ("控制线", "结论", "原因"), rows, (2.4, 1.4, 5))
