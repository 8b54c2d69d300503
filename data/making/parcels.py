"""Which invented parcels are there, and what does each tell of itself?

Dates are laid around a fixed day, REFERENCE, on which the mix of legal states is the planned one; the state itself is
never written, it is derived on the day somebody looks. Dates are spread so that the mix changes slowly over the
year that follows.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from shapely import affinity
from shapely.geometry import Polygon

from layers.kinds.case_steps import lines_of
from layers.measure import area_m2, rounded_mu
from layers.rules.idle_case import ORDER as STEPS
from layers.rules.idle_case import Entry
from making.county import Town, towns
from making.drawing import dice, to_degrees
from making.parcel_shapes import SEAT, parcel_shapes
from making.records import INVENTED, PLAN, Facts, Record

REFERENCE = date(2026, 10, 31)
MIX = {
    "two_years": 22,
    "one_year": 36,
    "suspended": 8,
    "due_soon": 22,
    "low_use": 39,
    "revived": 16,
    "normal": 10,
    "building": 2,
    "government": 3,
    "unknown": 2,
}
"""How many parcels stand in which state on REFERENCE; `building` is under way and in time."""

SHOWN_PARCEL = 17
SHOWN_PARCEL_MU = 86.42
COMMAND_POST = "存量盘活指挥部（示例）"
HOLDERS = {
    "工业用地": (
        "示例实业有限公司",
        "示例机械有限公司",
        "示例建材有限公司",
        "示例食品有限公司",
        "示例电子有限公司",
    ),
    "物流仓储用地": ("示例物流有限公司", "示例商贸有限公司"),
    "商服用地": ("示例商业管理有限公司", "示例文旅发展有限公司"),
    "城镇住宅用地": ("示例置业有限公司", "示例房地产开发有限公司"),
}
PRICE_PER_MU = {"工业用地": 14.9, "物流仓储用地": 16.5, "商服用地": 98.0, "城镇住宅用地": 135.0}
"""Invented land prices in 万元 per 亩."""

USES_IN_SEAT = ("工业用地", "工业用地", "商服用地", "城镇住宅用地", "城镇住宅用地", "物流仓储用地")
USES_IN_TOWNS = ("工业用地", "工业用地", "工业用地", "物流仓储用地", "商服用地")
EARLY_STEPS = ("found", "notice", "notice", "answer")
LATE_STEPS = ("notice", "answer", "determined", "plan")
DETERMINED_STEPS = ("determined", "plan")
GOVERNMENT_CAUSES = ("late_handover", "plan_changed", "disaster")


@dataclass(frozen=True)
class Ground:
    """What a parcel's facts depend on: its town, its size, what it is used for."""

    town: Town
    area_mu: float
    land_use: str


def parcels() -> list[Record]:
    """All parcels, numbered through, those of the seat first."""
    places = [
        (town, number, shape) for town in towns() for number, shape in enumerate(parcel_shapes(town.name), 1)
    ]
    states = _states(len(places))
    return [
        _parcel(town, number, running, shape, state)
        for running, ((town, number, shape), state) in enumerate(zip(places, states, strict=True), start=1)
    ]


def _states(count: int) -> list[str]:
    """One state per parcel, shuffled; the parcel of the example is one of those over two years."""
    states = [state for state, number in MIX.items() for _ in range(number)]
    if len(states) != count:
        raise ValueError(f"{count} parcels, but the mix has {len(states)}")
    dice("states").shuffle(states)
    there, wanted = SHOWN_PARCEL - 1, states.index("two_years")
    states[there], states[wanted] = states[wanted], states[there]
    return states


def _parcel(town: Town, number: int, running: int, shape: Polygon, state: str) -> Record:
    name = f"示例地块 {town.short_name}-{number:03}"
    chance = dice(name)
    shown = running == SHOWN_PARCEL
    if shown:
        shape = _resized(shape, SHOWN_PARCEL_MU)
    shape = to_degrees(shape)
    uses = USES_IN_SEAT if town.name == SEAT else USES_IN_TOWNS
    ground = Ground(town, _mu(shape), chance.choice(uses))
    facts = _shown_facts(ground) if shown else STORIES[state](ground, chance)
    facts |= _ledger(facts, running)
    return Record(
        name, shape, {"code": _code(facts, running), "town": town.name, **facts, **_answerable(chance)}
    )


