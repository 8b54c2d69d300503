"""Where do the pictures of the handbook come from? `make manual` takes them anew, from the sample on a real server."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import DESKTOP, FLAGS, PHONE, chromium
from tests.people import UNIT, add_account, bring_in, sign_in, sign_in_as
from tests.running import Server, fill_with_sample, running

PICTURES = Path(__file__).parents[1] / "static/manual"
QUALITY = 82
DRAWN_TIMEOUT_S = 60
PARCEL = "示例地块 界湖-017"
TOURISM = "文化和旅游局"
IS_DRAWN = "() => Boolean(window.map_county?.view?.isDrawn)"


@dataclass(frozen=True)
class Picture:
    """name: its file. path: the page. role, unit: of who looks. steps: what is done before the picture is taken."""

    name: str
    path: str = "/"
    role: str | None = None
    unit: str = UNIT
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


def edit_first_search(words: str) -> Callable[[Page], object]:
    def steps(page: Page) -> None:
        open_first_search(words)(page)
        page.keyboard.press("e")
        page.wait_for_timeout(2500)

    return steps


def open_history(page: Page) -> None:
    open_first_search(PARCEL)(page)
    page.locator("#card").get_by_role("button", name="历史", exact=True).click()
    page.wait_for_timeout(1500)


def press(key: str) -> Callable[[Page], object]:
    return lambda page: page.keyboard.press(key)


ALL = (
    Picture("county"),
    Picture("card", steps=open_first_search(PARCEL)),
    Picture("town", "/?lon=118.47&lat=35.545&z=14.2"),
    Picture("table", steps=press("t")),
    Picture("phone", screen=PHONE),
    Picture("tourism", steps=press("5")),
    Picture("roads", steps=press("4")),
    Picture("edit", role="editor", steps=edit_first_search(PARCEL)),
    Picture("history", role="editor", steps=open_history),
    Picture("mark", "/mark", role="collector", unit=TOURISM, screen=PHONE),
    Picture("photos", "/photos", role="collector", unit=TOURISM),
    Picture("accounts", "/admin/accounts", role="administrator"),
    Picture("layers", "/admin/layers", role="administrator"),
)


def take(browser: Browser, server: Server, picture: Picture) -> None:
    context = browser.new_context(
        base_url=server.url, locale="zh-CN", reduced_motion="reduce", **(picture.screen or DESKTOP)
    )
    page = context.new_page()
    if picture.role:
        bring_in(page, server, sign_in(server, picture.role, picture.unit))
    page.goto(picture.path)
    page.wait_for_timeout(1000)
    wait_until_drawn(page)
    picture.steps(page)
    page.wait_for_timeout(700)
    wait_until_drawn(page)
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        shot.convert("RGB").save(PICTURES / f"{picture.name}.webp", quality=QUALITY, method=6)
    context.close()


def change_a_parcel(server: Server) -> None:
    """So that there is some history to be seen."""
    editor = sign_in_as(server, add_account(server, "editor", name="示例用户"))
    found = editor.get(f"/api/search?q={quote(PARCEL)}").json()["results"][0]["uid"]
    for version, holder in enumerate(("示例实业集团有限公司", "示例置业有限公司"), start=1):
        path = f"/api/features/{found}"
        answer = editor.patch(
            path, json={"properties": {"holder": holder}}, headers={"If-Match": str(version)}
        )
        assert answer.status == 200, answer.text


def wait_until_drawn(page: Page) -> None:
    if not page.evaluate("() => 'map_county' in window"):
        page.wait_for_timeout(1500)
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
        # Visitors see everything internal only while there is no account.
        with running(fill_with_sample(Path(folder) / "home")) as server:
            for picture in ALL:
                if picture.role is None:
                    take(browser, server, picture)
            change_a_parcel(server)
            for picture in ALL:
                if picture.role:
                    take(browser, server, picture)
        browser.close()


if __name__ == "__main__":
    main()
