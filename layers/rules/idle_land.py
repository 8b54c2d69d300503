"""Which legal state does the clock of idle land give, and when does it next change?

Sources: 闲置土地处置办法 (国土资源部令第53号, 2012) art. 2 (what counts as idle), art. 8 (causes of government),
art. 12–13 (what follows from them), art. 14 (one year: fee; two years: reclaim).
Every result is 疑似: only the land bureau determines idle land. Missing data gives 资料不足, never 正常.
"One full year" is counted from the day after the anniversary; 29 February becomes 28 February (default).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

WARNING_DAYS = 90
"""临期: so many days before the first full year ends (default of this product)."""


class LegalState(StrEnum):
    """The seven answers of the clock."""

    NORMAL = "normal"
    DUE_SOON = "due_soon"
    ONE_YEAR = "one_year"
    TWO_YEARS = "two_years"
    SUSPENDED = "suspended"
    GOVERNMENT = "government"
    UNKNOWN = "unknown"


STATE_WORDS: dict[LegalState, str] = {
    LegalState.NORMAL: "正常",
    LegalState.DUE_SOON: "临期",
    LegalState.ONE_YEAR: "疑似闲置·满一年",
    LegalState.TWO_YEARS: "疑似闲置·满两年",
    LegalState.SUSPENDED: "疑似闲置·中止建设满一年",
    LegalState.GOVERNMENT: "政府原因",
    LegalState.UNKNOWN: "资料不足",
}
CLAUSES: dict[LegalState, str] = {
    LegalState.DUE_SOON: "国土资源部令第53号 第二条",
    LegalState.ONE_YEAR: "国土资源部令第53号 第十四条第一项",
    LegalState.TWO_YEARS: "国土资源部令第53号 第十四条第二项",
    LegalState.SUSPENDED: "国土资源部令第53号 第二条第二款",
    LegalState.GOVERNMENT: "国土资源部令第53号 第八条、第十二条",
    LegalState.UNKNOWN: "国土资源部令第53号 第二条",
}


@dataclass(frozen=True, kw_only=True)
class ParcelFacts:
    """What the clock needs to know of a supplied parcel. Areas share one unit, amounts share one unit.

    agreed_start: the new start date of a signed 补充协议. government_cause: an art. 8 cause that is documented.
    invested and total_investment exclude land price and taxes.
    """

    contract_start: date | None = None
    handover: date | None = None
    agreed_start: date | None = None
    actual_start: date | None = None
    stop_date: date | None = None
    government_cause: bool = False
    developed_area: Decimal | None = None
    due_area: Decimal | None = None
    invested: Decimal | None = None
    total_investment: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer for one day. until: the first day on which it may differ (None: it stays).

    start_basis: where start_due came from. missing: Chinese names of what would be needed.
    """

    state: LegalState
    start_due: date | None = None
    start_basis: str = ""
    due_1y: date | None = None
    due_2y: date | None = None
    next_due: date | None = None
    until: date | None = None
    missing: tuple[str, ...] = ()


FEE_SHARE = Decimal("0.2")
"""Art. 14: the fee is 20 % of the price of grant or allocation."""


@dataclass(frozen=True)
class Stop:
    """A day on the line of the clock, and the state that begins after it (临期 stands for the first year)."""

    title: str
    day: date
    state: LegalState


def fee(verdict: Verdict, price: Decimal | None) -> Decimal | None:
    """The estimated fee in the unit of the price, exact; None when none is due or the price is not known.

    Only for land not started for one year and under two (art. 14 no. 1); land that was started and stopped is settled
    by agreement, and from two years on the measure is reclaiming. An estimate (测算值): the decision sets the sum.
    """
    if verdict.state is not LegalState.ONE_YEAR or price is None:
        return None
    return price * FEE_SHARE


def timeline(facts: ParcelFacts, today: date) -> tuple[Stop, ...]:
    """The days that the law counts from and to, in order; empty where no day is known or none counts."""
    if facts.government_cause:
        return ()
    if facts.actual_start and facts.actual_start <= today:
        return _line_from_stop(facts.stop_date, today)
    start_due, _ = _start_due(facts)
    if start_due is None:
        return ()
    return (
        Stop("约定动工", start_due, LegalState.DUE_SOON),
        Stop("满一年", add_years(start_due, 1), LegalState.ONE_YEAR),
        Stop("满两年", add_years(start_due, 2), LegalState.TWO_YEARS),
    )