def _resized(shape: Polygon, wanted_mu: float) -> Polygon:
    """The shape grown or shrunk so that it has the wanted area after its corners are rounded to the grid."""
    steps = [wanted_mu + step / 100 for step in range(-5, 6)]
    tried = [_scaled(shape, (target_mu / _mu(to_degrees(shape))) ** 0.5) for target_mu in steps]
    return min(tried, key=lambda each: abs(_mu(to_degrees(each)) - wanted_mu))


def _scaled(shape: Polygon, factor: float) -> Polygon:
    return affinity.scale(shape, factor, factor)


def _mu(shape: Polygon) -> float:
    return rounded_mu(area_m2(shape)) or 0.0


def _code(facts: Facts, running: int) -> str:
    """The year of the contract and the running number, which is never used twice."""
    return f"SL-{facts['contract_date'][:4]}-{running:03}"


def _answerable(chance: random.Random) -> Facts:
    return {
        "command_post": COMMAND_POST,
        "lead_official": f"示例领导{chance.choice('甲乙丙丁')}",
        "responsible_unit": "示例责任单位",
        "source_doc": PLAN,
        "source_clause": "盘活闲置低效土地",
        "source_words": "下决心出实招盘活闲置低效土地",
        "note": INVENTED,
    }


def _shown_facts(ground: Ground) -> Facts:
    """The parcel that the pictures of the product show."""
    return {
        "status": "idle",
        "holder": "示例实业有限公司",
        "land_use": "工业用地",
        "supply_mode": "granted",
        "price": 1286,
        "area_declared_mu": 86.40,
        "area_source": "不动产权证（示例）",
        "contract_no": "示例合同-2022-017",
        "contract_date": "2022-12-28",
        "handover": "2023-03-15",
        "contract_start": "2024-06-30",
        "contract_end": "2026-06-30",
        "cause": "holder",
        "case_step": "notice",
    }


def _days(count: float) -> timedelta:
    return timedelta(days=round(count))


def _supplied(ground: Ground, start_due: date, chance: random.Random) -> Facts:
    """What every supplied parcel has: holder, contract, price, and the day on which it was to be started."""
    signed = start_due - _days(chance.uniform(240, 480))
    return {
        **_contract(ground, signed, chance),
        "price": round(ground.area_mu * PRICE_PER_MU[ground.land_use] * chance.uniform(0.92, 1.08)),
        "handover": (signed + _days(chance.uniform(30, 110))).isoformat(),
        "contract_start": start_due.isoformat(),
        "contract_end": (start_due + _days(730)).isoformat(),
    }


def _contract(ground: Ground, signed: date, chance: random.Random) -> Facts:
    # Most certificates agree with the shape to a few hundredths of a per cent; one in twelve does not.
    error = chance.uniform(-0.012, 0.012) if chance.random() < 1 / 12 else chance.uniform(-0.0004, 0.0004)
    return {
        "holder": chance.choice(HOLDERS[ground.land_use]),
        "land_use": ground.land_use,
        "supply_mode": "granted",
        "area_declared_mu": round(ground.area_mu * (1 + error), 2),
        "area_source": "不动产权证（示例）",
        "contract_date": signed.isoformat(),
    }


def _two_years(ground: Ground, chance: random.Random) -> Facts:
    start_due = REFERENCE - _days(chance.uniform(745, 1250))
    return {**_supplied(ground, start_due, chance), **_case(LATE_STEPS, chance)}


def _one_year(ground: Ground, chance: random.Random) -> Facts:
    # More of them young than old, so that few pass the second year within the coming months.
    start_due = REFERENCE - _days(371 + 320 * chance.random() ** 3)
    return {**_supplied(ground, start_due, chance), **_case(EARLY_STEPS, chance)}


def _due_soon(ground: Ground, chance: random.Random) -> Facts:
    return _supplied(ground, REFERENCE - _days(365 - chance.uniform(32, 88)), chance)


def _normal(ground: Ground, chance: random.Random) -> Facts:
    return _supplied(ground, REFERENCE - _days(365 - chance.uniform(115, 420)), chance)


def _building(ground: Ground, chance: random.Random) -> Facts:
    start_due = REFERENCE - _days(chance.uniform(200, 500))
    started = start_due - _days(chance.uniform(5, 60))
    return {**_supplied(ground, start_due, chance), "actual_start": started.isoformat()}


