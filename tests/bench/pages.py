"""How soon is a map of 20,000 parcels there, beside a plain folium page with the same parcels?

The plain page is what folium's manual shows: folium.GeoJson of all features. Its script files come from our
vendor folder, so that neither page waits for a network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import folium
import shapely
from playwright.sync_api import Browser, Route, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from layers.store.edit import NewFeature
from tests.bench.stores import on_sqlite
from tests.bench.table import Line, say, timed
from tests.bench.turns import in_turns
from tests.browser import DESKTOP, FLAGS, chromium
from tests.running import Server, running

MOST: Final = 20_000
ROUNDS: Final = 3
VENDOR: Final = Path(__file__).parents[2] / "static/vendor"
LARGEST_SHARE: Final = 1 / 100
LARGEST_WAIT: Final = 1 / 2
PATIENCE_MS: Final = 90_000
"""Who waits longer than this for a page has gone."""
ALL_THERE: Final = "(count) => document.querySelectorAll('path.leaflet-interactive').length >= count"
NEXT_FRAME: Final = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""


def lines(folder: Path, parcels: list[NewFeature]) -> Iterator[Line]:
    rows = parcels[:MOST]
    collection = as_geojson(rows)
    page = folder / "plain.html"
    with on_sqlite(folder / "page", rows), running(folder / "page") as server:
        ours, theirs = in_turns(
            {"ours": lambda: server.get("/"), "plain": lambda: plain(collection)}, ROUNDS
        ).values()
        yield timed(f"page with {len(rows):,} parcels, server / plain folium", ours, theirs, LARGEST_SHARE)
        page.write_text(plain(collection), "utf-8")
        yield sized(len(rows), len(server.get("/").body), page.stat().st_size)
        yield from painted(server, page, len(rows))


def as_geojson(rows: list[NewFeature]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(row.shape),
            "properties": dict(row.properties),
        }
        for row in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def plain(collection: dict[str, Any]) -> str:
    drawn = folium.Map(location=(35.5, 118.5), zoom_start=11, tiles=None)
    folium.GeoJson(json.loads(json.dumps(collection))).add_to(drawn)
    html: str = drawn.get_root().render()
    return html


def sized(count: int, ours: int, theirs: int) -> Line:
    told = (f"{ours / 1024:,.1f} KiB", f"{theirs / 1024:,.1f} KiB")
    return Line(f"page with {count:,} parcels, HTML / plain folium", *told, ours / theirs, LARGEST_SHARE)


def painted(server: Server, page: Path, count: int) -> Iterator[Line]:
    program = chromium()
    if program is None:
        say("(not measured: time to painted, as there is no Chromium)")
        return
    late: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        acts = {
            "ours": lambda: see_ours(browser, server),
            "plain": lambda: see_plain(browser, page, count, late),
        }
        ours, theirs = in_turns(acts, ROUNDS).values()
        browser.close()
    line = timed(f"page with {count:,} parcels, painted / plain folium", ours, theirs, LARGEST_WAIT)
    yield line._replace(theirs=f"> {line.theirs}") if late else line


def see_ours(browser: Browser, server: Server) -> None:
    """Each time as somebody who has never been here."""
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_function("() => Boolean(window.map_county?.view?.isDrawn)", polling=20, timeout=PATIENCE_MS)
    context.close()


def see_plain(browser: Browser, file: Path, count: int, late: list[str]) -> None:
    """Until every parcel is a path on the screen; `late` notes that nobody waited for it."""
    context = browser.new_context(**DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    context.route(re.compile("^https?:"), from_vendor)
    page = context.new_page()
    try:
        page.goto(file.as_uri(), wait_until="commit")
        page.wait_for_function(ALL_THERE, arg=count, polling=50)
        page.evaluate(NEXT_FRAME)
    except PlaywrightTimeout:
        late.append(file.name)
    context.close()


def from_vendor(route: Route) -> None:
    name = route.request.url.rsplit("/", 1)[-1]
    if name in ("leaflet.js", "leaflet.css"):
        route.fulfill(path=VENDOR / name)
    else:
        route.abort()
