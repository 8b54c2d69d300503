"""Can everything be brought back? A restore drill on both databases, and all that may go wrong before it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from layers import clock
from layers.errors import Busy, MapError, NoSpace, UnreadableFile, WrongSetting
from layers.store import Database, snapshot
from tests.databases import extend, opened, postgis_named, url
from tests.running import running, webmap
from webmap.checkup import findings
from webmap.config import Config
from webmap.keeping import backup, manifest, nightly, restore, retention, shelf

NOON = datetime(2025, 3, 1, 4, tzinfo=UTC)  # 12:00 in the county
PHOTO = b"not really a photo"


def config_of(home: Path, database: Database, **more: Any) -> Config:
    address = database.url.render_as_string(hide_password=False)
    return Config(home=home, database_url=address, **more)


def add_act(database: Database, who: str = "李工") -> None:
    with database.writing() as session:
        insert = "INSERT INTO act (what, who, at, state, count) VALUES ('test', :who, :at, 'done', 0)"
        session.execute(text(insert), {"who": who, "at": NOON if not database.is_sqlite else "2025-03-01"})
        session.commit()


def people(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.execute(text("SELECT who FROM act")).scalars())


def add_photo(home: Path, content: bytes = PHOTO) -> Path:
    digest = hashlib.sha256(content).hexdigest()
    place = home / "blobs" / digest[:2] / digest
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


@pytest.fixture
def kept(database: Database, home: Path) -> Config:
    """An installation with something in the database, a photo, a key and the list of base maps."""
    add_act(database)
    add_photo(home)
    (home / "secret.key").write_text("s", "utf-8")
    (home / "bases.json").write_text("{}", "utf-8")
    return config_of(home, database)


@contextmanager
def empty_postgis() -> Iterator[str]:
    with postgis_named() as name:
        yield url(name)


# --- the drill -----------------------------------------------------------------------------------------


def test_everything_comes_back_in_a_new_folder(database: Database, kept: Config, tmp_path: Path) -> None:
    made = backup.make(kept, database, "byhand")
    add_act(database, "后来的人")
    new = tmp_path / "new"
    if database.is_sqlite:
        restore.into(made, new)
        with opened(f"sqlite:///{new / 'map.db'}") as found:
            assert people(found) == ["李工"]
            assert found.is_current()
    else:
        with empty_postgis() as address:
            restore.into(made, new, address)
            with opened(address) as found:
                assert people(found) == ["李工"]
                assert found.is_current()
    assert add_photo(kept.home).relative_to(kept.home) in {
        file.relative_to(new) for file in new.rglob("*") if file.is_file()
    }
    assert (new / "secret.key").read_text("utf-8") == "s"
    assert (new / "bases.json").exists()


def test_a_backup_takes_the_place_of_the_data_in_use(database: Database, kept: Config) -> None:
    made = backup.make(kept, database, "byhand")
    add_act(database, "误操作")
    photo = add_photo(kept.home)
    photo.unlink()
    (kept.home / "secret.key").unlink()
    (kept.home / "bases.json").write_text("newer", "utf-8")
    database.dispose()
    aside = restore.replace(made, kept)
    assert people(database) == ["李工"]
    assert photo.read_bytes() == PHOTO
    assert (kept.home / "secret.key").read_text("utf-8") == "s"
    assert (kept.home / "bases.json").read_text("utf-8") == "newer"
    if aside:  # SQLite: what was there is kept beside
        with opened(f"sqlite:///{aside / 'map.db'}") as before:
            assert people(before) == ["李工", "误操作"]


def test_a_restored_database_can_be_written_and_numbers_go_on(database: Database, kept: Config) -> None:
    made = backup.make(kept, database, "byhand")
    database.dispose()
    restore.replace(made, kept)
    database.upgrade()
    add_act(database, "王工")
    assert people(database) == ["李工", "王工"]


def test_a_newer_structure_goes_back_to_the_older_one(database: Database, kept: Config) -> None:
    made = backup.make(kept, database, "upgrade")
    with database.writing() as session:
        session.execute(text("CREATE TABLE of_a_newer_version (id INTEGER PRIMARY KEY)"))
        session.commit()
    database.dispose()
    restore.replace(made, kept)
    assert "of_a_newer_version" not in snapshot.content(database).rows


# --- what a backup is ----------------------------------------------------------------------------------


def test_the_manifest_says_what_is_there(database: Database, kept: Config) -> None:
    made = backup.make(kept, database, "byhand")
    told = json.loads((made / "manifest.json").read_text("utf-8"))
    assert told["rows"]["act"] == 1
    assert told["revision"] == snapshot.content(database).revision
    for file in told["files"]:
        content = (made / file["path"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert {Path(file["path"]).parts[0] for file in told["files"]} == {
        snapshot.file_name(database),
        "blobs",
        "files",
    }


def test_a_backup_takes_no_room_for_photos_on_the_same_disk(database: Database, kept: Config) -> None:
    made = backup.make(kept, database, "byhand")
    photo = add_photo(kept.home).relative_to(kept.home)
    assert (made / photo).stat().st_ino == (kept.home / photo).stat().st_ino


def test_writers_go_on_while_a_backup_is_made(sqlite_database: Database, home: Path) -> None:
    add_act(sqlite_database)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            add_act(sqlite_database, "并发")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            with clock.standing_at(NOON + timedelta(minutes=number)):
                backup.check(backup.make(config_of(home, sqlite_database), sqlite_database, "byhand"))
    finally:
        stop.set()
        writer.join()


def test_the_second_place_copies_only_what_it_has_not(
    database: Database, kept: Config, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    with clock.standing_at(NOON):
        first = backup.repeat(backup.make(kept, database, "nightly"), second)
    with clock.standing_at(NOON + timedelta(days=1)):
        later = backup.repeat(backup.make(kept, database, "nightly"), second)
    photo = add_photo(kept.home).relative_to(kept.home)
    assert (first / photo).stat().st_ino == (later / photo).stat().st_ino != (kept.home / photo).stat().st_ino
    backup.check(later, thorough=True)


# --- what is no backup ---------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["a byte", "a file", "the manifest", "half a manifest", "a path outside"])
def test_a_harmed_backup_is_refused_and_changes_nothing(
    harm: str, sqlite_database: Database, home: Path, tmp_path: Path
) -> None:
    add_act(sqlite_database)
    photo = add_photo(home)
    config = config_of(home, sqlite_database)
    made = backup.make(config, sqlite_database, "byhand")
    told = made / "manifest.json"
    if harm == "a byte":
        (made / photo.relative_to(home)).unlink()
        (made / photo.relative_to(home)).write_bytes(PHOTO.upper())
    elif harm == "a file":
        (made / "map.db").unlink()
    elif harm == "the manifest":
        told.unlink()
    elif harm == "half a manifest":
        told.write_bytes(told.read_bytes()[:100])
    else:
        told.write_text(told.read_text("utf-8").replace("blobs/", "../blobs/"), "utf-8")
    with pytest.raises(UnreadableFile, match="请"):
        restore.into(made, tmp_path / "new")
    with pytest.raises(UnreadableFile):
        restore.replace(made, config)
    assert not (tmp_path / "new").exists()
    assert people(sqlite_database) == ["李工"]


def test_a_database_that_rotted_is_no_backup(sqlite_database: Database, home: Path) -> None:
    add_act(sqlite_database)
    made = backup.make(config_of(home, sqlite_database), sqlite_database, "byhand")
    with (made / "map.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 20)
    with pytest.raises(UnreadableFile, match="请改用别的备份"):
        backup.check(made)
    with pytest.raises(UnreadableFile, match="已损坏"):
        snapshot.look_over(made / "map.db")


def test_a_backup_of_a_newer_program_is_refused(
    sqlite_database: Database, home: Path, tmp_path: Path
) -> None:
    with sqlite_database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.commit()
    made = backup.make(config_of(home, sqlite_database), sqlite_database, "byhand")
    with pytest.raises(WrongSetting, match="比本程序新"):
        restore.into(made, tmp_path / "new")


def test_a_folder_with_files_is_never_restored_into(sqlite_database: Database, home: Path) -> None:
    made = backup.make(config_of(home, sqlite_database), sqlite_database, "byhand")
    with pytest.raises(WrongSetting, match="新的或空的文件夹"):
        restore.into(made, home)


def test_a_dump_goes_into_a_postgresql_database_only(
    postgis_database: Database, home: Path, tmp_path: Path
) -> None:
    made = backup.make(config_of(home, postgis_database), postgis_database, "byhand")
    with pytest.raises(WrongSetting, match="--database postgresql://"):
        restore.into(made, tmp_path / "new")


def test_a_database_in_use_is_not_replaced(postgis_database: Database, home: Path) -> None:
    config = config_of(home, postgis_database)
    made = backup.make(config, postgis_database, "byhand")
    with postgis_database.reading() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(WrongSetting, match="请先停止全域一张图的服务"):
            restore.replace(made, config)


def test_a_missing_pg_dump_says_what_to_install(
    postgis_database: Database, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(snapshot, "_PROGRAMS", tmp_path)
    with pytest.raises(WrongSetting, match="请安装 postgresql-client-"):
        backup.make(config_of(home, postgis_database), postgis_database, "byhand")
    assert list(shelf.of(config_of(home, postgis_database)).glob("*[!k]")) == []


# --- a full disk, and being killed ---------------------------------------------------------------------


@contextmanager
def tiny_disk(place: Path, size: str) -> Iterator[Path]:
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("full disks (no right to mount)")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_disk_without_room_is_noticed_before(sqlite_database: Database, home: Path, tmp_path: Path) -> None:
    """Not for PostgreSQL, where the size of a dump is not known before."""
    add_act(sqlite_database)
    with tiny_disk(tmp_path / "disk", "100k") as disk:
        with pytest.raises(NoSpace, match="备份需要约"):
            backup.make(config_of(home, sqlite_database), sqlite_database, "byhand", disk)
        assert [file.name for file in disk.iterdir()] == ["backup.lock"]


def test_a_disk_that_fills_up_leaves_nothing_that_looks_complete(
    kept: Config, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_has_room", lambda place, needed: None)
    with tiny_disk(tmp_path / "disk", "20k") as disk:
        with pytest.raises(NoSpace, match="满"):
            backup.make(kept, database, "byhand", disk)
        assert [file.name for file in disk.iterdir()] == ["backup.lock"]


def test_a_killed_backup_leaves_nothing_that_looks_complete(sqlite_database: Database, home: Path) -> None:
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from webmap.config import read_config\n"
        "from webmap.keeping import backup, manifest\n"
        "from layers.store import Database\n"
        "manifest.write = lambda *ignored: os._exit(9)\n"
        "config = read_config()\n"
        "backup.make(config, Database(config.database_url), 'nightly')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=os.environ, check=False)
    config = config_of(home, sqlite_database)
    assert done.returncode == 9
    assert list(shelf.of(config).glob(".*.part"))
    assert shelf.listed(shelf.of(config)) == []
    backup.make(config, sqlite_database, "byhand")
    assert not list(shelf.of(config).glob(".*.part"))


def test_two_backups_at_once_do_not_meet(sqlite_database: Database, home: Path) -> None:
    config = config_of(home, sqlite_database)
    with backup._alone(shelf.of(config)), pytest.raises(Busy, match="正在进行另一次备份"):
        backup.make(config, sqlite_database, "byhand")


# --- every night ---------------------------------------------------------------------------------------


def test_seven_days_four_weeks_and_twelve_months_are_kept() -> None:
    every_night = [datetime(2024, 1, 1, 2, 30, tzinfo=UTC) + timedelta(days=day) for day in range(731)]
    kept = retention.kept(every_night)
    # The last night is Wednesday 2025-12-31; reckoned by hand on a calendar.
    days = {date(2025, 12, day) for day in range(25, 32)}
    weeks = {date(2025, 12, 31), date(2025, 12, 28), date(2025, 12, 21), date(2025, 12, 14)}
    months = {
        date(2025, month, day)
        for month, day in [
            (1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30),
            (7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 31),
        ]
    }  # fmt: skip
    assert {moment.date() for moment in kept} == days | weeks | months


@pytest.mark.parametrize(
    ("taken", "kept"),
    [
        ([], []),
        (["2025-01-01T02:30"], ["2025-01-01T02:30"]),
        # Two of a day: the newer one.
        (["2025-01-01T02:30", "2025-01-01T14:00"], ["2025-01-01T14:00"]),
        # A pause of two years: what is there stays, however old.
        (["2023-01-01T02:30", "2025-01-01T02:30"], ["2023-01-01T02:30", "2025-01-01T02:30"]),
    ],
    ids=["none", "one", "two of a day", "a long pause"],
)
def test_the_newest_of_each_day_is_kept(taken: list[str], kept: list[str]) -> None:
    assert retention.kept(map(datetime.fromisoformat, taken)) == set(map(datetime.fromisoformat, kept))


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("2025-03-01T02:29+08:00", "2025-02-28T02:30+08:00", False),
        ("2025-03-01T02:30+08:00", "2025-02-28T02:31+08:00", True),
        ("2025-03-01T02:31+08:00", "2025-03-01T02:30+08:00", False),
        ("2025-03-01T18:00+00:00", "2025-03-01T02:30+08:00", False),  # 02:00 of the county's next day
        ("2025-03-01T18:31+00:00", "2025-03-01T02:30+08:00", True),
        ("2025-03-01T10:00+08:00", "2025-02-27T02:30+08:00", True),  # the computer was off
        ("2025-03-01T10:00+08:00", None, True),
    ],
)
def test_a_backup_is_due_when_the_hour_has_passed_since_the_last(
    now: str, last: str | None, due: bool
) -> None:
    before = datetime.fromisoformat(last) if last else None
    assert nightly.is_due(datetime.fromisoformat(now), time(2, 30), before) is due


def test_old_nightly_backups_go_and_those_by_hand_stay(sqlite_database: Database, home: Path) -> None:
    config = config_of(home, sqlite_database)
    with clock.standing_at(NOON - timedelta(days=300)):
        by_hand = backup.make(config, sqlite_database, "byhand")
    made = []
    for day in range(10):
        with clock.standing_at(NOON + timedelta(days=day)):
            made.append(backup.make(config, sqlite_database, "nightly"))
            shelf.thin_out(shelf.of(config))
    left = {one.folder for one in shelf.listed(shelf.of(config))}
    assert left == {by_hand, *made[-7:], made[1]}  # 2025-03-02 is a Sunday: the last of its week


def test_a_night_makes_two_backups_and_notes_what_fails(
    sqlite_database: Database, home: Path, tmp_path: Path
) -> None:
    second = tmp_path / "usb" / "backups"
    config = config_of(home, sqlite_database, backup_to=second, backup_at=time(2, 30))
    with clock.standing_at(NOON):
        assert not nightly.tonight(config)  # the disk is not there
        failure = shelf.failure(config)
        assert failure is not None
        assert "没有接上" in failure[1]
        assert len(shelf.listed(shelf.of(config))) == 1
    second.parent.mkdir()
    with clock.standing_at(NOON + timedelta(days=1)):
        assert nightly.tonight(config)
        assert shelf.failure(config) is None
    assert [one.folder.name for one in shelf.listed(second)] == ["20250302-120000-nightly"]


def test_the_server_backs_up_by_itself(sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the process beside it; here with a short first pause."""
    config = Config(
        home=sample_home, database_url=f"sqlite:///{sample_home / 'map.db'}", backup_at=time(2, 30)
    )
    monkeypatch.setattr(nightly, "FIRST_LOOK_S", 0.01)
    monkeypatch.setattr(nightly, "LOOK_AGAIN_S", 0.01)
    stop = threading.Event()
    timer = threading.Thread(target=nightly.keep_backed_up, args=(config, stop))
    timer.start()
    deadline = datetime.now(UTC) + timedelta(seconds=30)
    while not shelf.listed(shelf.of(config)) and datetime.now(UTC) < deadline:
        stop.wait(0.05)
    stop.wait(0.3)
    stop.set()
    timer.join()
    assert len(shelf.listed(shelf.of(config))) == 1


