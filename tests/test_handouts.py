"""What of a briefing leaves the house in one file, and what stays?"""

from __future__ import annotations

import base64
import errno
import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import shapely
from flask import Flask
from fontTools.ttLib import TTFont
from PIL import Image

from layers import tiles
from layers.errors import InvalidValue, NoSpace, NotAllowed, NotSignedIn
from layers.rights import INTERNAL_VIEWER, SYSTEM_VIEWER, Viewer, signed_in
from layers.store import Database, audit, briefings, edit, query
from tests.people import sign_in
from tests.running import webmap
from tests.small_county import IDLE_UID, PAYLOAD, small_county
from tests.test_print import do_job
from webmap import finished
from webmap.outputs import print_fonts
from webmap.outputs.pack import SCHEME, address, carried, modules_for
from webmap.outputs.pack_tiles import squares
from webmap.pack_making import NOT_TAKEN, Packed, carry_out
from webmap.packing import Wanted, wanted

OWNER = signed_in("王业务", "editor", "自然资源和规划局", None, 1)
TOURISM = signed_in("李业务", "editor", "文化和旅游局", None, 2)
READER = signed_in("赵只读", "reader", "自然资源和规划局", None, 3)
IDLE: dict[str, Any] = {"layers": ["idle_parcel"], "measure": "count", "filter": ""}
SCENE: dict[str, Any] = {
    "headline": "存量 {1}",
    "layers": ["idle_parcel", "road_project", "scenic_site"],
    "figures": [{"label": "宗数", **IDLE}, {"label": "景区", **IDLE, "layers": ["scenic_site"]}],
}
INSIDE_SITE = "尚未公开的谈判景区"


class Opened(NamedTuple):
    """A pack taken apart again, without our code."""

    page: str
    answers: dict[str, bytes]

    def json(self, place: str) -> Any:
        return json.loads(self.answers[place])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = small_county(tmp_path_factory.mktemp("taken") / "home", writes_per_minute=0)
    with app.extensions["database"].writing() as session:
        from layers.briefing import checked_scenes

        with edit.one_act(session, "create", "测试员") as act:
            site = {"name": INSIDE_SITE, "site_type": "village"}
            new = edit.NewFeature(shapely.Point(118.5, 35.5), site, visibility="internal")
            edit.add_features(session, act, query.layer_named(session, SYSTEM_VIEWER, "scenic_site"), [new])

        for slug, title, scenes in (
            ("one", "一份", [SCENE]),
            ("hostile", PAYLOAD[:60], [{"headline": PAYLOAD}]),
        ):
            briefings.add(
                session,
                SYSTEM_VIEWER,
                slug=slug,
                title=title,
                scenes=checked_scenes(scenes),
                unit="自然资源和规划局",
            )
        briefings.add(session, SYSTEM_VIEWER, slug="empty", title="空的", scenes=[], unit="自然资源和规划局")
        session.commit()
    yield app
    app.extensions["database"].dispose()


def made(app: Flask, viewer: Viewer, slug: str = "one", **asked: Any) -> Packed:
    database: Database = app.extensions["database"]
    return carry_out(app.extensions["config"], database, viewer, Wanted(slug=slug, **asked), lambda *_: None)


def opened(done: Packed) -> Opened:
    page = done.content.decode()
    held = re.search(r'id="carried">([^<]*)<', page)
    assert held
    content = gzip.decompress(base64.b64decode(held[1]))
    length = int.from_bytes(content[:4], "big")
    contents, rest = json.loads(content[4 : 4 + length]), content[4 + length :]
    return Opened(page, {name: rest[at : at + size] for name, (at, size, _) in contents.items()})


def test_who_may_export_takes_what_the_own_unit_answers_for(app: Flask) -> None:
    found = opened(made(app, OWNER, scope="参会人员"))
    assert "内部资料 注意保存" in found.page
    assert "知悉范围：参会人员" in found.page
    assert "自然资源和规划局 王业务" in found.page
    scene = found.json("api/briefing/play")["scenes"][0]
    assert scene["headline"] == "存量 3\u00a0宗"
    assert [layer["key"] for layer in found.json("api/layers")["layers"]].count("idle_parcel") == 1
    cards = [json.loads(body) for name, body in found.answers.items() if name.startswith("api/features/")]
    assert IDLE_UID in {card["id"] for card in cards}


