"""How soon is a map of 20,000 parcels there, beside a plain folium page with the same parcels?

The plain page is what folium's manual shows: folium.GeoJson of all features, coloured by their state, with their
attributes in a tooltip and a popup; the bare one has the shapes alone. Their script files come from our vendor folder,
so that no page waits for a network. Both are opened twice as wide as the parcels (the county, where we draw the
donuts of its towns), and close by, where every parcel is an outlined area on either page: how many of them are seen
is looked up in the pixels. Painted means: nothing more is on its way to the screen. The clock runs from the address to
that moment: a page of 20,000 shapes keeps the browser busy for seconds after it is closed, which is no fault of the
page that comes next.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import folium
import shapely
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from layers.crs import Bounds
from layers.store.edit import NewFeature
from tests.bench.parcels import COUNTY, parcels
from tests.bench.stores import on_sqlite
from tests.bench.table import Line, say, timed
from tests.bench.turns import Act, Taken, Timed, by_turns, in_turns, seconds
from tests.browser import DESKTOP, FLAGS, chromium
from tests.running import Server, running

Told = TypeVar("Told")

MOST: Final = 20_000
TOWN: Final[Bounds] = (118.37, 35.458, 118.53, 35.542)
"""Where they lie: 80 m wide each, so that all of them fit the part of the screen that no panel covers."""
ROUNDS: Final = 5
VENDOR: Final = Path(__file__).parents[2] / "static/vendor"
LARGEST_SHARE: Final = 1 / 100
LARGEST_WAIT: Final = 1 / 2
PATIENCE_MS: Final = 180_000
"""Who waits longer than this for a page has gone."""
COLORS: Final = {"idle": "#B5480E", "determined": "#E8951F", "low_use": "#7C7B3A", "revived": "#2F8F5B"}
ALL_THERE: Final = "(count) => document.querySelectorAll('path.leaflet-interactive').length >= count"
DRAWN: Final = "() => Boolean(window.map_county?.view?.isDrawn)"
NEXT_FRAME: Final = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""
ON_SCREEN: Final = """([map, places]) => places.map(([lon, lat]) => {
  const { x, y } = window[map].latLngToContainerPoint([lat, lon]);
  return [Math.round(x), Math.round(y)];
})"""
BESIDE: Final = 0.004
"""Degrees from the parcels to where nothing lies."""
SAMPLED: Final = 500


class View(NamedTuple):
    """What is looked at. query: of our page; map: where folium's begins."""

    title: str
    query: str
    map: dict[str, Any]
    fit: Bounds | None


CENTER: Final = (118.421, 35.4985)
VIEWS: Final = (
    View("the county", "", {"location": (35.5, 118.5), "zoom_start": 10}, COUNTY),
    View(
        "every parcel seen",
        f"?lon={CENTER[0]}&lat={CENTER[1]}&z=13",
        {"location": CENTER[::-1], "zoom_start": 13},
        None,
    ),
)


def lines(folder: Path, count: int) -> Iterator[Line]:
    rows = parcels(min(count, MOST), TOWN)
    collection = as_geojson(rows)
    with on_sqlite(folder / "page", rows), running(folder / "page") as server:
        yield from served(server, collection)
        yield from painted(server, folder, collection)


def as_geojson(rows: list[NewFeature]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(row.shape),
            "properties": dict(row.properties),
        }
        for row in rows
    ]
    # As it would come from a file: folium notes its own marks in what it is given.
    told: dict[str, Any] = json.loads(json.dumps({"type": "FeatureCollection", "features": features}))
    return told


def served(server: Server, collection: dict[str, Any]) -> Iterator[Line]:
    """Time and bytes of the page itself."""
    what = f"page with {len(collection['features']):,} parcels"
    bare_page: Act = lambda: plain(collection, VIEWS[0], bare=True)  # noqa: E731
    ours, theirs = in_turns({"ours": lambda: server.get("/"), "bare": bare_page}, 3).values()
    yield timed(f"{what}, server / bare folium", ours, theirs, LARGEST_SHARE)
    sizes = len(server.get("/").body), len(plain(collection, VIEWS[0], bare=True).encode())
    told = [f"{size / 1024:,.1f} KiB" for size in sizes]
    yield Line(f"{what}, HTML / bare folium", told[0], told[1], sizes[0] / sizes[1], LARGEST_SHARE)


def plain(collection: dict[str, Any], view: View, *, bare: bool) -> str:
    """The page of folium; bare: only shapes, without colours, tooltips and popups."""
    drawn = folium.Map(tiles=None, **view.map)
    drawn._id = "plain"
    fields = list(collection["features"][0]["properties"])
    dressed: dict[str, Any] = {
        "style_function": lambda feature: {"color": COLORS[feature["properties"]["status"]], "weight": 2},
        "tooltip": folium.GeoJsonTooltip(fields=fields[:3]),
        "popup": folium.GeoJsonPopup(fields=fields),
    }
    folium.GeoJson(json.loads(json.dumps(collection)), **({} if bare else dressed)).add_to(drawn)
    if view.fit:
        west, south, east, north = view.fit
        drawn.fit_bounds([(south, west), (north, east)])
    html: str = drawn.get_root().render()
    return html


