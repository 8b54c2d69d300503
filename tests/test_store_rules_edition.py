"""What was derived by another edition of the rules, or under another setting, is derived anew; nobody did that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from sqlalchemy import func, select, update

from layers import clock
from layers.kinds import edition
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, edit, query, refresh
from layers.store.tables import Act, Feature, FeatureVersion, Layer
from tests.stored import NOON, found, parcel, store

# Half of the planned year is over on 2025-07-02; 35 % are reported: 15 percentage points behind.
JULY = datetime(2025, 7, 2, 4, tzinfo=UTC)
BEHIND: Final[dict[str, Any]] = {
    "stage": "building",
    "plan_start": "2025-01-01",
    "plan_end": "2025-12-31",
    "actual_start": "2025-01-01",
    "progress_pct": 35,
    "reported_on": "2025-07-01",
}


def version(database: Database, key: str) -> int:
    with database.reading() as session:
        return query.layer_named(session, SYSTEM_VIEWER, key).version


def test_another_setting_changes_what_is_stored_and_no_history(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.standing_at(JULY):
        (id_,) = store(database, [parcel("路", **BEHIND)], "industry_project")
        (other,) = store(database, [parcel("地", status="revived")])
        assert found(database, id_).derived["light"] == "yellow"
        assert edit.follow_rules(database) == 0
        before = version(database, "industry_project"), version(database, "idle_parcel")
        monkeypatch.setenv("WEBMAP_LIGHTS", "20,30,3,35")
        assert edit.follow_rules(database) == 1
        assert edit.follow_rules(database) == 0
    with database.reading() as session:
        row = session.get_one(Feature, id_)
        assert (row.derived["light"], row.version) == ("green", 1)
        assert session.get_one(Feature, other).version == 1
        assert session.scalar(select(func.count()).select_from(FeatureVersion)) == 0
        assert session.scalar(select(func.count()).select_from(Act)) == 2
    # Tiles of the layer that looks different are asked for anew; the other keeps its own.
    assert version(database, "industry_project") == before[0] + 1
    assert version(database, "idle_parcel") == before[1]


def test_other_code_of_a_rule_is_another_edition(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.standing_at(NOON):
        (id_,) = store(sqlite_database, [parcel("地", status="low_use")])
        with sqlite_database.writing() as session:
            session.execute(
                update(Feature).values(derived={**found(sqlite_database, id_).derived, "symbol": "old"})
            )
            session.commit()
        assert edit.follow_rules(sqlite_database) == 0
        monkeypatch.setattr(edition, "_code", lambda: "of the next version")
        assert edit.follow_rules(sqlite_database) == 1
    assert found(sqlite_database, id_).derived["symbol"] == "low_use"


def test_what_was_interrupted_goes_on_with_the_layers_that_are_left(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.standing_at(NOON):
        store(sqlite_database, [parcel("一", status="low_use")])
        store(sqlite_database, [parcel("项目")], "industry_project")
        monkeypatch.setattr(edition, "_code", lambda: "of the next version")
        follow = refresh._follow

        def once(database: Database, layer: Layer, now: str) -> int:
            follow(database, layer, now)
            raise KeyboardInterrupt

        monkeypatch.setattr(refresh, "_follow", once)
        with pytest.raises(KeyboardInterrupt):
            edit.follow_rules(sqlite_database)
    with sqlite_database.reading() as session:
        noted = {
            key: rules == edition.rules_edition()
            for key, rules in session.execute(select(Layer.key, Layer.rules))
        }
    assert sorted(noted.values()) == [False, True]
