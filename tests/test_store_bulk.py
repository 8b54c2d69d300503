"""A long import stays unseen until it is complete; a dead one is swept by the next start."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from layers.errors import InvalidShape, InvalidValue, NoSpace, UnknownThing
from layers.rights import SYSTEM_VIEWER
from layers.store import edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from layers.store.rows import Prepared
from layers.store.search import search
from layers.store.tables import Act, Feature, Layer, Search
from tests.stored import lay, parcel, square, store, store_towns


def rows(count: int, name: str = "批量") -> Iterator[NewFeature]:
    return (parcel(f"{name}{number}") for number in range(count))


def seen(database: Database, key: str = "idle_parcel") -> int:
    with database.reading() as session:
        return query.count_features(session, SYSTEM_VIEWER, query.layer_named(session, SYSTEM_VIEWER, key))


def kept(database: Database, model: type[Act | Feature | Layer | Search]) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def test_nothing_of_a_bulk_act_is_seen_before_it_is_finished(database: Database) -> None:
    store(database, [parcel("旧")])
    act_id = edit.start_bulk(database, "导入", "李工", "some.zip")
    heard: list[int] = []
    assert edit.add_in_turns(database, act_id, "idle_parcel", rows(600), heard.append) == 600
    assert heard[-1] == 600
    assert len(heard) > 1
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        assert (layer.version, query.count_features(session, SYSTEM_VIEWER, layer)) == (2, 1)
        assert [each.count for each in query.layers(session, SYSTEM_VIEWER)] == [1]
        assert not search(session, SYSTEM_VIEWER, "批量")
    assert kept(database, Feature) == 601
    act = edit.finish_bulk(database, act_id, "idle_parcel")
    assert (act.state, act.count, act.who, act.what, act.reason) == ("done", 600, "李工", "导入", "some.zip")
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        assert (layer.version, query.count_features(session, SYSTEM_VIEWER, layer)) == (3, 601)
        assert len(search(session, SYSTEM_VIEWER, "批量", 30)) == 30


def test_a_layer_made_by_a_bulk_act_is_hidden_until_then(database: Database) -> None:
    act_id = edit.start_bulk(database, "导入", "李工")
    with database.writing() as session:
        edit.add_layer(session, kind="idle_parcel", key="new", visibility="public", act=act_id)
        session.commit()
    edit.add_in_turns(database, act_id, "new", rows(3))
    with database.reading() as session:
        assert query.layers(session, SYSTEM_VIEWER) == []
        with pytest.raises(UnknownThing):
            query.layer_named(session, SYSTEM_VIEWER, "new")
    edit.finish_bulk(database, act_id)
    assert seen(database, "new") == 3


def test_the_key_of_a_layer_still_hidden_is_taken(database: Database) -> None:
    act_id = edit.start_bulk(database, "导入", "李工")
    with database.writing() as session:
        edit.add_layer(session, kind="idle_parcel", key="new", act=act_id)
        session.commit()
    with pytest.raises(InvalidValue, match="已被使用"):
        lay(database, "idle_parcel", "new")
    edit.abandon_bulk(database, act_id)
    lay(database, "idle_parcel", "new")


def test_towns_are_looked_up_in_bulk_too(database: Database) -> None:
    store_towns(database)
    lay(database, "idle_parcel")
    act_id = edit.start_bulk(database, "导入", "李工")
    edit.add_in_turns(database, act_id, "idle_parcel", [parcel("甲"), parcel("乙", 118.52)])
    edit.finish_bulk(database, act_id)
    with database.reading() as session:
        assert [hit.place for hit in search(session, SYSTEM_VIEWER, "甲")] == ["界湖街道"]
        assert [hit.place for hit in search(session, SYSTEM_VIEWER, "乙")] == ["铜井镇"]


def test_an_abandoned_act_leaves_nothing(database: Database) -> None:
    act_id = edit.start_bulk(database, "导入", "李工")
    with database.writing() as session:
        edit.add_layer(session, kind="idle_parcel", key="new", act=act_id)
        session.commit()
    edit.add_in_turns(database, act_id, "new", rows(300))
    edit.abandon_bulk(database, act_id)
    assert [kept(database, model) for model in (Act, Layer, Feature, Search)] == [0, 0, 0, 0]


@pytest.mark.parametrize("bad", [1, 2, 3], ids=["first", "middle", "last"])
def test_words_that_cannot_be_written_end_the_import(
    database: Database, monkeypatch: pytest.MonkeyPatch, bad: int
) -> None:
    written, real = [0], Prepared.insert_words

    def broken(self: Prepared, session: Session, ids: list[int]) -> None:
        written[0] += 1
        if written[0] == bad:
            raise NoSpace("磁盘已满")
        real(self, session, ids)

    store(database, [parcel("旧")])
    monkeypatch.setattr(Prepared, "insert_words", broken)
    act_id = edit.start_bulk(database, "导入", "李工")
    with pytest.raises(NoSpace):
        edit.add_in_turns(database, act_id, "idle_parcel", rows(800))
    edit.abandon_bulk(database, act_id)
    assert [kept(database, each) for each in (Feature, Search, Act)] == [1, 1, 1]


def test_an_act_that_is_done_is_not_abandoned(database: Database) -> None:
    lay(database, "idle_parcel")
    act_id = edit.start_bulk(database, "导入", "李工")
    edit.add_in_turns(database, act_id, "idle_parcel", rows(3))
    edit.finish_bulk(database, act_id)
    with pytest.raises(RuntimeError, match="not pending"):
        edit.abandon_bulk(database, act_id)
    assert seen(database) == 3


def test_a_bad_row_far_down_shows_nothing(database: Database) -> None:
    lay(database, "idle_parcel")
    act_id = edit.start_bulk(database, "导入", "李工")
    bad = [*rows(400), NewFeature(shapely.Polygon())]
    with pytest.raises(InvalidShape):
        edit.add_in_turns(database, act_id, "idle_parcel", bad)
    assert seen(database) == 0
    edit.abandon_bulk(database, act_id)
    assert kept(database, Feature) == 0


IMPORT = """
import sys
from layers.store import edit
from layers.store.engine import Database
from layers.store.rows import Prepared
from tests.test_store_bulk import rows
database = Database(sys.argv[1])
act_id = edit.start_bulk(database, "导入", "李工")
with database.writing() as session:
    edit.add_layer(session, kind="idle_parcel", key="half", visibility="public", act=act_id)
    session.commit()
