"""The ledger of a layer: any page in any order, what its numbers add up to, and the same as a workbook."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask
from openpyxl import load_workbook

from layers import clock
from layers.errors import UnknownThing
from layers.rights import PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import Database, ledger, query
from layers.store.edit import NewFeature
from layers.store.ledger import Part
from tests.files import area_mu
from tests.people import Caller, sign_in, visitor
from tests.small_county import IDLE_UID, PAYLOAD, small_county
from tests.stored import NOON, square, store

ROWS = 250


def rows() -> list[NewFeature]:
    chance = random.Random(7)
    prices = [chance.choice([None, *range(100, 900)]) for _ in range(ROWS)]
    return [
        NewFeature(
            square(118.2 + at / 400, 35.3 + at / 900, 0.001 + at / 100_000),
            {"name": f"地块{at:03}", "code": f"P-{chance.randrange(10_000):04}"}
            | ({"price": prices[at]} if prices[at] else {}),
        )
        for at in range(ROWS)
    ]


def told(database: Database, part: Part, viewer: Viewer = SYSTEM_VIEWER) -> list[str]:
    """All names in their order, page by page."""
    with database.reading() as session:
        layer = query.layer_named(session, viewer, "idle_parcel")
        number = ledger.count(session, viewer, layer, part)
        found = [
            each.name
            for offset in range(0, number, 60)
            for each in ledger.page(session, viewer, layer, part, offset=offset, limit=60)
        ]
    assert len(found) == number
    return found


def test_pages_follow_one_another_in_every_order(database: Database) -> None:
    given = rows()
    with clock.standing_at(NOON):
        store(database, given)
        names = [str(each.properties["name"]) for each in given]
        by_price = sorted(range(ROWS), key=lambda at: (given[at].properties.get("price", 10**9), at))
        assert told(database, Part()) == names
        assert told(database, Part(order="price")) == [names[at] for at in by_price]
        falling = [given[at].properties.get("price") for at in range(ROWS)]
        ordered = told(database, Part(order="price", descending=True))
        there = [falling[names.index(name)] for name in ordered]
        numbers = [each for each in there if each is not None]
        assert numbers == sorted(numbers, reverse=True)
        assert there[len(numbers) :] == [None] * (ROWS - len(numbers)), "what has no price comes last"


def test_a_page_is_new_as_soon_as_the_layer_changes(database: Database) -> None:
    with clock.standing_at(NOON):
        store(database, rows()[:3])
        assert told(database, Part(order="code", descending=True))
        store(database, [NewFeature(square(118.6, 35.6), {"name": "后来的", "code": "ZZZZ"})])
        assert told(database, Part(order="code", descending=True))[0] == "后来的"


def test_a_row_is_found_on_whichever_page_it_stands(database: Database) -> None:
    box = (118.2, 35.3, 118.5, 35.5)
    with clock.standing_at(NOON):
        store(database, rows())
        with database.reading() as session:
            layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
            dear = query.read_filter(session, SYSTEM_VIEWER, layer, "price.over.500")
            uids = {each.name: each.uid for each in query.find_features(session, SYSTEM_VIEWER, layer)}
            for part in (
                Part(),
                Part(order="price", descending=True),
                Part(bounds=box, order="code"),
                Part(where=dear, order="price"),
                Part(bounds=box, where=dear),
            ):
                listed = told(database, part)
                places = {
                    name: ledger.place_of(session, SYSTEM_VIEWER, layer, part, uid)
                    for name, uid in uids.items()
                }
                assert {name: at for name, at in places.items() if at is not None} == {
                    name: at for at, name in enumerate(listed)
                }
            then = replace(SYSTEM_VIEWER, at=NOON.date())
            past = told(database, Part(where=dear, order="price"), then)
            at = ledger.place_of(session, then, layer, Part(where=dear, order="price"), uids[past[-1]])
            assert at == len(past) - 1 > 0
            with pytest.raises(UnknownThing, match="没有编号为“none”的图形"):
                ledger.place_of(session, SYSTEM_VIEWER, layer, Part(), "none")


def test_sums_are_those_of_the_rows(database: Database) -> None:
    given = rows()
    box = (118.2, 35.3, 118.5, 35.5)
    inside = [each for each in given if shapely.intersects(each.shape, shapely.box(*box))]
    with clock.standing_at(NOON):
        store(database, given)
        with database.reading() as session:
            layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
            dear = query.read_filter(session, SYSTEM_VIEWER, layer, "price.over.500")
            for part, expected in (
                (Part(), given),
                (Part(bounds=box), inside),
                (Part(where=dear), [each for each in given if each.properties.get("price", 0) > 500]),
            ):
                found = ledger.sums(session, SYSTEM_VIEWER, layer, part, ["price"])
                assert found is not None
                assert found.count == len(expected)
                right = area_mu([each.shape for each in expected])
                assert found.area_m2 * 0.0015 == pytest.approx(right, rel=1e-6)
                assert found.values["price"] == sum(each.properties.get("price", 0) for each in expected)
    assert 0 < len(inside) < ROWS


def test_what_waits_for_review_is_listed_and_not_added_up(database: Database) -> None:
    with clock.standing_at(NOON):
        store(database, [*rows()[:2], NewFeature(square(118.6, 35.6), {"name": "待审"}, review="pending")])
        assert "待审" in told(database, Part())
        with database.reading() as session:
            layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
            found = ledger.sums(session, SYSTEM_VIEWER, layer, Part(), [])
    assert found is not None
    assert found.count == 2


def test_strangers_see_only_what_is_public(database: Database) -> None:
    with clock.standing_at(NOON):
        store(
            database,
            [*rows()[:2], NewFeature(square(118.6, 35.6), {"name": "内部的"}, visibility="internal")],
        )
        assert "内部的" in told(database, Part(order="name"))
        assert "内部的" not in told(database, Part(order="name"), PUBLIC_VIEWER)


# over HTTP


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = small_county(home)
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def asked(editor: Caller, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(editor.get(f"/api/layers/idle_parcel/rows{query}").body)
    return found


def test_rows_come_in_words_with_the_totals_of_all(editor: Caller) -> None:
    found = asked(editor, "?limit=1&sort=area_mu&desc=1&totals=1")
    assert found["count"] == 3
    (row,) = found["rows"]
    assert set(row) == {"id", "version", "bounds", "words"}
    every = asked(editor)["rows"]
    areas = [float(each["words"]["area_mu"].replace(",", "")) for each in every]
    assert float(row["words"]["area_mu"].replace(",", "")) == max(areas)
    assert float(found["totals"]["words"]["area_mu"].replace(",", "")) == pytest.approx(sum(areas), abs=0.02)
    assert found["totals"]["words"]["price"] == "1,286.00"
    numeric = {each["key"] for each in found["columns"] if each["numeric"]}
    assert {"area_mu", "price"} <= numeric
    assert "totals" not in asked(editor, "?limit=1")


def test_the_place_of_a_row_is_told(editor: Caller) -> None:
    listed = [each["id"] for each in asked(editor, "?sort=area_mu&desc=1")["rows"]]
    last = listed[-1]
    answer = editor.get(f"/api/layers/idle_parcel/rows/{last}?sort=area_mu&desc=1").json()
    assert answer["at"] == len(listed) - 1
    other = editor.get(f"/api/layers/idle_parcel/rows/{last}?bbox=100,20,101,21").json()
    assert other["at"] is None
    assert editor.get("/api/layers/idle_parcel/rows/none").status == 404


def test_shapes_of_some_rows_are_told(editor: Caller) -> None:
    told = json.loads(editor.get(f"/api/layers/idle_parcel/shapes?uids={IDLE_UID},none").body)
    (shape,) = told["shapes"]
    assert shape["id"] == IDLE_UID
    assert shape["geometry"]["type"] == "Polygon"
    assert "1 到 200 个" in editor.get("/api/layers/idle_parcel/shapes?uids=").body.decode()


def test_what_is_seen_is_a_workbook_with_the_same_columns_order_and_totals(editor: Caller) -> None:
    answer = editor.get("/table/idle_parcel.xlsx?cols=name,area_mu,price&sort=area_mu&desc=1")
    assert answer.status == 200, answer.body.decode()
    sheet = load_workbook(io.BytesIO(answer.body)).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert "（示例）" in str(cells[0][0])
    assert "共 3 行，按面积降序" in str(cells[1][0])
    assert cells[2] == ["地块名称", "面积（亩）", "出让（划拨）价款（万元）"]
    areas: list[Any] = [row[1] for row in cells[3:6]]
    assert areas == sorted(areas, reverse=True)
    assert all(isinstance(each, float) for each in areas)
    assert cells[6][0] == "合计（3）"
    assert cells[6][1] == pytest.approx(sum(areas), abs=0.02)
    assert cells[6][2] == 1286
    assert PAYLOAD in [row[0] for row in cells[3:6]]


def test_a_workbook_holds_what_the_filter_leaves(editor: Caller) -> None:
    answer = editor.get("/table/idle_parcel.xlsx?cols=name&f=price.over.1000")
    sheet = load_workbook(io.BytesIO(answer.body)).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in cells[3:]] == ["示例地块 界湖-017", "合计（1）"]
    assert "价款" in str(cells[1][0])


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("?cols=name,secret", 400, "网址参数 cols 收到“secret”"),
        ("?sort=secret", 400, "网址参数 sort"),
        ("?f=nothing.over.1", 422, ""),
    ],
)
def test_a_wrong_address_is_refused_in_words(editor: Caller, query: str, status: int, words: str) -> None:
    refused = editor.get(f"/table/idle_parcel.xlsx{query}")
    assert refused.status == status
    assert words in refused.body.decode()


def test_taking_out_needs_the_right_and_stands_in_the_log(app: Flask, editor: Caller) -> None:
    assert visitor(app).get("/table/idle_parcel.xlsx").status in (401, 403, 404)
    assert sign_in(app, "reader").get("/table/idle_parcel.xlsx").status == 403
    editor.get("/table/idle_parcel.xlsx?cols=name")
    log = sign_in(app, "auditor").get("/admin/log").body.decode()
    assert "所见表格 3 行" in log


def test_more_rows_than_a_sheet_takes_are_left_to_the_export(
    app: Flask, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webmap.views.ledger.MOST_IN_A_SHEET", 2)
    refused = editor.get("/table/idle_parcel.xlsx")
    assert refused.status == 400
    assert "共 3 行，一次最多按所见导出 2 行" in refused.body.decode()
