"""What can be asked of a stored value in the same words on either database? `json_value`, `in_bounds` …"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Float,
    String,
    cast,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import NullType, TypeEngine

from layers.crs import STORED, Bounds
from layers.store.engine.columns import SPATIAL_INDEX, to_json
from layers.store.geopackage import HEADER_BYTES


class _Element(FunctionElement[Any]):
    type: TypeEngine[Any] = NullType()


class _JsonValue(_Element):
    inherit_cache = True
    name = "json_value"
    # The path is part of the SQL text, so it must be part of the cache key.
    _traverse_internals = [*FunctionElement._traverse_internals, ("path", InternalTraversal.dp_string)]  # noqa: RUF012

    def __init__(self, column: Any, path: str) -> None:
        self.path = path
        super().__init__(column)


class _JsonText(_JsonValue):
    inherit_cache = True
    name = "json_text"
    type = String()


class _JsonNumber(_JsonValue):
    inherit_cache = True
    name = "json_real"
    type = Float()


class _JsonTruth(_JsonValue):
    inherit_cache = True
    name = "json_truth"
    type = Boolean()
    _is_implicitly_boolean = True


class _JsonListHas(_JsonValue):
    inherit_cache = True
    name = "json_list_has"
    type = Boolean()
    _is_implicitly_boolean = True

    def __init__(self, column: Any, path: str, value: str) -> None:
        self.path = path
        _Element.__init__(self, column, value)


class _JsonListHolds(_JsonListHas):
    inherit_cache = True
    name = "json_list_holds"


class _AmongIds(_Element):
    inherit_cache = True
    name = "among_ids"
    type = Boolean()
    _is_implicitly_boolean = True


class _JsonRow(_JsonValue):
    inherit_cache = True
    name = "json_row"
    type = String()


class _Condition(_Element):
    type = Boolean()
    # Without this SQLite is asked “… = 1”, which no index answers.
    _is_implicitly_boolean = True


class _InBounds(_Condition):
    inherit_cache = True
    name = "in_bounds"


class _InLayerBounds(_Condition):
    inherit_cache = True
    name = "in_layer_bounds"


class _Contains(_Condition):
    inherit_cache = True
    name = "contains_text"


class _Among(_Condition):
    inherit_cache = True
    name = "among"


class _Rare(_Condition):
    inherit_cache = True
    name = "rare"


class _Wkb(_Element):
    # No type: that of bytes would copy every shape once more.
    inherit_cache = True
    name = "wkb"


def json_value(column: Any, key: str, place: int | None = None) -> ColumnElement[Any]:
    """A value in a JSON column (or one place of a list in it) as Python has it.

    True and false come as 1 and 0 from SQLite, a list as its JSON text.
    """
    return _JsonValue(column, _path(key, place))


def json_text(column: Any, key: str, place: int | None = None) -> ColumnElement[str]:
    """The same as text, to be compared with text."""
    return _JsonText(column, _path(key, place))


def json_number(column: Any, key: str, place: int | None = None) -> ColumnElement[float]:
    """The same as a number, to be summed up."""
    return cast(json_text(column, key, place), Float)


def json_real(column: Any, key: str) -> ColumnElement[float]:
    """The same as a number, to be compared; missing where something else than a number stands."""
    return _JsonNumber(column, _path(key, None))


def json_truth(column: Any, key: str) -> ColumnElement[bool]:
    """Whether it is true; missing where nothing is said."""
    return _JsonTruth(column, _path(key, None))


def json_list_has(column: Any, key: str, value: str) -> ColumnElement[bool]:
    """Whether a list of texts has this one among them."""
    return _JsonListHas(column, _path(key, None), value)


def json_list_holds(column: Any, key: str, words: str) -> ColumnElement[bool]:
    """Whether one of a list of texts holds these words, letter by letter."""
    return _JsonListHolds(column, _path(key, None), words)


def among_ids(column: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether a number is one of these, however many they are."""
    return _AmongIds(column, to_json(sorted(ids)))


def json_row(column: Any, keys: Sequence[str]) -> ColumnElement[str]:
    """Several values of a JSON column as the text of a JSON list: read once, however many they are."""
    return _JsonRow(column, ",".join(_path(key, None) for key in keys))


def in_bounds(shape: Any, bounds: Bounds) -> ColumnElement[bool]:
    """Whether the box of the shape meets the bounds (by the spatial index, within a metre)."""
    return _InBounds(shape, *map(float, bounds))


