"""Everybody finds what he may see, as it is today, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely
from pyproj import Geod
from sqlalchemy import select, update

from layers import clock
from layers.crs import Bounds
from layers.errors import InvalidValue, UnknownThing
from layers.kinds import kind_of
from layers.kinds.base import TileField
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import derive as derivation
from layers.store import edit, query, refresh
from layers.store.edit import NewFeature
from layers.store.engine import Database
from layers.store.query import FoundFeature, LayerSummary, TileRows
from layers.store.search import search
from layers.store.tables import Feature
from tests.stored import NOON, found, lay, parcel, square, store, store_towns

AROUND = (118.0, 35.0, 119.0, 36.0)
GEOD = Geod(a=6378137, rf=298.257222101)


def in_layer(
    database: Database, viewer: Viewer = SYSTEM_VIEWER, key: str = "idle_parcel", **how: object
) -> list[FoundFeature]:
    with database.reading() as session:
        layer = query.layer_named(session, viewer, key)
        return query.find_features(session, viewer, layer, **how)  # type: ignore[arg-type]


def names(features: list[FoundFeature]) -> list[str]:
    return [feature.name for feature in features]


def summary(database: Database, viewer: Viewer = SYSTEM_VIEWER, key: str = "idle_parcel") -> LayerSummary:
    with database.reading() as session:
        return next(layer for layer in query.layers(session, viewer) if layer.key == key)


def tile(
    database: Database,
    viewer: Viewer = SYSTEM_VIEWER,
    key: str = "idle_parcel",
    *,
    bounds: Bounds = AROUND,
    fields: tuple[TileField, ...] | None = None,
) -> TileRows:
    with database.reading() as session:
        layer = query.layer_named(session, viewer, key)
        wanted = kind_of(layer.kind).tile_fields if fields is None else fields
        return query.tile_rows(session, viewer, layer, bounds, wanted)


# --- who sees what -------------------------------------------------------------------------------------


@pytest.fixture
def graded(database: Database) -> Database:
    """A public layer with a feature of each visibility, and a layer of each visibility with one feature."""
    for visibility in ("public", "internal", "sensitive"):
        lay(database, "idle_parcel", f"layer_{visibility}", visibility)
        store(database, [parcel(f"在{visibility}层", holder="某公司")], f"layer_{visibility}")
    features = [
        NewFeature(square(118.42, 35.52), {"name": f"自身{visibility}"}, visibility=visibility)
        for visibility in ("public", "internal", "sensitive")
    ]
    store(database, features, "layer_public")
    return database


SEEN = {
    "public": ["在public层", "自身public"],
    "internal": ["在public层", "自身public", "自身internal", "在internal层"],
    "system": ["在public层", "自身public", "自身internal", "自身sensitive", "在internal层", "在sensitive层"],
}


@pytest.mark.parametrize(
    "viewer", [PUBLIC_VIEWER, INTERNAL_VIEWER, SYSTEM_VIEWER], ids=lambda viewer: viewer.audience
)
def test_every_way_of_asking_gives_only_what_the_viewer_may_see(graded: Database, viewer: Viewer) -> None:
    expected = sorted(SEEN[viewer.audience])
    with graded.reading() as session:
        summaries = query.layers(session, viewer)
        layers = [query.layer_named(session, viewer, each.key) for each in summaries]
        by_layer = [query.find_features(session, viewer, layer) for layer in layers]
        assert sorted(name for some in by_layer for name in names(some)) == expected
        counts = [query.count_features(session, viewer, layer) for layer in layers]
        assert counts == [len(some) for some in by_layer] == [each.count for each in summaries]
        fields = kind_of("idle_parcel").tile_fields
        tiles = [query.tile_rows(session, viewer, layer, AROUND, fields) for layer in layers]
        assert sorted(label for rows in tiles for label in rows.columns["label"]) == expected
        here = query.at_point(session, viewer, 118.421, 35.521, 0.0001)
        assert sorted(names(here)) == expected
        related = query.related_to(session, viewer, by_layer[0][0], 20)
        assert sorted([by_layer[0][0].name, *names(related)]) == expected
        hits = search(session, viewer, "在") + search(session, viewer, "自身")
        assert sorted(hit.name for hit in hits) == expected


def test_what_may_not_be_seen_does_not_exist(graded: Database) -> None:
    with graded.reading() as session:
        hidden = session.scalars(select(Feature).where(Feature.visibility == "internal")).one()
        for ref in (hidden.id, hidden.uid, 10**9, 10**30, -1, "none", "a\0b", "\ud800"):
            with pytest.raises(UnknownThing, match="可能已被删除，或者您无权查看"):
                query.feature_of(session, PUBLIC_VIEWER, ref)
        for key in ("layer_internal", "layer_sensitive", "none", "a\0b"):
            with pytest.raises(UnknownThing, match="没有图层"):
                query.layer_named(session, PUBLIC_VIEWER, key)
            with pytest.raises(UnknownThing):
                query.tile_token(session, PUBLIC_VIEWER, [key])


def test_totals_and_bounds_do_not_betray_hidden_features(database: Database) -> None:
    far = NewFeature(square(118.9, 35.9), {"name": "远"}, visibility="internal")
    store(database, [parcel("近"), far])
    public, internal = summary(database, PUBLIC_VIEWER), summary(database, INTERNAL_VIEWER)
    assert (public.count, internal.count) == (1, 2)
    assert public.bounds == pytest.approx((118.42, 35.52, 118.422, 35.522))
    assert internal.bounds == pytest.approx((118.42, 35.52, 118.902, 35.902))
    assert internal.area_m2 > public.area_m2 * 1.9


def test_a_layer_that_becomes_internal_takes_its_features_along(database: Database) -> None:
    (id_,) = store(database, [parcel("一")])
    assert found(database, id_, PUBLIC_VIEWER).visibility == "public"
    with database.writing() as session:
        query.layer_named(session, SYSTEM_VIEWER, "idle_parcel").visibility = "internal"
        session.commit()
    with pytest.raises(UnknownThing):
        found(database, id_, PUBLIC_VIEWER)
    assert found(database, id_, INTERNAL_VIEWER).visibility == "internal"


def test_fields_above_the_viewer_are_not_there(database: Database) -> None:
    (id_,) = store(database, [parcel("一", tax_per_mu=3.5, holder="某公司", undeclared="x")])
    assert found(database, id_, PUBLIC_VIEWER).properties == {"name": "一", "holder": "某公司"}
    assert found(database, id_, INTERNAL_VIEWER).properties["tax_per_mu"] == 3.5
    fields = (TileField("tax_per_mu", "properties"), TileField("holder", "properties"))
    assert tile(database, PUBLIC_VIEWER, fields=fields).columns == {"holder": ["某公司"]}
    assert tile(database, INTERNAL_VIEWER, fields=fields).columns["tax_per_mu"] == [3.5]


def test_nobody_sorts_by_a_field_he_may_not_see(database: Database) -> None:
    store(database, [parcel("一", tax_per_mu=3.5)])
    with pytest.raises(InvalidValue, match="不能按“tax_per_mu”排序"):
        in_layer(database, PUBLIC_VIEWER, order="tax_per_mu")
    assert names(in_layer(database, INTERNAL_VIEWER, order="tax_per_mu")) == ["一"]


@pytest.mark.parametrize("order", ["none", "properties", "id; DROP TABLE feature", "", "'"])
def test_nobody_sorts_by_what_is_no_field(sqlite_database: Database, order: str) -> None:
    store(sqlite_database, [parcel("一")])
    with pytest.raises(InvalidValue, match="排序"):
        in_layer(sqlite_database, order=order)


# --- finding -------------------------------------------------------------------------------------------


def test_pages_follow_each_other(database: Database) -> None:
    ids = store(database, [parcel(f"{number}") for number in range(7)])
    assert names(in_layer(database, limit=3)) == ["0", "1", "2"]
    assert names(in_layer(database, limit=3, offset=3)) == ["3", "4", "5"]
    assert names(in_layer(database, limit=3, after=ids[5])) == ["6"]
    assert names(in_layer(database, descending=True, limit=2)) == ["6", "5"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("price", ["b", "c", "a", "d"]),
        ("code", ["c", "a", "b", "d"]),
        ("symbol", ["d", "a", "b", "c"]),
        ("status", ["d", "a", "b", "c"]),
        ("area_mu", ["a", "c", "b", "d"]),
    ],
)
def test_rows_are_sorted_by_number_text_and_declared_order(
    database: Database, order: str, expected: list[str]
) -> None:
    rows = [
        NewFeature(
            square(118.42, 35.52, 0.001), {"name": "a", "price": 100, "code": "B", "status": "low_use"}
        ),
        NewFeature(
            square(118.42, 35.52, 0.003), {"name": "b", "price": 9.5, "code": "C", "status": "low_use"}
        ),
        NewFeature(
            square(118.42, 35.52, 0.002), {"name": "c", "price": 20, "code": "A", "status": "revived"}
        ),
        NewFeature(
            square(118.42, 35.52, 0.004), {"name": "d", "status": "idle", "contract_start": "2020-01-01"}
        ),
    ]
    with clock.standing_at(NOON):
        store(database, rows)
        assert names(in_layer(database, order=order)) == expected
        assert names(in_layer(database, order=order, limit=2, offset=1)) == expected[1:3]


def test_missing_values_come_last_whichever_way(database: Database) -> None:
    store(database, [parcel("无"), parcel("贵", price=9), parcel("贱", price=1)])
    assert names(in_layer(database, order="price")) == ["贱", "贵", "无"]
    assert names(in_layer(database, order="price", descending=True)) == ["贵", "贱", "无"]


def test_bounds_give_what_meets_them(database: Database) -> None:
    store(database, [parcel("西", 118.40), parcel("中", 118.45), parcel("东", 118.50)])
    box = (118.44, 35.51, 118.46, 35.53)
    assert names(in_layer(database, bounds=box)) == ["中"]
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        assert query.count_features(session, SYSTEM_VIEWER, layer, bounds=box) == 1
        assert query.count_features(session, SYSTEM_VIEWER, layer) == 3
    touching = (118.452, 35.51, 118.46, 35.53)
    assert names(in_layer(database, bounds=touching)) == ["中"]


def test_bounds_of_one_layer_give_nothing_of_another(database: Database) -> None:
    for key in ("first", "second", "third"):
        lay(database, "idle_parcel", key)
        store(database, [parcel(f"在{key}")], key)
    assert names(in_layer(database, key="second", bounds=AROUND)) == ["在second"]
    assert tile(database, key="second").columns["label"] == ["在second"]


# --- layers --------------------------------------------------------------------------------------------


def test_a_layer_says_what_it_amounts_to(database: Database) -> None:
    one, two = square(118.42, 35.52, 0.002), square(118.43, 35.55, 0.003)
    rows = [
        NewFeature(one, {"name": "一", "status": "low_use"}),
        NewFeature(two, {"name": "二", "status": "low_use"}),
        NewFeature(one, {"name": "三", "status": "revived"}),
    ]
    lay(database, "idle_parcel", title="存量", data_date=date(2025, 1, 31), sample=True, unit="规划科")
    store(database, rows)
    area = [abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in (one, two)]
    told = summary(database)
    assert (told.title, told.unit, told.data_date, told.sample) == ("存量", "规划科", date(2025, 1, 31), True)
    assert (told.kind, told.group, told.order) == ("idle_parcel", "stock_land", kind_of("idle_parcel").rank)
    assert told.count == 3
    assert told.area_m2 == pytest.approx(2 * area[0] + area[1], abs=0.02)
    assert told.length_m == 0
    assert told.bounds == pytest.approx((118.42, 35.52, 118.433, 35.553))
    assert {key: each.count for key, each in told.classes.items()} == {"low_use": 2, "revived": 1}
    assert told.classes["low_use"].area_m2 == pytest.approx(sum(area), abs=0.02)


def test_lengths_are_summed_too(database: Database) -> None:
    line = shapely.LineString([(118.4, 35.5), (118.5, 35.55)])
    roads = [NewFeature(line, {"name": name, "state": "planned"}) for name in "ab"]
    store(database, roads, "road_project")
    told = summary(database, key="road_project")
    assert told.length_m == pytest.approx(2 * GEOD.geometry_length(line), abs=0.02)
    assert told.classes["planned"].length_m == told.length_m


def test_totals_follow_every_change(database: Database) -> None:
    ids = store(database, [parcel("一", status="low_use"), parcel("二", status="low_use")])
    assert summary(database).count == 2
    with database.writing() as session:
        with edit.one_act(session, "改", "李工") as act:
            edit.revise_feature(session, act, ids[0], properties={"name": "一", "status": "revived"})
            edit.remove_feature(session, act, ids[1])
        session.commit()
    assert {key: each.count for key, each in summary(database).classes.items()} == {"revived": 1}


def test_totals_seen_in_a_writing_session_that_fails_are_forgotten(database: Database) -> None:
    store(database, [parcel("一")])
    with database.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(session, act, layer, [parcel("二")])
        assert [each.count for each in query.layers(session, SYSTEM_VIEWER)] == [2]
    assert summary(database).count == 1
    store(database, [parcel("三"), parcel("四")])
    assert summary(database).count == 3


def test_the_token_changes_with_everything_a_tile_depends_on(database: Database) -> None:
    store(database, [parcel("一")])
    lay(database, "river")

    def token(viewer: Viewer = INTERNAL_VIEWER, *keys: str) -> str:
        with database.reading() as session:
            return query.tile_token(session, viewer, keys or ("idle_parcel",))

    with clock.standing_at(NOON):
        first = token()
        assert token() == first
        others = [
            token(PUBLIC_VIEWER),
            token(INTERNAL_VIEWER, "idle_parcel", "river"),
            token(INTERNAL_VIEWER, "river"),
        ]
        store(database, [parcel("二")])
        others.append(token())
    # 16:30 UTC is the next day in the county.
    with clock.standing_at(NOON.replace(hour=16, minute=30)):
        others.append(token())
    assert len({first, *others}) == 6


# --- today ---------------------------------------------------------------------------------------------


DUE = "2024-06-01"
"""Contract start: one full year has passed on 2025-06-02, two on 2026-06-02 (Order 53)."""
MOMENTS = [
    (datetime(2025, 1, 1, tzinfo=UTC), "normal"),
    (datetime(2025, 4, 1, tzinfo=UTC), "due_soon"),
    (datetime(2025, 7, 1, tzinfo=UTC), "one_year"),
    (datetime(2027, 1, 1, tzinfo=UTC), "two_years"),
]


def test_readers_see_the_state_of_their_day_before_it_is_written(database: Database) -> None:
    with clock.standing_at(MOMENTS[0][0]):
        (id_,) = store(database, [parcel("一", contract_start=DUE)])
    for moment, state in MOMENTS:
        with clock.standing_at(moment):
            assert found(database, id_).derived["symbol"] == state
            assert summary(database).classes.keys() == {state}
            assert summary(database).count == 1
            assert tile(database).columns["symbol"] == [state]
            assert tile(database).columns["state"] == [state]
            with database.reading() as session:
                assert [hit.symbol for hit in search(session, SYSTEM_VIEWER, "一")] == [state]


def test_what_the_day_does_not_change_stays(database: Database) -> None:
    store_towns(database)
    with clock.standing_at(MOMENTS[0][0]):
        (id_,) = store(database, [parcel("一", contract_start=DUE)])
        before = found(database, id_).derived
    with clock.standing_at(MOMENTS[3][0]):
        after = found(database, id_).derived
    for key in ("town", "area_m2", "area_mu", "anchor", "bounds", "label"):
        assert after[key] == before[key]


def test_refreshing_writes_what_is_due_and_nothing_else(database: Database) -> None:
    with clock.standing_at(MOMENTS[0][0]):
        ids = store(database, [parcel("一", contract_start=DUE), parcel("二", status="revived")])
        token_version = summary(database).version
    with clock.standing_at(MOMENTS[2][0]):
        assert edit.refresh_derived(database) == 1
        assert edit.refresh_derived(database) == 0
    with database.reading() as session:
        first, second = (session.get_one(Feature, id_) for id_ in ids)
        assert first.derived["symbol"] == "one_year"
        assert first.derived_until == date(2026, 6, 2)
        assert (first.version, second.version) == (1, 1)
        assert second.derived["symbol"] == "revived"
    assert summary(database).version == token_version


def test_refreshing_does_not_undo_a_change_made_meanwhile(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.standing_at(MOMENTS[0][0]):
        (id_,) = store(database, [parcel("一", contract_start=DUE)])
    derive = derivation.on_the_day

    def slowly(*about: object) -> object:
        with database.writing() as session:
            session.execute(update(Feature).values(version=2, derived={"symbol": "revived"}))
            session.commit()
        return derive(*about)  # type: ignore[arg-type]

    monkeypatch.setattr(refresh, "on_the_day", slowly)
    with clock.standing_at(MOMENTS[2][0]):
        assert edit.refresh_derived(database) == 0
    with database.reading() as session:
        assert session.get_one(Feature, id_).derived == {"symbol": "revived"}


def test_many_due_rows_are_refreshed_in_turns(sqlite_database: Database) -> None:
    with clock.standing_at(MOMENTS[0][0]):
        store(sqlite_database, [parcel(f"{number}", contract_start=DUE) for number in range(700)])
    with clock.standing_at(MOMENTS[3][0]):
        assert edit.refresh_derived(sqlite_database) == 700
        assert summary(sqlite_database).classes["two_years"].count == 700


# --- tiles ---------------------------------------------------------------------------------------------


def test_tile_rows_are_columns_of_plain_values(database: Database) -> None:
    store_towns(database)
    ids = store(
        database,
        [
            parcel("一", status="low_use", is_sample=True, jobs=12, price=8.5, aliases=["甲", "乙"]),
            parcel("二", 118.52, status="revived", is_sample=False),
        ],
    )
    keys = ("is_sample", "jobs", "price")
    fields = (*kind_of("idle_parcel").tile_fields, *(TileField(key, "properties") for key in keys))
    rows = tile(database, fields=fields)
    assert rows.ids.tolist() == ids
    assert rows.ids.dtype == np.int64
    assert [shapely.from_wkb(each) for each in rows.wkb] == [found(database, id_).shape for id_ in ids]
    assert rows.anchors == pytest.approx(np.array([[118.421, 35.521], [118.521, 35.521]]))
    columns = rows.columns
    assert columns["label"] == ["一", "二"]
    assert columns["symbol"] == ["low_use", "revived"]
    assert columns["town"] == ["界湖街道", "铜井镇"]
    assert columns["length_km"] == [None, None]
    assert columns["area_mu"] == [found(database, id_).derived["area_mu"] for id_ in ids]
    assert columns["is_sample"] == [True, False]
    assert all(type(value) is bool for value in columns["is_sample"])
    assert (columns["jobs"], columns["price"]) == ([12, None], [8.5, None])


def test_a_tile_without_features_has_empty_columns(database: Database) -> None:
    lay(database, "idle_parcel")
    rows = tile(database)
    assert (rows.ids.shape, rows.wkb, rows.anchors.shape) == ((0,), [], (0, 2))
    assert set(rows.columns) == {field.key for field in kind_of("idle_parcel").tile_fields}
    assert not any(rows.columns.values())


# --- what lies here ------------------------------------------------------------------------------------


def test_what_is_here_comes_smallest_first(database: Database) -> None:
    store_towns(database)
    store(database, [parcel("地块", 118.42, 35.52)])
    store(database, [NewFeature(shapely.Point(118.421, 35.521), {"name": "泉"})], "scenic_site")
    line = shapely.LineString([(118.41, 35.521), (118.43, 35.521)])
    store(database, [NewFeature(line, {"name": "路", "state": "open"})], "road_project")
    with database.reading() as session:
        here = query.at_point(session, SYSTEM_VIEWER, 118.421, 35.521, 0.0001)
        assert names(here) == ["泉", "路", "地块", "界湖街道", "沂南县"]
        assert not query.at_point(session, SYSTEM_VIEWER, 119.5, 36.5, 0.0001)


def test_a_line_is_hit_within_the_tolerance_only(database: Database) -> None:
    line = shapely.LineString([(118.40, 35.50), (118.50, 35.60)])
    store(database, [NewFeature(line, {"name": "路", "state": "open"})], "road_project")
    with database.reading() as session:
        assert names(query.at_point(session, SYSTEM_VIEWER, 118.4505, 35.55, 0.001)) == ["路"]
        # Inside its box, far from the line.
        assert not query.at_point(session, SYSTEM_VIEWER, 118.48, 35.52, 0.001)


def test_related_are_phases_namesakes_and_neighbours(database: Database) -> None:
    store_towns(database)
    zone = NewFeature(square(118.42, 35.52), {"name": "马泉片区"})
    far = {"lon": 118.58, "lat": 35.58}
    phases = [
        NewFeature(square(**far), {"name": f"马泉{number}期", "parent": "马泉片区"})
        for number in ("二", "三")
    ]
    ids = store(database, [zone, *phases], "renewal_zone")
    store(
        database,
        [
            parcel("隔壁", 118.4222, 35.52),
            parcel("马泉片区", 118.55, 35.51),
            # 0.0033° of longitude are 299 m here, 0.0035° are 317 m.
            parcel("近邻", 118.4253, 35.52),
            parcel("太远", 118.4255, 35.52),
        ],
    )
    with database.reading() as session:
        of_zone = query.related_to(session, SYSTEM_VIEWER, found(database, ids[0]), 10)
        assert names(of_zone) == ["马泉二期", "马泉三期", "马泉片区", "隔壁", "近邻"]
        assert names(query.related_to(session, SYSTEM_VIEWER, found(database, ids[0]), 2)) == [
            "马泉二期",
            "马泉三期",
        ]
        of_phase = query.related_to(session, SYSTEM_VIEWER, found(database, ids[1]), 10)
        assert names(of_phase)[:2] == ["马泉三期", "马泉片区"]


def test_the_ground_is_related_to_nothing(database: Database) -> None:
    store_towns(database)
    (id_,) = store(database, [parcel("一")])
    with database.reading() as session:
        assert not query.related_to(session, SYSTEM_VIEWER, found(database, id_), 10)


def test_features_without_a_name_are_no_namesakes(database: Database) -> None:
    ids = store(database, [NewFeature(square(118.42, 35.52)), NewFeature(square(118.58, 35.58))])
    assert found(database, ids[0]).name == "闲置低效用地"
    with database.reading() as session:
        assert not query.related_to(session, SYSTEM_VIEWER, found(database, ids[0]), 10)
