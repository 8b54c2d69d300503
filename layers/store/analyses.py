"""Which analyses did somebody make, of which data, and do they still hold?

A result is read by whoever sees the same data as the one who made it: what it tells is what that person may see.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import UnknownThing
from layers.rights import Viewer, sight
from layers.store.rows import new_uid
from layers.store.tables import Analysis, Layer

LONGEST_TITLE: Final = 200
MOST_LOOKED_AT: Final = 60


@dataclass(frozen=True)
class FoundAnalysis:
    """A saved result. digest: SHA-256 of it, as it was saved. versions: of the layers it rests on, by their key."""

    uid: str
    kind: str
    title: str
    who: str
    unit: str
    at: datetime
    digest: str
    versions: dict[str, int]
    asked: dict[str, Any]
    result: dict[str, Any]


def add(
    session: Session,
    viewer: Viewer,
    kind: str,
    title: str,
    *,
    asked: dict[str, Any],
    result: dict[str, Any],
    versions: dict[str, int],
) -> str:
    """Keep a result, and say its uid."""
    row = Analysis(
        uid=new_uid(),
        kind=kind,
        title=title[:LONGEST_TITLE],
        who=viewer.name,
        unit=viewer.unit,
        account_id=viewer.account,
        sight=_sight(viewer),
        at=clock.now(),
        digest=digest_of(result),
        versions=versions,
        asked=asked,
        result=result,
    )
    session.add(row)
    session.flush()
    return row.uid


def find(session: Session, viewer: Viewer, kind: str, uid: str) -> FoundAnalysis:
    """The result of this kind and uid; UnknownThing where there is none for this viewer."""
    row = session.scalar(
        select(Analysis).where(Analysis.uid == uid[:36], Analysis.kind == kind, _open(viewer))
    )
    if row is None:
        raise UnknownThing("没有这份分析结果，或者您无权查看。请重新分析。")
    return _found(row)


def latest(session: Session, viewer: Viewer, kind: str, limit: int) -> list[FoundAnalysis]:
    """What this person made, the newest first."""
    own = Analysis.account_id.is_(None) if viewer.account is None else Analysis.account_id == viewer.account
    rows = select(Analysis).where(Analysis.kind == kind, own, _open(viewer)).order_by(Analysis.id.desc())
    return [_found(row) for row in session.scalars(rows.limit(limit))]


def same(session: Session, viewer: Viewer, kind: str, asked: dict[str, Any]) -> FoundAnalysis | None:
    """A result of today for the very same question, of data that have not changed since."""
    said = json.loads(json.dumps(asked))
    rows = select(Analysis.uid, Analysis.asked, Analysis.at).where(Analysis.kind == kind, _open(viewer))
    for row in session.execute(rows.order_by(Analysis.id.desc()).limit(MOST_LOOKED_AT)):
        if row.asked == said and _county_day(row.at) == clock.today():
            found = find(session, viewer, kind, row.uid)
            return None if changed_since(session, found) else found
    return None


def changed_since(session: Session, found: FoundAnalysis) -> list[str]:
    """Titles of the layers that have changed since the result was made, or are gone (by their key)."""
    rows = session.execute(select(Layer.key, Layer.title, Layer.version).where(Layer.key.in_(found.versions)))
    now = {row.key: (row.title, row.version) for row in rows}
    return [
        now[key][0] if key in now else key
        for key, version in found.versions.items()
        if key not in now or now[key][1] != version
    ]


def digest_of(result: dict[str, Any]) -> str:
    """SHA-256 of a result in its canonical form (sorted keys, no spaces, UTF-8)."""
    canonical = json.dumps(result, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _county_day(at: datetime) -> date:
    return at.astimezone(clock.timezone()).date()


def _open(viewer: Viewer) -> ColumnElement[bool]:
    return Analysis.sight == _sight(viewer)


def _sight(viewer: Viewer) -> str:
    """The same word for all who see the same."""
    same = sight(viewer)
    return f"{same.audience}:{same.unit}"


def _found(row: Analysis) -> FoundAnalysis:
    facts: dict[str, Any] = {name: getattr(row, name) for name in FoundAnalysis.__dataclass_fields__}
    return FoundAnalysis(**facts)
