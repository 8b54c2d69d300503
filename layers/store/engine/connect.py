"""Where is the county's database, and how does one read or write it? `Database` opens the sessions."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Engine,
    QueuePool,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from layers.errors import WrongSetting
from layers.store.engine.columns import to_json
from layers.store.engine.sentences import STATEMENT_TIMEOUT_S, Sentences, is_writing
from layers.store.gate import Gate, file_lock
from layers.store.geopackage import CORNERS, corner

DEFAULT_TIMEOUT_S: Final = 10.0
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
    event.listen(engine, "handle_error", Sentences(timeout_s, str(path)).of, retval=True)
    return engine


def _prepare_connection(connection: sqlite3.Connection, record: object) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}")
    for name in CORNERS:
        connection.create_function(f"ST_{name}", 1, corner(name), deterministic=True)


def _begin_on_sqlite(connection: Connection) -> None:
    writing = is_writing(connection)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
    if writing:
        pages = 0 if connection.get_execution_options().get("in_turns") else _CHECKPOINT_PAGES
        connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {pages}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _postgis(url: URL, timeout_s: float) -> Engine:
    patience = f"-c lock_timeout={int(timeout_s * 1000)} -c statement_timeout={STATEMENT_TIMEOUT_S * 1000}"
    engine = create_engine(
        url,
        connect_args={"options": patience, "connect_timeout": CONNECT_TIMEOUT_S},
        max_overflow=64,
        pool_pre_ping=True,
        json_serializer=to_json,
    )
    sentences = Sentences(timeout_s, f"{url.host or ''}/{url.database or ''}")
    event.listen(engine, "handle_error", sentences.of, retval=True)
    return engine.execution_options(sentences=sentences)


def _snapshots(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