def test_what_another_unit_answers_for_stays_and_its_figure_is_a_dash(app: Flask) -> None:
    done = made(app, TOURISM)
    found = opened(done)
    scene = found.json("api/briefing/play")["scenes"][0]
    assert (scene["headline"], scene["figures"][0]["text"]) == ("存量 —", "—")
    assert NOT_TAKEN in scene["trouble"]
    assert "闲置低效用地" in done.notes[0]
    assert "idle_parcel" not in {layer["key"] for layer in found.json("api/layers")["layers"]}
    assert not any(IDLE_UID.encode() in body for body in found.answers.values())
    assert not any(b"idle_parcel" in body for name, body in found.answers.items() if name.endswith(".mvt"))


@pytest.mark.parametrize(("maker", "count", "goes"), [(OWNER, "1", False), (TOURISM, "2", True)])
def test_of_a_layer_of_another_unit_goes_what_is_public(
    app: Flask, maker: Viewer, count: str, goes: bool
) -> None:
    found = opened(made(app, maker))
    scene = found.json("api/briefing/play")["scenes"][0]
    assert scene["figures"][1]["text"] == count
    drawn = b"".join(body for name, body in found.answers.items() if name.endswith(".mvt"))
    assert "竹泉村".encode() in drawn
    assert (INSIDE_SITE.encode() in b"".join(found.answers.values())) is goes
    cards = [json.loads(body) for name, body in found.answers.items() if name.startswith("api/features/")]
    site = next(card for card in cards if card["properties"]["name"] == "竹泉村")
    assert (site["geometry"] is not None) is goes, "exact shapes are for who may export them"
    counts = {each["key"]: each["count"] for each in found.json("api/layers")["layers"]}
    assert counts["scenic_site"] == int(count)


def test_the_public_edition_holds_what_is_public_and_no_exact_shape(app: Flask) -> None:
    found = opened(made(app, READER, public=True, grid_m=50))
    assert "公开版 未定稿" in found.page
    assert "赵只读" not in found.page
    layers = {layer["key"] for layer in found.json("api/layers")["layers"]}
    assert layers == {"admin_area", "road_project", "scenic_site"}
    cards = [json.loads(body) for name, body in found.answers.items() if name.startswith("api/features/")]
    assert cards
    assert all(card["geometry"] is None and card["bbox"] is None for card in cards)
    told = next(json.loads(body) for name, body in found.answers.items() if name.endswith(".json"))
    # A unit of a tile of zoom 7 is 62 m here (40,075 km × cos 35.5° / 128 / 4096), of zoom 8 it would be 31 m.
    assert told["maxzoom"] == 7


def test_who_may_not_export_takes_nothing_internal(app: Flask) -> None:
    with pytest.raises(NotAllowed, match="导出"):
        made(app, READER)
    with pytest.raises(NotSignedIn, match="登录"):
        made(app, INTERNAL_VIEWER)


def test_an_empty_briefing_is_refused(app: Flask) -> None:
    with pytest.raises(InvalidValue, match="还没有幕"):
        made(app, OWNER, "empty")


def test_nothing_that_was_typed_becomes_a_part_of_the_page(app: Flask) -> None:
    found = opened(made(app, OWNER, "hostile", scope=PAYLOAD[:60]))
    assert found.page.count("</style>") == 1
    assert "<img src=x" not in found.page
    assert not re.findall(r'(?:src|href)="(?!data:)[^"]', found.page)


def test_a_long_or_secret_scope_is_refused() -> None:
    with pytest.raises(InvalidValue, match="61 个字，最多 60 个"):
        wanted("one", {"scope": "会" * 61}, 50)
    with pytest.raises(Exception, match="非涉密"):
        wanted("one", {"scope": "机密★"}, 50)


