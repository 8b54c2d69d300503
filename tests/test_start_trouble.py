"""What is said when the database, its disk or its server is not as it should be: on the command line and on a page?"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import text

from layers.errors import Busy, WrongSetting
from layers.store import Database
from layers.store.engine.sentences import Sentences
from tests.databases import administer, create, opened, url
from tests.running import free_port, running, webmap
from webmap import create_app
from webmap.config import Config


def start(home: Path, **settings: str) -> str:
    """What `webmap run` says before it stops, which it must, in a sentence."""
    done = webmap("run", home=home, **({"WEBMAP_PORT": str(free_port())} | settings))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "程序的问题" not in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def page(home: Path, address: str | None = None, path: str = "/table") -> str:
    """What a visitor reads on a page of a server that already runs; no sentence blames us."""
    return read(client(home, address), path)


def client(home: Path, address: str | None = None) -> FlaskClient:
    return create_app(Config(home=home, database_url=address or f"sqlite:///{home / 'map.db'}")).test_client()


def read(visitor: FlaskClient, path: str = "/table") -> str:
    answer = visitor.get(path)
    assert answer.status_code >= 500
    assert "程序的问题" not in answer.text, answer.text
    probe = visitor.get("/readyz")
    assert (probe.status_code, probe.json["ok"]) == (503, False)  # type: ignore[index]
    return answer.text


# --- the address ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("map.db", "sqlite:///文件路径"),
        ("oracle://u:p@h/d", "postgresql://用户:密码@主机/数据库"),
        ("postgresql://li:geheim@127.0.0.1:1/county", "连接不上数据库 127.0.0.1/county"),
    ],
    ids=["no address", "another product", "nobody there"],
)
def test_a_wrong_address_stops_the_start(address: str, words: str, tmp_path: Path) -> None:
    said = start(tmp_path / "home", WEBMAP_DATABASE_URL=address)
    assert words in said
    assert "geheim" not in said


def test_a_database_that_went_away_is_a_page_that_says_so(home: Path) -> None:
    said = page(home, "postgresql://li:geheim@127.0.0.1:1/county")
    assert "连接不上数据库" in said
    assert "geheim" not in said


def test_a_user_or_database_that_is_not_there_is_a_sentence(
    postgis_database: Database, home: Path, tmp_path: Path
) -> None:
    for address in (url("no_such_database"), "postgresql://nobody:geheim@/county"):
        said = start(tmp_path / "other", WEBMAP_DATABASE_URL=address)
        assert "连接不上数据库" in said
        assert "用户和密码" in said
        assert "连接不上数据库" in page(home, address)


# --- the structure -------------------------------------------------------------------------------------


def test_an_older_structure_is_brought_up_by_the_start(home: Path) -> None:
    older(home / "map.db")
    with running(home) as server:
        assert server.get("/readyz").status == 200


def test_an_older_structure_under_a_running_server_is_a_page_that_says_what_to_do(home: Path) -> None:
    older(home / "map.db")
    said = page(home)
    assert "webmap upgrade" in said


def test_a_newer_structure_stops_the_start(sqlite_database: Database, home: Path) -> None:
    sqlite_database.dispose()
    with sqlite3.connect(home / "map.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "数据库比本程序新" in start(home)
    assert not (home / "backups").exists()


def older(file: Path) -> None:
    """A database as the first version left it."""
    from alembic import command

    from layers.store import upgrade

    file.touch()
    with opened(f"sqlite:///{file}") as database, database._writers.begin() as connection:
        command.upgrade(upgrade.config(connection), "0001")


# --- PostGIS -------------------------------------------------------------------------------------------


@contextmanager
def database_of(role_options: str, *, extended: bool) -> Iterator[tuple[str, str]]:
    """A database and its owner, who is no superuser: its name and the address for the owner."""
    if "PGHOST" not in os.environ:
        pytest.skip("PostGIS (no PGHOST)")
    name = f"webmap_test_{uuid4().hex[:12]}"
    administer(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'geheim' " + role_options).format(sql.Identifier(name)))
    create(name, "template0")
    administer(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), sql.Identifier(name)))
    try:
        yield name, f"postgresql://{name}:geheim@/{name}"
    finally:
        administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        administer(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_a_database_without_postgis_says_what_the_administrator_must_do(tmp_path: Path) -> None:
    with database_of("NOSUPERUSER", extended=False) as (_, address):
        said = start(tmp_path / "home", WEBMAP_DATABASE_URL=address)
        assert "CREATE EXTENSION postgis;" in said
        assert "请数据库管理员" in said
        assert "webmap upgrade" in page(tmp_path / "home", address)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("0A000", 'extension "postgis" is not available'),
        ("58P01", 'could not open extension control file "postgis.control"'),
        ("42501", 'permission denied to create extension "postgis"'),
        ("42704", 'type "public.geometry" does not exist'),
        ("42883", "function st_asbinary(bytea) does not exist"),
    ],
)
def test_every_way_to_lack_an_extension_is_known(state: str, said: str) -> None:
    error = psycopg.errors.lookup(state)(said)
    found = Sentences(1, "h/d").of_postgres(error, lost=False)
    assert isinstance(found, WrongSetting)
    assert "CREATE EXTENSION postgis" in found.message


def test_a_user_who_may_not_make_tables_is_told(tmp_path: Path) -> None:
    with database_of("NOSUPERUSER", extended=True) as (name, address):
        with psycopg.connect(dbname=name, autocommit=True) as connection:
            for extension in ("postgis", "btree_gist", "pg_trgm"):
                connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
            connection.execute("ALTER SCHEMA public OWNER TO CURRENT_USER")
            connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC, pg_database_owner")
        assert "有没有这个数据库的权限" in start(tmp_path / "home", WEBMAP_DATABASE_URL=address)


# --- a PostgreSQL that restarts, or is slow ------------------------------------------------------------


def test_the_server_survives_a_restart_of_postgresql(postgis_database: Database, home: Path) -> None:
    address = postgis_database.url.render_as_string(hide_password=False)
    with running(home, WEBMAP_DATABASE_URL=address) as server:
        assert server.get("/api/layers").status == 200
        for _ in range(2):
            # What a restart does to every connection.
            administer(
                sql.SQL(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = {} AND pid <> pg_backend_pid()"
                ).format(sql.Literal(postgis_database.url.database))
            )
            answers = [server.get("/api/layers") for _ in range(12)]
            assert {answer.status for answer in answers} == {200}, server.log.read_text("utf-8")[-3000:]


def test_a_connection_that_breaks_in_the_middle_is_a_sentence(postgis_database: Database) -> None:
    with postgis_database.reading() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        administer(sql.SQL("SELECT pg_terminate_backend({})").format(sql.Literal(pid)))
        with pytest.raises(Busy, match="连接中断"):
            session.execute(text("SELECT 1"))
    with postgis_database.reading() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1


def test_a_question_that_takes_too_long_is_a_sentence(postgis_database: Database) -> None:
    with postgis_database.reading() as session:
        assert session.execute(text("SHOW statement_timeout")).scalar_one() == "2min"
        session.execute(text("SET LOCAL statement_timeout = 50"))
        with pytest.raises(Busy, match="请缩小范围"):
            session.execute(text("SELECT pg_sleep(5)"))


# --- the data folder -----------------------------------------------------------------------------------


def test_a_file_in_place_of_the_data_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("", "utf-8")
    said = start(tmp_path / "home")
    assert f"无法建立数据文件夹 {tmp_path / 'home'}" in said
    assert "WEBMAP_HOME" in said


@contextmanager
def disk(place: Path, options: str) -> Iterator[Path]:
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("disks of their own (no right to mount)")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def read_only(place: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)


def test_a_read_only_data_folder_stops_the_start(sample_template: Path, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "size=100m") as place:
        shutil.copytree(sample_template, place / "home")
        read_only(place)
        said = start(place / "home")
        assert str(place / "home") in said
        assert "写" in said
        assert "请" in said


def test_a_read_only_data_folder_is_a_page_that_says_so(sample_template: Path, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "size=100m") as place:
        shutil.copytree(sample_template, place / "home")
        read_only(place)
        assert "请检查" in page(place / "home")


def test_a_full_disk_stops_the_start(sample_template: Path, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "size=100m") as place:
        shutil.copytree(sample_template, place / "home")
        fill(place)
        said = start(place / "home")
        assert "满" in said or "No space" in said
        assert "请" in said


def test_a_new_installation_on_a_full_disk_says_so(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "size=1m") as place:
        (place / "home").mkdir()
        fill(place)
        said = start(place / "home")
        assert "磁盘" in said
        assert "请" in said


def fill(place: Path) -> None:
    """To the last byte."""
    with (place / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
