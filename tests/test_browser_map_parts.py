"""Do the pure parts of the map reckon rightly? They are loaded as the page loads them and asked by name."""

from __future__ import annotations

import math
from typing import Any

import pytest
from playwright.sync_api import Page

EQUATOR_M = 2 * math.pi * 6378137
CSS_PX_M = 0.0254 / 96


def answer(page: Page, module: str, expression: str) -> Any:
    """What `expression` gives; `it` is the module."""
    page.goto("/")
    return page.evaluate(f"() => import('app/map/{module}.js').then((it) => {expression})")


def test_scale_and_zoom_follow_mercator(page: Page) -> None:
    scale, zoom, back = answer(
        page,
        "scale",
        "[it.scaleOf(12, 35.5), it.zoomOf(50000, 35.5), it.scaleOf(it.zoomOf(50000, 35.5), 35.5)]",
    )

    metres_per_px = EQUATOR_M * math.cos(math.radians(35.5)) / 256 / 2**12
    assert scale == pytest.approx(metres_per_px / CSS_PX_M)
    assert zoom == pytest.approx(12 + math.log2(scale / 50000))
    assert back == pytest.approx(50000)


def test_a_scale_bar_has_a_round_length_and_the_right_unit(page: Page) -> None:
    bars = answer(page, "scale", "[16, 12, 9].map((zoom) => it.scaleBar(zoom, 35.5, 100))")

    assert [(bar["values"], bar["unit"]) for bar in bars] == [
        ([0, 50, 100], "米"),
        ([0, 1, 2], "公里"),
        ([0, 10, 20], "公里"),
    ]
    assert all(50 < bar["px"] <= 100 for bar in bars)


def test_opacity_multiplies_what_a_zoom_expression_gives(page: Page) -> None:
    given = [
        0.8,
        None,
        ["interpolate", ["linear"], ["zoom"], 8, 0.5, 12, 1],
        ["step", ["zoom"], 0.2, 12, 1],
        ["get", "opacity"],
    ]

    faint = answer(
        page,
        "opacity",
        f"{given!r}.map((value) => it.fainter(value ?? undefined, 0.5))".replace("None", "null"),
    )

    assert faint == [
        0.4,
        0.5,
        ["interpolate", ["linear"], ["zoom"], 8, 0.25, 12, 0.5],
        ["step", ["zoom"], 0.1, 12, 0.5],
        ["*", 0.5, ["get", "opacity"]],
    ]


def test_a_name_takes_the_first_free_place_that_hides_least(page: Page) -> None:
    places = "it.eightPlaces([90, 90, 110, 110], 60, 16, 4)"

    first, second, least = answer(
        page,
        "place",
        f"[it.bestPlace({places}, () => true, () => 0),"
        f" it.bestPlace({places}, (box) => box[0] < 100, () => 0),"
        f" it.bestPlace({places}, () => true, (box) => (box[1] > 80 ? 3 : 0))]",
    )

    assert first == [114, 92, 174, 108], "right of the symbol"
    assert second == [26, 92, 86, 108], "left, where the right is taken"
    assert least[3] < 90, "above, where it hides no square"


def test_glyphs_of_a_steep_river_run_downwards(page: Page) -> None:
    level, steep, back = answer(
        page, "place", "[10, 80, -80].map((angle) => it.alongPlaces({ x: 0, y: 0 }, angle, 2, 15, 18))"
    )

    assert level[0]["x"] < level[1]["x"]
    assert steep[0]["y"] < steep[1]["y"]
    assert back[0]["y"] < back[1]["y"]


def test_boxes_find_their_neighbours_across_cells(page: Page) -> None:
    free, taken, covered = answer(
        page,
        "place",
        "(() => { const boxes = new it.Boxes(); boxes.add([40, 40, 60, 60]); boxes.add([-200, -30, -150, 10]);"
        " return [boxes.isFree([61, 40, 80, 60]), boxes.isFree([-160, 0, -140, 20]), boxes.covered([50, 40, 70, 60])] })()",
    )

    assert (free, taken) == (True, False)
    assert covered == pytest.approx(0.5)
