"""How does a planner measure on the map? The numbers are those of pyproj on the ellipsoid of CGCS2000."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pyproj import Geod

from tests.test_browser_browse import listed

GEOD = Geod(a=6378137, rf=298.257222101)
RINGS: dict[str, list[tuple[float, float]]] = {
    "a yard": [(118.4551, 35.5502), (118.4553, 35.5502), (118.4553, 35.5504), (118.4551, 35.55035)],
    "a parcel": [(118.45, 35.55), (118.4531, 35.5504), (118.4528, 35.5529), (118.4502, 35.5527)],
    "clockwise": [(118.45, 35.55), (118.4502, 35.5527), (118.4528, 35.5529), (118.4531, 35.5504)],
    "bent inwards": [(118.4, 35.5), (118.43, 35.51), (118.46, 35.5), (118.45, 35.54), (118.41, 35.53)],
    "half a county": [(118.1, 35.3), (118.7, 35.25), (118.8, 35.7), (118.2, 35.8)],
}


@pytest.mark.parametrize("ring", RINGS.values(), ids=RINGS)
def test_areas_and_lengths_are_those_of_the_ellipsoid(page: Page, ring: list[tuple[float, float]]) -> None:
    area_m2, length_m = told(page, f"[it.ringArea({json_of(ring)}), it.lengthOf({json_of(ring)})]")

    lons, lats = zip(*ring, strict=True)
    assert area_m2 == pytest.approx(on_the_ellipsoid(ring), rel=1e-6, abs=1e-3)
    assert length_m == pytest.approx(GEOD.line_length(lons, lats), abs=1e-6)


def test_a_hole_counts_as_nothing(page: Page) -> None:
    outer, hole = RINGS["bent inwards"], RINGS["a parcel"]
    shape = {"type": "Polygon", "coordinates": [list(outer), list(hole)]}

    size = told(page, f"it.sizeOf({json_of(shape)})")

    areas = [on_the_ellipsoid(ring) for ring in (outer, hole)]
    assert size["area_m2"] == pytest.approx(areas[0] - areas[1], rel=1e-9)


def test_the_map_measures_while_points_are_set(page: Page) -> None:
    listed(page, "?lon=118.45&lat=35.55&z=13")
    page.keyboard.press("m")
    strip = page.get_by_role("toolbar")
    strip.get_by_role("button", name="面积").click()
    corners = [(600, 320), (800, 330), (780, 500)]
    for corner in corners:
        page.mouse.click(*corner)
        page.wait_for_timeout(350)

    ring = [degrees(page, corner) for corner in corners]
    mu = on_the_ellipsoid(ring) * 3 / 2000
    expect(strip).to_contain_text(f"{mu:,.2f} 亩")
    expect(strip).to_contain_text(f"{mu / 15:,.2f} 公顷")

    page.keyboard.press("Escape")
    expect(strip).to_be_hidden()
    expect(page).to_have_url(re.compile("lon="))


def test_a_distance_is_said_in_metres_and_then_in_kilometres(page: Page) -> None:
    listed(page, "?lon=118.45&lat=35.55&z=13")
    page.get_by_role("button", name="量算").click()
    strip = page.get_by_role("toolbar")
    page.mouse.click(600, 400)
    page.wait_for_timeout(350)
    page.mouse.click(630, 400)
    expect(strip).to_contain_text(re.compile(r"\d{2,3}\.\d 米"))
    page.wait_for_timeout(350)
    page.mouse.dblclick(900, 400)
    expect(strip).to_contain_text(re.compile(r"\d\.\d{2} 公里"))
    page.keyboard.press("Backspace")
    expect(strip).to_contain_text(re.compile(r"\d{2,3}\.\d 米"))


def on_the_ellipsoid(ring: list[tuple[float, float]]) -> float:
    area_m2, _ = GEOD.polygon_area_perimeter([lon for lon, _ in ring], [lat for _, lat in ring])
    return abs(float(area_m2))


def told(page: Page, expression: str) -> Any:
    """What the module answers, loaded as the page loads it."""
    page.goto("/")
    return page.evaluate(f"() => import('app/map/geodesy.js').then((it) => {expression})")


def json_of(value: Any) -> str:
    return repr(value).replace("(", "[").replace(")", "]")


def degrees(page: Page, spot: tuple[int, int]) -> tuple[float, float]:
    place = page.evaluate("(spot) => map_county.containerPointToLatLng(spot)", list(spot))
    return place["lng"], place["lat"]
