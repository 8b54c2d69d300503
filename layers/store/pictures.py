"""Which rasters and drawings are there, where do they lie, and who may see and change them?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import UnknownThing
from layers.rights import Viewer, may, may_see, require
from layers.store.tables import Picture

Sort = Literal["raster", "drawing"]
DEEDS: Final[dict[str, str]] = {"raster": "manage_layers", "drawing": "import"}
"""Who may bring it, change it and take it away."""


@dataclass(frozen=True)
class FoundPicture:
    """One picture. facts: what was found in the file; answers: what people said; result: its tiles, {} before."""

    uid: str
    sort: str
    title: str
    name: str
    sha256: str
    bytes: int
    who: str
    unit: str
    visibility: str
    created_at: datetime
    job_id: int | None
    facts: dict[str, Any]
    answers: dict[str, Any]
    result: dict[str, Any]

    @property
    def edition(self) -> str:
        """Changes with its tiles."""
        return str(self.result.get("edition", ""))


def add(
    session: Session, viewer: Viewer, sort: Sort, uid: str, *, title: str, name: str, sha256: str, size: int
) -> None:
    """Write down a picture whose bytes lie in the data folder by now. Raises NotAllowed."""
    require(viewer, DEEDS[sort])
    row = Picture(
        uid=uid,
        sort=sort,
        title=title,
        name=name,
        sha256=sha256,
        bytes=size,
        who=viewer.name,
        account_id=viewer.account,
        unit=viewer.unit,
        visibility="internal",
        created_at=clock.now(),
        facts={},
        answers={},
        result={},
    )
    session.add(row)
    session.flush()


def to_change(session: Session, viewer: Viewer, sort: Sort, uid: str) -> FoundPicture:
    """The picture, for those who may change it: the unit that brought it, for rasters any administrator."""
    deed = DEEDS[sort]
    require(viewer, deed)
    row = _row(session, sort, uid)
    if sort == "drawing" and not may(viewer, deed, unit=row.unit):
        raise UnknownThing("没有这幅图纸，或者它属于别的单位。请从“图纸”页重新选择。")
    return _found(row)


def to_see(session: Session, viewer: Viewer, uid: str) -> FoundPicture:
    """A drawing that has its tiles, for those who may see it."""
    row = _row(session, "drawing", uid)
    if not row.result or not may_see(viewer, row.visibility, row.unit):
        raise UnknownThing("没有这幅图纸。请刷新后从列表中选择。")
    return _found(row)


def of_job(session: Session, uid: str) -> FoundPicture:
    """For the job that works on it."""
    row = session.scalar(select(Picture).where(Picture.uid == uid, Picture.removed_at.is_(None)))
    if row is None:
        raise UnknownThing("这幅图已被移除，处理已停止。")
    return _found(row)


def on_map(session: Session, viewer: Viewer) -> list[FoundPicture]:
    """The drawings that this viewer may lay over the map, the newest first."""
    return [
        found
        for found in _all(session, "drawing")
        if found.result and may_see(viewer, found.visibility, found.unit)
    ]


def kept(session: Session, viewer: Viewer, sort: Sort) -> list[FoundPicture]:
    """Those that this viewer may change, the newest first."""
    deed = DEEDS[sort]
    require(viewer, deed)
    return [found for found in _all(session, sort) if sort == "raster" or may(viewer, deed, unit=found.unit)]


def every_one(session: Session) -> list[FoundPicture]:
    """All that were not taken away: for backups, which know no viewer."""
    return [*_all(session, "raster"), *_all(session, "drawing")]


def revise(session: Session, uid: str, **values: Any) -> None:
    """Set columns of a picture: job_id, facts, answers, result, title, visibility."""
    session.execute(update(Picture).where(Picture.uid == uid).values(**values))


def remove(session: Session, uid: str) -> None:
    """It is no longer shown; what is known of it stays."""
    revise(session, uid, removed_at=clock.now())


def _all(session: Session, sort: str) -> list[FoundPicture]:
    wanted = select(Picture).where(Picture.sort == sort, Picture.removed_at.is_(None))
    return [_found(row) for row in session.scalars(wanted.order_by(Picture.id.desc()))]


def _row(session: Session, sort: str, uid: str) -> Picture:
    wanted = Picture.uid == uid[:36], Picture.sort == sort, Picture.removed_at.is_(None)
    row = session.scalar(select(Picture).where(*wanted))
    if row is None:
        raise UnknownThing("没有这幅图，它可能已被移除。请刷新后从列表中选择。")
    return row


def _found(row: Picture) -> FoundPicture:
    names = FoundPicture.__dataclass_fields__
    return FoundPicture(**{name: getattr(row, name) for name in names})
