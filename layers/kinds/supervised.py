"""Which light does a project show? For every kind whose records are supervised (督查) as projects.

The light is derived, never typed in: from the plan, what was reported and the day. Records that nobody plans, drives or
reports have none; so have those that are completed, in operation or cancelled. Thresholds come from WEBMAP_LIGHTS.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from layers.errors import WrongSetting
from layers.kinds.base import Derived, Insight, LayerKind, Properties, Question
from layers.kinds.fields import Choice, Day, Number, Whole
from layers.kinds.milestones import KEY as MILESTONES
from layers.kinds.milestones import milestones_of
from layers.measure import half_up
from layers.rules.milestones import coming, late
from layers.rules.supervision import LIGHT_WORDS, WHOLE, Finding, Light, Project, Thresholds, light_of

SETTING: Final = "WEBMAP_LIGHTS"
DEFAULT: Final = "10,30,3,35"
HELP: Final = (
    "督查灯的阈值，四个数：滞后超过几个百分点为黄灯、超过几个为红灯，未按期开工第几个月起为红灯，"
    "几天未报为灰灯；改动在重新启动后生效"
)
SETTLED: Final = frozenset({"completed", "operating", "cancelled"})
BEGUN: Final = frozenset({"started", "building", "halted", *SETTLED})
_SIGNS: Final = ("plan_start", "plan_end", "progress_pct", "reported_on", "command_post", MILESTONES)

FIELDS: Final = (
    Choice(
        key="light",
        title="督查灯",
        choices={light.value: words for light, words in LIGHT_WORDS.items()},
        filterable=True,
        source="滞后百分点与填报日期，阈值可设置（默认 10、30 个百分点，35 天）",
    ),
    Number(key="lag_pct", title="滞后", unit="百分点", at_least=-100, filterable=True),
    Number(key="expected_pct", title="计划应完成", unit="%", at_most=100),
    Whole(key="milestones_late", title="超期节点", unit="个", filterable=True),
    Day(key="milestone_next", title="下一节点"),
)
QUESTIONS: Final = (
    Question("红灯项目", "light.any.red"),
    Question("黄灯项目", "light.any.yellow"),
    Question("未报进度", "light.any.grey"),
    Question("节点超期", "milestones_late.over.0"),
)


def supervised(kind: LayerKind) -> LayerKind:
    """The same kind, with the light of each of its projects."""
    return replace(
        kind,
        derive=_with_light(kind.derive),
        insight=_with_reason(kind.insight),
        derived_tiled=(*kind.derived_tiled, "light"),
        derived_fields=(*kind.derived_fields, *FIELDS),
        questions=(*kind.questions, *QUESTIONS),
    )


def thresholds() -> Thresholds:
    """As the county set them; raises WrongSetting with what would be right."""
    return _thresholds(os.environ.get("WEBMAP_LIGHTS", "").strip() or DEFAULT)


def finding(properties: Properties, today: date) -> Finding | None:
    """The light of a record on this day; None where there is nothing to supervise."""
    stage = properties.get("stage")
    if stage in SETTLED or not any(properties.get(key) not in (None, "") for key in _SIGNS):
        return None
    return light_of(_project(properties, today), today, thresholds())


def planned_curve(properties: Properties) -> tuple[tuple[date, Decimal], ...]:
    """The planned cumulative progress: straight from the planned start to the planned end (default)."""
    start, end = _day(properties, "plan_start"), _day(properties, "plan_end")
    if start is None or end is None or end <= start:
        return ()
    return ((start, Decimal(0)), (end, WHOLE))


def _project(properties: Properties, today: date) -> Project:
    planned = _day(properties, "plan_start")
    begun = properties.get("stage") in BEGUN
    done, on = properties.get("progress_pct"), _day(properties, "reported_on")
    return Project(
        plan=planned_curve(properties),
        planned_start=planned,
        # A project that is being built has begun, whether or not somebody wrote down the day.
        actual_start=_day(properties, "actual_start") or (planned if begun else None),
        reported=None if done is None or on is None else (on, Decimal(str(done))),
    )


def _with_light(derive: Callable[[Properties, date], Derived]) -> Callable[[Properties, date], Derived]:
    def both(properties: Properties, today: date) -> Derived:
        values, until = derive(properties, today)
        found = finding(properties, today)
        if found is None:
            return Derived(values, until)
        told = {"light": found.light.value, "light_why": found.why}
        numbers = {"lag_pct": found.lag, "expected_pct": found.expected}
        reached = _milestones(properties, today)
        told_numbers = {key: float(half_up(value, 2)) for key, value in numbers.items() if value is not None}
        # Anew every day: thresholds may change, and projects are few.
        tomorrow = today + timedelta(days=1)
        return Derived({**values, **told, **told_numbers, **reached}, min(until or tomorrow, tomorrow))

    return both


def _milestones(properties: Properties, today: date) -> dict[str, str | int]:
    """How many are overdue, and when the next is planned."""
    found = milestones_of(properties.get(MILESTONES))
    if not found:
        return {}
    following = coming(found, today)
    day = {"milestone_next": following.planned.isoformat()} if following and following.planned else {}
    return {"milestones_late": len(late(found, today)), **day}


def _with_reason(
    insight: Callable[[Properties, Properties, date], Insight],
) -> Callable[[Properties, Properties, date], Insight]:
    def both(properties: Properties, derived: Properties, today: date) -> Insight:
        told = insight(properties, derived, today)
        if "light" not in derived:
            return told
        words = f"{LIGHT_WORDS[Light(derived['light'])]}：{derived['light_why']}。"
        return told._replace(sentence=f"{words}{told.sentence}")

    return both


@lru_cache(maxsize=4)
def _thresholds(told: str) -> Thresholds:
    try:
        yellow, red, months, days = (Decimal(part.strip()) for part in told.split(","))
        if months % 1 or days % 1:
            raise ValueError
        return Thresholds(
            yellow_over=yellow, red_over=red, red_after_months=int(months), stale_days=int(days)
        )
    except (ValueError, InvalidOperation):
        raise WrongSetting(
            f"设置 {SETTING} 收到“{told[:60]}”，应为四个用逗号分隔的数，如 {DEFAULT}："
            "黄灯与红灯的滞后百分点（先小后大）、月数、天数。请更正后重新启动。"
        ) from None


def _day(properties: Properties, key: str) -> date | None:
    value = properties.get(key)
    return date.fromisoformat(value) if value else None
