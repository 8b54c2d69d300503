"""What changes on the map? Everything is changed here: one deed of a person is one act is one commit.

Rights are the caller's business; `who` is the name that goes into the history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import InvalidValue, OutOfDate, UnknownThing
from layers.kinds import BOUNDARIES, KINDS, kind_of
from layers.store.acts import one_act
from layers.store.bulk import abandon_bulk, add_in_turns, finish_bulk, start_bulk, sweep_pending
from layers.store.engine import is_clean
from layers.store.pace import Pace
from layers.store.refresh import refresh_derived, settle_towns
from layers.store.rows import (
    NewFeature,
    Prepared,
    checked_visibility,
    towns_for,
    write,
)
from layers.store.tables import DONE, Act, Feature, FeatureVersion, Layer, Search

__all__ = [
    "NewFeature",
    "abandon_bulk",
    "add_features",
    "add_in_turns",
    "add_layer",
    "finish_bulk",
    "one_act",
    "refresh_derived",
    "remove_feature",
    "revise_feature",
    "settle_towns",
    "ship_layers",
    "start_bulk",
    "sweep_pending",
]
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_LONGEST_TITLE: Final = 60
_ANEW: Final = {"populate_existing": True}


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
    act: Act | int | None = None,
) -> Layer:
    """A new, empty layer; when it comes with a pending act it is hidden until that is done."""
    declared = kind_of(kind)
    _check_key(session, key)
    checked_visibility(visibility)
    layer = Layer(
        key=key,
        kind=kind,
        title=_checked_title(declared.title if title is None else title),
        group=declared.group,
        order=declared.rank,
        unit=unit or declared.owner,
        visibility=visibility,
        version=1,
        data_date=data_date,
        sample=sample,
        act_id=None if act is None else _id(act),
        created_at=clock.now(),
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
    kind, ids = kind_of(layer.kind), list[int]()
    for turn in Pace().turns(iter(rows)):
        prepared = Prepared(kind, turn, towns_for(session, layer.kind, _id(act)))
        ids += write(session, _id(act), layer, prepared)
    return ids


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
    feature = _held(session, act, ref, version)
    kind = _kind_beneath(session, feature)
    row = NewFeature(
        feature.shape if shape is None else shape,
        feature.properties if properties is None else properties,
        visibility=visibility or feature.visibility,
    )
    prepared = Prepared(kind_of(kind), [row], towns_for(session, kind, act.id))
    _keep_version(session, feature, act)
    for name, value in prepared.features[0].items():
        setattr(feature, name, value)
    session.execute(update(Search).where(Search.feature_id == feature.id).values(**prepared.words[0]))
    session.flush()
    return feature


def remove_feature(session: Session, act: Act, ref: int | str, *, version: int | None = None) -> None:
    """Take a feature off the map; its last state is kept."""
    feature = _held(session, act, ref, version)
    _kind_beneath(session, feature)
    _keep_version(session, feature, act)
    feature.deleted_at = clock.now()
    session.execute(delete(Search).where(Search.feature_id == feature.id))
    session.flush()


def _check_key(session: Session, key: str) -> None:
    if not _KEY.fullmatch(key):
        raise InvalidValue(
            f"图层代码收到“{key[:60]}”，应以小写字母开头，只含小写字母、数字和下划线，最多 63 个字符。请改正。"
        )
    if session.scalar(select(Layer.id).where(Layer.key == key)):
        raise InvalidValue(f"图层代码“{key}”已被使用。请换一个代码，或导入到已有的图层。")


def _checked_title(title: str) -> str:
    plain = " ".join(title.split())
    if not plain or len(plain) > _LONGEST_TITLE or not is_clean(plain):
        raise InvalidValue(
            f"图层名称收到“{plain[:60]}”（{len(plain)} 个字），应为 1 到 {_LONGEST_TITLE} 个字。请改正。"
        )
    return plain


def _held(session: Session, act: Act, ref: int | str, version: int | None) -> Feature:
    """The feature itself, locked against other editors until the end of the transaction."""
    named = Feature.id == ref if isinstance(ref, int) else Feature.uid == ref
    there = [Feature.deleted_at.is_(None), or_(Act.state == DONE, Act.id == act.id)]
    statement = select(Feature).join(Act, Act.id == Feature.act_id).where(named, *there)
    feature = session.scalar(statement.with_for_update(of=Feature), execution_options=_ANEW)
    if feature is None:
        raise UnknownThing(f"没有编号为“{str(ref)[:60]}”的图形，可能已被删除。请刷新后重试。")
    if version is not None and version != feature.version:
        raise OutOfDate(
            f"这个图形已被他人修改（您依据的是第 {version} 版，现在是第 {feature.version} 版）。"
            "本次未保存，请刷新后在最新内容上修改。"
        )
    return feature


def _keep_version(session: Session, feature: Feature, act: Act) -> None:
    """Copy on write: the old state stays, the present one belongs to this act."""
    session.add(
        FeatureVersion(
            feature_id=feature.id,
            version=feature.version,
            act_id=feature.act_id,
            until_act_id=act.id,
            visibility=feature.visibility,
            properties=feature.properties,
            shape=feature.shape,
        )
    )
    session.flush()
    feature.version += 1
    feature.act_id = act.id


def _kind_beneath(session: Session, feature: Feature) -> str:
    kind = session.execute(select(Layer.kind).where(Layer.id == feature.layer_id)).scalar_one()
    if kind == BOUNDARIES:
        session.info.pop("towns", None)
    return kind


def _id(act: Act | int) -> int:
    return act if isinstance(act, int) else act.id
