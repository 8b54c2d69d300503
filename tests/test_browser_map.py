"""What does a planner see on the map, and what answers when he points at it?

Expected colours are those of the visual brief, expected numbers those of the API and of the globe.
"""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
import shapely
from playwright.sync_api import Page, Route, expect

from tests.browser import PHONE, WITHOUT_WEBGL2, Visit, until
from tests.running import Server

OUTSIDE = "#e6eaee"
TOWN_TINTS = {"#f8f5ea", "#fbf9f2", "#f4f4ea", "#f9f3e8"}
WATER = "#a6d3ea"
TOUCH_PX = 5
"""Symbols may touch by so much and are still told apart."""
DRAWN_TIMEOUT_S = 60

A_DONUT_IS_THERE = 'map_county.view.placed.things.some(({ kind }) => kind === "donut")'

SAME_COLOUR = 10
"""Means of two carriers may differ by so much of 255."""

Thing = dict[str, Any]
Box = tuple[float, float, float, float]


@pytest.fixture(params=["gl", "canvas"])
def page(request: pytest.FixtureRequest, page: Page) -> Page:
    """The map on both carriers: what holds on the one holds on the other."""
    if request.param == "canvas":
        page.add_init_script(WITHOUT_WEBGL2)
    return page


def drawn(page: Page) -> None:
    """Wait until everything of this view is on the screen."""
    for _ in range(DRAWN_TIMEOUT_S * 10):
        page.wait_for_timeout(100)
        if page.evaluate("() => Boolean(window.map_county?.view?.isDrawn)"):
            return
    raise AssertionError(f"The map was not drawn after {DRAWN_TIMEOUT_S} s")


def inked(page: Page) -> int:
    """How many pixels around the middle of the screen are as dark as ink."""
    shot = page.screenshot(clip={"x": 483, "y": 184, "width": 400, "height": 400})
    found: int = page.evaluate(
        """async (shot) => {
          const bytes = Uint8Array.from(atob(shot), (letter) => letter.charCodeAt(0));
          const bitmap = await createImageBitmap(new Blob([bytes]));
          const ink = new OffscreenCanvas(400, 400).getContext("2d");
          ink.drawImage(bitmap, 0, 0);
          const { data } = ink.getImageData(0, 0, 400, 400);
          let dark = 0;
          for (let i = 0; i < data.length; i += 4) dark += Number(data[i] + data[i + 1] + data[i + 2] < 200);
          return dark;
        }""",
        base64.b64encode(shot).decode(),
    )
    return found


def opened(page: Page, query: str = "") -> Page:
    page.goto(f"/{query}")
    drawn(page)
    return page


def things(page: Page) -> list[Thing]:
    found: list[Thing] = page.evaluate("() => map_county.view.placed.things")
    return found


def squares(page: Page, kind: str = "idle_parcel") -> list[Thing]:
    return [each for each in things(page) if each["kind"] == "marker" and each["layer"] == kind]


def donuts(page: Page) -> list[Thing]:
    return [each for each in things(page) if each["kind"] == "donut"]


def names(page: Page) -> set[str]:
    return {each["text"] for each in things(page) if each["kind"] == "label"}


def in_view(page: Page, things: list[Thing]) -> list[Thing]:
    size = page.viewport_size
    assert size
    return [
        each
        for each in things
        if 0 <= (at := each["from"] or each["spot"])["x"] <= size["width"] and 0 <= at["y"] <= size["height"]
    ]


def bounds(page: Page) -> str:
    text: str = page.evaluate("() => map_county.getBounds().toBBoxString()")
    return text


def center(thing: Thing) -> tuple[float, float]:
    return thing["spot"]["x"], thing["spot"]["y"]


def colours(page: Page, *places: tuple[float, float]) -> list[str]:
    """The colours of the map's picture at these (lon, lat)."""
    found: list[str] = page.evaluate(
        """async (places) => {
          const bitmap = await createImageBitmap(await map_county.view.picture());
          const ink = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
          ink.drawImage(bitmap, 0, 0);
          return places.map(([lon, lat]) => {
            const { x, y } = map_county.latLngToContainerPoint([lat, lon]);
            const [r, g, b] = ink.getImageData(Math.round(x), Math.round(y), 1, 1).data;
            return "#" + [r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("");
          });
        }""",
        places,
    )
    return found


