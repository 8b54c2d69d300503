"""How soon does the next scene of a briefing stand, beside a plain reload of the same page at that scene?

Stands means: its headline is painted and the map is at rest with all its tiles, on GL and on canvas. Every scene of
the sample is gone to twice; the second time is told, so that its tiles are at hand.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.table import Line, say
from tests.bench.turns import MOST_ROUNDS
from tests.browser import DESKTOP, FLAGS, chromium
from tests.running import fill_with_sample, running

LARGEST_WAIT: Final = 1 / 2
SCENES: Final = min(10, 2 * MOST_ROUNDS)
RENDERERS: Final = {"GL": "", "canvas": "renderer=canvas&"}
# Milliseconds from the key to the frame in which all stands.
STEP: Final = """(key) => new Promise((done) => {
  const map = map_county, start = performance.now();
  let moving = false, frames = 0;
  const begin = () => { moving = true; }, end = () => { moving = false; };
  map.on("movestart", begin);
  map.on("moveend", end);
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const look = () => {
    frames += 1;
    if (frames < 4 || moving || !map.view.isDrawn) return requestAnimationFrame(look);
    map.off("movestart", begin);
    map.off("moveend", end);
    requestAnimationFrame(() => done(performance.now() - start));
  };
  requestAnimationFrame(look);
})"""
# Milliseconds since the page was asked for.
STANDS: Final = """() => new Promise((done) => {
  const look = () => {
    const stands = window.map_county?.view?.isDrawn && document.getElementById("headline").textContent;
    if (stands) requestAnimationFrame(() => done(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
})"""


def lines(folder: Path) -> Iterator[Line]:
    program = chromium()
    if program is None:
        say("(not measured: scenes of a briefing, as there is no Chromium)")
        return
    with running(fill_with_sample(folder / "scenes")) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for renderer, query in RENDERERS.items():
            yield _line(browser, f"{server.url}/briefing/county?{query}", renderer)
        browser.close()


def _line(browser: Browser, url: str, renderer: str) -> Line:
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.goto(f"{url}scene=1")
    page.evaluate(STANDS)
    _through(page)
    steps = _through(page)
    loads = [_load(page, url, number) for number in range(1, SCENES + 1)]
    context.close()
    ours, theirs = statistics.median(steps), statistics.median(loads)
    noise = max(max(each) / min(each) for each in (steps, loads))
    question = f"next scene of a briefing on {renderer} / reload of its page"
    return Line(question, f"{ours:,.0f} ms", f"{theirs:,.0f} ms", ours / theirs, LARGEST_WAIT, noise)


def _through(page: Page) -> list[float]:
    """From the first scene to the last, and back."""
    taken: list[float] = []
    for key in ("PageDown", "PageUp"):
        taken += [float(page.evaluate(STEP, key)) for _ in range(SCENES - 1)]
    return taken


def _load(page: Page, url: str, number: int) -> float:
    page.goto(f"{url}scene={number}")
    return float(page.evaluate(STANDS))
