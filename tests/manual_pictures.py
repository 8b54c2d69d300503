"""Where do the pictures of the handbook come from? `make manual` takes them anew, from the sample on a real server.

`python -m tests.manual_pictures NAME…` takes only these.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from shapely.affinity import translate

from tests.browser import DESKTOP, FLAGS, PHONE, chromium
from tests.files import gbk_shapefile_zip, parcels, shapefile, with_value, zipped
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


@cache
def files() -> Path:
    """A folder for what is imported."""
    return Path(tempfile.mkdtemp(prefix="manual-"))


def bring_file(file: Path) -> Callable[[Page], object]:
    """As far as the page that says what would happen."""

    def steps(page: Page) -> None:
        page.goto("/intake")
        page.locator("#file").set_input_files(file)
        page.wait_for_url(re.compile(r"/intake/.+"))
        page.locator("#wait").wait_for(state="detached")
        page.wait_for_timeout(800)

    return steps


def newer_file(folder: Path) -> Path:
    """Of parcels that are on the map: two have moved, one has another holder, two are new, one has an odd day."""
    frame = parcels(14).astype({"YDDGRQ": str})
    for row in (3, 7):
        frame = with_value(frame, "geometry", row, translate(frame.geometry[row], 3e-4))
    for column, row, value in (("QSDWMC", 5, "示例置业有限公司"), ("YDDGRQ", 13, "去年春天")):
        frame = with_value(frame, column, row, value)
    for row in (11, 12):
        frame = with_value(frame, "DKBH", row, f"SL-2027-{row:03}")
    return gbk_shapefile_zip(folder / "闲置地块2026.zip", frame=frame)


def two_layers(folder: Path) -> Path:
    for name, zone in (("西区", 39), ("东区", 40)):
        shapefile(folder / name, parcels(3, zone), name=name)
    both = {each.name: each for name in ("西区", "东区") for each in (folder / name).iterdir()}
    return zipped(folder / "两区地块.zip", both)


def see_on_map(page: Page) -> None:
    bring_file(newer_file(files()))(page)
    page.get_by_role("link", name="在地图上看差异").click()
    page.locator("#differences").wait_for(state="visible")
    page.wait_for_timeout(2500)


def see_together(page: Page) -> None:
    bring_file(two_layers(files()))(page)
    page.get_by_role("button", name="核对勾选的图层").click()
    page.locator("#together").wait_for(state="visible")


def check_quality(page: Page) -> None:
    page.get_by_role("button", name="开始检查").first.click()
    page.wait_for_url(re.compile(r"/quality/.+"))
    page.locator("#wait").wait_for(state="detached")
    page.wait_for_timeout(800)


def hang_the_curtain(page: Page) -> None:
    page.keyboard.press("y")
    page.get_by_role("button", name="前后对比").click()
    page.keyboard.press("y")
    page.wait_for_timeout(1500)


def open_the_second_scene(page: Page) -> None:
    page.locator("#scene_list button").nth(1).click()
    page.wait_for_timeout(6000)


ALL = (
    Picture("county"),
    Picture("card", steps=open_first_search(PARCEL)),
    Picture("town", "/?lon=118.47&lat=35.545&z=14.2"),
    Picture("table", steps=press("t")),
    Picture("phone", screen=PHONE),
    Picture("tourism", steps=press("5")),
    Picture("roads", steps=press("4")),
    Picture("briefing", "/briefing/county?scene=2"),
    Picture("briefing_times", "/briefing/county?scene=6", steps=hang_the_curtain),
    Picture("briefing_edit", "/briefing/county/edit", role="editor", steps=open_the_second_scene),
    Picture("print", steps=press("p")),
    Picture("edit", role="editor", steps=edit_first_search(PARCEL)),
    Picture("history", role="editor", steps=open_history),
    Picture("mark", "/mark", role="collector", unit=TOURISM, screen=PHONE),
    Picture("photos", "/photos", role="collector", unit=TOURISM),
    Picture("intake", "/intake", role="editor", steps=lambda page: bring_file(newer_file(files()))(page)),
    Picture("intake_map", "/intake", role="editor", steps=see_on_map),
    Picture("intake_together", "/intake", role="editor", steps=see_together),
    Picture("quality", "/quality", role="editor", steps=check_quality),
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


def import_parcels(server: Server) -> None:
    """So that a newer file has something to be laid against."""
    editor = sign_in(server, "editor")
    body = gbk_shapefile_zip(files() / "去年.zip", frame=parcels(14)).read_bytes()
    url = editor.post(f"/intake?name={quote('去年.zip')}", body=body).json()["url"]
    for deed in ("", "/apply"):
        if deed:
            stamp = re.search(r'name="stamp" value="(\w+)"', editor.get(url).text)
            said = {"stamp": stamp[1] if stamp else ""}
            assert editor.post(f"{url}{deed}", data=said).status == 303
        while not editor.get(f"{url}/state").json()["ended"]:
            time.sleep(0.2)


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
    wanted = [each for each in ALL if each.name in sys.argv[1:]] or list(ALL)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        # Visitors see everything internal only while there is no account.
        with running(fill_with_sample(Path(folder) / "home")) as server:
            for picture in wanted:
                if picture.role is None:
                    take(browser, server, picture)
            change_a_parcel(server)
            import_parcels(server)
            for picture in wanted:
                if picture.role:
                    take(browser, server, picture)
        browser.close()
    shutil.rmtree(files())


if __name__ == "__main__":
    main()
