"""A clerk opens a parcel, sees how far its case is, records the next step and finds it on the card."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

from playwright.sync_api import Page, expect

from layers import clock
from tests.people import sign_in
from tests.running import Server

LONG_MS = 60_000


def test_the_next_step_is_recorded_from_the_card(
    signed_in_page: Callable[..., Page], staffed: Server
) -> None:
    page = signed_in_page("editor")
    answer = sign_in(staffed, "editor").get(f"/api/search?q={quote('示例地块 界湖-017')}")
    uid = answer.json()["results"][0]["uid"]
    page.goto(f"{staffed.url}/?sel={uid}")
    case = page.locator("#card .case")
    expect(case.locator("li")).to_have_count(3, timeout=LONG_MS)
    expect(case.locator("li").last).to_contain_text("下一步：权利人答复")

    case.get_by_role("link", name="登记步骤").click()
    expect(page.locator(".case-form select[name=step]")).to_have_value("answer")
    page.locator("[name=number]").fill("示例文号〔2026〕99 号")
    page.locator("[name=day]").fill(f"{clock.today() - timedelta(days=1)}")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("status")).to_contain_text("已登记")
    expect(page.locator(".case-line li")).to_have_count(4)
    page.get_by_role("link", name="在地图上查看").click()
    expect(page.locator("#card .case li").last).to_contain_text("下一步：认定书", timeout=LONG_MS)
