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