# --- 自检 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "state", "words"),
    [
        (1, "good", "最近一次"),
        (47, "good", "最近一次"),
        (49, "bad", "已超过 48 小时"),
        (None, "doubt", "还没有备份"),
    ],
)
def test_the_age_of_the_last_backup_is_on_the_check_page(
    hours: int | None, state: str, words: str, sqlite_database: Database, home: Path
) -> None:
    from webmap.bases.shelf import shelf_of

    config = config_of(home, sqlite_database)
    if hours is not None:
        with clock.standing_at(NOON):
            backup.make(config, sqlite_database, "nightly")
    with clock.standing_at(NOON + timedelta(hours=hours or 0)):
        found = {one.title: one for one in findings(config, sqlite_database, shelf_of(config))}["备份"]
    assert found.state == state
    assert words in found.words
    assert str(home) not in found.words


# --- the command line ----------------------------------------------------------------------------------


def test_the_commands_back_up_restore_and_refuse_while_the_server_runs(
    sample_home: Path, tmp_path: Path
) -> None:
    made = webmap("backup", home=sample_home)
    assert made.returncode == 0, made.stderr
    assert "备份完成" in made.stdout
    (folder,) = [one.folder for one in shelf.listed(sample_home / "backups")]
    checked = webmap("backup", "--check", str(folder), home=sample_home)
    assert "备份完好" in checked.stdout
    brought = webmap("restore", str(folder), "--to", str(tmp_path / "new"), home=sample_home)
    assert brought.returncode == 0, brought.stderr
    with running(tmp_path / "new") as server:
        assert server.get("/readyz").status == 200
        assert server.get("/api/layers").json()["layers"]
        refused = webmap("restore", str(folder), "--replace", home=tmp_path / "new")
        assert refused.returncode == 1
        assert "请先停止服务" in refused.stderr
    replaced = webmap("restore", str(folder), "--replace", home=tmp_path / "new")
    assert replaced.returncode == 0, replaced.stderr
    assert "原来的数据库在" in replaced.stdout


