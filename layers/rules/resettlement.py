"""How far is the renewal of a zone, and does what was reported fit together?

Rates of 棚改/城中村 as offices publish them. 货币化安置率 is counted in sets (套) and in households (户), and both are
shown: published tables differ only by the denominator. The order of the steps raises warnings, never a refusal.
A rate without its denominator is unknown (None), never zero. Source of the order: default of this product,
after 国有土地上房屋征收与补偿条例 (国务院令第590号) and the resettlement tables that counties publish.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

Counts = Mapping[str, Any]


@dataclass(frozen=True)
class Rate:
    """One rate: `part` of `whole`, both keys of counts of the same unit."""

    key: str
    title: str
    part: str
    whole: str
    unit: str


RATES: Final = (
    Rate("cash_by_sets", "货币化安置率", "sets_cash", "sets_total", "套"),
    Rate("cash_by_households", "货币化安置率", "households_cash", "households", "户"),
    Rate("signed", "签约率", "households_signed", "households", "户"),
    Rate("vacated", "腾空率", "households_vacated", "households", "户"),
    Rate("demolished", "拆除率", "households_demolished", "households", "户"),
    Rate("started", "开工率", "sets_started", "sets_planned", "套"),
    Rate("basic", "基本建成率", "sets_basic", "sets_planned", "套"),
    Rate("completed", "竣工率", "sets_completed", "sets_planned", "套"),
    Rate("moved_back", "回迁率", "households_moved_back", "households", "户"),
)
ORDER: Final = (
    ("households_signed", "households_vacated", "腾空户数多于签约户数"),
    ("households_vacated", "households_demolished", "拆除户数多于腾空户数"),
    ("sets_started", "sets_basic", "基本建成套数多于开工套数"),
    ("sets_basic", "sets_completed", "竣工套数多于基本建成套数"),
)
"""What comes first, what cannot be ahead of it, and what is wrong when it is."""

_HUNDRED: Final = Decimal(100)
_SHOWN: Final = Decimal("0.01")


@dataclass(frozen=True)
class Progress:
    """A rate in percent, rounded half up to two decimals, with what it was counted from."""

    rate: Rate
    percent: Decimal
    part: int
    whole: int

    @property
    def words(self) -> str:
        return f"{self.percent:.2f}%（{self.part:,}/{self.whole:,} {self.rate.unit}）"


def progress(counts: Counts) -> list[Progress]:
    """Every rate whose numbers are known, in the order of the work."""
    return [found for rate in RATES if (found := _progress_of(rate, counts)) is not None]


def warnings(counts: Counts) -> list[str]:
    """What does not fit together, in Chinese sentences; an empty list says nothing about what is missing."""
    return [*_over_the_whole(counts), *_out_of_order(counts), *_parts_of_the_sets(counts)]


def _progress_of(rate: Rate, counts: Counts) -> Progress | None:
    part, whole = counts.get(rate.part), counts.get(rate.whole)
    if part is None or not whole:
        return None
    percent = (Decimal(part) * _HUNDRED / Decimal(whole)).quantize(_SHOWN, ROUND_HALF_UP)
    return Progress(rate, percent, int(part), int(whole))


def _over_the_whole(counts: Counts) -> Iterator[str]:
    for found in progress(counts):
        if found.percent > _HUNDRED:
            yield f"{found.rate.title}为 {found.words}，超过 100%，请核对两个数。"


def _out_of_order(counts: Counts) -> Iterator[str]:
    for first, later, told in ORDER:
        before, after = counts.get(first), counts.get(later)
        if before is not None and after is not None and after > before:
            yield f"{told}（{after:,} 多于 {before:,}），请核对。"


def _parts_of_the_sets(counts: Counts) -> Iterator[str]:
    cash, kind, total = (counts.get(key) for key in ("sets_cash", "sets_built_in_kind", "sets_total"))
    if cash is not None and kind is not None and total is not None and cash + kind != total:
        yield f"货币化 {cash:,} 套与实物 {kind:,} 套之和不等于安置总套数 {total:,} 套，请核对。"
