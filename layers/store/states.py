"""How does a feature pass from one state into the next, and where does the one before stay?

Copy on write: the old row goes to `feature_version`, the present one belongs to the act that changed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Integer, Select, bindparam, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import OutOfDate, UnknownThing
from layers.kinds import BOUNDARIES, LayerKind, kind_for
from layers.store.acts import title_of
from layers.store.derive import Towns
from layers.store.rows import NewFeature, Prepared, columns, load_towns
from layers.store.slices import in_slices
from layers.store.tables import DONE, Act, Feature, FeatureVersion, Layer, StandIn, table_of
from layers.store.wordbook import enter_words, forget_words

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
    """A state with what follows from it, as it is written. feature: only the columns that change."""

    state: State
    feature: dict[str, Any]
    words: dict[str, str]


def state_of(row: Feature | FeatureVersion) -> State:
    """The state that a row holds."""
    deleted = row.deleted if isinstance(row, FeatureVersion) else row.deleted_at is not None
    return State(row.shape, row.properties, row.visibility, row.review, deleted)


def ready(kind: LayerKind, states: Sequence[State], towns: Towns) -> list[Row]:
    """States as rows: measured and checked, which takes time and no database. towns: none for a boundary itself."""
    states = [replace(each, properties=kind.settle(each.properties)) for each in states]
    prepared = prepare(kind, states, towns)
    found = zip(states, prepared.features, prepared.words, strict=True)
    return [Row(state, feature, words) for state, feature, words in found]


def taken_away(state: State) -> Row:
    """The same, off the map: nothing else changes."""
    return Row(replace(state, deleted=True), {}, {})


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
    named = Feature.id == ref if isinstance(ref, int) else Feature.uid == ref
    feature = session.scalar(select(Feature).where(named).with_for_update(), execution_options=_ANEW)
    # Asked afterwards: who has waited for a lock sees the other's row, but not what it was joined with.
    if feature is None or not _is_there(session, act, feature, deleted):
        raise UnknownThing(f"没有编号为“{str(ref)[:60]}”的图形，可能已被删除。请刷新后重试。")
    check_version(session, feature, version)
    _refuse_in_transit(session, [feature.id])
    return feature


def _is_there(session: Session, act: Act, feature: Feature, deleted: bool) -> bool:
    if feature.deleted_at is not None and not deleted:
        return False
    return (
        feature.act_id == act.id or session.get_one(Act, feature.act_id, populate_existing=True).state == DONE
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


def hold_all(session: Session, versions: Mapping[int, int]) -> None:
    """Lock these features (id → version); raises OutOfDate when one has another version by now."""
    found = dict[int, int]()
    for some in in_slices(sorted(versions)):
        rows = select(Feature.id, Feature.version).where(Feature.id.in_(some)).order_by(Feature.id)
        found |= {row.id: row.version for row in session.execute(rows.with_for_update())}
        _refuse_in_transit(session, some)
    changed = sum(found.get(id_) != version for id_, version in versions.items())
    if changed:
        raise OutOfDate(f"其中 {changed} 个图形刚刚被他人修改。本次未改动任何数据，请刷新后重试。")


def in_transit(session: Session, ids: Sequence[int] | Select[int]) -> bool:
    """Whether a bulk act that is done is still being carried over into one of these features."""
    theirs = or_(StandIn.feature_id.in_(ids), StandIn.by_id.in_(ids))
    moving = select(StandIn.feature_id).join(Act, Act.id == StandIn.act_id).where(Act.state == DONE, theirs)
    return session.scalar(moving.limit(1)) is not None


def _refuse_in_transit(session: Session, ids: Sequence[int]) -> None:
    if in_transit(session, ids):
        raise OutOfDate("这个图形刚刚随一次批量导入更新，系统正在收尾。本次未保存，请几秒后刷新再试。")


def write_states(session: Session, act: Act, rows: Mapping[int, Row]) -> None:
    """Features (by id, locked before) in their new states; the search finds them, or no longer."""
    session.flush()
    for some in in_slices(list(rows)):
        keep_versions(session, act, some)
        _write_features(session, act, {id_: rows[id_] for id_ in some})
        _write_words(session, {id_: rows[id_] for id_ in some})


def keep_versions(session: Session, act: Act, ids: Sequence[int]) -> None:
    """Copy on write: the old rows stay as they are."""
    kept = {
        "feature_id": Feature.id,
        "version": Feature.version,
        "act_id": Feature.act_id,
        "until_act_id": literal(act.id, Integer),
        "visibility": Feature.visibility,
        "review": Feature.review,
        "deleted": Feature.deleted_at.is_not(None),
        "derived": Feature.derived,
        "properties": Feature.properties,
        "shape": Feature.shape,
    }
    before = select(*kept.values()).where(Feature.id.in_(ids))
    session.connection().execute(insert(table_of(FeatureVersion)).from_select(list(kept), before))


def _write_features(session: Session, act: Act, rows: Mapping[int, Row]) -> None:
    """Statements for many rows at once, one for each set of columns that changes."""
    features, now = table_of(Feature), clock.now()
    for changing in {tuple(row.feature) for row in rows.values()}:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*changing, "deleted_at")}
        changed = update(features).where(features.c.id == bindparam("of_id"))
        told = [
            {"of_id": id_, "new_deleted_at": now if row.state.deleted else None}
            | {f"new_{name}": row.feature[name] for name in changing}
            for id_, row in rows.items()
            if tuple(row.feature) == changing
        ]
        session.connection().execute(
            changed.values(version=features.c.version + 1, act_id=act.id, **values), told
        )


def _write_words(session: Session, rows: Mapping[int, Row]) -> None:
    forget_words(session, list(rows))
    words = {id_: row.words for id_, row in rows.items() if not row.state.deleted}
    if words:
        enter_words(session, list(words), columns(list(words.values())))


def kind_beneath(session: Session, feature: Feature) -> LayerKind:
    """The kind of its layer; towns known so far are forgotten when it is a boundary that changes."""
    kind = kind_for(session.get_one(Layer, feature.layer_id))
    if kind.key == BOUNDARIES:
        session.info.pop("towns", None)
    return kind