def test_an_upgrade_backs_up_first_and_can_go_back(sample_home: Path) -> None:
    file = sample_home / "map.db"
    head = revision(file)
    older = older_copy(file)
    shutil.copy(older, file)
    done = webmap("upgrade", home=sample_home)
    assert done.returncode == 0, done.stderr
    assert "升级前的备份" in done.stdout
    assert revision(file) == head
    (made,) = shelf.listed(sample_home / "backups")
    assert made.reason == "upgrade"
    back = webmap("restore", str(made.folder), "--replace", home=sample_home)
    assert back.returncode == 0, back.stderr
    assert revision(file) == revision(older) != head
    again = webmap("upgrade", "--no-backup", home=sample_home)
    assert again.returncode == 0
    assert len(shelf.listed(sample_home / "backups")) == 1


def test_a_start_backs_up_data_of_an_older_version(sample_home: Path) -> None:
    shutil.copy(older_copy(sample_home / "map.db"), sample_home / "map.db")
    with running(sample_home):
        pass
    assert [one.reason for one in shelf.listed(sample_home / "backups")] == ["upgrade"]


def older_copy(file: Path) -> Path:
    """An empty database as the first version made it."""
    from alembic import command

    from layers.store import upgrade

    older = file.with_name("older.db")
    older.touch()
    with opened(f"sqlite:///{older}") as database, database._writers.begin() as connection:
        command.upgrade(upgrade.config(connection), "0001")
    for ending in ("-wal", "-shm"):
        file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)
    return older


