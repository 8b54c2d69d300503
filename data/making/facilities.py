"""Which public facilities does the plan name, and where do they stand on the sketch?

Schools, hospitals and the rest carry the plan's words only. Three invented ones show progress, and one invented
kindergarten stands for the plan's sentence on unlicensed ones, which nobody without the right may see.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shapely.geometry import Point

from making.progress import progress
from making.records import Record, from_the_plan, invented, placed
from making.scenic_sites import site_points
from making.spots import free_blocks, plots, zone_spots

BUILD = "下步建好"
DRIVE = "各指挥部协调加快推进"
SUPPORT = "政府提供好条件"
IN_SEAT: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("一中新校", "school", BUILD, {"status": BUILD}),
    ("特校", "school", BUILD, {"status": BUILD}),
    ("一小分校区", "school", BUILD, {"status": BUILD}),
    ("永兴小学", "school", BUILD, {"status": BUILD}),
    (
        "界湖卫生院搬迁扩建",
        "hospital",
        "界湖卫生院搬迁扩建 启动",
        {"status": "启动", "work": "moved_extended", "map_label": "界湖卫生院"},
    ),
    ("攀峰医院", "hospital", "攀峰医院 启动", {"status": "启动"}),
    ("文化艺术中心", "culture", DRIVE, {"status": DRIVE}),
    ("客运中心", "transport", DRIVE, {"status": DRIVE}),
    ("公共交通", "transport", "公交加快，绿色出行", {"aliases": ["公交"]}),
    ("人才公寓", "housing", SUPPORT, {}),
    ("创业孵化场所", "incubator", SUPPORT, {}),
    ("绿地公园", "green", "园林城市创建之殇", {"aliases": ["园林城市"]}),
)
"""Name, sort, the plan's words, what else they give. Each stands in a free block of the seat."""

CLAUSE = "公共服务"
ZONE_SPOTS = {"开发区中学": 16, "开发区社区": 19}
"""Which of the zone's places they take."""


def public_facilities() -> list[Record]:
    """Those of the seat, those elsewhere, then the invented ones."""
    return [*_in_seat(), *_elsewhere(), *_invented(), _kindergarten()]


def _in_seat() -> list[Record]:
    blocks = free_blocks()[: len(IN_SEAT)]
    return [
        _named(name, Point(block.at(0.5, 0.5)), sort, words, **more)
        for block, (name, sort, words, more) in zip(blocks, IN_SEAT, strict=True)
    ]


def _elsewhere() -> list[Record]:
    spots = zone_spots()
    x, y = site_points()["智圣汤泉旅游度假村"]
    community = "一手抓社区建设和学校、医疗、服务业项目"
    return [
        _named("开发区中学", spots[ZONE_SPOTS["开发区中学"]], "school", BUILD, status=BUILD),
        _named("开发区社区", spots[ZONE_SPOTS["开发区社区"]], "community", community),
        _named("汤泉-中疃片区学校", Point(x + 0.9, y - 0.8), "school", "再布局", status="再布局"),
    ]


def _named(name: str, spot: Point, sort: str, words: str, **facts: Any) -> Record:
    return placed(name, spot, **from_the_plan(CLAUSE, words, facility_type=sort, **facts))


def _invented() -> list[Record]:
    return [
        _project(
            "示例小学项目", "school", "new", {"places": 1080}, "building", (2025, 2027), (5600, 2500), 45
        ),
        _project(
            "示例卫生院项目", "hospital", "extended", {"beds": 80}, "started", (2026, 2027), (3200, 400), 15
        ),
        _project("示例文体中心项目", "culture", "new", {}, "completed", (2024, 2026), (2100, 2080), 100),
    ]


def _project(
    name: str,
    sort: str,
    work: str,
    size: dict[str, int],
    stage: str,
    years: tuple[int, int],
    investment: tuple[float, float],
    done_pct: int,
) -> Record:
    facts = progress(
        stage,
        years=years,
        investment=investment,
        done_pct=done_pct,
        post="service",
        started=f"{years[0]}-06-18",
        ended=f"{years[1]}-09-28" if done_pct == 100 else None,
    )
    spot = plots()[name].centroid
    return placed(name, spot, **invented(facility_type=sort, work=work, **size, **facts))


def _kindergarten() -> Record:
    name = "示例幼儿园清理整治"
    words = "暑假前全面清理取缔非法幼儿园"
    facts = invented(facility_type="kindergarten", source_words=words, source_clause=CLAUSE)
    return replace(placed(name, plots()[name].centroid, **facts), visibility="sensitive")
