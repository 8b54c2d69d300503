"""Which invented areas yield or use building-land quota?

Of every swap, what is demolished is as large as what is built anew. One parcel that was put to use again is linked.
"""

from __future__ import annotations

from typing import Any

from shapely.geometry import Point, Polygon

from layers.measure import area_m2, rounded_mu
from making.drawing import from_degrees, to_degrees
from making.parcels import parcels
from making.records import PLAN, Record, invented, placed
from making.spots import PLOTS, plots

SWAPS = {1: "2024-11-20", 2: "2025-09-12", 3: None}
"""Number of the swap → the day on which the reclaimed land was accepted."""

BESIDE_KM = 0.45
WORDS = {
    "swap": ("城乡建设用地增减挂钩", "土地是有保障的"),
    "mine": ("工矿（废弃）地复垦", "土地是有保障的"),
    "revived": ("闲置盘活", "土地是有保障的"),
    "low_hill": ("低丘缓坡", "新的低丘缓坡项目争取"),
}


def land_supply() -> list[Record]:
    """Swaps in pairs, reclaimed mines, low hills, and parcels that were put to use again."""
    return [*_swaps(), *_mines(), _low_hill(), *_revived()]


def _swaps() -> list[Record]:
    return [
        _area(name, "swap", **_role(name), **_of_swap(int(name.split()[1])))
        for name in PLOTS
        if name.startswith("示例增减挂钩")
    ]


def _role(name: str) -> dict[str, Any]:
    return {"role": "new"} if "建新区" in name else {"role": "old", "former_use": "农村宅基地"}


def _of_swap(number: int) -> dict[str, Any]:
    parts = [name for name in PLOTS if name.startswith(f"示例增减挂钩 {number} 拆旧区")]
    quota = sum(PLOTS[name][1] for name in parts)
    accepted = SWAPS[number]
    facts = {"project_no": f"示例挂钩-{number:02}", "quota_mu": quota, "reclaimed_mu": quota}
    return facts | ({"accepted_on": accepted, "surplus_mu": 0} if accepted else {})


def _mines() -> list[Record]:
    facts = {"role": "reclaimed", "former_use": "采矿用地"}
    accepted = {"accepted_on": "2025-06-30", "surplus_mu": 24}
    return [
        _area("示例工矿地复垦 1", "mine", reclaimed_mu=118, **facts, **accepted),
        _area("示例工矿地复垦 2", "mine", reclaimed_mu=81, **facts),
    ]


def _low_hill() -> Record:
    return _area("示例低丘缓坡 1", "low_hill", role="other", slope=12, application="示例：申报中")


def _revived() -> list[Record]:
    """Beside the last two parcels that were put to use again."""
    found = [each for each in parcels() if each.facts.get("status") == "revived"][-2:]
    return [
        placed(
            f"示例闲置盘活 {number}",
            _beside(parcel),
            **_facts("revived", role="other", idle_parcel=parcel.name, town=parcel.facts["town"]),
        )
        for number, parcel in enumerate(found, start=1)
    ]


def _beside(parcel: Record) -> Point:
    middle = from_degrees(parcel.shape.centroid)
    return Point(middle.x + BESIDE_KM, middle.y)


def _area(name: str, route: str, **facts: Any) -> Record:
    plot: Polygon = plots()[name]
    land = rounded_mu(area_m2(to_degrees(plot)))
    return placed(name, plot, **_facts(route, town=PLOTS[name][0], land_mu=land, **facts))


def _facts(route: str, **facts: Any) -> dict[str, Any]:
    clause, words = WORDS[route]
    source = {"source_doc": PLAN, "source_clause": clause, "source_words": words}
    return invented(supply_route=route, responsible_unit="示例责任单位", **source, **facts)
