"""Which invented renewal zones are there, and how far is each?

Counts follow from one number, the households, and from the step the zone has reached; a zone with phases is the sum
of its phases. Rates never pass 100 %: nobody is demolished before signing, nothing is finished before it is begun.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

import shapely
from shapely.geometry import Polygon

from layers.measure import area_m2, rounded_mu
from making.drawing import dice, to_degrees
from making.records import INVENTED, PLAN, Facts, Record
from making.seat import Block
from making.zone_shapes import cut_into, zone_grounds

STEPS = (
    "survey",
    "valuation",
    "announced",
    "signing",
    "demolition",
    "building",
    "topped",
    "completed",
    "moved_back",
    "settled",
)
SIGNING, DEMOLITION, BUILDING, TOPPED, COMPLETED, MOVED_BACK = 3, 4, 5, 6, 7, 8


@dataclass(frozen=True)
class Plan:
    """What is invented of a zone: one (share of width, step, year) per phase, one entry for a zone without phases."""

    renewal_type: str
    phases: tuple[tuple[float, str, int], ...]
    mode: str = "rebuild"
    land_nature: str = "state"
    funding: str = field(default="政策性银行贷款（示例）")


PLANS = (
    Plan("shantytown", ((0.5, "moved_back", 2021), (0.5, "building", 2023))),
    Plan("urban_village", ((1.0, "signing", 2025),), "mixed", "mixed"),
    Plan("shantytown", ((0.4, "completed", 2022), (0.32, "demolition", 2024), (0.28, "survey", 2026))),
    Plan("shantytown", ((1.0, "building", 2024),)),
    Plan("urban_village", ((1.0, "announced", 2026),), "rebuild", "collective", "专项债（示例）"),
    Plan("shantytown", ((0.55, "topped", 2023), (0.45, "signing", 2025))),
    Plan("shantytown", ((1.0, "settled", 2020),)),
    Plan("urban_village", ((0.45, "demolition", 2024), (0.55, "valuation", 2026)), "mixed", "mixed"),
    Plan("shantytown", ((1.0, "demolition", 2025),), funding="专项债（示例）"),
    Plan("urban_village", ((1.0, "valuation", 2026),), "improve", "collective"),
    Plan("shantytown", ((0.5, "completed", 2022), (0.5, "demolition", 2024))),
    Plan("urban_village", ((1.0, "survey", 2026),), "improve", "collective"),
)
PHASE_WORDS = ("一期", "二期", "三期")
ADDED = (
    "households",
    "population",
    "expropriated_floor_area",
    "sets_total",
    "sets_cash",
    "sets_built_in_kind",
    "households_cash",
    "households_signed",
    "households_vacated",
    "households_demolished",
    "sets_planned",
    "sets_started",
    "sets_basic",
    "sets_completed",
    "households_moved_back",
    "compensation_total",
)


def zones() -> list[Record]:
    """Every zone, followed by its phases."""
    numbered = enumerate(zip(zone_grounds(), PLANS, strict=True), start=1)
    return [
        record for number, ((town, ground), plan) in numbered for record in _zone(number, town, ground, plan)
    ]


def _zone(number: int, town: str, ground: Block, plan: Plan) -> list[Record]:
    name = f"示例片区 {number}"
    parts = [to_degrees(part) for part in cut_into(ground, tuple(share for share, _, _ in plan.phases))]
    common = _common(town, plan)
    counts = [
        _counts(part, step, dice(f"{name} {row}"))
        for row, (part, (_, step, _)) in enumerate(zip(parts, plan.phases, strict=True))
    ]
    zone = Record(
        name,
        shapely.coverage_union_all(parts),
        {"code": f"SP-{number:02}", **common, **_of_zone(plan, counts)},
    )
    if len(parts) == 1:
        return [zone]
    return [zone] + [
        Record(
            f"{name} {word}",
            part,
            {
                "code": f"SP-{number:02}-{row}",
                "map_label": word,
                "parent": name,
                "phase": word,
                **common,
                **dated,
                **figures,
            },
        )
        for row, (word, part, dated, figures) in enumerate(
            zip(PHASE_WORDS, parts, map(_dated, plan.phases), counts, strict=False), start=1
        )
    ]


def _common(town: str, plan: Plan) -> Facts:
    return {
        "town": town,
        "renewal_type": plan.renewal_type,
        "mode": plan.mode,
        "land_nature": plan.land_nature,
        "policy_source": "棚户区改造计划（示例）"
        if plan.renewal_type == "shantytown"
        else "城中村改造计划（示例）",
        "funding": plan.funding,
        "command_post": "城市更新指挥部（示例）",
        "lead_official": "示例领导戊",
        "responsible_unit": "示例责任单位",
        "source_doc": PLAN,
        "source_clause": "城中村、棚改项目",
        "source_words": "这是项经济工作、民生工作、政治工作",
        "note": INVENTED,
    }


def _of_zone(plan: Plan, counts: list[Facts]) -> Facts:
    """The sums of the phases, with the step and the year of the first."""
    sums = {key: round(sum(count[key] for count in counts), 2) for key in ADDED}
    return {**_dated(plan.phases[0]), **sums}


def _dated(phase: tuple[float, str, int]) -> Facts:
    _, step, year = phase
    return {
        "step": step,
        "stage": _stage(STEPS.index(step)),
        "batch_year": year,
        "approved_on": date(year, 3, 15).isoformat(),
        "plan_start": date(year, 6, 1).isoformat(),
        "plan_end": date(year + 3, 12, 31).isoformat(),
        "progress_pct": 0 if _stage(STEPS.index(step)) == "preparing" else 10 * (STEPS.index(step) + 1),
        "reported_days_ago": 8 + 7 * (year % 5),
    }


def _stage(step: int) -> str:
    """The stage of the common record: demolition is the start of the works."""
    if step < DEMOLITION:
        return "preparing"
    if step < COMPLETED:
        return "started" if step == DEMOLITION else "building"
    return "completed" if step == COMPLETED else "operating"


def _counts(shape: Polygon, step_word: str, chance: random.Random) -> Facts:
    step = STEPS.index(step_word)
    households = round((rounded_mu(area_m2(shape)) or 0) * chance.uniform(0.9, 1.3))
    sets = round(households * chance.uniform(1.6, 1.9))
    cash_share = chance.uniform(0.35, 0.55)
    in_kind = sets - round(sets * cash_share)
    signed = _reached(households, step, SIGNING, chance)
    vacated = _reached(signed, step, DEMOLITION, chance)
    started = _reached(in_kind, step, BUILDING, chance)
    basic = _reached(started, step, TOPPED, chance)
    return {
        "households": households,
        "population": round(households * 3.1),
        "expropriated_floor_area": round(households * 165 / 10000, 2),
        "sets_total": sets,
        "sets_cash": sets - in_kind,
        "sets_built_in_kind": in_kind,
        "households_cash": round(households * cash_share),
        "households_signed": signed,
        "households_vacated": vacated,
        "households_demolished": _reached(vacated, step, DEMOLITION, chance),
        "sets_planned": in_kind,
        "sets_started": started,
        "sets_basic": basic,
        "sets_completed": _reached(basic, step, COMPLETED, chance),
        "households_moved_back": _reached(
            households - round(households * cash_share), step, MOVED_BACK, chance
        ),
        "compensation_total": round(households * chance.uniform(38, 52)),
    }


def _reached(whole: int, step: int, needed: int, chance: random.Random) -> int:
    """None of it before the needed step, a part of it during the step, all of it afterwards."""
    part = chance.uniform(0.55, 0.9)
    if step < needed:
        return 0
    return whole if step > needed else round(whole * part)
