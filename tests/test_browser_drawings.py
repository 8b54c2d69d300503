"""A planner lays a scanned drawing over the map: points by clicks, the residual, the curtain, by mouse and keys."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Visit, until
from tests.people import add_account, bring_in, sign_in
from tests.running import Server, running
from tests.test_imagery_placing import png

LONG_MS = 90_000


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("drawings") / "home"
    shutil.copytree(sample_template, home)
    add_account(home, "editor")
    with running(home) as server:
        yield server


def click_at(page: Page, selector: str, x: float, y: float) -> None:
    """At this share of a box."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def test_a_drawing_is_placed_by_clicks_and_compared_by_the_curtain(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    (tmp_path / "示例红线图.png").write_bytes(png())
    page = blank_page(county.url)
    bring_in(page, county, sign_in(county, "editor"))
    page.goto(f"{county.url}/drawings")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择文件").click()
    chooser.value.set_files(tmp_path / "示例红线图.png")
    save = page.get_by_role("button", name="保存并上图")
    expect(save).to_be_visible(timeout=LONG_MS)
    expect(save).to_be_disabled()
    page.locator("#sheet img").wait_for()

    # Three corners of a square on both sides: same order, other scale.
    for x, y in ((0.35, 0.3), (0.65, 0.3), (0.65, 0.7)):
        click_at(page, "#sheet", x, y)
        click_at(page, "#pin_map", x, y)
    expect(page.locator("#points tr")).to_have_count(3)
    expect(page.locator("#verdict")).to_contain_text("没有多余的点检验")
    click_at(page, "#sheet", 0.35, 0.7)
    click_at(page, "#pin_map", 0.36, 0.7)
    expect(page.locator("#verdict")).to_contain_text(re.compile(r"仿射变换，中误差 [\d.]+ 米"))
    residual = page.locator("#points tr").first.locator("td").nth(2).inner_text()
    assert float(residual) > 0
    expect(page.locator(".leaflet-laid-pane img")).to_be_visible()
    page.get_by_role("button", name="删去控制点 4").click()
    expect(page.locator("#points tr")).to_have_count(3)
    expect(save).to_be_enabled()
    save.click()

    link = page.get_by_role("link", name="到地图上看")
    expect(link).to_be_visible(timeout=LONG_MS)
    link.click()
    row = page.locator("#drawings")
    expect(row.get_by_role("checkbox")).to_be_checked(timeout=LONG_MS)
    page.locator(".leaflet-drawings-pane img.leaflet-tile-loaded").first.wait_for()

    laid = ".leaflet-drawings-pane .leaflet-layer"
    strength = row.get_by_role("slider", name="不透明度")
    strength.focus()
    page.keyboard.press("Home")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(row.locator("output")).to_have_text("40%")
    until(page, f"getComputedStyle(document.querySelector('{laid}')).opacity === '0.4'")
    until(page, "new URL(location.href).searchParams.get('over')?.endsWith(':0.4')")

    row.get_by_role("button", name="卷帘").click()
    rod = page.get_by_role("slider", name=re.compile("卷帘"))
    expect(rod).to_have_attribute("aria-valuenow", "50")
    page.keyboard.press("Shift+ArrowLeft")
    expect(rod).to_have_attribute("aria-valuenow", "40")
    box = rod.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 22, 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 322, 300, steps=4)
    page.mouse.up()
    until(page, "Number(document.querySelector('.curtain').getAttribute('aria-valuenow')) > 50")
    shape = page.locator(".leaflet-drawings-pane").evaluate("pane => getComputedStyle(pane).clipPath")
    assert shape.startswith("polygon(")
    assert "over=" in page.url
    row.get_by_role("checkbox").uncheck()
    expect(rod).to_be_hidden()
    expect(page.locator(".leaflet-drawings-pane img")).to_have_count(0)
