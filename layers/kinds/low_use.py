"""What do the rules of low-efficiency land say of a parcel? Its hint, its score, and the settings of the county.

Judged is land whose status says 低效, and other built land whose completion is on record. The hint is derived, always
疑似; the score stands beside jobs and tax. Tax figures are internal, and so is what follows from them.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from layers.errors import WrongSetting
from layers.kinds.base import Derived, Insight, Properties
from layers.kinds.fields import Choice, Choices, Day, Field, Names, Number, Whole
from layers.rules.low_use import (
    RULE_WORDS,
    TESTS,
    Facts,
    Limits,
    RuleSet,
    Scale,
    Score,
    Verdict,
    judged,
    score,
)

RULES_SETTING: Final = "WEBMAP_LOW_USE"
RULES_DEFAULT: Final = "2016"
RULES_HELP: Final = (
    "低效用地按哪套规则提示：2016（国土资发〔2016〕147号）、2023（自然资发〔2023〕171号试点，增加产出类）或 off（不提示）；"
    "改动在重新启动后生效"
)
LIMITS_SETTING: Final = "WEBMAP_LOW_USE_LIMITS"
LIMITS_DEFAULT: Final = "0.8,30,150,3,2,0.05,5,1,2,20,2"
LIMITS_HELP: Final = (
    "低效提示的本地标准（默认值，文件未规定，按本地标准改；合同另有约定的按合同），十一个数：容积率、建筑密度（%）、"
    "投资强度（万元/亩）、亩均税收（万元）、亩均就业（人）、每亩年用电（万千瓦时）、每亩年用水（吨）、停产年数、零税收年数、"
    "竣工年限、竣工几年后才看产出"
)
SCORE_SETTING: Final = "WEBMAP_LOW_USE_SCORE"
SCORE_DEFAULT: Final = "30,20,20,15,15,85,70,50"
SCORE_HELP: Final = (
    "低效用地综合评分：五个权重（亩均税收、亩均就业、投资强度、容积率、建筑密度，合计 100，单项不超过 40）"
    "和 A、B、C 三档的最低分（默认值，各地自定）"
)
VETOES: Final = {
    "safety": "重大安全事故",
    "environment": "重大环境违法",
    "eliminated": "淘汰类产能",
    "dishonest": "失信惩戒",
}
HINTS: Final = {"suspected": "疑似低效", "unclear": "资料不足", "no_sign": "未见低效特征"}
GRADES: Final = {"A": "A 优先发展", "B": "B 支持发展", "C": "C 提升发展", "D": "D 限制发展"}
NOT_A_DECISION: Final = "结果为疑似，以主管部门认定为准。"

FIELDS: Final[tuple[Field, ...]] = (
    Day(key="completed_on", title="竣工投产日期", aliases=("竣工投产",)),
    Number(key="plot_ratio_agreed", legal=True, title="约定容积率", at_most=50),
    Number(key="intensity_agreed", legal=True, title="约定投资强度", unit="万元/亩"),
    Number(key="tax_agreed", legal=True, title="约定亩均税收", unit="万元/亩", visibility="internal"),
    Whole(key="zero_tax_years", title="连续零税收年数", unit="年", at_most=100, visibility="internal"),
    Number(key="power_used", title="年用电量", unit="万千瓦时", digits=4, visibility="internal"),
    Number(key="water_used", title="年用水量", unit="吨", visibility="internal"),
    Choices(
        key="vetoes", title="否决项", choices=VETOES, visibility="internal", help="有任何一项，综合评价为 D"
    ),
)
DERIVED: Final[tuple[Field, ...]] = (
    Choice(
        key="low_use_hint",
        title="低效提示",
        choices=HINTS,
        filterable=True,
        listed=True,
        visibility="internal",
        source="国土资发〔2016〕147号、自然资发〔2023〕171号，阈值可设置",
    ),
    Choices(
        key="low_use_tests",
        title="低效依据",
        choices=TESTS,
        filterable=True,
        listed=True,
        visibility="internal",
    ),
    Names(key="low_use_missing", title="低效判断缺少", visibility="internal"),
    Number(
        key="low_use_score",
        title="综合评分",
        unit="分",
        digits=1,
        filterable=True,
        listed=True,
        visibility="internal",
    ),
    Choice(
        key="low_use_grade",
        title="综合评价",
        choices=GRADES,
        filterable=True,
        listed=True,
        visibility="internal",
    ),
)
_CLASS_OF: Final = {"old_town": "旧城镇", "old_factory": "旧厂矿", "old_village": "旧村庄"}
_CLASS_OF_USE: Final = (
    ("工业", "旧厂矿"),
    ("仓储", "旧厂矿"),
    ("采矿", "旧厂矿"),
    ("住宅", "旧城镇"),
    ("商", "旧城镇"),
    ("村", "旧村庄"),
)
_READ: Final = (
    *("area_declared_mu", "plot_ratio", "plot_ratio_agreed", "building_density", "investment_intensity"),
    *("intensity_agreed", "tax_per_mu", "tax_agreed", "jobs", "power_used", "water_used", "zero_tax_years"),
    *("completed_on", "production_stopped", "vetoes"),
)
"""The fields that `_facts` reads."""


def is_judged(properties: Properties) -> bool:
    """Whether the rules are about this parcel."""
    status = properties.get("status")
    return status == "low_use" or (status != "revived" and bool(properties.get("completed_on")))


def derive(properties: Properties, today: date) -> Derived:
    """The hint with its tests, what is missing, and the score; nothing where the rules are off."""
    if not is_judged(properties) or (rules := rule_set()) is RuleSet.OFF:
        return Derived({})
    known = tuple([(key, _frozen(properties[key])) for key in _READ if key in properties])
    verdict, scored = _judged(known, today, rules, _told(LIMITS_SETTING), _told(SCORE_SETTING))
    values: dict[str, Any] = {"low_use_hint": _hint(verdict)}
    if verdict.fired:
        values["low_use_tests"] = [each.key for each in verdict.fired]
    if missing := list(dict.fromkeys((*verdict.missing, *scored.missing))):
        values["low_use_missing"] = missing
    if scored.points is not None:
        values["low_use_score"] = float(scored.points)
    if scored.grade:
        values["low_use_grade"] = scored.grade
    # Anew every day: years pass, and the county may have set other limits.
    return Derived(values, today + timedelta(days=1))


def insight(properties: Properties, derived: Properties, today: date) -> Insight:
    """The class that is suspected, why, what is missing, and the score beside jobs and tax."""
    if not is_judged(properties) or (rules := rule_set()) is RuleSet.OFF:
        return Insight()
    facts, limits = _facts(properties), local_limits()
    verdict, scored = judged(facts, rules, today, limits), score(facts, limits, scale())
    sentences = [_conclusion(properties, verdict), *_lacks(verdict), _valued(properties, scored)]
    sentence = "".join(f"{each}。" for each in sentences if each) + NOT_A_DECISION
    points = "" if scored.points is None else f"{scored.points:f}"
    label = f"综合评价 {scored.grade}（参考）" if scored.grade else "综合评价（参考）"
    return Insight(
        points,
        "分" if points else "",
        label if points else "",
        sentence,
        f"{RULE_WORDS[rules]}，阈值为本地设置",
    )


# --- settings ------------------------------------------------------------------------------------------------


def rule_set() -> RuleSet:
    """As the county set it; raises WrongSetting with what would be right."""
    told = os.environ.get("WEBMAP_LOW_USE", "").strip() or RULES_DEFAULT
    try:
        return RuleSet(told)
    except ValueError:
        raise WrongSetting(
            f"设置 {RULES_SETTING} 收到“{told[:60]}”，应为 {'、'.join(RuleSet)} 之一。请更正后重新启动。"
        ) from None


def local_limits() -> Limits:
    """As the county set them; raises WrongSetting with what would be right."""
    return _limits(_told(LIMITS_SETTING))


def scale() -> Scale:
    """As the county set it; raises WrongSetting with what would be right."""
    return _scale(_told(SCORE_SETTING))


def check_settings() -> None:
    """Raises WrongSetting for the first of them that makes no sense."""
    rule_set(), local_limits(), scale()


def _told(setting: str) -> str:
    default = LIMITS_DEFAULT if setting == LIMITS_SETTING else SCORE_DEFAULT
    return os.environ.get(setting, "").strip() or default


@lru_cache(maxsize=4)
def _limits(told: str) -> Limits:
    try:
        numbers = [Decimal(part.strip()) for part in told.split(",")]
        ratio, density, intensity, tax, jobs, power, water, *years = numbers
        if min(numbers) <= 0 or len(years) != 4 or any(each % 1 for each in years):
            raise ValueError
        stopped, zero_tax, aged, settled = map(int, years)
        return Limits(
            plot_ratio=ratio,
            density=density,
            intensity=intensity,
            tax=tax,
            jobs=jobs,
            power=power,
            water=water,
            stopped_years=stopped,
            zero_tax_years=zero_tax,
            aged_years=aged,
            settled_years=settled,
        )
    except (ValueError, InvalidOperation):
        raise WrongSetting(
            f"设置 {LIMITS_SETTING} 收到“{told[:80]}”，应为十一个用逗号分隔的正数，如 {LIMITS_DEFAULT}，后四个为整数。"
            "请更正后重新启动。"
        ) from None


@lru_cache(maxsize=4)
def _scale(told: str) -> Scale:
    try:
        numbers = [Decimal(part.strip()) for part in told.split(",")]
        if len(numbers) != 8:
            raise ValueError
        return Scale(weights=tuple(numbers[:5]), cuts=tuple(numbers[5:]))
    except (ValueError, InvalidOperation):
        raise WrongSetting(
            f"设置 {SCORE_SETTING} 收到“{told[:80]}”，应为八个用逗号分隔的数，如 {SCORE_DEFAULT}："
            "五个权重（合计 100，单项不超过 40）和 A、B、C 的最低分（从大到小）。请更正后重新启动。"
        ) from None


# --- reading and saying --------------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)
def _judged(
    known: tuple[tuple[str, Any], ...], today: date, rules: RuleSet, limits: str, scaled: str
) -> tuple[Verdict, Score]:
    facts = _facts(dict(known))
    return judged(facts, rules, today, _limits(limits)), score(facts, _limits(limits), _scale(scaled))


def _facts(properties: Properties) -> Facts:
    def number(key: str) -> Decimal | None:
        value = properties.get(key)
        return None if value is None else Decimal(str(value))

    def day(key: str) -> date | None:
        value = properties.get(key)
        return date.fromisoformat(value) if value else None

    return Facts(
        area_mu=number("area_declared_mu"),
        plot_ratio=number("plot_ratio"),
        agreed_plot_ratio=number("plot_ratio_agreed"),
        density=number("building_density"),
        intensity=number("investment_intensity"),
        agreed_intensity=number("intensity_agreed"),
        tax=number("tax_per_mu"),
        agreed_tax=number("tax_agreed"),
        jobs=number("jobs"),
        power=number("power_used"),
        water=number("water_used"),
        zero_tax_years=properties.get("zero_tax_years"),
        completed_on=day("completed_on"),
        stopped_on=day("production_stopped"),
        vetoes=tuple(VETOES[key] for key in properties.get("vetoes") or () if key in VETOES),
    )


def _hint(verdict: Verdict) -> str:
    if verdict.is_suspected:
        return "suspected"
    return "unclear" if verdict.missing else "no_sign"


def _conclusion(properties: Properties, verdict: Verdict) -> str:
    if not verdict.is_suspected:
        return "" if verdict.missing else "各项测试未见低效特征"
    return f"疑似低效·{_class(properties)}：{'；'.join(each.words for each in verdict.fired)}"


def _class(properties: Properties) -> str:
    if known := _CLASS_OF.get(str(properties.get("low_use_class"))):
        return known
    use = str(properties.get("land_use") or "")
    return next((title for word, title in _CLASS_OF_USE if word in use), "类型待定")


def _lacks(verdict: Verdict) -> list[str]:
    if not verdict.missing:
        return []
    return [f"资料不足，未能测试：{'、'.join(verdict.missing)}"]


def _valued(properties: Properties, scored: Score) -> str:
    """The score never stands alone."""
    jobs, tax = properties.get("jobs"), properties.get("tax_per_mu")
    beside = [f"就业 {jobs} 人" if jobs is not None else "就业人数未提供"]
    beside.append(f"亩均税收 {tax:g} 万元" if tax is not None else "亩均税收未提供")
    told = "、".join(f"{title} {points:f}" for title, points in scored.parts)
    points = "资料不足，未评分" if scored.points is None else f"综合评分 {scored.points:f} 分（{told}）"
    veto = f"，有否决项（{'、'.join(scored.vetoes)}），评为 D" if scored.vetoes else ""
    return f"{points}{veto}；{'，'.join(beside)}，请一并看待"


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
