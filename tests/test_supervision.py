"""The light of a project follows the published rule, and silence is grey, never green.

The expected lights are worked out by hand from the plan: 0 % on 1 January, 100 % on 11 April 2026 (100 days later),
so that one day is one percentage point.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from layers.rules.supervision import (
    Light,
    Project,
    Thresholds,
    expected_percent,
    light_of,
    months_after,
)

FIRST = date(2026, 1, 1)
PLAN = ((FIRST, Decimal(0)), (FIRST + timedelta(days=100), Decimal(100)))
DAY_50 = FIRST + timedelta(days=50)


def reported(percent: str, on: date = DAY_50) -> Project:
    return Project(plan=PLAN, actual_start=FIRST, reported=(on, Decimal(percent)))


@pytest.mark.parametrize(
    ("percent", "light"),
    [
        ("60", Light.GREEN),
        ("50", Light.GREEN),
        ("40", Light.GREEN),  # exactly 10 behind
        ("39.9", Light.YELLOW),
        ("20", Light.YELLOW),  # exactly 30 behind
        ("19.9", Light.RED),
        ("0", Light.RED),
    ],
)
def test_the_light_follows_the_lag(percent: str, light: Light) -> None:
    assert light_of(reported(percent), DAY_50).light is light


def test_the_lag_is_told_in_percentage_points() -> None:
    found = light_of(reported("32.5"), DAY_50)

    assert (found.expected, found.lag) == (Decimal(50), Decimal("17.5"))
    assert found.why == "2026-02-20 填报 32.5%，计划 50%，滞后 17.5 个百分点"


def test_progress_is_compared_with_the_plan_of_the_day_of_the_report() -> None:
    later = DAY_50 + timedelta(days=20)

    assert light_of(reported("50"), later).light is Light.GREEN


@pytest.mark.parametrize(("days", "light"), [(35, Light.GREEN), (36, Light.GREY)])
def test_a_report_goes_stale_after_35_days(days: int, light: Light) -> None:
    found = light_of(reported("50"), DAY_50 + timedelta(days=days))

    assert found.light is light


def test_the_day_on_which_silence_turns_grey_is_known_beforehand() -> None:
    assert light_of(reported("50"), DAY_50).until == DAY_50 + timedelta(days=36)


@pytest.mark.parametrize(
    "project",
    [
        Project(),
        Project(plan=PLAN),
        Project(reported=(DAY_50, Decimal(100))),
        Project(plan=PLAN, reported=(DAY_50 + timedelta(days=1), Decimal(100))),
    ],
    ids=["nothing known", "never reported", "no plan", "reported tomorrow"],
)
def test_what_is_not_known_is_grey(project: Project) -> None:
    assert light_of(project, DAY_50).light is Light.GREY


@pytest.mark.parametrize(
    ("today", "light"),
    [
        (date(2026, 3, 15), Light.GREY),  # the planned day itself
        (date(2026, 3, 16), Light.YELLOW),
        (date(2026, 5, 31), Light.YELLOW),
        (date(2026, 6, 1), Light.RED),  # March, April and May have gone by
        (date(2027, 1, 1), Light.RED),
    ],
    ids=str,
)
def test_a_missed_start_is_yellow_and_from_the_third_month_red(today: date, light: Light) -> None:
    assert light_of(Project(planned_start=date(2026, 3, 15)), today).light is light


def test_a_start_that_took_place_is_not_missed() -> None:
    project = Project(planned_start=date(2026, 1, 1), actual_start=date(2026, 1, 20), plan=PLAN)

    assert light_of(project, DAY_50).light is Light.GREY


def test_a_finished_project_stays_green() -> None:
    found = light_of(Project(settled=True, planned_start=date(2020, 1, 1)), DAY_50)

    assert (found.light, found.until) == (Light.GREEN, None)


def test_a_light_holds_until_the_day_it_names() -> None:
    """Walked day by day: between two named days nothing changes."""
    project = Project(plan=PLAN, planned_start=date(2026, 4, 20), reported=(DAY_50, Decimal(45)))
    today, seen = DAY_50, light_of(project, DAY_50)
    while today < date(2026, 12, 31):
        today += timedelta(days=1)
        now = light_of(project, today)
        if seen.until is None or today < seen.until:
            assert now.light is seen.light
        seen = now


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (FIRST - timedelta(days=1), "0"),
        (FIRST, "0"),
        (FIRST + timedelta(days=25), "25"),
        (FIRST + timedelta(days=100), "100"),
        (FIRST + timedelta(days=400), "100"),
    ],
    ids=str,
)
def test_the_planned_curve_is_straight_between_its_points(day: date, percent: str) -> None:
    assert expected_percent(tuple(reversed(PLAN)), day) == Decimal(percent)


@pytest.mark.parametrize(
    ("months", "first"), [(1, date(2027, 1, 1)), (3, date(2027, 3, 1)), (13, date(2028, 1, 1))]
)
def test_months_are_counted_over_the_turn_of_the_year(months: int, first: date) -> None:
    assert months_after(date(2026, 12, 31), months) == first


def test_thresholds_can_be_those_of_another_place() -> None:
    strict = Thresholds(yellow_over=Decimal(0), red_over=Decimal(5))

    assert light_of(reported("44"), DAY_50, strict).light is Light.RED


@pytest.mark.parametrize(
    "wrong", [{"yellow_over": Decimal(30)}, {"red_over": Decimal(101)}, {"stale_days": 0}]
)
def test_thresholds_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        Thresholds(**wrong)  # type: ignore[arg-type]
