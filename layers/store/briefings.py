"""Which briefings are there, who may see and change them, and how were they before?

A save keeps what stood before it. Saves of one person within a minute are one step back, because an editor
saves by itself while somebody types.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import InvalidValue, NeedsVersion, OutOfDate, UnknownThing
from layers.rights import Viewer, may, may_see, require
from layers.store.engine import is_clean
from layers.store.tables import Briefing, BriefingVersion

DEED: Final = "brief"
OPEN_TO: Final = ("internal", "public")
MOST_BRIEFINGS: Final = 500
MOST_VERSIONS: Final = 100
"""So many steps back are kept of a briefing (default)."""
ONE_STEP: Final = timedelta(minutes=1)
SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")

Scenes = list[dict[str, Any]]


@dataclass(frozen=True)
class FoundBriefing:
    """One briefing with its scenes, as `layers/briefing` declares them."""

    slug: str
    title: str
    unit: str
    visibility: str
    version: int
    who: str
    at: datetime
    scenes: Scenes
    may_change: bool


@dataclass(frozen=True)
class Step:
    """A version that one can go back to."""

    version: int
    title: str
    who: str
    at: datetime
    count: int


def listed(session: Session, viewer: Viewer) -> list[FoundBriefing]:
    """Those that this viewer may see, what was there first in front."""
    rows = session.scalars(select(Briefing).where(Briefing.removed_at.is_(None)).order_by(Briefing.id))
    return [_found(row, viewer) for row in rows if may_see(viewer, row.visibility, row.unit)]


def to_see(session: Session, viewer: Viewer, slug: str, version: int | None = None) -> FoundBriefing:
    """The briefing, or how it was in a version; raises UnknownThing."""
    row = _row(session, viewer, slug)
    if version is None or version == row.version:
        return _found(row, viewer)
    require(viewer, DEED, unit=row.unit)
    before = _version(session, row, version)
    return _found(row, viewer, before)


def add(
    session: Session,
    viewer: Viewer,
    *,
    title: str,
    scenes: Scenes,
    slug: str | None = None,
    visibility: str = "internal",
    unit: str | None = None,
) -> FoundBriefing:
    """A new briefing of the own unit; scenes as `layers/briefing` has checked them."""
    require(viewer, DEED, unit=unit)
    taken = set(session.scalars(select(Briefing.slug)))
    if len(taken) >= MOST_BRIEFINGS:
        raise InvalidValue(f"已有 {len(taken)} 份汇报，最多 {MOST_BRIEFINGS} 份。请先删除不用的。")
    row = Briefing(
        slug=_free_slug(taken) if slug is None else _checked_slug(slug, taken),
        title=title,
        unit=viewer.unit if unit is None else unit,
        visibility=checked_visibility(visibility),
        version=1,
        who=viewer.name,
        account_id=viewer.account,
        at=clock.now(),
        scenes=scenes,
    )
    session.add(row)
    session.flush()
    return _found(row, viewer)


def save(
    session: Session,
    viewer: Viewer,
    slug: str,
    started_from: int | None,
    *,
    title: str | None = None,
    visibility: str | None = None,
    scenes: Scenes | None = None,
) -> FoundBriefing:
    """Change what is given. started_from: the version that the person had before her, else OutOfDate."""
    row = _to_change(session, viewer, slug, started_from)
    _keep(session, row, viewer)
    row.title = row.title if title is None else title
    row.visibility = row.visibility if visibility is None else checked_visibility(visibility)
    row.scenes = row.scenes if scenes is None else scenes
    _sign(row, viewer)
    session.flush()
    return _found(row, viewer)


def history(session: Session, viewer: Viewer, slug: str) -> list[Step]:
    """The versions that one can go back to, the newest first."""
    row = _row(session, viewer, slug)
    require(viewer, DEED, unit=row.unit)
    before = session.scalars(
        select(BriefingVersion)
        .where(BriefingVersion.briefing_id == row.id)
        .order_by(BriefingVersion.version.desc())
    )
    return [Step(each.version, each.title, each.who, each.at, len(each.scenes)) for each in before]


def restore(
    session: Session, viewer: Viewer, slug: str, version: int, started_from: int | None
) -> FoundBriefing:
    """Write an old version back, as a new one."""
    row = _row(session, viewer, slug)
    require(viewer, DEED, unit=row.unit)
    before = _version(session, row, version)
    return save(
        session,
        viewer,
        slug,
        started_from,
        title=before.title,
        visibility=before.visibility,
        scenes=before.scenes,
    )


def remove(session: Session, viewer: Viewer, slug: str) -> str:
    """It is no longer shown; `bring_back` undoes it. Says its title."""
    row = _row(session, viewer, slug)
    require(viewer, DEED, unit=row.unit)
    row.removed_at = clock.now()
    return row.title


def bring_back(session: Session, viewer: Viewer, slug: str) -> FoundBriefing:
    """Undo of `remove`."""
    require(viewer, DEED)
    row = session.scalar(select(Briefing).where(Briefing.slug == slug[:64])) if is_clean(slug) else None
    if row is None:
        raise UnknownThing("没有这份汇报。请从汇报列表中选择。")
    require(viewer, DEED, unit=row.unit)
    row.removed_at = None
    return _found(row, viewer)


def checked_visibility(word: str) -> str:
    """The same; raises InvalidValue for a word that is none."""
    if word not in OPEN_TO:
        raise InvalidValue(
            f"汇报的公开范围收到“{word[:20]}”，应为 internal（内部）或 public（公开）。请改正。"
        )
    return word


def _row(session: Session, viewer: Viewer, slug: str) -> Briefing:
    wanted = select(Briefing).where(Briefing.slug == slug[:64], Briefing.removed_at.is_(None))
    row = session.scalar(wanted) if is_clean(slug) else None
    if row is None or not may_see(viewer, row.visibility, row.unit):
        raise UnknownThing("没有这份汇报，或者您无权查看。请从汇报列表中选择。")
    return row


def _to_change(session: Session, viewer: Viewer, slug: str, started_from: int | None) -> Briefing:
    row = _row(session, viewer, slug)
    require(viewer, DEED, unit=row.unit)
    if started_from is None:
        raise NeedsVersion("保存汇报要说明从哪一版改起（If-Match）。请刷新页面后重试。")
    if started_from != row.version:
        raise OutOfDate(
            f"汇报“{row.title}”已被 {row.who} 修改为第 {row.version} 版，本次未保存。请在最新内容上重做修改。",
            {"version": row.version},
        )
    return row


def _version(session: Session, row: Briefing, version: int) -> BriefingVersion:
    found = session.get(BriefingVersion, (row.id, version)) if 0 < version < 2**31 else None
    if found is None:
        raise UnknownThing(f"汇报“{row.title}”没有保存第 {version} 版。请从修改记录中选择。")
    return found


def _keep(session: Session, row: Briefing, viewer: Viewer) -> None:
    """What stands now becomes a step back, unless the same person took one a moment ago."""
    of_row = BriefingVersion.briefing_id == row.id
    last = session.scalar(select(BriefingVersion).where(of_row).order_by(BriefingVersion.version.desc()))
    if last is not None and _same_hand(row, viewer) and row.at - last.at < ONE_STEP:
        return
    kept = {
        name: getattr(row, name) for name in ("version", "title", "visibility", "who", "account_id", "at")
    }
    session.add(BriefingVersion(briefing_id=row.id, scenes=row.scenes, **kept))
    session.flush()
    newest = select(BriefingVersion.version).where(of_row).order_by(BriefingVersion.version.desc())
    old = session.scalars(newest.offset(MOST_VERSIONS)).all()
    session.execute(delete(BriefingVersion).where(of_row, BriefingVersion.version.in_(old)))


def _same_hand(row: Briefing, viewer: Viewer) -> bool:
    return (row.who, row.account_id) == (viewer.name, viewer.account)


def _sign(row: Briefing, viewer: Viewer) -> None:
    row.version += 1
    row.who, row.account_id, row.at = viewer.name, viewer.account, clock.now()


def _checked_slug(slug: str, taken: set[str]) -> str:
    if not SLUG.fullmatch(slug):
        raise InvalidValue(
            f"汇报的网址名收到“{slug[:40]}”，应为 1 到 60 个小写字母、数字或连字符，例如 county-2026。请改正。"
        )
    if slug in taken:
        raise InvalidValue(f"已有网址名为“{slug}”的汇报（可能已删除）。请换一个。")
    return slug


def _free_slug(taken: set[str]) -> str:
    day, number = clock.today().strftime("%Y%m%d"), 1
    while f"{day}-{number}" in taken:
        number += 1
    return f"{day}-{number}"


def _found(row: Briefing, viewer: Viewer, before: BriefingVersion | None = None) -> FoundBriefing:
    said = before or row
    return FoundBriefing(
        slug=row.slug,
        title=said.title,
        unit=row.unit,
        visibility=said.visibility,
        version=row.version,
        who=said.who,
        at=said.at,
        scenes=said.scenes,
        may_change=may(viewer, DEED, unit=row.unit),
    )
