"""The table as a ledger: pages of rows, columns, values changed in their cells, what is seen taken out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from layers.rights import SYSTEM_VIEWER
from layers.store import Database, edit, query
from layers.store.edit import NewFeature
from tests.browser import PHONE, Visit, until
from tests.people import add_account, bring_in, sign_in
from tests.running import Server, running
from tests.stored import square

MANY = 1000


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("ledger") / "home"
    shutil.copytree(sample_template, home)
    add_account(home, "editor")
    database = Database(f"sqlite:///{home / 'map.db'}")
    with database.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        found = [
            NewFeature(square(118.2 + at / 3000, 35.4), {"name": f"新地块{at:04}", "status": "low_use"})
            for at in range(MANY)
        ]
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(session, act, layer, found)
        session.commit()
    database.dispose()
    with running(home) as server:
        yield server


ASKED_WHILE_BUILT = """async (waits) => {
  const { Grid } = await import("app/table/grid.js");
  const place = document.createElement("div");
  place.style.cssText = "position: fixed; top: 0; left: 0; z-index: 9999; width: 600px; height: 300px";
  document.body.append(place);
  const columns = [{ key: "name", title: "名称" }];
  const look = () => ({ columns, desc: false, totals: null, word: "行", chooses: false, isChosen: () => false,
    editable: new Set(), none: document.createTextNode("") });
  let asked = 0, wanted = "旧";
  const ask = async () => {
    const name = wanted;
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, 30));
    return { count: 1, columns, rows: [{ id: name, words: { name } }] };
  };
  const library = [...document.scripts].find(({ src }) => src.includes("tabulator")).src;
  const grid = new Grid(place, { library, widths: new Map(), ask, look: (answer) => {
    // The first answer is there, its table is about to be built: something else is wanted from now on.
    if (answer && wanted === "旧") {
      wanted = "新";
      const again = () => (waits === "draw" ? grid.draw() : grid.load({ top: true }));
      if (waits === "draw") setTimeout(() => { grid.load({ top: true }); setTimeout(again, 10); }, 100);
      else setTimeout(again, waits);
    }
    return look();
  }, editor: () => document.createElement("p") });
  grid.load();
  const shown = () => place.querySelector(".tabulator-row .tabulator-cell")?.innerText;
  for (let waited = 0; waited < 100 && (asked < 2 || shown() !== "新"); waited += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const told = [asked, grid.rows[0].id, shown()];
  place.remove();
  return told;
}"""


@pytest.mark.parametrize("waits", [0, 1, 5, 20, "draw"])
def test_what_is_asked_last_is_what_stands_there(blank_page: Visit, county: Server, waits: int | str) -> None:
    """A filter may come while the table of the rows before is still being built, columns while rows are on their way."""
    page = opened(blank_page, county)
    asked, *told = page.evaluate(ASKED_WHILE_BUILT, waits)
    assert told == ["新", "新"]
    assert asked >= 2


def opened(blank_page: Visit, county: Server, query: str = "", **options: object) -> Page:
    page = blank_page(county.url, **options)
    bring_in(page, county, sign_in(county, "editor"))
    page.goto(f"/?table=idle_parcel&rows=all{query}")
    row(page, 0).wait_for()
    return page


def row(page: Page, at: int) -> Locator:
    """By its place among all rows, whichever page it is on."""
    return drawer(page).locator(f".tabulator-row[data-at='{at}']")


def cell(page: Page, at: int, key: str) -> Locator:
    return row(page, at).locator(f"[tabulator-field='words/{key}']")


def drawer(page: Page) -> Locator:
    return page.locator("#table")


def test_pages_are_turned_by_button_by_number_and_in_other_sizes(county: Server, blank_page: Visit) -> None:
    page = opened(blank_page, county)
    table = drawer(page)
    whole = int(table.get_by_role("grid").get_attribute("aria-rowcount") or 0) - 1
    assert whole > MANY
    counter = table.locator(".tabulator-page-counter")
    expect(counter).to_have_text(f"第 1–100 条，共 {whole:,} 条")
    row(page, 0).get_by_role("checkbox").check()
    table.get_by_role("button", name="下一页").click()
    expect(counter).to_have_text(f"第 101–200 条，共 {whole:,} 条")
    expect(row(page, 100)).to_be_visible()
    row(page, 100).get_by_role("checkbox").check()
    expect(table.locator(".chosen")).to_contain_text("已选 2 宗")
    table.get_by_label("转到第几页").fill("6")
    page.keyboard.press("Enter")
    expect(row(page, 500)).to_be_visible()
    table.get_by_role("button", name="第一页").click()
    expect(row(page, 0).get_by_role("checkbox")).to_be_checked()
    table.get_by_role("combobox", name="每页行数").select_option("1000")
    expect(counter).to_have_text(f"第 1–1,000 条，共 {whole:,} 条")
    expect(row(page, 1).get_by_role("checkbox")).not_to_be_checked()
    assert table.locator(".tabulator-row[data-uid]").count() < 100, "few of a page are in the document"
    table.get_by_label("转到第几页").fill("99")
    page.keyboard.press("Enter")
    expect(counter).to_have_text(f"第 1,001–{whole:,} 条，共 {whole:,} 条")


def test_a_link_leads_to_the_page_and_a_row_is_found_on_its_own(county: Server, blank_page: Visit) -> None:
    page = opened(blank_page, county)
    table = drawer(page)
    table.get_by_role("combobox", name="每页行数").select_option("200")
    table.get_by_label("转到第几页").fill("3")
    page.keyboard.press("Enter")
    expect(row(page, 400)).to_be_visible()
    name = row(page, 400).locator(".first").inner_text()
    expect(page).to_have_url(re.compile("&page=3&per=200"))
    page.goto(page.url)
    expect(row(page, 400)).to_contain_text(name)
    asked = sign_in(county, "editor").get("/api/layers/idle_parcel/rows?limit=1&offset=999")
    last = asked.json()["rows"][0]["words"]["name"]
    page.get_by_role("combobox", name="搜索").fill(last)
    page.locator("[role=option]", has_text=last).first.click()
    expect(row(page, 999)).to_contain_text(last)
    expect(row(page, 999)).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile("&page=5&per=200"))
    table.get_by_role("button", name="第一页").click()
    expect(row(page, 0)).to_be_visible()
    page.wait_for_timeout(300)
    expect(row(page, 0)).to_be_visible()


def test_a_width_that_somebody_drew_is_kept(county: Server, blank_page: Visit) -> None:
    page = opened(blank_page, county)
    column = drawer(page).locator(".tabulator-col[tabulator-field='words/code']")
    before = column.bounding_box()
    assert before
    handle = drawer(page).locator(
        ".tabulator-col[tabulator-field='words/code'] + .tabulator-col-resize-handle"
    )
    place = handle.bounding_box()
    assert place
    x, y = place["x"] + place["width"] / 2, place["y"] + 10
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    page.mouse.up()
    wide = column.bounding_box()
    assert wide
    assert wide["width"] == pytest.approx(before["width"] + 60, abs=4)
    page.reload()
    row(page, 0).wait_for()
    kept = column.bounding_box()
    assert kept
    assert kept["width"] == pytest.approx(wide["width"], abs=1)
    drawer(page).get_by_role("button", name="列", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="恢复默认").click()
    expect(column).to_have_css("width", re.compile(rf"^{round(before['width'])}"))


def test_keys_walk_from_page_to_page(county: Server, blank_page: Visit) -> None:
    page = opened(blank_page, county)
    table = drawer(page)
    whole = int(table.get_by_role("grid").get_attribute("aria-rowcount") or 0) - 1
    cell(page, 0, "name").evaluate("cell => cell.focus()")
    page.keyboard.press("Control+End")
    expect(row(page, whole - 1).locator(".tabulator-cell:focus")).to_have_count(1)
    expect(row(page, whole - 1)).to_have_attribute("aria-rowindex", str(whole + 1))
    page.keyboard.press("Control+Home")
    expect(cell(page, 0, "name")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("PageDown")
    page.keyboard.press("ArrowRight")
    expect(table.locator(".tabulator-cell:focus")).to_have_attribute("tabulator-field", "words/code")
    table.get_by_role("button", name="下一页").click()
    expect(row(page, 100)).to_be_visible()
    cell(page, 100, "name").evaluate("cell => cell.focus()")
    page.keyboard.press("ArrowUp")
    expect(cell(page, 99, "name")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cell(page, 100, "name")).to_be_focused()
    page.keyboard.press(" ")
    expect(table.locator(".chosen")).to_contain_text("已选 1 宗")
    until(page, "document.querySelectorAll('.leaflet-outlines-pane path').length > 0")
    page.keyboard.press("Enter")
    expect(page.locator("#card h2")).to_contain_text(cell(page, 100, "name").inner_text())
    expect(row(page, 100)).to_have_attribute("aria-selected", "true")


def test_all_rows_are_sorted_and_not_those_of_the_page(county: Server, blank_page: Visit) -> None:
    page = opened(blank_page, county, "&cols=name,area_mu")
    table = drawer(page)
    expect(table.locator(".tabulator-calcs")).to_contain_text("合计")
    heading = table.get_by_role("columnheader", name=re.compile("^面积"))
    table.get_by_role("button", name="下一页").click()
    expect(row(page, 100)).to_be_visible()
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    editor = sign_in(county, "editor")

    def listed(query: str) -> list[str]:
        told = editor.get(f"/api/layers/idle_parcel/rows?sort=area_mu{query}").json()["rows"]
        return [each["words"]["name"] for each in told]

    expect(row(page, 0)).to_contain_text(listed("&limit=1")[0])
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(row(page, 0)).to_contain_text(listed("&limit=1&desc=1")[0])
    table.get_by_role("button", name="下一页").click()
    expect(row(page, 100)).to_contain_text(listed("&limit=1&offset=100&desc=1")[0])
    assert "sort=area_mu:desc" in page.url


def test_columns_are_chosen_kept_and_told_by_the_address(county: Server, blank_page: Visit) -> None:
    page = opened(blank_page, county, "&sort=area_mu:desc")
    table = drawer(page)
    expect(table.get_by_role("columnheader", name=re.compile("^面积"))).to_have_attribute(
        "aria-sort", "descending"
    )
    table.get_by_role("button", name="列", exact=True).click()
    question = page.get_by_role("dialog")
    for box in question.get_by_role("checkbox").all():
        if box.is_enabled() and box.get_attribute("value") not in ("area_mu", "code"):
            box.uncheck()
    question.get_by_role("button", name="确定").click()
    expect(headings(page)).to_have_text(["地块名称", "地块编号", "面积（亩）"])
    assert "cols=name,code,area_mu&sort=area_mu:desc" in page.url
    page.goto("/?table=idle_parcel&rows=all")
    expect(headings(page)).to_have_text(["地块名称", "地块编号", "面积（亩）"])
    with page.expect_download() as saved:
        page.goto("/?table=idle_parcel&rows=all&f=idle_parcel:area_mu.over.100")
        table.get_by_role("button", name="导出所见").click()
    assert saved.value.suggested_filename.endswith(".xlsx")


def headings(page: Page) -> Locator:
    return drawer(page).get_by_role("columnheader").get_by_role("button")


def test_a_value_is_changed_in_its_cell_and_an_overtaken_one_shows_both(
    county: Server, blank_page: Visit, trouble: list[str]
) -> None:
    page = opened(blank_page, county, "&f=idle_parcel:name.has.新地块0001&cols=name,status,note,holder")
    table = drawer(page)
    table.get_by_role("button", name="改数据").click()
    uid = str(row(page, 0).get_attribute("data-uid"))
    status, holder = cell(page, 0, "status"), cell(page, 0, "holder")
    status.click()
    status.get_by_role("combobox").select_option(label="疑似闲置")
    page.keyboard.press("Enter")
    expect(status).to_have_text("疑似闲置")
    expect(status).to_be_focused()
    # Somebody else saves while the next change is being typed.
    holder.click()
    holder.get_by_role("textbox").fill("我的公司")
    other = sign_in(county, "editor")
    version = json.loads(other.get(f"/api/features/{uid}").body)["edit"]["version"]
    done = other.patch(
        f"/api/features/{uid}",
        json={"properties": {"holder": "别人的公司"}},
        headers={"If-Match": f'"{version}"'},
    )
    assert done.status == 200, done.body.decode()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="同时修改")
    expect(dialog).to_contain_text("别人的公司")
    expect(dialog).to_contain_text("我的公司")
    dialog.get_by_role("button", name="返回表单").click()
    expect(holder.get_by_role("textbox")).to_have_value("我的公司")
    page.keyboard.press("Enter")
    dialog.locator("input[value='yours']").check()
    dialog.get_by_role("button", name="按选择保存").click()
    expect(holder).to_have_text("我的公司")
    assert other.get(f"/api/features/{uid}").json()["edit"]["properties"]["holder"] == "我的公司"
    trouble[:] = [each for each in trouble if "412" not in each]


def test_a_bad_value_is_said_at_its_cell_and_nothing_is_saved(county: Server, blank_page: Visit) -> None:
    page = opened(blank_page, county, "&f=idle_parcel:name.has.新地块0002&cols=name,price")
    table = drawer(page)
    table.get_by_role("button", name="改数据").click()
    table.locator(".edits").first.wait_for()
    cell(page, 0, "name").evaluate("cell => cell.focus()")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("F2")
    price = cell(page, 0, "price")
    price.get_by_role("textbox").fill("约12")
    page.keyboard.press("Enter")
    expect(price).to_contain_text("应为数字（万元），但收到“约12”")
    page.keyboard.press("Escape")
    expect(price).to_have_text("—")
    expect(price).to_be_focused()


def test_tab_saves_a_value_and_goes_on_to_the_next_cell(county: Server, blank_page: Visit) -> None:
    page = opened(blank_page, county, "&f=idle_parcel:name.has.新地块003&cols=name,code,holder")
    drawer(page).get_by_role("button", name="改数据").click()
    cell(page, 0, "code").click()
    for at, key, typed in ((0, "code", "B-01"), (0, "holder", "县国投"), (1, "code", "B-02")):
        entry = cell(page, at, key).get_by_role("textbox")
        expect(entry).to_be_focused()
        entry.fill(typed)
        page.keyboard.press("Tab")
    cell(page, 1, "holder").get_by_role("textbox").wait_for()
    page.keyboard.press("Escape")
    expect(cell(page, 0, "holder")).to_have_text("县国投")
    expect(cell(page, 1, "code")).to_have_text("B-02")
    uid = row(page, 0).get_attribute("data-uid")
    stored = sign_in(county, "editor").get(f"/api/features/{uid}").json()["edit"]["properties"]
    assert (stored["code"], stored["holder"]) == ("B-01", "县国投")


def test_who_may_not_change_is_offered_no_cell(county: Server, blank_page: Visit) -> None:
    page = blank_page(county.url)
    bring_in(page, county, sign_in(county, "reader"))
    page.goto("/?table=idle_parcel&rows=all")
    row(page, 0).wait_for()
    expect(drawer(page).get_by_role("button", name="改数据")).to_have_count(0)
    cell(page, 0, "holder").click()
    expect(page.locator("#card h2")).to_be_visible()
    expect(drawer(page).locator(".cell-editor, .edits")).to_have_count(0)


def test_on_a_phone_the_name_stays_in_sight_and_a_value_is_changed_at_the_lower_edge(
    county: Server, blank_page: Visit
) -> None:
    page = opened(blank_page, county, "&cols=name,status,holder,price", **PHONE)
    page.evaluate("document.querySelector('.tabulator-tableholder').scrollLeft = 400")
    left = page.evaluate(
        "document.querySelector('#table .tabulator-row[data-uid] .first').getBoundingClientRect().left"
    )
    assert 0 <= left <= 60
    drawer(page).get_by_role("button", name="下一页").click()
    expect(row(page, 100)).to_be_visible()
    drawer(page).get_by_role("button", name="改数据").click()
    holder = cell(page, 100, "holder")
    expect(holder).to_have_class(re.compile("edits"))
    holder.click()
    expect(holder).to_contain_text("权利人")
    holder.get_by_role("textbox").fill("手机上改的")
    box = holder.locator(".cell-editor").bounding_box()
    assert box
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 844)
    holder.get_by_role("button", name="保存").click()
    expect(holder).to_have_text("手机上改的")
