"""Does the file that everybody takes home play by itself, with the cable out?"""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser, Page, ViewportSize, expect

from layers.briefing import checked_scenes
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, briefings
from tests.browser import until
from tests.composition import check_scene
from tests.old_browsers import floor_browser
from tests.running import Server
from webmap.config import read_config
from webmap.pack_making import carry_out
from webmap.packing import Wanted

__all__ = ["floor_browser"]

SLUG = "county"
COLORS = "map_county.view.placed.things.filter(({layer}) => layer === 'road_project').map(({color}) => color)"
AT_REST = "window.map_county && map_county.view && map_county.view.isDrawn"
# All words of the page and of its map.
SHOWN = """() => document.body.innerText + map_county.view.placed.things.map(
  ({ glyphs, name }) => (glyphs ?? []).map(({ text }) => text).join("") + (name ?? "")).join("")"""
WALL: ViewportSize = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def pack(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample briefing as a file of its own."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("WEBMAP_HOME", str(sample_template))
        config = read_config()
    database = Database(config.database_url)
    done = carry_out(config, database, SYSTEM_VIEWER, Wanted(slug=SLUG, scope="县委常委会"), lambda *_: None)
    database.dispose()
    file = tmp_path_factory.mktemp("taken") / "汇报.html"
    file.write_bytes(done.content)
    return file


def opened(browser: Browser, pack: Path, query: str = "", size: ViewportSize = WALL) -> Iterator[Page]:
    """The file in a browser without a network; any request and any error of the console is a failure."""
    trouble: list[str] = []
    context = browser.new_context(offline=True, viewport=size, reduced_motion="reduce")
    page = context.new_page()
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.extend([said.text] if said.type == "error" else []))
    page.on("request", lambda asked: trouble.extend([asked.url] if asked.url.startswith("http") else []))
    page.goto(f"{pack.as_uri()}{query}")
    yield page
    context.close()
    assert not trouble


@pytest.fixture
def show(browser: Browser, pack: Path) -> Iterator[Page]:
    yield from opened(browser, pack)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (2560, 720)])
def test_every_scene_of_the_file_has_the_same_composition(
    browser: Browser, pack: Path, server: Server, width: int, height: int
) -> None:
    county = json.loads(server.get(f"/api/briefings/{SLUG}/play").body)["county"]["bounds"]
    for page in opened(browser, pack, "?renderer=canvas", {"width": width, "height": height}):
        for number, scene in enumerate(told(server), 1):
            expect(page.locator("#headline")).to_have_text(scene["headline"])
            until(page, AT_REST)
            check_scene(page, number, scene["bounds"] or county, width, height)
            page.keyboard.press("PageDown")


def test_every_letter_that_is_shown_lies_in_the_file(browser: Browser, pack: Path, server: Server) -> None:
    """So it reads the same where no Chinese font is installed."""
    rules = re.findall(r"font/woff2;base64,([A-Za-z0-9+/=]+)", pack.read_text("utf-8"))
    assert len(rules) == 3
    letters = [set(TTFont(io.BytesIO(base64.b64decode(each))).getBestCmap()) for each in rules]
    shown: set[str] = set()
    for page in opened(browser, pack, "?renderer=canvas"):
        for scene in told(server):
            expect(page.locator("#headline")).to_have_text(scene["headline"])
            until(page, f"{AT_REST} && map_county.view.placed.things.length > 5")
            shown |= set(page.evaluate(SHOWN))
            page.keyboard.press("PageDown")
    assert len(shown) > 300
    for face in letters:
        assert sorted(each for each in shown if each.isprintable() and ord(each) not in face) == []


def told(server: Server) -> list[dict[str, Any]]:
    scenes: list[dict[str, Any]] = json.loads(server.get(f"/api/briefings/{SLUG}/play").body)["scenes"]
    return scenes


