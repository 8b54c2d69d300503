"""The same change for many features at once: one act, all of them or none.

What follows is derived before; the writing itself takes less than a fifth of a second for the largest number allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.editing.desk import Desk, layer_desk
from layers.editing.drafts import read_properties
from layers.errors import InvalidFields, InvalidValue, OutOfDate
from layers.rights import Viewer, require
from layers.store import Database, edit, query
from layers.store.states import Row, ready
from layers.store.targets import Target, passing, require_edit, targets_named

MOST: Final = 2000
_TRIES: Final = 3


class Chosen(NamedTuple):
    """Which features of a layer: those with these uids, else all that stand there, touch the bounds and pass a filter.

    where: the filter as it stands in addresses. expected: how many the person was told there are; another number now is refused, nobody has agreed to it.
    """

    uids: Sequence[str] | None = None
    bounds: Bounds | None = None
    where: str = ""
    expected: int | None = None


class Changed(NamedTuple):
    """act: None when nothing had to be changed. changed: how many were; of: how many were chosen."""

    act: int | None
    changed: int
    of: int


def change(
    database: Database,
    viewer: Viewer,
    layer_key: str,
    chosen: Chosen,
    body: Mapping[str, Any],
    reason: str | None = None,
) -> Changed:
    """Give these features the same values; null removes one."""
    with database.reading() as session:
        desk = layer_desk(session, viewer, layer_key)
    require(viewer, "edit", unit=desk.unit, town=viewer.town)
    said = read_properties(body, desk)
    _check(said, desk)
    for _ in range(_TRIES):
        with database.reading() as session:
            found = _chosen(session, viewer, layer_key, chosen)
        try:
            return _written(database, viewer, _rows(desk, found, said), found, reason)
        except OutOfDate as changed:
            refusal = changed
    raise refusal


def preview(
    database: Database, viewer: Viewer, layer_key: str, chosen: Chosen, body: Mapping[str, Any]
) -> Changed:
    """What `change` would do, or its refusal; nothing is written."""
    with database.reading() as session:
        desk = layer_desk(session, viewer, layer_key)
        require(viewer, "edit", unit=desk.unit, town=viewer.town)
        said = read_properties(body, desk)
        _check(said, desk)
        found = _chosen(session, viewer, layer_key, chosen)
    return Changed(None, len(_rows(desk, found, said)), len(found))


def _check(said: Mapping[str, Any], desk: Desk) -> None:
    if not said:
        raise InvalidValue("没有说明要改哪些字段。请至少填写一个字段。")
    legal = [desk.kind.by_key[key] for key in said if desk.kind.by_key[key].legal]
    if legal:
        sentence = f"“{legal[0].title}”须逐个修改并由另一人复核，不能批量修改。请去掉它。"
        problems = [
            {"field": each.key, "label": each.title, "value": "", "message": sentence} for each in legal
        ]
        raise InvalidFields(sentence, {"problems": problems})


def _chosen(session: Session, viewer: Viewer, layer_key: str, chosen: Chosen) -> list[Target]:
    found = (
        _found(session, viewer, layer_key, chosen)
        if chosen.uids is None
        else targets_named(session, viewer, chosen.uids)
    )
    if len(found) > MOST:
        raise InvalidValue(f"一次最多批量修改 {MOST} 个图形，这次超过了。请缩小筛选范围，分几次修改。")
    if chosen.expected not in (None, len(found)):
        raise OutOfDate(
            f"确认时选中的是 {chosen.expected} 个图形，现在是 {len(found)} 个：有人刚增加、删除或改动了其中一些。"
            "本次未修改，请重新选择后再改。"
        )
    for each in found:
        if each.layer_key != layer_key:
            raise InvalidValue(f"“{each.name}”不在图层“{layer_key[:60]}”里。请按图层分别修改。")
        require_edit(session, viewer, each)
    return found


def _found(session: Session, viewer: Viewer, layer_key: str, chosen: Chosen) -> list[Target]:
    layer = query.layer_named(session, viewer, layer_key)
    where = query.read_filter(session, viewer, layer, chosen.where)
    return passing(session, viewer, layer, MOST + 1, chosen.bounds, where)


def _rows(desk: Desk, found: Sequence[Target], said: Mapping[str, Any]) -> dict[int, Row]:
    """Only of those that differ; shapes stay as they are."""
    told = [{k: v for k, v in {**each.state.properties, **said}.items() if v is not None} for each in found]
    pairs = [(each, new) for each, new in zip(found, told, strict=True) if new != each.state.properties]
    states = [replace(each.state, properties=new) for each, new in pairs]
    rows = ready(desk.kind, states, desk.towns)
    return {each.id: _without_shape(row) for (each, _), row in zip(pairs, rows, strict=True)}


def _without_shape(row: Row) -> Row:
    return replace(row, feature={key: value for key, value in row.feature.items() if key != "shape"})


def _written(
    database: Database, viewer: Viewer, rows: dict[int, Row], found: Sequence[Target], reason: str | None
) -> Changed:
    if not rows:
        return Changed(None, 0, len(found))
    versions = {each.id: each.version for each in found if each.id in rows}
    with database.writing() as session:
        with edit.one_act(session, "change", viewer, reason) as act:
            edit.write_rows(session, act, rows, versions)
        session.commit()
    return Changed(act.id, len(rows), len(found))
