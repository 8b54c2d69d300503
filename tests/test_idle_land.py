"""The clock of idle land gives the state that order 53 gives, and never a false 正常."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from layers.kinds import kind_of
from layers.rules.idle_land import LegalState, ParcelFacts, Verdict, add_years, legal_state

NOT_STARTED = ParcelFacts(contract_start=date(2023, 3, 1))


def suspended(**facts: object) -> ParcelFacts:
    start: dict[str, object] = {
        "contract_start": date(2020, 1, 1),
        "actual_start": date(2020, 6, 1),
        "stop_date": date(2023, 3, 1),
        "due_area": Decimal(30),
        "developed_area": Decimal("10.0"),
        "total_investment": Decimal(10000),
        "invested": Decimal(2500),
    }
    return ParcelFacts(**{**start, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2023, 12, 1), LegalState.NORMAL),  # 91 days before 2024-03-01
        (date(2023, 12, 2), LegalState.DUE_SOON),  # 90 days before
        (date(2024, 3, 1), LegalState.DUE_SOON),
        (date(2024, 3, 2), LegalState.ONE_YEAR),
        (date(2025, 3, 1), LegalState.ONE_YEAR),
        (date(2025, 3, 2), LegalState.TWO_YEARS),
        (date(2040, 1, 1), LegalState.TWO_YEARS),
    ],
    ids=str,
)
def test_an_unstarted_parcel_turns_the_day_after_each_anniversary(today: date, state: LegalState) -> None:
    assert legal_state(NOT_STARTED, today).state is state


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (suspended(), LegalState.NORMAL),
        (suspended(invested=Decimal("2499")), LegalState.SUSPENDED),
        (suspended(developed_area=Decimal("9.99")), LegalState.SUSPENDED),
        (suspended(due_area=None), LegalState.UNKNOWN),
        (suspended(due_area=None, invested=Decimal(1)), LegalState.SUSPENDED),
        (suspended(due_area=Decimal(0), total_investment=None), LegalState.UNKNOWN),
    ],
    ids=[
        "exactly a third and a quarter",
        "24.99 %",
        "under a third",
        "no area",
        "no area, little money",
        "nothing usable",
    ],
)
def test_a_suspended_parcel_is_idle_only_below_a_third_or_a_quarter(
    facts: ParcelFacts, state: LegalState
) -> None:
    assert legal_state(facts, date(2024, 3, 2)).state is state


def test_a_suspension_counts_only_after_a_full_year() -> None:
    facts = suspended(invested=Decimal(1))
    assert legal_state(facts, date(2024, 3, 1)).state is LegalState.NORMAL
    assert legal_state(facts, date(2024, 3, 1)).next_due == date(2024, 3, 1)


def test_without_any_date_the_answer_is_not_normal() -> None:
    verdict = legal_state(ParcelFacts(), date(2024, 1, 1))
    assert verdict.state is LegalState.UNKNOWN
    assert verdict.missing == ("约定动工日期或交地日期",)


def test_a_parcel_without_a_start_date_counts_from_the_hand_over() -> None:
    verdict = legal_state(ParcelFacts(handover=date(2022, 3, 1)), date(2024, 3, 2))
    assert (verdict.state, verdict.start_due) == (LegalState.ONE_YEAR, date(2023, 3, 1))
    assert verdict.start_basis == "交地确认书日期满一年"


def test_a_signed_supplement_moves_the_start_by_a_year_at_most() -> None:
    moved = ParcelFacts(contract_start=date(2023, 3, 1), agreed_start=date(2024, 3, 1))
    assert legal_state(moved, date(2024, 3, 2)).state is LegalState.NORMAL
    too_far = ParcelFacts(contract_start=date(2023, 3, 1), agreed_start=date(2024, 3, 2))
    assert legal_state(too_far, date(2024, 3, 2)).state is LegalState.UNKNOWN


def test_a_documented_government_cause_stops_the_clock() -> None:
    facts = ParcelFacts(contract_start=date(2020, 3, 1), government_cause=True)
    assert legal_state(facts, date(2024, 3, 2)).state is LegalState.GOVERNMENT


def test_a_start_in_the_future_is_not_a_start() -> None:
    facts = ParcelFacts(contract_start=date(2023, 3, 1), actual_start=date(2030, 1, 1))
    assert legal_state(facts, date(2025, 3, 2)).state is LegalState.TWO_YEARS


@pytest.mark.parametrize(
    "facts",
    [NOT_STARTED, suspended(invested=Decimal(1)), ParcelFacts(handover=date(2022, 2, 28))],
    ids=["a", "b", "c"],
)
def test_the_answer_stays_until_the_day_it_names(facts: ParcelFacts) -> None:
    day = date(2023, 3, 1)
    verdict = legal_state(facts, day)
    while verdict.until is not None:
        assert verdict.until > day
        eve = legal_state(facts, date.fromordinal(verdict.until.toordinal() - 1))
        assert eve.state is verdict.state
        day = verdict.until
        following = legal_state(facts, day)
        assert following != verdict
        verdict = following


def test_the_twenty_ninth_of_february_becomes_the_twenty_eighth() -> None:
    assert add_years(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert add_years(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_the_kind_reads_its_facts_from_the_stored_record() -> None:
    kind = kind_of("idle_parcel")
    checked = kind.check({"name": "甲", "contract_start": "2024年6月30日", "status": "闲置"})
    derived = kind.derive(checked.properties, date(2026, 11, 22))
    assert derived.values["state"] == "two_years"
    assert kind.symbol_of(checked.properties, derived.values) == "two_years"
    said = kind.insight(checked.properties, derived.values, date(2026, 11, 22))
    assert (said.value, said.unit) == ("145", "天")  # 30 June to 22 November 2026
    assert "疑似" in said.sentence
    assert "第十四条" in said.clause


def test_a_government_cause_without_a_document_does_not_stop_the_clock() -> None:
    kind = kind_of("idle_parcel")
    record = {"name": "乙", "contract_start": "2020-01-01", "cause": "late_handover"}
    assert kind.derive(record, date(2026, 1, 1)).values["state"] == "two_years"
    documented = {**record, "cause_document": "沂自然资闲认〔2021〕1号"}
    assert kind.derive(documented, date(2026, 1, 1)).values["state"] == "government"


def test_a_verdict_is_plain_data() -> None:
    assert legal_state(NOT_STARTED, date(2024, 3, 2)) == Verdict(
        state=LegalState.ONE_YEAR,
        start_due=date(2023, 3, 1),
        start_basis="合同约定动工日期",
        due_1y=date(2024, 3, 1),
        due_2y=date(2025, 3, 1),
        next_due=date(2025, 3, 1),
        until=date(2025, 3, 2),
    )
