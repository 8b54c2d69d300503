"""Which grade does a tourism resource have by its score, and what of a scenic area's grade can be reckoned?

GB/T 18972-2017 旅游资源分类、调查与评价: factor value 85 points, influence 15 points, an added value of −5 to +3; five
grades by the total. The cuts 90/75/60/45/30 are the standard's; they are a default and configurable, for the text was
checked against published worked examples only. The edition of 2003 sorts other types under other letters: its codes and
grades are never read as equal. Only the authority grants an A grade (GB/T 17775-2024): nothing here derives one; the
three scores of the edition of 2003 are reckoned for comparison only.
"""

from __future__ import annotations

from collections.abc import Mapping
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


# --- the score by its factors ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Factor:
    """One line of the score sheet, with the most and the least points that it can bring."""

    key: str
    title: str
    most: int
    least: int = 0


FACTORS: Final = (
    Factor("appreciation", "观赏游憩使用价值", 30),
    Factor("culture", "历史文化科学艺术价值", 25),
    Factor("rarity", "珍稀奇特程度", 15),
    Factor("abundance", "规模、丰度与几率", 10),
    Factor("integrity", "完整性", 5),
    Factor("renown", "知名度和影响力", 10),
    Factor("season", "适游期或使用范围", 5),
    Factor("environment", "环境保护与环境安全", 3, -5),
)
"""要素价值 85, 资源影响力 15, 附加值 −5 … +3. The weights within the 85 are a default: they agree with worked examples."""


def resource_total(points: Mapping[str, Decimal]) -> Decimal | None:
    """The sum of all factors; None while one of them is missing (the added value is 0 where nothing is said)."""
    if any(each.key not in points for each in FACTORS if each.key != "environment"):
        return None
    return sum((points.get(each.key, Decimal(0)) for each in FACTORS), Decimal(0))


# --- A grades --------------------------------------------------------------------------------------------------

GRADES: Final = ("5A", "4A", "3A", "2A", "1A")
LEAST_OF_2003: Final = {
    "5A": (950, 90, 90),
    "4A": (850, 85, 80),
    "3A": (750, 75, 70),
    "2A": (600, 60, 60),
    "1A": (500, 50, 50),
}
"""Services of 1000, landscape of 100, visitors of 100 (细则 of GB/T 17775-2003, no longer in force)."""

CONDITIONS: Final = {
    "preconditions": "前置条件",
    "traffic": "旅游交通",
    "visiting": "游览服务",
    "safety": "旅游安全",
    "hygiene": "环境卫生",
    "information": "信息与通信",
    "catering": "餐饮购物",
    "management": "综合管理",
    "environment": "资源和环境保护",
    "attraction": "资源吸引力",
    "market": "市场影响力",
    "culture": "文旅融合",
    "smart": "智慧旅游",
    "visitors": "游客满意",
}
"""What GB/T 17775-2024 asks, by headings: a working list of this product; the standard has no score sheet."""


@dataclass(frozen=True)
class HistoricGrade:
    """grade: what all three scores reach, "" for none. short: the tests that hold it down, in words."""

    grade: str
    short: tuple[str, ...]


def grade_of_2003(services: Decimal, landscape: Decimal, visitors: Decimal) -> HistoricGrade:
    """The minimum of the three tests of the edition of 2003; never a grant."""
    scores = (services, landscape, visitors)
    reached = [_reached(score, at) for at, score in enumerate(scores)]
    lowest = max(GRADES.index(each) if each else len(GRADES) for each in reached)
    best = min(GRADES.index(each) if each else len(GRADES) for each in reached)
    names = ("服务质量", "景观质量", "游客意见")
    short = [
        name
        for name, each in zip(names, reached, strict=True)
        if best < lowest and (GRADES.index(each) if each else len(GRADES)) == lowest
    ]
    return HistoricGrade(GRADES[lowest] if lowest < len(GRADES) else "", tuple(short))


def _reached(score: Decimal, at: int) -> str:
    return next((grade for grade in GRADES if score >= LEAST_OF_2003[grade][at]), "")
