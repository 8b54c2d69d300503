"""The table as a ledger: rows beyond the screen, columns, values changed in their cells, what is seen taken out."""

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


def opened(blank_page: Visit, county: Server, query: str = "", **options: object) -> Page:
    page = blank_page(county.url, **options)
    bring_in(page, county, sign_in(county, "editor"))
    page.goto(f"/?table=idle_parcel&rows=all{query}")
    drawer(page).locator("tbody tr[data-uid]").first.wait_for()
    return page


def drawer(page: Page) -> Locator:
    return page.locator("#table")


def test_rows_far_down_come_when_they_are_reached_and_few_are_in_the_page(
    county: Server, blank_page: Visit
) -> None:
    page = opened(blank_page, county)
    table = drawer(page)
    whole = int(table.locator("table").get_attribute("aria-rowcount") or 0) - 1
    assert whole > MANY
    page.evaluate("document.querySelector('.table-body').scrollTop = 600 * 30")
    expect(table.locator("tr[data-at='605'][data-uid]")).to_be_visible()
    assert table.locator("tbody tr").count() < 80
    expect(table.locator("tfoot")).to_contain_text("合计")
    first = table.locator("tr[data-at='605'] td").nth(1)
    first.evaluate("cell => cell.focus()")
    page.evaluate("document.querySelector('.table-body').scrollTop = 0")
    table.locator("tbody td[tabindex='0']").evaluate("cell => cell.focus()")
    page.keyboard.press("Control+End")
    expect(table.locator(f"tr[data-at='{whole - 1}'] td:focus")).to_have_count(1)
    page.keyboard.press("Control+Home")
    expect(table.locator("tr[data-at='0'] td.first:focus")).to_have_count(1)
    page.keyboard.press(" ")
    expect(table.locator(".chosen")).to_contain_text("已选 1 宗")
    until(page, "document.querySelectorAll('.leaflet-outlines-pane path').length > 0")


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
    expect(table.locator("thead th button")).to_have_text(["地块名称", "地块编号", "面积（亩）"])
    assert "cols=name,code,area_mu&sort=area_mu:desc" in page.url
    page.goto("/?table=idle_parcel&rows=all")
    expect(table.locator("thead th button")).to_have_text(["地块名称", "地块编号", "面积（亩）"])
    with page.expect_download() as saved:
        page.goto("/?table=idle_parcel&rows=all&f=idle_parcel:area_mu.over.100")
        table.get_by_role("button", name="导出所见").click()
    assert saved.value.suggested_filename.endswith(".xlsx")


def test_a_value_is_changed_in_its_cell_and_an_overtaken_one_shows_both(
    county: Server, blank_page: Visit, trouble: list[str]
) -> None:
    page = opened(blank_page, county, "&f=idle_parcel:name.has.新地块0001&cols=name,status,note,holder")
    table = drawer(page)
    table.get_by_role("button", name="改数据").click()
    uid = str(table.locator("tr[data-at='0']").get_attribute("data-uid"))
    cell = table.locator("tr[data-at='0'] td[data-column='1']")
    cell.click()
    dialog = page.locator("dialog.cell-dialog")
    dialog.get_by_label("处置状态").select_option(label="疑似闲置")
    dialog.get_by_role("button", name="保存").click()
    expect(cell).to_have_text("疑似闲置")
    # Somebody else saves while the next change is being typed.
    holder = table.locator("tr[data-at='0'] td[data-column='2']")
    holder.click()
    dialog.get_by_role("textbox").fill("我的公司")
    other = sign_in(county, "editor")
    version = json.loads(other.get(f"/api/features/{uid}").body)["edit"]["version"]
    done = other.patch(
        f"/api/features/{uid}",
        json={"properties": {"holder": "别人的公司"}},
        headers={"If-Match": f'"{version}"'},
    )
    assert done.status == 200, done.body.decode()
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_contain_text("别人的公司")
    expect(dialog).to_contain_text("我的公司")
    dialog.locator("input[value='yours']").check()
    dialog.get_by_role("button", name="按选择保存").click()
    expect(holder).to_have_text("我的公司")
    trouble[:] = [each for each in trouble if "412" not in each]


def test_a_bad_value_is_said_at_its_cell_and_nothing_is_saved(county: Server, blank_page: Visit) -> None:
    page = opened(blank_page, county, "&f=idle_parcel:name.has.新地块0002&cols=name,price")
    table = drawer(page)
    table.get_by_role("button", name="改数据").click()
    table.locator("td.edits").first.wait_for()
    table.locator("tr[data-at='0'] td.first").evaluate("cell => cell.focus()")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("F2")
    dialog = page.locator("dialog.cell-dialog")
    dialog.get_by_role("textbox").fill("约12")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("应为数字（万元），但收到“约12”")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(table.locator("tr[data-at='0'] td[data-column='1']")).to_have_text("—")


def test_on_a_phone_the_name_stays_in_sight(county: Server, blank_page: Visit) -> None:
    page = opened(blank_page, county, **PHONE)
    page.evaluate("document.querySelector('.table-body').scrollLeft = 400")
    left = page.evaluate(
        "document.querySelector('#table tbody tr[data-uid] .first').getBoundingClientRect().left"
    )
    assert 0 <= left <= 60
