"""A planner filters the map: panel, sentence, map, table and address say the same, with WebGL and without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from layers import clock
from layers.filters import expression
from layers.rights import SYSTEM_VIEWER
from layers.store import query
from layers.store.engine import Database
from tests.browser import PATIENCE_S, PHONE, Visit, until
from tests.filter_data import ASKED, LAYER, lay_records, records
from tests.running import Server, serving
from tests.small_county import small_county
from tests.stored import NOON
from webmap import catalogue
from webmap.views import filtering

TWO_YEARS = "idle_parcel:symbol.any.two_years"
DRAWN = "Object.values(window).find((one) => one && one.view && one.view.isDrawn !== undefined)?.view"
PLACED = f"""
  (() => {{
    const view = {DRAWN};
    return view.placed.things.filter(({{ layer, kind }}) => layer === "idle_parcel" && kind !== "label");
  }})()
"""
RENDERERS = {"gl": "", "canvas": "&renderer=canvas"}


def patient(page: Page) -> Page:
    expect.set_options(timeout=PATIENCE_S * 1000)
    page.set_default_timeout(PATIENCE_S * 1000)
    return page


def open_map(visit: Visit, server: Server, query_text: str, **options: Any) -> Page:
    page = patient(visit(f"{server.url}/?{query_text}", **options))
    until(page, f"Boolean({DRAWN}?.isDrawn)")
    return page


def count(server: Server, text: str) -> int:
    """Counted over what the table tells, row by row."""
    rows = server.get("/api/layers/idle_parcel/features?limit=5000").json()["features"]
    return sum(text in (row["words"]["symbol"] or "") for row in rows)


@pytest.mark.parametrize("renderer", RENDERERS.values(), ids=RENDERERS)
def test_a_shared_address_shows_only_what_passes(visit: Visit, server: Server, renderer: str) -> None:
    page = open_map(visit, server, f"f={TWO_YEARS}{renderer}")
    line = page.locator(".filter-row")
    expect(line).to_contain_text("闲置低效用地")
    expect(line.locator(".condition")).to_contain_text("疑似闲置·满两年")
    expect(line.locator(".passing")).to_have_text(f"{count(server, '满两年')} 宗")
    until(page, f"{PLACED}.length > 0 && {PLACED}.every((one) => !one.symbol || one.symbol === 'two_years')")
    before = json.dumps(page.evaluate(f"{PLACED}.length"))
    line.locator(".condition button").click()
    expect(page.locator(".filter-row")).to_have_count(0)
    until(page, f"{PLACED}.length > {before}")
    assert "f=" not in page.url


@pytest.mark.parametrize("renderer", RENDERERS.values(), ids=RENDERERS)
def test_a_filter_repaints_without_asking_for_tiles(visit: Visit, server: Server, renderer: str) -> None:
    page = open_map(visit, server, f"x=1{renderer}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("Shift+F")
    page.locator(".question", has_text="闲置满两年且大于20亩").click()
    expect(page.locator(".filter-row .condition")).to_have_count(2)
    until(page, f"{DRAWN}.isDrawn")
    assert not [url for url in asked if ".mvt" in url or "/tiles/" in url]


@pytest.mark.parametrize("renderer", RENDERERS.values(), ids=RENDERERS)
def test_what_is_too_long_a_list_for_the_map_is_left_to_the_tiles(
    visit: Visit, home: Path, monkeypatch: pytest.MonkeyPatch, renderer: str
) -> None:
    monkeypatch.setattr(filtering, "MOST_IDS", 0)
    monkeypatch.setattr(catalogue, "SMALL_LAYER", 2)
    view = "lon=118.465&lat=35.556&z=12.5&layers=idle_parcel"
    with serving(small_county(home)) as address:
        page = patient(visit(f"{address}/?{view}&f=idle_parcel:holder.has.示例实业{renderer}"))
        until(page, f"{DRAWN}?.isDrawn && {PLACED}.length === 1")
        assert page.evaluate(f"{PLACED}[0].symbol") == "two_years"
        page.locator(".filter-row .condition button").click()
        until(page, f"{DRAWN}.isDrawn && {PLACED}.length === 3")
        page.goto("about:blank")


def test_the_panel_and_the_line_stay_in_step(visit: Visit, server: Server) -> None:
    page = open_map(visit, server, "x=1")
    page.get_by_role("button", name="筛选", exact=True).click()
    panel = page.locator("#filters")
    panel.locator('[data-facet="symbol"] .value', has_text="满两年").click()
    expect(panel.locator(".filter-count")).to_contain_text(f"符合 {count(server, '满两年')} 宗")
    panel.locator('[data-facet="area_mu"] input').first.fill("20")
    panel.locator('[data-facet="area_mu"] input').first.press("Enter")
    panel.locator('[data-facet="area_mu"] input').nth(1).focus()
    expect(page.locator(".filter-row .condition")).to_have_count(2)
    expect(page.locator(".filter-row")).to_contain_text("不少于20亩")
    until(page, "location.search.includes('area_mu.least.20')")
    page.locator(".filter-row .condition button").first.click()
    expect(panel.locator('[data-facet="symbol"] .value[aria-pressed="true"]')).to_have_count(0)
    expect(page.locator(".filter-row .condition")).to_have_count(1)


def test_what_cannot_be_asked_is_said_in_the_panel(visit: Visit, server: Server, trouble: list[str]) -> None:
    page = open_map(visit, server, "x=1")
    page.keyboard.press("Shift+F")
    box = page.locator('#filters [data-facet="area_mu"] input')
    box.first.fill("很多")
    box.first.press("Tab")
    expect(page.locator(".filter-problem")).to_contain_text("“图形面积”应为数字（亩），但收到“很多”")
    expect(page.locator(".filter-row")).to_have_count(0)
    assert [line for line in trouble if "422" in line] == trouble
    trouble.clear()


def test_a_day_is_typed_as_people_write_it(visit: Visit, server: Server) -> None:
    page = open_map(visit, server, "x=1")
    page.keyboard.press("Shift+F")
    section = page.locator('#filters [data-facet="next_due"]')
    since = section.locator("input.day").first
    since.press_sequentially("2024年13月1日")
    expect(section.get_by_role("alert").first).to_contain_text(
        "应为日期（如 2024-06-30），但收到“2024年13月1日”"
    )
    since.fill("２０２４年3月1日")
    since.press("Tab")
    expect(page.locator(".filter-row .condition")).to_contain_text("在2024-03-01及以后")
    expect(section.locator("input.day").first).to_have_value("2024-03-01")
    section.locator("input.day").first.press("ArrowDown")
    expect(page.locator(".filter-row .condition")).to_contain_text("在2024-02-29及以后")


def test_any_other_condition_can_be_put_together(visit: Visit, server: Server) -> None:
    page = open_map(visit, server, "x=1")
    page.keyboard.press("Shift+F")
    page.locator("#filters .custom > summary").click()
    row = page.locator(".custom-row")
    row.get_by_label("哪个字段").select_option("holder")
    row.get_by_label("怎样比较").select_option("has")
    row.get_by_label("文字").fill("示例")
    row.get_by_role("button", name="添加条件").click()
    expect(page.locator(".filter-row .condition")).to_contain_text("权利人含“示例”")


def test_an_area_is_drawn_on_the_map(visit: Visit, server: Server) -> None:
    page = open_map(visit, server, "x=1")
    page.keyboard.press("Shift+F")
    page.locator('#filters [data-facet="shape"] > summary').click()
    page.get_by_role("button", name="在地图上画范围").click()
    expect(page.locator("#strip")).to_contain_text("画筛选范围")
    for x, y in ((600, 300), (900, 300), (900, 560), (600, 560)):
        page.mouse.click(x, y)
    page.keyboard.press("Enter")
    expect(page.locator(".filter-row .condition")).to_have_text("与所画范围相交×")
    until(page, "location.search.includes('shape.meets.')")


def test_a_filter_is_kept_under_a_name(visit: Visit, server: Server) -> None:
    page = open_map(visit, server, f"f={TWO_YEARS}")
    page.keyboard.press("Shift+F")
    page.get_by_role("button", name="保存…").click()
    page.get_by_label("给这个筛选起个名").fill("月底要看")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".own-question")).to_contain_text("月底要看")
    page.locator("#filters").get_by_role("button", name="清除", exact=True).click()
    expect(page.locator(".filter-row")).to_have_count(0)
    page.locator(".own-question .question").click()
    expect(page.locator(".filter-row")).to_contain_text("满两年")


def test_a_click_on_a_bar_filters_and_all_stay_in_step(visit: Visit, server: Server) -> None:
    page = open_map(visit, server, "table=idle_parcel")
    page.keyboard.press("Shift+T")
    chart = page.locator('#charts [data-facet="symbol"]')
    bars = chart.locator(".plot canvas")
    expect(bars).to_be_visible()
    box = bars.bounding_box()
    assert box
    bars.click(position={"x": 140, "y": 14})
    expect(page.locator(".filter-row .condition")).to_contain_text("满两年")
    passing = count(server, "满两年")
    expect(page.locator(".sum-figure b")).to_have_text(str(passing))
    expect(page.locator("#charts .net")).to_contain_text("净面积")
    expect(page.locator("#table .found")).to_contain_text("符合筛选的")
    chart.locator("summary").click()
    expect(chart.locator("tbody tr")).to_have_count(1)


def test_the_table_is_copied_for_spreadsheets(visit: Visit, server: Server) -> None:
    page = open_map(visit, server, "table=idle_parcel")
    page.evaluate(HEAR_COPIES)
    page.get_by_role("button", name="复制表格").click()
    expect(page.locator("#notice")).to_contain_text("已复制")
    text, markup = page.evaluate("window.copied")
    head, first = text.split("\r\n")[:2]
    assert head.split("\t")[:2] == ["地块名称", "地块编号"]
    assert len(first.split("\t")) == len(head.split("\t"))
    assert markup.startswith("<table")
    cells = page.evaluate(
        r"""async () => {
          const { safe } = await import("app/table/copying.js");
          return ["=1+1", "-2.50", "+86", "@x", "a\tb\nc", "<b>", null].map(safe);
        }"""
    )
    assert cells == ["'=1+1", "-2.50", "'+86", "'@x", "a b c", "<b>", ""]


HEAR_COPIES = """
  () => {
    const put = DataTransfer.prototype.setData;
    window.copied = [];
    DataTransfer.prototype.setData = function (type, text) {
      window.copied.push(text);
      return put.call(this, type, text);
    };
  }
