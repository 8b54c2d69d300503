"""How are the ties of a record told to a screen and to programs? By sort and direction, with what may be changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from layers.kinds import KINDS
from layers.kinds.references import ref_of
from layers.rights import Viewer, may
from layers.rules.swap import Balance, balance
from layers.store.found import FoundFeature
from layers.store.links import Linked, Links, links_of


def section(session: Session, viewer: Viewer, found: FoundFeature) -> list[dict[str, Any]]:
    """Each sort in which the record takes part: those with a tie, and those to which this viewer may add one."""
    told = [_told(each, viewer, found) for each in links_of(session, viewer, found)]
    return [each for each in told if each["shown"] or each["may_add"]]


def _told(links: Links, viewer: Viewer, found: FoundFeature) -> dict[str, Any]:
    sort = links.sort
    own = may(viewer, "edit", unit=found.unit, town=found.derived.get("town"), visibility=found.visibility)
    sides = sort.side
    mine = sides(found.properties) if sides else None
    members = [
        each
        for each in links.found
        if sides is None or (mine is not None and sides(each.feature.properties) not in (None, mine))
    ]
    return {
        "sort": sort.key,
        "back": links.back,
        "title": sort.back if links.back else sort.there,
        "shared": str(found.properties.get(sort.field) or "") if sort.shared else "",
        "ordered": sort.ordered and not links.back,
        "many": sort.many or links.back or sort.shared,
        "items": [_item(each, links) for each in members],
        "unknown": [{"words": ref_of(text).words, "ref": text, "why": why} for text, why in links.unknown],
        "hidden": links.hidden,
        "deleted": links.deleted,
        "balance": _balance(links, found),
        # What is said by the other is written there: whether one may is asked when it is done.
        "may_add": may(viewer, "edit") if links.back else own and (sides is None or mine is not None),
        "may_change": own and not links.back,
        "kinds": _kinds(links, found),
        "shown": not links.is_empty,
    }


def _item(each: Linked, links: Links) -> dict[str, Any]:
    other = each.feature
    lon, lat = other.derived["anchor"]
    return {
        "uid": other.uid,
        "name": other.name,
        "layer": other.layer_key,
        "layer_title": other.layer_title,
        "symbol": other.derived.get("symbol"),
        "place": other.derived.get("town") or "",
        "phase": str(other.properties.get("phase") or "") if links.sort.key == "phase" else "",
        "area_mu": other.derived.get("area_mu"),
        "sample": bool(other.properties.get("is_sample")),
        "ref": each.text,
        "lon": lon,
        "lat": lat,
    }


def _kinds(links: Links, found: FoundFeature) -> list[str]:
    """Among records of which kinds the other is to be picked."""
    sort = links.sort
    if not sort.tos:
        return [found.kind]
    return [kind.key for kind in KINDS.values() if sort.starts_at(kind)] if links.back else list(sort.tos)


def _balance(links: Links, found: FoundFeature) -> dict[str, Any] | None:
    """Of a project of which land is taken and given, whether both sides weigh the same."""
    side = links.sort.side
    if side is None:
        return None
    members = [found, *(each.feature for each in links.found)]
    areas: dict[str | None, list[float | None]] = {"old": [], "new": []}
    for each in members:
        areas.setdefault(side(each.properties), []).append(each.derived.get("area_mu"))
    told: Balance | None = balance(areas["old"], areas["new"])
    return told._asdict() if told else None
