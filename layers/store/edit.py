"""What changes on the map? Everything is changed here: one deed of a person is one act is one commit.

Rights are the caller's business; `who` is the name that goes into the history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import InvalidValue
from layers.kinds import CUSTOM, KINDS, kind_for, kind_of
from layers.kinds.custom_layer import custom_kind
from layers.kinds.own_fields import Declaration
from layers.store.acts import one_act
from layers.store.bulk import (
    Also,
    abandon_bulk,
    add_in_turns,
    finish_bulk,
    nothing_else,
    start_bulk,
    sweep_pending,
)
from layers.store.engine import is_clean, one_at_a_time
from layers.store.pace import Pace
from layers.store.refresh import follow_rules, refresh_derived, settle_towns
from layers.store.rows import (
    NewFeature,
    Prepared,
    checked_visibility,
    towns_for,
    write,
)
from layers.store.stand_ins import Change, stand_in_turns
from layers.store.states import (
    Row,
    State,
    held,
    hold_all,
    kind_beneath,
    ready,
    state_of,
    taken_away,
    write_states,
)
from layers.store.tables import Act, Feature, FeatureVersion, Layer

__all__ = [
    "Also",
    "Change",
    "NewFeature",
    "abandon_bulk",
    "add_features",
    "add_in_turns",
    "add_layer",
    "add_state",
    "finish_bulk",
    "follow_rules",
    "known",
    "nothing_else",
    "one_act",
    "refresh_derived",
    "remove_feature",
    "revise_feature",
    "settle_towns",
    "ship_layers",
    "stand_in_turns",
    "start_bulk",
    "sweep_pending",
    "write_row",
    "write_rows",
]
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_LONGEST_TITLE: Final = 60


def add_layer(
    session: Session,
    *,
    kind: str,
    key: str,
    title: str | None = None,
    visibility: str = "internal",
    unit: str | None = None,
    sample: bool = False,
    data_date: date | None = None,
    group: str | None = None,
    own_fields: Declaration | None = None,
    act: Act | int | None = None,
) -> Layer:
    """A new, empty layer; when it comes with a pending act it is hidden until that is done.

    own_fields: what a layer of the county's own declares; without it there is no such layer.
    """
    if kind == CUSTOM and own_fields:
        declared = custom_kind(own_fields.stored(), checked_title(title or ""))
    else:
        declared = kind_of(kind)
    check_key(session, key)
    checked_visibility(visibility)
    layer = Layer(
        key=key,
        kind=kind,
        title=checked_title(declared.title if title is None else title),
        group=group or declared.group,
        order=declared.rank,
        unit=unit or declared.owner,
        visibility=visibility,
        version=1,
        data_date=data_date,
        sample=sample,
        act_id=None if act is None else _id(act),
        created_at=clock.now(),
        own_fields=own_fields.stored() if own_fields else None,
    )
    session.add(layer)
    session.flush()
    return layer


def ship_layers(session: Session, visibility: str = "internal") -> list[Layer]:
    """Each kind ships one layer with the kind's own key: those that are still missing."""
    there = set(session.scalars(select(Layer.key)))
    missing = [key for key in KINDS if key not in there]
    return [add_layer(session, kind=key, key=key, visibility=visibility) for key in missing]


def add_features(session: Session, act: Act | int, layer: Layer, rows: Iterable[NewFeature]) -> list[int]:
    """Store features in a layer; returns their ids, in order."""
    kind, ids = kind_for(layer), list[int]()
    for turn in Pace().turns(iter(rows)):
        prepared = Prepared(kind, turn, towns_for(session, layer.kind, _id(act)))
        ids += write(session, _id(act), layer, prepared)
    return ids


@dataclass(frozen=True)
class Known:
    """A feature that is stored under a uid, and how it was in its first version."""

    id: int
    uid: str
    layer_id: int
    first: State


def known(session: Session, uid: str) -> Known | None:
    """What is stored under this uid, deleted or not; nobody else can store it until the end of the transaction."""
    one_at_a_time(session, uid)
    feature = session.scalar(select(Feature).where(Feature.uid == uid))
    if feature is None:
        return None
    first = session.get(FeatureVersion, (feature.id, 1)) or feature
    return Known(feature.id, feature.uid, feature.layer_id, state_of(first))


def add_state(session: Session, act: Act, layer: Layer, prepared: Prepared) -> str:
    """A new feature that was made ready before the session opened; returns its uid."""
    write(session, act.id, layer, prepared)
    return prepared.uids[0]


def revise_feature(
    session: Session,
    act: Act,
    ref: int | str,
    *,
    shape: BaseGeometry | None = None,
    properties: Mapping[str, Any] | None = None,
    visibility: str | None = None,
    version: int | None = None,
) -> Feature:
    """Change what is given; the old state is kept. version: the one the editor started from, else OutOfDate."""
    feature = held(session, act, ref, version)
    kind = kind_beneath(session, feature)
    state = State(
        feature.shape if shape is None else shape,
        feature.properties if properties is None else properties,
        visibility or feature.visibility,
        feature.review,
    )
    (row,) = ready(kind, [state], towns_for(session, kind.key, act.id))
    return _written(session, act, feature, row)


def write_row(session: Session, act: Act, ref: int | str, row: Row, *, version: int | None) -> Feature:
    """The same with a state that was made ready before the session opened; a deleted feature comes back by it."""
    feature = held(session, act, ref, version, deleted=True)
    kind_beneath(session, feature)
    return _written(session, act, feature, row)


def remove_feature(session: Session, act: Act, ref: int | str, *, version: int | None = None) -> None:
    """Take a feature off the map; its last state is kept."""
    feature = held(session, act, ref, version)
    kind_beneath(session, feature)
    _written(session, act, feature, taken_away(state_of(feature)))


def write_rows(session: Session, act: Act, rows: Mapping[int, Row], versions: Mapping[int, int]) -> None:
    """Many features (by id) into states that were made ready before; OutOfDate when one changed since."""
    session.info.pop("towns", None)
    hold_all(session, versions)
    write_states(session, act, rows)


def _written(session: Session, act: Act, feature: Feature, row: Row) -> Feature:
    write_states(session, act, {feature.id: row})
    session.refresh(feature)
    return feature


def check_key(session: Session, key: str) -> None:
    """Raises InvalidValue for a key that is no key, or taken."""
    if not _KEY.fullmatch(key):
        raise InvalidValue(
            f"图层代码收到“{key[:60]}”，应以小写字母开头，只含小写字母、数字和下划线，最多 63 个字符。请改正。"
        )
    if session.scalar(select(Layer.id).where(Layer.key == key)):
        raise InvalidValue(f"图层代码“{key}”已被使用。请换一个代码，或导入到已有的图层。")


def checked_title(title: str) -> str:
    """A title as it is stored; raises InvalidValue when it is too long, empty, or not to be shown."""
    plain = " ".join(title.split())
    if not plain or len(plain) > _LONGEST_TITLE or not is_clean(plain):
        raise InvalidValue(
            f"图层名称收到“{plain[:60]}”（{len(plain)} 个字），应为 1 到 {_LONGEST_TITLE} 个字。请改正。"
        )
    return plain


def _id(act: Act | int) -> int:
    return act if isinstance(act, int) else act.id
