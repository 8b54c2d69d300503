"""A unit reports how far its projects are, once a month: what is asked, what stands in the way, what is written.

All rows of a report are one act. 开工 and 竣工 need a photo that is not older than a report may be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from layers import clock
from layers.errors import InvalidFields, InvalidValue
from layers.kinds.fields import shortened
from layers.kinds.supervised import thresholds
from layers.rights import Viewer, may, require
from layers.store import Database, edit
from layers.store.found import FoundFeature
from layers.store.projects import photos_since, projects
from layers.store.states import Row, ready, towns_now
from layers.store.targets import Target, targets_named

FIELDS: Final = ("stage", "progress_pct", "investment_done", "actual_start", "actual_end", "status")
"""What a report may say; the day of the report is today."""
REPORTED_ON: Final = "reported_on"
NEEDS_PHOTO: Final = frozenset({"started", "completed"})
MOST_ROWS: Final = 300
RESPONSIBLE: Final = "responsible_unit"

Problem = dict[str, str]


class Reported(NamedTuple):
    """What became of a report. act: None when nothing was said."""

    act: int | None
    rows: int


def owed(session: Session, viewer: Viewer) -> list[FoundFeature]:
    """The projects that this viewer reports, those that wait longest first."""
    found = [each for each in projects(session, viewer) if may_report(viewer, each)]
    return sorted(found, key=lambda each: (str(each.properties.get(REPORTED_ON) or ""), each.name))


def report(database: Database, viewer: Viewer, rows: Sequence[Mapping[str, Any]]) -> Reported:
    """Write these rows ({"uid", "version", and what of FIELDS is said}); InvalidFields with every problem at once."""
    require(viewer, "report")
    if len(rows) > MOST_ROWS:
        raise InvalidValue(f"一次最多填报 {MOST_ROWS} 个项目，收到 {len(rows)} 个。请分几次填报。")
    with database.reading() as session:
        found = targets_named(session, viewer, [str(row.get("uid", "")) for row in rows])
        for each in found:
            require_report(viewer, each)
        photos = _photos(session, found)
        said, problems = _read_all(rows, found, photos)
        if problems:
            raise InvalidFields(_sentence(problems), {"problems": problems})
        written = _rows(session, found, said)
    if not written:
        return Reported(None, 0)
    versions = {each.id: _version(row, each) for each, row in zip(found, rows, strict=True)}
    with database.writing() as session:
        with edit.one_act(session, "report", viewer) as act:
            edit.write_rows(session, act, written, {id_: versions[id_] for id_ in written})
        session.commit()
    return Reported(act.id, len(written))


def may_report(viewer: Viewer, found: FoundFeature) -> bool:
    """Whether it is a project of the viewer's own unit that he reports."""
    unit, town = found.properties.get(RESPONSIBLE) or "", found.derived.get("town")
    return may(viewer, "report", unit=str(unit), town=town if viewer.town else None)


def require_report(viewer: Viewer, found: Target) -> None:
    """Raises NotAllowed unless the viewer reports this project."""
    unit = str(found.state.properties.get(RESPONSIBLE) or "")
    require(viewer, "report", unit=unit, town=found.town if viewer.town else None)


def _photos(session: Session, found: Sequence[Target]) -> dict[int, int]:
    since = clock.now() - timedelta(days=thresholds().stale_days)
    return photos_since(session, [each.id for each in found], since)


def _read_all(
    rows: Sequence[Mapping[str, Any]], found: Sequence[Target], photos: Mapping[int, int]
) -> tuple[list[dict[str, Any]], list[Problem]]:
    problems: list[Problem] = []
    said = [_read(row, each, problems) for row, each in zip(rows, found, strict=True)]
    for new, each in zip(said, found, strict=True):
        _check(new, each, photos.get(each.id, 0), problems)
    return said, problems


def _read(row: Mapping[str, Any], found: Target, problems: list[Problem]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for key in FIELDS:
        declared = found.kind.by_key.get(key)
        if key not in row or declared is None:
            continue
        try:
            said[key] = declared.read(row[key])
        except InvalidValue as refusal:
            problems.append(_problem(found, key, row[key], refusal.message))
    return said


def _check(new: Mapping[str, Any], found: Target, photos: int, problems: list[Problem]) -> None:
    before = found.state.properties
    done, was = new.get("progress_pct"), before.get("progress_pct")
    if "progress_pct" in new and done is None:
        problems.append(_problem(found, "progress_pct", "", "没有填写形象进度。请填 0 到 100 之间的数。"))
    if done is not None and was is not None and done < was and not _explained(new, before):
        reason = f"形象进度由 {was:g}% 降为 {done:g}%。请在“现状说明”写明原因，或改正。"
        problems.append(_problem(found, "progress_pct", done, reason))
    stage = new.get("stage")
    if stage in NEEDS_PHOTO and stage != before.get("stage") and not photos:
        word = found.kind.by_key["stage"].show(stage)
        reason = f"填报“{word}”须附近 {thresholds().stale_days} 天内的现场照片。请先给项目添加照片，再填报。"
        problems.append(_problem(found, "stage", word, reason))
    _check_days({**before, **new}, found, problems)


def _explained(new: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return bool(new.get("status")) and new.get("status") != before.get("status")


def _check_days(told: Mapping[str, Any], found: Target, problems: list[Problem]) -> None:
    started, ended, today = told.get("actual_start"), told.get("actual_end"), clock.today().isoformat()
    if started and ended and ended < started:
        reason = f"实际竣工 {ended} 早于实际开工 {started}。请核对两个日期。"
        problems.append(_problem(found, "actual_end", ended, reason))
    for key, day in (("actual_start", started), ("actual_end", ended)):
        if day and day > today:
            title = found.kind.by_key[key].title
            problems.append(_problem(found, key, day, f"“{title}”是将来的日期 {day}。请填已经发生的日期。"))


def _problem(found: Target, key: str, value: Any, message: str) -> Problem:
    return {
        "uid": found.uid,
        "name": found.name,
        "field": key,
        "label": found.kind.by_key[key].title,
        "value": shortened(value),
        "message": message,
    }


def _sentence(problems: Sequence[Problem]) -> str:
    first = f"“{problems[0]['name']}”：{problems[0]['message']}"
    return first if len(problems) == 1 else f"有 {len(problems)} 处需要改正，本次未保存。{first}"


def _rows(session: Session, found: Sequence[Target], said: Sequence[Mapping[str, Any]]) -> dict[int, Row]:
    rows: dict[int, Row] = {}
    for each, new in zip(found, said, strict=True):
        told = {**each.state.properties, **new, REPORTED_ON: clock.today().isoformat()}
        state = replace(
            each.state, properties={key: value for key, value in told.items() if value is not None}
        )
        rows[each.id] = ready(each.kind, [state], towns_now(session, each.kind.key))[0]
    return rows


def _version(row: Mapping[str, Any], found: Target) -> int:
    said = str(row.get("version", ""))
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise InvalidValue(f"“{found.name}”没有说明依据的是第几版。请刷新页面后重新填报。")
    return int(said)
