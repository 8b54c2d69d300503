"""SQLite or PostGIS? The only file that knows the difference.

`Database` opens sessions for reading or for writing. The expressions below it (`json_value`, `in_bounds` …)
are compiled for whichever database asks.
"""

from __future__ import annotations

import json
import re
import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    Float,
    Integer,
    QueuePool,
    String,
    Table,
    TypeDecorator,
    cast,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import NullType, TypeEngine, UserDefinedType

from layers.crs import STORED, Bounds
from layers.errors import Busy, MapError, NoSpace, UnreadableFile, WrongSetting
from layers.store.gate import FULL, Gate, busy_sentence, file_lock
from layers.store.geopackage import CORNERS, HEADER_BYTES, corner, from_blob, to_blob, to_blobs

SPATIAL_INDEX: Final = "rtree_feature_shape"
WEB_MERCATOR_COLUMN: Final = "shape_3857"
DEFAULT_TIMEOUT_S: Final = 10.0
STATEMENT_TIMEOUT_S: Final = 120
CONNECT_TIMEOUT_S: Final = 10
_CHECKPOINT_PAGES: Final = 1000
"""When the log of SQLite is so long, a commit brings it into the file, while others wait. 0: it never does."""
_CLAIMS: Final = 1949
"""The first key of our advisory locks on PostgreSQL."""


class Database:
    """One county's database. timeout_s: how long a writer waits for its turn before it gives up."""

    def __init__(self, url: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self.url = _checked_url(url)
        self.timeout_s = timeout_s
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.path, timeout_s) if self.is_sqlite else _postgis(self.url, timeout_s)
        # Who lets go of a database without a word leaves no open connection behind.
        weakref.finalize(self, self.engine.dispose)
        self._gate = Gate(self.path, timeout_s) if self.is_sqlite else None
        self._writers = self.engine.execution_options(writing=True)
        self._readers = self.engine if self.is_sqlite else _snapshots(self.engine)
        self._totals: dict[Any, Any] = {}
        self._claims: dict[int, Callable[[], None]] = {}

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.url.database or "").absolute()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment and cannot write."""
        with Session(self._readers, expire_on_commit=False, info={"totals": self._totals}) as session:
            yield session

    @contextmanager
    def writing(self, *, in_turns: bool = False) -> Iterator[Session]:
        """A session whose first statement already holds the right to write; without commit() nothing stays.

        Do slow things (files, photos, shapes) before: everybody else who wants to write waits meanwhile.
        in_turns: one of many in a row. What they wrote is brought from the log into the file between them, when
        nobody has to wait for it.
        """
        engine = self._writers.execution_options(in_turns=True) if in_turns else self._writers
        with self._turn(), Session(engine, expire_on_commit=False) as session:
            session.connection()
            yield session
        if in_turns and self.is_sqlite:
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def upgrade(self) -> None:
        """Bring the tables to the present version; creates the SQLite file when there is none."""
        from layers.store import upgrade

        if self.is_sqlite:
            _create_file(self.path)
        with self._turn(), self._writers.begin() as connection:
            if not self.is_sqlite:
                # A large table takes what it takes.
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key, 0)"), {"key": _CLAIMS})
            upgrade.to_head(connection)

    def is_current(self) -> bool:
        """Whether the tables are those that this program expects."""
        from layers.store import upgrade

        with self._readers.connect() as connection:
            return upgrade.is_at_head(connection)

    def claim(self, number: int) -> bool:
        """Mark a long act as alive until `release` or the end of this process; False when another holds it."""
        release = self._claim_file(number) if self.is_sqlite else self._claim_lock(number)
        if release:
            self._claims[number] = release
        return release is not None

    def release(self, number: int) -> None:
        """The long act has ended."""
        release = self._claims.pop(number, None)
        if release:
            release()

    def dispose(self) -> None:
        """Close all connections."""
        for number in list(self._claims):
            self.release(number)
        self.engine.dispose()

    def _turn(self) -> AbstractContextManager[None]:
        return self._gate.turn() if self._gate else nullcontext()

    def _claim_file(self, number: int) -> Callable[[], None] | None:
        path = self.path.with_name(f"{self.path.name}.act-{number}.lock")
        lock = file_lock(path)
        try:
            lock.acquire(blocking=False)
        except TimeoutError:
            return None

        def release() -> None:
            lock.release()
            # Windows keeps a file that somebody else has just opened; the next sweep does not mind.
            with suppress(OSError):
                path.unlink()

        return release

    def _claim_lock(self, number: int) -> Callable[[], None] | None:
        connection = self.engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        keys = {"space": _CLAIMS, "number": number}
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:space, :number)"), keys):
            connection.close()
            return None

        def release() -> None:
            connection.execute(text("SELECT pg_advisory_unlock(:space, :number)"), keys)
            connection.close()

        return release


# --- column types ------------------------------------------------------------------------------------------


class Shape(UserDefinedType[BaseGeometry]):
    """A shapely geometry in CGCS2000 degrees: a GeoPackage blob, or a PostGIS geometry."""

    cache_ok = True

    def __init__(self, of: str = "GEOMETRY", srid: int = STORED) -> None:
        self.of, self.srid = of.upper(), srid

    def get_col_spec(self, **options: object) -> str:
        return f"geometry({self.of},{self.srid})"

    def bind_processor(self, dialect: Dialect) -> Callable[[BaseGeometry | None], bytes | str | None]:
        encode = to_blob if dialect.name == "sqlite" else _to_ewkb
        return lambda shape: None if shape is None else encode(shape)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[bytes | str | None], BaseGeometry | None]:
        decode: Callable[[Any], BaseGeometry] = from_blob if dialect.name == "sqlite" else _from_ewkb
        return lambda stored: None if stored is None else decode(stored)


@compiles(Shape, "sqlite")
def _shape_on_sqlite(shape: Shape, compiler: SQLCompiler, **options: Any) -> str:
    return "BLOB"


def _to_ewkb(shape: BaseGeometry) -> str:
    return _to_ewkbs([shape])[0].hex()


def _to_ewkbs(shapes: Sequence[BaseGeometry]) -> list[bytes]:
    placed = shapely.set_srid(np.array(shapes, object), STORED)
    return list(shapely.to_wkb(placed, include_srid=True))


def _from_ewkb(stored: str) -> BaseGeometry:
    return shapely.set_srid(shapely.from_wkb(stored), 0)


# So that reflection (autogenerate) knows the column.
ischema_names["geometry"] = Shape


class Utc(TypeDecorator[datetime]):
    """A moment: aware and in UTC on the way in and on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None if dialect.name == "sqlite" else UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json: Final = JSON().with_variant(JSONB(), "postgresql")


