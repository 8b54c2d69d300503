"""压盖分析 of what is drawn on the map, and of a file that is chosen or dropped."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import shapely
from playwright.sync_api import Page, expect

from tests.browser import until

LONG_MS = 60_000
SHEET = re.compile(r"/conflict/[0-9a-f-]{36}$")


def opened(signed_in_page: Callable[..., Page]) -> Page:
    page = signed_in_page("editor")
    page.goto("/?lon=118.45&lat=35.55&z=14&layers=idle_parcel")
    page.locator("#layer_groups .row").first.wait_for()
    return page


def test_a_rectangle_and_a_line_are_drawn_and_checked(signed_in_page: Callable[..., Page]) -> None:
    page = opened(signed_in_page)
    page.locator("body").press("o")
    strip = page.locator("#strip")
    strip.get_by_role("button", name="画矩形").click()
    until(page, "document.querySelector('[data-tool=\"画矩形\"]').ariaPressed === 'true'")
    page.mouse.click(700, 300)
    page.mouse.move(800, 380)
    page.mouse.click(800, 380)
    question = page.get_by_role("dialog")
    question.get_by_label("名称").fill("拟选址范围")
    question.get_by_role("button", name="分析").click()
    page.wait_for_url(SHEET, timeout=LONG_MS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("拟选址范围")
    page.get_by_role("link", name="回到地图").click()
    page.locator("#layer_groups .row").first.wait_for()
    page.locator("#overlay").click()
    strip.get_by_role("button", name="画线").click()
    until(page, "document.querySelector('[data-tool=\"画线\"]').ariaPressed === 'true'")
    for x, y in ((650, 300), (750, 350)):
        page.mouse.click(x, y)
    page.keyboard.press("Enter")
    question.get_by_label("两侧各多少米").fill("0")
    question.get_by_role("button", name="分析").click()
    expect(page.locator("#notice")).to_contain_text("两侧宽度应为 0 到 5000 之间")
    assert SHEET.search(page.url) is None


def test_a_file_is_chosen_on_its_page_and_its_system_is_asked_for(
    signed_in_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = signed_in_page("editor")
    page.goto("/conflict")
    plain = shapely.box(39_633_200, 3_936_600, 39_633_300, 3_936_700)
    file = tmp_path / "宗地.csv"
    file.write_text(f'名称,WKT\n宗地一,"{plain.wkt}"\n', "utf-8")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择文件").click()
    chooser.value.set_files(file)
    page.get_by_role("heading", name="请选择").wait_for(timeout=LONG_MS)
    page.locator("button[value='4527']").click()
    page.wait_for_url(SHEET, timeout=LONG_MS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("宗地一")
    expect(page.get_by_text("宗地.csv（SHA-256")).to_be_visible()


def test_a_file_chosen_from_the_map_goes_the_same_way(
    signed_in_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = opened(signed_in_page)
    page.locator("body").press("o")
    file = tmp_path / "范围.geojson"
    square = json.loads(shapely.to_geojson(shapely.box(118.44, 35.55, 118.46, 35.56)))
    file.write_text(json.dumps(square), "utf-8")
    with page.expect_file_chooser() as chooser:
        page.locator("#strip").get_by_role("button", name="用文件").click()
    chooser.value.set_files(file)
    page.wait_for_url(SHEET, timeout=LONG_MS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("范围")
