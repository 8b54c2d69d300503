"""Where do the pictures of the handbook come from? `make manual` takes them anew, from the sample on a real server."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import DESKTOP, FLAGS, PHONE, chromium
from tests.running import Server, fill_with_sample, running

PICTURES = Path(__file__).parents[1] / "static/manual"
QUALITY = 82
DRAWN_TIMEOUT_S = 60
IS_DRAWN = "() => Boolean(window.map_county?.view?.isDrawn)"


@dataclass(frozen=True)
class Picture:
    """name: its file. path: the page. steps: what a person does there before the picture is taken."""

    name: str
    path: str = "/"
    steps: Callable[[Page], object] = lambda page: None
    screen: dict[str, Any] | None = None


def open_first_search(words: str) -> Callable[[Page], object]:
    def steps(page: Page) -> None:
        page.keyboard.press("/")
        page.keyboard.type(words)
        page.wait_for_timeout(800)
        page.keyboard.press("Enter")
        page.locator("#card").wait_for(state="visible")
        page.wait_for_timeout(1500)

    return steps


def press(key: str) -> Callable[[Page], object]:
    return lambda page: page.keyboard.press(key)


ALL = (
    Picture("county"),
    Picture("card", steps=open_first_search("示例地块 界湖-017")),
    Picture("town", "/?lon=118.47&lat=35.545&z=14.2"),
    Picture("table", steps=press("t")),
    Picture("phone", screen=PHONE),
    Picture("tourism", steps=press("5")),
    Picture("roads", steps=press("4")),
)


def take(browser: Browser, server: Server, picture: Picture) -> None:
    context = browser.new_context(
        base_url=server.url, locale="zh-CN", reduced_motion="reduce", **(picture.screen or DESKTOP)
    )
    page = context.new_page()
    page.goto(picture.path)
    wait_until_drawn(page)
    picture.steps(page)
    page.wait_for_timeout(700)
    wait_until_drawn(page)
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        shot.convert("RGB").save(PICTURES / f"{picture.name}.webp", quality=QUALITY, method=6)
    context.close()


def wait_until_drawn(page: Page) -> None:
    if not page.locator("#boot").count():
        return
    for _ in range(DRAWN_TIMEOUT_S * 10):
        page.wait_for_timeout(100)
        if page.evaluate(IS_DRAWN):
            return
    raise SystemExit(f"The map was not drawn after {DRAWN_TIMEOUT_S} s.")


def main() -> None:
    program = chromium()
    if program is None:
        raise SystemExit("Pictures need Chromium, and there is none on this machine.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        with running(fill_with_sample(Path(folder) / "home")) as server:
            for picture in ALL:
                take(browser, server, picture)
        browser.close()


if __name__ == "__main__":
    main()
