"""How do features become rows? Prepared without the database, then written quickly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Dialect, or_, select
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from layers import clock
from layers.errors import InvalidShape, InvalidValue
from layers.kinds import BOUNDARIES, LayerKind
from layers.rights import VISIBILITIES
from layers.store.derive import Shapes, Towns, derive
from layers.store.engine import (
    boxes_of,
    cells,
    enter_boxes,
    insert_columns,
    is_clean,
    json_text,
    new_ids,
    to_json,
)
from layers.store.slices import in_slices
from layers.store.tables import DONE, Act, Feature, Layer, table_of
from layers.store.wordbook import enter_words
from layers.store.words import Wording

"""The kind whose towns give other features their town."""


@dataclass(frozen=True)
class NewFeature:
    """What is to be stored: a sound shape in CGCS2000 degrees and properties as the kind reads them.

    uid: made by whoever created it, else here. visibility: None is that of the layer. review: None stands at once.
    area_m2: on the ellipsoid, where it has been measured already.
    """

    shape: BaseGeometry
    properties: Mapping[str, Any] = field(default_factory=dict)
    uid: str | None = None
    visibility: str | None = None
    review: str | None = None
    area_m2: float | None = None


class Prepared:
    """Features as rows of `feature` and `search`, still without their ids."""

    def __init__(self, kind: LayerKind, rows: Sequence[NewFeature], towns: Towns) -> None:
        self.uids = [checked_uid(row.uid) if row.uid else new_uid() for row in rows]
        self.given_uids = [uid for uid, row in zip(self.uids, rows, strict=True) if row.uid]
        self.shapes = shapes = _sound([row.shape for row in rows])
        stored = [_storable(kind.settle(row.properties)) for row in rows]
        properties = [told for told, _ in stored]
        derived = derive(
            kind,
            shapes,
            properties,
            towns,
            clock.today(),
            [row.review for row in rows],
            _measured(rows),
        )
        self.columns: dict[str, Sequence[Any]] = {
            "shape": shapes,
            "properties": properties,
            "derived": [follows.values for follows in derived],
            "derived_until": [follows.until for follows in derived],
            "visibility": [checked_visibility(row.visibility) for row in rows],
            "review": [row.review for row in rows],
        }
        wording = Wording(kind)
        self.words = [
            wording.of(told, follows.values.get("town"))
            for told, follows in zip(properties, derived, strict=True)
        ]
        # Written here, so that nobody who wants to write waits for it.
        self.boxes = boxes_of(shapes)
        self._written: dict[str, Sequence[Any]] = {
            **self.columns,
            "properties": [text for _, text in stored],
            "derived": [to_json(follows.values) for follows in derived],
        }
        self._search: Mapping[str, Sequence[Any]] = columns(self.words)

    @property
    def features(self) -> list[dict[str, Any]]:
        """Row by row, as they are kept in the table `feature`."""
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]

    def made_ready(self, dialect: Dialect) -> Prepared:
        """As this database takes them: the less there is to be done while others wait."""
        self._written = {**cells(dialect, table_of(Feature), self._written)}
        return self

    def insert(self, session: Session, ids: Sequence[int], common: Mapping[str, Any]) -> None:
        """Insert the features under these ids. common: what is the same in every row."""
        own: dict[str, Sequence[Any]] = {"id": ids, "uid": self.uids}
        insert_columns(session, table_of(Feature), own | self._written, common)

    def insert_words(self, session: Session, ids: Sequence[int]) -> None:
        """Insert the words by which the features of these ids are found."""
        enter_words(session, ids, self._search)


def write(session: Session, act_id: int, layer: Layer, rows: Prepared) -> list[int]:
    """Insert them with their words and return their ids, in order."""
    ids = write_features(session, act_id, layer, rows)
    rows.insert_words(session, ids)
    return ids


def write_features(session: Session, act_id: int, layer: Layer, rows: Prepared) -> list[int]:
    """Insert them, to be found by no word yet, and return their ids, in order."""
    if layer.kind == BOUNDARIES:
        session.info.pop("towns", None)
    _refuse_known(session, rows.given_uids)
    ids = new_ids(session, table_of(Feature), len(rows.uids))
    enter_boxes(session, layer.id, ids, rows.boxes)
    rows.insert(
        session, ids, {"layer_id": layer.id, "act_id": act_id, "version": 1, "created_at": clock.now()}
    )
    return ids


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows with the same keys, column by column."""
    return {key: [row[key] for row in rows] for key in rows[0]} if rows else {}


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
    # Asked first: joined with its layer, every feature of the county would be looked at.
    boundaries = session.scalars(select(Layer.id).where(Layer.kind == BOUNDARIES)).all()
    statement = (
        select(json_text(Feature.properties, "name"), Feature.shape)
        .join(Act, Act.id == Feature.act_id)
        .where(
            Feature.layer_id.in_(boundaries),
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


def new_uid() -> str:
    """One that sorts by the time it was made."""
    return str(uuid7())


def checked_uid(given: str) -> str:
    """The same in its usual form; raises InvalidValue for what is none."""
    try:
        return str(UUID(given))
    except ValueError:
        raise InvalidValue(f"图形标识收到“{given[:60]}”，应为 UUID。请改正，或留空由系统生成。") from None


def _sound(shapes: Sequence[BaseGeometry]) -> Sequence[BaseGeometry]:
    """Without heights; raises InvalidShape for what no layer can hold."""
    column: Shapes = np.array(shapes, object)
    if shapely.has_z(column).any() or shapely.has_m(column).any():
        column = shapely.force_2d(column)
    for row in np.flatnonzero(shapely.is_missing(column) | shapely.is_empty(column)):
        raise InvalidShape(f"第 {row + 1} 个图形是空的，应为有坐标的点、线或面。请删除它，或补上图形。")
    positions, rows = shapely.get_coordinates(column, return_index=True)
    for row in rows[~np.isfinite(positions).all(axis=1)]:
        raise InvalidShape(f"第 {row + 1} 个图形含有无效坐标（NaN 或无穷大），应为数字。请检查数据后重试。")
    return list(column)


def _measured(rows: Sequence[NewFeature]) -> list[float] | None:
    areas = [row.area_m2 for row in rows if row.area_m2 is not None]
    return areas if len(areas) == len(rows) else None


def _storable(properties: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Without blanks, and as JSON; raises InvalidValue for what JSON or a database cannot hold."""
    told = dict(properties)
    if None in told.values():
        told = {key: value for key, value in told.items() if value is not None}
    try:
        text = to_json(told)
        text.encode()
    except ValueError:
        _refuse_unstorable(told)
        raise InvalidValue("属性中含有不能保存的数字或残缺字符。请删除后重试。") from None
    # Quick to see in the text of a row, whichever value it is in; a backslash that was typed looks the same.
    if "\\u0000" in text:
        _refuse_unstorable(told)
    return told, text


def _refuse_unstorable(properties: Mapping[str, Any]) -> None:
    for key, value in properties.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidValue(f"字段“{key}”收到 {value}，应为有限的数字。请改正，或留空。")
        if not all(map(is_clean, value if isinstance(value, list) else [value])):
            raise InvalidValue(f"字段“{key}”含有不能保存的控制字符或残缺字符。请删除后重试。")


def _refuse_known(session: Session, uids: Sequence[str]) -> None:
    for some in in_slices(uids):
        taken = session.scalar(select(Feature.uid).where(Feature.uid.in_(some)).limit(1))
        if taken:
            raise InvalidValue(f"标识为“{taken}”的图形已经存在，不能重复添加。请改为修改它，或去掉标识。")
    if len(set(uids)) < len(uids):
        raise InvalidValue("同一批数据中有重复的图形标识，每个图形的标识应不同。请去掉重复的标识。")
