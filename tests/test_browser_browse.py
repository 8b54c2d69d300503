"""What does a planner do with the page around the map: find, read, switch, share, step back?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import PHONE, Visit, until
from tests.running import Server, running

# The map is drawn in software here, on whatever else the machine is doing.
expect.set_options(timeout=30_000)

ZHUQUAN = "竹泉村旅游度假区"
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
SMALLEST_TEXT_PX = 12
TOUCH_PX = 44


def opened(page: Page, query: str = "") -> Page:
    """The page with its layers listed and its map started."""
    page.goto(f"/{query}")
    expect(page.locator("#layer_groups")).to_have_attribute("aria-busy", "false")
    expect(page).to_have_url(re.compile("lon="))
    return page


def listed(page: Page, query: str = "") -> Page:
    """The page on an empty map, for what does not need one that is drawn."""
    page.route("**/*.mvt*", lambda route: route.fulfill(status=204))
    return opened(page, query)


def searched(page: Page, words: str) -> Locator:
    page.keyboard.press("/")
    page.keyboard.type(words)
    return page.get_by_role("option")


def switch(page: Page, name: str) -> Locator:
    return page.get_by_role("switch", name=name, exact=True)


def card(page: Page) -> Locator:
    return page.get_by_role("complementary", name="详情")


def card_title(page: Page) -> Locator:
    return card(page).get_by_role("heading", level=2)


def on_the_map(page: Page) -> dict[str, float]:
    view: dict[str, float] = page.evaluate("() => ({ ...map_county.getCenter(), z: map_county.getZoom() })")
    return view


def parcel(server: Server) -> dict[str, Any]:
    rows = server.get("/api/layers/idle_parcel/features?limit=1").json()
    feature: dict[str, Any] = rows["features"][0]
    return feature


def middle(feature: dict[str, Any]) -> tuple[float, float]:
    west, south, east, north = feature["bbox"]
    return (west + east) / 2, (south + north) / 2


# searching


@pytest.mark.parametrize("words", ["zqc", "zhuquan", "竹泉"], ids=["initials", "pinyin", "characters"])
def test_enter_opens_the_first_that_was_found(page: Page, words: str) -> None:
    listed(page)
    searched(page, words)
    page.keyboard.press("Enter")
    expect(card_title(page)).to_have_text(ZHUQUAN)
    expect(page.get_by_role("listbox", name="搜索结果")).to_be_hidden()
    expect(page).to_have_url(re.compile("sel="))


def test_arrow_keys_choose_and_walk_through_what_was_found(page: Page) -> None:
    listed(page)
    found = searched(page, "竹泉")
    expect(found.nth(1)).to_be_visible()
    count = found.count()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(found.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text(f"2 / {count}")
    page.keyboard.press("ArrowLeft")
    expect(card(page)).to_contain_text(f"1 / {count}")
    expect(card_title(page)).to_have_text(ZHUQUAN)


def test_nothing_found_is_a_sentence_that_helps(page: Page) -> None:
    listed(page)
    searched(page, "月球基地")
    expect(page.get_by_role("listbox")).to_have_text(re.compile("没有找到“月球基地”.*拼音首字母"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_enter_of_an_input_method_opens_nothing(page: Page) -> None:
    listed(page)
    expect(searched(page, "zqc").first).to_be_visible()
    page.locator("#search_words").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(card(page)).to_be_hidden()


def test_a_result_of_a_layer_that_is_off_switches_it_on(page: Page) -> None:
    listed(page, "?layers=admin_area")
    searched(page, "zqc")
    page.keyboard.press("Enter")
    expect(card_title(page)).to_have_text(ZHUQUAN)
    expect(switch(page, "旅游")).to_be_checked()


# layers


def test_a_preset_shows_its_layers_and_only_those(page: Page) -> None:
    opened(page)
    expect(page.get_by_role("button", name="总览", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="用地盘活").click()
    expect(switch(page, "存量用地")).to_be_checked()
    expect(switch(page, "旅游")).not_to_be_checked()
    expect(switch(page, "底图")).to_be_checked()
    expect(page).to_have_url(re.compile("layers=idle_parcel,(?!.*scenic_site)"))
    page.keyboard.press("5")
    expect(switch(page, "旅游")).to_be_checked()
    expect(switch(page, "存量用地")).not_to_be_checked()


def test_a_layer_is_seen_alone_and_the_others_come_back(page: Page) -> None:
    listed(page)
    only = page.get_by_role("button", name="只看 旅游", exact=True)
    only.focus()
    only.press("Enter")
    expect(only).to_have_attribute("aria-pressed", "true")
    expect(switch(page, "存量用地")).not_to_be_checked()
    expect(switch(page, "底图")).to_be_checked()
    only.press("Enter")
    expect(switch(page, "存量用地")).to_be_checked()


def test_opacity_is_in_the_address_and_survives_a_reload(page: Page) -> None:
    listed(page)
    page.get_by_role("button", name="透明度 交通").focus()
    page.keyboard.press("Enter")
    slider = page.get_by_role("slider", name="交通 不透明度")
    expect(slider).to_be_focused()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"opacity=road_project:0\.5\b"))
    page.reload()
    expect(page.get_by_role("slider", name="交通 不透明度", include_hidden=True)).to_have_value("50")


def test_the_panel_is_the_legend_with_counts_and_sums(page: Page, server: Server) -> None:
    listed(page)
    layers = {layer["key"]: layer for layer in server.get("/api/layers").json()["layers"]}
    land = layers["idle_parcel"]
    group = page.get_by_role("region", name="存量用地")
    expect(group.locator(".total").first).to_have_text(f"{round(land['area_mu']):,}亩")
    for row in (row for row in land["classes"] if row["count"]):
        line = group.locator(f"[data-symbol={row['key']}]")
        expect(line).to_contain_text(row["title"])
        expect(line).to_contain_text(f"{row['count']} 宗")


def test_a_group_keeps_further_layers_for_who_asks(page: Page) -> None:
    listed(page)
    group = page.get_by_role("region", name="旅游")
    expect(group.get_by_role("switch", name="景点与旅游项目")).to_be_hidden()
    group.get_by_role("switch", name="旅游线路").click()
    expect(group.get_by_role("switch", name="景点与旅游项目")).to_be_checked()
    switch(page, "旅游").click()
    switch(page, "旅游").click()
    expect(page).to_have_url(re.compile("scenic_site"))
    expect(page).not_to_have_url(re.compile("tour_route"))


# the card


def test_a_click_on_a_parcel_opens_its_card(page: Page, server: Server) -> None:
    feature = parcel(server)
    lon, lat = middle(feature)
    opened(page, f"?lon={lon}&lat={lat}&z=16.5&layers=idle_parcel,admin_area")
    page.wait_for_function("() => map_county.view?.isDrawn ?? true")
    place = page.evaluate("([lon, lat]) => map_county.latLngToContainerPoint([lat, lon])", [lon, lat])
    page.mouse.click(place["x"], place["y"])
    expect(card_title(page)).to_have_text(feature["properties"]["name"])
    expect(card(page)).to_contain_text("亩")
    expect(card(page)).to_contain_text("第 1 版")
    page.keyboard.press("Escape")
    expect(card(page)).to_be_hidden()
    expect(page).not_to_have_url(re.compile("sel="))


def test_a_missing_value_says_so(page: Page, server: Server) -> None:
    listed(page, f"?sel={parcel(server)['id']}")
    expect(card(page).locator(".missing")).to_contain_text("未提供：")


def test_a_card_that_cannot_be_shown_says_why(page: Page, trouble: list[str]) -> None:
    listed(page, "?sel=0190163d-8694-739b-aea5-966c26f8ad91")
    expect(card(page)).to_contain_text("已删除或无权查看")
    assert [each for each in trouble if "404" in each]
    trouble.clear()


def test_a_card_that_failed_can_be_tried_again(page: Page, server: Server, trouble: list[str]) -> None:
    feature = parcel(server)
    refusal = json.dumps({"ok": False, "error": "数据库正忙。请稍后重试。", "status": 503})
    page.route("**/api/features/*", lambda route: route.fulfill(status=503, body=refusal))
    listed(page, f"?sel={feature['id']}")
    expect(card(page)).to_contain_text("数据库正忙。请稍后重试。")
    page.unroute("**/api/features/*")
    card(page).get_by_role("button", name="重试").click()
    expect(card_title(page)).to_have_text(feature["properties"]["name"])
    trouble.clear()


# the address


def test_a_link_brings_back_view_layers_opacity_and_selection(page: Page, server: Server) -> None:
    feature = parcel(server)
    lon, lat = middle(feature)
    query = (
        f"?lon={lon:.5f}&lat={lat:.5f}&z=14.25&layers=idle_parcel,river&opacity=river:0.4&sel={feature['id']}"
    )
    opened(page, query)
    expect(card_title(page)).to_have_text(feature["properties"]["name"])
    view = on_the_map(page)
    assert view["lng"] == pytest.approx(lon, abs=1e-4)
    assert view["lat"] == pytest.approx(lat, abs=1e-4)
    assert view["z"] == pytest.approx(14.25, abs=0.01)
    expect(switch(page, "存量用地")).to_be_checked()
    expect(switch(page, "旅游")).not_to_be_checked()
    assert page.evaluate("location.search") == query


def test_the_browser_steps_back_through_views(page: Page) -> None:
    opened(page)
    county = on_the_map(page)["z"]
    for _ in range(2):
        page.keyboard.press("+")
        page.wait_for_timeout(700)
    back = page.get_by_role("button", name="前一视图")
    back.click()
    back.click()
    expect(back).to_be_disabled()
    page.wait_for_function(f"() => Math.abs(map_county.getZoom() - {county}) < 0.01")
    page.get_by_role("button", name="后一视图").click()
    page.wait_for_function(f"() => Math.abs(map_county.getZoom() - {county} - 1) < 0.01")


def test_one_key_copies_the_link(visit: Visit, server: Server) -> None:
    page = visit(server.url, permissions=["clipboard-read", "clipboard-write"])
    expect(page).to_have_url(re.compile("lon="))
    page.keyboard.press("c")
    expect(page.get_by_role("status").filter(has_text="链接已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_without_a_clipboard_the_link_stands_selected(page: Page) -> None:
    page.add_init_script(NO_CLIPBOARD)
    listed(page)
    page.keyboard.press("c")
    field = page.get_by_role("dialog").get_by_role("textbox")
    expect(field).to_have_value(page.url)
    selected = field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert selected == page.url


def test_without_a_clipboard_the_picture_is_saved(page: Page) -> None:
    page.add_init_script(NO_CLIPBOARD)
    opened(page)
    with page.expect_download() as download:
        page.keyboard.press("Shift+C")
    assert re.fullmatch(r"全域一张图-\d{8}\.png", download.value.suggested_filename)
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


# the strip, the menu, the table


def test_the_strip_tells_the_place_in_degrees_and_metres(page: Page) -> None:
    opened(page)
    page.mouse.move(700, 400)
    strip = page.get_by_role("contentinfo", name="状态")
    expect(strip).to_contain_text(re.compile(r"118\.\d{4}°E\s+35\.\d{4}°N"))
    expect(strip).to_contain_text(re.compile(r"X 3,9\d\d,\d{3}\s+Y 39,\d{3},\d{3}（39带）"))
    expect(strip).to_contain_text("CGCS2000")
    expect(strip).to_contain_text("示意·示例·非涉密")


@pytest.mark.parametrize("typed", ["1:5万", "50000", "1：50,000"])
def test_a_scale_that_is_typed_becomes_the_scale_of_the_map(page: Page, typed: str) -> None:
    opened(page)
    field = page.get_by_role("textbox", name="比例尺分母")
    field.fill(typed)
    field.press("Enter")
    expect(field).to_have_value("5万")
    until(page, "() => Math.abs(map_county.getZoom() - 13.23) < 0.05")
    # 1 CSS pixel is 0.0254/96 m; a Web Mercator pixel at zoom 0 is 156,543.03 m at the equator.
    metres = page.evaluate(
        "() => 156543.03 * Math.cos(map_county.getCenter().lat * Math.PI / 180) / 2 ** map_county.getZoom()"
    )
    assert metres / (0.0254 / 96) == pytest.approx(50_000, rel=0.01)


def test_a_right_click_tells_coordinates_and_what_is_here(page: Page, server: Server) -> None:
    feature = parcel(server)
    lon, lat = middle(feature)
    opened(page, f"?lon={lon}&lat={lat}&z=16")
    place = page.evaluate("([lon, lat]) => map_county.latLngToContainerPoint([lat, lon])", [lon, lat])
    page.mouse.click(place["x"], place["y"], button="right")
    menu = page.get_by_role("dialog", name="此处")
    degrees = menu.locator(".text").first.inner_text().split(", ")
    assert [float(each) for each in degrees] == pytest.approx([lon, lat], abs=2e-5)
    expect(menu).to_contain_text(re.compile(r"\d+°\d\d′\d\d\.\d″E"))
    expect(menu).to_contain_text(re.compile(r"X 39\d{5}\.\d{3}\s+Y (39|40)\d{6}\.\d{3}"))
    menu.get_by_role("button", name=re.compile(feature["properties"]["name"])).click()
    expect(menu).to_be_hidden()
    expect(card_title(page)).to_have_text(feature["properties"]["name"])


def test_the_table_follows_the_view_and_opens_the_card(page: Page, server: Server) -> None:
    feature = parcel(server)
    lon, lat = middle(feature)
    opened(page, f"?lon={lon}&lat={lat}&z=10.5")
    page.keyboard.press("t")
    drawer = page.get_by_role("region", name="视野内的数据表")
    found = drawer.locator(".found")
    expect(found).to_contain_text(re.compile(r"视野内 \d+ 宗"))
    whole = int(re.findall(r"\d+", found.inner_text())[0])
    page.evaluate(
        "([lon, lat]) => map_county.setView([lat - 0.004, lon], 16, { animate: false })", [lon, lat]
    )
    expect(found).not_to_contain_text(f"视野内 {whole} 宗")
    assert 0 < int(re.findall(r"\d+", found.inner_text())[0]) < whole
    drawer.get_by_role("button", name=feature["properties"]["name"]).click()
    expect(card_title(page)).to_have_text(feature["properties"]["name"])
    expect(drawer.locator(".tabulator-row[aria-selected=true]")).to_contain_text(
        feature["properties"]["name"]
    )


def test_the_table_is_sorted_by_the_server_over_all_rows(page: Page, server: Server) -> None:
    opened(page, "?table=idle_parcel")
    drawer = page.get_by_role("region", name="视野内的数据表")
    heading = drawer.get_by_role("columnheader", name=re.compile("^面积"))
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    rows = server.get("/api/layers/idle_parcel/features?limit=1&sort=area_mu&desc=1").json()
    largest = rows["features"][0]["properties"]["name"]
    expect(drawer.locator(".tabulator-row[data-uid]").first).to_contain_text(largest)
    expect(drawer.locator("a.whole")).to_have_attribute("href", "/table/idle_parcel")


# states


def test_an_empty_database_says_how_to_fill_it(home: Path, visit: Visit) -> None:
    with running(home) as server:
        page = visit(server.url)
        expect(page.get_by_role("alert")).to_contain_text(
            "还没有数据 · 运行 webmap sample 或 webmap intake 导入"
        )
        expect(page.get_by_text("未导入")).to_have_count(8)
        expect(page.get_by_role("switch")).to_have_count(0)
        page.wait_for_load_state("networkidle")
        page.close()


def test_a_server_that_does_not_answer_can_be_asked_again(page: Page, trouble: list[str]) -> None:
    page.route("**/api/layers", lambda route: route.abort())
    page.goto("/")
    panel = page.get_by_role("region", name="图层")
    expect(panel).to_contain_text("连不上服务器")
    page.unroute("**/api/layers")
    panel.get_by_role("button", name="重试").click()
    expect(switch(page, "存量用地")).to_be_checked()
    trouble.clear()


# who cannot use a mouse, or has a phone


def test_question_mark_lists_the_keys(page: Page) -> None:
    listed(page)
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="快捷键")
    expect(help_).to_contain_text("搜索")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()


def test_the_first_tab_stop_skips_to_the_layers(page: Page) -> None:
    listed(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到图层面板")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#layers")).to_be_focused()


def test_keys_typed_into_the_search_are_letters(page: Page) -> None:
    listed(page)
    searched(page, "tchf1")
    expect(page.locator("#search_words")).to_have_value("tchf1")
    expect(page.get_by_role("region", name="视野内的数据表")).to_be_hidden()


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (390, 844)], ids=["laptop", "desktop", "phone"])
def test_no_text_is_smaller_than_twelve_pixels(visit: Visit, server: Server, size: tuple[int, int]) -> None:
    width, height = size
    page = visit(
        f"{server.url}/?sel={parcel(server)['id']}&table=idle_parcel",
        viewport={"width": width, "height": height},
    )
    expect(card_title(page)).to_be_visible()
    expect(page.locator(".table .tabulator-row[data-uid]").first).to_be_attached()
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((element) => element.checkVisibility() && element.textContent.trim())
          .map((element) => parseFloat(getComputedStyle(element).fontSize))"""
    )
    assert min(sizes) >= SMALLEST_TEXT_PX


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)], ids=["laptop", "desktop"])
def test_panels_do_not_cover_each_other(visit: Visit, server: Server, size: tuple[int, int]) -> None:
    width, height = size
    page = visit(f"{server.url}/?sel={parcel(server)['id']}", viewport={"width": width, "height": height})
    expect(card_title(page)).to_be_visible()
    expect(page.locator("#xy")).not_to_be_empty()
    assert overlapping(page) == []
    page.keyboard.press("t")
    expect(page.locator(".table .tabulator-row[data-uid]").first).to_be_visible()
    assert overlapping(page) == []