def painted(server: Server, folder: Path, collection: dict[str, Any]) -> Iterator[Line]:
    program = chromium()
    if program is None:
        say("(not measured: time to painted, as there is no Chromium)")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for view in VIEWS:
            yield from beside_plain(browser, server, folder, collection, view)
        browser.close()


def beside_plain(
    browser: Browser, server: Server, folder: Path, collection: dict[str, Any], view: View
) -> Iterator[Line]:
    """One line for each of the two plain pages."""
    count, late = len(collection["features"]), set[str]()
    files = {name: folder / f"{name}.html" for name in ("plain", "bare")}
    for name, file in files.items():
        file.write_text(plain(collection, view, bare=name == "bare"), "utf-8")
    if view is VIEWS[-1]:
        tell_what_is_seen(browser, server, files["plain"], collection, view)

    def timed(opens: Callable[[Page], None]) -> Timed:
        return lambda: see(browser, lambda page: seconds(lambda: opens(page)))

    acts = {
        name: timed(partial(open_plain, file=file, count=count, late=late)) for name, file in files.items()
    }
    taken = by_turns({"ours": timed(partial(open_ours, server=server, view=view)), **acts}, ROUNDS)
    for name, words in {"plain": "plain folium", "bare": "bare folium"}.items():
        yield compared(f"{count:,} parcels painted, {view.title} / {words}", taken, name, late)


def compared(question: str, taken: dict[str, Taken], name: str, late: set[str]) -> Line:
    line = timed(question, taken["ours"], taken[name], LARGEST_WAIT)
    return line._replace(theirs=f"> {line.theirs}") if name in late else line


def see(browser: Browser, look: Callable[[Page], Told]) -> Told:
    """Each time as somebody who has never been here."""
    context = browser.new_context(**DESKTOP)
    try:
        return look(new_page(context))
    finally:
        context.close()


def new_page(context: BrowserContext) -> Page:
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def open_ours(page: Page, server: Server, view: View) -> None:
    page.goto(f"{server.url}/{view.query}", wait_until="commit")
    page.wait_for_function(DRAWN, polling=20)
    page.evaluate(NEXT_FRAME)


def open_plain(page: Page, file: Path, count: int, late: set[str]) -> None:
    """Until every parcel is a path on the screen; `late` notes for which page nobody waited."""
    page.context.route(re.compile("^https?:"), from_vendor)
    try:
        page.goto(file.as_uri(), wait_until="commit")
        page.wait_for_function(ALL_THERE, arg=count, polling=20)
        page.evaluate(NEXT_FRAME)
    except PlaywrightTimeout:
        late.add(file.stem)


def from_vendor(route: Route) -> None:
    name = route.request.url.rsplit("/", 1)[-1]
    if name in ("leaflet.js", "leaflet.css"):
        route.fulfill(path=VENDOR / name)
    else:
        route.abort()


# --- is it there? -------------------------------------------------------------------------------------------


def tell_what_is_seen(
    browser: Browser, server: Server, file: Path, collection: dict[str, Any], view: View
) -> None:
    """How many of the parcels stand out from the ground beside them, on either page."""
    shapes = [shapely.geometry.shape(each["geometry"]) for each in collection["features"]]
    middles = [(point.x, point.y) for point in map(shapely.point_on_surface, shapes)]
    places = middles[:: max(1, len(middles) // SAMPLED)]

    def ours(page: Page) -> float:
        open_ours(page, server, view)
        return share_seen(page, "map_county", places)

    def theirs(page: Page) -> float:
        open_plain(page, file, len(shapes), set())
        return share_seen(page, "map_plain", places)

    shares = [f"{see(browser, look):.0%}" for look in (ours, theirs)]
    say(f"(of {len(places)} parcels {shares[0]} are seen on our page, {shares[1]} on the plain one)")


def share_seen(page: Page, map_name: str, places: list[tuple[float, float]]) -> float:
    """The share of the places whose pixel has another colour than the ground around."""
    west, south, east, north = TOWN
    around = [
        (lon, lat) for lon in (west + BESIDE, east - BESIDE) for lat in (south - BESIDE, north + BESIDE)
    ]
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    spots = page.evaluate(ON_SCREEN, [map_name, [*places, *around]])
    pixels = [picture.getpixel((x, y)) for x, y in spots]
    ground = set(pixels[len(places) :])
    return sum(pixel not in ground for pixel in pixels[: len(places)]) / len(places)