def _encoder() -> Callable[[object], str]:
    made = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return made.encode
    # `encode` makes this anew for every value, which takes as long as to write a row.
    texts = json.encoder.encode_basestring
    write = make(None, made.default, texts, None, ":", ",", False, False, False)
    return lambda value: "".join(write(value, 0))


_encoded: Final = _encoder()


def to_json(value: object) -> str:
    """JSON as it is stored: Chinese readable, no NaN."""
    return _encoded(value)


def is_clean(value: object) -> bool:
    """Whether a text can be stored: PostgreSQL takes no NUL, and half a surrogate pair has no UTF-8."""
    if not isinstance(value, str):
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value


# --- very many rows ------------------------------------------------------------------------------------


def new_ids(session: Session, table: Table, count: int) -> list[int]:
    """So many ids that no row has or ever had; for the transaction that writes them."""
    connection, name = session.connection(), {"table": table.name, "count": count}
    if connection.dialect.name == "sqlite":
        last = connection.scalar(text("SELECT max(seq) FROM sqlite_sequence WHERE name = :table"), name) or 0
        return list(range(last + 1, last + count + 1))
    # The sequence is looked up once, not for every row.
    own = (
        "SELECT array_agg(nextval(own.name)) FROM generate_series(1, :count), "
        "(SELECT CAST(pg_get_serial_sequence(:table, 'id') AS regclass) AS name OFFSET 0) AS own"
    )
    return list(connection.scalar(text(own), name) or ())