def plays_all(page: Page, scenes: list[dict[str, Any]]) -> None:
    for number, scene in enumerate(scenes, 1):
        expect(page.locator("#count")).to_have_text(f"{number} / {len(scenes)}")
        expect(page.locator("#headline")).to_have_text(scene["headline"])
        for figure in scene["figures"]:
            expect(page.locator("#figures")).to_contain_text(figure["text"])
        page.keyboard.press("PageDown")


def test_every_scene_plays_by_keyboard_from_the_file_alone(show: Page, server: Server, pack: Path) -> None:
    assert pack.stat().st_size < 5_000_000
    plays_all(show, told(server))
    expect(show.locator(".pack-mark")).to_have_text(re.compile("内部资料 注意保存.*知悉范围：县委常委会"))


def test_a_feature_is_pointed_at_without_a_server(browser: Browser, pack: Path, server: Server) -> None:
    scenes = told(server)
    number = next(
        at
        for at, scene in enumerate(scenes, 1)
        if "scenic_site" in scene["subject"] and "idle_parcel" not in scene["layers"] and not scene["bounds"]
    )
    sites = json.loads(server.get("/api/layers/scenic_site/features").body)["features"]
    site = next(each for each in sites if each["properties"]["name"].startswith("竹泉"))
    lon, lat = site["geometry"]["coordinates"]
    for page in opened(browser, pack, f"?scene={number}"):
        expect(page.locator("#headline")).to_have_text(scenes[number - 1]["headline"])
        until(page, AT_REST)
        place = page.evaluate(
            "([lon, lat]) => { const spot = map_county.latLngToContainerPoint([lat, lon]);"
            " const sheet = map_county.getContainer(); const box = sheet.getBoundingClientRect();"
            " const scale = box.width / sheet.clientWidth;"
            " return [box.x + spot.x * scale, box.y + spot.y * scale]; }",
            [lon, lat],
        )
        page.mouse.click(*place)
        expect(page.locator("#small_card")).to_contain_text(site["properties"]["name"])
        expect(page.locator("#small_card a")).to_have_count(0)


@pytest.fixture
def pack_of_times(sample_template: Path, tmp_path: Path) -> Path:
    """Two scenes: one of a year, one of two times."""
    shutil.copytree(sample_template, tmp_path / "home")
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("WEBMAP_HOME", str(tmp_path / "home"))
        config = read_config()
    roads = {"layers": ["road_project"], "subject": {"road_project": []}, "headline": "道路"}
    two = {"left": "now", "right": "plan", "share": 0.5}
    scenes = checked_scenes(
        [
            {**roads, "year": {"time": "2027"}},
            {**roads, "compare": two},
            {**roads, "colors": {"road_project": "work"}},
        ]
    )
    database = Database(config.database_url)
    with database.writing() as session:
        briefings.add(session, SYSTEM_VIEWER, title="时间", slug="times", scenes=scenes)
        session.commit()
    done = carry_out(config, database, SYSTEM_VIEWER, Wanted(slug="times"), lambda *_: None)
    database.dispose()
    file = tmp_path / "时间.html"
    file.write_bytes(done.content)
    return file


def test_years_and_two_times_play_from_the_file_alone(browser: Browser, pack_of_times: Path) -> None:
    for query in ("", "?renderer=canvas"):
        for page in opened(browser, pack_of_times, query):
            expect(page.locator("#times output")).to_have_text("2027 年底")
            until(page, AT_REST)
            page.keyboard.press("[")
            expect(page.locator("#times output")).to_have_text("2026 年底")
            page.keyboard.press("Home")
            expect(page.locator("#times output")).to_have_text("2027 年底")
            page.keyboard.press("PageDown")
            expect(page.locator(".curtain b")).to_have_text(["现状", "规划"])
            until(page, f"{AT_REST} && map_county.view.placed.things.length > 20")
            page.keyboard.press("PageDown")
            expect(page.locator("#legend")).to_contain_text("改线道路")
            until(page, f"{AT_REST} && new Set({COLORS}).size > 1")


def test_it_plays_on_canvas_in_the_oldest_browser(floor_browser: Browser, pack: Path, server: Server) -> None:
    for page in opened(floor_browser, pack):
        plays_all(page, told(server))