def revision(file: Path) -> str:
    connection = sqlite3.connect(file)
    try:
        (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(found)
    finally:
        connection.close()


def test_a_backup_of_nothing_says_so(tmp_path: Path) -> None:
    refused = webmap("backup", home=tmp_path / "home")
    assert refused.returncode == 1
    assert "没有可备份的内容" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_manifest_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 99}', "utf-8")
    with pytest.raises(MapError, match="只认识 1"):
        manifest.read(tmp_path)


def test_a_dump_needs_its_extensions(postgis_database: Database, home: Path) -> None:
    """Into a database of the same server without PostGIS: a sentence, and nothing is written."""
    import psycopg
    from psycopg import sql

    from tests.databases import administer, create

    add_act(postgis_database)
    made = backup.make(config_of(home, postgis_database), postgis_database, "byhand")
    name = "webmap_test_without_extensions"
    create(name, "template0")
    try:
        with opened(url(name)) as bare, pytest.raises(WrongSetting, match="数据库没有改动"):
            snapshot.put_back(made / "map.dump", bare)
        with psycopg.connect(dbname=name) as connection:
            assert connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone() == (0,)
        extend(name)
        with opened(url(name)) as extended:
            snapshot.put_back(made / "map.dump", extended)
            assert people(extended) == ["李工"]
    finally:
        administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
