"""A county has 200,000 parcels: to open a card or to save an edit looks at a few of them, never at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select, text

from layers.store import tied
from layers.store.engine import Database
from layers.store.tables import Feature
from tests.people import Caller, sign_in
from tests.small_county import IDLE_UID, small_county

WHOLE = ("SCAN feature", "SCAN search", "SEARCH feature USING INDEX ix_feature_layer_id ")
"""How SQLite says that it walks over a whole table, or over a whole layer."""
ALLOWED = ("ix_feature_tied", "ix_feature_review", "ix_feature_derived_until")
"""Indexes that hold few features."""
OWN = "SELECT id FROM layer WHERE key = 'idle_parcel'"


@contextmanager
def heard() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is put to a database."""
    statements: list[tuple[str, Any]] = []

    def hear(connection: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT INTO feature_version")):
            statements.append((statement, given[0] if many else given))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def walks(connection: Connection, statement: str, given: Any) -> list[str]:
    """What of its plan walks over everything. To walk over the few towns is no harm."""
    steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    own = connection.scalar(text(OWN))
    return [
        step
        for step in steps
        if step.startswith(WHOLE)
        and not any(name in step for name in ALLOWED)
        and ("layer_id=?" not in step or own in given)
    ]


@pytest.fixture
def editor(home: Any) -> Caller:
    return sign_in(small_county(home), "editor")


def test_neither_a_card_nor_an_edit_looks_at_every_feature(editor: Caller, home: Any) -> None:
    with heard() as statements:
        card = editor.get(f"/api/features/{IDLE_UID}")
        told = editor.patch(
            f"/api/features/{IDLE_UID}",
            json={"properties": {"note": "改"}},
            headers={"If-Match": f'"{card.json()["edit"]["version"]}"'},
        )
    assert (card.status, told.status) == (200, 200)
    assert len(statements) > 30
    database = Database(f"sqlite:///{home / 'map.db'}")
    with database.engine.connect() as connection:
        found = {statement: walks(connection, statement, given) for statement, given in statements}
    database.dispose()
    assert {statement: steps for statement, steps in found.items() if steps} == {}


def test_an_index_holds_those_that_name_another(database: Database) -> None:
    of_sqlite = "SELECT sql FROM sqlite_master WHERE name = 'ix_feature_tied'"
    of_postgis = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_feature_tied'"
    with database.engine.connect() as connection:
        made = connection.scalar(text(of_sqlite if database.is_sqlite else of_postgis)) or ""
        places = [made.index(field) for field in tied.FIELDS]
        assert places == sorted(places)
        if database.is_sqlite:
            steps = connection.execute(text(f"EXPLAIN QUERY PLAN {_asked(database)}")).all()
            assert "SCAN feature USING INDEX ix_feature_tied" in str(steps)
        else:
            # By which its planner knows how few they are.
            assert connection.scalar(text("SELECT stxname FROM pg_statistic_ext")) == "st_feature_tied"


def _asked(database: Database) -> str:
    statement = select(Feature.id).where(tied.tied())
    return str(statement.compile(database.engine, compile_kwargs={"literal_binds": True}))
