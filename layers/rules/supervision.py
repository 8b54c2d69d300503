"""Which light does a project show on a day, and by which rule?

The light compares reported progress with the planned curve. Default thresholds follow a published example (Yinchuan,
2025): up to 10 percentage points behind is green, up to 30 yellow, more is red; a planned start that was missed is
yellow in its month and red from the third month on. All are configurable. A missing plan, or a report older than 35
days (default), is grey 未报, never green.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

WHOLE = Decimal(100)


class Light(StrEnum):
    """The four lights; each carries a letter on the map, so that colour is never the only sign."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


LIGHT_WORDS: dict[Light, str] = {
    Light.GREEN: "绿灯·正常",
    Light.YELLOW: "黄灯·滞后",
    Light.RED: "红灯·严重滞后",
    Light.GREY: "灰灯·未报",
}


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """yellow_over, red_over: percentage points behind the plan. red_after_months: of a planned start that was missed.

    stale_days: a report older than that is none.
    """

    yellow_over: Decimal = Decimal(10)
    red_over: Decimal = Decimal(30)
    red_after_months: int = 3
    stale_days: int = 35

    def __post_init__(self) -> None:
        if not 0 <= self.yellow_over < self.red_over <= WHOLE:
            raise ValueError("Thresholds must rise: 0 ≤ yellow < red ≤ 100 percentage points")
        if self.red_after_months < 1 or self.stale_days < 1:
            raise ValueError("Months and days must be at least one")


@dataclass(frozen=True, kw_only=True)
class Project:
    """What the light needs to know. plan: (day, planned cumulative percent), in any order; reported: (day, percent).

    settled: completed or cancelled, no longer supervised. halted: 停工.
    """

    plan: Sequence[tuple[date, Decimal]] = ()
    planned_start: date | None = None
    actual_start: date | None = None
    reported: tuple[date, Decimal] | None = None
    settled: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The light of one day. expected, lag: percent and percentage points on the day of the report.

    until: the first day on which the light may differ without anybody reporting (None: it stays).
    """

    light: Light
    why: str
    expected: Decimal | None = None
    lag: Decimal | None = None
    until: date | None = None


def light_of(project: Project, today: date, limits: Thresholds | None = None) -> Finding:
    """The light on this day; see the first lines of this file for the rule."""
    limits = limits or Thresholds()
    if project.settled:
        return Finding(light=Light.GREEN, why="项目已竣工或取消，不再督查")
    missed = _missed_start(project, today, limits)
    if missed is not None:
        return missed
    if project.reported is None or project.reported[0] > today:
        return Finding(light=Light.GREY, why="尚未填报进度", until=_next_start_step(project, today))
    return _by_progress(project, project.reported, today, limits)


def expected_percent(plan: Sequence[tuple[date, Decimal]], day: date) -> Decimal | None:
    """Planned cumulative progress on a day, straight between the points; None without a plan.

    Before the first point nothing is expected, after the last one its percentage is.
    """
    points = sorted(plan)
    if not points:
        return None
    if day < points[0][0]:
        return Decimal(0)
    for (start, low), (end, high) in pairwise(points):
        if start <= day < end:
            return low + (high - low) * (day - start).days / (end - start).days
    return points[-1][1]


def months_after(day: date, months: int) -> date:
    """The first day of the month so many months later: a missed start is counted by months."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _missed_start(project: Project, today: date, limits: Thresholds) -> Finding | None:
    due = project.planned_start
    if due is None or today <= due or (project.actual_start and project.actual_start <= today):
        return None
    red_from = months_after(due, limits.red_after_months)
    if today >= red_from:
        return Finding(
            light=Light.RED, why=f"计划 {due:%Y-%m-%d} 开工，已逾期 {limits.red_after_months} 个月以上"
        )
    return Finding(light=Light.YELLOW, why=f"计划 {due:%Y-%m-%d} 开工，未按期开工", until=red_from)


def _next_start_step(project: Project, today: date) -> date | None:
    due = project.planned_start
    return due + timedelta(days=1) if due and today <= due and not project.actual_start else None


def _by_progress(
    project: Project, reported: tuple[date, Decimal], today: date, limits: Thresholds
) -> Finding:
    day, actual = reported
    starts_late = _next_start_step(project, today)
    stale_from = day + timedelta(days=limits.stale_days + 1)
    if today >= stale_from:
        why = f"最近一次填报为 {day:%Y-%m-%d}，已超过 {limits.stale_days} 天"
        return Finding(light=Light.GREY, why=why, until=starts_late)
    expected = expected_percent(project.plan, day)
    if expected is None:
        return Finding(light=Light.GREY, why="没有计划进度，无法比较", until=starts_late)
    lag = expected - actual
    steps = [when for when in (stale_from, starts_late) if when]
    return Finding(
        light=_light_for(lag, limits),
        why=_told(day, expected, actual, lag),
        expected=expected,
        lag=lag,
        until=min(steps),
    )


def _light_for(lag: Decimal, limits: Thresholds) -> Light:
    if lag > limits.red_over:
        return Light.RED
    return Light.YELLOW if lag > limits.yellow_over else Light.GREEN


def _told(day: date, expected: Decimal, actual: Decimal, lag: Decimal) -> str:
    words = f"{day:%Y-%m-%d} 填报 {_plain(actual)}%，计划 {_plain(expected)}%"
    return f"{words}，滞后 {_plain(lag)} 个百分点" if lag > 0 else f"{words}，不滞后"


def _plain(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1')).normalize():f}"
