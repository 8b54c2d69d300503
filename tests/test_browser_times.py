"""A leader sees what stands now, what is planned and what each year brings, and two times beside each other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from layers.kinds import KINDS
from layers.kinds.lifetime import DAY, SORTS, Moment, Sort
from tests.browser import PHONE, Visit, until
from tests.running import Server, running
from tests.test_browser_filter import DRAWN, RENDERERS, SELECT_BOTH, open_map, patient

PLANNED, STANDING = "229省道改线", "常山庄"
NAMES = f"{DRAWN}.placed.things.filter(({{ kind }}) => kind === 'label').map((it) => it.glyphs.map((one) => one.text).join(''))"
ON_THE_PLANNED_ROAD = """
(view) => {
  const point = view.map.latLngToContainerPoint([%s, %s]);
  return [point.x, point.y];
}
"""


def shows(name: str) -> str:
    return f"{NAMES}.some((text) => text.includes('{name}'))"


@pytest.mark.parametrize("sort", SORTS)
def test_both_renderers_show_what_stands(visit: Visit, server: Server, sort: Sort) -> None:
    """The expressions of every kind, evaluated by MapLibre and by our canvas over all that its fields can say."""
    page = patient(visit(f"{server.url}/"))
    until(page, "typeof maplibregl !== 'undefined'")
    day = "2025-12-31"
    lifetime = KINDS["road_project"].lifetime
    assert lifetime is not None
    rows: list[dict[str, Any]] = [
        {
            key: value
            for key, value in zip(lifetime.fields, (built, planned, state, stage, work), strict=True)
            if value
        }
        for built in ("", "2024-05-01", "2025-12-31", "2026-01-01")
        for planned in ("", "2025-01-01", "2027-01-01")
        for state in ("planned", "open", "rebuilding", "closed")
        for stage in ("", "completed", "cancelled")
        for work in ("", "reconstruction")
    ]
    expected = [at for at, said in enumerate(rows, 1) if lifetime.stands(said, Moment(sort, day))]
    expression = _on(lifetime.expression(sort), day)
    features = [{"id": at, "properties": said} for at, said in enumerate(rows, 1)]
    ((on_gl, on_canvas),) = page.evaluate(
        SELECT_BOTH, {"asks": [{"text": sort, "expression": expression}], "features": features}
    )
    assert 0 < len(expected) < len(rows)
    assert on_canvas == expected
    assert on_gl == expected


def _on(part: Any, day: str) -> Any:
    if isinstance(part, list):
        return [_on(each, day) for each in part]
    return day if part == DAY else part


@pytest.mark.parametrize("renderer", RENDERERS.values(), ids=RENDERERS)
def test_years_pass_by_keyboard_without_asking_for_tiles(visit: Visit, server: Server, renderer: str) -> None:
    page = open_map(visit, server, f"x=1{renderer}")
    until(page, shows(PLANNED))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("y")
    bar = page.get_by_role("group", name="时间", exact=True)
    expect(bar.get_by_role("button", name="现状")).to_have_attribute("aria-pressed", "true")
    until(page, f"!{shows(PLANNED)} && {shows(STANDING)}")
    assert "time=now" in page.url
    bar.get_by_role("button", name="规划").click()
    until(page, shows(PLANNED))
    slider = bar.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(bar.locator("output")).to_have_text(re.compile(r"20\d\d 年底"))
    until(page, f"!{shows(PLANNED)}")
    assert re.search(r"time=20\d\d", page.url)
    expect(bar.locator(".times-note")).to_contain_text("道路项目 7")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    until(page, shows(PLANNED))
    assert "time=" not in page.url
    assert not [url for url in asked if "/tiles/" in url]


def click_on_planned_road(page: Page) -> None:
    # A vertex of 通临沂快速通道, south of the county seat.
    lon, lat = page.evaluate(
        "async () => { const told = await (await fetch('/api/layers/road_project/features?limit=50')).json();"
        " const road = told.features.find(({ properties }) => properties.name === '通临沂快速通道');"
        " return road.geometry.coordinates[10]; }"
    )
    x, y = page.evaluate(f"({ON_THE_PLANNED_ROAD % (lat, lon)})({DRAWN})")
    page.mouse.click(x, y)


@pytest.mark.parametrize("renderer", RENDERERS.values(), ids=RENDERERS)
def test_two_times_lie_beside_each_other(visit: Visit, server: Server, renderer: str) -> None:
    page = open_map(visit, server, f"time=now~plan~0.1&layers=admin_area,road_project,place_name{renderer}")
    rod = page.get_by_role("slider", name=re.compile("前后对比"))
    expect(rod).to_have_attribute("aria-valuenow", "10")
    expect(rod.locator("b")).to_have_text(["现状", "规划"])
    click_on_planned_road(page)
    expect(page.locator("#card")).to_contain_text("通临沂快速通道")
    page.keyboard.press("Escape")
    rod.focus()
    page.keyboard.press("End")
    expect(rod).to_have_attribute("aria-valuenow", "100")
    assert "time=now~plan~1" in page.url.replace("%7E", "~")
    click_on_planned_road(page)
    expect(page.locator("#card")).to_be_hidden()
    rod.focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(rod).to_have_attribute("aria-valuenow", "90")
    page.get_by_role("button", name="收起卷帘").click()
    expect(rod).to_be_hidden()
    expect(page.locator("[class*='right-pane'] canvas")).to_have_count(0)
    until(page, f"{DRAWN}.isDrawn")


def test_a_scene_keeps_a_time_and_brings_it_back(visit: Visit, server: Server) -> None:
    page = patient(visit(f"{server.url}/"))
    told = page.evaluate("""async () => {
      const { Times, timeOf, expressionAt } = await import("app/map/times.js");
      const curtain = Object.assign(new EventTarget(), { share: null, hang(share) { this.share = share; }, tell() {} });
      const seen = [];
      const view = { curtain, middle: 0.5, setTimes: (left, right, share) => {
        seen.push([left, right]);
        curtain.share = right ? (share ?? 0.5) : null;
      } };
      const times = new Times(view);
      const layers = [{ key: "r", title: "道路", count: 2, time: { now: ["<=", "$day"], by: ["<=", "$day"], plan: ["!"], years: { 2024: 2, 2030: 1 }, undated: 3 } }];
      times.know({ layers, day: "2026-05-01" });
      const texts = [];
      for (const text of ["2025", "now~plan", "2021~2027~0.25", "plan", "wat", ""]) { times.restore(text); texts.push(times.text); }
      times.setYear(2025);
      return { texts, last: seen.at(-1), range: times.range, undated: times.undated(["r"]), arriving: times.arriving(2024, ["r"]),
        odd: [timeOf("1200"), timeOf("20x5"), expressionAt(layers[0].time, null, "")] };
    }""")
    assert told["texts"] == ["2025", "now~plan", "2021~2027~0.25", "plan", "", ""]
    assert told["last"] == [{"r": ["<=", "2025-12-31"]}, None]
    assert told["range"] == [2023, 2031]
    assert told["undated"] == [{"title": "道路", "count": 3}]
    assert told["arriving"] == 2
    assert told["odd"] == [None, None, None]


def test_who_wants_no_movement_steps_from_year_to_year(visit: Visit, server: Server) -> None:
    page = open_map(visit, server, "time=2024", reduced_motion="reduce", **PHONE)
    step = page.get_by_role("button", name="下一年")
    step.click()
    expect(page.locator("#times output")).to_have_text("2025 年底")
    page.wait_for_timeout(1600)
    expect(page.locator("#times output")).to_have_text("2025 年底")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# --- what the new roads do -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("travel") / "home"
    shutil.copytree(sample_template, home)
    with running(home) as server:
        yield server


COVERED_NAMES = """() => {
  const words = [...document.querySelectorAll(".travel-gain span, .travel-hub span")]
    .map((each) => each.getBoundingClientRect()).filter(({ width }) => width > 0);
  const { left, top } = map_county.getContainer().getBoundingClientRect();
  return map_county.view.placed.things.filter(({ kind, box }) => kind === "label" && words.some((each) =>
    box[0] < each.right - left && box[2] > each.left - left && box[1] < each.bottom - top && box[3] > each.top - top));
}"""
HOW_MANY = "map_county.view.placed.things.filter(({ kind }) => kind === 'label').length"


def test_what_new_roads_do_is_worked_out_and_seen_on_the_map(visit: Visit, county: Server) -> None:
    page = patient(visit(f"{county.url}/travel"))
    page.get_by_role("button", name="计算").click()
    expect(page.locator(".verdict").first).to_contain_text("路网建成后，19 处景点到县城游客集散中心平均由")
    page.get_by_role("link", name="在地图上看").click()
    panel = page.get_by_role("complementary", name="路网前后")
    expect(panel).to_contain_text("受益最大的是常山庄")
    expect(panel).to_contain_text("示例")
    until(page, f"Boolean({DRAWN}?.isDrawn)")
    expect(page.locator(".leaflet-travel-pane path")).not_to_have_count(0)
    expect(page.locator(".travel-gain span", has_text="▼ 26 分").first).to_be_visible()
    until(page, f"({COVERED_NAMES})().length === 0 && {HOW_MANY} > 10")
    panel.get_by_role("button", name="后的等时圈").click()
    expect(page.locator(".leaflet-travel-pane path")).to_have_count(4)
    panel.get_by_role("button", name="前后对比").click()
    panel.get_by_role("button", name="45 分").click()
    expect(panel.locator(".travel-legend li")).to_have_count(2)
    panel.get_by_role("button", name="常山庄").first.click()
    expect(page.locator("#card")).to_contain_text("沂蒙红色影视基地")
    assert "travel=" in page.url
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#travel")).to_be_hidden()
    expect(page.locator(".leaflet-travel-pane path")).to_have_count(0)
