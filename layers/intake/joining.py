"""A table without shapes: which features on the map does it mean, and what would change about them?

The rows of a ledger are matched by a key (地块编号, 电子监管号 …); filled cells replace values, blank ones leave them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from layers.errors import InvalidValue
from layers.formats import Dataset, read_dataset
from layers.intake.bulk_act import NOBODY, Heard, bulk_act
from layers.intake.comparing import UID_COLUMNS, Changed, changes_of, differences, news
from layers.intake.mapping import Chosen, mapped
from layers.intake.rows import OTHERS, RowProblem, read_rows
from layers.intake.secrecy import refuse_secret_titles, refuse_secrets
from layers.kinds import LayerKind, kind_for
from layers.kinds.fields import Field, Number
from layers.measure import BALANCED, half_up
from layers.rights import Viewer, require
from layers.store import Database, edit, query
from layers.store.targets import key_values, targets_in


class Joined(NamedTuple):
    """What was done; no act where nothing was to be changed."""

    act_id: int | None
    rows: int


@dataclass(frozen=True, kw_only=True)
class JoinPlan:
    """What a ledger would change. not_found: place and key of rows that no feature answers to.

    missing: ids of features on the map whose key no row has.
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
    changes: list[Changed]
    unchanged: int
    not_found: list[tuple[str, str]]
    missing: list[int]
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
    columns: Chosen | None = None,
    dataset: Dataset | None = None,
) -> JoinPlan:
    """Match the rows of a file with the features of a layer; nothing is changed.

    columns: what a person says of some. dataset: the file, when it was already read.
    """
    with database.reading() as session:
        found_layer = query.layer_named(session, viewer, layer)
        kind, title, unit = _lenient(kind_for(found_layer)), found_layer.title, found_layer.unit
        require(viewer, "import", unit=unit)
    refuse_secret_titles(file.name)
    dataset = dataset or read_dataset(file, encoding=encoding, source_layer=source_layer)
    refuse_secrets(dataset)
    rows = _rows(kind, dataset, key, columns)
    with database.reading() as session:
        there = _by_key(key_values(session, viewer, layer, rows.field.key if rows.field else None))
        joined = _matched(session, viewer, kind, dataset, rows, there)
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
        missing=sorted(id_ for word, ids in there.items() if word not in rows.keys for id_ in ids),
        problems=sorted([*rows.problems, *joined.problems], key=lambda problem: problem.row),
        notes=[*dataset.notes, *rows.notes],
        places=dataset.places,
    )


def apply_join(
    database: Database,
    viewer: Viewer,
    plan: JoinPlan,
    who: str | Viewer,
    *,
    good_rows: bool = False,
    chosen: bool | frozenset[str] = True,
    heard: Heard = NOBODY,
) -> Joined:
    """Update the features, or those with the chosen uids, in one act. Raises OutOfDate when one changed since."""
    if plan.problems and not good_rows:
        raise InvalidValue(f"“{plan.file}”有 {len(plan.problems)} 处问题，未更新任何内容。请改正后再导入。")
    wanted = [each for each in plan.changes if chosen is True or (chosen and each.target.uid in chosen)]
    if not wanted:
        return Joined(None, 0)
    changes = changes_of(database, viewer, wanted[0].target.kind, wanted)
    reason = f"{plan.file}（按{plan.key}更新属性）"
    with bulk_act(database, who, reason, plan.layer_key, heard) as act_id:
        edit.stand_in_turns(database, act_id, changes, heard.turn)
    return Joined(act_id, len(changes))


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


def _rows(kind: LayerKind, dataset: Dataset, key: str, chosen: Chosen | None) -> _Rows:
    column, found = _key_column(kind, dataset, key, chosen or {})
    mapping = mapped(kind, [name for name in dataset.columns if found is not None or name != column], chosen)
    legal = [name for name, each in mapping.fields.items() if each.legal and name != column]
    for name in legal:
        del mapping.fields[name]
    told = read_rows(kind, dataset, mapping, may_wait=False)
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


def _key_column(kind: LayerKind, dataset: Dataset, key: str, chosen: Chosen) -> tuple[str, Field | None]:
    """The column of the key: named itself, or by the field it is."""
    wanted = kind.field_for(key)
    for column in dataset.columns:
        if column in UID_COLUMNS and key in UID_COLUMNS:
            return column, None
        said = kind.by_key.get(chosen[column]) if column in chosen else kind.field_for(column)
        if column == key or (wanted is not None and said is wanted):
            found = said or wanted
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
class _Matched:
    changes: list[Changed] = field(default_factory=list)
    unchanged: int = 0
    not_found: list[tuple[str, str]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def _by_key(there: Iterable[tuple[int, str | None]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for id_, value in there:
        if value:
            found.setdefault(str(value), []).append(id_)
    return found


def _matched(
    session: Session,
    viewer: Viewer,
    kind: LayerKind,
    dataset: Dataset,
    rows: _Rows,
    there: Mapping[str, list[int]],
) -> _Matched:
    joined, bad, meant = _Matched(), {problem.row for problem in rows.problems}, dict[int, int]()
    for row, key in enumerate(rows.keys, 1):
        ids = there.get(key, [])
        if row in bad:
            continue
        if not ids:
            joined.not_found.append((_place(dataset, row), key))
        elif len(ids) > 1:
            reason = f"图上有 {len(ids)} 个图形的编号是“{key}”，不知道要更新哪一个。请先改正图上的编号。"
            joined.problems.append(RowProblem(row, rows.field.title if rows.field else "", key, reason))
        else:
            meant[ids[0]] = row
    targets = {each.id: each for each in targets_in(session, viewer, list(meant))}
    for id_, row in meant.items():
        target = targets[id_]
        before = target.state.properties
        said = _as_it_stands(kind, before, news(target, rows.properties[row - 1]))
        if told := differences(kind, before, said):
            joined.changes.append(Changed(target, _place(dataset, row), {**before, **said}, told))
        else:
            joined.unchanged += 1
    return joined


def _as_it_stands(kind: LayerKind, before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers that a ledger only shows with fewer digits, balanced to its total, stay as exact as they are."""
    return {
        key: before[key] if _is_rounded(kind.by_key[key], before.get(key), value) else value
        for key, value in said.items()
    }


def _is_rounded(each: Field, before: Any, said: Any) -> bool:
    if not isinstance(each, Number) or each.unit not in BALANCED or before is None:
        return False
    fewer = half_up(said, each.digits) == Decimal(str(said)) and half_up(before, each.digits) != Decimal(
        str(before)
    )
    return fewer and abs(Decimal(str(before)) - Decimal(str(said))) < Decimal(1).scaleb(-each.digits)


def _place(dataset: Dataset, row: int) -> str:
    return dataset.places[row - 1] if dataset.places else f"第 {row} 行"
