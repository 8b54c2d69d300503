"""One feature becomes several, several become one: split by a line, merge, duplicate. Each is one act."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import split as split_by
from sqlalchemy.orm import Session

from layers.editing.changes import check_version
from layers.editing.desk import Desk, desk_for
from layers.editing.drafts import Draft, fit
from layers.errors import InvalidShape, InvalidValue
from layers.formats.geojson import read_shape
from layers.rights import Viewer, require
from layers.shapes import FAMILY_TITLES, family_of
from layers.store import Database, edit, query
from layers.store.rows import Prepared
from layers.store.states import Row, State, prepare, ready, taken_away
from layers.store.targets import Target, require_edit, target, targets_named

MOST_MERGED: Final = 50
MOST_PARTS: Final = 50
_SLIVER: Final = 1e-9
"""Of the whole: what is less is left over by rounding, not by a person."""
_BESIDE_M: Final = 20.0
_METRES_PER_DEGREE: Final = 111_195.0


class Reshaped(NamedTuple):
    """uids: the features that stand now, the one that goes on first."""

    act: int
    uids: list[str]


@dataclass(frozen=True)
class _Work:
    """What is written in one act: new features in a layer, others in new states."""

    what: str
    layer_key: str
    added: Prepared
    rows: Mapping[int, Row]
    versions: Mapping[int, int]
    uids: Sequence[str]


def split(database: Database, viewer: Viewer, ref: int | str, version: int | None, line: object) -> Reshaped:
    """Cut along a line: the largest part goes on as this feature, each other part becomes a new one like it."""
    cut = _line(line)
    with database.reading() as session:
        found = target(session, viewer, ref)
        require_edit(session, viewer, found)
        desk = desk_for(session, viewer, found)
    check_version(database, viewer, found, version, Draft(None))
    largest, *others = [fit(part, found.kind, desk.county) for part in _parts(found.state.shape, cut)]
    rows = {found.id: _checked(desk, replace(found.state, shape=largest))}
    states = [replace(found.state, shape=part) for part in others]
    added = prepare(found.kind, states, desk.towns)
    work = _Work("split", found.layer_key, added, rows, {found.id: found.version}, [found.uid, *added.uids])
    return _written(database, viewer, work)


def merge(database: Database, viewer: Viewer, layer_key: str, uids: Sequence[str], keep: str) -> Reshaped:
    """The union of several features; `keep` goes on with its own properties, the others go into the recycle bin."""
    if len(uids) < 2 or len(uids) > MOST_MERGED or keep not in uids:
        raise InvalidValue(
            f"合并需要 2 到 {MOST_MERGED} 个图形，并指明保留其中哪一个的属性（keep），但收到 {len(uids)} 个。请重新选择。"
        )
    with database.reading() as session:
        found = _of_layer(session, viewer, layer_key, uids)
        desk = desk_for(session, viewer, found[0])
    kept = next(each for each in found if each.uid == keep)
    whole = fit(_united([each.state.shape for each in found]), kept.kind, desk.county)
    rows = {each.id: taken_away(each.state) for each in found if each is not kept}
    rows[kept.id] = _checked(desk, replace(kept.state, shape=whole))
    versions = {each.id: each.version for each in found}
    work = _Work("merge", layer_key, prepare(kept.kind, [], desk.towns), rows, versions, [keep])
    return _written(database, viewer, work)


def duplicate(database: Database, viewer: Viewer, ref: int | str) -> Reshaped:
    """The same once more, a little beside, under a name that says so."""
    with database.reading() as session:
        found = target(session, viewer, ref)
        require_edit(session, viewer, found)
        desk = desk_for(session, viewer, found)
    name = f"{found.name}（副本）"
    properties = {**found.state.properties, "name": name, "is_sample": False}
    properties.pop(found.kind.code_field, None)
    state = State(
        fit(_beside(found.state.shape), found.kind, desk.county), properties, found.state.visibility
    )
    _checked(desk, state)
    added = prepare(found.kind, [state], desk.towns)
    return _written(database, viewer, _Work("duplicate", found.layer_key, added, {}, {}, added.uids))


def _written(database: Database, viewer: Viewer, work: _Work) -> Reshaped:
    with database.writing() as session:
        layer = query.layer_named(session, viewer, work.layer_key)
        with edit.one_act(session, work.what, viewer) as act:
            edit.write_rows(session, act, work.rows, work.versions)
            if work.added.uids:
                edit.add_state(session, act, layer, work.added)
        session.commit()
    return Reshaped(act.id, list(work.uids))


def _checked(desk: Desk, state: State) -> Row:
    """Ready, and where the viewer may write."""
    (row,) = ready(desk.kind, [state], desk.towns)
    town = row.feature["derived"].get("town")
    if not state.review:
        require(desk.viewer, "edit", unit=desk.unit, town=town, visibility=state.visibility)
    return row


def _of_layer(session: Session, viewer: Viewer, layer_key: str, uids: Sequence[str]) -> list[Target]:
    """Features of one layer that stand and that the viewer may edit."""
    found = targets_named(session, viewer, uids)
    for each in found:
        if each.layer_key != layer_key or each.state.review:
            raise InvalidValue(
                f"“{each.name}”不在图层“{layer_key[:60]}”里，或还在等待审核，不能一起合并。请重新选择。"
            )
        require_edit(session, viewer, each)
    return found


# --- shapes ------------------------------------------------------------------------------------------------


def _line(line: object) -> BaseGeometry:
    """The geometry of a line, or a bare list of positions."""
    geometry = {"type": "LineString", "coordinates": line} if isinstance(line, list) else line
    shape = read_shape(geometry)
    if shape is None or family_of(shape) != "line" or shape.is_empty:
        raise InvalidValue("分割线应为一条折线（至少两个点）。请在图上重新画。")
    return shapely.force_2d(shape)


def _parts(shape: BaseGeometry, cut: BaseGeometry) -> list[BaseGeometry]:
    """The parts on either side of the line, the largest first."""
    if family_of(shape) == "point":
        raise InvalidShape("点不能分割。请选择线或面。")
    pieces = [piece for part in shapely.get_parts(shape) for piece in _pieces(part, cut)]
    whole = sum(map(_size, pieces))
    pieces = [piece for piece in pieces if _size(piece) > whole * _SLIVER]
    if len(pieces) <= shapely.get_num_geometries(shape):
        raise InvalidShape("分割线没有把图形分开：它应从图形外开始，完全穿过，到图形外结束。请重新画。")
    if len(pieces) > MOST_PARTS:
        raise InvalidShape(f"这条线把图形分成了 {len(pieces)} 块，最多 {MOST_PARTS} 块。请分几次分割。")
    return sorted(pieces, key=_size, reverse=True)


def _pieces(part: BaseGeometry, cut: BaseGeometry) -> list[BaseGeometry]:
    if not part.intersects(cut):
        return [part]
    try:
        return _in_turn(part, list(shapely.get_parts(cut)))
    except (ValueError, shapely.GEOSException):
        raise InvalidShape("分割线与图形重合或自相交，无法分割。请换一条线重新画。") from None


def _in_turn(part: BaseGeometry, cuts: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    pieces = [part]
    for cut in cuts:
        pieces = [piece for whole in pieces for piece in split_by(whole, cut).geoms]
    return pieces


def _size(piece: BaseGeometry) -> float:
    return piece.area or piece.length


def _united(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    families = {family_of(shape) for shape in shapes}
    if len(families) > 1:
        titles = "、".join(FAMILY_TITLES[family] for family in sorted(filter(None, families)))
        raise InvalidShape(f"合并的图形应为同一种，但收到{titles}。请分别合并。")
    whole = shapely.union_all(np.array(shapes, object))
    return shapely.line_merge(whole) if families == {"line"} else whole


def _beside(shape: BaseGeometry) -> BaseGeometry:
    """Some metres to the south-east, so that both can be seen and seized."""
    flat = math.cos(math.radians(shape.bounds[1]))
    step = np.array([_BESIDE_M / _METRES_PER_DEGREE / flat, -_BESIDE_M / _METRES_PER_DEGREE])
    return shapely.transform(shape, lambda positions: positions + step)
