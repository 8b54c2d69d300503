"""Where do tests get an empty database from? SQLite files, and PostGIS databases of their own.

The PostGIS server is the one that PGHOST and its companions name, as under `pg_virtualenv`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from layers.store.engine import Database

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")


@pytest.fixture(params=["sqlite", "postgis"])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture
def sqlite_database(home: Path, empty_map: Path) -> Iterator[Database]:
    shutil.copyfile(empty_map, home / "map.db")
    with opened(f"sqlite:///{home / 'map.db'}") as database:
        yield database


@pytest.fixture
def postgis_database(home: Path, postgis_template: str) -> Iterator[Database]:
    with postgis_named(template=postgis_template) as name, opened(url(name)) as database:
        yield database


@pytest.fixture(scope="session")
def empty_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded database file without content; tests work on copies."""
    file = tmp_path_factory.mktemp("empty") / "map.db"
    with opened(f"sqlite:///{file}") as database:
        database.upgrade()
    return file


@pytest.fixture(scope="session")
def postgis_template() -> Iterator[str]:
    """The name of an upgraded PostGIS database without content; tests work on copies."""
    if "PGHOST" not in os.environ:
        pytest.skip("PostGIS (no PGHOST)")
    with postgis_named() as name:
        with opened(url(name)) as database:
            database.upgrade()
        yield name


@contextmanager
def opened(address: str) -> Iterator[Database]:
    from layers.store.engine import Database

    database = Database(address)
    try:
        yield database
    finally:
        database.dispose()


def url(name: str) -> str:
    """Host, port, user and password come from the PG… variables, which libpq reads by itself."""
    return f"postgresql+psycopg:///{name}"


@contextmanager
def postgis_named(template: str | None = None) -> Iterator[str]:
    """A database that exists as long as the block; without a template: empty, with the extensions."""
    name = f"webmap_test_{uuid4().hex}"
    create(name, template or "template0")
    try:
        if template is None:
            extend(name)
        yield name
    finally:
        administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def create(name: str, template: str) -> None:
    # A cluster made without a locale is ASCII, and pg_trgm then takes no Chinese character for a letter.
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    administer(statement.format(sql.Identifier(name), sql.Identifier(template)))


def extend(name: str) -> None:
    with psycopg.connect(dbname=name, autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))


def administer(statement: sql.Composed) -> None:
    with psycopg.connect(dbname=os.environ.get("PGDATABASE", "postgres"), autocommit=True) as connection:
        connection.execute(statement)
