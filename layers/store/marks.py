"""What became of the sites that somebody marked: do they wait for review, were they returned and why?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from layers.rights import Viewer
from layers.store.engine import json_text
from layers.store.seen import seen
from layers.store.tables import Act, Attachment, Feature, FeatureVersion, Layer, ReviewNote


@dataclass(frozen=True)
class Mark:
    """A site that this person marked. review: "pending", "returned" or None when it stands.

    photo: uid of the first one.
    """

    uid: str
    name: str
    layer_key: str
    at: datetime
    review: str | None
    reason: str | None
    photos: int
    photo: str | None


def marks_of(session: Session, viewer: Viewer, limit: int) -> list[Mark]:
    """The latest sites of this very person, newest first."""
    if viewer.account is None:
        return []
    photos = _photos()
    statement = (
        select(
            Feature.uid,
            json_text(Feature.properties, "name").label("name"),
            Layer.key,
            Feature.created_at,
            Feature.review,
            _last_reason().label("reason"),
            photos.label("photos"),
            _first_photo().label("photo"),
        )
        .join(Layer, Layer.id == Feature.layer_id)
        .where(*seen(viewer), Feature.id.in_(_first_by(viewer.account)))
        .order_by(Feature.id.desc())
        .limit(limit)
    )
    return [_mark(row) for row in session.execute(statement)]


def _first_by(account: int) -> Any:
    """Features whose first version belongs to a deed of this account."""
    acts = select(Act.id).where(Act.account_id == account, Act.what.in_(("mark", "create")))
    unchanged = select(Feature.id).where(Feature.version == 1, Feature.act_id.in_(acts))
    changed = select(FeatureVersion.feature_id).where(
        FeatureVersion.version == 1, FeatureVersion.act_id.in_(acts)
    )
    return unchanged.union(changed)


def _last_reason() -> ColumnElement[str]:
    return (
        select(ReviewNote.reason)
        .where(ReviewNote.feature_id == Feature.id)
        .order_by(ReviewNote.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _photos() -> ColumnElement[int]:
    return (
        select(func.count(Attachment.id))
        .where(Attachment.feature_id == Feature.id, Attachment.deleted_at.is_(None))
        .scalar_subquery()
    )


def _first_photo() -> ColumnElement[str]:
    return (
        select(Attachment.uid)
        .where(
            Attachment.feature_id == Feature.id,
            Attachment.deleted_at.is_(None),
            Attachment.thumb_sha256.is_not(None),
        )
        .order_by(Attachment.id)
        .limit(1)
        .scalar_subquery()
    )


def _mark(row: Any) -> Mark:
    return Mark(
        row.uid, row.name or "", row.key, row.created_at, row.review, row.reason, row.photos, row.photo
    )
