"""Which changes of legal fields wait for a second person? 复核人 ≠ 编辑人.

Contract, approval, use and deadline fields of land (`Field.legal`) are not written by who edits them: the change is
kept as a proposal until somebody else with the right to review approves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import Contested
from layers.kinds.fields import Field
from layers.rights import Viewer
from layers.store.tables import Feature, Proposal
from layers.store.targets import Maker, Target, targets

OPEN, APPROVED, REFUSED, WITHDRAWN = "open", "approved", "refused", "withdrawn"
_WHAT: Final = "proposal"


def legal_changes(found: Target, properties: Mapping[str, Any]) -> dict[str, Any]:
    """What of these properties is legal and differs from what is stored; None removes a value."""
    stored, fields = found.state.properties, found.kind.by_key
    return {
        key: value
        for key, value in properties.items()
        if key in fields and fields[key].legal and value != stored.get(key)
    }


def open_proposal(session: Session, feature_id: int, *, locked: bool = False) -> Proposal | None:
    """The one that waits. locked: nobody else decides on it until the end of the transaction."""
    waiting = select(Proposal).where(Proposal.feature_id == feature_id, Proposal.state == OPEN)
    return session.scalar(waiting.with_for_update() if locked else waiting)


def all_open(session: Session, viewer: Viewer) -> list[tuple[Target, Proposal]]:
    """Everything that waits for a second person, with its feature, in the order in which it was proposed."""
    waiting = {
        each.feature_id: each for each in session.scalars(select(Proposal).where(Proposal.state == OPEN))
    }
    there = and_(Feature.id.in_(waiting), Feature.deleted_at.is_(None))
    found = [(each, waiting[each.id]) for each in targets(session, viewer, there)]
    return sorted(found, key=lambda pair: pair[1].id)


def close(
    waiting: Proposal, viewer: Viewer, state: str, answer: str | None, act_id: int | None = None
) -> None:
    """It waits no longer."""
    waiting.state, waiting.answer, waiting.act_id = state, answer, act_id
    waiting.decided_by, waiting.decided_at = viewer.name, clock.now()


def propose(
    session: Session, viewer: Viewer, found: Target, after: Mapping[str, Any], reason: str | None
) -> int:
    """Keep a change for another person; a further one by the same person joins it."""
    waiting = open_proposal(session, found.id)
    if waiting is not None and not author_of(waiting).is_viewer(viewer):
        raise Contested(
            f"“{found.name}”已有{waiting.who}提出的修改待复核，复核之前不能再改权属与期限字段。"
            "请先复核或退回那一次修改。"
        )
    if waiting is None:
        waiting = Proposal(feature_id=found.id, who=viewer.name, account_id=viewer.account, state=OPEN)
        waiting.before, waiting.after = {}, {}
    session.add(waiting)
    _join(waiting, found, after)
    waiting.at, waiting.reason = clock.now(), reason or waiting.reason
    session.flush()
    return waiting.id


def author_of(proposal: Proposal) -> Maker:
    """Who has proposed it."""
    return Maker(proposal.who, proposal.account_id, proposal.at, _WHAT)


def _join(waiting: Proposal, found: Target, after: Mapping[str, Any]) -> None:
    stored = found.state.properties
    waiting.after = {**waiting.after, **after}
    waiting.before = {key: stored.get(key) for key in waiting.after}


def told_open(session: Session, viewer: Viewer, found: Target) -> dict[str, Any] | None:
    """What waits for a second person, as the card says it; only of fields that this viewer may see."""
    waiting = open_proposal(session, found.id)
    return None if waiting is None else told(waiting, viewer, found)


def told(proposal: Proposal, viewer: Viewer, found: Target) -> dict[str, Any]:
    """One proposal with its fields in words."""
    seen = found.kind.seen_properties(proposal.after, viewer, found.unit)
    fields = [found.kind.by_key[key] for key in seen if key in found.kind.by_key]
    return {
        "id": proposal.id,
        "title": "待复核",
        "who": proposal.who,
        "at": proposal.at.isoformat(),
        "reason": proposal.reason,
        "own": author_of(proposal).is_viewer(viewer),
        "fields": [
            {
                "key": field.key,
                "label": field.title,
                "unit": field.unit,
                "old": _shown(field, proposal.before.get(field.key)),
                "new": _shown(field, proposal.after.get(field.key)),
            }
            for field in fields
        ],
    }


def _shown(field: Field, value: Any) -> str | None:
    return None if value is None else field.show(value)
