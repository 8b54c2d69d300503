"""Is a scene of a briefing composed as it was drawn? The same on the show and in the file that is taken home."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

# Boxes of words on the sheet, in pixels of the sheet (1920 × 1080 wherever the screen has these proportions).
BOXES: Final = """() => {
  const stage = document.getElementById("stage");
  const scale = stage.getBoundingClientRect().width / stage.offsetWidth;
  const own = [...document.querySelectorAll(
    "#chapter, #headline, .figure, .bars .title, .bars dt, .bars dd, #legend li, #source, #trouble:not([hidden])"
  )].filter((each) => each.textContent.trim());
  return own.map((each) => {
    const { left, top, right, bottom } = each.getBoundingClientRect();
    return {
      words: each.textContent.trim().slice(0, 12),
      box: [left / scale, top / scale, right / scale, bottom / scale],
      clipped: each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 8,
      size: parseFloat(getComputedStyle(each).fontSize),
    };
  });
}"""
# Of the headline, the first figure, its label, and the source.
SIZES_OF: Final = """() => ["#headline", ".figure .number b", ".figure .label", "#source"].map((each) =>
  parseFloat(getComputedStyle(document.querySelector(each)).fontSize))"""
# How strongly every word stands out from the paper below it (WCAG).
CONTRAST: Final = """() => {
  const share = (part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map((part) => share(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const words = "#chapter, #headline, .figure b, .figure .unit, .figure .label, .bars dt, .bars .amount, #legend .title, #source *, #count";
  return [...document.querySelectorAll(words)].filter((each) => each.textContent.trim())
    .map((each) => 1.05 / (light(getComputedStyle(each).color) + 0.05));
}"""
# Where the county, or what the scene shows, stands on the sheet.
SUBJECT: Final = """(bounds) => {
  const map = map_county, frame = map.getContainer().getBoundingClientRect();
  const stage = document.getElementById("stage").getBoundingClientRect();
  const sheet = document.getElementById("stage").offsetWidth / stage.width;
  const per = frame.width / map.getSize().x;
  const place = ([lon, lat]) => { const at = map.latLngToContainerPoint([lat, lon]); return [at.x * per * sheet, at.y * per * sheet]; };
  const [west, south, east, north] = bounds;
  return [...place([west, north]), ...place([east, south])];
}"""


def check_composition(page: Page) -> None:
    """No words over others or cut off, none smaller than can be read from afar, none in the part of the map."""
    boxes = page.evaluate(BOXES)
    assert boxes
    for at, one in enumerate(boxes):
        left, top, right, bottom = one["box"]
        assert not one["clipped"], one
        assert 40 <= left < right <= 700, one
        assert 30 <= top < bottom <= 1080, one
        assert one["size"] >= 20, one
        for other in boxes[at + 1 :]:
            a, b = one["box"], other["box"]
            overlap = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            assert min(overlap) <= 2, (one, other)


def check_scene(page: Page, number: int, bounds: list[float], width: int, height: int) -> None:
    """Words of the sizes that were set, of a contrast of 7:1; the subject fitted into the room that is left for it."""
    check_composition(page)
    sheet = width / min(width / 1920, height / 1080)
    headline, figure, label, source = page.evaluate(SIZES_OF)
    assert (label, source) == (24, 20), number
    assert headline in (60, 54), number
    assert figure in (72, 54), number
    assert min(page.evaluate(CONTRAST)) >= 7
    left, top, right, bottom = page.evaluate(SUBJECT, bounds)
    assert 695 <= left < right <= sheet - 35, number
    assert 40 <= top < bottom <= 1040, number
    # It is fitted: one of its sides reaches the edge of the room that is left for it.
    assert right - left > 0.9 * (sheet - 740) or bottom - top > 0.9 * 940, number
