"""Which grade does a tourism resource have by its score?

GB/T 18972-2017 旅游资源分类、调查与评价: factor value 85 points, influence 15 points, an added value of −5 to +3; five
grades by the total. The cuts 90/75/60/45/30 are the standard's; they are a default and configurable, for the text was
checked against published worked examples only. Only the authority grants an A grade (GB/T 17775-2024): nothing here
derives one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

LEAST: Final = Decimal(-5)
MOST: Final = Decimal(103)

CUTS: Final = (
    (Decimal(90), "五级", "特品级"),
    (Decimal(75), "四级", "优良级"),
    (Decimal(60), "三级", "优良级"),
    (Decimal(45), "二级", "普通级"),
    (Decimal(30), "一级", "普通级"),
)


@dataclass(frozen=True)
class ResourceGrade:
    """grade: 五级 … 一级, or 未获等级. rank: 特品级, 优良级, 普通级 or nothing."""

    grade: str
    rank: str

    @property
    def words(self) -> str:
        return f"{self.grade}（{self.rank}旅游资源）" if self.rank else self.grade


def resource_grade(score: Decimal) -> ResourceGrade:
    """The grade of a total score; raises ValueError beyond −5 … 103 points."""
    if not LEAST <= score <= MOST:
        raise ValueError(f"A score lies between {LEAST} and {MOST}, not at {score}")
    for least, grade, rank in CUTS:
        if score >= least:
            return ResourceGrade(grade, rank)
    return ResourceGrade("未获等级", "")
