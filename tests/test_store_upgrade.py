"""The tables come into being by migrations, and those agree with the models."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text

from layers.errors import Busy, WrongSetting
from layers.store import upgrade
from layers.store.engine import Database
from layers.store.tables import Base


@pytest.fixture
def fresh(home: Path) -> Iterator[Database]:
    """A SQLite database without any table."""
    file = home / "map.db"
    file.touch()
    database = Database(f"sqlite:///{file}", timeout_s=0.5)
    yield database
    database.dispose()


def differences(connection: Connection) -> list[object]:
    options = {"include_object": upgrade.is_ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def test_the_migrations_and_the_models_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        assert differences(connection) == []


def test_a_model_without_its_migration_is_noticed(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("ALTER TABLE act DROP COLUMN reason"))
        assert "reason" in str(differences(session.connection()))


def test_autogenerate_leaves_the_spatial_index_alone(sqlite_database: Database) -> None:
    with sqlite_database.engine.connect() as connection:
        tables = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
        assert {"rtree_feature_shape", "rtree_feature_shape_node"} <= tables
        assert "rtree" not in str(differences(connection))


def triggers(connection: Connection) -> int:
    return int(
        connection.execute(text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")).scalar_one()
    )


def test_no_migration_loses_a_trigger(fresh: Database) -> None:
    """Batch mode copies a table and forgets its triggers; the statements say how many there must be."""
    ordered: list[str] = []
    event.listen(
        fresh.engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, *rest: ordered.append(statement),
    )
    steps = [script.revision for script in ScriptDirectory(str(upgrade.MIGRATIONS)).walk_revisions()]
    for step in reversed(steps):
        with fresh.engine.execution_options(writing=True).begin() as connection:
            command.upgrade(upgrade.config(connection), step)
        made = sum(statement.lstrip().startswith("CREATE TRIGGER") for statement in ordered)
        dropped = sum(statement.lstrip().startswith("DROP TRIGGER") for statement in ordered)
        with fresh.engine.connect() as connection:
            assert triggers(connection) == made - dropped > 0, step


def test_a_second_upgrade_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        session.execute(
            text("INSERT INTO act (what, who, at, state, count) VALUES ('a','b','2025-01-01','done',0)")
        )
        session.commit()
    database.upgrade()
    assert database.is_current()
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM act")).scalar_one() == 1


def test_upgrading_creates_a_file_that_only_its_owner_reads(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'map.db'}")
    database.upgrade()
    assert database.is_current()
    assert (home / "map.db").stat().st_mode & 0o077 == 0
    database.dispose()


def test_an_upgrade_waits_for_its_turn(fresh: Database) -> None:
    other = Database(fresh.url.render_as_string(), timeout_s=0.2)
    with fresh.writing(), pytest.raises(Busy, match="未改动任何数据"):
        other.upgrade()
    fresh.upgrade()
    assert other.is_current()
    other.dispose()


def test_several_starts_at_once_upgrade_only_once(fresh: Database) -> None:
    several = [Database(fresh.url.render_as_string()) for _ in range(4)]
    threads = [threading.Thread(target=each.upgrade) for each in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(each.is_current() for each in several)
    for each in several:
        each.dispose()


def test_a_failing_migration_leaves_nothing(fresh: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: Connection) -> None:
        command.upgrade(upgrade.config(connection), "head")
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(upgrade, "to_head", fail)
        with pytest.raises(ZeroDivisionError):
            fresh.upgrade()
    with fresh.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one() == 0
    fresh.upgrade()
    assert fresh.is_current()


def test_a_database_of_a_newer_program_is_refused_in_a_sentence(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.commit()
    assert not database.is_current()
    with pytest.raises(WrongSetting, match="数据库比本程序新"):
        database.upgrade()