def test_it_is_written_down_who_took_what(app: Flask) -> None:
    made(app, OWNER)
    auditor = Viewer("钱审计", "public", role="auditor")
    with app.extensions["database"].reading() as session:
        last = audit.entries(session, auditor, audit.Wanted(what="export"), limit=1)[0]
    assert (last.who, last.subject[:8]) == ("王业务", "离线汇报 一份（")


def test_an_address_is_called_the_same_however_it_is_written() -> None:
    assert address(f"{SCHEME}api/layers/a/filter?f=town.in.%E7%95%8C&at=2026-01-01") == address(
        "/api/layers/a/filter?at=2026-01-01&f=town.in.界"
    )


def test_a_module_brings_what_it_imports() -> None:
    texts = {"a.js": 'import { b } from "app/b.js";', "b.js": 'await import("app/c.js")', "c.js": ""}
    assert list(modules_for(["a.js"], texts.__getitem__)) == ["a.js", "b.js", "c.js"]


def test_the_same_answers_are_the_same_bytes() -> None:
    from webmap.outputs.pack import Answer

    answers = {"b": Answer(b"2", "text/plain"), "a": Answer(b"1", "text/plain")}
    assert carried(answers) == carried(dict(reversed(answers.items())))


def test_squares_go_as_deep_as_their_share_allows(app: Flask) -> None:
    with app.extensions["database"].reading() as session:

        def cut(square: tiles.Tile) -> bytes:
            return tiles.tile(session, INTERNAL_VIEWER, ["idle_parcel"], square)

        views = [(118.45, 35.54, 118.48, 35.57)]
        all_of, few = squares(cut, views), squares(cut, views, share_bytes=400)
    assert (few.deepest, all_of.deepest) == (6, 12)
    assert {tile.z for tile in few.tiles} == {6}


def test_tiles_under_bounds_are_those_that_touch_them() -> None:
    # OpenStreetMap's formula by hand for (118.47°E, 35.55°N) at zoom 10: column 848, row 403.
    assert tiles.tiles_under((118.47, 35.55, 118.47, 35.55), 10) == [tiles.Tile(10, 848, 403)]
    found = tiles.tiles_under((118.1, 35.2, 118.8, 35.9), 8)
    boxes = [shapely.box(*tile.bounds(0)) for tile in found]
    assert shapely.union_all(boxes).covers(shapely.box(118.1, 35.2, 118.8, 35.9))


