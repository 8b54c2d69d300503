"""A planner takes data out: chosen rows of the table, one feature from its card, a layer in a zone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Download, Page, expect

from tests.running import Server

READY_MS = 60_000


def opened(page: Page, server: Server, view: str = "") -> Page:
    page.goto(f"{server.url}/{view}")
    expect(page.locator("#layer_groups")).not_to_have_attribute("aria-busy", "true", timeout=READY_MS)
    return page


def pick(page: Page, form: str) -> None:
    page.locator(f".export-format input[value={form}]").check(force=True)


def go(page: Page) -> None:
    page.locator("#export_dialog").get_by_role("button", name="导出", exact=True).click()


def lines(download: Download, folder: Path) -> list[dict[str, str]]:
    download.save_as(folder / "a.csv")
    return list(csv.DictReader(io.StringIO((folder / "a.csv").read_text("utf-8-sig"))))


def test_chosen_rows_of_the_table_go_out(
    signed_in_page: Callable[..., Page], staffed: Server, tmp_path: Path
) -> None:
    page = opened(signed_in_page("editor"), staffed, "?table=idle_parcel")
    boxes = page.locator("#table .tabulator-row .choose input")
    expect(boxes.first).to_be_visible(timeout=READY_MS)
    named = [
        page.locator("#table .tabulator-row[data-uid]").nth(at).locator(".first button").inner_text()
        for at in (0, 1)
    ]
    for at in (0, 1):
        boxes.nth(at).check()
    page.locator("#table .chosen").get_by_role("button", name="导出").click()
    expect(page.get_by_text("所选 2 宗")).to_be_visible()
    pick(page, "csv")
    with page.expect_download() as download:
        go(page)
    expect(page.locator(".export-done")).to_contain_text("2 条")
    assert download.value.suggested_filename.startswith("闲置低效用地_示例数据_")
    assert [row["地块名称"] for row in lines(download.value, tmp_path)] == named
    page.get_by_role("button", name="完成").click()
    expect(page.locator("#export_dialog")).to_be_hidden()


def test_a_layer_in_two_zones_is_asked_about_and_what_is_public_is_said(
    signed_in_page: Callable[..., Page], staffed: Server
) -> None:
    page = opened(signed_in_page("editor"), staffed)
    page.keyboard.press("x")
    pick(page, "txt")
    go(page)
    choice = page.get_by_role("button", name="第 39 带")
    expect(choice).to_be_visible()
    with page.expect_download() as download:
        choice.click()
    assert download.value.suggested_filename.endswith(".txt")
    expect(page.locator(".export-done")).to_contain_text("已重新读取核对")
    page.get_by_role("button", name="再导出一份").click()
    page.get_by_label("对外公开").check(force=True)
    expect(page.locator(".export-format input[value=txt]")).to_have_count(0)
    expect(page.locator(".export-public")).to_contain_text("坐标取整到 50 米格网")
    expect(page.get_by_label("定稿")).to_be_disabled()


def test_the_days_of_a_notice_are_typed_as_everywhere(
    signed_in_page: Callable[..., Page], staffed: Server
) -> None:
    page = opened(signed_in_page("editor"), staffed)
    page.keyboard.press("x")
    page.get_by_label("对外公开").check(force=True)
    pick(page, "notice")
    begin, end = page.get_by_label("公示开始日期"), page.get_by_label("公示结束日期")
    begin.fill("2026.2.30")
    begin.press("Tab")
    expect(page.locator(".export-notice .problem").first).to_contain_text("“公示开始日期”应为日期")
    begin.fill("20260301")
    begin.press("Tab")
    expect(begin).to_have_value("2026-03-01")
    expect(page.locator(".export-notice .problem").first).to_be_empty()
    end.fill("")
    end.press("Tab")
    expect(page.locator(".export-notice .problem").last).to_have_text("请填写“公示结束日期”。")


def test_who_may_not_export_is_not_offered_it(signed_in_page: Callable[..., Page], staffed: Server) -> None:
    page = opened(signed_in_page("reader"), staffed)
    expect(page.locator("#export")).to_have_count(0)
    page.keyboard.press("x")
    expect(page.locator("#export_dialog")).to_be_hidden()
