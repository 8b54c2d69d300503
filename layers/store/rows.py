"""How do features become rows? Prepared without the database, then written quickly."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Table, insert, or_, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from layers import clock
from layers.errors import InvalidShape, InvalidValue
from layers.kinds import BOUNDARIES, LayerKind
from layers.rights import VISIBILITIES
from layers.store.derive import Shapes, Towns, derive
from layers.store.engine import is_clean, json_text
from layers.store.tables import DONE, Act, Feature, Layer, Search, table_of
from layers.store.words import words_of

"""The kind whose towns give other features their town."""
_SLICE: Final = 500


@dataclass(frozen=True)
class NewFeature:
    """What is to be stored: a sound shape in CGCS2000 degrees and properties as the kind reads them.

    uid: made by whoever created it, else here. visibility: None is that of the layer.
    """

    shape: BaseGeometry
    properties: Mapping[str, Any] = field(default_factory=dict)
    uid: str | None = None
    visibility: str | None = None


class Prepared:
    """Features as rows of `feature` and `search`, still without their ids."""

    def __init__(self, kind: LayerKind, rows: Sequence[NewFeature], towns: Towns) -> None:
        self.uids = [_uid(row.uid) for row in rows]
        self.given_uids = [uid for uid, row in zip(self.uids, rows, strict=True) if row.uid]
        shapes = _sound([row.shape for row in rows])
        properties = [_storable(row.properties) for row in rows]
        derived = derive(kind, shapes, properties, towns, clock.today())
        self.features = [
            {
                "shape": shape,
                "properties": told,
                "derived": follows.values,
                "derived_until": follows.until,
                "visibility": checked_visibility(row.visibility),
            }
            for row, shape, told, follows in zip(rows, shapes, properties, derived, strict=True)
        ]
        self.words = [
            words_of(kind, told, follows.values.get("town"))
            for told, follows in zip(properties, derived, strict=True)
        ]


def write(session: Session, act_id: int, layer: Layer, rows: Prepared) -> list[int]:
    """Insert them and return their ids, in order."""
    if layer.kind == BOUNDARIES:
        session.info.pop("towns", None)
    _refuse_known(session, rows.given_uids)
    common = {"layer_id": layer.id, "act_id": act_id, "version": 1, "created_at": clock.now()}
    features = [common | {"uid": uid} | row for uid, row in zip(rows.uids, rows.features, strict=True)]
    _insert(session, table_of(Feature), features)
    ids = _ids_of(session, rows.uids)
    words = [{"feature_id": id_} | row for id_, row in zip(ids, rows.words, strict=True)]
    _insert(session, table_of(Search), words)
    return ids


def towns_for(session: Session, kind: str, act_id: int) -> Towns:
    """Those that readers see or that this act brings, kept for the act; a boundary itself lies in no town."""
    if kind == BOUNDARIES:
        return Towns([], [])
    kept: dict[int, Towns] = session.info.setdefault("towns", {})
    if act_id not in kept:
        kept[act_id] = load_towns(session, act_id)
    return kept[act_id]


def load_towns(session: Session, act_id: int | None = None) -> Towns:
    """The towns of the map, and those of one act that is still pending."""
    statement = (
        select(json_text(Feature.properties, "name"), Feature.shape)
        .join(Layer, Layer.id == Feature.layer_id)
        .join(Act, Act.id == Feature.act_id)
        .where(
            Layer.kind == BOUNDARIES,
            json_text(Feature.properties, "level") == "town",
            Feature.deleted_at.is_(None),
            or_(Act.state == DONE, Act.id == act_id),
        )
        .order_by(Feature.id)
    )
    rows = session.execute(statement).all()
    return Towns([name for name, _ in rows], [shape for _, shape in rows])


def checked_visibility(visibility: str | None) -> str | None:
    """The same; raises InvalidValue for a word that is none."""
    if visibility is not None and visibility not in VISIBILITIES:
        allowed = "、".join(f"{code}（{word}）" for code, word in VISIBILITIES.items())
        raise InvalidValue(f"可见范围收到“{visibility[:60]}”，应为以下之一：{allowed}。请改正。")
    return visibility


def _uid(given: str | None) -> str:
    if given is None:
        return str(uuid7())
    try:
        return str(UUID(given))
    except ValueError:
        raise InvalidValue(f"图形标识收到“{given[:60]}”，应为 UUID。请改正，或留空由系统生成。") from None


def _sound(shapes: Sequence[BaseGeometry]) -> Sequence[BaseGeometry]:
    """Without heights; raises InvalidShape for what no layer can hold."""
    column: Shapes = shapely.force_2d(np.array(shapes, object))
    for row in np.flatnonzero(shapely.is_missing(column) | shapely.is_empty(column)):
        raise InvalidShape(f"第 {row + 1} 个图形是空的，应为有坐标的点、线或面。请删除它，或补上图形。")
    positions, rows = shapely.get_coordinates(column, return_index=True)
    for row in rows[~np.isfinite(positions).all(axis=1)]:
        raise InvalidShape(f"第 {row + 1} 个图形含有无效坐标（NaN 或无穷大），应为数字。请检查数据后重试。")
    return list(column)


def _storable(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Without blanks; raises InvalidValue for what JSON or a database cannot hold."""
    for key, value in properties.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidValue(f"字段“{key}”收到 {value}，应为有限的数字。请改正，或留空。")
        if not all(map(is_clean, value if isinstance(value, list) else [value])):
            raise InvalidValue(f"字段“{key}”含有不能保存的控制字符或残缺字符。请删除后重试。")
    return {key: value for key, value in properties.items() if value is not None}


def _refuse_known(session: Session, uids: Sequence[str]) -> None:
    for some in _slices(uids):
        taken = session.scalar(select(Feature.uid).where(Feature.uid.in_(some)).limit(1))
        if taken:
            raise InvalidValue(f"标识为“{taken}”的图形已经存在，不能重复添加。请改为修改它，或去掉标识。")
    if len(set(uids)) < len(uids):
        raise InvalidValue("同一批数据中有重复的图形标识，每个图形的标识应不同。请去掉重复的标识。")


def _ids_of(session: Session, uids: Sequence[str]) -> list[int]:
    found: dict[str, int] = {}
    for some in _slices(uids):
        rows = session.execute(select(Feature.uid, Feature.id).where(Feature.uid.in_(some)))
        found.update((uid, id_) for uid, id_ in rows)
    return [found[uid] for uid in uids]


def _slices(uids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (uids[start : start + _SLICE] for start in range(0, len(uids), _SLICE))


def _insert(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Past the ORM, which costs 50 µs a row."""
    if rows:
        session.connection().execute(insert(table), rows)
