"""How do the wishes for land become a form, and a form the wishes? The same words as in the body of /api/siting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from layers.analysis.siting_needs import (
    DEFAULT_ROWS,
    HELD_WAYS,
    MOST_ROWS,
    ROAD_CLASSES,
    offered_land,
    offered_layers,
    offered_towns,
)
from layers.kinds.control_line import LINES
from layers.kinds.idle_parcel import IDLE_PARCEL
from layers.kinds.land_supply import LAND_SUPPLY, ROUTES
from layers.rights import Viewer
from layers.rules.compliance import LINE_RULES, Level
from layers.rules.siting import CRITERIA
from layers.store import query

SUGGESTED_USES: Final = ("工业用地", "物流仓储用地", "商服用地", "城镇住宅用地")
_APART: Final = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True)
class Offered:
    """What the form offers, each by its key."""

    land: Mapping[str, str]
    towns: list[str]
    layers: Mapping[str, str]
    lines: Mapping[str, str]
    roads: Mapping[str, str]
    routes: Mapping[str, str]
    held: Mapping[str, str]
    uses: tuple[str, ...] = SUGGESTED_USES
    most_rows: int = MOST_ROWS


def offered(session: Session, viewer: Viewer) -> Offered:
    """As far as this viewer may see it."""
    return Offered(
        land=offered_land(session, viewer),
        towns=offered_towns(session, viewer),
        layers=offered_layers(session, viewer),
        lines=LINES,
        roads=ROAD_CLASSES,
        routes=ROUTES,
        held=HELD_WAYS,
    )


def beginning(session: Session, viewer: Viewer) -> dict[str, Any]:
    """What stands in the form at first: shipped land, and away from what must not be built on."""
    shipped = (IDLE_PARCEL.key, LAND_SUPPLY.key)
    red = [key for key, rule in LINE_RULES.items() if rule.level is Level.RED]
    land = [each.key for each in query.layer_rows(session, viewer) if each.kind in shipped]
    return {"land": land, "avoid": {"lines": red}, "limit": DEFAULT_ROWS}


def asked_in(form: MultiDict[str, str]) -> dict[str, Any]:
    """The body of /api/siting that a form stands for. A blank asks for nothing."""
    return {
        "project": form.get("project", ""),
        "area": {"min": _said(form, "min"), "max": _said(form, "max")},
        "use": [word for word in _APART.split(form.get("use", "")) if word],
        "route": form.getlist("route"),
        "town": {"name": form.get("town", ""), "km": _said(form, "town_km")},
        "road": {"class": form.get("road", ""), "km": _said(form, "road_km")},
        "avoid": {"lines": form.getlist("line"), "layers": form.getlist("avoid_layer")},
        "land": form.getlist("land"),
        "weights": {key: _said(form, f"weight_{key}") for key in CRITERIA},
        "must": form.getlist("must"),
        "held": form.get("held", ""),
        "limit": _said(form, "limit"),
    }


def typed_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the fields of the form for these wishes; whatever shape they came in."""
    area, town, road, avoid, weights = (
        _part(asked, key) for key in ("area", "town", "road", "avoid", "weights")
    )
    defaults = [key for key, each in CRITERIA.items() if each.must]
    return {
        "project": _word(asked.get("project")),
        "min": _word(area.get("min")),
        "max": _word(area.get("max")),
        "use": "、".join(_list(asked.get("use"))),
        "route": _list(asked.get("route")),
        "town": _word(town.get("name")),
        "town_km": _word(town.get("km")),
        "road": _word(road.get("class")),
        "road_km": _word(road.get("km")),
        "line": _list(avoid.get("lines")),
        "avoid_layer": _list(avoid.get("layers")),
        "land": _list(asked.get("land")),
        "weights": {key: _word(weights.get(key)) or f"{each.weight:g}" for key, each in CRITERIA.items()},
        "must": defaults if asked.get("must") is None else _list(asked.get("must")),
        "held": _word(asked.get("held")) or "exclude",
        "limit": _word(asked.get("limit")) or str(DEFAULT_ROWS),
    }


def _said(form: MultiDict[str, str], key: str) -> str | None:
    return form.get(key, "").strip()[:40] or None


def _part(asked: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    said = asked.get(key)
    return said if isinstance(said, dict) else {}


def _word(said: Any) -> str:
    return "" if said is None else str(said)


def _list(said: Any) -> list[str]:
    given = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return [str(each) for each in given if each]
