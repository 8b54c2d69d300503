"""A planner prints what is on the map: two keys, a frame that is dragged and turned, a file, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser import until
from tests.running import Server
from webmap.outputs.print_paper import Sheet

READY_MS = 60_000
FRAME = "() => Object.values(window).find((it) => it?.view?.frame).view.frame"


def opened(page: Page, server: Server, view: str = "") -> Page:
    page.goto(f"{server.url}/{view}")
    expect(page.locator("#layer_groups")).not_to_have_attribute("aria-busy", "true", timeout=READY_MS)
    expect(page.locator("#scale")).not_to_have_value("")
    return page


def laid(page: Page) -> Any:
    return page.evaluate(f"() => ({FRAME})().laid")


def bounds(page: Page) -> list[float]:
    return list(page.evaluate(f"() => ({FRAME})().bounds"))


def at_rest(thing: Locator) -> FloatRect:
    """Where it stands once the map has stopped moving."""
    before, now = None, thing.bounding_box()
    while now is None or now != before:
        thing.page.wait_for_timeout(250)
        before, now = now, thing.bounding_box()
    return now


def words(file: Path) -> str:
    book = pypdfium2.PdfDocument(file)
    try:
        return "".join("".join(page.get_textpage().get_text_range().split()) for page in book)
    finally:
        book.close()


def test_two_keys_print_what_is_on_the_map(
    signed_in_page: Callable[..., Page], staffed: Server, tmp_path: Path
) -> None:
    page = opened(signed_in_page("editor"), staffed, "?layers=idle_parcel&f=idle_parcel:symbol.any.two_years")
    page.keyboard.press("p")
    expect(page.locator(".print-go")).to_be_focused(timeout=READY_MS)
    expect(page.locator(".print-facts")).to_contain_text("经筛选")
    with page.expect_download(timeout=READY_MS) as download:
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "map.pdf")
    said = words(tmp_path / "map.pdf")
    assert "经筛选：闲置低效用地" in said
    assert "疑似闲置·满两年" in said
    assert "已盘活" not in said
    kept = page.locator(".print-kept > ul > li").first
    expect(kept).to_contain_text(download.value.suggested_filename)
    kept.get_by_text("所用数据版本").click()
    expect(kept).to_contain_text("闲置低效用地：第")
    page.keyboard.press("Escape")
    expect(page.locator("#printing")).to_be_hidden()
    assert laid(page) is None


@pytest.mark.parametrize("renderer", ["", "?renderer=canvas"], ids=["usual", "canvas"])
def test_the_frame_is_dragged_turned_and_resized_and_is_the_sheet(
    signed_in_page: Callable[..., Page], staffed: Server, renderer: str
) -> None:
    page = opened(signed_in_page("reader"), staffed, renderer)
    page.locator("#print").click()
    grip = page.locator(".frame-grip")
    expect(grip).to_be_visible(timeout=READY_MS)
    page.select_option("#print_scale", "100000")
    start = laid(page)
    assert start["scale"] == 100_000
    box = at_rest(grip)
    x, y = box["x"] + 60, box["y"] + 50
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 30, steps=4)
    page.mouse.up()
    until(page, f"({FRAME})().laid.center.lon > {start['center']['lon']}")
    dragged = laid(page)
    assert dragged["center"]["lat"] < start["center"]["lat"]
    expect(grip).to_be_focused()
    for key in ("ArrowLeft", "}", "]"):
        page.keyboard.press(key)
    assert laid(page)["center"]["lon"] < dragged["center"]["lon"]
    assert laid(page)["turn"] == 16
    expect(page.locator("input[name=turn]")).to_have_value("16")
    page.keyboard.press("-")
    expect(page.locator("input[name=free_scale]")).to_have_value("130000")
    now = laid(page)
    sheet = Sheet(
        paper="A3",
        orientation="landscape",
        scale=130_000,
        turn=16,
        **{k: now["center"][k] for k in ("lon", "lat")},
    )
    # The same frame, worked out by the server with PROJ: a hundred-thousandth of a degree is a metre.
    assert bounds(page) == pytest.approx(sheet.bounds, abs=1e-5)


def test_two_zones_a_series_and_what_is_refused_are_said(
    signed_in_page: Callable[..., Page], staffed: Server
) -> None:
    page = opened(signed_in_page("reader"), staffed)
    page.keyboard.press("p")
    facts = page.locator(".print-facts")
    expect(facts).to_contain_text("跨第 39、40 带", timeout=READY_MS)
    page.locator("input[name=columns]").fill("3")
    page.locator("input[name=rows]").fill("2")
    page.locator("input[name=rows]").press("Tab")
    expect(facts).to_contain_text("6 幅另加总图")
    expect(page.locator(".print-go")).to_have_text("打印图册")
    page.locator("input[name=columns]").fill("40")
    page.locator("input[name=columns]").press("Tab")
    page.locator(".print-go").click()
    expect(page.locator(".print-foot .problem")).to_contain_text("一次最多 60 幅")
    page.locator("input[name=print_readers][value=public]").check(force=True)
    final = page.locator("input[name=final]")
    expect(final).to_be_disabled()
    page.locator("input[name=review_number]").fill("鲁SG（2024）001号")
    expect(final).to_be_enabled()


def test_a_card_prints_its_parcel(signed_in_page: Callable[..., Page], staffed: Server) -> None:
    page = opened(signed_in_page("reader"), staffed, "?table=idle_parcel")
    row = page.locator("#table .tabulator-row[data-uid] .first button").first
    expect(row).to_be_visible(timeout=READY_MS)
    name = row.inner_text()
    row.click()
    page.locator("#card").get_by_role("button", name="打印").click()
    expect(page.locator("#printing input[name=title]")).to_have_value(f"{name}位置图", timeout=READY_MS)
    assert laid(page)["scale"] <= 10_000


def test_visitors_of_the_public_are_not_offered_it(blank_page: Callable[..., Page], staffed: Server) -> None:
    page = opened(blank_page(staffed.url), staffed)
    expect(page.locator("#print")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator("#printing")).to_be_hidden()
