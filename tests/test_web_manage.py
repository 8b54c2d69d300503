"""Administrators set up layers, themes, offices and base maps; everybody else is kept out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from layers.rights import ROLES, SYSTEM_VIEWER
from layers.store import Database, managed, query
from layers.store.tables import AuditRow
from tests.own_layer import check_layer
from tests.people import Caller, sign_in, visitor
from tests.upstream import upstream
from webmap import create_app
from webmap.config import read_config

PAGES = ("layers", "layers/new", "layers/road_project", "presets", "units", "posts", "bases")
SETTINGS = {
    "kind": "custom_layer",
    "title": "闲置土地 2024年核查",
    "unit": "自然资源和规划局",
    "group": "",
    "visibility": "internal",
    "data_date": "2024-12-31",
}


@pytest.fixture
def app(sample_home: Path) -> Iterator[Flask]:
    app = create_app(read_config())
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def admin(app: Flask) -> Caller:
    return sign_in(app, "administrator")


def the_database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def layers(app: Flask) -> dict[str, Any]:
    with the_database(app).reading() as session:
        return {each.key: each for each in query.layers(session, SYSTEM_VIEWER)}


def version(app: Flask, key: str) -> str:
    with the_database(app).reading() as session:
        return str(managed.managed_layer(session, key).version)


def create(admin: Caller, **told: str) -> Any:
    declaration = json.dumps(check_layer(), ensure_ascii=False)
    return admin.post("/admin/layers/new", data=SETTINGS | {"declaration": declaration} | told)


@pytest.mark.parametrize("role", ROLES)
def test_only_administrators_open_the_pages(app: Flask, role: str) -> None:
    caller = sign_in(app, role)
    for page in PAGES:
        assert caller.get(f"/admin/{page}").status == (200 if role == "administrator" else 403), page


def test_a_visitor_is_asked_to_log_in(app: Flask, admin: Caller) -> None:
    nobody = visitor(app)
    assert {nobody.get(f"/admin/{page}").status for page in PAGES} <= {302, 303, 401}
    assert nobody.post("/admin/layers/new", data=SETTINGS).status in (302, 303, 401)


@pytest.mark.parametrize(
    "path",
    [
        "/admin/layers/new",
        "/admin/layers/order",
        "/admin/layers/road_project",
        "/admin/layers/road_project/archive",
        "/admin/layers/road_project/delete",
        "/admin/layers/road_project/restore",
        "/admin/presets",
        "/admin/presets/order",
        "/admin/presets/land/drop",
        "/admin/units",
        "/admin/units/gtj",
        "/admin/units/gtj/merge",
        "/admin/posts",
        "/admin/posts/p",
        "/admin/posts/p/delete",
        "/admin/bases",
        "/admin/bases/b/move",
        "/admin/bases/b/remove",
        "/admin/bases/b/check",
    ],
)
def test_an_editor_changes_nothing_there(app: Flask, path: str) -> None:
    assert sign_in(app, "editor").post(path, data={"version": "1"}).status == 403


def test_a_layer_is_made_changed_archived_deleted_and_brought_back(app: Flask, admin: Caller) -> None:
    assert create(admin).headers["location"].endswith("/admin/layers/own_1?done=created")
    made = layers(app)["own_1"]
    assert (made.title, made.group, made.visibility) == ("闲置土地 2024年核查", "own", "internal")

    page = admin.get("/admin/layers/own_1").text
    stored = re.search(r'id="declaration" value="([^"]*)"', page)
    assert stored
    changed = SETTINGS | {
        "version": version(app, "own_1"),
        "group": "own",
        "title": "核查",
        "visibility": "public",
    }
    raw = check_layer()
    raw["fields"][0]["key"], raw["fields"][0]["choices"] = "f99", [{"code": "c1", "title": "情况属实"}]
    answer = admin.post("/admin/layers/own_1", data=changed | {"declaration": json.dumps(raw)})
    assert answer.status == 422
    assert "代码与现有字段对不上" in answer.text
    raw["fields"][0]["key"] = "f1"
    raw["fields"] = raw["fields"][:1]
    answer = admin.post("/admin/layers/own_1", data=changed | {"declaration": json.dumps(raw)})
    assert answer.status == 303, answer.text
    assert layers(app)["own_1"].title == "核查"

    def act(what: str, **told: str) -> None:
        data = {"version": version(app, "own_1")} | told
        assert admin.post(f"/admin/layers/own_1/{what}", data=data).status == 303

    act("archive", archived="1")
    assert "own_1" not in layers(app)
    act("archive", archived="0")
    act("delete", typed="")
    assert "own_1" not in layers(app)
    assert "核查" in admin.get("/admin/layers").text
    act("restore")
    assert "own_1" in layers(app)


def test_every_change_is_in_the_log(app: Flask, admin: Caller) -> None:
    create(admin)
    with the_database(app).reading() as session:
        logged = [(row.what, row.subject) for row in session.query(AuditRow)]
    assert ("layer", "新建 own_1 闲置土地 2024年核查") in logged


def test_two_administrators_are_told_of_each_other(app: Flask, admin: Caller) -> None:
    data = {"title": "道路", "unit": "交通运输局", "group": "traffic", "visibility": "public", "version": "1"}
    assert admin.post("/admin/layers/road_project", data=data).status == 303
    stale = admin.post("/admin/layers/road_project", data=data | {"title": "公路"})
    assert stale.status == 412
    assert "您依据的是第 1 版，现在是第 2 版" in stale.text
    assert 'value="公路"' in stale.text, "what was typed is not lost"
    assert layers(app)["road_project"].title == "道路"


def test_a_secret_title_is_refused(admin: Caller) -> None:
    refused = create(admin, title="地块（机密★）")
    assert refused.status == 403
    assert "非涉密系统" in refused.text


@pytest.mark.parametrize("declaration", ["", "{", "[" * 5000, '{"geometry": "point", "fields": [1]}'])
def test_a_broken_declaration_is_a_sentence(admin: Caller, declaration: str) -> None:
    answer = create(admin, declaration=declaration)
    assert answer.status == 422
    assert 'role="alert"' in answer.text


def test_layers_move_by_buttons(app: Flask, admin: Caller) -> None:
    keys = [each.key for each in layers(app).values() if each.group == "tourism"]
    form = {"key": keys[0], "was": keys[0], "move": f"{keys[0]}:down"}
    body = "&".join([*(f"key={key}&was={key}" for key in keys), f"move={form['move']}"]).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert admin.post("/admin/layers/order", body=body, headers=kind).status == 303
    assert [each.key for each in layers(app).values() if each.group == "tourism"][:2] == [keys[1], keys[0]]
    assert admin.post("/admin/layers/order", body=body, headers=kind).status == 412


def test_a_theme_of_the_countys_own_stands_in_the_top_bar(app: Flask, admin: Caller) -> None:
    data = {"key": "", "version": "0", "title": "核查", "layer": "road_project", "view": "界湖街道"}
    assert admin.post("/admin/presets", data=data).status == 303
    (chip,) = [
        each
        for each in sign_in(app, "reader").get("/api/layers").json()["presets"]
        if each["title"] == "核查"
    ]
    assert chip["layers"] == ["road_project"]
    assert len(chip["bounds"]) == 4
    assert admin.post(f"/admin/presets/{chip['key']}/drop", data={"version": "1"}).status == 303
    assert "核查" not in admin.get("/api/layers").text


LINK = (
    "https://x/?lon=118.46&lat=35.55&z=11&layers=road_project,scenic_site,moon&f=road_project:state.any.规划"
)


def test_what_a_link_of_the_map_shows_becomes_a_theme(app: Flask, admin: Caller) -> None:
    page = admin.get(f"/admin/presets?link={quote(LINK, safe='')}").text
    assert "道路项目：道路状态为规划" in page
    assert admin.get("/admin/presets?link=x").status == 422
    told = {"key": "", "version": "0", "title": "规划路", "link": LINK, "view": "linked"}
    assert admin.post("/admin/presets", data=told).status == 303
    chip = admin.get("/api/layers").json()["presets"][-1]
    assert (chip["layers"], chip["filters"]) == (
        ["road_project", "scenic_site"],
        {"road_project": "state.any.规划"},
    )
    # 900 pixels of 256 × 2^11 / 360° are 0.618°.
    west, south, east, north = chip["bounds"]
    assert east - west == pytest.approx(0.618, abs=0.001)
    assert (west + east) / 2 == pytest.approx(118.46)
    assert (south + north) / 2 == pytest.approx(35.55)
    kept = {"key": chip["key"], "version": "1", "title": "规划路", "layer": "road_project", "view": "kept"}
    filtered = kept | {"filter": "road_project:state.any.planned"}
    assert admin.post("/admin/presets", data=filtered).status == 303
    assert admin.get("/api/layers").json()["presets"][-1]["filters"]
    assert admin.post("/admin/presets", data=kept | {"version": "2"}).status == 303
    assert admin.get("/api/layers").json()["presets"][-1]["filters"] == {}


def test_ticks_of_a_shipped_theme_win_over_what_is_shipped(app: Flask, admin: Caller) -> None:
    page = {"key": "roads", "version": "0", "title": "道路互联", "view": "county", "as_shipped": "1"}
    assert admin.post("/admin/presets", data=page | {"layer": "road_project"}).status == 303
    presets = {each["key"]: each for each in admin.get("/api/layers").json()["presets"]}
    assert presets["roads"]["layers"] == ["road_project"]
    assert "road_project" in presets["overview"]["layers"]


def test_offices_are_kept_on_their_pages(app: Flask, admin: Caller) -> None:
    assert admin.post("/admin/units", data={"name": "大数据局", "sort": "bureau", "parent": ""}).status == 303
    assert admin.post("/admin/units", data={"name": "大数据局", "sort": "bureau"}).status == 422
    assert (
        admin.post(
            "/admin/units/unit_1",
            data={"was": "大数据局", "name": "数据局", "sort": "bureau", "parent": ""},
        ).status
        == 303
    )
    stale = {"was": "大数据局", "name": "数据管理局", "sort": "bureau", "parent": ""}
    assert admin.post("/admin/units/unit_1", data=stale).status == 412
    post = {"name": "专班（示例）", "office": "示例楼", "members": "指挥长：甲\n副指挥长: 乙\n"}
    assert admin.post("/admin/posts", data=post).status == 303
    told = sign_in(app, "reader").get("/api/posts/post_1/projects").json()
    assert told["post"]["members"] == [
        {"role": "指挥长", "name": "甲"},
        {"role": "副指挥长", "name": "乙"},
    ]
    assert told["projects"] == []
    assert visitor(app).get("/api/posts/post_1/projects").json()["post"]["members"] == []
    wrong = admin.post("/admin/posts", data=post | {"name": "丙", "members": "没有冒号"})
    assert wrong.status == 422
    assert "成员第 1 行收到“没有冒号”" in wrong.text


def test_a_base_map_is_added_tried_and_removed_and_its_key_never_shown(app: Flask, admin: Caller) -> None:
    page = admin.get("/admin/bases").text
    seen = re.search(r'name="edition" value="(\w+)"', page)
    assert seen
    given = {
        "edition": seen[1],
        "name": "",
        "title": "影像",
        "kind": "xyz",
        "url": "http://127.0.0.1:9/{z}/{x}/{y}?tk={key}",
        "key": "geheim-123",
        "image": "1",
    }
    assert admin.post("/admin/bases", data=given).status == 303
    assert admin.post("/admin/bases", data=given).status == 412
    (base,) = admin.get("/api/bases").json()["bases"]
    assert (base["name"], base["title"], base["image"]) == ("base-1", "影像", True)
    page = admin.get("/admin/bases").text
    assert "geheim-123" not in page
    assert "密钥已设置" in page
    with upstream() as source:
        edition = re.search(r'name="edition" value="(\w+)"', page)
        assert edition
        moved = given | {
            "edition": edition[1],
            "name": "base-1",
            "url": f"{source.url}/{{z}}/{{x}}/{{y}}?tk={{key}}",
        }
        assert admin.post("/admin/bases", data=moved | {"key": ""}).status == 303
        assert "正常，已取到一张图" in admin.post("/admin/bases/base-1/check", data={}).text
        assert source.asked[-1].endswith("?tk=geheim-123"), "an empty field keeps the key"
        source.how = "forbidden"
        assert "正常" not in admin.post("/admin/bases/base-1/check", data={}).text
    page = admin.get("/admin/bases").text
    edition = re.search(r'name="edition" value="(\w+)"', page)
    assert edition
    assert admin.post("/admin/bases/base-1/remove", data={"edition": edition[1]}).status == 303
    assert admin.get("/api/bases").json()["bases"] == []


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"url": "ftp://a/{z}/{x}/{y}"}, "url 应以 http:// 或 https:// 开头"),
        ({"kind": "mbtiles", "file": "../../etc/passwd"}, "应为数据文件夹内的文件名"),
        ({"kind": "tianditu", "url": "", "layer": "img"}, "天地图需要 key"),
        ({"min_zoom": "x"}, "应为 0 到 22 之间的整数"),
    ],
    ids=["address", "file", "key", "zoom"],
)
def test_a_base_map_that_cannot_be_changes_nothing(
    admin: Caller, told: dict[str, str], sentence: str
) -> None:
    given = {
        "edition": "none",
        "name": "",
        "title": "甲",
        "kind": "xyz",
        "url": "http://a.example/{z}/{x}/{y}",
    }
    refused = admin.post("/admin/bases", data=given | told)
    assert refused.status == 422
    assert sentence in refused.text
    assert admin.get("/api/bases").json()["bases"] == []
