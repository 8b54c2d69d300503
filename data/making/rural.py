"""Which villages and farm bases are on the map? The plan names a few villages and no base: the rest is invented."""

from __future__ import annotations

from typing import Any

from shapely.geometry import Point

from making.progress import progress
from making.records import Record, from_the_plan, invented, placed
from making.scenic_sites import site_points
from making.spots import PLOTS, plots

PROGRAMME = "一改四化一整治"
PROGRAMME_WORDS = "美丽乡村 “一改四化一整治” 打造好的旅游空间"
NAMED = (
    ("竹泉村", "竹泉村旅游度假区", (0.25, -0.2), "铜井镇", "竹泉提升"),
    ("常山庄", "常山庄（沂蒙红色影视基地）", (0.2, -0.25), "马牧池乡", "常山庄开发"),
    ("中疃", "智圣汤泉旅游度假村", (1.5, -1.1), None, "汤泉-中疃片区学校"),
    ("北寨", "北寨墓群（国保）", (-0.35, 0.3), None, "北寨国保作用的发挥"),
)
"""Village, the site it lies at, how far from its point (km), town where it is published, the plan's words."""

SHOWN_VILLAGES = (
    ("demonstration", 2024, "示例：改厕、硬化、亮化、绿化、美化、环境整治均完成"),
    ("under_way", 2026, "示例：改厕完成，道路硬化、绿化进行中"),
    ("under_way", 2026, "示例：环境整治进行中"),
    ("planned", 2027, "示例：列入下年度计划"),
    ("demonstration", 2023, "示例：六项均完成"),
    ("under_way", 2026, "示例：亮化、美化进行中"),
    ("planned", 2027, "示例：列入下年度计划"),
    ("under_way", 2025, "示例：改厕进行中"),
)
BASES = {
    "示例农业园区 1": ("park", "果蔬"),
    "示例种植基地 1": ("base", "黄瓜"),
    "示例种植基地 2": ("base", "小麦"),
    "示例养殖基地 1": ("breeding", "肉鸭"),
    "示例休闲农业 1": ("leisure", "采摘"),
}


def villages() -> list[Record]:
    """The plan's villages as names, then invented ones of the programme."""
    return [*_named(), *_shown()]


def farm_bases() -> list[Record]:
    """One invented project with its progress, then invented bases."""
    return [_project(), *(_base(name, *facts) for name, facts in BASES.items())]


def _named() -> list[Record]:
    return [_village(*village) for village in NAMED]


def _village(name: str, site: str, aside: tuple[float, float], town: str | None, words: str) -> Record:
    x, y = site_points()[site]
    known = {"town": town} if town else {}
    facts = from_the_plan("地名", words, programme="unlisted", **known)
    return placed(name, Point(x + aside[0], y + aside[1]), **facts)


def _shown() -> list[Record]:
    return [_in_programme(f"示例村 {number}", *facts) for number, facts in enumerate(SHOWN_VILLAGES, start=1)]


def _in_programme(name: str, programme: str, year: int, works: str) -> Record:
    facts: dict[str, Any] = {"programme": programme, "programme_year": year, "works": works}
    source = {"source_clause": PROGRAMME, "source_words": PROGRAMME_WORDS}
    return placed(name, plots()[name].centroid, **invented(town=PLOTS[name][0], **facts, **source))


def _project() -> Record:
    name = "示例农业项目 1"
    facts = progress(
        "building",
        years=(2025, 2027),
        investment=(4200, 1900),
        done_pct=44,
        post="industry",
        started="2025-06-06",
    )
    return placed(
        name,
        plots()[name],
        **invented(base_type="park", produce="设施蔬菜", operator="示例农业发展有限公司", **facts),
    )


def _base(name: str, base_type: str, produce: str) -> Record:
    facts = {"base_type": base_type, "produce": produce, "operator": "示例农民专业合作社"}
    return placed(name, plots()[name], **invented(town=PLOTS[name][0], **facts))
