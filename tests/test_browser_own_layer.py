"""A county adds a layer of its own from the screen, fills it by the command line, and sees it everywhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import WITHOUT_WEBGL2, Visit
from tests.people import add_account, bring_in, sign_in
from tests.running import Server, running, webmap

TITLE = "闲置土地 2024年核查"
POINTS: dict[str, tuple[tuple[float, float], dict[str, object]]] = {
    "甲地块核查点": (
        (118.40, 35.60),
        {"核查结果": "属实", "核查人": "张三丰", "涉及面积（亩）": 12.5, "序号": 7},
    ),
    "乙地块核查点": ((118.35, 35.50), {"核查结果": "不属实"}),
}


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("county") / "home"
    shutil.copytree(sample_template, home)
    for role in ("administrator", "reader"):
        add_account(home, role)
    with running(home) as server:
        yield server


def signed_in(blank_page: Visit, server: Server, role: str, path: str) -> Page:
    page = blank_page(server.url)
    bring_in(page, server, sign_in(server, role))
    page.goto(f"{server.url}{path}")
    return page


def marks(page: Page, layer: str) -> list[str]:
    """The characters of the symbols that stand on the map."""
    page.wait_for_function(
        "layer => map_county?.view?.placed?.things?.filter((each) => each.layer === layer && each.marker).length === 2",
        arg=layer,
    )
    found: list[str] = page.evaluate(
        "layer => map_county.view.placed.things.filter((each) => each.layer === layer && each.marker)"
        ".map(({marker}) => `${marker.shape} ${marker.text}`)",
        layer,
    )
    return sorted(found)


def file_of_points(folder: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": place},
            "properties": {"名称": name, **told},
        }
        for name, (place, told) in POINTS.items()
    ]
    file = folder / "核查.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return file


def add_field(page: Page, number: int, title: str, sort: str) -> None:
    page.get_by_role("button", name="添加字段").press("Enter")
    expect(page.locator(f"#title_{number}")).to_be_focused()
    page.keyboard.type(title)
    page.locator(f"#sort_{number}").select_option(label=sort)


def create(page: Page) -> None:
    """By keyboard, as far as a screen can be."""
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=unit]").fill("自然资源和规划局")
    page.locator("#geometry").select_option(label="点")
    add_field(page, 0, "核查结果", "单选")
    page.locator("#choice_0_0").fill("属实")
    page.locator("#choice_0_0").press("Enter")
    page.locator("#choice_0_1").fill("不属实")
    add_field(page, 1, "核查人", "单行文字")
    add_field(page, 2, "涉及面积", "小数")
    page.locator("#unit_2").fill("亩")
    page.locator("#color_by").select_option(label="核查结果")
    page.get_by_role("button", name="新建", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("已新建。")


def test_a_layer_of_the_countys_own_is_made_filled_and_seen(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    page = signed_in(blank_page, county, "administrator", "/admin/layers/new")
    create(page)
    expect(page.locator("#color_by")).to_have_value("f1")
    done = webmap("intake", str(file_of_points(tmp_path)), "--layer", "own_1", home=county.home)
    assert "已导入 2 个到“闲置土地 2024年核查”。" in done.stdout

    page = signed_in(blank_page, county, "reader", "/")
    legend = page.locator("#layers .layer").filter(has_text=TITLE)
    expect(legend.locator(".row").filter(has_text="不属实")).to_contain_text("1 个")
    assert marks(page, "own_1") == ["pentagon 不", "pentagon 属"]

    search = page.get_by_role("combobox", name="搜索")
    search.fill("张三丰")
    expect(page.get_by_role("option").first).to_contain_text("甲地块核查点")
    search.press("Enter")
    card = page.locator("#card")
    expect(card.locator("h2")).to_have_text("甲地块核查点")
    expect(card.locator(".facts").first).to_contain_text("12.50 亩")
    expect(card.locator(".extra")).to_contain_text("序号")

    page.goto(f"{county.url}/table/own_1")
    expect(page.locator("tbody tr").first).to_contain_text("属实")


def test_without_webgl_the_layer_has_the_same_symbols(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    page = blank_page(county.url)
    page.add_init_script(WITHOUT_WEBGL2)
    bring_in(page, county, sign_in(county, "reader"))
    page.goto(f"{county.url}/")
    expect(page.locator("#layers .layer").filter(has_text=TITLE)).to_be_visible()
    assert marks(page, "own_1") == ["pentagon 不", "pentagon 属"]


def test_the_editor_says_what_is_wrong_and_keeps_what_was_typed(
    county: Server, blank_page: Visit, trouble: list[str]
) -> None:
    page = signed_in(blank_page, county, "administrator", "/admin/layers/new")
    page.locator("[name=title]").fill("核查（秘密★）")
    page.locator("[name=unit]").fill("自然资源和规划局")
    add_field(page, 0, "甲", "单行文字")
    page.get_by_role("button", name="新建", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="非涉密系统")).to_be_visible()
    expect(page.locator("[name=title]")).to_have_value("核查（秘密★）")
    expect(page.locator("#title_0")).to_have_value("甲")
    trouble[:] = [line for line in trouble if "403" not in line]


def test_what_was_deleted_comes_back_from_the_recycle_bin(county: Server, blank_page: Visit) -> None:
    editor = sign_in(county, "editor")
    (feature, *_) = editor.get("/api/layers/idle_parcel/features?limit=1").json()["features"]
    uid, name = feature["id"], feature["properties"]["name"]
    version = editor.get(f"/api/features/{uid}").headers["etag"].strip('"').split("-")[0]
    gone = editor.delete(f"/api/features/{uid}", headers={"If-Match": f'"{version}"'})
    assert gone.status == 200, gone.text

    page = signed_in(blank_page, county, "editor", "/admin/deleted")
    expect(page.locator("#deleted")).to_contain_text(name)
    page.get_by_role("button", name=f"恢复“{name}”").click()
    expect(page.get_by_role("status")).to_have_text(f"“{name}”已恢复。")
    expect(page.locator("#deleted")).to_contain_text("回收站是空的")
    assert editor.get(f"/api/features/{uid}").status == 200
