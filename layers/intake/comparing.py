"""Which rows of a file are new, changed, unchanged against the layer, and which features does the file not have?

Rows and features are matched by a key (地块编号, 电子监管号 …). Filled cells replace values, blank ones leave them; a
shape counts as changed when it moved by more than 2 mm. Nothing is changed here.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import InvalidValue
from layers.intake.planning import Plan
from layers.intake.rows import OTHERS, SHAPE, RowProblem
from layers.kinds import LayerKind
from layers.kinds.fields import MISSING, Text
from layers.measure import areas_m2, half_up, length_m, rounded_mu
from layers.rights import Viewer, require
from layers.store import Database
from layers.store.edit import Change, NewFeature
from layers.store.states import ready, taken_away, towns_now
from layers.store.targets import Target, key_values, require_edit, targets_in

UID: Final = "uid"
UID_COLUMNS: Final = ("图形标识", "UID", "uid")
UID_TITLE: Final = UID_COLUMNS[0]
_STILL_DEG: Final = 2e-8
"""About 2 mm: files round coordinates to the millimetre."""
_DEGREE_M: Final = 111_195
_KEPT: Final = frozenset({"is_sample", OTHERS})


class Difference(NamedTuple):
    """One field of one feature, in words."""

    title: str
    before: str
    after: str


class Changed(NamedTuple):
    """What a row would do to a feature. shape: the new one; None stays as it is."""

    target: Target
    place: str
    properties: dict[str, Any]
    differences: tuple[Difference, ...]
    shape: BaseGeometry | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a file says against a layer. new: rows that no feature answers to; removed: ids the file does not have.

    problems: rows whose key is not clear; they belong to neither.
    """

    key: str
    title: str
    new: list[NewFeature]
    changed: list[Changed]
    unchanged: int
    removed: list[int]
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def stamp(self) -> str:
        """The same as long as the map and the file are: who agreed to one comparison did not agree to another."""
        told = [
            sorted((each.target.uid, each.target.version) for each in self.changed),
            self.removed,
            len(self.new),
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Choice:
    """What is to be done: with all, with none, or with those of these uids."""

    new: bool = True
    changed: bool | frozenset[str] = True
    removed: bool | frozenset[str] = False


def keys_offered(plan: Plan, columns: Collection[str] = ()) -> list[tuple[str, str]]:
    """Fields of the file by which rows can be matched, with their titles, the likeliest first."""
    titles = {each.title: each.key for each in plan.kind.fields}
    keys = [titles[title] for title in plan.matched.values()]
    return offered(plan.kind, keys, columns)


def offered(kind: LayerKind, brought: Collection[str], columns: Collection[str]) -> list[tuple[str, str]]:
    """Of the fields that a file brings those that tell features apart: texts, the kind's own code first."""
    texts = [each for each in kind.fields if isinstance(each, Text) and each.key in brought]
    texts.sort(key=lambda each: (each.key != kind.code_field, each.key == "name"))
    uid = [(UID, UID_TITLE)] if set(columns) & set(UID_COLUMNS) else []
    return [*uid, *((each.key, each.title) for each in texts)]


def compare(
    database: Database, viewer: Viewer, plan: Plan, key: str, uids: Sequence[object] | None = None
) -> Comparison:
    """Match the good rows of a plan with the features of its layer. uids: the column of it, for the key `uid`.

    Raises InvalidValue for a key that the file does not bring.
    """
    title = _title(plan, key, uids)
    said = _keys(plan, key, uids)
    there = {} if plan.creates_layer else _there(database, viewer, plan.layer.key, key)
    rows, problems = _sorted_out(plan, said, there, title)
    met = {there[said[at]][0]: at for at in rows.matched}
    changed, notes = _changed(database, viewer, plan, met)
    told = {*said, *_left_out(plan, key, uids)}
    return Comparison(
        key=key,
        title=title,
        new=[plan.good[at] for at in rows.new],
        changed=changed,
        unchanged=len(met) - len(changed),
        removed=sorted(id_ for word, ids in there.items() if word not in told for id_ in ids),
        problems=problems,
        notes=notes,
    )


def chosen_changes(
    database: Database, viewer: Viewer, kind: LayerKind, found: Comparison, choice: Choice
) -> list[Change]:
    """What is to be written; raises NotAllowed unless the viewer may edit each of them, where it is and will be."""
    changed = [each for each in found.changed if _is_chosen(choice.changed, each.target.uid)]
    removed = _removed(database, viewer, found, choice.removed)
    with database.reading() as session:
        for target in removed:
            require_edit(session, viewer, target)
    gone = [Change(each.id, each.layer_id, each.version, taken_away(each.state)) for each in removed]
    return [*changes_of(database, viewer, kind, changed), *gone]


def changes_of(
    database: Database, viewer: Viewer, kind: LayerKind, changed: Sequence[Changed]
) -> list[Change]:
    """Features in their new states; raises NotAllowed unless the viewer may edit each, where it is and will be."""
    if not changed:
        return []
    with database.reading() as session:
        for each in changed:
            require_edit(session, viewer, each.target)
        towns = towns_now(session, kind.key)
    found = []
    for each, row in zip(changed, ready(kind, [_new_state(each) for each in changed], towns), strict=True):
        target = each.target
        if not target.state.review:
            town = row.feature["derived"].get("town")
            require(viewer, "edit", unit=target.unit, town=town, visibility=target.visibility)
        found.append(Change(target.id, target.layer_id, target.version, row))
    return found


def news(target: Target, said: dict[str, Any]) -> dict[str, Any]:
    """What a row says that the map does not know by itself: a ledger tells the town that a feature lies in."""
    lies_in_it = said.get("town") == target.town and not target.state.properties.get("town")
    return {key: value for key, value in said.items() if key != "town"} if lies_in_it else said


def differences(
    kind: LayerKind, before: Mapping[str, Any], said: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """What the values that a row fills would change, in words."""
    return tuple(
        Difference(
            kind.by_key[key].title, kind.by_key[key].show(before.get(key)), kind.by_key[key].show(value)
        )
        for key, value in said.items()
        if before.get(key) != value
    )


# --- matching ------------------------------------------------------------------------------------------


class _Rows(NamedTuple):
    """Positions of good rows."""

    new: list[int]
    matched: list[int]


def _title(plan: Plan, key: str, uids: Sequence[object] | None) -> str:
    if key == UID and uids is not None:
        return UID_TITLE
    found = plan.kind.by_key.get(key)
    if found is None or found.title not in plan.matched.values():
        known = "、".join(plan.matched.values())
        raise InvalidValue(
            f"按“{key[:40]}”对照：文件里没有这个字段（有：{known}）。请改用文件与图层共有的编号，如 地块编号。"
        )
    return found.title


def _keys(plan: Plan, key: str, uids: Sequence[object] | None) -> list[str]:
    if key == UID and uids is not None:
        return [str(uids[row - 1] or "").strip() for row in plan.rows]
    return [str(row.properties.get(key) or "") for row in plan.good]


def _left_out(plan: Plan, key: str, uids: Sequence[object] | None) -> set[str]:
    """The keys of rows that have a problem: the file does have those features."""
    if key == UID and uids is not None:
        return {str(uid or "").strip() for uid in uids}
    return {str(properties.get(key) or "") for properties in plan.left_out}


def _there(database: Database, viewer: Viewer, layer_key: str, key: str) -> dict[str, list[int]]:
    """The features of the layer by their key; those without one answer to nothing and are never removed."""
    found: dict[str, list[int]] = {}
    with database.reading() as session:
        for id_, value in key_values(session, viewer, layer_key, None if key == UID else key):
            if value:
                found.setdefault(str(value), []).append(id_)
    return found


def _sorted_out(
    plan: Plan, said: Sequence[str], there: Mapping[str, list[int]], title: str
) -> tuple[_Rows, list[RowProblem]]:
    told, rows, problems = Counter(said), _Rows([], []), []
    for at, word in enumerate(said):
        row, known = plan.rows[at], there.get(word, []) if word else []
        if not known:
            rows.new.append(at)
        elif len(known) > 1:
            reason = f"图上有 {len(known)} 个图形的“{title}”是“{word}”，不知道是哪一个。请先改正图上的编号。"
            problems.append(RowProblem(row, title, word, reason))
        elif told[word] > 1:
            reason = f"“{word}”在文件里出现 {told[word]} 次，图上只有一个。请只留一行。"
            problems.append(RowProblem(row, title, word, reason))
        else:
            rows.matched.append(at)
    return rows, problems


# --- differences ---------------------------------------------------------------------------------------


def _changed(
    database: Database, viewer: Viewer, plan: Plan, met: Mapping[int, int]
) -> tuple[list[Changed], list[str]]:
    ids, found, legal = sorted(met), list[Changed](), set[str]()
    with database.reading() as session:
        for target in targets_in(session, viewer, ids):
            at = met[target.id]
            said = news(target, _said(plan, plan.good[at]))
            legal |= _take_legal(plan.kind, target, said)
            if change := _change(plan, target, at, said):
                found.append(change)
    titles = "、".join(each.title for each in plan.kind.fields if each.key in legal)
    notes = [f"已有图形的“{titles}”与文件不同：须逐个修改并由另一人复核，导入不更新"] if titles else []
    return found, notes


def _said(plan: Plan, row: NewFeature) -> dict[str, Any]:
    """What the row says of an existing feature: a name that only stands for the code says nothing."""
    said = {key: value for key, value in row.properties.items() if key not in _KEPT}
    if plan.kind.by_key["name"].title not in plan.matched.values():
        said.pop("name", None)
    return said


def _take_legal(kind: LayerKind, target: Target, said: dict[str, Any]) -> set[str]:
    """Take out the fields that need a second person; those among them that would change."""
    legal = [each.key for each in kind.fields if each.legal and each.key in said]
    before = target.state.properties
    return {key for key in legal if said.pop(key) != before.get(key)}


def _change(plan: Plan, target: Target, at: int, said: dict[str, Any]) -> Changed | None:
    before, row = target.state.properties, plan.good[at]
    kept = {**before.get(OTHERS, {}), **row.properties.get(OTHERS, {})}
    told = (*differences(plan.kind, before, said), *_others(before.get(OTHERS, {}), kept))
    shape = None if _is_still(target.state.shape, row.shape) else row.shape
    if shape is not None:
        told = (*told, _reshaped(target.state.shape, shape))
    if not told:
        return None
    properties = {**before, **said, **({OTHERS: kept} if kept else {})}
    return Changed(target, plan.place(plan.rows[at]), properties, told, shape)


def _others(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for column, value in after.items():
        if before.get(column) != value:
            yield Difference(column, str(before.get(column, MISSING)), str(value))


def _is_still(before: BaseGeometry, after: BaseGeometry) -> bool:
    """Whether both are the same to 2 mm, wherever their rings begin and whichever way they run."""
    if before.equals_exact(after):
        return True
    old, new = (_one_part(shapely.normalize(each)) for each in (before, after))
    if old.geom_type != new.geom_type:
        return False
    return bool(
        shapely.equals_exact(old, new, _STILL_DEG) or shapely.hausdorff_distance(old, new) <= _STILL_DEG
    )


def _one_part(shape: BaseGeometry) -> BaseGeometry:
    """Without the wrapping of a collection of one."""
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape


def _reshaped(before: BaseGeometry, after: BaseGeometry) -> Difference:
    if shapely.get_dimensions(after) == 2:
        areas = areas_m2(np.array([before, after], object)).tolist()
        if rounded_mu(areas[0]) != rounded_mu(areas[1]):
            return Difference(SHAPE, f"{rounded_mu(areas[0]):,} 亩", f"{rounded_mu(areas[1]):,} 亩")
    elif shapely.get_dimensions(after) == 1:
        lengths = [half_up(length_m(each) / 1000, 3) for each in (before, after)]
        if lengths[0] != lengths[1]:
            return Difference(SHAPE, f"{lengths[0]} 公里", f"{lengths[1]} 公里")
    old, new = _in_metres(before, after)
    moved_m = shapely.hausdorff_distance(old, new)
    return Difference(SHAPE, "原位置", f"移动约 {half_up(moved_m, 1)} 米")


def _in_metres(before: BaseGeometry, after: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """About true to scale around the first of them; enough to say how far something moved."""
    squeeze = np.array([math.cos(math.radians(shapely.bounds(before)[1])), 1.0]) * _DEGREE_M
    return shapely.transform(before, lambda at: at * squeeze), shapely.transform(
        after, lambda at: at * squeeze
    )


# --- what is to be done ----------------------------------------------------------------------------------


def _is_chosen(choice: bool | frozenset[str], uid: str) -> bool:
    return choice if isinstance(choice, bool) else uid in choice


def _removed(
    database: Database, viewer: Viewer, found: Comparison, choice: bool | frozenset[str]
) -> list[Target]:
    if choice is False or not found.removed:
        return []
    with database.reading() as session:
        targets = list(targets_in(session, viewer, found.removed))
    return [target for target in targets if _is_chosen(choice, target.uid)]


def _new_state(changed: Changed) -> Any:
    state = changed.target.state
    shape = state.shape if changed.shape is None else changed.shape
    return replace(state, properties=changed.properties, shape=shape)
