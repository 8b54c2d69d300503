"""How is a whole database copied at one moment, looked over, and put back?

SQLite by its backup API in one step (a copy of a live file is no backup); PostgreSQL by pg_dump, which reads the
same snapshot as our counts, and back by psql in one transaction.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from layers.errors import MapError, NoSpace, UnreadableFile, WrongSetting
from layers.store.engine import SPATIAL_INDEX, Database
from layers.store.gate import FULL
from layers.store.upgrade import MIGRATIONS

SQLITE_FILE: Final = "map.db"
DUMP_FILE: Final = "map.dump"
_NOT_OURS: Final = ("sqlite_", SPATIAL_INDEX, "spatial_ref_sys", "geometry_columns", "geography_columns")
_PROGRAMS: Final = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Content:
    """What a database held at one moment: its structure, and how many rows each table had."""

    revision: str | None
    rows: Mapping[str, int]


def file_name(database: Database) -> str:
    """What the copy of this database is called."""
    return SQLITE_FILE if database.is_sqlite else DUMP_FILE


def copy(database: Database, target: Path) -> Content:
    """Copy the database into a new file and say what is in it; writers need not wait."""
    return _copy_sqlite(database.path, target) if database.is_sqlite else _dump(database, target)


def look_over(copied: Path) -> Content | None:
    """Open a copy and check it from end to end; None for a dump, whose content shows when it is put back."""
    if copied.name == DUMP_FILE:
        _listed(copied)
        return None
    with _opened(copied) as connection:
        try:
            (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            answer = str(error)
        if answer != "ok":
            raise UnreadableFile(f"备份文件 {copied} 已损坏（{answer}）。请改用别的备份。")
        return _content_of_file(connection)


def content(database: Database) -> Content:
    """What the database holds now."""
    if database.is_sqlite:
        with _opened(database.path) as connection:
            return _content_of_file(connection)
    with database.engine.connect() as connection:
        return _content_of(connection)


def is_known(revision: str | None) -> bool:
    """Whether this program can work with tables of this revision (or bring them up to date)."""
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    return revision in known


def put_back(dump: Path, database: Database) -> None:
    """Make a PostgreSQL database hold what the dump holds, and nothing else of ours: all of it, or nothing."""
    others = _other_sessions(database)
    if others:
        raise WrongSetting(
            f"数据库 {database.url.database} 还有 {others} 个连接在使用。请先停止全域一张图的服务再恢复。"
        )
    version = _server_version(database)
    script = _run(
        [_program("pg_restore", version), "--no-owner", "--no-privileges", "-f", "-", str(dump)], {}
    )
    ours = "\n".join((*_drops(database), _without_extensions(script)))
    command = [
        _program("psql", version),
        "-X",
        "-q",
        "-1",
        "-v",
        "ON_ERROR_STOP=1",
        "-o",
        os.devnull,
        "-f",
        "-",
    ]
    _run(command, _environment(database.url), ours)


# --- SQLite --------------------------------------------------------------------------------------------


def _copy_sqlite(source: Path, target: Path) -> Content:
    if not source.is_file():
        raise WrongSetting(f"没有数据库 {source}，没有可备份的内容。请检查设置 WEBMAP_HOME。")
    with _opened(source) as live, closing(sqlite3.connect(target)) as copied:
        live.backup(copied)
        # One file, which says all: the journal of the live database stays behind.
        copied.execute("PRAGMA journal_mode = DELETE")
        return _content_of_file(copied)


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA query_only = ON")
            yield connection
    except sqlite3.Error as error:
        raise _refused(file, error) from None


def _refused(file: Path, error: sqlite3.Error) -> MapError:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return NoSpace(FULL)
    if name.startswith("SQLITE_IOERR"):
        return NoSpace(f"数据库文件 {file} 读写出错，磁盘可能已满或有故障。请清理磁盘空间，检查磁盘后重试。")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
        return WrongSetting(
            f"打不开数据库文件 {file}，文件夹可能不允许写入。请检查设置 WEBMAP_HOME 和文件夹的权限。"
        )
    return UnreadableFile(f"{file} 不是完好的数据库文件（{error}）。请用最近的备份恢复。")


def _content_of_file(connection: sqlite3.Connection) -> Content:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    ours = sorted(name for name in names if not name.startswith(_NOT_OURS))
    # The names come from the database itself.
    rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in ours}  # noqa: S608
    revision = None
    if "alembic_version" in rows:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        revision = found[0] if found else None
    return Content(revision, rows)


# --- PostgreSQL ----------------------------------------------------------------------------------------


def _dump(database: Database, target: Path) -> Content:
    program = _program("pg_dump", _server_version(database))
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with engine.connect() as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        found = _content_of(connection)
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        _run([program, *options, "--file", str(target)], _environment(database.url))
    return found


def _content_of(connection: Connection) -> Content:
    names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"))
    ours = sorted(name for name in names if not name.startswith(_NOT_OURS))
    rows = {name: int(connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0) for name in ours}  # noqa: S608
    return Content(MigrationContext.configure(connection).get_current_revision(), rows)


def _server_version(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(str(connection.scalar(text("SHOW server_version_num")))) // 10000


def _other_sessions(database: Database) -> int:
    database.engine.dispose()
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with database.engine.connect() as connection:
        return int(connection.scalar(others) or 0)


def _drops(database: Database) -> list[str]:
    """What takes away our tables and functions, and leaves those of the extensions."""
    ours = text(
        "SELECT 'TABLE', format('%I', relname) FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = current_schema()::regnamespace"
        " AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e') "
        "UNION ALL "
        "SELECT 'FUNCTION', oid::regprocedure::text FROM pg_proc"
        " WHERE pronamespace = current_schema()::regnamespace"
        " AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
    )
    with database.engine.connect() as connection:
        found = connection.execute(ours).all()
    database.engine.dispose()
    return [f"DROP {sort} IF EXISTS {name} CASCADE;" for sort, name in sorted(found, reverse=True)]


def _without_extensions(script: str) -> str:
    """Extensions are the database administrator's: they are there already, or the restore says which is missing."""
    return re.sub(r"^(CREATE EXTENSION|COMMENT ON EXTENSION|CREATE SCHEMA public).*$", "", script, flags=re.M)


