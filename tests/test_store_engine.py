"""A session reads one moment or holds the right to write; trouble with the database is a sentence."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from layers.errors import Busy, MapError, NoSpace, UnreadableFile, WrongSetting
from layers.store.engine import Database, in_bounds, json_value, to_json, wkb
from layers.store.tables import Act, Feature, Layer

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
CONTENT = {"derived": {}, "properties": {}, "shape": shapely.box(118.4, 35.5, 118.5, 35.6)}
FOREIGN = r"(?i)foreign ?key"
"""What either database says of a name that nobody has."""


def an_act(**values: object) -> Act:
    return Act(**({"what": "test", "who": "李工", "at": NOON, "state": "done"} | values))


def a_counter(database: Database) -> None:
    with database.writing() as session:
        session.add(an_act())
        session.commit()


def count_up(database: Database) -> None:
    """Read, think, write: an update is lost when somebody else writes in between."""
    with database.writing() as session:
        act = session.scalars(select(Act)).one()
        count = act.count
        time.sleep(0.001)
        session.execute(update(Act).values(count=count + 1))
        session.commit()


def counted(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(Act)).one().count


def test_a_write_in_a_reading_session_fails_loudly(database: Database) -> None:
    with database.reading() as session:
        session.add(an_act())
        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.flush()


def test_a_connection_that_was_read_only_can_write_afterwards(database: Database) -> None:
    for _ in range(3):
        with database.reading() as session:
            session.scalars(select(Act)).all()
        with database.writing() as session:
            session.add(an_act())
            session.commit()
    with database.reading() as session:
        assert len(session.scalars(select(Act)).all()) == 3


def test_a_reader_sees_one_moment(database: Database) -> None:
    a_counter(database)
    with database.reading() as session:
        before = session.execute(select(Act.count)).scalar_one()
        count_up(database)
        assert session.execute(select(Act.count)).scalar_one() == before
    assert counted(database) == before + 1


def test_without_commit_nothing_stays(database: Database) -> None:
    with database.writing() as session:
        session.add(an_act())
        session.flush()
    with database.reading() as session:
        assert not session.scalars(select(Act)).all()


def test_an_error_gives_the_turn_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.add(an_act(count=1 // 0))
    a_counter(database)
    assert counted(database) == 0


def test_what_is_written_in_turns_comes_into_the_file_after_the_turn(sqlite_database: Database) -> None:
    def size() -> int:
        return sqlite_database.path.stat().st_size

    before = size()
    with sqlite_database.writing(in_turns=True) as session:
        session.execute(text("CREATE TABLE wide (words TEXT)"))
        session.execute(text("INSERT INTO wide VALUES (:words)"), {"words": "x" * 8_000_000})
        session.commit()
        assert size() == before
    assert size() > before + 8_000_000


def test_the_first_statement_of_a_writing_session_is_already_inside_begin_immediate(
    sqlite_database: Database,
) -> None:
    heard: list[str] = []
    event.listen(
        sqlite_database.engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, *rest: heard.append(statement),
    )
    with sqlite_database.writing():
        *settings, first = heard
        assert first == "BEGIN IMMEDIATE"
        assert all(each.startswith("PRAGMA ") for each in settings)
        with (
            sqlite3.connect(sqlite_database.path, timeout=0) as other,
            pytest.raises(sqlite3.OperationalError),
        ):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_threads_write_in_turn_and_lose_nothing(sqlite_database: Database) -> None:
    a_counter(sqlite_database)
    served = [0] * 8

    def work(number: int) -> None:
        for _ in range(10):
            count_up(sqlite_database)
            served[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert served == [10] * 8
    assert counted(sqlite_database) == 80


def test_threads_are_served_in_the_order_of_arrival(sqlite_database: Database) -> None:
    order: list[int] = []

    def write(number: int) -> None:
        with sqlite_database.writing():
            order.append(number)

    with sqlite_database.writing():
        threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
            time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert order == list(range(6))


WRITER = """
import sys, time
from tests.test_store_engine import count_up
from layers.store.engine import Database
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
turns, end = 0, time.monotonic() + 1.5
while time.monotonic() < end:
    count_up(database)
    turns += 1
