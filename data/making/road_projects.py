"""Which roads does the plan name, what does it say of each, and which ones are invented beside them?

Named roads carry only the plan's own words: no dates, amounts or progress beyond them. Lines are 示意. The state tells
what the plan wants (a new line, a rebuilding), not how far it is. Years stand on invented roads (示例连接线) alone.
"""

from __future__ import annotations

from typing import Any

from making.drawing import Point
from making.records import PLAN, Facts, Record, invented, placed
from making.roads import connection, north_ring, road_line

PLAN_ONLY = "仅录入规划文件的用词，线位示意，状态不表示进度。"
S229_OFFICE = "229省道建设指挥部办公室"
"""A published fact, the only command post that is not invented."""

TOWN_ROADS = "乡镇22年重点"
BREAKS = "城区断头路全打通"
RING_WORDS = "完善城市环线,解决过境车辆穿城"

CONNECTIONS: tuple[tuple[str, tuple[Point, ...], Facts], ...] = (
    (
        "336省道（现状）",
        ((118.652, 35.534), (118.656, 35.512), (118.648, 35.49)),
        {"stage": "completed", "state": "open", "plan_end": "2024-10-31", "actual_end": "2024-10-20"},
    ),
    (
        "336省道（现状）",
        ((118.556, 35.545), (118.559, 35.565), (118.566, 35.583)),
        {"stage": "completed", "state": "open", "plan_end": "2025-09-30", "actual_end": "2025-11-15"},
    ),
    (
        "336省道（现状）",
        ((118.345, 35.556), (118.352, 35.525), (118.36, 35.495), (118.366, 35.472)),
        {
            "stage": "building",
            "state": "building",
            "plan_start": "2025-03-01",
            "actual_start": "2025-04-10",
            "plan_end": "2026-12-31",
            "progress_pct": 85,
            "reported_days_ago": 9,
        },
    ),
    (
        "229省道（现状）",
        ((118.482, 35.412), (118.44, 35.414), (118.38, 35.412), (118.325, 35.392)),
        {"stage": "planned", "state": "planned", "plan_start": "2027-03-01", "plan_end": "2027-12-31"},
    ),
    (
        "336省道（现状）",
        ((118.214, 35.537), (118.207, 35.51), (118.214, 35.485)),
        {"stage": "planned", "state": "planned", "plan_start": "2027-06-01", "plan_end": "2028-10-31"},
    ),
)
"""Invented roads: the road they leave, their points in degrees, and by when they stand."""


def road_projects() -> list[Record]:
    """The roads in the order of the plan, then the invented ones."""
    return [*_named(), *_connections()]


def _named() -> list[Record]:
    return [
        _project(
            "229省道改线",
            road_no="S229",
            admin_class="provincial",
            work="diversion",
            state="planned",
            purpose="过境车辆不穿城",
            annual_plan="争取22年开工",
            batch_year=2022,
            command_post=S229_OFFICE,
            source_words="争取22年开工",
            note=PLAN_ONLY + "原线在现状公路图层保留。指挥部名称为公开信息。",
        ),
        _project(
            "336省道改线",
            road_no="S336",
            admin_class="provincial",
            work="diversion",
            state="planned",
            purpose="完善城市环线",
            annual_plan="争取“十四五”期间完成",
            source_words="争取“十四五”期间完成",
            note=PLAN_ONLY + "原线在现状公路图层保留。",
        ),
        _ring(),
        _project(
            "正阳路断头路",
            aliases=["城区断头路"],
            admin_class="street",
            work="missing_link",
            state="planned",
            town="界湖街道",
            link_streets="正阳路（南段）、正阳路（北段）",
            source_words=BREAKS,
            note=PLAN_ONLY + "规划文件未点名具体路段，此处以正阳路为例。",
        ),
        _town_road("泉重路改造", admin_class="county", work="reconstruction", state="rebuilding"),
        _town_road("三蒲线改造", admin_class="county", work="reconstruction", state="rebuilding"),
        _town_road(
            "大庄沂河桥",
            aliases=["大庄沂河桥建设"],
            admin_class="county",
            work="bridge",
            state="planned",
            town="大庄镇",
            river="沂河",
        ),
        _project(
            "西外环北联竹泉马泉",
            drawn_as="西外环北联竹泉马泉（一号工程）",
            map_label="一号工程 西外环北联",
            aliases=["一号工程", "西外环"],
            priority_no="1",
            admin_class="county",
            work="new",
            state="planned",
            from_place="西外环",
            to_place="竹泉、马泉",
            source_clause="旅游 一号工程",
            source_words="一号工程 西外环北联竹泉、马泉",
        ),
        _project(
            "通临沂快速通道",
            drawn_as="通临沂快速通道（二号工程）",
            map_label="二号工程 通临沂快速通道",
            aliases=["二号工程"],
            priority_no="2",
            admin_class="fast",
            work="new",
            state="planned",
            to_place="临沂",
            source_clause="旅游 二号工程",
            source_words="二号工程 通临沂快速通道",
            note=PLAN_ONLY + "线路出县界。",
        ),
    ]


def _connections() -> list[Record]:
    return [
        placed(
            f"示例连接线 {number}",
            connection(start, points),
            **invented(
                admin_class="county", grade="third", work="new", purpose="示例：连接镇驻地与省道", **said
            ),
        )
        for number, (start, points, said) in enumerate(CONNECTIONS, 1)
    ]


def _project(name: str, drawn_as: str = "", **facts: Any) -> Record:
    return placed(name, road_line(drawn_as or name), **_from_the_plan(facts))


def _town_road(name: str, **facts: Any) -> Record:
    return _project(name, annual_plan=TOWN_ROADS, batch_year=2022, source_words=TOWN_ROADS, **facts)


def _ring() -> Record:
    facts: Facts = {
        "map_label": "城市环线",
        "parent": "城市环线",
        "phase": "北段",
        "admin_class": "street",
        "work": "ring",
        "state": "planned",
        "purpose": "解决过境车辆穿城",
        "source_words": RING_WORDS,
        "note": PLAN_ONLY + "城市环线由229省道改线、336省道改线、西外环与本段合成，本段为闭合环线而画。",
    }
    return placed("城市环线（北段）", north_ring(), **_from_the_plan(facts))


def _from_the_plan(facts: Facts) -> Facts:
    return {"source_doc": PLAN, "source_clause": "交通", "note": PLAN_ONLY, **facts}