def _listed(dump: Path) -> None:
    _run([_program("pg_restore", 0), "--list", str(dump)], {})


def _environment(url: URL) -> dict[str, str]:
    """How libpq finds the database; a password stays out of the command, which everybody on the machine sees."""
    given = {"HOST": url.host, "PORT": url.port, "USER": url.username, "PASSWORD": url.password}
    named = {f"PG{name}": str(value) for name, value in given.items() if value}
    for option in ("sslmode", "sslrootcert", "sslcert", "sslkey", "host", "port"):
        if option in url.query:
            named[f"PG{option.upper()}"] = str(url.query[option])
    return named | {"PGDATABASE": str(url.database or "")}


def _program(name: str, version: int) -> str:
    """The PostgreSQL client program of this version or a newer one."""
    places = sorted(_PROGRAMS.glob(f"*/bin/{name}"), key=lambda file: _number(file.parts[-3]))
    for place in (*map(str, places), shutil.which(name) or ""):
        if place and _version_of(place) >= version:
            return place
    raise WrongSetting(
        f"需要 PostgreSQL {version or ''} 的客户端程序 {name} 才能备份或恢复，但本机没有（或版本太旧）。"
        f"请安装 postgresql-client-{version or '15'}，并确认它在 PATH 中。"
    )


def _version_of(program: str) -> int:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"\) (\d+)", told.stdout)
    return int(found[1]) if found else 0


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _run(command: list[str], environment: Mapping[str, str], given: str | None = None) -> str:
    done = subprocess.run(  # noqa: S603
        command,
        env=os.environ | environment,
        input=given,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise _refusal(Path(command[0]).name, done.stderr)
    return done.stdout


def _refusal(program: str, said: str) -> MapError:
    if "No space left on device" in said:
        return NoSpace(FULL)
    last = " ".join(said.split())[-300:]
    return WrongSetting(f"{program} 没有完成：{last} 数据库没有改动。请按提示处理后重试。")
