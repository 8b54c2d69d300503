"""Thousands of features change and go at one moment, nobody waits long, and all of it comes back."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from layers import clock
from layers.editing.undoing import undo
from layers.errors import OutOfDate
from layers.rights import SYSTEM_VIEWER
from layers.store import edit, query
from layers.store.edit import Change
from layers.store.engine import Database
from layers.store.search import search
from layers.store.stand_ins import left_behind
from layers.store.states import State, ready, taken_away, towns_now
from layers.store.tables import Act, Feature, FeatureVersion, Search, StandIn
from layers.store.targets import Target, standing
from tests.stored import found, parcel, square, store, store_towns

COUNT = 700


@pytest.fixture
def ids(database: Database) -> list[int]:
    store_towns(database)
    return store(database, (parcel(f"地块{number}", code=f"DK{number:04}") for number in range(COUNT)))


def there(database: Database) -> list[Target]:
    with database.reading() as session:
        return standing(session, SYSTEM_VIEWER, "idle_parcel", 10_000)


def changes(database: Database, targets: Sequence[Target], removed: int = 0) -> Iterator[Change]:
    """The first `removed` of them leave the map, the others get a holder and another shape."""
    with database.reading() as session:
        towns = towns_now(session, "idle_parcel")
    for at, each in enumerate(targets):
        told = {**each.state.properties, "holder": "新公司", "name": f"改后{at}"}
        state = State(square(118.52, 35.53), told)
        (row,) = [taken_away(each.state)] if at < removed else ready(each.kind, [state], towns)
        yield Change(each.id, each.layer_id, each.version, row)


def told(database: Database) -> tuple[int, int, int, int, str | None]:
    """What a reader sees: how many, how many found under the old and the new name, and the town of one."""
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        some = query.find_features(session, SYSTEM_VIEWER, layer, limit=10_000)
        summed = sum(each.count for each in query.layers(session, SYSTEM_VIEWER) if each.key == "idle_parcel")
        old, new = (len(search(session, SYSTEM_VIEWER, words, 1000)) for words in ("地块", "改后"))
        assert len(some) == summed == query.count_features(session, SYSTEM_VIEWER, layer)
        return summed, old, new, len({each.uid for each in some}), some[-1].derived["town"]


def begun(database: Database, removed: int = 3) -> int:
    act_id = edit.start_bulk(database, "import", "李工", "台账.xlsx")
    assert edit.stand_in_turns(database, act_id, changes(database, there(database), removed)) == COUNT
    return act_id


BEFORE = (COUNT, COUNT, 0, COUNT, "界湖街道")
AFTER = (COUNT - 3, 0, COUNT - 3, COUNT - 3, "铜井镇")


def test_changes_and_removals_are_seen_together_and_only_when_they_are_complete(
    database: Database, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    act_id = begun(database)
    assert told(database) == BEFORE
    monkeypatch.setattr("layers.store.bulk.carry_over", lambda database, act_id: None)
    act = edit.finish_bulk(database, act_id, "idle_parcel")
    assert act.count == COUNT
    # Seen at once, before anything is carried over, and the same afterwards.
    assert told(database) == AFTER
    monkeypatch.undo()
    edit.sweep_pending(database)
    assert told(database) == AFTER
    assert [each.id for each in there(database)] == ids[3:]
    assert found(database, ids[5]).version == 2
    with database.reading() as session:
        assert left_behind(session) == []
        for model, count in ((StandIn, 0), (FeatureVersion, COUNT), (Search, COUNT), (Feature, COUNT + 3)):
            assert session.scalar(select(func.count()).select_from(model)) == count, model


def test_an_abandoned_change_leaves_nothing(database: Database, ids: list[int]) -> None:
    edit.abandon_bulk(database, begun(database))
    assert told(database) == BEFORE
    with database.reading() as session:
        for model, count in ((StandIn, 0), (FeatureVersion, 0), (Feature, COUNT + 3), (Act, 2)):
            assert session.scalar(select(func.count()).select_from(model)) == count, model


def test_who_changed_a_feature_meanwhile_is_not_overwritten(database: Database, ids: list[int]) -> None:
    act_id = begun(database)
    with database.writing() as session:
        with edit.one_act(session, "edit", "王工") as act:
            edit.revise_feature(session, act, ids[9], properties={"name": "王工改的"})
        session.commit()
    with pytest.raises(
        OutOfDate, match=r"其中 1 个图形（“王工改的”）在核对之后被他人修改。本次未改动任何数据"
    ):
        edit.finish_bulk(database, act_id)
    edit.abandon_bulk(database, act_id)
    assert found(database, ids[9]).properties["name"] == "王工改的"


def test_nobody_edits_a_feature_that_is_on_its_way(
    database: Database, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    act_id = begun(database)
    monkeypatch.setattr("layers.store.bulk.carry_over", lambda database, act_id: None)
    edit.finish_bulk(database, act_id)
    for ref in (ids[9], there(database)[0].id):
        with (
            database.writing() as session,
            edit.one_act(session, "edit", "王工") as act,
            pytest.raises(OutOfDate, match="随一次批量导入更新，系统正在收尾"),
        ):
            edit.revise_feature(session, act, ref, properties={"name": "王工改的"})


def test_the_past_day_shows_what_was_there(
    database: Database, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    act_id = begun(database)
    today = replace(SYSTEM_VIEWER, at=clock.today())
    monkeypatch.setattr("layers.store.bulk.carry_over", lambda database, act_id: None)
    edit.finish_bulk(database, act_id)
    for _ in range(2):
        with database.reading() as session:
            layer = query.layer_named(session, today, "idle_parcel")
            assert query.count_features(session, today, layer) == COUNT - 3
        monkeypatch.undo()
        edit.sweep_pending(database)


def test_the_whole_import_is_undone_and_done_again(database: Database, ids: list[int]) -> None:
    act_id = edit.start_bulk(database, "import", "李工", "台账.xlsx")
    edit.add_in_turns(database, act_id, "idle_parcel", [parcel(f"新增{number}") for number in range(5)])
    edit.stand_in_turns(database, act_id, changes(database, there(database), 3))
    edit.finish_bulk(database, act_id)
    assert told(database)[0] == COUNT + 2
    back = undo(database, SYSTEM_VIEWER, act_id)
    assert back.undone == COUNT + 5
    assert told(database) == BEFORE
    assert [each.id for each in there(database)] == ids
    undo(database, SYSTEM_VIEWER, back.act)
    assert told(database)[0] == COUNT + 2
    assert found(database, ids[9]).properties["holder"] == "新公司"


def test_others_write_between_the_turns(sqlite_database: Database) -> None:
    store(sqlite_database, (parcel(f"地块{number}") for number in range(COUNT)))
    store(sqlite_database, [parcel("旁边")], "scenic_site")
    wrote: list[int] = []
    go = threading.Event()

    def write_one() -> None:
        go.wait()
        wrote.extend(store(sqlite_database, [parcel("插队")], "scenic_site"))

    writer = threading.Thread(target=write_one)
    writer.start()
    seen: list[int] = []

    def on_turn(count: int) -> None:
        go.set()
        writer.join()
        seen.append(count)

    act_id = edit.start_bulk(sqlite_database, "import", "李工")
    edit.stand_in_turns(sqlite_database, act_id, changes(sqlite_database, there(sqlite_database)), on_turn)
    assert wrote
    assert seen[-1] == COUNT
    edit.finish_bulk(sqlite_database, act_id)
