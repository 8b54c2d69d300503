"""Which column of a file is which field of the kind, and in which unit does it count?"""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from layers.errors import InvalidValue
from layers.kinds import LayerKind
from layers.kinds.fields import Field
from layers.kinds.short_names import field_named, initials

_CUT_FROM: Final = 3
Chosen = Pairs[str, str]
DERIVED_COLUMNS: Final = frozenset(
    ("图形面积（亩）", "图形长度（公里）", "图例类别", "图形标识", "TXMJM", "TXCDGL", "TLLB", "UID")
)
"""What our own exports add to the fields: it is computed anew, never read."""
_UNIT: Final = re.compile(r"[（(]\s*(?:单位[:：])?\s*([^（()）]+?)\s*[)）]\s*$")
_SAME_UNIT: Final = {
    "㎡": "平方米",
    "m²": "平方米",
    "m2": "平方米",
    "ha": "公顷",
    "hm²": "公顷",
    "千米": "公里",
    "km": "公里",
}
_FACTORS: Final = {
    ("公顷", "亩"): Decimal(15),
    ("平方米", "亩"): Decimal("0.0015"),
    ("平方公里", "亩"): Decimal(1500),
    ("元", "万元"): Decimal("0.0001"),
    ("亿元", "万元"): Decimal(10000),
    ("米", "公里"): Decimal("0.001"),
}


@dataclass
class Mapping:
    """fields: column → field. factors: column → by what its numbers are multiplied to reach the field's unit.

    others: columns that the kind does not know, kept with the feature. notes: what was concluded.
    """

    fields: dict[str, Field] = field(default_factory=dict)
    factors: dict[str, Decimal] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def brings(self, key: str) -> bool:
        """Whether some column is this field."""
        return any(each.key == key for each in self.fields.values())


def _following(kind: LayerKind) -> set[str]:
    """Columns of our own exports that follow from fields of the kind, as they are called in tables and shapefiles."""
    titled = {f"{each.title}（{each.unit}）" if each.unit else each.title for each in kind.derived_columns}
    return titled | set(map(initials, titled))


def mapped(kind: LayerKind, columns: Collection[str], chosen: Chosen | None = None) -> Mapping:
    """Match columns by key, title and alias, then by the beginning that a .dbf left of a title.

    chosen: column → key of the field that a person says it is; an empty key: of none.
    """
    mapping, chosen, ours = Mapping(), chosen or {}, DERIVED_COLUMNS | _following(kind)
    for column in columns:
        if column in chosen:
            _choose(kind, mapping, column, chosen[column])
    for column in sorted(
        (each for each in columns if each not in chosen), key=lambda column: _loose(kind, column)
    ):
        if column in ours:
            continue
        found = kind.field_for(column) or field_named(kind, column) or _cut(kind, column)
        if found is None or found in mapping.fields.values() or not _in_unit(mapping, column, found):
            mapping.others.append(column)
        else:
            mapping.fields[column] = found
            if kind.field_for(column) is None and field_named(kind, column) is None:
                mapping.notes.append(f"字段名“{column}”不完整，已按“{found.title}”读取")
    mapping.fields = {column: mapping.fields[column] for column in columns if column in mapping.fields}
    _check_required(kind, mapping, columns)
    return mapping


def brought_by(kind: LayerKind, columns: Collection[str], chosen: Chosen | None = None) -> list[str]:
    """The keys of the fields that these columns bring, whatever may be missing."""
    lenient = replace(kind, fields=tuple(replace(each, required=False) for each in kind.fields))
    return [each.key for each in mapped(lenient, columns, chosen).fields.values()]


def _choose(kind: LayerKind, mapping: Mapping, column: str, key: str) -> None:
    found = kind.by_key.get(key)
    if found is None or found in mapping.fields.values() or not _in_unit(mapping, column, found):
        mapping.others.append(column)
    else:
        mapping.fields[column] = found


def _check_required(kind: LayerKind, mapping: Mapping, columns: Collection[str]) -> None:
    """A required field that no column brings is said once, not for every row; a code may stand for a name."""
    if not mapping.brings("name") and mapping.brings(kind.code_field):
        mapping.notes.append(
            f"没有“{kind.by_key['name'].title}”一列，已用“{kind.by_key[kind.code_field].title}”代替"
        )
    for each in kind.fields:
        replaced = each.key == "name" and mapping.brings(kind.code_field)
        if each.required and not replaced and not mapping.brings(each.key):
            aliases = "、".join(dict.fromkeys(each.aliases))
            raise InvalidValue(
                f"文件里没有“{each.title}”一列（有：{'、'.join(columns) or '无'}）。"
                f"请补上这一列，列名可用“{each.title}”{f'或 {aliases}' if aliases else ''}。"
            )


def _loose(kind: LayerKind, column: str) -> int:
    """A column that carries the field's own key or title comes before one that carries an alias."""
    found = kind.field_for(column)
    if found is None:
        return 2
    return 0 if column.lower() in (found.key, found.title.lower()) else 1


def _cut(kind: LayerKind, column: str) -> Field | None:
    """The only field whose title or alias begins with this: names in a .dbf end after ten bytes."""
    if len(column) < _CUT_FROM or column.isascii():
        return None
    beginning = {
        each.key: each for each in kind.fields if any(name.startswith(column) for name in _names(each))
    }
    return next(iter(beginning.values())) if len(beginning) == 1 else None


def _names(each: Field) -> tuple[str, ...]:
    return (each.title, *each.aliases)


def _in_unit(mapping: Mapping, column: str, found: Field) -> bool:
    """Note how to reach the field's unit from the one in the column's name; False when there is no way."""
    said = _UNIT.search(column)
    unit, wanted = said and _unit_named(said[1]), _unit_named(found.unit)
    if not unit or not wanted or unit == wanted:
        return True
    factor = _FACTORS.get((unit, wanted))
    if factor is None:
        return False
    mapping.factors[column] = factor
    mapping.notes.append(f"字段“{column}”已由{unit}换算为{found.unit}")
    return True


def _unit_named(written: str) -> str:
    return _SAME_UNIT.get(written.lower(), written)
