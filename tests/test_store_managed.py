"""What administrators decide about layers, themes and offices, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from layers import tiles
from layers.errors import InvalidValue, NotAllowed, OutOfDate, UnknownThing
from layers.kinds import CUSTOM, PRESETS, kind_for
from layers.kinds.custom_layer import declaration_from
from layers.listing import columns, words
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER
from layers.store import edit, managed, offices, query, themes
from layers.store.edit import NewFeature
from layers.store.engine import Database
from layers.store.managed import Settings
from layers.store.search import search
from layers.store.tables import Act
from tests.own_layer import check_layer
from tests.stored import found, lay, parcel, square, store

WHO = "管理员"
SETTINGS = Settings(
    title="闲置土地2024年核查",
    unit="自然资源和规划局",
    group="own",
    visibility="public",
    data_date=date(2024, 12, 31),
)


@contextmanager
def deed(database: Database, what: str) -> Iterator[tuple[Session, Act]]:
    """One act, kept when it is done."""
    with database.writing() as session:
        with edit.one_act(session, what, WHO) as act:
            yield session, act
        session.commit()


def add_own(database: Database, settings: Settings = SETTINGS, **told: Any) -> str:
    with database.writing() as session:
        with edit.one_act(session, "layer", WHO) as act:
            layer = managed.create_layer(
                session, act, CUSTOM, settings, declaration_from(check_layer(**told))
            )
        session.commit()
        return layer.key


def fill(database: Database, key: str) -> None:
    rows = [
        NewFeature(
            square(118.42, 35.52),
            {"name": "甲地块", "f1": "c1", "f2": ["c1", "c3"], "f3": "张三", "f6": 12.5},
        ),
        NewFeature(square(118.43, 35.52), {"name": "乙地块", "f1": "c2", "f3": "李四"}),
        NewFeature(square(118.44, 35.52), {"name": "丙地块"}),
    ]
    store(database, rows, key)


def drawn(database: Database, key: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        square_ = tiles.tile_at(12, *tile_of(118.43, 35.52, 12))
        body = tiles.tile(session, PUBLIC_VIEWER, [key], square_)
    told = mapbox_vector_tile.decode(body)
    return [feature["properties"] for feature in told[f"{key}_points"]["features"]]


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    # Web Mercator tile numbers by the usual formula.
    import math

    north = math.log(math.tan(math.radians(lat)) + 1 / math.cos(math.radians(lat)))
    return int((lon + 180) / 360 * 2**z), int((1 - north / math.pi) / 2 * 2**z)


def revised(database: Database, key: str, raw: dict[str, Any]) -> None:
    """Declare the layer anew, as the page does it."""
    with database.writing() as session:
        before = managed.managed_layer(session, key)
        declaration = declaration_from(raw, before.declaration, in_use=before.is_used)
        with edit.one_act(session, "layer", WHO) as act:
            managed.redeclare(session, act, key, before.version, declaration)
        session.commit()


def test_a_layer_with_fields_of_its_own_is_stored_drawn_listed_and_found(database: Database) -> None:
    key = add_own(database)
    assert key == "own_1"
    fill(database, key)
    shown = {each["label"]: each for each in drawn(database, key)}
    assert shown["甲地块"]["symbol"] == "c1"
    assert shown["甲地块"]["f1"] == "c1"
    assert shown["甲地块"]["f6"] == 12.5
    assert "f3" not in shown["甲地块"], "who checked it is internal"
    assert shown["丙地块"]["symbol"] == "none"
    with database.reading() as session:
        layer = query.layer_named(session, INTERNAL_VIEWER, key)
        (summary,) = [each for each in query.layers(session, INTERNAL_VIEWER) if each.key == key]
        assert {name: each.count for name, each in summary.classes.items()} == {"c1": 1, "c2": 1, "none": 1}
        first = query.find_features(session, INTERNAL_VIEWER, layer, order="f1")[0]
        told = words(columns(kind_for(layer), INTERNAL_VIEWER), first.properties, first.derived)
        assert told["f1"] == "属实"
        assert told["f2"] == "超期、改变用途"
        assert told["f6"] == "12.50"
        assert [hit.name for hit in search(session, INTERNAL_VIEWER, "张三")] == ["甲地块"]
        assert search(session, PUBLIC_VIEWER, "张三") == []


def test_other_fields_show_at_once_and_are_then_written(database: Database) -> None:
    key = add_own(database)
    fill(database, key)
    raw = declaration_from(check_layer()).stored()
    raw["color_by"] = ""
    raw["fields"][2]["visibility"] = "public"
    with database.reading() as session:
        before = tiles.token(session, PUBLIC_VIEWER, [key])
    revised(database, key, raw)
    assert {each["symbol"] for each in drawn(database, key)} == {"all"}
    with database.reading() as session:
        assert tiles.token(session, PUBLIC_VIEWER, [key]) != before
        assert search(session, PUBLIC_VIEWER, "张三") == [], "the words of the search are written later"
    assert edit.refresh_derived(database) == 3
    assert {each["symbol"] for each in drawn(database, key)} == {"all"}
    with database.reading() as session:
        assert [hit.name for hit in search(session, PUBLIC_VIEWER, "张三")] == ["甲地块"]


def test_a_retired_field_keeps_its_values(database: Database) -> None:
    key = add_own(database)
    fill(database, key)
    raw = declaration_from(check_layer()).stored()
    raw["fields"][5]["retired"] = True
    revised(database, key, raw)
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, key)
        assert all("f6" not in each.properties for each in query.find_features(session, SYSTEM_VIEWER, layer))
    raw["fields"][5]["retired"] = False
    revised(database, key, raw)
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, key)
        values = [each.properties.get("f6") for each in query.find_features(session, SYSTEM_VIEWER, layer)]
        assert values == [12.5, None, None]


def test_several_layers_of_one_kind_have_keys_of_their_own(database: Database) -> None:
    lay(database, "idle_parcel")
    with deed(database, "layer") as (session, act):
        for year in (2024, 2025):
            settings = replace(SETTINGS, title=f"闲置土地 {year}年核查", group="stock_land")
            layer = managed.create_layer(session, act, "idle_parcel", settings)
            edit.add_features(session, act, layer, [parcel(f"{year}年地块")])
    with database.reading() as session:
        told = {each.key: (each.title, each.count) for each in query.layers(session, PUBLIC_VIEWER)}
    assert told["idle_parcel_2"] == ("闲置土地 2024年核查", 1)
    assert told["idle_parcel_3"] == ("闲置土地 2025年核查", 1)


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"title": "地块（秘密★10年）"}, NotAllowed, "非涉密系统"),
        ({"title": "绝密地块"}, NotAllowed, "非涉密系统"),
        ({"title": " "}, InvalidValue, "应为 1 到 60 个字"),
        ({"visibility": "secret"}, InvalidValue, "没有更高的级别"),
        ({"group": "mine"}, InvalidValue, "应为以下之一：存量用地"),
        ({"unit": ""}, InvalidValue, "主管单位收到“”"),
    ],
    ids=["secret", "top secret", "no title", "higher", "unknown group", "no unit"],
)
def test_settings_that_cannot_be_are_refused(
    sqlite_database: Database, change: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        add_own(sqlite_database, replace(SETTINGS, **change))


def test_two_administrators_do_not_overwrite_each_other(database: Database) -> None:
    key = add_own(database)

    def rename(version: int, title: str) -> None:
        with deed(database, "layer") as (session, act):
            managed.revise_layer(session, act, key, version, replace(SETTINGS, title=title))

    rename(1, "甲")
    with pytest.raises(OutOfDate, match="您依据的是第 1 版，现在是第 2 版"):
        rename(1, "乙")
    with database.reading() as session:
        assert managed.managed_layer(session, key).title == "甲"


def test_edits_of_the_data_do_not_disturb_an_administrator(database: Database) -> None:
    key = add_own(database)
    fill(database, key)
    with deed(database, "layer") as (session, act):
        managed.revise_layer(session, act, key, 1, replace(SETTINGS, title="甲"))


def test_the_order_is_kept_and_a_stale_one_refused(database: Database) -> None:
    keys = [add_own(database, replace(SETTINGS, title=title)) for title in ("甲", "乙", "丙")]
    one, two, three = keys

    def order(wanted: list[str], was: list[str]) -> None:
        with deed(database, "layer") as (session, act):
            managed.order_layers(session, act, wanted, was)

    order([three, one, two], keys)
    with database.reading() as session:
        assert [each.key for each in query.layers(session, PUBLIC_VIEWER)] == [three, one, two]
    with pytest.raises(OutOfDate, match="顺序已被他人改动"):
        order([one, two, three], keys)


def ended(database: Database, key: str, what: str, **told: Any) -> None:
    with deed(database, "layer") as (session, act):
        version = managed.managed_layer(session, key).version
        if what == "restore":
            managed.restore_layer(session, act, key)
        elif what == "delete":
            managed.delete_layer(session, act, key, version, told["typed"])
        else:
            managed.archive_layer(session, act, key, version, archived=told["archived"])


def seen(session: Session, key: str) -> bool:
    return key in {each.key for each in query.layers(session, SYSTEM_VIEWER)}


def test_an_archived_layer_is_on_nobodys_map_and_comes_back(database: Database) -> None:
    key = add_own(database)
    fill(database, key)
    ended(database, key, "archive", archived=True)
    with database.reading() as session:
        assert not seen(session, key)
        assert search(session, SYSTEM_VIEWER, "甲地块") == []
        with pytest.raises(UnknownThing):
            query.layer_named(session, SYSTEM_VIEWER, key)
    ended(database, key, "archive", archived=False)
    with database.reading() as session:
        assert seen(session, key)
        assert len(search(session, SYSTEM_VIEWER, "甲地块")) == 1


def test_a_layer_with_records_is_deleted_only_by_its_name_and_comes_back(database: Database) -> None:
    key = add_own(database)
    fill(database, key)
    with pytest.raises(InvalidValue, match="中有 3 条记录。确认删除请完整输入图层名称"):
        ended(database, key, "delete", typed="闲置土地")
    ended(database, key, "delete", typed=SETTINGS.title)
    with database.reading() as session:
        assert not seen(session, key)
    ended(database, key, "restore")
    with database.reading() as session:
        assert seen(session, key)
        assert managed.managed_layer(session, key).count == 3


def test_an_empty_layer_goes_at_once_and_a_shipped_one_never(database: Database) -> None:
    key = add_own(database)
    ended(database, key, "delete", typed="")
    lay(database, "idle_parcel")
    with pytest.raises(InvalidValue, match="系统自带的图层，不能删除"):
        ended(database, "idle_parcel", "delete", typed="闲置低效用地")


# --- themes ---------------------------------------------------------------------------------------------


def write(database: Database, key: str | None, version: int, **told: Any) -> themes.Chip:
    with deed(database, "theme") as (session, act):
        wanted = {"title": "核查", "layers": ["idle_parcel"], "bounds": None} | told
        return themes.write_theme(session, act, key, version, **wanted)


def test_shipped_themes_stand_until_the_county_changes_them(database: Database) -> None:
    lay(database, "idle_parcel")
    lay(database, "road_project")
    with database.reading() as session:
        assert [chip.title for chip in themes.themes(session)] == [preset.title for preset in PRESETS]
        layers = query.layers(session, PUBLIC_VIEWER)
        assert themes.theme_named(session, "land").shows(layers) == ["idle_parcel"]
    changed = write(
        database, "land", 0, title="用地", layers=["road_project"], bounds=[118.4, 35.5, 118.5, 35.6]
    )
    own = write(database, None, 0)
    with database.reading() as session:
        chips = themes.themes(session)
        assert [chip.title for chip in chips][:2] == ["总览", "用地"]
        assert chips[-1].title == "核查"
        assert themes.theme_named(session, "land").shows(layers) == ["road_project"]
        assert themes.theme_named(session, "land").bounds == (118.4, 35.5, 118.5, 35.6)
    with deed(database, "theme") as (session, act):
        themes.drop_theme(session, act, "land", changed.version)
        themes.drop_theme(session, act, own.key, own.version)
    with database.reading() as session:
        assert [chip.title for chip in themes.themes(session)] == [preset.title for preset in PRESETS]


def test_a_stale_theme_is_refused_and_so_is_a_secret_one(database: Database) -> None:
    write(database, "land", 0)
    with pytest.raises(OutOfDate, match="已被他人修改"):
        write(database, "land", 0, title="别的")
    with pytest.raises(NotAllowed, match="非涉密"):
        write(database, None, 0, title="机密★核查")
    with pytest.raises(InvalidValue, match="已有名为“核查”的专题"):
        write(database, None, 0)


def test_a_theme_keeps_what_it_filters_and_tells_each_viewer_what_he_may_ask(database: Database) -> None:
    lay(database, "idle_parcel")
    lay(database, "road_project", visibility="internal")
    told = {
        "idle_parcel": "area_mu.over.20;symbol.any.two_years",
        "road_project": "name.has.路",
        "gone": "x.y",
    }
    chip = write(database, None, 0, layers=["idle_parcel", "road_project"], filters=told)
    assert chip.filters == {
        "idle_parcel": "area_mu.over.20;symbol.any.two_years",
        "road_project": "name.has.路",
    }
    with database.reading() as session:
        assert themes.filters_for(session, SYSTEM_VIEWER, chip) == (chip.filters, [])
        # Of a layer that he does not see, nothing is told.
        assert themes.filters_for(session, PUBLIC_VIEWER, chip) == (
            {"idle_parcel": chip.filters["idle_parcel"]},
            [],
        )
    hidden = write(database, chip.key, 1, filters={"idle_parcel": "lead_official.has.张"})
    with database.reading() as session:
        assert themes.filters_for(session, PUBLIC_VIEWER, hidden) == ({}, ["闲置低效用地"])
    with pytest.raises(InvalidValue, match="没有这个字段"):
        write(database, chip.key, 2, filters={"idle_parcel": "colour.any.红"})
    assert write(database, chip.key, 2).filters == {}


def test_themes_are_put_in_another_order(database: Database) -> None:
    with deed(database, "theme") as (session, act):
        keys = [chip.key for chip in themes.themes(session)]
        themes.order_themes(session, act, keys[::-1])
    with database.reading() as session:
        assert [chip.key for chip in themes.themes(session)] == keys[::-1]


# --- units ----------------------------------------------------------------------------------------------


def test_a_renamed_unit_is_renamed_wherever_it_is_named(database: Database) -> None:
    lay(database, "idle_parcel", unit="国土局")
    (number,) = store(database, [parcel("甲", responsible_unit="国土局")])
    with database.writing() as session:
        offices.add_unit(session, key="gtj", name="国土局", sort="bureau")
        with edit.one_act(session, "office", WHO) as act:
            offices.rename_unit(session, act, "gtj", "自然资源和规划局")
        session.commit()
    assert found(database, number).properties["responsible_unit"] == "自然资源和规划局"
    assert found(database, number).version == 2
    with database.reading() as session:
        assert query.layer_named(session, SYSTEM_VIEWER, "idle_parcel").unit == "自然资源和规划局"


def test_two_units_become_one(database: Database) -> None:
    lay(database, "idle_parcel", unit="房产局")
    with database.writing() as session:
        offices.add_unit(session, key="fcj", name="房产局", sort="bureau")
        offices.add_unit(session, key="zjj", name="住房和城乡建设局", sort="bureau", parent="fcj")
        offices.add_unit(session, key="station", name="房产站", sort="other", parent="fcj")
        with edit.one_act(session, "office", WHO) as act:
            offices.merge_units(session, act, "fcj", "zjj")
        session.commit()
    with database.reading() as session:
        told = {unit.name: unit.parent for unit in offices.units(session)}
        assert told == {"住房和城乡建设局": None, "房产站": "住房和城乡建设局"}
        assert query.layer_named(session, SYSTEM_VIEWER, "idle_parcel").unit == "住房和城乡建设局"


def test_every_change_is_one_act(database: Database) -> None:
    add_own(database)
    write(database, "land", 0)
    with database.reading() as session:
        assert [act.what for act in session.scalars(select(Act).order_by(Act.id))] == ["layer", "theme"]
