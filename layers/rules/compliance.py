"""What does it mean when a project lies on a control line, and what must have been checked before anybody says so?

Levels and words follow the practice of 合规性审查 under 国土空间规划 (三区三线): any overlap with permanent basic farmland,
the ecological red line or the protected area of a monument stops; outside the town boundary, and on the other lines, the
competent office must be asked. Defaults, configurable nowhere on screen: a county that differs changes this table.
The result is for reference and no basis of an approval (不作为审批依据).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SLIVER_M2: Final = 1.0
"""Pieces below are listed apart, never dropped (default)."""
NO_APPROVAL: Final = "仅供参考，以主管部门审查意见为准，不作为审批依据。"


class Level(StrEnum):
    """How grave an overlap is."""

    RED = "red"
    YELLOW = "yellow"


LEVEL_WORDS: Final[dict[Level, str]] = {Level.RED: "红·不得占用", Level.YELLOW: "黄·须经审查"}


class Status(StrEnum):
    """What a check of one line found. CLEAR needs data that cover the whole project."""

    OVERLAP = "overlap"
    CLEAR = "clear"
    UNCHECKED = "unchecked"


STATUS_WORDS: Final[dict[Status, str]] = {
    Status.OVERLAP: "有压盖",
    Status.CLEAR: "未发现压盖",
    Status.UNCHECKED: "未检查",
}


@dataclass(frozen=True)
class LineRule:
    """level: of any overlap. outside: what lies outside the line counts, not what lies on it. basis: where it is from."""

    level: Level
    words: str
    basis: str
    outside: bool = False


LINE_RULES: Final[Mapping[str, LineRule]] = {
    "basic_farmland": LineRule(
        Level.RED,
        "不得占用永久基本农田；重大建设项目确实难以避让的，须依法办理用地审批并补划。",
        "土地管理法 第三十五条",
    ),
    "eco_redline": LineRule(
        Level.RED,
        "生态保护红线内仅允许对生态功能不造成破坏的有限人为活动。",
        "自然资发〔2022〕142号",
    ),
    "town_boundary": LineRule(
        Level.YELLOW,
        "城镇开发边界外不得进行城镇集中建设；交通、旅游、村庄等项目按规定管理。",
        "自然资发〔2023〕193号",
        outside=True,
    ),
    "heritage_core": LineRule(
        Level.RED,
        "文物保护范围内不得进行其他建设工程；因特殊情况需要的，须依法报批。",
        "文物保护法",
    ),
    "heritage_control": LineRule(
        Level.YELLOW,
        "建设控制地带内的工程不得破坏文物的历史风貌，设计方案须经文物行政部门同意。",
        "文物保护法",
    ),
    "farmland": LineRule(Level.YELLOW, "占用耕地的，须落实占补平衡。", "土地管理法 第三十条"),
    "river_zone": LineRule(Level.YELLOW, "河道管理范围内建设项目须经水行政主管部门审查。", "河道管理条例"),
    "water_source": LineRule(
        Level.YELLOW, "饮用水水源保护区内的建设活动按保护区等级受到限制。", "水污染防治法"
    ),
    "public_forest": LineRule(Level.YELLOW, "使用公益林林地须依法办理审核。", "森林法"),
    "mineral": LineRule(Level.YELLOW, "压覆重要矿产资源的，须办理压覆审批。", "矿产资源法"),
    "geohazard": LineRule(
        Level.YELLOW, "地质灾害易发区内的工程建设须进行地质灾害危险性评估。", "地质灾害防治条例"
    ),
    "power_corridor": LineRule(
        Level.YELLOW, "电力线路保护区内的建设须征得电力管理部门同意。", "电力设施保护条例"
    ),
}
"""By the code of a control line. Titles are declared with the kind."""


def status_of(found_m2: float, *, complete: bool) -> Status:
    """found_m2: what counts against the project. complete: the data cover it whole; else nothing found says nothing."""
    if found_m2 > 0:
        return Status.OVERLAP
    return Status.CLEAR if complete else Status.UNCHECKED
