"""Which columns has the table of a kind, and what stands in a row?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from layers.kinds.base import LayerKind
from layers.kinds.fields import Field, Number
from layers.measure import ADDED_UP, half_up
from layers.rights import Viewer, may_see

FIRST: Final = ("name", "code")
NEVER: Final = frozenset({"map_label", "is_sample", "town"})


@dataclass(frozen=True)
class Column:
    """One column. of: in which JSON column of the feature the value is; show: the words of a value."""

    key: str
    title: str
    of: Literal["properties", "derived"]
    show: Callable[[Any], str] = str
    unit: str = ""
    numeric: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the sum of its numbers says something."""
        return self.numeric and self.unit in ADDED_UP


def columns(kind: LayerKind, viewer: Viewer) -> tuple[Column, ...]:
    """Name and code, what it is, where and how big, then the fields people ask for; only what he may see."""
    seen = {field.key: field for field in kind.fields if may_see(viewer, field.visibility)}
    first = [_of_field(seen[key]) for key in FIRST if key in seen]
    asked_for = [field for field in seen.values() if field.in_tables]
    rest = [_of_field(field) for field in asked_for if field.key not in NEVER and field.key not in FIRST]
    follows = [
        _of_field(each, "derived") for each in kind.derived_columns if may_see(viewer, each.visibility)
    ]
    return (*first, *_derived(kind), *rest, *follows)


def words(
    shown: Sequence[Column], properties: Mapping[str, Any], derived: Mapping[str, Any]
) -> dict[str, str]:
    """The words of one row by column; empty where there is nothing to say."""
    sources = {"properties": properties, "derived": derived}
    values = ((column, sources[column.of].get(column.key)) for column in shown)
    return {column.key: "" if value is None else column.show(value) for column, value in values}


def _derived(kind: LayerKind) -> Iterator[Column]:
    if len([each for each in kind.classes if each.legend]) > 1:
        yield Column("symbol", "类别", "derived", lambda key: kind.symbol_class(str(key)).title)
    yield Column("town", "乡镇街道", "derived")
    if "polygon" in kind.shapes:
        yield Column("area_mu", "面积", "derived", _two_digits, "亩", numeric=True)
    if "line" in kind.shapes:
        yield Column("length_km", "长度", "derived", _two_digits, "公里", numeric=True)


def _two_digits(value: float) -> str:
    return f"{half_up(value, 2):,}"


def _of_field(field: Field, of: Literal["properties", "derived"] = "properties") -> Column:
    numeric = isinstance(field, Number)
    return Column(field.key, field.title, of, field.show, field.unit, numeric=numeric)
