"""Does /ogc keep the standard: documents, links, pages, questions, and for each only what he may see?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import shapely
from flask import Flask

from layers.rights import SYSTEM_VIEWER
from layers.store import Database, edit, query
from layers.store.edit import NewFeature
from layers.store.items import Wanted, page_of_items
from tests.people import Caller, sign_in, visitor
from tests.running import Answer
from tests.small_county import IDLE_UID, small_county
from tests.stored import parcel, store

ITEMS = "/ogc/collections/idle_parcel/items"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = small_county(tmp_path / "home", writes_per_minute=0)
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def add(app: Flask, count: int, begin: int = 0) -> None:
    database: Database = app.extensions["database"]
    rows = [
        NewFeature(
            shapely.box(118.41 + at / 1000, 35.41, 118.4105 + at / 1000, 35.4105), {"name": f"加{at:03}"}
        )
        for at in range(begin, begin + count)
    ]
    with database.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        with edit.one_act(session, "新建", "测试") as act:
            edit.add_features(session, act, layer, rows)
        session.commit()


def links(told: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {f"{each['rel']} {each['type']}": each for each in told["links"]}


def path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def names(answer: Answer) -> list[str]:
    return [each["properties"]["地块名称"] for each in answer.json()["features"]]


def test_every_document_is_reached_by_links_from_the_landing_page(editor: Caller) -> None:
    """7.2 to 7.16 of OGC 17-069r4: the relations and media types that clients follow."""
    landing = editor.get("/ogc", {"Accept": "application/json"})
    found = links(landing.json())
    api = found["service-desc application/vnd.oai.openapi+json;version=3.0"]
    assert (
        editor.get(path(api["href"])).headers["content-type"].startswith("application/vnd.oai.openapi+json")
    )
    conforms = editor.get(path(found["conformance application/json"]["href"])).json()["conformsTo"]
    assert {each.rsplit("/", 1)[1] for each in conforms} == {"core", "oas30", "html", "geojson"}
    data = editor.get(path(found["data application/json"]["href"])).json()
    assert {"self application/json", "alternate text/html"} <= set(links(data))
    collection = next(each for each in data["collections"] if each["id"] == "idle_parcel")
    assert collection["extent"]["spatial"]["crs"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    alone = editor.get(path(links(collection)["self application/json"]["href"])).json()
    assert alone == collection
    items = editor.get(path(links(collection)["items application/geo+json"]["href"]))
    assert items.headers["content-type"] == "application/geo+json"
    told = items.json()
    assert (told["type"], told["numberMatched"], told["numberReturned"]) == ("FeatureCollection", 3, 3)
    one = editor.get(f"{ITEMS}/{IDLE_UID}").json()
    assert one["id"] == IDLE_UID
    assert one["properties"]["处置状态"] == "疑似闲置"
    assert links(one)["collection application/json"]["href"].endswith("/ogc/collections/idle_parcel")
    assert editor.get("/ogc/").json() == landing.json()


def test_people_get_pages_and_programs_get_json(editor: Caller) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for address in ("/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", ITEMS, f"{ITEMS}/{IDLE_UID}"):
        assert editor.get(address, browser).headers["content-type"].startswith("text/html")
        assert "json" in editor.get(address, {"Accept": "*/*"}).headers["content-type"]
        assert "json" in editor.get(f"{address}?f=json", browser).headers["content-type"]
        assert editor.get(f"{address}?f=html").text.startswith("<!doctype html>")
    wrong = editor.get("/ogc/collections/none", browser)
    assert (wrong.status, wrong.text.startswith("<!doctype html>")) == (404, True)
    assert editor.get("/ogc/collections/none").json()["status"] == 404


def test_pages_are_complete_while_others_edit(app: Flask, editor: Caller) -> None:
    add(app, 25)
    address: str | None = f"{ITEMS}?limit=10"
    seen: list[str] = []
    sizes: list[int] = []
    while address:
        answer = editor.get(address).json()
        seen += [each["id"] for each in answer["features"]]
        sizes.append(answer["numberReturned"])
        if len(sizes) == 1:
            first = editor.get(f"/api/features/{IDLE_UID}")
            etag = first.headers["etag"]
            assert editor.delete(f"/api/features/{IDLE_UID}", headers={"If-Match": etag}).status == 200
            add(app, 4, begin=50)
        further = links(answer).get("next application/geo+json")
        address = path(further["href"]) if further else None
    assert sizes == [10, 10, 10, 2]
    assert len(set(seen)) == len(seen) == 3 + 25 + 4
    assert names(editor.get(f"{ITEMS}?limit=2&offset=1"))[0] == "示例地块 界湖-018"
    assert editor.get(f"{ITEMS}?limit=999999").status == 200


def test_a_box_a_time_and_properties_narrow_down(app: Flask, editor: Caller) -> None:
    assert names(editor.get(f"{ITEMS}?bbox=118.4695,35.5595,118.473,35.563")) == ["示例地块 界湖-018"]
    assert names(editor.get(f"{ITEMS}?bbox=118.4695,35.5595,0,118.473,35.563,9")) == ["示例地块 界湖-018"]
    assert names(editor.get(f"{ITEMS}?{quote('处置状态')}={quote('闲置')}")) == ["示例地块 界湖-017"]
    assert names(editor.get(f"{ITEMS}?status=revived")) == ["示例地块 界湖-018"]
    assert names(editor.get(f"{ITEMS}?status=idle&bbox=118.4695,35.5595,118.473,35.563")) == []
    assert editor.get(f"{ITEMS}?datetime=2001-01-01/2002-01-01").json()["numberMatched"] == 0
    assert editor.get(f"{ITEMS}?datetime=2001-01-01T00:00:00Z/..").json()["numberMatched"] == 3
    again = editor.get(f"{ITEMS}?status=idle&limit=1&f=json").json()
    asked = parse_qs(urlsplit(links(again)["self application/geo+json"]["href"]).query)
    assert asked == {"status": ["idle"], "limit": ["1"], "f": ["json"]}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("bbox=1,2,3", "bbox 收到“1,2,3”"),
        ("bbox=119,36,118,35", "西不大于东"),
        ("bbox=nan,1,2,3", "bbox 收到"),
        ("limit=0", "limit 收到“0”，应为不小于 1 的整数"),
        ("limit=x", "limit 收到“x”"),
        ("datetime=tomorrow", "datetime 收到“tomorrow”"),
        ("datetime=2026-03-01T00:00:00", "datetime 收到"),
        ("datetime=2026-03-01/2025-03-01", "开始不晚于结束"),
        ("f=xml", "f 收到“xml”"),
        ("nonsense=1", "nonsense 在这里没有定义"),
        ("status=nothing", "处置状态"),
        ("holder=x", "holder 在这里没有定义"),
    ],
)
def test_what_is_not_understood_is_400_with_a_sentence(editor: Caller, asked: str, words: str) -> None:
    answer = editor.get(f"{ITEMS}?{asked}")
    assert answer.status == 400
    assert words in answer.json()["error"]


def test_the_api_document_refers_to_nothing_outside_itself(editor: Caller) -> None:
    told = editor.get("/ogc/api").json()
    text = json.dumps(told, ensure_ascii=False)
    assert told["openapi"].startswith("3.0")
    assert {"/", "/conformance", "/collections", "/collections/idle_parcel/items"} <= set(told["paths"])
    for ref in [part.split('"')[0] for part in text.split('"$ref": "')[1:]]:
        assert ref.startswith("#/")
        found: Any = told
        for step in ref[2:].split("/"):
            found = found[step]
    parameters = told["paths"]["/collections/idle_parcel/items"]["get"]["parameters"]
    asked = {each.get("name") for each in parameters}
    assert "处置状态" in asked
    assert {"/", "/collections"} <= {urlsplit(each).path for each in told["paths"]}
    operations = [each["get"]["operationId"] for each in told["paths"].values()]
    assert len(set(operations)) == len(operations)


def test_an_answer_that_is_known_is_not_sent_again(editor: Caller) -> None:
    first = editor.get(ITEMS)
    again = editor.get(ITEMS, {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert "private" in first.headers["cache-control"]


def test_links_are_whole_under_a_path_and_behind_a_proxy(tmp_path: Path) -> None:
    app = small_county(tmp_path / "home", prefix="/yzt", proxies=1)
    caller = sign_in(app, "editor")
    headers = {
        "Accept": "application/json",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "map.example.cn",
    }
    told = caller.get("/yzt/ogc", headers).json()
    assert {each["href"].partition("/ogc")[0] for each in told["links"]} == {"https://map.example.cn/yzt"}
    app.extensions["database"].dispose()


# --- who may see what -------------------------------------------------------------------------------------


def token_of(caller: Caller, title: str = "QGIS") -> str:
    page = caller.post("/account/tokens", data={"title": title})
    assert page.status == 200
    return page.text.split('aria-label="新令牌"')[0].rsplit('value="', 1)[1].split('"')[0]


def test_a_visitor_sees_what_is_public(app: Flask, editor: Caller) -> None:
    nobody = visitor(app)
    ids = [each["id"] for each in nobody.get("/ogc/collections").json()["collections"]]
    assert "scenic_site" in ids
    assert "idle_parcel" not in ids
    assert nobody.get(ITEMS).status == 404
    assert "idle_parcel" not in nobody.get("/ogc/api").text
    assert "idle_parcel" in editor.get("/ogc/api").text
    assert "包保领导" not in nobody.get("/ogc/collections/scenic_site/items").text
    assert nobody.get("/ogc/collections/scenic_site/items/" + IDLE_UID).status == 404


def test_a_token_reads_as_its_owner_and_its_links_carry_it_on(app: Flask, editor: Caller) -> None:
    word, nobody = token_of(editor), visitor(app)
    assert nobody.get(ITEMS, {"Authorization": f"Bearer {word}"}).json()["numberMatched"] == 3
    told = nobody.get(f"{ITEMS}?token={word}&limit=1").json()
    assert told["numberMatched"] == 3
    assert all(f"token={word}" in each["href"] for each in told["links"])
    assert nobody.get(path(links(told)["next application/geo+json"]["href"])).json()["numberReturned"] == 1
    tiles = nobody.get(f"/tiles/idle_parcel.json?token={word}").json()["tiles"][0]
    assert f"token={word}" in tiles
    tile = path(tiles.replace("{z}/{x}/{y}", "14/13583/6442"))
    assert nobody.get(tile).status in (200, 204)


def test_a_token_opens_nothing_else_and_writes_nothing(app: Flask, editor: Caller) -> None:
    word, nobody = token_of(editor), visitor(app)
    bearer = {"Authorization": f"Bearer {word}"}
    assert nobody.get(f"/api/features/{IDLE_UID}", bearer).status == 404
    assert nobody.get("/account", bearer).status == 303
    assert nobody.get(f"/table/idle_parcel?token={word}").status in (303, 404)
    assert nobody.delete(f"/api/features/{IDLE_UID}", headers={**bearer, "If-Match": '"1"'}).status in (
        401,
        404,
    )
    assert nobody.post("/ogc", json={}, headers=bearer).status == 405


def test_a_wrong_word_is_refused_and_a_revoked_one_too(app: Flask, editor: Caller) -> None:
    word, nobody = token_of(editor), visitor(app)
    wrong = nobody.get(f"{ITEMS}?token=map_wrong")
    assert (wrong.status, "令牌不对，或者已经撤销" in wrong.json()["error"]) == (401, True)
    page = editor.get("/account").text
    assert word not in page
    assert "QGIS" in page
    number = page.split("/account/tokens/")[1].split("/revoke")[0]
    other = sign_in(app, "editor", "文化和旅游局")
    assert other.post(f"/account/tokens/{number}/revoke", data={}).status == 404
    assert editor.post(f"/account/tokens/{number}/revoke", data={}).status == 303
    assert nobody.get(f"{ITEMS}?token={word}").status == 401


def test_tokens_end_with_a_lock_and_with_a_new_password(app: Flask, editor: Caller) -> None:
    from layers.store import accounts

    database: Database = app.extensions["database"]
    word, nobody = token_of(editor), visitor(app)
    with database.writing() as session:
        accounts.lock_account(session, editor.person.id, True)
        session.commit()
    assert nobody.get(f"{ITEMS}?token={word}").status == 401
    with database.writing() as session:
        accounts.lock_account(session, editor.person.id, False)
        session.commit()
    assert nobody.get(f"{ITEMS}?token={word}").status == 200
    with database.writing() as session:
        accounts.set_password(session, editor.person.id, "x", must_change=False)
        session.commit()
    assert nobody.get(f"{ITEMS}?token={word}").status == 401


def test_only_the_digest_of_a_token_is_kept(app: Flask, editor: Caller) -> None:
    word = token_of(editor)
    database: Database = app.extensions["database"]
    content = database.path.read_bytes() + b"".join(
        each.read_bytes() for each in database.path.parent.glob("map.db-wal")
    )
    assert word.encode() not in content
    empty = editor.post("/account/tokens", data={"title": " "})
    assert (empty.status, "令牌名称应为" in empty.text) == (422, True)


def test_pages_are_the_same_on_both_databases(database: Database) -> None:
    store(database, [parcel(f"{at}号", lon=118.4 + at / 100) for at in range(7)])
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        where = query.read_filter(session, SYSTEM_VIEWER, layer, "name.has.号")
        wanted = Wanted(bounds=(118.405, 35, 119, 36), where=where, since=datetime(2001, 1, 1, tzinfo=UTC))
        first = page_of_items(session, SYSTEM_VIEWER, layer, wanted, limit=4)
        rest = page_of_items(session, SYSTEM_VIEWER, layer, wanted, limit=4, after=first.after or 0)
    assert [each.name for each in (*first.features, *rest.features)] == [f"{at}号" for at in range(1, 7)]
    assert (first.matched, rest.matched, rest.after) == (6, 6, None)
