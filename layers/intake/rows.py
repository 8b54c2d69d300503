"""What do the values of the rows mean? Read column by column, each distinct value once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import NoneType
from typing import Any, Final, NamedTuple

from layers.errors import InvalidValue
from layers.formats import Dataset
from layers.intake.mapping import Mapping
from layers.kinds import LayerKind
from layers.kinds.fields import Day, Field, is_blank, is_coarse_day, shortened

OTHERS: Final = "extra"
"""The property that keeps the columns which the kind does not know."""
SHAPE: Final = "图形"
_UNSTORABLE: Final = re.compile("[\\0\\ud800-\\udfff]")


class RowProblem(NamedTuple):
    """Why a row cannot be taken, or what is odd about it. row counts from 1; value is what came.

    check: code of the check that found it, if it was one; spot: where, in degrees. repair: "offered" where a person may
    accept one, "done" where one was accepted.
    """

    row: int
    field: str
    value: str
    reason: str
    check: str = ""
    spot: tuple[float, float] | None = None
    repair: str = ""


@dataclass
class Rows:
    """One dict of properties for each row of the file, and all that could not be read."""

    properties: list[dict[str, Any]]
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)


def read_rows(kind: LayerKind, dataset: Dataset, mapping: Mapping, *, may_wait: bool = True) -> Rows:
    """The properties of all rows as the kind stores them; a bad value is reported and left out.

    A day of which only year or month is known stays empty, is told, and its text is kept among the other columns;
    unless may_wait, it is a bad value like others.
    """
    rows = Rows([{"is_sample": False} for _ in range(len(dataset))])
    for column, each in mapping.fields.items():
        if each.key != "is_sample":
            _take(rows, each, column, dataset.columns[column], mapping.factors.get(column))
    if may_wait:
        _set_aside(rows, dataset, mapping)
    _take_others(rows, {column: dataset.columns[column] for column in mapping.others if _is_clean(column)})
    if not mapping.brings("name"):
        _name_by_code(rows, kind)
    _check_required(rows, kind)
    for told in (rows.problems, rows.warnings):
        told.sort(key=lambda problem: problem.row)
    return rows


def _take(rows: Rows, each: Field, column: str, values: Sequence[object], factor: Decimal | None) -> None:
    keys = _distinct(values)
    distinct = dict(zip(keys, values, strict=True))
    clean = _all_clean(distinct.values())
    meaning = {key: _meaning(each, value, factor, clean=clean) for key, value in distinct.items()}
    refused = {key for key, found in meaning.items() if isinstance(found, InvalidValue)}
    for properties, key in zip(rows.properties, keys, strict=True):
        found = meaning[key]
        if found is not None and key not in refused:
            properties[each.key] = found
    if refused:
        rows.problems += _refusals(each, keys, values, meaning)


def _set_aside(rows: Rows, dataset: Dataset, mapping: Mapping) -> None:
    """A year where a day should be: the row comes in, the day is asked for later."""
    days = {
        each.title: column
        for column, each in mapping.fields.items()
        if isinstance(each, Day) and not each.required
    }
    waiting = [each for each in rows.problems if each.field in days and is_coarse_day(each.value)]
    set_aside = set(waiting)
    rows.problems = [each for each in rows.problems if each not in set_aside]
    for problem in waiting:
        column = days[problem.field]
        kept = rows.properties[problem.row - 1].setdefault(OTHERS, {})
        kept[column] = str(dataset.columns[column][problem.row - 1])
        reason = (
            f"“{problem.field}”只有年或月（“{problem.value}”），没有导入为日期，原文另存；请查明后补填到日。"
        )
        rows.warnings.append(problem._replace(reason=reason))


def _refusals(
    each: Field, keys: Sequence[object], values: Sequence[object], meaning: dict[object, object]
) -> Iterator[RowProblem]:
    for row, (key, value) in enumerate(zip(keys, values, strict=True), 1):
        found = meaning[key]
        if isinstance(found, InvalidValue):
            yield RowProblem(row, each.title, shortened(value), found.message)


def _distinct(values: Sequence[object]) -> Sequence[object]:
    """What tells the values apart: themselves where all are of one type, as 1, 1.0 and True are equal."""
    types = set(map(type, values)) - {NoneType}
    if len(types) <= 1 and list not in types:
        return values
    return [(type(value), str(value) if isinstance(value, list) else value) for value in values]


def _meaning(each: Field, value: object, factor: Decimal | None, *, clean: bool) -> object:
    """The stored value, None for a blank, or the refusal itself. clean: the texts have been looked at."""
    try:
        if not (clean or _is_clean(value)):
            raise InvalidValue(f"“{each.title}”含有不能保存的控制字符或残缺字符。请在原软件中删除后再导入。")
        return each.read(value if factor is None else _converted(value, factor))
    except InvalidValue as refusal:
        return refusal


def _converted(value: object, factor: Decimal) -> object:
    if is_blank(value):
        return None
    try:
        return str((Decimal(str(value).replace(",", "")) * factor).normalize())
    except InvalidOperation:
        return value


def _all_clean(values: Iterable[object]) -> bool:
    """Whether nothing in a column can be unclean, looked at all at once."""
    values = [value for value in values if isinstance(value, (str, list))]
    texts = [value for value in values if isinstance(value, str)]
    return len(texts) == len(values) and not _UNSTORABLE.search("\n".join(texts))


def _is_clean(value: object) -> bool:
    """A database takes no NUL and no half of a surrogate pair."""
    if isinstance(value, list):
        return all(map(_is_clean, value))
    if not isinstance(value, str):
        return True
    return not _UNSTORABLE.search(value)


def _take_others(rows: Rows, columns: dict[str, list[object]]) -> None:
    """Kept as they are, but without what a database does not take."""
    for name, values in columns.items():
        for at, value in enumerate(values):
            if not is_blank(value) and _is_clean(value) and _is_finite(value):
                rows.properties[at].setdefault(OTHERS, {})[name] = value


def _is_finite(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _name_by_code(rows: Rows, kind: LayerKind) -> None:
    for properties in rows.properties:
        if code := properties.get(kind.code_field):
            properties["name"] = code


def _check_required(rows: Rows, kind: LayerKind) -> None:
    refused = {(problem.row, problem.field) for problem in rows.problems}
    for each in (each for each in kind.fields if each.required):
        for at, properties in enumerate(rows.properties):
            if each.key not in properties and (at + 1, each.title) not in refused:
                reason = f"“{each.title}”必须填写，但这里是空的。请补上。"
                rows.problems.append(RowProblem(at + 1, each.title, "", reason))
