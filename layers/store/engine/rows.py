"""How do very many rows get into a table at once? Column by column, past SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Dialect,
    Float,
    Integer,
    String,
    Table,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from layers.store.engine.columns import SPATIAL_INDEX, Shape, Utc, to_ewkbs
from layers.store.engine.sentences import Sentences
from layers.store.geopackage import to_blobs


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
        return to_blobs(values) if dialect.name == "sqlite" else to_ewkbs(values)
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
        sentences: Sentences = connection.get_execution_options()["sentences"]
        raise (sentences.of_postgres(error, lost=driven.closed) or error) from error
