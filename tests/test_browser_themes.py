"""An administrator keeps what the map shows as a subject; whoever chooses it sees the same layers, filtered alike."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import until
from tests.people import sign_in
from tests.running import Server

PLANNED = "road_project:state.any.planned"


def test_the_view_becomes_a_subject_with_its_filters(
    signed_in_page: Callable[..., Page], staffed: Server
) -> None:
    page = signed_in_page("administrator")
    page.goto(f"/?lon=118.46&lat=35.55&z=11&layers=admin_area,road_project&f={PLANNED}")
    expect(page.locator(".filter-row")).to_be_visible(timeout=60_000)
    page.locator("#save_theme").click()
    new = page.locator("#new")
    expect(new).to_contain_text("2 个图层，1 个筛选")
    new.get_by_label("名称").fill("规划路")
    new.get_by_role("button", name="新建").click()
    expect(page.get_by_role("status")).to_contain_text("已新建")

    page = signed_in_page("editor")
    page.goto("/")
    chip = page.locator("#presets .chip", has_text="规划路")
    chip.click(timeout=60_000)
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".filter-row .condition")).to_contain_text("道路状态为规划")
    until(page, f"location.search.includes('f={PLANNED}')")
    # The filter of a subject goes with it; one of a person's own stays.
    page.locator("#presets .chip", has_text="道路互联").click()
    expect(page.locator(".filter-row")).to_have_count(0)
    (theme,) = [
        each
        for each in sign_in(staffed, "administrator").get("/api/layers").json()["presets"]
        if each["title"] == "规划路"
    ]
    sign_in(staffed, "administrator").post(f"/admin/presets/{theme['key']}/drop", data={"version": "1"})
