"""Do the oldest browsers in the offices show the product? Chromium 92 on canvas, Chromium 109 in GL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, watch
from tests.running import Server

Opened = Callable[..., Page]
TOWN_TINTS = {"#f8f5ea", "#fbf9f2", "#f4f4ea", "#f9f3e8"}
DRAWN_TIMEOUT_MS = 60_000
PICTURE_COLOUR = """async () => {
  const bitmap = await createImageBitmap(await map_county.view.picture());
  const ink = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height }).getContext("2d");
  ink.drawImage(bitmap, 0, 0);
  const { x, y } = map_county.latLngToContainerPoint([35.715, 118.205]);
  const colour = ink.getImageData(Math.round(x), Math.round(y), 1, 1).data;
  return "#" + [...colour].slice(0, 3).map((part) => part.toString(16).padStart(2, "0")).join("");
}"""


@pytest.fixture(params=["floor_browser", "full_browser"], ids=["Chromium 92", "Chromium 109"])
def old(request: pytest.FixtureRequest, server: Server, trouble: list[str]) -> Iterator[Page]:
    browser: Browser = request.getfixturevalue(request.param)
    context = browser.new_context(base_url=server.url, locale="zh-CN", **DESKTOP)
    page = context.new_page()
    watch(page, urlsplit(server.url).netloc, trouble)
    yield page
    context.close()


def opened(page: Page) -> Page:
    page.goto("/")
    page.wait_for_function("() => window.map_county?.view?.isDrawn", timeout=DRAWN_TIMEOUT_MS)
    return page


def says(page: Page, place: str, words: str) -> None:
    """Playwright's own locators ask these browsers for what they do not know yet."""
    look = "([place, words]) => document.getElementById(place).textContent.includes(words)"
    page.wait_for_function(look, arg=[place, words], timeout=DRAWN_TIMEOUT_MS)


def test_the_county_and_its_symbols_are_drawn(old: Page) -> None:
    opened(old)

    assert old.evaluate(PICTURE_COLOUR) in TOWN_TINTS
    kinds = set(old.evaluate("() => map_county.view.placed.things.map(({ kind }) => kind)"))
    assert kinds == {"marker", "donut", "label"}


def test_the_carrier_is_the_promised_one(old: Page) -> None:
    opened(old)
    version = int(old.evaluate("() => navigator.userAgent.match(/Chrome\\/(\\d+)/)[1]"))

    assert (version, old.evaluate("() => map_county.view.drawsOnCanvas")) in {(92, True), (109, False)}


def test_what_is_searched_opens_its_card_and_the_table_lists_it(old: Page) -> None:
    opened(old)

    old.keyboard.press("/")
    old.keyboard.type("竹泉")
    says(old, "search_results", "竹泉")
    old.keyboard.press("Enter")
    says(old, "card", "竹泉")

    old.evaluate("() => document.getElementById('open_table').click()")
    says(old, "table", "完整表格")


NO_NEW_METHODS = "delete Array.prototype.at"
IE_MODE = "Object.defineProperty(document, 'documentMode', { value: 11 })"


@pytest.mark.parametrize(
    ("missing", "sentence"), [(NO_NEW_METHODS, "版本太旧"), (IE_MODE, "IE 内核")], ids=["too old", "IE mode"]
)
def test_below_the_floor_a_plain_page_says_how_to_switch(
    page: Page, trouble: list[str], missing: str, sentence: str
) -> None:
    page.add_init_script(missing)
    page.route("**/*.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/")

    plain = page.locator("#too-old")
    expect(plain).to_contain_text("极速模式")
    expect(plain.get_by_text(sentence)).to_be_visible()
    assert page.locator("body > :visible").count() == 1
    plain.get_by_role("link", name="查看各图层的表格").click()
    expect(page).to_have_url(re.compile("/table$"))
    trouble.clear()