def water(page: Page, server: Server) -> str:
    """The colour along the river, where mostly no symbol stands."""
    features = server.get("/api/layers/river/features?limit=100").json()["features"]
    course = next(each["geometry"] for each in features if each["properties"]["name"] == "汶河")
    places = [
        tuple(place) for place in shapely.get_coordinates(shapely.geometry.shape(course))[5:-5].tolist()
    ]
    return Counter(colours(page, *places)).most_common(1)[0][0]


def test_the_county_lies_warm_on_cool_surroundings(page: Page, server: Server) -> None:
    opened(page)

    outside, inside = colours(page, (118.85, 35.55), (118.205, 35.715))

    assert outside == OUTSIDE
    assert inside in TOWN_TINTS
    assert water(page, server) == WATER


def test_every_parcel_is_a_square_or_counted_in_a_donut(page: Page, server: Server) -> None:
    opened(page)
    counted = server.get(f"/api/layers/idle_parcel/features?limit=1&bbox={bounds(page)}").json()["count"]

    shown = in_view(page, squares(page))

    assert counted > 100
    assert len(shown) + sum(each["count"] for each in donuts(page)) == counted


def test_a_donut_tells_number_and_area_of_its_town(page: Page, server: Server) -> None:
    opened(page)
    answer = server.get(f"/api/layers/idle_parcel/features?limit=1000&bbox={bounds(page)}").json()
    in_town = [each["properties"] for each in answer["features"] if each["properties"]["town"] == "界湖街道"]

    [donut] = donuts(page)

    assert donut["count"] == len(in_town) == sum(share["count"] for share in donut["shares"])
    assert donut["area_mu"] == pytest.approx(sum(each["area_mu"] for each in in_town), rel=0.001)


def test_a_click_on_a_donut_goes_to_the_town(page: Page) -> None:
    opened(page)
    [donut] = donuts(page)

    page.mouse.click(*center(donut))

    until(page, f"() => map_county.getZoom() >= 13 && !{A_DONUT_IS_THERE}")
    drawn(page)
    assert not squares(page)


def test_a_click_on_a_square_opens_its_parcel(page: Page) -> None:
    opened(page)
    square = in_view(page, squares(page))[-1]

    page.mouse.click(*center(square))

    expect(page.locator("#card")).to_contain_text(square["name"])
    drawn(page)
    assert square["name"] in names(page), "the chosen parcel is named whatever the zoom"
    assert [each["name"] for each in things(page) if each.get("selected")] == [square["name"]]


def test_close_up_parcels_are_areas_that_open_by_a_click(page: Page, server: Server) -> None:
    feature = server.get("/api/layers/idle_parcel/features?limit=1").json()["features"][0]
    west, south, east, north = feature["bbox"]
    opened(page, f"?lon={(west + east) / 2}&lat={(south + north) / 2}&z=16")

    assert not squares(page)
    page.mouse.click(683, 384)

    expect(page.locator("#card")).to_contain_text(feature["properties"]["name"])


def test_an_area_under_the_pointer_gets_an_ink_ring(page: Page, server: Server) -> None:
    feature = server.get("/api/layers/idle_parcel/features?limit=1").json()["features"][0]
    west, south, east, north = feature["bbox"]
    opened(page, f"?lon={(west + east) / 2}&lat={(south + north) / 2}&z=16")
    page.mouse.move(5, 700)
    page.wait_for_timeout(300)
    before = inked(page)

    page.mouse.move(683, 384, steps=4)

    for _ in range(100):
        if inked(page) > before + 100:
            return
        page.wait_for_timeout(100)
    raise AssertionError("no ring around the parcel")


def test_hatches_show_the_state_of_a_parcel_close_up(page: Page, server: Server) -> None:
    answer = server.get("/api/layers/idle_parcel/features?limit=1000").json()
    west, south, east, north = next(
        each["bbox"] for each in answer["features"] if each["properties"].get("symbol") == "two_years"
    )
    lon, lat = (west + east) / 2, (south + north) / 2
    opened(page, f"?lon={lon}&lat={lat}&z=16")

    across = [(lon + step * 1e-5, lat) for step in range(-12, 13)]
    seen = set(colours(page, *across))

    assert len(seen) > 4, "brown lines on a pale ground, not one flat colour"
    assert all(int(each[1:3], 16) > int(each[5:7], 16) for each in seen), "all of it warm"


