"""Which tours lead through the sites that the plan names, and in which order? The lines are 示意."""

from __future__ import annotations

from itertools import pairwise

from shapely.geometry import LineString

from making.drawing import Line, dice, grown, smoothed
from making.records import PLAN, Record, placed
from making.scenic_sites import site_points

ROUTES: dict[str, tuple[str, float, tuple[str, ...]]] = {
    "示例线路 乡村休闲": (
        "country",
        1,
        ("县城游客集散中心", "马泉创意农业休闲园", "竹泉村旅游度假区", "红石寨旅游度假区"),
    ),
    "示例线路 红色研学": (
        "red",
        2,
        ("红石寨旅游度假区", "常山庄（沂蒙红色影视基地）", "马牧池北山"),
    ),
    "示例线路 温泉康养": (
        "spa",
        1.5,
        ("智圣汤泉旅游度假村", "县城游客集散中心", "松山温泉"),
    ),
    "示例线路 古迹文化": (
        "heritage",
        0.5,
        ("县城游客集散中心", "汉街", "诸葛亮公园", "专题博物馆街区", "北寨墓群（国保）"),
    ),
    "示例线路 城市休闲": (
        "city",
        0.5,
        ("袁家大院片区", "汉街", "诸葛亮公园", "正阳路休闲公园带", "慢城设施"),
    ),
    "示例组合 5A 级景区": (
        "country",
        1,
        ("智圣汤泉旅游度假村", "竹泉村旅游度假区", "红石寨旅游度假区"),
    ),
}
"""Name → theme, days, the sites in order."""

WORDS = "旅游线路、集散、信息网络：硬件上配套完善"
WORDS_5A = "争取整合资源打造5A"
NOTE = "示例线路，停靠点为规划文件点名的景点，走向示意，不代表已开通。"


def tour_routes() -> list[Record]:
    """One record per route."""
    return [_route(name, *facts) for name, facts in ROUTES.items()]


def _route(name: str, theme: str, days: float, stops: tuple[str, ...]) -> Record:
    return placed(
        name,
        LineString(_through(name, stops)),
        theme=theme,
        stops=list(stops),
        days=days,
        source_doc=PLAN,
        source_clause="旅游",
        source_words=WORDS_5A if "5A" in name else WORDS,
        note=NOTE,
    )


def _through(name: str, stops: tuple[str, ...]) -> Line:
    """A line that passes every stop exactly; only the way between is drawn."""
    chance, points = dice(f"tour {name}"), site_points()
    line: Line = [points[stops[0]]]
    for start, end in pairwise(stops):
        line += smoothed(grown([points[start], points[end]], 2, 0.12, chance), 2)[1:]
    return line
