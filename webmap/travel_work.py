"""How is 路网前后 answered and kept? At once for a county's roads, by a job for very many; the same question once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy.orm import Session

from layers.analysis.network import SNAP_M
from layers.analysis.travel import FARTHEST_M, Asked, compare, moments
from layers.analysis.travel import told_nothing as quietly
from layers.analysis.travel_data import EXISTING, PROJECTS, SITES, size
from layers.errors import InvalidValue
from layers.jobs import Running
from layers.rights import Viewer
from layers.rules.road_speeds import DEFAULTS, speeds
from layers.store import Database, analyses, query
from webmap.conflict_work import viewer_of

KIND: Final = "travel"
TITLE: Final = "路网前后"
AT_ONCE: Final = 1_500
"""So many roads are joined while the person waits: about a second (measured)."""
LONGEST: Final = 80
_RANGES: Final = {"snap_m": (0.0, 200.0, "米"), "farthest_m": (100.0, 50_000.0, "米")}


def question(told: Mapping[str, Any]) -> Asked:
    """What was asked, checked; raises InvalidValue for what makes no sense."""
    unknown = next((key for key in told if key not in {each.name for each in fields(Asked)}), None)
    if unknown is not None:
        raise InvalidValue(
            f"不认识“{str(unknown)[:40]}”。可以写 sites、hub、before、after、kmh 等，见接口说明。"
        )
    given = told.get("kmh") or {}
    if not isinstance(given, Mapping):
        raise InvalidValue('kmh 应为按道路等级给出的速度，如 {"provincial": 60}。请改正。')
    chosen = speeds(given)
    asked = Asked(
        sites=_text(told, "sites", SITES),
        hub=_text(told, "hub", ""),
        before=_text(told, "before", "now"),
        after=_text(told, "after", "plan"),
        # Only what differs is part of the question, so that the same question is found again.
        kmh={key: chosen.kmh[key] for key in given if chosen.kmh[key] != speeds().kmh[key]},
        snap_m=_number(told, "snap_m", SNAP_M),
        farthest_m=_number(told, "farthest_m", FARTHEST_M),
        join_expressways=told.get("join_expressways") in (True, "on", "true", "1"),
    )
    moments(asked)
    return asked


def is_long(session: Session, viewer: Viewer) -> bool:
    """Whether the answer should be left to a job."""
    return size(session, viewer) > AT_ONCE


def known(session: Session, viewer: Viewer, asked: Asked) -> str | None:
    """The uid of the answer to the same question of the same data on the same day."""
    found = analyses.same(session, viewer, KIND, _as_kept(asked))
    roads = {each.key for each in query.layer_rows(session, viewer) if each.kind in (EXISTING, PROJECTS)}
    return found.uid if found and roads <= set(found.versions) else None


def answer(database: Database, viewer: Viewer, asked: Asked, tell: Any = quietly) -> str:
    """Work it out, keep the result, and say its uid."""
    with database.reading() as session:
        if (there := known(session, viewer, asked)) is not None:
            return there
        done = compare(session, viewer, asked, tell)
    title = (
        f"{done.result['hub']['words']}：{done.result['before']['words']} → {done.result['after']['words']}"
    )
    with database.writing() as session:
        uid = analyses.add(
            session, viewer, KIND, title, asked=_as_kept(asked), result=done.result, versions=done.versions
        )
        session.commit()
    return uid


def work(database: Database, job: Running) -> dict[str, Any]:
    """The same as a job; the result says the uid."""
    viewer = viewer_of(database, job)
    told = {key: value for key, value in job.arguments.items() if key != "audience"}
    uid = answer(database, viewer, question(told), job.tell)
    return {"uid": uid}


def choices(session: Session, viewer: Viewer) -> list[query.LayerSummary]:
    """Layers whose features can be where journeys begin."""
    return [each for each in query.layers(session, viewer) if each.count and each.group != "base"]


def _as_kept(asked: Asked) -> dict[str, Any]:
    return asdict(asked) | {"speeds": _changed()}


def _changed() -> dict[str, float]:
    """The county's own speeds are part of the question: when the setting changes, it is another one."""
    return {key: value for key, value in speeds().kmh.items() if value != DEFAULTS[key]}


def _text(told: Mapping[str, Any], key: str, usual: str) -> str:
    value = told.get(key)
    if value in (None, ""):
        return usual
    if not isinstance(value, str | int) or len(str(value)) > LONGEST:
        raise InvalidValue(f"“{key}”应为不超过 {LONGEST} 个字的文字。请改正。")
    return str(value).strip()


def _number(told: Mapping[str, Any], key: str, usual: float) -> float:
    value = told.get(key)
    if value in (None, ""):
        return usual
    low, high, unit = _RANGES[key]
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not low <= number <= high:
        raise InvalidValue(
            f"“{key}”应为 {low:g} 到 {high:g} 之间的数（{unit}），但收到“{str(value)[:20]}”。请改正。"
        )
    return number