def test_switching_a_layer_off_takes_its_symbols_and_lines_away(page: Page) -> None:
    opened(page)
    assert squares(page)
    assert donuts(page)
    assert "229省道改线" in names(page)

    page.evaluate("() => { map_county.view.setVisible('idle_parcel', false) }")
    page.evaluate("() => { map_county.view.setVisible('road_project', false) }")
    drawn(page)

    assert not squares(page)
    assert not donuts(page)
    assert "229省道改线" not in names(page)


def test_a_faint_layer_is_drawn_faintly(page: Page, server: Server) -> None:
    opened(page)
    full = water(page, server)

    page.evaluate("() => map_county.view.setOpacity('river', 0.3)")
    drawn(page)

    faint = water(page, server)
    assert full == WATER
    assert int(faint[1:3], 16) > int(full[1:3], 16) + 30


def overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return min(across, down)


def is_square(thing: Thing) -> bool:
    return thing["kind"] == "marker" and thing["marker"]["shape"] in ("square", "diamond")


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("", {}),
        ("", {"viewport": {"width": 1920, "height": 1080}}),
        ("", PHONE),
        ("?lon=118.459&lat=35.549&z=14", {}),
        ("?lon=118.459&lat=35.549&z=12", {}),
        ("?lon=118.459&lat=35.549&z=8.5", {}),
    ],
    ids=["county", "county on a large screen", "county on a phone", "town", "half a county", "from afar"],
)
def test_nothing_that_is_read_covers_another(
    visit: Visit, server: Server, query: str, options: dict[str, Any]
) -> None:
    page = visit(f"{server.url}/{query}", **options)
    drawn(page)
    read = [
        each for each in things(page) if not is_square(each) and not (each["kind"] == "label" and along(each))
    ]

    covering = [
        (one.get("text") or one["kind"], other.get("text") or other["kind"])
        for one, other in combinations(read, 2)
        if overlap(one["box"], other["box"])
        > (TOUCH_PX if "label" not in (one["kind"], other["kind"]) else 0)
    ]

    assert len(read) >= 3
    assert not covering


def along(label: Thing) -> bool:
    """Glyphs of a river stand apart; the box around all of them says nothing."""
    return len(label["glyphs"]) > 1 and label["type"].get("italic", False)


def test_rivers_and_the_county_town_are_named(page: Page) -> None:
    opened(page)

    assert {"沂南县城", "沂水县", "张庄镇"} <= names(page)
    assert any(re.search("[沂汶]河", name) for name in names(page))


def test_a_typed_scale_is_true_on_the_ground(page: Page) -> None:
    opened(page)

    page.locator("#scale").fill("50000")
    page.locator("#scale").press("Enter")
    until(page, "() => Math.abs(map_county.getZoom() - 13.23) < 0.05")
    drawn(page)

    west, south, east, north = map(float, bounds(page).split(","))
    metres = 6378137 * math.radians(east - west) * math.cos(math.radians((south + north) / 2))
    on_screen = 1366 * 0.0254 / 96
    assert metres / on_screen == pytest.approx(50000, rel=0.002)


def test_the_wheel_keeps_the_place_under_the_pointer(page: Page) -> None:
    opened(page)
    place = "() => { const { lng, lat } = map_county.containerPointToLatLng([800, 300]); return [lng, lat] }"
    before, zoom = page.evaluate(place), page.evaluate("() => map_county.getZoom()")

    page.mouse.move(800, 300)
    page.mouse.wheel(0, -240)
    page.wait_for_timeout(800)
    drawn(page)

    assert page.evaluate("() => map_county.getZoom()") > zoom + 1
    assert page.evaluate(place) == pytest.approx(before, abs=0.0005)


def test_the_map_comes_back_after_the_graphics_card_was_lost(visit: Visit, server: Server) -> None:
    page = visit(server.url)
    drawn(page)
    context = "document.querySelector('.maplibregl-canvas').getContext('webgl2')"
    page.evaluate(
        f"() => {{ window.card = {context}.getExtension('WEBGL_lose_context'); card.loseContext() }}"
    )
    page.wait_for_timeout(300)

    page.evaluate("() => card.restoreContext()")
    page.wait_for_timeout(500)
    drawn(page)

    assert water(page, server) == WATER


def test_the_picture_is_the_map_without_panels(page: Page) -> None:
    opened(page)

    kind, width, height = page.evaluate(
        """async () => {
          const picture = await map_county.view.picture();
          const { width, height } = await createImageBitmap(picture);
          return [picture.type, width, height];
        }"""
    )

    assert (kind, width, height) == ("image/png", 1366, 768)