def overlapping(page: Page) -> list[list[str]]:
    pairs: list[list[str]] = page.evaluate(
        """() => {
          const panels = [...document.querySelectorAll(".panel")].filter((each) => each.checkVisibility());
          const boxes = panels.map((each) => [each.id || each.className, each.getBoundingClientRect()]);
          const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
          return boxes.flatMap(([name, box], i) =>
            boxes.slice(i + 1).filter(([, other]) => meet(box, other)).map(([other]) => [name, other]));
        }"""
    )
    return pairs


def test_on_a_phone_everything_is_reached_by_thumb(phone_page: Page) -> None:
    page = opened(phone_page)
    page.get_by_role("button", name="用地盘活").tap()
    expect(switch(page, "旅游")).not_to_be_checked()
    page.get_by_role("button", name="更多操作").tap()
    expect(page.get_by_role("button", name="复制链接")).to_be_visible()
    small = page.evaluate(
        f"""() => [...document.querySelectorAll("button")]
          .filter((button) => button.checkVisibility() && button.getAttribute("role") !== "switch")
          .filter((button) => button.id !== "sheet_handle")
          .filter((button) => button.getBoundingClientRect().height < {TOUCH_PX})
          .map((button) => button.textContent.trim() || button.ariaLabel)"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_the_sheet_has_three_heights(phone_page: Page) -> None:
    page = opened(phone_page)
    handle = page.get_by_role("button", name="调整面板高度")
    sheet = page.locator("#sheet")
    heights = [sheet.bounding_box()]
    for key in ("ArrowUp", "ArrowDown", "ArrowDown"):
        handle.press(key)
        page.wait_for_timeout(300)
        heights.append(sheet.bounding_box())
    middle_, high, again, low = (box["height"] for box in heights if box)
    assert low < middle_ == again < high


def test_on_a_phone_a_result_opens_in_the_sheet(visit: Visit, server: Server) -> None:
    page = visit(server.url, **PHONE)
    page.get_by_role("combobox").tap()
    page.keyboard.type("zqc")
    page.get_by_role("option").first.tap()
    expect(card_title(page)).to_have_text(ZHUQUAN)
    expect(page.get_by_role("region", name="图层")).to_be_hidden()
    card(page).get_by_role("button", name="关闭").tap()
    expect(page.get_by_role("region", name="图层")).to_be_visible()


# how text becomes elements


def test_html_builds_text_and_never_markup(page: Page) -> None:
    listed(page)
    built = page.evaluate(
        """async () => {
          const { html } = await import("app/dom.js");
          const bad = "<img src=x onerror=alert(1)>\\u20630\\u2063${x}{{ y }}";
          const row = html`<tr title="${bad}" data-a="1 ${bad}"><td>${bad}</td>${[html`<td>${bad}</td>`]}</tr>`;
          return [bad, row.title, row.dataset.a, ...[...row.children].map((cell) => cell.textContent),
            String(row.querySelectorAll("img").length)];
        }"""
    )
    bad = built[0]
    assert built[1:] == [bad, f"1 {bad}", bad, bad, "0"]