def test_what_was_made_tells_by_whom_when_and_of_which_data(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBMAP_HOME", str(app.extensions["config"].home))
    editor = sign_in(app, "editor", "自然资源和规划局")
    begun = editor.post("/briefing/one/take", data={"edition": "internal", "form": "pdf"})
    assert begun.status == 303
    do_job(app)
    page = editor.get("/briefing/one/take").text
    assert "内部版 PDF" in page
    assert re.search(r"<li>闲置低效用地：第 \d+ 版", page)
    answer = editor.get(f"{begun.headers['location']}/file")
    assert answer.body.startswith(b"%PDF")


def test_a_poster_is_listed_beside_the_other_files_and_fetched(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBMAP_HOME", str(app.extensions["config"].home))
    editor = sign_in(app, "editor", "自然资源和规划局")
    begun = editor.post("/api/briefings/one/posters", json={"scene": 1})
    assert begun.status == 202
    assert not begun.json()["ended"]
    do_job(app)
    told = editor.get(begun.json()["ask"]).json()
    assert (told["state"], told["ended"]) == ("done", True)
    with Image.open(io.BytesIO(editor.get(begun.json()["file"]).body)) as poster:
        assert (poster.format, poster.size) == ("PNG", (3840, 2160))
    page = editor.get("/briefing/one/take").text
    assert re.search(r"内部版 海报（第 1 幕），[^，<]+，", page)


@pytest.mark.parametrize(
    ("scene", "words"),
    [(0, "请选一幕"), ("a", "请选一幕"), (None, "请选一幕"), (-1, "请选一幕"), (10**9, "请选一幕")],
)
def test_a_poster_of_no_scene_is_refused(app: Flask, scene: object, words: str) -> None:
    refused = sign_in(app, "editor").post("/api/briefings/one/posters", json={"scene": scene})
    assert refused.status == 422
    assert words in refused.json()["error"]


def test_a_poster_of_a_scene_that_is_gone_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBMAP_HOME", str(app.extensions["config"].home))
    editor = sign_in(app, "editor")
    begun = editor.post("/api/briefings/one/posters", json={"scene": 9})
    do_job(app)
    told = editor.get(begun.json()["ask"]).json()
    assert told["state"] == "failed"
    assert "没有第 9 幕" in told["message"]


@pytest.mark.parametrize("form", ["html", "pptx", "pdf", "png"])
def test_on_a_full_disk_the_job_says_so_and_nothing_is_left(
    app: Flask, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    home: Path = app.extensions["config"].home
    (home / "full").write_text("")
    monkeypatch.setattr(finished, "FOLDER", "full")
    told = failed(app, monkeypatch, form)
    assert "文件存不下" in told
    assert (home / "full").read_text() == ""


@pytest.mark.parametrize("form", ["pdf", "png"])
def test_without_its_font_the_job_says_which_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str
) -> None:
    monkeypatch.setitem(print_fonts.FONTS, "hei", tmp_path / "NotoSansSC-Regular.ttf")
    print_fonts.small.cache_clear()
    assert "缺少打印用的字体 NotoSansSC-Regular.ttf" in failed(app, monkeypatch, form)
    print_fonts.small.cache_clear()


def test_a_full_temporary_folder_is_said_and_no_half_font_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(font: TTFont, target: Path, **_: object) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    print_fonts.small.cache_clear()
    monkeypatch.setattr(TTFont, "save", full)
    with pytest.raises(NoSpace, match="临时文件夹写不进去"):
        print_fonts.small("hei")
    assert not print_fonts._target("hei", "usual").with_suffix(".part").exists()


def failed(app: Flask, monkeypatch: pytest.MonkeyPatch, form: str) -> str:
    """What the job says that could not make such a file."""
    monkeypatch.setenv("WEBMAP_HOME", str(app.extensions["config"].home))
    editor = sign_in(app, "editor", "自然资源和规划局")
    begun = editor.post("/briefing/one/take", data={"edition": "internal", "form": form, "scene": "1"})
    do_job(app)
    told = editor.get(f"{begun.headers['location']}/state").json()
    assert told["state"] == "failed"
    return str(told["message"])


def test_the_page_asks_before_it_is_made(app: Flask) -> None:
    editor = sign_in(app, "editor")
    page = editor.get("/briefing/one/take").text
    assert "带走：一份" in page
    assert "闲置低效用地" in page
    assert "严禁存储、处理、传输国家秘密" in page
    refused = editor.post("/briefing/one/take", data={"edition": "internal", "scope": "会" * 61})
    assert refused.status == 422
    assert "最多 60 个" in refused.text
    reader = sign_in(app, "reader")
    assert "内部版的离线汇报要有导出权限的账号" in reader.get("/briefing/one/take").text
    assert reader.post("/briefing/one/take", data={"edition": "internal"}).status == 403
    for allowed in ({"edition": "public"}, {"edition": "internal", "form": "pptx"}):
        assert reader.post("/briefing/one/take", data=allowed).status == 303
    wrong = reader.post("/briefing/one/take", data={"edition": "public", "form": "exe"})
    assert "应为以下之一：html、pptx" in wrong.text


def test_the_command_writes_the_first_briefing(sample_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "汇报.html"
    done = webmap("briefing", "pack", "--for", "public", "--to", str(target), home=sample_home)
    assert "离线汇报已写到" in done.stdout
    assert target.stat().st_size < 5_000_000
    assert "没有这份汇报" in webmap("briefing", "pack", "none", "--to", str(target), home=sample_home).stderr
