"""How is a briefing made, saved, shown and taken back over HTTP?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from layers.symbols.wall import WALL
from tests.people import Caller, sign_in, visitor
from tests.small_county import BRIEFING_SLUG, PAYLOAD, small_county


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = small_county(tmp_path_factory.mktemp("talks") / "home", writes_per_minute=0)
    yield app
    app.extensions["database"].dispose()


@pytest.fixture(scope="module")
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def told(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body)
    return found


def make(editor: Caller, **body: Any) -> dict[str, Any]:
    answer = editor.post("/api/briefings", json={"title": "三季度汇报", **body})
    assert answer.status == 201, answer.text
    return told(answer)


def save(editor: Caller, slug: str, version: int, **body: Any) -> Any:
    headers = {"If-Match": f'"{version}"'}
    return editor.put(f"/api/briefings/{slug}", json=body, headers=headers)


def test_a_briefing_is_made_from_templates_and_saved_step_by_step(editor: Caller) -> None:
    made = make(editor, templates=["land", "roads"])
    assert (len(made["scenes"]), made["version"], made["may_change"]) == (3, 1, True)
    slug = made["slug"]
    assert told(save(editor, slug, 1, scenes=[*reversed(made["scenes"])]))["version"] == 2
    late = save(editor, slug, 1, title="晚了一步")
    assert (late.status, told(late)["version"]) == (412, 2)
    assert "已被" in told(late)["error"]
    assert editor.put(f"/api/briefings/{slug}", json={"title": "x"}).status == 428
    added = editor.post(
        f"/api/briefings/{slug}/scenes", json={"headline": "又一幕", "bounds": [118, 35, 119, 36]}
    )
    assert [scene["headline"] for scene in told(added)["scenes"]][-1] == "又一幕"
    steps = told(editor.get(f"/api/briefings/{slug}/history"))["versions"]
    assert [step["version"] for step in steps] == [1]
    back = editor.post(f"/api/briefings/{slug}/restore", json={"version": 1}, headers={"If-Match": '"3"'})
    assert told(back)["scenes"] == made["scenes"]


def test_two_hundred_scenes_are_shown_and_one_more_is_refused(editor: Caller) -> None:
    question = {"layers": ["idle_parcel"], "measure": "count", "filter": ""}
    scenes = [
        {"headline": f"第 {at} 幕", "layers": ["idle_parcel"], "figures": [{"label": "宗数", **question}]}
        for at in range(200)
    ]
    slug = make(editor, scenes=scenes)["slug"]
    shown = told(editor.get(f"/api/briefings/{slug}/play"))["scenes"]
    assert [scene["headline"] for scene in shown] == [f"第 {at} 幕" for at in range(200)]
    assert {scene["figures"][0]["text"] for scene in shown} == {shown[0]["figures"][0]["text"]}
    for page in ("", "/edit", "/presenter", "/take"):
        assert editor.get(f"/briefing/{slug}{page}").status == 200
    more = editor.post(f"/api/briefings/{slug}/scenes", json={"headline": "又一幕"})
    assert more.status == 422
    assert "最多 200 幕" in told(more)["error"]
    assert len(told(editor.get(f"/api/briefings/{slug}/play"))["scenes"]) == 200


def test_a_removed_briefing_is_brought_back_and_a_copy_is_its_own(editor: Caller) -> None:
    slug = make(editor, slug="quarter-3", scenes=[{"headline": "一"}])["slug"]
    copy = told(editor.post(f"/api/briefings/{slug}/duplicate", json={}))
    assert (copy["title"], copy["slug"] != slug) == ("三季度汇报 副本", True)
    undo = told(editor.delete(f"/api/briefings/{slug}"))["undo"]
    assert editor.get(f"/api/briefings/{slug}").status == 404
    assert editor.get(f"/briefing/{slug}").status == 404
    assert editor.post(undo, json={}).status == 200
    assert told(editor.get(f"/api/briefings/{slug}/play"))["scenes"][0]["headline"] == "一"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"title": ""}, "汇报标题是空的"),
        ({"title": "绝密"}, "非涉密系统"),
        ({"title": "a", "slug": "大写"}, "小写字母"),
        ({"title": "a", "slug": BRIEFING_SLUG}, "请换一个"),
        ({"title": "a", "templates": ["x"]}, "没有汇报模板“x”"),
        ({"title": "a", "visibility": "sensitive"}, "内部"),
        ({"title": "a", "scenes": {"0": {}}}, "各幕的列表"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(editor: Caller, body: dict[str, Any], words: str) -> None:
    before = len(told(editor.get("/api/briefings"))["briefings"])
    answer = editor.post("/api/briefings", json=body)
    assert answer.status in (403, 422), answer.text
    assert words in told(answer)["error"]
    assert len(told(editor.get("/api/briefings"))["briefings"]) == before


def test_texts_stay_texts_on_every_page(editor: Caller) -> None:
    scene = {
        **dict.fromkeys(("chapter", "headline", "notes"), PAYLOAD[:50]),
        "figures": [{"label": PAYLOAD[:50], "layers": ["idle_parcel"], "measure": "count", "filter": ""}],
    }
    slug = make(editor, title=PAYLOAD[:60], scenes=[scene])["slug"]
    assert told(editor.get(f"/api/briefings/{slug}/play"))["scenes"][0]["notes"] == PAYLOAD[:50]
    for page in (f"/briefing/{slug}", f"/briefing/{slug}/presenter", "/briefings"):
        text = editor.get(page).text
        assert "<script>document" not in text
        assert "&lt;script&gt;document" in text
    editor.delete(f"/api/briefings/{slug}")


def test_the_style_of_a_projector_has_its_colours(app: Flask) -> None:
    plain, wall = (visitor(app).get(f"/api/style{query}").text for query in ("", "?screen=wall"))
    for browse, projector in (("#0B7A63", "#00624E"), ("#2450B5", "#123C9E")):
        assert WALL[browse] == projector
        assert (browse in plain, browse in wall, projector in wall) == (True, False, True)


def test_texts_and_edges_of_a_projector_reach_seven_to_one() -> None:
    fills = {"#E07F00", "#B85A0C", "#F2C230", "#CF3F7C", "#1F7F4B", "#A87C00"}
    ground = {"#FFFFFF", "#B9A6D0", "#8FC7E4"}
    for color in set(WALL.values()) - fills - ground:
        assert contrast(color) >= 5.5, color


def contrast(color: str) -> float:
    """Of a colour with white, by WCAG 2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_a_visitor_of_the_public_sees_no_internal_briefing(tmp_path: Path, app: Flask) -> None:
    assert told(visitor(app).get("/api/briefings"))["briefings"] == []
    assert visitor(app).get(f"/api/briefings/{BRIEFING_SLUG}/play").status == 404