"""


def test_the_panel_stands_on_a_phone(visit: Visit, server: Server) -> None:
    page = open_map(visit, server, f"f={TWO_YEARS}", **PHONE)
    expect(page.locator(".filter-row")).to_be_visible()
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.locator('#filters [data-facet="symbol"] .value small').first).to_be_visible()
    until(page, "document.querySelector('#filters .value').getBoundingClientRect().height >= 44")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# --- the same features on all carriers ---------------------------------------------------------------------


def test_gl_and_canvas_select_what_the_database_selects(
    visit: Visit, server: Server, sqlite_database: Database
) -> None:
    """The expressions of all conditions, evaluated over the same records by MapLibre and by our canvas."""
    ids = lay_records(sqlite_database)
    asks = []
    with clock.standing_at(NOON), sqlite_database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, LAYER)
        for text in ASKED:
            compiled = expression(query.read_filter(session, SYSTEM_VIEWER, layer, text))
            if compiled is not None:
                asks.append({"text": text, "expression": compiled})
    assert len(asks) > 20
    page = patient(visit(f"{server.url}/manual/"))
    page.goto(f"{server.url}/")
    until(page, "typeof maplibregl !== 'undefined'")
    features = [
        {
            "id": id_,
            "properties": {key: value for key, value in record.items() if not isinstance(value, list)},
        }
        for id_, record in zip(ids, records(), strict=True)
    ]
    found = page.evaluate(SELECT_BOTH, {"asks": asks, "features": features})
    for ask, (on_gl, on_canvas) in zip(asks, found, strict=True):
        expected = ASKED[ask["text"]]
        right = [id_ for id_, record in zip(ids, records(), strict=True) if expected(record)]
        assert on_canvas == right, ask["text"]
        assert on_gl == right, ask["text"]


SELECT_BOTH = """
async ({ asks, features }) => {
  const { evaluate } = await import("app/map/canvas_rules.js");
  const data = {
    type: "FeatureCollection",
    features: features.map(({ id, properties }) => ({
      type: "Feature", id, properties, geometry: { type: "Point", coordinates: [(id % 20) / 10 - 1, (id % 17) / 10 - 1] },
    })),
  };
  const box = document.createElement("div");
  Object.assign(box.style, { position: "fixed", left: 0, top: 0, width: "400px", height: "400px" });
  document.body.append(box);
  const map = new maplibregl.Map({
    container: box, center: [0, 0], zoom: 5, fadeDuration: 0, interactive: false, attributionControl: false,
    style: { version: 8, sources: { all: { type: "geojson", data } }, layers: [
      { id: "all", type: "circle", source: "all", paint: { "circle-radius": 1 } },
    ] },
  });
  await map.once("idle");
  const answers = [];
  for (const { expression } of asks) {
    const seen = map.querySourceFeatures("all", { filter: expression });
    const on_gl = [...new Set(seen.map(({ id }) => id))].sort((a, b) => a - b);
    const on_canvas = features
      .filter(({ id, properties }) => evaluate(expression, { id, properties, zoom: 0, shape: "" }))
      .map(({ id }) => id);
    answers.push([on_gl, on_canvas]);
  }
  map.remove();
  return answers;
}
"""
