"""Does the map show which projects lag, when projects are supervised?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import until

WRITTEN = """
window.written = [];
const { fillText } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (words, ...where) {
  window.written.push(words);
  return fillText.call(this, words, ...where);
};
"""
"""Notes down every word that is written on a canvas."""


@pytest.mark.parametrize("renderer", ["gl", "canvas"])
def test_lights_stand_on_the_map_while_projects_are_supervised(page: Page, renderer: str) -> None:
    page.add_init_script(WRITTEN)
    page.goto("/?renderer=canvas" if renderer == "canvas" else "/")
    page.get_by_role("button", name="项目督查", exact=True).click()
    until(page, "['红', '黄'].every((word) => window.written.includes(word))")
    page.get_by_role("button", name="全域旅游", exact=True).click()
    until(page, "document.querySelector('.chip[aria-pressed=true]').textContent === '全域旅游'")
    page.evaluate("window.written.length = 0; map_county.panBy([40, 0], { animate: false })")
    until(page, "window.written.length > 0")
    assert not {"红", "黄", "灰"} & set(page.evaluate("window.written"))


COVERED = """() => {
  const things = map_county.view.placed.things;
  const words = {red: "红", yellow: "黄", green: "绿", grey: "灰"};
  const discs = window.discs.filter(({text}) => Object.values(words).includes(text));
  const covered = things.filter(({kind, marker}) => kind !== "marker" || marker.shape !== "square").flatMap((thing) => {
    const [left, top, right, bottom] = thing.box;
    const isOwn = ({x, y}) => Math.abs(x - right - 3) < 2 && Math.abs(y - top + 3) < 2;
    return discs.filter((disc) => !isOwn(disc)).filter(({x, y}) => x + 4 > left && x - 4 < right && y + 4 > top && y - 4 < bottom)
      .map(({text}) => `${text}: ${thing.name ?? thing.text}`);
  });
  return {discs: discs.length, covered};
}"""
DISCS = """
window.discs = [];
const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  window.discs.push({ text, x, y });
  return fillText.call(this, text, x, y);
};
CanvasRenderingContext2D.prototype.clearRect = function (...box) {
  window.discs.length = 0;
  return clearRect.apply(this, box);
};
"""
"""Where on the symbols' canvas each word was written since it was cleared."""


def test_no_light_covers_a_symbol_or_a_name(page: Page) -> None:
    page.add_init_script(DISCS)
    page.goto("/?renderer=canvas")
    page.get_by_role("button", name="项目督查", exact=True).click()
    until(page, "document.querySelector('.chip[aria-pressed=true]').textContent === '项目督查'")
    until(page, f"({COVERED})().discs > 8")
    assert page.evaluate(COVERED)["covered"] == []
