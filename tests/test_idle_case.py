"""A case of idle land says what is due next; the days are counted by hand from order 53."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from urllib.parse import quote

import pytest

from layers.errors import WrongSetting
from layers.kinds import kind_of
from layers.kinds.case_days import case_days
from layers.rules.idle_case import STEP_WORDS, Due, Entry, Step, contradictions, due_of, next_due
from layers.rules.idle_land import LegalState, ParcelFacts, fee, legal_state, timeline
from tests.running import Server

AGREED = ParcelFacts(contract_start=date(2024, 6, 30))


def test_the_notice_is_due_thirty_days_after_the_finding() -> None:
    assert next_due({Step.FOUND: date(2026, 1, 10)}) == Due(Step.NOTICE, date(2026, 2, 9))


@pytest.mark.parametrize(
    ("done", "step", "day"),
    [
        (Step.NOTICE, Step.ANSWER, date(2026, 3, 3)),  # 2026-02-01 + 30 days, over a February of 28 days
        (Step.ANSWER, Step.DETERMINED, None),
        (Step.DETERMINED, Step.PLAN, None),
        (Step.PLAN, Step.DECISION, None),
        (Step.DECISION, Step.PAYMENT, date(2026, 3, 3)),
        (Step.PAYMENT, Step.CLOSED, None),
    ],
)
def test_each_step_is_followed_by_the_next(done: Step, step: Step, day: date | None) -> None:
    assert next_due({done: date(2026, 2, 1)}) == Due(step, day)


def test_steps_that_were_left_out_do_not_come_back() -> None:
    due = next_due({Step.FOUND: date(2026, 1, 1), Step.DECISION: date(2026, 5, 1)})

    assert due == Due(Step.PAYMENT, date(2026, 5, 31))


@pytest.mark.parametrize("done", [{}, {Step.CLOSED: date(2026, 1, 1)}])
def test_a_case_that_is_not_open_has_nothing_due(done: dict[Step, date]) -> None:
    assert next_due(done) is None


@pytest.mark.parametrize(("today", "days"), [(date(2026, 2, 9), 0), (date(2026, 2, 10), 1)])
def test_a_deadline_is_overdue_from_the_day_after(today: date, days: int) -> None:
    assert Due(Step.NOTICE, date(2026, 2, 9)).overdue(today) == days


def test_deadlines_can_be_those_of_another_province() -> None:
    assert next_due({Step.ANSWER: date(2026, 1, 1)}, {Step.DETERMINED: 60}) == Due(
        Step.DETERMINED, date(2026, 3, 2)
    )


def test_dates_that_run_backwards_are_told() -> None:
    (told,) = contradictions({Step.FOUND: date(2026, 5, 1), Step.NOTICE: date(2026, 4, 1)})

    assert told == "“调查通知书”的日期（2026-04-01）早于“发现”（2026-05-01），请核对。"


def test_the_steps_are_those_of_the_ledger_field() -> None:
    field = kind_of("idle_parcel").by_key["case_step"]

    assert field.choices == {step.value: words for step, words in STEP_WORDS.items()}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("today", "state", "sum_due"),
    [
        (date(2025, 6, 30), LegalState.DUE_SOON, None),
        (date(2025, 7, 1), LegalState.ONE_YEAR, Decimal("257.200")),
        (date(2026, 6, 30), LegalState.ONE_YEAR, Decimal("257.200")),
        (date(2026, 7, 1), LegalState.TWO_YEARS, None),
    ],
    ids=str,
)
def test_the_fee_is_a_fifth_of_the_price_between_one_year_and_two(
    today: date, state: LegalState, sum_due: Decimal | None
) -> None:
    verdict = legal_state(AGREED, today)

    assert (verdict.state, fee(verdict, Decimal("1286.00"))) == (state, sum_due)


def test_no_fee_is_made_up_without_a_price_or_for_land_that_was_started() -> None:
    stopped = ParcelFacts(
        contract_start=date(2020, 1, 1),
        actual_start=date(2020, 2, 1),
        stop_date=date(2021, 1, 1),
        invested=Decimal(1),
        total_investment=Decimal(100),
    )
    suspended = legal_state(stopped, date(2026, 1, 1))

    assert fee(legal_state(AGREED, date(2025, 12, 1)), None) is None
    assert (suspended.state, fee(suspended, Decimal(100))) == (LegalState.SUSPENDED, None)


def test_the_line_of_the_clock_has_the_agreed_day_and_both_anniversaries() -> None:
    stops = timeline(AGREED, date(2026, 1, 1))

    assert [(stop.title, stop.day) for stop in stops] == [
        ("约定动工", date(2024, 6, 30)),
        ("满一年", date(2025, 6, 30)),
        ("满两年", date(2026, 6, 30)),
    ]


def test_land_that_was_started_and_stopped_is_counted_from_the_stop() -> None:
    stopped = ParcelFacts(
        contract_start=date(2020, 1, 1), actual_start=date(2020, 2, 1), stop_date=date(2024, 2, 29)
    )

    assert [(stop.title, stop.day) for stop in timeline(stopped, date(2026, 1, 1))] == [
        ("停工", date(2024, 2, 29)),
        ("满一年", date(2025, 2, 28)),
    ]


@pytest.mark.parametrize(
    "facts",
    [
        ParcelFacts(),
        ParcelFacts(contract_start=date(2020, 1, 1), government_cause=True),
        ParcelFacts(contract_start=date(2020, 1, 1), actual_start=date(2020, 2, 1)),
    ],
    ids=["nothing known", "cause of government", "being built"],
)
def test_there_is_no_line_where_no_clock_runs(facts: ParcelFacts) -> None:
    assert timeline(facts, date(2026, 1, 1)) == ()


def test_the_card_of_a_parcel_tells_the_fee_and_the_line() -> None:
    told = kind_of("idle_parcel").insight(
        {"contract_start": "2024-06-30", "price": 1286},
        {"state": "one_year", "due_1y": "2025-06-30"},
        date(2026, 1, 1),
    )

    assert "闲置费测算值 257.20 万元（价款的 20%）" in told.sentence
    assert [stop.symbol for stop in told.line] == ["due_soon", "one_year", "two_years"]


def test_the_answer_of_a_parcel_places_its_days_and_today_on_one_line(server: Server) -> None:
    uid = server.get(f"/api/search?q={quote('示例地块 界湖-017')}").json()["results"][0]["uid"]

    line = server.get(f"/api/features/{uid}").json()["card"]["clock"]

    assert [(stop["day"], stop["symbol"]) for stop in line["stops"]] == [
        ("2024-06-30", "due_soon"),
        ("2025-06-30", "one_year"),
        ("2026-06-30", "two_years"),
    ]
    first, second, third = (stop["at"] for stop in line["stops"])
    assert first == 0
    assert second == pytest.approx(third / 2, abs=1e-3), "both years have 365 days"
    assert third < line["today"]["at"] < 1, "that day is past"


def test_a_site_has_no_clock(server: Server) -> None:
    uid = server.get(f"/api/search?q={quote('竹泉村')}").json()["results"][0]["uid"]

    assert server.get(f"/api/features/{uid}").json()["card"]["clock"] is None


def test_a_county_sets_its_own_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert case_days() == {Step.NOTICE: 30, Step.ANSWER: 30, Step.PAYMENT: 30}
    monkeypatch.setenv("WEBMAP_CASE_DAYS", "notice=20，determined=60")
    assert case_days() == {Step.NOTICE: 20, Step.DETERMINED: 60}
    found = [Entry(Step.FOUND, date(2026, 1, 10))]
    assert due_of(found, case_days()) == Due(Step.NOTICE, date(2026, 1, 30))


@pytest.mark.parametrize("told", ["notice=0", "notice=soon", "found=3", "hearing=5", "30", "notice=99999"])
def test_a_deadline_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("WEBMAP_CASE_DAYS", told)
    with pytest.raises(WrongSetting, match="应写成 步骤=天数"):
        case_days()