def _line_from_stop(stopped: date | None, today: date) -> tuple[Stop, ...]:
    if stopped is None or stopped > today:
        return ()
    return (
        Stop("停工", stopped, LegalState.DUE_SOON),
        Stop("满一年", add_years(stopped, 1), LegalState.SUSPENDED),
    )


def add_years(day: date, years: int) -> date:
    """The same day so many calendar years later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def legal_state(facts: ParcelFacts, today: date) -> Verdict:
    """The legal state on this day (order 53 art. 2, 8, 12, 14)."""
    start_due, basis = _start_due(facts)
    if facts.government_cause:
        return Verdict(state=LegalState.GOVERNMENT, start_due=start_due, start_basis=basis)
    if facts.actual_start is not None and facts.actual_start <= today:
        return _after_start(facts, start_due, basis, today)
    if start_due is None:
        missing = (
            ("补充协议动工日期（超出一年或早于原约定）",)
            if facts.agreed_start
            else ("约定动工日期或交地日期",)
        )
        return Verdict(state=LegalState.UNKNOWN, missing=missing)
    return _before_start(start_due, basis, today)


def _start_due(facts: ParcelFacts) -> tuple[date | None, str]:
    # No clear date in the contract: the actual hand-over plus one year.
    if facts.contract_start:
        start, basis = facts.contract_start, "合同约定动工日期"
    elif facts.handover:
        start, basis = add_years(facts.handover, 1), "交地确认书日期满一年"
    else:
        return None, ""
    if facts.agreed_start is None:
        return start, basis
    # Art. 12: an extension is agreed by a signed supplement and is at most one year.
    if start <= facts.agreed_start <= add_years(start, 1):
        return facts.agreed_start, "补充协议约定动工日期"
    return None, ""


def _before_start(start_due: date, basis: str, today: date) -> Verdict:
    due_1y, due_2y = add_years(start_due, 1), add_years(start_due, 2)
    warning = due_1y - timedelta(days=WARNING_DAYS)
    one_day = timedelta(days=1)
    if today > due_2y:
        state, next_due, until = LegalState.TWO_YEARS, None, None
    elif today > due_1y:
        state, next_due, until = LegalState.ONE_YEAR, due_2y, due_2y + one_day
    elif today >= warning:
        state, next_due, until = LegalState.DUE_SOON, due_1y, due_1y + one_day
    else:
        state, next_due, until = LegalState.NORMAL, due_1y, warning
    return Verdict(
        state=state,
        start_due=start_due,
        start_basis=basis,
        due_1y=due_1y,
        due_2y=due_2y,
        next_due=next_due,
        until=until,
    )


def _after_start(facts: ParcelFacts, start_due: date | None, basis: str, today: date) -> Verdict:
    if facts.stop_date and facts.actual_start and facts.stop_date < facts.actual_start:
        contradicted = ("停工日期（早于实际动工日期）",)
        return Verdict(state=LegalState.UNKNOWN, start_due=start_due, start_basis=basis, missing=contradicted)
    if facts.stop_date is None or facts.stop_date > today:
        return Verdict(state=LegalState.NORMAL, start_due=start_due, start_basis=basis, until=facts.stop_date)
    due = add_years(facts.stop_date, 1)
    if today <= due:
        return Verdict(
            state=LegalState.NORMAL,
            start_due=start_due,
            start_basis=basis,
            next_due=due,
            until=due + timedelta(days=1),
        )
    state, missing = _too_little_done(facts)
    return Verdict(state=state, start_due=start_due, start_basis=basis, due_1y=due, missing=missing)


def _too_little_done(facts: ParcelFacts) -> tuple[LegalState, tuple[str, ...]]:
    # Exactly one third and exactly 25 % are not idle: compare products, never quotients.
    area = _less_than(facts.developed_area, facts.due_area, 3)
    money = _less_than(facts.invested, facts.total_investment, 4)
    if area or money:
        return LegalState.SUSPENDED, ()
    unknown = {"已动工开发面积与应动工面积": area, "已投资额与总投资额": money}
    missing = tuple(name for name, answer in unknown.items() if answer is None)
    return (LegalState.UNKNOWN, missing) if missing else (LegalState.NORMAL, ())


def _less_than(part: Decimal | None, whole: Decimal | None, times: int) -> bool | None:
    if part is None or whole is None or whole <= 0:
        return None
    return times * part < whole
