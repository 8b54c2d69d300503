"""What has happened, to which features, by which deed?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from layers.errors import UnknownThing
from layers.rights import Viewer
from layers.store.seen import layers_seen
from layers.store.slices import in_slices
from layers.store.states import State, state_of
from layers.store.tables import DONE, Act, AttachmentMove, Feature, FeatureVersion, HiddenAct, Layer
from layers.store.targets import Target, target, targets


@dataclass(frozen=True)
class Deed:
    """One act as history tells it. undone: an act that was taken back by another, and not brought back since."""

    id: int
    what: str
    who: str
    account: int | None
    at: datetime
    reason: str | None
    count: int
    undoes: int | None
    undone: bool


@dataclass(frozen=True)
class Moment:
    """A state of a feature with what followed from it."""

    state: State
    derived: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """From one state to the next. before: None when the act brought it on the map."""

    version: int
    act_id: int
    before: Moment | None
    after: Moment


@dataclass(frozen=True)
class Trace:
    """What an act made of one feature, and how that is now."""

    found: Target
    step: Step


def state_at_version(session: Session, feature_id: int, version: int) -> State | None:
    """How the feature was in this version; None when there never was one."""
    feature = session.get(Feature, feature_id, populate_existing=True)
    if feature is not None and feature.version == version:
        return state_of(feature)
    before = session.get(FeatureVersion, (feature_id, version))
    return None if before is None else state_of(before)


def steps_of(session: Session, viewer: Viewer, ref: int | str) -> tuple[Target, list[Step]]:
    """All that happened to a feature, the latest first; also when it is deleted now."""
    found = target(session, viewer, ref, deleted=True)
    before = session.scalars(
        select(FeatureVersion).where(FeatureVersion.feature_id == found.id).order_by(FeatureVersion.version)
    )
    now = session.get_one(Feature, found.id)
    rows = [*before, now]
    moments = [Moment(state_of(row), row.derived) for row in rows]
    steps = [
        Step(row.version, row.act_id, earlier, moment)
        for row, earlier, moment in zip(rows, [None, *moments], moments, strict=False)
    ]
    return found, steps[::-1]


def deeds_named(session: Session, ids: Sequence[int]) -> dict[int, Deed]:
    """These acts by their id."""
    return {each.id: each for each in _told(session, _deeds(Act.id.in_(ids)))}


def deed(session: Session, viewer: Viewer, act_id: int) -> Deed:
    """The act with this id; UnknownThing when it touched nothing that this viewer may see."""
    asked = _deeds(Act.id == act_id, _touches(viewer, None))
    found = _told(session, asked) if 0 < act_id < 2**31 else []
    if not found:
        raise UnknownThing(f"没有编号为 {act_id} 的操作，或者您无权查看。请从操作记录中选择。")
    return found[0]


def deeds(
    session: Session,
    viewer: Viewer,
    *,
    layer_id: int | None = None,
    who: str = "",
    before: int = 0,
    limit: int,
) -> list[Deed]:
    """The latest acts first, of those that touched what this viewer may see. before: only older ones than this act."""
    narrowed = [Act.state == DONE, _touches(viewer, layer_id)]
    if who:
        narrowed.append(Act.who == who)
    if before:
        narrowed.append(Act.id < before)
    latest = _deeds(*narrowed).order_by(Act.id.desc()).limit(limit)
    return _told(session, latest)


def undone_imports(session: Session, viewer: Viewer, limit: int) -> list[Deed]:
    """Bulk acts that are hidden now; undoing what hid them brings them back."""
    hidden = select(HiddenAct.act_id).where(HiddenAct.until_act_id.is_(None))
    return _told(session, _deeds(Act.id.in_(hidden)).order_by(Act.id.desc()).limit(limit))


def traces(session: Session, viewer: Viewer, act_id: int, limit: int | None = None) -> list[Trace]:
    """What an act changed, feature by feature, with how each is now."""
    ids = list(session.scalars(_touched_ids(act_id).order_by("id").limit(limit)))
    return [trace for some in in_slices(ids) for trace in _traces(session, viewer, act_id, some)]


def changed(session: Session, viewer: Viewer, act_id: int) -> list[Trace]:
    """Only those of its features that were there before it, or that a later act changed."""
    before = (FeatureVersion.until_act_id == act_id) & (FeatureVersion.act_id != act_id)
    later = (FeatureVersion.act_id == act_id) & (FeatureVersion.until_act_id != act_id)
    asked = select(FeatureVersion.feature_id).where(or_(before, later)).distinct()
    ids = list(session.scalars(asked.order_by(FeatureVersion.feature_id)))
    return [trace for some in in_slices(ids) for trace in _traces(session, viewer, act_id, some)]


def brings(session: Session, act_id: int) -> bool:
    """Whether an act put something on the map that was not there before."""
    now = exists().where(Feature.act_id == act_id, Feature.version == 1)
    then = exists().where(FeatureVersion.act_id == act_id, FeatureVersion.version == 1)
    layer = exists().where(Layer.act_id == act_id)
    return bool(session.scalar(select(or_(now, then, layer))))


def size_of(session: Session, act_id: int) -> int:
    """How many features an act touched."""
    touched = _touched_ids(act_id).subquery()
    return session.execute(select(func.count()).select_from(touched)).scalar_one()


def layers_of(session: Session, act_id: int) -> list[Layer]:
    """The layers that an act touched, or brought."""
    ids = select(Feature.layer_id).where(Feature.id.in_(_touched_ids(act_id)))
    return list(session.scalars(select(Layer).where(or_(Layer.id.in_(ids), Layer.act_id == act_id))))


def _traces(session: Session, viewer: Viewer, act_id: int, ids: Sequence[int]) -> list[Trace]:
    versions = session.scalars(
        select(FeatureVersion)
        .where(
            FeatureVersion.feature_id.in_(ids),
            or_(FeatureVersion.act_id == act_id, FeatureVersion.until_act_id == act_id),
        )
        .order_by(FeatureVersion.version)
    )
    by_feature: dict[int, list[FeatureVersion]] = {}
    for row in versions:
        by_feature.setdefault(row.feature_id, []).append(row)
    found = targets(session, viewer, Feature.id.in_(ids))
    return [Trace(each, _step(act_id, each, by_feature.get(each.id, []))) for each in found]


def _step(act_id: int, found: Target, versions: Sequence[FeatureVersion]) -> Step:
    """From before the act to after it, also when it changed the feature more than once."""
    earlier = [row for row in versions if row.act_id != act_id]
    later = [row for row in versions if row.act_id == act_id and row.until_act_id != act_id]
    before = Moment(state_of(earlier[0]), earlier[0].derived) if earlier else None
    if later:
        return Step(later[-1].version, act_id, before, Moment(state_of(later[-1]), later[-1].derived))
    return Step(found.version, act_id, before, Moment(found.state, found.derived))


def _touched_ids(act_id: int) -> Select[int]:
    now = select(Feature.id.label("id")).where(Feature.act_id == act_id)
    before = select(FeatureVersion.feature_id).where(FeatureVersion.act_id == act_id)
    both = now.union(before).subquery()
    return select(both.c.id)


def _touches(viewer: Viewer, layer_id: int | None) -> ColumnElement[bool]:
    """Whether an act changed, hid or brought back something, or moved photos, in a layer that this viewer may see."""
    seen = select(Layer.id).where(*layers_seen(viewer))
    in_layer = Feature.layer_id.in_(seen) if layer_id is None else Feature.layer_id == layer_id
    now = exists().where(Feature.act_id == Act.id, in_layer)
    before = exists().where(
        FeatureVersion.act_id == Act.id, Feature.id == FeatureVersion.feature_id, in_layer
    )
    moved = exists().where(
        AttachmentMove.act_id == Act.id, Feature.id == AttachmentMove.to_feature_id, in_layer
    )
    hid = select(HiddenAct.since_act_id).union(select(HiddenAct.until_act_id)).subquery()
    return or_(now, before, moved, Act.id.in_(select(hid.c[0])))


def _deeds(*conditions: ColumnElement[bool]) -> Select[Act]:
    return select(Act).where(Act.state == DONE, *conditions)


def _told(session: Session, asked: Select[Act]) -> list[Deed]:
    undone = _undone(session)
    return [
        Deed(
            id=act.id,
            what=act.what,
            who=act.who,
            account=act.account_id,
            at=act.at,
            reason=act.reason,
            count=act.count,
            undoes=act.undoes_act,
            undone=act.id in undone,
        )
        for act in session.scalars(asked)
    ]


def _undone(session: Session) -> set[int]:
    """Acts that were undone by one that was not undone itself."""
    pairs = session.execute(
        select(Act.id, Act.undoes_act).where(Act.undoes_act.is_not(None), Act.state == DONE)
    )
    undone: set[int] = set()
    # Who undoes comes later than what is undone, so the latest are known first.
    for by, act_id in sorted(map(tuple, pairs), reverse=True):
        if act_id is not None and by not in undone:
            undone.add(act_id)
    return undone
