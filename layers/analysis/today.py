"""What is urgent today? Land that comes due this month, projects that lag or were not reported, what waits for review."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from layers import clock
from layers.analysis.cases import cases
from layers.analysis.supervision import board
from layers.rights import Viewer
from layers.rules.supervision import Light
from layers.store import query
from layers.store.found import FoundFeature

IDLE: Final = "idle_parcel"
SITES: Final = "scenic_site"
REVIEW_DAYS: Final = 90
DUE_THIS_MONTH: Final = "next_due.month"
DUE_SOON: Final = "next_due.next.90"
PERIODS: Final = {"month": ("本月到期", DUE_THIS_MONTH), "quarter": ("九十日内到期", DUE_SOON)}
MOST_LISTED: Final = 2000


@dataclass(frozen=True)
class Urgent:
    """One line of 今日要紧. tone: which colour speaks for it. filters: of the map, where the list is the map itself."""

    key: str
    title: str
    count: int
    measure_word: str
    tone: str
    filters: str = ""


def urgent(session: Session, viewer: Viewer) -> list[Urgent]:
    """What this viewer can do something about today; nothing where nothing is urgent. Kept until a layer changes."""
    layers = tuple((layer.id, layer.version) for layer in query.layer_rows(session, viewer))
    place = ("urgent", replace(viewer, name="", account=None))
    return query.keep(session, place, (layers, clock.today()), lambda: _urgent(session, viewer))


def _urgent(session: Session, viewer: Viewer) -> list[Urgent]:
    projects = board(session, viewer)
    lights = projects.counts
    late = sum(1 for each in cases(session, viewer) if each.overdue)
    found = [
        Urgent("due", "本月满一年、满两年", len(due(session, viewer, "month")), "宗", "due"),
        Urgent("case", "处置步骤超期", late, "宗", "due"),
        Urgent("red", "红灯项目", lights[Light.RED], "个", "red"),
        Urgent("grey", "进度未报", lights[Light.GREY], "个", "grey"),
        Urgent("milestone", "节点超期的项目", len(projects.late), "个", "red"),
        _reviews(session, viewer),
    ]
    return [each for each in found if each.count]


def _reviews(session: Session, viewer: Viewer) -> Urgent:
    """Scenic areas whose grade is to be reviewed within 90 days, or was to be."""
    until = (viewer.at or clock.today()) + timedelta(days=REVIEW_DAYS + 1)
    asked, counted = f"grade_due.before.{until}", {}
    for layer in query.layer_rows(session, viewer):
        if layer.kind == SITES:
            where = query.read_filter(session, viewer, layer, asked)
            counted[layer.key] = query.count_features(session, viewer, layer, where=where)
    filters = "|".join(f"{key}:{asked}" for key, count in counted.items() if count)
    return Urgent("review", "景区等级复核到期", sum(counted.values()), "处", "due", filters)


def due(session: Session, viewer: Viewer, period: str) -> list[FoundFeature]:
    """Parcels whose next legal day lies in the period (a key of PERIODS), the earliest first."""
    found: list[FoundFeature] = []
    for layer in query.layer_rows(session, viewer):
        if layer.kind == IDLE:
            where = query.read_filter(session, viewer, layer, PERIODS[period][1])
            found += query.find_features(session, viewer, layer, where=where, limit=MOST_LISTED)
    return sorted(found, key=lambda each: (str(each.derived.get("next_due")), each.name))


def told_of(found: FoundFeature) -> dict[str, Any]:
    """A parcel as a row of the list of what comes due."""
    said, derived = found.properties, found.derived
    return {
        "uid": found.uid,
        "name": found.name,
        "code": said.get("code"),
        "supervision_no": said.get("supervision_no"),
        "holder": said.get("holder"),
        "town": derived.get("town"),
        "area_mu": derived.get("area_mu"),
        "state": state_words(found),
        "start_due": derived.get("start_due"),
        "start_basis": derived.get("start_basis"),
        "next_due": derived.get("next_due"),
        "is_sample": bool(said.get("is_sample")),
    }


def state_words(found: FoundFeature) -> str:
    """The words of its legal state."""
    return found.declared.symbol_class(str(found.derived.get("symbol"))).title