edit.add_in_turns(database, act_id, "half", rows(300))
print("half", flush=True)
sys.stdin.readline()
edit.finish_bulk(database, act_id)
database.dispose()
"""


@pytest.fixture
def half_way(database: Database) -> Iterator[subprocess.Popen[str]]:
    """Another process that has written half of an import and waits for a line."""
    command = [sys.executable, "-c", IMPORT, database.url.render_as_string(hide_password=False)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    )
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "half\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_a_killed_import_is_swept_by_the_next_start(
    database: Database, half_way: subprocess.Popen[str]
) -> None:
    assert kept(database, Feature) == 300
    half_way.send_signal(signal.SIGKILL)
    half_way.wait()
    patience = time.monotonic() + 10
    # PostgreSQL notices the dead connection in its own time.
    while edit.sweep_pending(database) == 0 and time.monotonic() < patience:
        time.sleep(0.1)
    assert [kept(database, model) for model in (Act, Layer, Feature, Search)] == [0, 0, 0, 0]
    assert edit.sweep_pending(database) == 0
    if database.is_sqlite:
        assert not list(database.path.parent.glob("*.act-*.lock"))


def test_an_import_that_still_runs_is_not_swept(database: Database, half_way: subprocess.Popen[str]) -> None:
    assert edit.sweep_pending(database) == 0
    assert half_way.stdin
    half_way.stdin.write("go on\n")
    half_way.stdin.flush()
    assert half_way.wait(30) == 0
    assert seen(database, "half") == 300
    assert edit.sweep_pending(database) == 0
    assert seen(database, "half") == 300


def test_a_disk_that_fills_up_during_an_import_shows_nothing(sqlite_database: Database) -> None:
    store(sqlite_database, [parcel("旧")])

    def shrink(connection: object, record: object) -> None:
        connection.execute("PRAGMA max_page_count = 120")  # type: ignore[attr-defined]

    event.listen(sqlite_database.engine, "connect", shrink)
    sqlite_database.dispose()
    act_id = edit.start_bulk(sqlite_database, "导入", "李工")
    with pytest.raises(NoSpace, match="本次未改动任何数据"):
        edit.add_in_turns(sqlite_database, act_id, "idle_parcel", rows(5000))
    assert seen(sqlite_database) == 1
    edit.abandon_bulk(sqlite_database, act_id)
    assert kept(sqlite_database, Feature) == 1
    store(sqlite_database, [parcel("新")])
    assert seen(sqlite_database) == 2


def test_others_write_and_read_during_an_import(sqlite_database: Database) -> None:
    (id_,) = store(sqlite_database, [parcel("旧")])
    lay(sqlite_database, "idle_parcel", "big")
    act_id = edit.start_bulk(sqlite_database, "导入", "李工")
    bulk = threading.Thread(target=edit.add_in_turns, args=(sqlite_database, act_id, "big", list(rows(3000))))
    bulk.start()
    edits = 0
    while bulk.is_alive():
        with sqlite_database.writing() as session:
            with edit.one_act(session, "改", "王工") as act:
                edit.revise_feature(session, act, id_, shape=square(118.4, 35.5))
            session.commit()
        assert seen(sqlite_database, "big") == 0
        edits += 1
    bulk.join()
    assert edits >= 2
    edit.finish_bulk(sqlite_database, act_id)
    assert seen(sqlite_database, "big") == 3000


def test_what_came_in_bulk_is_found_by_its_place_and_not_after_it_was_taken_back(database: Database) -> None:
    store(database, [])
    act_id = edit.start_bulk(database, "导入", "李工")
    edit.add_in_turns(database, act_id, "idle_parcel", rows(3))
    edit.abandon_bulk(database, act_id)
    act_id = edit.start_bulk(database, "导入", "李工")
    far = square(118.62, 35.62)
    some = [*rows(3), NewFeature(far, {"name": "远"})]
    edit.add_in_turns(database, act_id, "idle_parcel", some)
    edit.finish_bulk(database, act_id)
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        (found,) = query.find_features(session, SYSTEM_VIEWER, layer, bounds=far.bounds)
        near = query.find_features(session, SYSTEM_VIEWER, layer, bounds=parcel("近").shape.bounds)
    assert found.properties["name"] == "远"
    assert [each.properties["name"] for each in near] == ["批量0", "批量1", "批量2"]
