"""Is everything in the bar of the map to be seen, on any screen wider than a phone, whoever looks?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

WIDTHS = (1280, 1366, 1440, 1536, 1600, 1700, 1850, 1920, 2048, 2304)
OUTSIDE = """() => {
  const bar = document.querySelector("header.top");
  const { left, right } = bar.getBoundingClientRect();
  const shown = [...bar.querySelectorAll("button, a, summary")].filter((each) => each.checkVisibility());
  const out = shown.filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width && (box.left < left - 1 || box.right > right + 1);
  });
  return out.map((each) => each.id || each.textContent.trim());
}"""


@pytest.mark.parametrize("role", ["", "reader", "editor", "reviewer"])
def test_nothing_of_the_bar_lies_outside(page: Page, signed_in_page: Callable[..., Page], role: str) -> None:
    shown = signed_in_page(role) if role else page
    shown.goto("/")
    expect(shown.locator("#presets button").first).to_be_visible()
    for width in WIDTHS:
        shown.set_viewport_size({"width": width, "height": 800})
        assert shown.evaluate(OUTSIDE) == [], width
