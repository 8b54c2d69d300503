"""The clock of idle land, case by case: each line was counted by hand from order 53 (2012), with its article.

n: not started. s: started and stopped. A day is YYYY-MM-DD; "full year" ends on the anniversary and counts from the day
after; 29 February becomes 28 February; 临期 begins ninety days before the first anniversary.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from layers.kinds import kind_of
from layers.rights import SYSTEM_VIEWER
from layers.rules.idle_land import LegalState, ParcelFacts, legal_state
from layers.store import Database, query
from tests.stored import parcel, store

NORMAL, SOON, ONE, TWO, STOPPED, GOVERNMENT, UNKNOWN = LegalState


def n(contract: str = "", handover: str = "", agreed: str = "", started: str = "") -> ParcelFacts:
    days = [date.fromisoformat(each) if each else None for each in (contract, handover, agreed, started)]
    return ParcelFacts(contract_start=days[0], handover=days[1], agreed_start=days[2], actual_start=days[3])


def s(stop: str, area: str = "", money: str = "", started: str = "2020-06-01") -> ParcelFacts:
    """area: developed/due. money: invested/total."""
    part, whole = (Decimal(each) for each in area.split("/")) if area else (None, None)
    paid, total = (Decimal(each) for each in money.split("/")) if money else (None, None)
    return ParcelFacts(
        contract_start=date(2020, 6, 1),
        actual_start=date.fromisoformat(started),
        stop_date=date.fromisoformat(stop) if stop else None,
        developed_area=part,
        due_area=whole,
        invested=paid,
        total_investment=total,
    )


CASES = [
    # art. 2 para. 1, art. 14: not started, from the agreed day
    (n("2023-06-30"), "2023-06-29", NORMAL),
    (n("2023-06-30"), "2023-06-30", NORMAL),
    (n("2023-06-30"), "2024-03-31", NORMAL),  # 91 days before 30 June 2024
    (n("2023-06-30"), "2024-04-01", SOON),  # 90 days before
    (n("2023-06-30"), "2024-06-30", SOON),
    (n("2023-06-30"), "2024-07-01", ONE),
    (n("2023-06-30"), "2025-06-30", ONE),
    (n("2023-06-30"), "2025-07-01", TWO),
    (n("2023-06-30"), "2033-07-01", TWO),
    (n("2022-12-31"), "2023-12-31", SOON),
    (n("2022-12-31"), "2024-01-01", ONE),
    (n("2022-12-31"), "2024-12-31", ONE),
    (n("2022-12-31"), "2025-01-01", TWO),
    (n("2023-01-01"), "2024-01-01", SOON),
    (n("2023-01-01"), "2024-01-02", ONE),
    (n("2023-01-01"), "2023-10-02", NORMAL),  # 91 days before 1 January 2024
    (n("2023-01-01"), "2023-10-03", SOON),
    # 29 February
    (n("2024-02-29"), "2025-02-28", SOON),
    (n("2024-02-29"), "2025-03-01", ONE),
    (n("2024-02-29"), "2026-02-28", ONE),
    (n("2024-02-29"), "2026-03-01", TWO),
    (n("2024-02-29"), "2024-11-29", NORMAL),  # 91 days before 28 February 2025
    (n("2024-02-29"), "2024-11-30", SOON),
    (n("2023-02-28"), "2024-02-28", SOON),
    (n("2023-02-28"), "2024-02-29", ONE),  # the day after the anniversary is the leap day
    (n("2022-02-28"), "2024-02-28", ONE),
    (n("2022-02-28"), "2024-02-29", TWO),
    # no agreed day: hand-over + 1 year
    (n(handover="2022-06-30"), "2024-06-30", SOON),
    (n(handover="2022-06-30"), "2024-07-01", ONE),
    (n(handover="2022-06-30"), "2025-07-01", TWO),
    (n(handover="2024-02-29"), "2026-02-28", SOON),  # to be started by 28 February 2025
    (n(handover="2024-02-29"), "2026-03-01", ONE),
    (n("2023-06-30", handover="2020-01-01"), "2024-06-30", SOON),  # the contract goes before the hand-over
    (n("2023-06-30", handover="2025-01-01"), "2024-07-01", ONE),
    # art. 12 no. 1: a signed supplement, at most one year
    (n("2023-06-30", agreed="2024-06-30"), "2024-07-01", NORMAL),
    (n("2023-06-30", agreed="2024-06-30"), "2025-06-30", SOON),
    (n("2023-06-30", agreed="2024-06-30"), "2025-07-01", ONE),
    (n("2023-06-30", agreed="2024-06-30"), "2026-07-01", TWO),
    (n("2023-06-30", agreed="2023-12-31"), "2024-12-31", SOON),
    (n("2023-06-30", agreed="2023-12-31"), "2025-01-01", ONE),
    (n("2023-06-30", agreed="2023-06-30"), "2024-07-01", ONE),  # agreed anew for the same day
    (n("2023-06-30", agreed="2024-07-01"), "2026-07-02", UNKNOWN),  # a day more than a year
    (n("2023-06-30", agreed="2023-06-29"), "2026-07-02", UNKNOWN),  # earlier than the contract
    (n("2024-02-29", agreed="2025-02-28"), "2026-03-01", ONE),
    (n("2024-02-29", agreed="2025-03-01"), "2026-03-02", UNKNOWN),
    (n(agreed="2024-06-30"), "2026-07-01", UNKNOWN),  # of a contract without any day
    (n(handover="2022-06-30", agreed="2024-06-30"), "2025-07-01", ONE),
    # nothing to count from
    (n(), "2026-01-01", UNKNOWN),
    (n(started="2026-02-01"), "2026-01-01", UNKNOWN),
    # started in time, or at last
    (n("2023-06-30", started="2023-06-01"), "2026-07-01", NORMAL),
    (n("2023-06-30", started="2025-07-01"), "2025-06-30", ONE),
    (n("2023-06-30", started="2025-07-01"), "2025-07-01", NORMAL),
    (n(started="2023-06-01"), "2026-07-01", NORMAL),
    # art. 2 para. 2: started, under a third or under a quarter, stopped for a year
    (s("2023-06-30", "9.99/30", "2500/10000"), "2024-06-30", NORMAL),
    (s("2023-06-30", "9.99/30", "2500/10000"), "2024-07-01", STOPPED),
    (s("2023-06-30", "10/30", "2500/10000"), "2024-07-01", NORMAL),  # exactly a third, exactly 25 %
    (s("2023-06-30", "10/30", "2499.99/10000"), "2024-07-01", STOPPED),
    (s("2023-06-30", "33.33/100", "50/100"), "2024-07-01", STOPPED),  # 99.99 < 100
    (s("2023-06-30", "33.34/100", "50/100"), "2024-07-01", NORMAL),
    (s("2023-06-30", "0.1/0.3", "0.25/1"), "2024-07-01", NORMAL),  # exact in decimals, not in floats
    (s("2023-06-30", "0/30", "0/100"), "2024-07-01", STOPPED),
    (s("2023-06-30", "30/30", "24/100"), "2030-01-01", STOPPED),
    (s("2024-02-29", "1/30", "1/100"), "2025-02-28", NORMAL),
    (s("2024-02-29", "1/30", "1/100"), "2025-03-01", STOPPED),
    (s("2023-06-30", "1/30"), "2024-07-01", STOPPED),  # one of both is enough
    (s("2023-06-30", money="24/100"), "2024-07-01", STOPPED),
    (s("2023-06-30", "20/30"), "2024-07-01", UNKNOWN),  # the other might be too little
    (s("2023-06-30", money="80/100"), "2024-07-01", UNKNOWN),
    (s("2023-06-30"), "2024-07-01", UNKNOWN),
    (s("2023-06-30", "1/0", "80/100"), "2024-07-01", UNKNOWN),  # a whole of nothing
    (s("", "1/30", "1/100"), "2030-01-01", NORMAL),  # never stopped
    (s("2027-01-01", "1/30", "1/100"), "2026-01-01", NORMAL),  # will stop
    (s("2020-05-31", "1/30", "1/100"), "2024-01-01", UNKNOWN),  # stopped before it was started
    (s("2020-06-01", "1/30", "1/100"), "2021-06-02", STOPPED),  # stopped on the day of the start
]


@pytest.mark.parametrize(("facts", "today", "state"), CASES, ids=[str(at) for at in range(len(CASES))])
def test_the_clock_gives_the_state_of_the_order(facts: ParcelFacts, today: str, state: LegalState) -> None:
    assert legal_state(facts, date.fromisoformat(today)).state is state


@pytest.mark.parametrize(
    ("cause", "document", "state"),
    [
        *((cause, "沂1号", "government") for cause in ("late_handover", "plan_changed", "new_policy")),
        *((cause, "沂1号", "government") for cause in ("petition", "military_or_heritage")),
        *((cause, "沂1号", "government") for cause in ("other_government", "disaster")),
        ("disaster", "", "two_years"),
        ("holder", "沂1号", "two_years"),
        ("unknown", "沂1号", "two_years"),
        ("", "沂1号", "two_years"),
    ],
)
def test_only_a_documented_cause_of_article_8_stops_the_clock(cause: str, document: str, state: str) -> None:
    record = {"name": "甲", "contract_start": "2020-06-30", "cause": cause, "cause_document": document}
    assert kind_of("idle_parcel").derive(record, date(2026, 1, 1)).values["state"] == state


def test_dates_that_contradict_each_other_are_told() -> None:
    kind, today = kind_of("idle_parcel"), date(2026, 1, 1)
    record = {"name": "甲", "actual_start": "2021-01-01", "stop_date": "2020-01-01"}
    derived = kind.derive(record, today).values
    sentence = kind.insight(record, derived, today).sentence
    assert sentence.startswith("缺少停工日期（早于实际动工日期），无法判断是否闲置。")


def test_the_question_of_buying_back_finds_unstarted_housing_and_commercial_land(database: Database) -> None:
    common: dict[str, Any] = {
        "land_use": "商服用地",
        "supply_mode": "granted",
        "cause": "holder",
        "status": "idle",
    }
    others: dict[str, dict[str, Any]] = {
        "甲": {},
        "乙": {"land_use": "城镇住宅用地", "cause": "unknown", "status": "determined"},
        "丙": {"land_use": "工业用地"},
        "丁": {"actual_start": "2024-01-01"},
        "戊": {"cause": "late_handover"},
        "己": {"status": "revived"},
    }
    store(
        database,
        [
            parcel(name, 118.41 + i / 100, **{**common, **told})
            for i, (name, told) in enumerate(others.items())
        ],
    )
    question = next(each for each in kind_of("idle_parcel").questions if "收回收购" in each.title)

    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        where = query.read_filter(session, SYSTEM_VIEWER, layer, question.filter)
        found = query.find_features(session, SYSTEM_VIEWER, layer, where=where)
    assert [each.name for each in found] == ["甲", "乙"]