def one_at_a_time(session: Session, name: str) -> None:
    """Whoever else writes under this name waits until the end of the transaction; on SQLite everybody does."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def insert_columns(
    session: Session, table: Table, columns: Mapping[str, Sequence[Any]], common: Mapping[str, Any]
) -> None:
    """Insert rows given column by column, past SQLAlchemy, which costs 40 µs a row.

    JSON columns bring their text; `common` holds the values that are the same in every row.
    """
    connection = session.connection()
    cells = [_cells(table.c[name].type, values, connection.dialect) for name, values in columns.items()]
    same = [_cells(table.c[name].type, [value], connection.dialect)[0] for name, value in common.items()]
    rows = list(zip(*cells, *map(repeat, same), strict=False))
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, (*columns, *common)))
    if connection.dialect.name == "postgresql":
        statement = f"COPY {quote(table.name)} ({names}) FROM STDIN (FORMAT BINARY)"
        types = [_copied_as(table.c[name].type) for name in (*columns, *common)]
        _copy_rows(connection, statement, types, rows)
    elif rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.exec_driver_sql(f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})", rows)  # noqa: S608


class Cells(list[Any]):
    """The values of a column as the driver takes them already."""


def cells(dialect: Dialect, table: Table, columns: Mapping[str, Sequence[Any]]) -> dict[str, Cells]:
    """Columns as the driver takes them: made before anybody has to wait for the rows to be written."""
    return {name: Cells(_cells(table.c[name].type, values, dialect)) for name, values in columns.items()}


Boxes = tuple[list[float], list[float], list[float], list[float]]
"""West, south, east and north of many shapes."""


def boxes_of(shapes: Sequence[BaseGeometry]) -> Boxes:
    west, south, east, north = shapely.bounds(np.array(shapes, object)).T.tolist()
    return west, south, east, north


def enter_boxes(session: Session, layer_id: int, ids: Sequence[int], boxes: Boxes) -> None:
    """Before new features of a layer are inserted: SQLite's spatial index gets them all at once.

    Its trigger passes over features that are there already, and costs three times as much.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql" or not ids:
        return
    west, south, east, north = boxes
    rows = zip(ids, west, east, south, north, repeat(layer_id), repeat(layer_id + 0.5), strict=False)
    connection.exec_driver_sql(
        f"INSERT INTO {SPATIAL_INDEX} VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        list(rows),
    )


def _cells(type_: TypeEngine[Any], values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
    """The values of a column as the driver takes them."""
    if isinstance(values, Cells):
        return values
    if isinstance(type_, Shape):
        return to_blobs(values) if dialect.name == "sqlite" else _to_ewkbs(values)
    if isinstance(type_, JSON):
        return values if dialect.name == "sqlite" else [_JSONB_1 + value.encode() for value in values]
    process = type_.dialect_impl(dialect).bind_processor(dialect)
    return values if process is None else [process(value) for value in values]


_JSONB_1: Final = b"\x01"
"""Before the text of a jsonb value in binary: the version of the form."""
_COPIED_AS: Final[Mapping[type[TypeEngine[Any]], str]] = {
    Shape: "bytea",
    JSON: "bytea",
    Utc: "timestamptz",
    Date: "date",
    Boolean: "bool",
    Integer: "int4",
    Float: "float8",
    String: "text",
}


def _copied_as(type_: TypeEngine[Any]) -> str:
    """How the driver writes the values of a column in binary; shapes and JSON are bytes already."""
    return next(told for sort, told in _COPIED_AS.items() if isinstance(type_, sort))


def _copy_rows(
    connection: Connection, statement: str, types: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """COPY is beside SQLAlchemy, so its errors are put into sentences here."""
    driven = connection.connection.driver_connection
    assert driven is not None  # noqa: S101
    try:
        with driven.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        sentences: _Sentences = connection.get_execution_options()["sentences"]
        raise (sentences.of_postgres(error, lost=driven.closed) or error) from error


# --- expressions ---------------------------------------------------------------------------------------


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


# --- connections ---------------------------------------------------------------------------------------


def _checked_url(written: str) -> URL:
    try:
        url = make_url(written)
    except ArgumentError:
        raise WrongSetting(_bad_url("无法识别的地址")) from None
    backend = url.get_backend_name()
    if backend == "postgresql" or url.drivername == "postgres":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise WrongSetting(_bad_url(backend))
    if url.database in (None, "", ":memory:"):
        raise WrongSetting(_bad_url("没有文件名的 SQLite 地址"))
    return url


def _bad_url(came: str) -> str:
    return (
        f"设置 WEBMAP_DATABASE_URL 收到{came}，应为 sqlite:///文件路径 或 "
        "postgresql://用户:密码@主机/数据库。请更正后重新启动。"
    )


def _create_file(path: Path) -> None:
    """An empty file is an empty SQLite database; nobody but the server's account reads it."""
    try:
        path.touch(mode=0o600)
    except OSError:
        raise WrongSetting(f"不能创建数据库文件 {path}。请检查文件夹是否存在、是否允许写入。") from None


def _sqlite(path: Path, timeout_s: float) -> Engine:
    """mode=rw: a missing file is an error, not a new empty database."""

    def connect() -> sqlite3.Connection:
        # No isolation level: the module would otherwise begin on its own, before writes only, and too late.
        return sqlite3.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            timeout=timeout_s,
            isolation_level=None,
            check_same_thread=False,
        )

    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, max_overflow=64, json_serializer=to_json
    )
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin_on_sqlite)
    event.listen(engine, "handle_error", _Sentences(timeout_s, str(path)).of, retval=True)
    return engine


def _prepare_connection(connection: sqlite3.Connection, record: object) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}")
    for name in CORNERS:
        connection.create_function(f"ST_{name}", 1, corner(name), deterministic=True)


