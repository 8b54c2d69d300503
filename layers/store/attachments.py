"""Which photos and documents belong to a feature, and who put them there?

A viewer sees the attachments of the features that he may see, never others. An attachment comes with the uid of
whoever made it, so that sending it twice attaches it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import Busy, InvalidValue, OutOfDate, UnknownThing
from layers.kinds.record import POSITION_SOURCES
from layers.rights import Viewer, may
from layers.store.acts import one_act
from layers.store.attachment_moves import MOST_OF_A_FEATURE, count_of, take_off
from layers.store.bulk import Also
from layers.store.engine import is_clean
from layers.store.found import FoundFeature
from layers.store.seen import is_insider, seen
from layers.store.tables import Act, Attachment, Feature, FeatureVersion, Layer

LOOKED_THROUGH: Final = 500
"""Photos of which some are offered."""
ROLES: Final = {"then": "原貌", "now": "现状", "doc": "文件"}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a photo besides its bytes: said by the sender, or read from the file itself."""

    uid: str
    role: str | None = None
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    heading: float | None = None
    accuracy_m: float | None = None
    position_source: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewAttachment(Facts):
    """What is to be stored, its files already on the disk. shown and thumb: only photos have them."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    shown_sha256: str | None = None
    thumb_sha256: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class FoundAttachment:
    """An attachment with the feature it belongs to; `who` is empty for the public."""

    row: Attachment
    feature_uid: str
    layer_key: str
    unit: str
    visibility: str
    town: str | None
    who: str
    account: int | None


def attach(session: Session, viewer: Viewer, feature: FoundFeature, new: Sequence[NewAttachment]) -> int:
    """One act that attaches those that are not there yet; returns how many. The same uid for another file is refused."""
    missing = [each for each in new if not known(session, feature, each.uid, each.sha256)]
    if not missing:
        return 0
    _refuse_too_many(session, feature, len(missing))
    with one_act(session, "attach", viewer) as act:
        for each in missing:
            row = Attachment(feature_id=feature.id, act_id=act.id, created_at=clock.now(), **vars(each))
            session.add(row)
        _write(session)
    return len(missing)


def attaching(new: Mapping[str, NewAttachment]) -> Also:
    """To be done when a bulk act becomes visible: attach to features that it brings, by their uids."""

    def attach_to_new(session: Session, act: Act) -> None:
        brought = select(Feature.uid, Feature.id).where(Feature.act_id == act.id)
        ids = dict(session.execute(brought).all())
        for uid, each in new.items():
            row = Attachment(feature_id=ids[uid], act_id=act.id, created_at=clock.now(), **vars(each))
            session.add(row)
        _write(session)

    return attach_to_new


def _write(session: Session) -> None:
    """PostgreSQL lets two requests look at the same time: the second is told to come again, and then finds it."""
    try:
        session.flush()
    except IntegrityError:
        raise Busy("同一个附件正在由另一个请求保存，请稍后重试。") from None


def known(session: Session, feature: FoundFeature, uid: str, sha256: str) -> bool:
    """Whether exactly this was attached before; OutOfDate when the uid stands for something else."""
    row = session.scalar(select(Attachment).where(Attachment.uid == uid))
    if row is None:
        return False
    if (row.feature_id, row.sha256) != (feature.id, sha256):
        raise OutOfDate(
            f"标识为“{uid}”的附件已存在，但内容或所属图形不同，没有重复保存。请重新选择这个文件。"
        )
    return True


def attachments_of(session: Session, viewer: Viewer, feature: FoundFeature) -> list[FoundAttachment]:
    """All of one feature, in the order in which they were taken, then attached."""
    statement = _finding(viewer).where(Feature.id == feature.id)
    ordered = statement.order_by(Attachment.taken_at.asc().nulls_last(), Attachment.id)
    return [_found(row, viewer) for row in session.execute(ordered)]


def photos(session: Session, viewer: Viewer, words: str, most: int) -> list[tuple[FoundAttachment, str]]:
    """The newest photos, each with the name of its feature, that this viewer may see and whose unit he may export from.

    words: stand in the name of the photo or of its feature; looked for among the newest LOOKED_THROUGH.
    """
    statement = _finding(viewer).where(Attachment.thumb_sha256.is_not(None))
    rows = session.execute(statement.order_by(Attachment.id.desc()).limit(LOOKED_THROUGH))
    named = [(_found(row, viewer), str(row.derived.get("label") or "")) for row in rows]
    told = [
        (found, name)
        for found, name in named
        if (found.visibility == "public" or may(viewer, "export", unit=found.unit))
        and (words in name or words in found.row.name)
    ]
    return told[:most]


def attachment_named(session: Session, viewer: Viewer, uid: str) -> FoundAttachment:
    """The attachment with this uid; UnknownThing when there is none that this viewer may see."""
    row = session.execute(_finding(viewer).where(Attachment.uid == uid)).first() if is_clean(uid) else None
    if row is None:
        raise UnknownThing("没有这个附件，可能已被删除，或者您无权查看。请刷新页面后重试。")
    return _found(row, viewer)


def remove_attachment(session: Session, viewer: Viewer, found: FoundAttachment) -> int:
    """Take it off the feature; the row and the files stay as evidence. Returns the act, which can be taken back."""
    with one_act(session, "detach", viewer, reason=found.row.name) as act:
        take_off(session, act, found.row)
    return act.id


def unused_files(session: Session, before: datetime) -> set[str]:
    """SHA-256 of the files that belong only to attachments removed before then.

    Whatever else comes to keep files by their SHA-256 in the same folder must be asked here too.
    """
    files = (Attachment.sha256, Attachment.shown_sha256, Attachment.thumb_sha256)
    removed = Attachment.deleted_at < before

    def named(condition: ColumnElement[bool]) -> set[str]:
        rows = session.execute(select(*files).where(condition))
        return {digest for row in rows for digest in row if digest}

    return gone - named(or_(Attachment.deleted_at.is_(None), ~removed)) if (gone := named(removed)) else set()


def give_role(session: Session, viewer: Viewer, found: FoundAttachment, role: str | None) -> None:
    """Say whether it shows the site as it was or as it is."""
    checked_role(role)
    with one_act(session, "attach", viewer, reason=ROLES.get(role or "")):
        found.row.role = role


def is_own(session: Session, viewer: Viewer, feature: FoundFeature) -> bool:
    """Whether this very person brought the feature onto the map."""
    if viewer.account is None:
        return False
    first = select(FeatureVersion.act_id).where(
        FeatureVersion.feature_id == feature.id, FeatureVersion.version == 1
    )
    act_id = session.scalar(first) or session.scalar(select(Feature.act_id).where(Feature.id == feature.id))
    return session.scalar(select(Act.account_id).where(Act.id == act_id)) == viewer.account


def checked_role(role: str | None) -> str | None:
    """The same; raises InvalidValue for a word that is none."""
    return _one_of("附件用途", role, ROLES)


def checked_source(source: str | None) -> str | None:
    """The same; raises InvalidValue for a word that is none."""
    return _one_of("位置来源", source, POSITION_SOURCES)


def checked_uid(uid: str) -> str:
    """The uid as it is stored."""
    try:
        return str(UUID(uid))
    except ValueError:
        raise InvalidValue(f"附件标识收到“{uid[:60]}”，应为 UUID。请刷新页面后重新上传。") from None


def _one_of(title: str, word: str | None, words: dict[str, str]) -> str | None:
    if word is not None and word not in words:
        allowed = "、".join(f"{key}（{said}）" for key, said in words.items())
        raise InvalidValue(f"{title}收到“{str(word)[:60]}”，应为以下之一：{allowed}。请改正。")
    return word


def _refuse_too_many(session: Session, feature: FoundFeature, more: int) -> None:
    if count_of(session, feature.id) + more > MOST_OF_A_FEATURE:
        raise InvalidValue(f"“{feature.name}”的附件最多 {MOST_OF_A_FEATURE} 个。请先删除不需要的附件。")


def _finding(viewer: Viewer) -> Select[Any]:
    return (
        select(
            Attachment,
            Feature.uid,
            Feature.visibility,
            Layer.visibility.label("layer_visibility"),
            Layer.key,
            Layer.unit,
            Feature.derived,
            Act.who,
            Act.account_id,
        )
        .join(Feature, Feature.id == Attachment.feature_id)
        .join(Layer, Layer.id == Feature.layer_id)
        .join(Act, Act.id == Attachment.act_id)
        .where(Attachment.deleted_at.is_(None), *seen(viewer))
    )


def _found(row: Row[Any], viewer: Viewer) -> FoundAttachment:
    return FoundAttachment(
        row.Attachment,
        feature_uid=row.uid,
        layer_key=row.key,
        unit=row.unit,
        visibility=row.visibility or row.layer_visibility,
        town=row.derived.get("town"),
        who=row.who if is_insider(viewer) else "",
        account=row.account_id,
    )