def in_layer_bounds(shape: Any, layer_id: Any, bounds: Sequence[Any]) -> ColumnElement[bool]:
    """The same for one layer: the index knows the layer too, so other layers cost nothing.

    The layer and the bounds may be parameters that are bound later.
    """
    return _InLayerBounds(shape, layer_id, *bounds)


def contains_text(column: Any, words: str) -> ColumnElement[bool]:
    """Whether the words occur in the column, letter by letter: nothing in them is a wildcard."""
    pattern = "".join(f"\\{char}" if char in "\\%_" else char for char in words)
    return _Contains(column, words, f"%{pattern}%")


def among(column: Any, numbers: Any) -> ColumnElement[bool]:
    """Whether the column is one of these whole numbers, however many: the text of a JSON list, or its parameter."""
    return _Among(column, numbers)


def rare(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same, with the hint that few rows fulfil it, so that it is asked first."""
    return _Rare(condition)


def _path(key: str, place: int | None) -> str:
    if not key.isidentifier():
        raise ValueError(f"{key!r} cannot be part of a JSON path")
    return key if place is None else f"{key}.{place:d}"


def wkb(shape: Any) -> ColumnElement[bytes]:
    """The shape as WKB."""
    return _Wkb(shape)


@compiles(_JsonValue, "sqlite")
def _json_on_sqlite(element: _JsonValue, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _arguments(element, compiler, options)
    key, _, place = element.path.partition(".")
    return f"json_extract({column}, '$.\"{key}\"{f'[{place}]' if place else ''}')"


@compiles(_JsonValue, "postgresql")
def _json_on_postgis(element: _JsonValue, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _arguments(element, compiler, options)
    function = "jsonb_extract_path_text" if isinstance(element, _JsonText) else "jsonb_extract_path"
    steps = "', '".join(element.path.split("."))
    return f"{function}({column}, '{steps}')"


@compiles(_JsonNumber, "sqlite")
def _json_number_on_sqlite(element: _JsonNumber, compiler: SQLCompiler, **options: Any) -> str:
    return _json_on_sqlite(element, compiler, **options)


@compiles(_JsonNumber, "postgresql")
def _json_number_on_postgis(element: _JsonNumber, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _arguments(element, compiler, options)
    value = f"jsonb_extract_path({column}, '{element.path}')"
    return f"CASE WHEN jsonb_typeof({value}) = 'number' THEN CAST({value} AS DOUBLE PRECISION) END"


@compiles(_JsonTruth, "sqlite")
def _json_truth_on_sqlite(element: _JsonTruth, compiler: SQLCompiler, **options: Any) -> str:
    return f"({_json_on_sqlite(element, compiler, **options)} = 1)"


@compiles(_JsonTruth, "postgresql")
def _json_truth_on_postgis(element: _JsonTruth, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _arguments(element, compiler, options)
    return f"(jsonb_extract_path_text({column}, '{element.path}') = 'true')"


@compiles(_JsonListHas, "sqlite")
def _list_has_on_sqlite(element: _JsonListHas, compiler: SQLCompiler, **options: Any) -> str:
    column, value = _arguments(element, compiler, options)
    found = f"instr(value, {value}) > 0" if isinstance(element, _JsonListHolds) else f"value = {value}"
    return f"EXISTS (SELECT 1 FROM json_each({column}, '$.\"{element.path}\"') WHERE {found})"  # noqa: S608


@compiles(_JsonListHas, "postgresql")
def _list_has_on_postgis(element: _JsonListHas, compiler: SQLCompiler, **options: Any) -> str:
    column, value = _arguments(element, compiler, options)
    json = f"jsonb_extract_path({column}, '{element.path}')"
    found = f"strpos(item, {value}) > 0" if isinstance(element, _JsonListHolds) else f"item = {value}"
    items = f"jsonb_array_elements_text(CASE jsonb_typeof({json}) WHEN 'array' THEN {json} ELSE '[]' END)"
    return f"EXISTS (SELECT 1 FROM {items} AS item WHERE {found})"  # noqa: S608


@compiles(_AmongIds, "sqlite")
def _among_ids_on_sqlite(element: _AmongIds, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = _arguments(element, compiler, options)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608


@compiles(_AmongIds, "postgresql")
def _among_ids_on_postgis(element: _AmongIds, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = _arguments(element, compiler, options)
    return f"{column} IN (SELECT CAST(jsonb_array_elements_text(CAST({ids} AS JSONB)) AS INTEGER))"


@compiles(_JsonRow, "sqlite")
def _json_row_on_sqlite(element: _JsonRow, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _arguments(element, compiler, options)
    paths = (f"'$.\"{key}\"'" for key in element.path.split(","))
    # Of a single path json_extract gives the bare value, so there is always one more.
    return f"json_extract({column}, {', '.join(paths)}, '$.\"\"')"


@compiles(_JsonRow, "postgresql")
def _json_row_on_postgis(element: _JsonRow, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _arguments(element, compiler, options)
    members = (f"{column} -> '{key}'" for key in element.path.split(","))
    return f"jsonb_build_array({', '.join(members)}, NULL)::text"


@compiles(_InBounds, "sqlite")
def _in_bounds_on_sqlite(element: _InBounds, compiler: SQLCompiler, **options: Any) -> str:
    shape, *_ = element.clauses
    _, *box = _arguments(element, compiler, options)
    return _among(shape, _meets(*box))


@compiles(_InLayerBounds, "sqlite")
def _in_layer_bounds_on_sqlite(element: _InLayerBounds, compiler: SQLCompiler, **options: Any) -> str:
    shape, *_ = element.clauses
    _, layer, *box = _arguments(element, compiler, options)
    of_layer = f"minlayer <= {layer} AND maxlayer >= {layer}"
    return _among(shape, f"{of_layer} AND {_meets(*box)}")


def _meets(west: str, south: str, east: str, north: str) -> str:
    return f"maxx >= {west} AND maxy >= {south} AND minx <= {east} AND miny <= {north}"


def _among(shape: Any, condition: str) -> str:
    return f"{shape.table.name}.id IN (SELECT id FROM {SPATIAL_INDEX} WHERE {condition})"  # noqa: S608


@compiles(_InBounds, "postgresql")
def _in_bounds_on_postgis(element: _InBounds, compiler: SQLCompiler, **options: Any) -> str:
    shape, *box = _arguments(element, compiler, options)
    return f"{shape} && ST_MakeEnvelope({', '.join(box)}, {STORED})"


@compiles(_InLayerBounds, "postgresql")
def _in_layer_bounds_on_postgis(element: _InLayerBounds, compiler: SQLCompiler, **options: Any) -> str:
    column, *_ = element.clauses
    shape, layer, *box = _arguments(element, compiler, options)
    of_layer = f"{column.table.name}.layer_id = {layer}"
    return f"({of_layer} AND {shape} && ST_MakeEnvelope({', '.join(box)}, {STORED}))"


@compiles(_Contains, "sqlite")
def _contains_on_sqlite(element: _Contains, compiler: SQLCompiler, **options: Any) -> str:
    column, words, _ = _arguments(element, compiler, options)
    return f"instr({column}, {words}) > 0"


@compiles(_Contains, "postgresql")
def _contains_on_postgis(element: _Contains, compiler: SQLCompiler, **options: Any) -> str:
    # LIKE, because pg_trgm serves it from an index.
    column, _, pattern = _arguments(element, compiler, options)
    return f"{column} LIKE {pattern}"


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = _arguments(element, compiler, options)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608


@compiles(_Among, "postgresql")
def _among_on_postgis(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = _arguments(element, compiler, options)
    return f"{column} IN (SELECT value::int FROM jsonb_array_elements_text(CAST({numbers} AS jsonb)))"  # noqa: S608


@compiles(_Rare, "sqlite")
def _rare_on_sqlite(element: _Rare, compiler: SQLCompiler, **options: Any) -> str:
    (condition,) = _arguments(element, compiler, options)
    return f"unlikely({condition})"


@compiles(_Rare, "postgresql")
def _rare_on_postgis(element: _Rare, compiler: SQLCompiler, **options: Any) -> str:
    (condition,) = _arguments(element, compiler, options)
    return f"({condition})"


@compiles(_Wkb, "sqlite")
def _wkb_on_sqlite(element: _Wkb, compiler: SQLCompiler, **options: Any) -> str:
    (shape,) = _arguments(element, compiler, options)
    return f"substr({shape}, {HEADER_BYTES + 1})"


@compiles(_Wkb, "postgresql")
def _wkb_on_postgis(element: _Wkb, compiler: SQLCompiler, **options: Any) -> str:
    (shape,) = _arguments(element, compiler, options)
    return f"ST_AsBinary({shape})"


def _arguments(element: _Element, compiler: SQLCompiler, options: dict[str, Any]) -> list[str]:
    return [compiler.process(clause, **options) for clause in element.clauses]