def _begin_on_sqlite(connection: Connection) -> None:
    writing = _is_writing(connection)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
    if writing:
        pages = 0 if connection.get_execution_options().get("in_turns") else _CHECKPOINT_PAGES
        connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {pages}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _is_writing(connection: Connection | None) -> bool:
    return connection is not None and bool(connection.get_execution_options().get("writing"))


def _postgis(url: URL, timeout_s: float) -> Engine:
    patience = f"-c lock_timeout={int(timeout_s * 1000)} -c statement_timeout={STATEMENT_TIMEOUT_S * 1000}"
    engine = create_engine(
        url,
        connect_args={"options": patience, "connect_timeout": CONNECT_TIMEOUT_S},
        max_overflow=64,
        pool_pre_ping=True,
        json_serializer=to_json,
    )
    sentences = _Sentences(timeout_s, f"{url.host or ''}/{url.database or ''}")
    event.listen(engine, "handle_error", sentences.of, retval=True)
    return engine.execution_options(sentences=sentences)


def _snapshots(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _lacks_extension(state: str | None, said: str) -> bool:
    """Not allowed to make one, not installed on that server, or its type or function is gone."""
    if state in ("42501", "0A000", "58P01"):
        return "extension" in said
    missing = re.search(r"(type|function) \"?(public\.)?(geometry|geography|st_\w+|similarity)\b", said)
    return state in ("42704", "42883") and missing is not None


# --- sentences for errors ------------------------------------------------------------------------------


class _Sentences:
    """What an error of the driver means to people; None leaves it as it is: then it is our fault."""

    def __init__(self, timeout_s: float, place: str) -> None:
        self._timeout_s = timeout_s
        self._place = place

    def of(self, context: ExceptionContext) -> MapError | None:
        error = context.original_exception
        if isinstance(error, sqlite3.Error):
            return self._of_sqlite(error, _is_writing(context.connection))
        if context.is_pre_ping:
            return None  # the pool finds out by this very error that it needs a new connection
        if context.connection is None:
            return WrongSetting(
                f"连接不上数据库 {self._place}。请检查数据库服务是否运行，"
                "以及设置 WEBMAP_DATABASE_URL 的主机、数据库名、用户和密码。"
            )
        return self.of_postgres(error, lost=context.is_disconnect)

    def _of_sqlite(self, error: sqlite3.Error, writing: bool) -> MapError | None:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return Busy(busy_sentence(self._timeout_s))
        if name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE"):
            return NoSpace(FULL)
        if name.startswith("SQLITE_IOERR"):
            return NoSpace(
                f"数据库文件 {self._place} 读写出错，磁盘可能已满或有故障。请清理磁盘空间，检查磁盘后重试。"
            )
        if name.startswith("SQLITE_CANTOPEN"):
            return WrongSetting(
                f"找不到或打不开数据库文件 {self._place}。请检查设置 WEBMAP_HOME，或先运行 webmap upgrade 建立。"
            )
        if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return UnreadableFile(f"{self._place} 不是完好的数据库文件。请用最近的备份恢复。")
        if name.startswith("SQLITE_READONLY") and writing:
            return WrongSetting(f"数据库文件 {self._place} 不允许写入。请检查文件和文件夹的权限。")
        if "no such table" in str(error):
            return WrongSetting(self._not_upgraded())
        return None

    def of_postgres(self, error: BaseException, *, lost: bool) -> MapError | None:
        """lost: whether the connection is gone."""
        state = getattr(error, "sqlstate", None)
        if lost:
            return Busy("与数据库的连接中断，本次未改动任何数据。请稍后重试。")
        if state in ("55P03", "40P01", "40001"):
            return Busy(busy_sentence(self._timeout_s))
        if state == "53100":
            return NoSpace(FULL)
        if state == "57014" and "statement timeout" in str(error):
            return Busy(
                f"数据库算了 {STATEMENT_TIMEOUT_S} 秒还没有算完，已停止，本次未改动任何数据。请缩小范围后重试。"
            )
        if _lacks_extension(state, str(error)):
            return WrongSetting(
                f"数据库 {self._place} 缺少扩展。请安装 PostGIS，再请数据库管理员在这个数据库里执行："
                "CREATE EXTENSION postgis; CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm;"
            )
        if state == "42501":
            return WrongSetting(
                f"数据库 {self._place} 不允许写入或建表。请检查 WEBMAP_DATABASE_URL 里的用户有没有这个数据库的权限。"
            )
        return WrongSetting(self._not_upgraded()) if state == "42P01" else None

    def _not_upgraded(self) -> str:
        return f"数据库 {self._place} 还没有建立数据表。请先运行 webmap upgrade。"
