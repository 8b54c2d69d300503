"""How does a feature pass from one state into the next, and where does the one before stay?

Copy on write: the old row goes to `feature_version`, the present one belongs to the act that changed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import OutOfDate, UnknownThing
from layers.kinds import BOUNDARIES, LayerKind, kind_for
from layers.store.acts import title_of
from layers.store.derive import Towns
from layers.store.rows import NewFeature, Prepared, load_towns
from layers.store.tables import DONE, Act, Feature, FeatureVersion, Layer, Search, table_of

_ANEW: Final = {"populate_existing": True}


@dataclass(frozen=True)
class State:
    """What a person can change of a feature. review: None stands."""

    shape: BaseGeometry
    properties: Mapping[str, Any]
    visibility: str | None = None
    review: str | None = None
    deleted: bool = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        return self._told() == other._told() and self.shape.equals_exact(other.shape)

    __hash__ = None  # type: ignore[assignment]

    def _told(self) -> tuple[Any, ...]:
        return dict(self.properties), self.visibility, self.review, self.deleted


@dataclass(frozen=True)
class Row:
    """A state with what follows from it, as it is written."""

    state: State
    feature: dict[str, Any]
    words: dict[str, str]


def state_of(row: Feature | FeatureVersion) -> State:
    """The state that a row holds."""
    deleted = row.deleted if isinstance(row, FeatureVersion) else row.deleted_at is not None
    return State(row.shape, row.properties, row.visibility, row.review, deleted)


def ready(kind: LayerKind, states: Sequence[State], towns: Towns) -> list[Row]:
    """States as rows: measured and checked, which takes time and no database. towns: none for a boundary itself."""
    prepared = prepare(kind, states, towns)
    found = zip(states, prepared.features, prepared.words, strict=True)
    return [Row(state, feature, words) for state, feature, words in found]


def prepare(
    kind: LayerKind, states: Sequence[State], towns: Towns, uids: Sequence[str | None] = ()
) -> Prepared:
    """The same for features that are new."""
    rows = [
        NewFeature(state.shape, state.properties, uid, state.visibility, state.review)
        for state, uid in zip(states, uids or [None] * len(states), strict=True)
    ]
    return Prepared(kind, rows, Towns([], []) if kind.key == BOUNDARIES else towns)


def towns_now(session: Session, kind: str) -> Towns:
    """The towns of the map, in which features of this kind lie."""
    return Towns([], []) if kind == BOUNDARIES else load_towns(session)


def held(
    session: Session, act: Act, ref: int | str, version: int | None, *, deleted: bool = False
) -> Feature:
    """The feature itself, locked against other editors until the end of the transaction.

    deleted: it may be one that was taken off the map.
    """
    feature = session.scalar(_holding(act, ref, deleted), execution_options=_ANEW)
    if feature is None:
        raise UnknownThing(f"没有编号为“{str(ref)[:60]}”的图形，可能已被删除。请刷新后重试。")
    check_version(session, feature, version)
    return feature


def _holding(act: Act, ref: int | str, deleted: bool) -> Select[Feature]:
    named = Feature.id == ref if isinstance(ref, int) else Feature.uid == ref
    there = [or_(Act.state == DONE, Act.id == act.id)]
    if not deleted:
        there.append(Feature.deleted_at.is_(None))
    return (
        select(Feature).join(Act, Act.id == Feature.act_id).where(named, *there).with_for_update(of=Feature)
    )


def check_version(session: Session, feature: Feature, version: int | None) -> None:
    """Raises OutOfDate when the editor started from another version."""
    if version is None or version == feature.version:
        return
    act = session.get_one(Act, feature.act_id)
    raise OutOfDate(
        f"这个图形已被他人修改（您依据的是第 {version} 版，现在是第 {feature.version} 版，"
        f"{act.who}{title_of(act.what)}）。本次未保存，请刷新后在最新内容上修改。"
    )


def write_state(session: Session, act: Act, feature: Feature, row: Row) -> None:
    """The feature in its new state; the search finds it, or no longer."""
    keep_version(session, feature, act)
    for name, value in row.feature.items():
        setattr(feature, name, value)
    feature.deleted_at = clock.now() if row.state.deleted else None
    session.flush()
    write_words(session, feature.id, None if row.state.deleted else row.words)


def write_words(session: Session, feature_id: int, words: dict[str, str] | None) -> None:
    """What the search knows of a feature; None: nothing."""
    if words is None:
        session.execute(delete(Search).where(Search.feature_id == feature_id))
        return
    known = session.execute(update(Search).where(Search.feature_id == feature_id).values(**words))
    if not known.rowcount:  # type: ignore[attr-defined]
        session.execute(insert(table_of(Search)).values(feature_id=feature_id, **words))


def keep_version(session: Session, feature: Feature, act: Act) -> None:
    """Copy on write: the old state stays, the present one belongs to this act."""
    session.add(
        FeatureVersion(
            feature_id=feature.id,
            version=feature.version,
            act_id=feature.act_id,
            until_act_id=act.id,
            visibility=feature.visibility,
            review=feature.review,
            deleted=feature.deleted_at is not None,
            derived=feature.derived,
            properties=feature.properties,
            shape=feature.shape,
        )
    )
    session.flush()
    feature.version += 1
    feature.act_id = act.id


def kind_beneath(session: Session, feature: Feature) -> LayerKind:
    """The kind of its layer; towns known so far are forgotten when it is a boundary that changes."""
    kind = kind_for(session.get_one(Layer, feature.layer_id))
    if kind.key == BOUNDARIES:
        session.info.pop("towns", None)
    return kind