def _suspended(ground: Ground, chance: random.Random) -> Facts:
    start_due = REFERENCE - _days(chance.uniform(1100, 1500))
    total = round(ground.area_mu * chance.uniform(140, 260))
    due_mu = round(ground.area_mu * 0.9, 2)
    return {
        **_supplied(ground, start_due, chance),
        **_case(EARLY_STEPS, chance),
        "actual_start": (start_due + _days(chance.uniform(-40, 20))).isoformat(),
        "stop_date": (REFERENCE - _days(chance.uniform(390, 800))).isoformat(),
        "due_area": due_mu,
        "developed_area": round(due_mu * chance.uniform(0.08, 0.3), 2),
        "investment_total": total,
        "investment_done": round(total * chance.uniform(0.06, 0.22)),
    }


def _government(ground: Ground, chance: random.Random) -> Facts:
    start_due = REFERENCE - _days(chance.uniform(500, 1000))
    document = f"示例文号〔{start_due.year + 1}〕{chance.randint(1, 40)} 号"
    return {
        **_supplied(ground, start_due, chance),
        "cause": chance.choice(GOVERNMENT_CAUSES),
        "cause_document": document,
    }


def _unknown(ground: Ground, chance: random.Random) -> Facts:
    return _contract(ground, REFERENCE - _days(chance.uniform(700, 1500)), chance)


def _low_use(ground: Ground, chance: random.Random) -> Facts:
    factory = chance.random() < 0.6
    signed = REFERENCE - _days(chance.uniform(2800, 6500))
    facts = {
        **_contract(ground, signed, chance),
        "status": "low_use",
        "low_use_class": "old_factory" if factory else chance.choice(("old_town", "old_village")),
        "plot_ratio": round(chance.uniform(0.12, 0.55), 2),
        "building_density": round(chance.uniform(8, 28), 1),
        "tax_per_mu": round(chance.uniform(0, 1.6), 2),
        "jobs": chance.randint(0, 60),
    }
    return facts | (_standing_factory(chance) if factory else {})


def _standing_factory(chance: random.Random) -> Facts:
    facts: Facts = {
        "production_stopped": (REFERENCE - _days(chance.uniform(400, 1800))).isoformat(),
        "investment_intensity": round(chance.uniform(20, 90), 1),
        "jobs": 0,
        "tax_per_mu": 0,
    }
    return facts | (
        {"disposal_route": chance.choice(("transfer", "optimise"))} if chance.random() < 0.4 else {}
    )


def _revived(ground: Ground, chance: random.Random) -> Facts:
    start_due = REFERENCE - _days(chance.uniform(1300, 2400))
    return {
        **_supplied(ground, start_due, chance),
        "status": "revived",
        "disposal_route": chance.choice(("transfer", "optimise", "paid_return", "change_use")),
        "revived_on": (REFERENCE - _days(chance.uniform(20, 700))).isoformat(),
        "case_step": "closed",
    }


def _case(steps: tuple[str, ...], chance: random.Random) -> Facts:
    step = chance.choice(steps)
    status = "determined" if step in DETERMINED_STEPS else "idle"
    return {"status": status, "cause": chance.choice(("holder", "holder", "unknown")), "case_step": step}


def _ledger(facts: Facts, running: int) -> Facts:
    """The steps of a case up to the one it has come to, four weeks apart, with invented numbers."""
    if "case_step" not in facts:
        return {}
    last = STEPS.index(facts["case_step"])
    ended = (
        date.fromisoformat(facts["revived_on"]) if "revived_on" in facts else REFERENCE - _days(running % 40)
    )
    entries = [
        Entry(step, ended - _days(28 * (last - at)), f"示例文号〔{ended.year}〕{running * 10 + at} 号")
        for at, step in enumerate(STEPS[: last + 1])
    ]
    return {"case_steps": lines_of([replace(entries[0], number=""), *entries[1:]])}


Story = Callable[[Ground, random.Random], dict[str, Any]]
STORIES: dict[str, Story] = {
    "two_years": _two_years,
    "one_year": _one_year,
    "suspended": _suspended,
    "due_soon": _due_soon,
    "low_use": _low_use,
    "revived": _revived,
    "normal": _normal,
    "building": _building,
    "government": _government,
    "unknown": _unknown,
}
