"""Is land suspected of low efficiency, by which tests, and how does it score by several factors?

Two rule sets. 2016: 国土资发〔2016〕147号 (extensive use, closed plants, aged buildings: plot ratio, density, investment
below what was agreed, production stopped, old buildings). 2023: the pilot of 自然资发〔2023〕171号 adds low output (tax,
power, water). The documents give no numbers: every limit here is a default of this product that a county sets, and what
the contract agreed goes before it. Whatever fires is 疑似; what cannot be tested is named, and nothing is ever 正常.

The score (亩均效益评价) weighs tax, jobs, investment, plot ratio and density against the same limits; one number alone
(亩均税收) is never a score. Weights, cuts and vetoes are local.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from layers.measure import half_up

HUNDRED: Final = Decimal(100)


class RuleSet(StrEnum):
    """Which documents apply in this county."""

    OFF = "off"
    Y2016 = "2016"
    Y2023 = "2023"


RULE_WORDS: Final = {
    RuleSet.OFF: "不判断",
    RuleSet.Y2016: "国土资发〔2016〕147号",
    RuleSet.Y2023: "自然资发〔2023〕171号（试点）",
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Local thresholds; all are defaults. intensity, tax: 万元 per 亩; power: 万千瓦时 and water: 吨, per 亩 and year.

    jobs: people per 亩. settled_years: output is asked only so long after completion.
    """

    plot_ratio: Decimal = Decimal("0.8")
    density: Decimal = Decimal(30)
    intensity: Decimal = Decimal(150)
    tax: Decimal = Decimal(3)
    jobs: Decimal = Decimal(2)
    power: Decimal = Decimal("0.05")
    water: Decimal = Decimal(5)
    stopped_years: int = 1
    zero_tax_years: int = 2
    aged_years: int = 20
    settled_years: int = 2


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is on record of built land; None is unknown. agreed_*: what the contract says. power, water: per year."""

    area_mu: Decimal | None = None
    plot_ratio: Decimal | None = None
    agreed_plot_ratio: Decimal | None = None
    density: Decimal | None = None
    intensity: Decimal | None = None
    agreed_intensity: Decimal | None = None
    tax: Decimal | None = None
    agreed_tax: Decimal | None = None
    jobs: Decimal | None = None
    power: Decimal | None = None
    water: Decimal | None = None
    zero_tax_years: int | None = None
    completed_on: date | None = None
    stopped_on: date | None = None
    vetoes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fired:
    """A test that fired: its key, and what it says."""

    key: str
    words: str


@dataclass(frozen=True)
class Verdict:
    """fired: the tests that speak for low efficiency; missing: what would be needed for the others."""

    fired: tuple[Fired, ...]
    missing: tuple[str, ...]

    @property
    def is_suspected(self) -> bool:
        """Whether any test fired."""
        return bool(self.fired)


TESTS: Final = {
    "plot_ratio": "容积率偏低",
    "density": "建筑密度偏低",
    "intensity": "投资强度偏低",
    "stopped": "停产",
    "aged": "建成年限长",
    "tax": "亩均税收偏低",
    "zero_tax": "连续零税收",
    "power": "用电近零",
    "water": "用水近零",
}
OUTPUT: Final = frozenset({"tax", "zero_tax", "power", "water"})
"""What only the pilot of 2023 asks."""

_Outcome = tuple[str, "Fired | None", str]


def judged(facts: Facts, rules: RuleSet, today: date, limits: Limits | None = None) -> Verdict:
    """Every test of the rule set; see the first lines of this file."""
    if rules is RuleSet.OFF:
        return Verdict((), ())
    outcomes = [
        each
        for each in _outcomes(facts, today, limits or Limits())
        if rules is RuleSet.Y2023 or each[0] not in OUTPUT
    ]
    fired = tuple(found for _, found, _ in outcomes if found)
    missing = tuple(dict.fromkeys(lack for _, _, lack in outcomes if lack))
    return Verdict(fired, missing)


def _outcomes(facts: Facts, today: date, limits: Limits) -> Iterator[_Outcome]:
    yield _below("plot_ratio", "容积率", facts.plot_ratio, facts.agreed_plot_ratio, limits.plot_ratio, "")
    yield _below("density", "建筑密度", facts.density, None, limits.density, "%")
    yield _below(
        "intensity", "投资强度", facts.intensity, facts.agreed_intensity, limits.intensity, " 万元/亩"
    )
    if facts.stopped_on:
        yield _since("stopped", "停产", facts.stopped_on, limits.stopped_years, today)
    yield _since("aged", "竣工", facts.completed_on, limits.aged_years, today, "竣工投产日期")
    if _is_young(facts, today, limits):
        return
    yield _below("tax", "亩均税收", facts.tax, facts.agreed_tax, limits.tax, " 万元/亩")
    yield _zero_tax(facts.zero_tax_years, limits.zero_tax_years)
    yield _near_zero("power", "年用电量", facts.power, facts.area_mu, limits.power, "万千瓦时")
    yield _near_zero("water", "年用水量", facts.water, facts.area_mu, limits.water, "吨")


def _is_young(facts: Facts, today: date, limits: Limits) -> bool:
    """Whether it was completed so lately that little output says nothing."""
    return facts.completed_on is not None and not _years_over(facts.completed_on, limits.settled_years, today)


def _below(
    key: str, title: str, value: Decimal | None, agreed: Decimal | None, local: Decimal, unit: str
) -> _Outcome:
    if value is None:
        return key, None, title
    limit, basis = (local, "本地标准") if agreed is None else (agreed, "合同约定")
    words = f"{title} {value:f}{unit}，低于{basis} {limit:f}{unit}"
    return key, Fired(key, words) if value < limit else None, ""


def _since(key: str, title: str, day: date | None, years: int, today: date, lack: str = "") -> _Outcome:
    if day is None:
        return key, None, lack
    words = f"{day.isoformat()} {title}，已满 {years} 年"
    return key, Fired(key, words) if _years_over(day, years, today) else None, ""


def _zero_tax(years: int | None, limit: int) -> _Outcome:
    if years is None:
        return "zero_tax", None, "连续零税收年数"
    return "zero_tax", Fired("zero_tax", f"连续 {years} 年零税收") if years >= limit else None, ""


def _near_zero(
    key: str, title: str, value: Decimal | None, area_mu: Decimal | None, limit: Decimal, unit: str
) -> _Outcome:
    if value is None or not area_mu:
        return key, None, title if value is None else "证载面积"
    words = f"{title} {value:f} {unit}，每亩不足 {limit:f} {unit}"
    return key, Fired(key, words) if value / area_mu < limit else None, ""


def _years_over(day: date, years: int, today: date) -> bool:
    """Whether so many calendar years have passed; 29 February becomes 28 February."""
    try:
        over = day.replace(year=day.year + years)
    except ValueError:
        over = day.replace(year=day.year + years, day=28)
    return today >= over


# --- the score -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Scale:
    """weights: of each factor of FACTORS; cuts: the least points of A, B and C."""

    weights: tuple[Decimal, ...] = tuple(map(Decimal, (30, 20, 20, 15, 15)))
    cuts: tuple[Decimal, ...] = tuple(map(Decimal, (85, 70, 50)))
    least_known: Decimal = Decimal(60)

    def __post_init__(self) -> None:
        if len(self.weights) != len(FACTORS) or sum(self.weights) != HUNDRED or min(self.weights) < 0:
            raise ValueError("Five weights that add up to 100")
        if max(self.weights) > HUNDRED - self.least_known:
            raise ValueError("No factor may be a score of its own")
        a, b, c = self.cuts
        if not HUNDRED >= a > b > c > 0:
            raise ValueError("Cuts fall from A to C")


FACTORS: Final = ("亩均税收", "亩均就业", "投资强度", "容积率", "建筑密度")


@dataclass(frozen=True)
class Score:
    """points: 0 to 100, of the factors that are known, None where too little is. grade: A, B, C, D or nothing."""

    points: Decimal | None
    grade: str
    parts: tuple[tuple[str, Decimal], ...]
    missing: tuple[str, ...]
    vetoes: tuple[str, ...] = ()


def score(facts: Facts, limits: Limits | None = None, scale: Scale | None = None) -> Score:
    """Each factor as a share of its limit, at most 100, weighted over those that are known; a veto makes it D."""
    limits, scale = limits or Limits(), scale or Scale()
    parts, missing, known, total = [], [], Decimal(0), Decimal(0)
    for title, weight, share in zip(FACTORS, scale.weights, _shares(facts, limits), strict=True):
        if share is None:
            missing.append(title)
            continue
        parts.append((title, half_up(share, 1)))
        known += weight
        total += weight * share
    points = half_up(total / known, 1) if known >= scale.least_known else None
    grade = "D" if facts.vetoes else "" if points is None else _grade(points, scale.cuts)
    return Score(points, grade, tuple(parts), tuple(missing), facts.vetoes)


def _shares(facts: Facts, limits: Limits) -> tuple[Decimal | None, ...]:
    per_mu = facts.jobs / facts.area_mu if facts.jobs is not None and facts.area_mu else None
    pairs = (
        (facts.tax, facts.agreed_tax or limits.tax),
        (per_mu, limits.jobs),
        (facts.intensity, facts.agreed_intensity or limits.intensity),
        (facts.plot_ratio, facts.agreed_plot_ratio or limits.plot_ratio),
        (facts.density, limits.density),
    )
    return tuple(None if value is None else min(HUNDRED, HUNDRED * value / limit) for value, limit in pairs)


def _grade(points: Decimal, cuts: tuple[Decimal, ...]) -> str:
    return next((letter for letter, least in zip("ABC", cuts, strict=True) if points >= least), "D")
