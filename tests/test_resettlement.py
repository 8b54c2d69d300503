"""Rates of a renewal zone are those of published tables, and numbers that do not fit are told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from layers.kinds import kind_of
from layers.rules.resettlement import ORDER, RATES, progress, warnings

PUBLISHED = {
    "households": 1043,
    "sets_total": 1887,
    "sets_built_in_kind": 943,
    "sets_cash": 944,
}
"""A published county table: 1,043 households, 1,887 sets, 943 physical and 944 cash = 50.03 % by sets."""


def test_the_cash_rate_of_a_published_table_comes_out() -> None:
    (found,) = progress(PUBLISHED)

    assert (found.rate.title, found.percent) == ("货币化安置率", Decimal("50.03"))
    assert found.words == "50.03%（944/1,887 套）"


def test_both_denominators_are_shown_when_both_are_known() -> None:
    found = progress(PUBLISHED | {"households_cash": 520})

    # 520 / 1043 = 0.498561…
    assert [(each.rate.unit, each.percent) for each in found] == [
        ("套", Decimal("50.03")),
        ("户", Decimal("49.86")),
    ]


@pytest.mark.parametrize("counts", [{}, {"households_signed": 5}, {"households": 0, "households_signed": 0}])
def test_a_rate_without_its_whole_is_unknown_and_never_zero(counts: dict[str, int]) -> None:
    assert progress(counts) == []


def test_nobody_signed_is_zero_percent() -> None:
    (found,) = progress({"households": 80, "households_signed": 0})

    assert found.percent == 0


def test_halves_are_rounded_up() -> None:
    (found,) = progress({"households": 80_000, "households_signed": 10_004})

    assert found.percent == Decimal("12.51"), "12.505 %"


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"households": 100, "households_signed": 120}, "签约率为 120.00%（120/100 户），超过 100%"),
        ({"households_signed": 90, "households_vacated": 95}, "腾空户数多于签约户数（95 多于 90）"),
        ({"households_vacated": 40, "households_demolished": 41}, "拆除户数多于腾空户数"),
        ({"sets_started": 300, "sets_basic": 301}, "基本建成套数多于开工套数"),
        ({"sets_basic": 10, "sets_completed": 20}, "竣工套数多于基本建成套数"),
        ({"sets_cash": 1, "sets_built_in_kind": 1, "sets_total": 3}, "之和不等于安置总套数 3 套"),
    ],
)
def test_what_does_not_fit_is_told_with_its_numbers(counts: dict[str, int], told: str) -> None:
    (warning,) = warnings(counts)

    assert told in warning


def test_a_zone_that_fits_raises_nothing() -> None:
    assert warnings(PUBLISHED | {"households_signed": 1043, "households_vacated": 1000}) == []


def test_every_count_is_a_field_of_the_zone() -> None:
    fields = set(kind_of("renewal_zone").by_key)
    used = {key for rate in RATES for key in (rate.part, rate.whole)} | {
        key for row in ORDER for key in row[:2]
    }

    assert used <= fields


def test_the_card_of_a_zone_says_how_far_it_is_and_what_does_not_fit() -> None:
    told = kind_of("renewal_zone").insight(
        {"households": 200, "households_signed": 190, "households_vacated": 195}, {}, date(2026, 1, 1)
    )

    assert (told.value, told.unit, told.label) == ("97.50", "%", "腾空率")
    assert "签约率 95.00%（190/200 户）" in told.sentence
    assert "腾空户数多于签约户数" in told.sentence


def test_the_card_of_a_zone_without_counts_says_nothing_of_rates() -> None:
    told = kind_of("renewal_zone").insight({"name": "示例片区"}, {}, date(2026, 1, 1))

    assert (told.value, told.sentence) == ("", "")
