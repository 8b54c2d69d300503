"""How do tests look at pages? A real Chromium; a page that reports trouble fails its test.

visit       visit(url, **options of a browser context) opens a watched page and goes to `url`
page        the server's map at 1366×768, not yet opened: page.goto("/")
phone_page  the same at 390×844 with touch
trouble     what pages complained about so far; a test that expects a complaint takes it out of this list
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, sync_playwright

from tests.running import Server

# Software GL, so that the map is drawn on machines without a graphics card; no calls home.
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WITHOUT_WEBGL2 = """
  const real = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return kind === "webgl2" ? null : real.call(this, kind, ...rest);
  };
"""
PATIENCE_S = 60
INSIDE = ("data", "blob", "about")

Visit = Callable[..., Page]


def chromium() -> str | None:
    names = (os.environ.get("WEBMAP_CHROMIUM", ""), "chromium", "google-chrome", "chromium-browser")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def until(page: Page, holds: str) -> None:
    """Wait for what a click brings about; machines differ in haste."""
    for _ in range(PATIENCE_S * 10):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"Not so after {PATIENCE_S} s: {holds}")


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """One for all browsers: a thread may have no second one."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.skip("browser (no Chromium)")
    browser = driver.chromium.launch(executable_path=program, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def trouble() -> Iterator[list[str]]:
    complaints: list[str] = []
    yield complaints
    assert not complaints, "Pages complained:\n" + "\n".join(complaints)


@pytest.fixture
def blank_page(browser: Browser, trouble: list[str]) -> Iterator[Visit]:
    """Makes watched pages that have not gone anywhere yet: blank_page(base_url, **context_options)."""
    contexts = []

    def make(base_url: str, **options: Any) -> Page:
        context = browser.new_context(base_url=base_url, locale="zh-CN", **(DESKTOP | options))
        contexts.append(context)
        page = context.new_page()
        watch(page, urlsplit(base_url).netloc, trouble)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def visit(blank_page: Visit) -> Visit:
    def go(url: str, **options: Any) -> Page:
        page = blank_page(url, **options)
        page.goto(url)
        return page

    return go


@pytest.fixture
def page(blank_page: Visit, server: Server) -> Page:
    return blank_page(server.url)


@pytest.fixture
def phone_page(blank_page: Visit, server: Server) -> Page:
    return blank_page(server.url, **PHONE)


def watch(page: Page, home: str, trouble: list[str]) -> None:
    """Note down console errors, uncaught exceptions and every request that leaves the building."""

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            trouble.append(f"console error: {message.text} ({message.location.get('url', '')})")

    def asked(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in INSIDE and address.netloc != home:
            trouble.append(f"request to another host: {request.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: trouble.append(f"uncaught exception: {error}"))
    page.on("request", asked)