def test_a_right_click_tells_where_it_was(page: Page) -> None:
    opened(page)
    page.evaluate(
        "() => map_county.view.addEventListener('point', ({ detail }) => { window.place = detail }, { once: true })"
    )

    page.mouse.click(900, 500, button="right")

    place = page.evaluate("() => window.place")
    expected = page.evaluate("() => map_county.containerPointToLatLng([900, 500])")
    assert (place["lon"], place["lat"]) == pytest.approx((expected["lng"], expected["lat"]), abs=1e-6)
    assert (place["x"], place["y"]) == (900, 500)


def test_motion_that_is_unwanted_is_left_out(visit: Visit, server: Server) -> None:
    page = visit(server.url, reduced_motion="reduce")
    drawn(page)

    zoom = page.evaluate(
        "() => { const before = map_county.getZoom(); map_county.view.zoomBy(1); return map_county.getZoom() - before }"
    )

    assert zoom == pytest.approx(1)


def test_both_carriers_paint_the_same_features_in_the_same_colours(visit: Visit, server: Server) -> None:
    features = server.get("/api/layers/idle_parcel/features?limit=1000").json()["features"]
    boxes = {each["properties"]["symbol"]: each["bbox"] for each in features}
    gl, canvas = visit(f"{server.url}/"), visit(f"{server.url}/?renderer=canvas")

    assert len(boxes) >= 6
    assert [each.evaluate("() => map_county.view.drawsOnCanvas") for each in (gl, canvas)] == [False, True]
    for symbol, box in boxes.items():
        one, other = (mean_colour(each, box) for each in (gl, canvas))
        assert one == pytest.approx(other, abs=SAME_COLOUR), symbol


def mean_colour(page: Page, box: Box) -> list[float]:
    """Red, green and blue of a feature from edge to edge, hatch, outline and all."""
    west, south, east, north = box
    page.evaluate(
        "([lon, lat]) => map_county.view.go({ lon, lat, z: 16 })", [(west + east) / 2, (south + north) / 2]
    )
    drawn(page)
    places = [
        (west + (east - west) * i / 24, south + (north - south) * j / 24)
        for i in range(1, 24)
        for j in range(1, 24)
    ]
    seen = colours(page, *places)
    return [sum(int(each[at : at + 2], 16) for each in seen) / len(seen) for at in (1, 3, 5)]


# --- without a graphics card --------------------------------------------------------------------------------

FRAMES = """() => {
  window.frames = [];
  const draw = WebGL2RenderingContext.prototype.drawElements;
  WebGL2RenderingContext.prototype.drawElements = function (...what) {
    const now = document.timeline.currentTime;
    if (window.frames.at(-1) !== now) window.frames.push(now);
    return draw.apply(this, what);
  };
}"""
"""When the map was drawn, frame by frame."""


def test_where_drawing_takes_long_the_map_waits_for_its_tiles_but_not_for_ever(
    blank_page: Visit, server: Server
) -> None:
    page = blank_page(server.url)
    page.add_init_script(f"({FRAMES})()")
    waiting: list[Route] = []

    def keep_first(route: Route) -> None:
        is_first = not waiting or route.request.url == waiting[0].request.url
        waiting.append(route) if is_first else route.continue_()

    page.route(re.compile(r"\.mvt"), keep_first)
    page.goto("/")
    until(page, "window.frames.length > 0")
    page.wait_for_timeout(1000)
    assert not page.evaluate("map_county.view.isDrawn")
    # What had come after a second and a half is seen; while one tile is still on its way, few frames follow.
    assert page.evaluate("window.frames.length") <= 3
    for route in waiting:
        route.continue_()
    drawn(page)


def test_the_tiles_of_the_first_view_come_before_gl_asks_for_them(blank_page: Visit, server: Server) -> None:
    page, asked = blank_page(server.url), Counter[str]()
    page.on("request", lambda request: asked.update([request.url] if ".mvt" in request.url else []))
    page.goto("/")
    drawn(page)
    ahead = page.evaluate(
        "() => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('.mvt'))"
    )
    # GL's thread asks for the same ones again, and the browser has them: no tile came for nothing, none was forgotten.
    assert asked == Counter(dict.fromkeys(ahead, 2)) != Counter()
