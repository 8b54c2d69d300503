"""A table without shapes: which features on the map does it mean, and what would change about them?

The rows of a ledger are matched by a key (地块编号, 电子监管号 …); filled cells replace values, blank ones leave them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from layers.errors import InvalidValue, MapError
from layers.formats import Dataset, read_dataset
from layers.intake.mapping import mapped
from layers.intake.rows import OTHERS, RowProblem, read_rows
from layers.intake.secrecy import refuse_secret_titles, refuse_secrets
from layers.kinds import LayerKind, kind_for
from layers.kinds.fields import Field
from layers.rights import Viewer, require
from layers.store import Database, edit, query
from layers.store.states import ready, towns_now
from layers.store.targets import Target, require_edit, standing

UID_COLUMNS: Final = ("图形标识", "UID", "uid")


class Difference(NamedTuple):
    """One field of one feature, in words."""

    title: str
    before: str
    after: str


class Change(NamedTuple):
    """What a row would do to a feature."""

    target: Target
    place: str
    properties: dict[str, Any]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class JoinPlan:
    """What a ledger would change. not_found: place and key of rows that no feature answers to.

    missing: names of features on the map whose key no row has.
    """

    file: str
    title: str
    kind: LayerKind
    layer_key: str
    key: str
    count: int
    encoding: str
    matched: dict[str, str]
    others: list[str]
    changes: list[Change]
    unchanged: int
    not_found: list[tuple[str, str]]
    missing: int
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    places: Sequence[str] = ()

    def place(self, row: int) -> str:
        """What a row is called where it came from; rows count from 1."""
        return self.places[row - 1] if self.places else f"第 {row} 行"


def plan_join(
    database: Database,
    viewer: Viewer,
    file: Path,
    *,
    layer: str,
    key: str,
    encoding: str | None = None,
    source_layer: str | None = None,
) -> JoinPlan:
    """Match the rows of a file with the features of a layer; nothing is changed."""
    with database.reading() as session:
        found_layer = query.layer_named(session, viewer, layer)
        kind, title, unit = _lenient(kind_for(found_layer)), found_layer.title, found_layer.unit
        require(viewer, "import", unit=unit)
    refuse_secret_titles(file.name)
    dataset = read_dataset(file, encoding=encoding, source_layer=source_layer)
    refuse_secrets(dataset)
    rows = _rows(kind, dataset, key)
    with database.reading() as session:
        there = standing(session, viewer, layer, 1_000_000)
    joined = _matched(kind, dataset, rows, _by_key(there, rows.field))
    return JoinPlan(
        file=file.name,
        title=title,
        kind=kind,
        layer_key=layer,
        key=rows.field.title if rows.field else UID_COLUMNS[0],
        count=len(dataset),
        encoding=dataset.encoding,
        matched=rows.titles,
        others=rows.others,
        changes=joined.changes,
        unchanged=joined.unchanged,
        not_found=joined.not_found,
        missing=len(there) - joined.met,
        problems=sorted([*rows.problems, *joined.problems], key=lambda problem: problem.row),
        notes=[*dataset.notes, *rows.notes],
        places=dataset.places,
    )


def apply_join(
    database: Database, viewer: Viewer, plan: JoinPlan, who: str, *, good_rows: bool = False
) -> int:
    """Update the features in one act; returns how many. Raises OutOfDate when one changed since the plan."""
    if plan.problems and not good_rows:
        raise InvalidValue(f"“{plan.file}”有 {len(plan.problems)} 处问题，未更新任何内容。请改正后再导入。")
    if not plan.changes:
        return 0
    with database.reading() as session:
        for change in plan.changes:
            require_edit(session, viewer, change.target)
        towns = towns_now(session, plan.kind.key)
    states = [replace(change.target.state, properties=change.properties) for change in plan.changes]
    rows = ready(plan.changes[0].target.kind, states, towns)
    changes = [
        edit.Change(change.target.id, change.target.layer_id, change.target.version, row)
        for change, row in zip(plan.changes, rows, strict=True)
    ]
    act_id = edit.start_bulk(database, "import", who, f"{plan.file}（按{plan.key}更新属性）")
    try:
        edit.stand_in_turns(database, act_id, changes)
        edit.finish_bulk(database, act_id, plan.layer_key)
    except BaseException:
        with suppress(MapError):
            edit.abandon_bulk(database, act_id)
        raise
    return len(rows)


# --- rows ------------------------------------------------------------------------------------------------


@dataclass
class _Rows:
    """The rows of the table as values of the kind. field: the key; None for the map's own mark of a feature."""

    field: Field | None
    keys: list[str]
    properties: list[dict[str, Any]]
    titles: dict[str, str]
    others: list[str]
    problems: list[RowProblem]
    notes: list[str]