print(turns)
database.dispose()
"""


@pytest.fixture
def writers(sqlite_database: Database) -> Iterator[list[subprocess.Popen[str]]]:
    command = [sys.executable, "-c", WRITER, sqlite_database.url.render_as_string()]
    root = Path(__file__).parent.parent
    started = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, env=dict(os.environ)
        )
        for _ in range(3)
    ]
    yield started
    for process in started:
        process.kill()
        process.wait()
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        process.stdout.close()


def test_no_process_starves_another_and_none_loses_an_update(
    sqlite_database: Database, writers: list[subprocess.Popen[str]]
) -> None:
    a_counter(sqlite_database)
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    turns = [int(writer.stdout.readline()) for writer in writers if writer.stdout]
    assert counted(sqlite_database) == sum(turns)
    assert min(turns) > max(turns) / 4


def test_a_turn_that_does_not_come_is_a_sentence(sqlite_database: Database) -> None:
    hasty = Database(sqlite_database.url.render_as_string(), timeout_s=0.2)
    with sqlite_database.writing(), pytest.raises(Busy, match=r"等待 0\.2 秒仍未轮到。本次未改动任何数据"):
        hasty.writing().__enter__()
    a_counter(hasty)
    hasty.dispose()


def test_a_lock_held_by_another_program_is_a_sentence(sqlite_database: Database) -> None:
    hasty = Database(sqlite_database.url.render_as_string(), timeout_s=0.2)
    other = sqlite3.connect(sqlite_database.path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="请稍后重试"):
        hasty.writing().__enter__()
    other.rollback()
    other.close()
    a_counter(hasty)
    hasty.dispose()


def test_a_row_lock_on_postgis_is_a_sentence(postgis_database: Database) -> None:
    hasty = Database(postgis_database.url.render_as_string(hide_password=False), timeout_s=0.2)
    a_counter(hasty)
    with postgis_database.writing() as session:
        session.execute(update(Act).values(count=7))
        with hasty.writing() as other, pytest.raises(Busy, match="请稍后重试"):
            other.execute(update(Act).values(count=8))
    hasty.dispose()


def test_a_thread_that_would_wait_for_itself_is_told(sqlite_database: Database) -> None:
    with sqlite_database.writing(), pytest.raises(RuntimeError, match="already writes"):
        sqlite_database.writing().__enter__()


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(sqlite_database: Database) -> None:
    def shrink(connection: sqlite3.Connection, record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    event.listen(sqlite_database.engine, "connect", shrink)
    sqlite_database.dispose()
    with pytest.raises(NoSpace, match="磁盘或数据库文件已满，本次未改动任何数据"):
        fill(sqlite_database)
    with sqlite_database.reading() as session:
        assert not session.scalars(select(Act)).all()
    with sqlite_database.writing() as session:
        session.add(an_act())
        session.commit()


def fill(database: Database) -> None:
    with database.writing() as session:
        for _ in range(100):
            session.add(an_act(reason="满" * 2000))
            session.flush()
        session.commit()


def read(database: Database) -> None:
    with database.reading() as session:
        session.scalars(select(Act)).all()


def test_a_missing_file_is_a_sentence_and_is_not_created(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'map.db'}")
    with pytest.raises(WrongSetting, match=r"map\.db。请检查设置 WEBMAP_HOME"):
        read(database)
    with pytest.raises(WrongSetting, match="WEBMAP_HOME"):
        a_counter(database)
    assert not (tmp_path / "map.db").exists()


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="不能创建数据库文件"):
        Database(f"sqlite:///{tmp_path / 'none' / 'map.db'}").upgrade()


def test_a_folder_that_takes_no_lock_file_is_a_sentence(sqlite_database: Database) -> None:
    sqlite_database.path.with_name("map.db.turn.lock").mkdir()
    with pytest.raises(WrongSetting, match="请检查文件夹是否允许写入"):
        a_counter(sqlite_database)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "map.db"
    file.write_text("这不是数据库" * 500, "utf-8")
    with pytest.raises(UnreadableFile, match="不是完好的数据库文件。请用最近的备份恢复"):
        read(Database(f"sqlite:///{file}"))


def test_a_database_without_tables_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "map.db").touch()
    database = Database(f"sqlite:///{tmp_path / 'map.db'}")
    with pytest.raises(WrongSetting, match="webmap upgrade"):
        read(database)
    assert not database.is_current()
    database.dispose()


@pytest.mark.parametrize(
    "address", ["", "map.db", "mysql://localhost/map", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_of_something_else_is_a_sentence(address: str) -> None:
    with pytest.raises(WrongSetting, match="应为 sqlite:///文件路径 或"):
        Database(address)


def test_a_postgres_that_does_not_answer_is_a_sentence_without_the_password() -> None:
    database = Database("postgresql://li:geheim@127.0.0.1:1/county")
    with pytest.raises(WrongSetting, match=r"连接不上数据库 127\.0\.0\.1/county") as caught:
        read(database)
    assert "geheim" not in caught.value.message


def test_a_path_with_odd_characters_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "沂南 100%#&_县"
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'map.db'}")
    database.upgrade()
    a_counter(database)
    assert counted(database) == 0
    assert (folder / "map.db").exists()
    database.dispose()


def test_times_come_back_in_utc_wherever_they_were_written(database: Database) -> None:
    with database.writing() as session:
        session.add(an_act(at=datetime(2025, 3, 1, 20, tzinfo=timezone(timedelta(hours=8)))))
        session.commit()
    with database.reading() as session:
        at = session.scalars(select(Act)).one().at
    assert at == NOON
    assert at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with database.writing() as session:
        session.add(an_act(at=datetime(2025, 3, 1)))
        with pytest.raises(StatementError, match="no time zone"):
            session.flush()


def a_feature(session: Session, **values: object) -> Feature:
    act = an_act()
    layer = Layer(
        key="k",
        kind="idle_parcel",
        title="t",
        group="g",
        order=1,
        unit="u",
        visibility="public",
        created_at=NOON,
    )
    session.add_all([act, layer])
    session.flush()
    given = {
        "uid": "u1",
        "layer_id": layer.id,
        "act_id": act.id,
        "created_at": NOON,
        **CONTENT,
    }
    feature = Feature(**(given | values))
    session.add(feature)
    session.flush()
    return feature


def found_in(session: Session, *bounds: float) -> list[int]:
    west, south, east, north = bounds
    return list(
        session.scalars(select(Feature.id).where(in_bounds(Feature.shape, (west, south, east, north))))
    )


def test_a_shape_comes_back_as_it_went_in(database: Database) -> None:
    shape = shapely.from_wkt("MULTIPOLYGON (((118.1 35.1, 118.3 35.1, 118.2 35.3, 118.1 35.1)))")
    with database.writing() as session:
        feature = a_feature(session, shape=shape)
        session.expire_all()
        assert feature.shape == shape
        assert session.scalar(select(wkb(Feature.shape))) == shapely.to_wkb(shape)


def test_the_spatial_index_follows_insert_update_and_delete(database: Database) -> None:
    with database.writing() as session:
        feature = a_feature(session)
        assert found_in(session, 118.45, 35.55, 118.46, 35.56) == [feature.id]
        assert not found_in(session, 118.6, 35.55, 118.7, 35.56)
        feature.shape = shapely.Point(119.0, 36.0)
        session.flush()
        assert found_in(session, 118.9, 35.9, 119.1, 36.1) == [feature.id]
        assert not found_in(session, 118.45, 35.55, 118.46, 35.56)
        session.delete(feature)
        session.flush()
        assert not found_in(session, 118.0, 35.0, 120.0, 37.0)


@pytest.mark.parametrize("table", [Layer, Act])
def test_what_a_feature_names_is_there_and_stays(database: Database, table: type[Layer] | type[Act]) -> None:
    key = f"{table.__tablename__}_id"
    with database.writing() as session:
        feature = a_feature(session)
        ids = {"layer_id": feature.layer_id, "act_id": feature.act_id}
        session.commit()
    for attempt in (
        insert(Feature).values({**ids, key: 999, "uid": "u2", "created_at": NOON, **CONTENT}),
        update(Feature).values({key: 999}),
        delete(table).where(table.id == ids[key]),
    ):
        with database.writing() as session, pytest.raises(IntegrityError, match=FOREIGN):
            session.execute(attempt)
    with database.writing() as session:
        session.execute(delete(Feature))
        session.execute(delete(table).where(table.id == ids[key]))
        session.commit()


def test_nobody_takes_away_what_a_feature_names_while_it_is_written(postgis_database: Database) -> None:
    with postgis_database.writing() as session:
        feature = a_feature(session)
        ids = {"layer_id": feature.layer_id, "act_id": feature.act_id}
        session.execute(delete(Feature))
        session.commit()
    refused: list[IntegrityError] = []

    def take_away() -> None:
        try:
            with postgis_database.writing() as session:
                session.execute(delete(Layer))
                session.commit()
        except IntegrityError as refusal:
            refused.append(refusal)

    with postgis_database.writing() as session:
        session.execute(insert(Feature).values({**ids, "uid": "u2", "created_at": NOON, **CONTENT}))
        other = threading.Thread(target=take_away)
        other.start()
        other.join(0.5)
        assert other.is_alive()
        session.commit()
    other.join()
    assert len(refused) == 1


def test_json_values_come_back_as_they_are(database: Database) -> None:
    values = {"name": "竹泉'\"村\\", "area": 12.5, "count": 3, "anchor": [118.5, 35.5]}
    with database.writing() as session:
        a_feature(session, properties=values)
        row = session.execute(
            select(
                json_value(Feature.properties, "name"),
                json_value(Feature.properties, "area"),
                json_value(Feature.properties, "count"),
                json_value(Feature.properties, "anchor", 1),
                json_value(Feature.properties, "none"),
            )
        ).one()
    assert tuple(row) == ("竹泉'\"村\\", 12.5, 3, 35.5, None)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(VALUES)
def test_what_is_written_as_json_is_read_as_it_was_and_what_cannot_be_is_refused(value: object) -> None:
    try:
        plain = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        with pytest.raises(ValueError, match="JSON"):
            to_json(value)
        return
    assert json.loads(to_json(value)) == json.loads(plain)
    assert ": " not in to_json({"x": 1})


@pytest.mark.parametrize("value", [NOON, NOON.date(), {1: "x"}, {"x"}, Act])
def test_what_json_has_no_form_for_is_not_made_into_something_else(value: object) -> None:
    try:
        plain = json.dumps(value)
    except TypeError:
        with pytest.raises(TypeError, match="not JSON serializable"):
            to_json(value)
        return
    assert json.loads(to_json(value)) == json.loads(plain)


def test_nothing_but_a_name_gets_into_a_json_path() -> None:
    with pytest.raises(ValueError, match="JSON path"):
        json_value(Feature.properties, "x') OR 1=1 --")


def test_a_long_act_is_claimed_once_until_it_is_released(database: Database) -> None:
    assert database.claim(17)
    assert not database.claim(17)
    assert database.claim(18)
    database.release(17)
    assert database.claim(17)
    database.release(99)


def test_every_trouble_with_the_database_is_in_the_error_tree() -> None:
    assert all(issubclass(error, MapError) for error in (Busy, NoSpace, UnreadableFile, WrongSetting))
