"""Which feature is to be changed, how is it stored, and whose is it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.errors import UnknownThing
from layers.filters import Filter
from layers.kinds import LayerKind, kind_for
from layers.rights import Viewer, may, require
from layers.store.engine import in_layer_bounds, is_clean, json_text
from layers.store.filtering import filtered
from layers.store.seen import seen
from layers.store.slices import in_slices
from layers.store.states import State, state_of
from layers.store.tables import Act, Feature, FeatureVersion, Layer


@dataclass(frozen=True)
class Maker:
    """Who has made a feature, or a state of it."""

    who: str
    account: int | None
    at: datetime
    what: str

    def is_viewer(self, viewer: Viewer) -> bool:
        """Whether it is this person: by account, or by name where there are none."""
        if self.account is None or viewer.account is None:
            return self.account == viewer.account and self.who == viewer.name
        return self.account == viewer.account


@dataclass(frozen=True)
class Target:
    """A feature as it is stored, with everything that rights ask about."""

    id: int
    uid: str
    version: int
    act_id: int
    layer_id: int
    layer_key: str
    kind: LayerKind
    unit: str
    layer_visibility: str
    state: State
    derived: dict[str, Any]
    last: Maker

    @property
    def town(self) -> str | None:
        """Where it lies now."""
        return self.derived.get("town")

    @property
    def visibility(self) -> str:
        """Its own, or that of its layer."""
        return self.state.visibility or self.layer_visibility

    @property
    def name(self) -> str:
        return str(self.state.properties.get("name") or self.kind.title)


def target(session: Session, viewer: Viewer, ref: int | str, *, deleted: bool = False) -> Target:
    """The feature with this id or uid; UnknownThing when there is none that this viewer may see."""
    row = session.execute(_targets(viewer).where(_named(ref))).one_or_none() if _may_exist(ref) else None
    if row is None:
        raise UnknownThing(f"没有编号为“{str(ref)[:60]}”的图形，可能已被删除，或者您无权查看。")
    found = _target(row)
    if found.state.deleted and not deleted:
        raise UnknownThing(
            f"“{found.name}”已由{found.last.who}删除，不能再修改。需要时请先在回收站中恢复它。"
        )
    return found


def targets(session: Session, viewer: Viewer, condition: ColumnElement[bool]) -> list[Target]:
    """Those that this viewer may see, deleted ones too, in the order of their ids."""
    return [_target(row) for row in session.execute(_targets(viewer).where(condition).order_by(Feature.id))]


def standing(session: Session, viewer: Viewer, layer_key: str, limit: int) -> list[Target]:
    """Features of a layer that stand on the map, in the order of their ids."""
    return _standing(session, viewer, limit, [Layer.key == layer_key])


def passing(
    session: Session, viewer: Viewer, layer: Layer, limit: int, bounds: Bounds | None, where: Filter
) -> list[Target]:
    """Those that stand, touch the bounds and pass the filter."""
    within = in_layer_bounds(Feature.shape, layer.id, bounds) if bounds else Feature.layer_id == layer.id
    return _standing(session, viewer, limit, [within, *filtered(session, viewer, layer, where)])


def _standing(
    session: Session, viewer: Viewer, limit: int, conditions: Sequence[ColumnElement[bool]]
) -> list[Target]:
    there = (Feature.deleted_at.is_(None), Feature.review.is_(None), *conditions)
    rows = session.execute(_targets(viewer).where(*there).order_by(Feature.id).limit(limit))
    return [_target(row) for row in rows]


def targets_in(session: Session, viewer: Viewer, ids: Sequence[int]) -> Iterator[Target]:
    """Those with these ids that this viewer may see, in the order of their ids; loaded as they are asked for."""
    ordered = sorted(ids)
    for some in in_slices(ordered):
        yield from targets(session, viewer, Feature.id.in_(some))


def key_values(
    session: Session, viewer: Viewer, layer_key: str, key: str | None
) -> Sequence[Row[int, str | None]]:
    """Id and the value of one field for all that stand in a layer, in the order of their ids; None: their uid."""
    value = Feature.uid if key is None else json_text(Feature.properties, key)
    there = (Layer.key == layer_key, Feature.review.is_(None))
    wanted = select(Feature.id, value).join(Layer, Layer.id == Feature.layer_id).where(*seen(viewer), *there)
    return session.execute(wanted.order_by(Feature.id)).all()


def targets_named(session: Session, viewer: Viewer, uids: Sequence[str]) -> list[Target]:
    """Those with these uids, in this order; UnknownThing when one is missing or deleted."""
    known = [uid for uid in uids if is_clean(uid)]
    slices = list(in_slices(known))
    found = {each.uid: each for some in slices for each in targets(session, viewer, Feature.uid.in_(some))}
    missing = next((uid for uid in uids if uid not in found or found[uid].state.deleted), None)
    if missing is not None:
        raise UnknownThing(f"没有编号为“{missing[:60]}”的图形，可能已被删除，或者您无权查看。")
    return [found[uid] for uid in uids]


def maker_of(session: Session, feature_id: int) -> Maker:
    """Who has put the feature on the map."""
    first = select(FeatureVersion.act_id).where(
        FeatureVersion.feature_id == feature_id, FeatureVersion.version == 1
    )
    act_id = session.scalar(first) or session.scalar(select(Feature.act_id).where(Feature.id == feature_id))
    act = session.get_one(Act, act_id)
    return Maker(act.who, act.account_id, act.at, act.what)


def require_edit(session: Session, viewer: Viewer, found: Target) -> None:
    """Raises NotAllowed unless the viewer may edit it, or has marked it and it does not stand yet."""
    if found.state.review and is_own_mark(session, viewer, found):
        return
    require(viewer, "edit", unit=found.unit, visibility=found.visibility, town=found.town)


def is_own_mark(session: Session, viewer: Viewer, found: Target) -> bool:
    """Whether this viewer may mark sites and has marked this one."""
    return may(viewer, "mark") and maker_of(session, found.id).is_viewer(viewer)


def _targets(viewer: Viewer) -> Select[Feature, Layer, Act]:
    return (
        select(Feature, Layer, Act)
        .join(Layer, Layer.id == Feature.layer_id)
        .join(Act, Act.id == Feature.act_id)
        .where(*seen(viewer, deleted=True))
        .execution_options(populate_existing=True)
    )


def _target(row: Row[Feature, Layer, Act]) -> Target:
    feature, layer, act = row
    return Target(
        id=feature.id,
        uid=feature.uid,
        version=feature.version,
        act_id=feature.act_id,
        layer_id=layer.id,
        layer_key=layer.key,
        kind=kind_for(layer),
        unit=layer.unit,
        layer_visibility=layer.visibility,
        state=state_of(feature),
        derived=feature.derived,
        last=Maker(act.who, act.account_id, act.at, act.what),
    )


def _named(ref: int | str) -> ColumnElement[bool]:
    return Feature.id == ref if isinstance(ref, int) else Feature.uid == ref


def _may_exist(ref: int | str) -> bool:
    return 0 < ref < 2**31 if isinstance(ref, int) else is_clean(ref)
