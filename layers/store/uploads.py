"""Which files has somebody brought, what did they choose, and what did they say of such columns before?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import UnknownThing
from layers.rights import Viewer, may
from layers.store.engine import json_text
from layers.store.history import layers_of
from layers.store.jobs import DONE
from layers.store.tables import ColumnChoice, Job, UploadedFile

GROUP: Final = "group"
"""The answer that ties files, or layers of one, together."""


@dataclass(frozen=True)
class Upload:
    """A file that somebody brought."""

    uid: str
    name: str
    sha256: str
    bytes: int
    account_id: int | None
    created_at: datetime
    removed_at: datetime | None
    job_id: int | None
    answers: dict[str, Any]


def add(session: Session, viewer: Viewer, uid: str, name: str, sha256: str, size: int) -> None:
    """Write down a file that lies in the data folder by now."""
    row = UploadedFile(
        uid=uid,
        who=viewer.name,
        account_id=viewer.account,
        name=name,
        sha256=sha256,
        bytes=size,
        created_at=clock.now(),
        answers={},
    )
    session.add(row)
    session.flush()


def find(session: Session, viewer: Viewer, uid: str) -> Upload:
    """The upload, for the one who brought it."""
    row = session.scalar(select(UploadedFile).where(UploadedFile.uid == uid[:36]))
    if row is None or row.account_id != viewer.account:
        raise UnknownThing("没有这次导入，或者它是别人的。请从“导入”页重新开始。")
    return _upload(row)


def original(session: Session, viewer: Viewer, uid: str) -> Upload:
    """As `find`, and for those who may import into every layer that it was imported into."""
    row = session.scalar(select(UploadedFile).where(UploadedFile.uid == uid[:36]))
    if row is not None and _answers_for(session, viewer, row):
        return _upload(row)
    return find(session, viewer, uid)


def imported_by(session: Session, viewer: Viewer, act_id: int) -> list[Upload]:
    """The files that an act brought in, for those who may have them; each once, however many of its layers came."""
    asked = select(UploadedFile).join(Job, Job.id == UploadedFile.job_id).where(Job.act_id == act_id)
    rows = session.scalars(asked.where(UploadedFile.removed_at.is_(None)).order_by(UploadedFile.id)).all()
    if not rows or not (rows[0].account_id == viewer.account or _answers_for(session, viewer, rows[0])):
        return []
    return list({row.sha256: _upload(row) for row in reversed(rows)}.values())[::-1]


def _answers_for(session: Session, viewer: Viewer, row: UploadedFile) -> bool:
    job = session.get(Job, row.job_id) if row.job_id else None
    if job is None or job.act_id is None or job.state != DONE:
        return False
    layers = layers_of(session, job.act_id)
    return bool(layers) and all(
        may(viewer, "import", unit=each.unit, visibility=each.visibility) for each in layers
    )


def latest(session: Session, viewer: Viewer, limit: int) -> list[Upload]:
    """What this person brought, the newest first."""
    own = UploadedFile.account_id == viewer.account
    wanted = select(UploadedFile).where(own).order_by(UploadedFile.id.desc()).limit(limit)
    return [_upload(row) for row in session.scalars(wanted)]


def every_one(session: Session) -> list[Upload]:
    """All whose files are kept: for backups, which know no viewer."""
    kept = select(UploadedFile).where(UploadedFile.removed_at.is_(None)).order_by(UploadedFile.id)
    return [_upload(row) for row in session.scalars(kept)]


def of_group(session: Session, viewer: Viewer, group: str) -> list[Upload]:
    """What this person brings together, in the order in which it came."""
    own = UploadedFile.account_id == viewer.account
    wanted = own, json_text(UploadedFile.answers, GROUP) == group
    return [
        _upload(row) for row in session.scalars(select(UploadedFile).where(*wanted).order_by(UploadedFile.id))
    ]


def revise(session: Session, uid: str, *, job_id: int, answers: dict[str, Any] | None = None) -> None:
    """Another job works on it, perhaps with other answers."""
    values: dict[str, Any] = {"job_id": job_id}
    if answers is not None:
        values["answers"] = answers
    session.execute(update(UploadedFile).where(UploadedFile.uid == uid).values(values))


def outdated(session: Session, before: datetime, bringing: Collection[str]) -> list[str]:
    """The uids of files that were kept long enough; what was imported, by a job of these kinds, is kept for good."""
    brought = select(Job.id).where(Job.kind.in_(bringing), Job.state == "done")
    unused = or_(UploadedFile.job_id.is_(None), UploadedFile.job_id.not_in(brought))
    old = UploadedFile.created_at < before, UploadedFile.removed_at.is_(None)
    return list(session.scalars(select(UploadedFile.uid).where(*old, unused)))


def mark_removed(session: Session, uids: Iterable[str]) -> None:
    """Their bytes are gone; who brought what, and its hash, stays."""
    gone = update(UploadedFile).where(UploadedFile.uid.in_(list(uids)))
    session.execute(gone.values(removed_at=clock.now()))


def header_of(columns: Iterable[str]) -> str:
    """The same for all files with these columns."""
    return hashlib.sha256("\x1f".join(sorted(columns)).encode("utf-8", "replace")).hexdigest()


def known_columns(session: Session, header: str, kind: str) -> dict[str, str]:
    """What somebody said of such columns before: column → key of its field, or empty."""
    row = session.get(ColumnChoice, (header, kind))
    return dict(row.fields) if row else {}


def remember_columns(session: Session, header: str, kind: str, fields: dict[str, str]) -> None:
    """For the next file with this header."""
    session.merge(ColumnChoice(header=header, kind=kind, fields=fields))


def _upload(row: UploadedFile) -> Upload:
    facts: dict[str, Any] = {name: getattr(row, name) for name in Upload.__dataclass_fields__}
    return Upload(**facts)
