"""Which ecology projects and restrictions does the plan name, and which are invented beside them?"""

from __future__ import annotations

from typing import Any

from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from making.progress import progress
from making.records import Record, from_the_plan, invented, placed
from making.seat import crossing
from making.spots import plots
from making.waters import river_line, tributaries

CLAUSE = "生态"
LIMITS = "矿产保护性开采、限采，河沙保护性禁采"
TREATED = "矿山、河道治理"
PROMOTED = "项目化推进，完善推进、保障机制"


def ecology_projects() -> list[Record]:
    """What the plan names, then two invented projects."""
    return [*_named(), *_invented()]


def _named() -> list[Record]:
    wen, yi = river_line("汶河"), river_line("沂河")
    ditch = LineString([crossing(5, row) for row in range(1, 6)])
    return [
        _of_plan("矿山治理", Point(-21.6, -3.0), TREATED, matter="mine"),
        _of_plan("河道治理", _stretch(wen, 0.62, 0.8), TREATED, matter="river"),
        _of_plan("石英砂治理", Point(-12.0, -17.0), "石英砂治理", matter="quartz_sand"),
        _of_plan("矿产限采", Point(-24.6, -8.0), LIMITS, matter="mine", restriction="limited"),
        _of_plan("河沙禁采", _stretch(yi, 0.52, 0.68), LIMITS, matter="river_sand", restriction="forbidden"),
        _of_plan("县城沟渠", ditch.offset_curve(0.06), PROMOTED, matter="ditch", mechanism=PROMOTED),
        _of_plan("大气治理", Point(2.3, -2.3), PROMOTED, matter="air", mechanism=PROMOTED),
        _of_plan("县城河道", _stretch(wen, 0.86, 0.95), PROMOTED, matter="river", mechanism=PROMOTED),
    ]


def _of_plan(name: str, shape: BaseGeometry, words: str, **facts: Any) -> Record:
    return placed(name, shape, **from_the_plan(CLAUSE, words, **facts))


def _stretch(line: LineString, start: float, end: float) -> LineString:
    return LineString(substring(line, start, end, normalized=True).coords)


def _invented() -> list[Record]:
    mine, ditch = "示例矿山治理项目", "示例沟渠治理项目"
    stream = _stretch(tributaries()[4], 0.2, 0.75)
    return [
        placed(mine, plots()[mine], **invented(matter="mine", **_half_done())),
        placed(ditch, stream, **invented(matter="ditch", **_late())),
    ]


def _half_done() -> dict[str, Any]:
    return progress(
        "building",
        years=(2025, 2027),
        investment=(1800, 860),
        done_pct=48,
        post="ecology",
        started="2025-04-12",
    )


def _late() -> dict[str, Any]:
    return progress(
        "started",
        years=(2025, 2026),
        investment=(640, 90),
        done_pct=10,
        post="ecology",
        started="2026-08-03",
    )