def _lenient(kind: LayerKind) -> LayerKind:
    """The kind as a ledger needs it: no column is required."""
    return replace(kind, fields=tuple(replace(each, required=False) for each in kind.fields))


def _rows(kind: LayerKind, dataset: Dataset, key: str) -> _Rows:
    column, found = _key_column(kind, dataset, key)
    mapping = mapped(kind, [name for name in dataset.columns if found is not None or name != column])
    legal = [name for name, each in mapping.fields.items() if each.legal and name != column]
    for name in legal:
        del mapping.fields[name]
    told = read_rows(kind, dataset, mapping)
    dropped = {"is_sample", OTHERS, *([] if mapping.brings("name") else ["name"])}
    properties = [{k: v for k, v in row.items() if k not in dropped} for row in told.properties]
    keys = _key_words(dataset, column, found, properties)
    notes = [f"“{'、'.join(legal)}”须逐个修改并由另一人复核，未更新"] if legal else []
    if dataset.has_shapes:
        notes.append("文件里的图形没有使用，只更新属性")
    return _Rows(
        found,
        keys,
        properties,
        {name: each.title for name, each in mapping.fields.items()},
        mapping.others,
        [*told.problems, *_double_keys(dataset, keys, column)],
        [*mapping.notes, *notes],
    )


def _key_column(kind: LayerKind, dataset: Dataset, key: str) -> tuple[str, Field | None]:
    """The column of the key: named itself, or by the field it is."""
    wanted = kind.field_for(key)
    for column in dataset.columns:
        if column in UID_COLUMNS and key in UID_COLUMNS:
            return column, None
        if column == key or (wanted is not None and kind.field_for(column) is wanted):
            found = kind.field_for(column) or wanted
            if found is not None:
                return column, found
    columns = "、".join(dataset.columns)
    raise InvalidValue(
        f"按“{key[:40]}”更新：表里应有这一列，且它是“{kind.title}”的字段；表里有：{columns}。"
        "请改用表里与图层共有的编号列，如 地块编号、电子监管号。"
    )


def _key_words(
    dataset: Dataset, column: str, found: Field | None, properties: Sequence[dict[str, Any]]
) -> list[str]:
    if found is None:
        return [str(value or "").strip() for value in dataset.columns[column]]
    return [str(row.get(found.key) or "") for row in properties]


def _double_keys(dataset: Dataset, keys: Sequence[str], column: str) -> list[RowProblem]:
    counted = Counter(key for key in keys if key)
    found = []
    for row, key in enumerate(keys, 1):
        if not key:
            found.append(RowProblem(row, column, "", f"“{column}”是空的，不知道要更新哪个图形。请补上。"))
        elif counted[key] > 1:
            found.append(RowProblem(row, column, key, f"“{key}”在表里出现 {counted[key]} 次。请只留一行。"))
    return found


# --- matching --------------------------------------------------------------------------------------------


@dataclass
class _Joined:
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    not_found: list[tuple[str, str]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    met: int = 0


def _by_key(there: Sequence[Target], key: Field | None) -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = {}
    for each in there:
        value = each.uid if key is None else each.state.properties.get(key.key)
        if value:
            found.setdefault(str(value), []).append(each)
    return found


def _matched(kind: LayerKind, dataset: Dataset, rows: _Rows, there: Mapping[str, list[Target]]) -> _Joined:
    joined, bad = _Joined(), {problem.row for problem in rows.problems}
    for row, (key, said) in enumerate(zip(rows.keys, rows.properties, strict=True), 1):
        meant = there.get(key, [])
        joined.met += len(meant)
        place = dataset.places[row - 1] if dataset.places else f"第 {row} 行"
        if row in bad:
            continue
        if not meant:
            joined.not_found.append((place, key))
        elif len(meant) > 1:
            reason = f"图上有 {len(meant)} 个图形的编号是“{key}”，不知道要更新哪一个。请先改正图上的编号。"
            joined.problems.append(RowProblem(row, rows.field.title if rows.field else "", key, reason))
        elif differences := _differences(kind, meant[0].state.properties, said):
            new = {**meant[0].state.properties, **said}
            joined.changes.append(Change(meant[0], place, new, differences))
        else:
            joined.unchanged += 1
    return joined


def _differences(
    kind: LayerKind, before: Mapping[str, Any], said: Mapping[str, Any]
) -> tuple[Difference, ...]:
    return tuple(
        Difference(
            kind.by_key[key].title, kind.by_key[key].show(before.get(key)), kind.by_key[key].show(value)
        )
        for key, value in said.items()
        if before.get(key) != value
    )
