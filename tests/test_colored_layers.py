"""An administrator lets another field colour a layer of a shipped kind: map, legend, totals and cards follow."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from playwright.sync_api import Page, expect

from layers import clock, tiles
from layers.card import card
from layers.errors import InvalidValue
from layers.kinds import KINDS
from layers.kinds.coloured import coloring_fields, coloured, distinct_characters
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER
from layers.store import edit, managed, query
from layers.store.engine import Database
from layers.store.managed import ManagedLayer, Settings
from layers.symbols import style_layers
from layers.symbols.vocabulary import SymbolClass
from tests.browser import WITHOUT_WEBGL2, Visit
from tests.people import add_account, bring_in, sign_in
from tests.running import Server, running
from tests.stored import found, lay, parcel, store

EVERY_WAY = [(kind.key, field.key) for kind in KINDS.values() for field in coloring_fields(kind)]


def words_of(kind: str, by: str) -> list[str]:
    (field,) = (each for each in coloring_fields(KINDS[kind]) if each.key == by)
    return list(field.offered.values())


def settings_of(layer: ManagedLayer, **changed: Any) -> Settings:
    names = ("title", "unit", "group", "visibility", "data_date", "color_by")
    return replace(Settings(**{name: getattr(layer, name) for name in names}), **changed)


def color(database: Database, key: str, by: str) -> None:
    with database.writing() as session:
        layer = managed.managed_layer(session, key)
        with edit.one_act(session, "layer", "管理员") as act:
            managed.revise_layer(session, act, key, layer.version, settings_of(layer, color_by=by))
        session.commit()


def look(symbol: SymbolClass) -> tuple[Any, ...]:
    """All of a class that is no colour: whoever sees none must still tell classes apart."""
    marker = symbol.marker
    return (
        tuple((each.pattern.kind, each.pattern.angle) for each in symbol.fills if each.pattern),
        tuple(each.dash for each in symbol.lines),
        (marker.text, marker.mark, marker.hollow) if marker else None,
    )


@pytest.mark.parametrize(("kind", "by"), EVERY_WAY)
def test_classes_of_every_field_differ_in_color_and_in_more_than_color(kind: str, by: str) -> None:
    drawn = coloured(KINDS[kind], by)
    shown = [each for each in drawn.classes if not each.quiet and not each.part]
    assert [each.title for each in shown] == list(
        next(f for f in coloring_fields(KINDS[kind]) if f.key == by).offered.values()
    )
    edges = [each.marker.edge if each.marker else each.lines[-1].color for each in shown]
    assert len(set(edges)) == len(edges)
    neighbours = itertools.pairwise(shown)
    assert all(look(one) != look(other) for one, other in neighbours)
    assert style_layers([("layer", drawn)])
    assert drawn.digest != KINDS[kind].digest


def test_characters_of_words_differ_where_they_can() -> None:
    assert distinct_characters(["城市休闲", "城郊", "城", "5A", ""]) == ["城", "郊", "城", "5", ""]


def test_the_backdrop_keeps_its_look() -> None:
    assert [kind.key for kind in KINDS.values() if kind.backdrop and coloring_fields(kind)] == []


def drawn_symbols(database: Database) -> dict[str, str]:
    with database.reading() as session:
        body = tiles.tile(session, PUBLIC_VIEWER, ["idle_parcel"], tiles.tile_at(6, 53, 25))
    points = mapbox_vector_tile.decode(body)["idle_parcel_points"]["features"]
    return {each["properties"]["label"]: each["properties"]["symbol"] for each in points}


def test_another_field_colors_tiles_totals_and_cards(database: Database) -> None:
    late: dict[str, Any] = {"contract_start": "2020-03-01", "status": "idle"}
    store(
        database,
        [
            parcel("甲", supply_mode="granted", **late),
            parcel("乙", 118.44, supply_mode="allocated"),
            parcel("丙", 118.46),
        ],
    )
    with database.reading() as session:
        before = tiles.token(session, PUBLIC_VIEWER, ["idle_parcel"])
    color(database, "idle_parcel", "supply_mode")
    at_once = {"甲": "by_granted", "乙": "by_allocated", "丙": "none"}
    assert drawn_symbols(database) == at_once
    assert edit.refresh_derived(database, clock.today()) == 3
    assert drawn_symbols(database) == at_once
    with database.reading() as session:
        assert tiles.token(session, PUBLIC_VIEWER, ["idle_parcel"]) != before
        (summary,) = query.layers(session, PUBLIC_VIEWER)
        assert {key: each.count for key, each in summary.classes.items()} == dict.fromkeys(
            at_once.values(), 1
        )
        layer = query.layer_named(session, PUBLIC_VIEWER, "idle_parcel")
        (first, *_) = [
            each for each in query.find_features(session, PUBLIC_VIEWER, layer) if each.name == "甲"
        ]
        past = replace(INTERNAL_VIEWER, at=clock.today() - timedelta(days=1))
        assert query.find_features(session, past, layer) == [], "yesterday is asked with the same colours"
    tags = [each["text"] for each in card(first, INTERNAL_VIEWER)["tags"]]
    assert tags == ["出让", "疑似闲置·满两年", "闲置低效用地"], "the state of the law stays on the card"
    color(database, "idle_parcel", "")
    edit.refresh_derived(database, clock.today())
    assert drawn_symbols(database)["甲"] == "two_years"
    assert found(database, first.uid).version == 1, "colours are no change of the record"


def test_a_field_that_cannot_color_is_refused(database: Database) -> None:
    lay(database, "idle_parcel")
    with pytest.raises(InvalidValue, match="着色字段收到“holder”，应为以下之一：处置状态、供地方式"):
        color(database, "idle_parcel", "holder")


def test_phases_stay_within_their_zones(database: Database) -> None:
    zone = KINDS["renewal_zone"]
    drawn = coloured(zone, "mode")
    part = next(each for each in zone.classes if each.part)
    assert part in drawn.classes
    assert drawn.symbol_of({"name": "一期", "parent": "甲片区", "mode": "demolish"}, {}) in {
        part.key,
        "by_demolish",
        "none",
    }


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("county") / "home"
    shutil.copytree(sample_template, home)
    for role in ("administrator", "reader"):
        add_account(home, role)
    with running(home) as server:
        yield server


def opened(page: Page, server: Server, role: str, path: str = "/") -> Page:
    bring_in(page, server, sign_in(server, role))
    page.goto(f"{server.url}{path}")
    return page


def signs_on_the_map(page: Page) -> set[str]:
    page.wait_for_function(
        "() => map_county?.view?.placed?.things?.some((each) => each.layer === 'scenic_site' && each.marker)"
    )
    told: list[str] = page.evaluate(
        "() => map_county.view.placed.things.filter((each) => each.layer === 'scenic_site' && each.marker)"
        ".map(({marker}) => `${marker.shape} ${marker.text} ${marker.edge}`)"
    )
    return set(told)


@pytest.mark.parametrize("init", ["", WITHOUT_WEBGL2], ids=["gl", "canvas"])
def test_an_administrator_chooses_the_field_and_the_map_shows_it(
    county: Server, blank_page: Visit, init: str
) -> None:
    page = opened(blank_page(county.url), county, "administrator", "/admin/layers/scenic_site")
    page.get_by_label("按哪个字段着色").select_option(label="板块（5 种）")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("已保存。")
    expect(page.get_by_label("按哪个字段着色")).to_have_value("theme")

    page = blank_page(county.url)
    page.add_init_script(init)
    opened(page, county, "reader")
    words = words_of("scenic_site", "theme")
    legend = page.locator("#layers .layer").filter(has_text=KINDS["scenic_site"].title)
    expect(legend.locator(".row").first).to_be_visible()
    rows = [row.strip() for row in legend.locator(".row .name").all_inner_texts()]
    assert rows
    assert set(rows) <= {*words, "未填板块"}
    drawn = coloured(KINDS["scenic_site"], "theme")
    known = {f"{m.shape} {m.text} {m.edge}" for m in (each.marker for each in drawn.classes) if m}
    assert signs_on_the_map(page) <= known
    assert len(signs_on_the_map(page)) > 1
