"""What does the embedded sample hold? Counted from its GeoJSON with json, dates and pyproj alone, without our code."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import shapely
from pyproj import Geod

DATA = Path(__file__).parents[1] / "data"
TODAY = date(2026, 6, 15)
GEOD = Geod(ellps="GRS80")
MU_M2 = 2000 / 3

Facts = dict[str, Any]
Wanted = Callable[[Facts], bool]


@cache
def features(kind: str) -> list[Facts]:
    """The properties of a file, with the measures and the town of each shape."""
    told = json.loads((DATA / f"{kind}.geojson").read_text("utf-8"))["features"]
    return [_facts(each) for each in told]


def _facts(feature: Facts) -> Facts:
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    area, _ = GEOD.geometry_area_perimeter(shape)
    line = GEOD.geometry_length(shape) if shape.geom_type == "LineString" else 0
    said = feature["properties"]
    return {
        **said,
        "mu": abs(area) / MU_M2 if shape.geom_type == "Polygon" else 0.0,
        "km": line / 1000,
        "in_town": said.get("town") or _town(shape),
    }


@cache
def _towns() -> list[tuple[str, Any]]:
    told = json.loads((DATA / "admin_area.geojson").read_text("utf-8"))["features"]
    return [
        (each["properties"]["name"], shapely.from_geojson(json.dumps(each["geometry"])))
        for each in told
        if each["properties"]["level"] == "town"
    ]


def _town(shape: Any) -> str | None:
    middle = shape.representative_point() if shape.geom_type != "Point" else shape
    return next((name for name, area in _towns() if area.covers(middle)), None)


def passing(kind: str, wanted: Wanted) -> list[Facts]:
    """What passes in one file."""
    return [each for each in features(kind) if wanted(each)]


# --- the law, read once more ---------------------------------------------------------------------------------


def years_on(day: str, years: int) -> date:
    found = date.fromisoformat(day)
    return found.replace(year=found.year + years)


def state(said: Facts) -> str:
    """The class of a parcel on TODAY, as order 53 has it."""
    if said.get("status") in ("low_use", "revived"):
        return str(said["status"])
    if said.get("cause_document"):
        return "government"
    if said.get("actual_start"):
        return _stopped(said)
    if not said.get("contract_start") and not said.get("handover"):
        return "unknown"
    start = said.get("contract_start") or years_on(said["handover"], 1).isoformat()
    if years_on(start, 2) < TODAY:
        return "two_years"
    if years_on(start, 1) < TODAY:
        return "one_year"
    return "due_soon" if (years_on(start, 1) - TODAY).days <= 90 else "normal"


def _stopped(said: Facts) -> str:
    if not said.get("stop_date") or years_on(said["stop_date"], 1) >= TODAY:
        return "normal"
    little = 3 * said["developed_area"] < said["due_area"]
    return "suspended" if little or 4 * said["investment_done"] < said["investment_total"] else "normal"


def idle(said: Facts) -> bool:
    return state(said) in ("two_years", "one_year", "suspended")


def next_day(said: Facts) -> date | None:
    """The next day of the law: of a start that is due, or of a stop."""
    if state(said) not in ("one_year", "due_soon", "normal"):
        return None
    if said.get("actual_start"):
        stopped = said.get("stop_date")
        return years_on(stopped, 1) if stopped and years_on(stopped, 1) >= TODAY else None
    start = said.get("contract_start") or years_on(said["handover"], 1).isoformat()
    return years_on(start, 2 if state(said) == "one_year" else 1)


def percent(said: Facts, part: str, whole: str) -> float:
    return 100 * float(said[part]) / float(said[whole])
