"""From a file to the map on the screen: dropped, looked at, imported, seen, taken back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import geopandas
import pytest
import shapely.affinity
from playwright.sync_api import Page, expect

from tests import files
from tests.browser import Visit, until
from tests.files import area_mu, gbk_shapefile_zip, parcels
from tests.people import Caller, add_account, bring_in, sign_in
from tests.running import Server, running
from tests.test_formats_tables import book

LONG_MS = 60_000
PAINTED = """
  (colours) => {
    const canvas = document.querySelector(".leaflet-differences-pane canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = new Set(new Uint32Array(data.buffer));
    return colours.every((colour) => {
      const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
      return found.has((((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0));
    });
  }
"""
"""Whether all these colours are painted over the map."""


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("intake") / "home"
    shutil.copytree(sample_template, home)
    add_account(home, "editor")
    with running(home) as server:
        yield server


MAP = "window[JSON.parse(document.getElementById('boot').textContent).map].view.map"


def where(page: Page, place: tuple[float, float]) -> tuple[float, float]:
    """Where a place of the map is on the screen, once the map rests."""
    until(page, f"!{MAP}._animatingZoom && !{MAP}._panAnim?._inProgress")
    script = """([lng, lat]) => {
      const map = %s;
      const { x, y } = map.latLngToContainerPoint([lat, lng]);
      const { left, top } = map.getContainer().getBoundingClientRect();
      return [left + x, top + y];
    }"""
    x, y = page.evaluate(script % MAP, list(place))
    return x, y


def numbered(rows: int, series: str) -> geopandas.GeoDataFrame:
    """Parcels with numbers that the sample does not have."""
    frame = parcels(rows)
    return frame.assign(DKBH=[f"{series}-{row:03}" for row in range(rows)])


def opened(blank_page: Visit, server: Server) -> tuple[Page, Caller]:
    page, caller = blank_page(server.url), sign_in(server, "editor")
    bring_in(page, server, caller)
    page.goto(f"{server.url}/intake")
    return page, caller


def chosen(page: Page, *file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择文件").click()
    chooser.value.set_files(file)
    page.wait_for_url(re.compile(r"/intake/.+"), timeout=LONG_MS)
    expect(page.locator("#wait")).to_have_count(0, timeout=LONG_MS)


def idle(caller: Caller) -> dict[str, Any]:
    layers = caller.get("/api/layers").json()["layers"]
    found: dict[str, Any] = next(layer for layer in layers if layer["key"] == "idle_parcel")
    return found


def has_the_file(colleague: Caller, done: str, file: Path) -> None:
    """Who answers for the layer saves what was imported, and finds the way to it in the history of a feature."""
    (act,) = colleague.get("/api/acts?limit=1").json()["acts"]
    uid = colleague.get(f"/api/acts/{act['act']}").json()["features"][0]["uid"]
    (step,) = colleague.get(f"/api/features/{uid}/history").json()["history"]
    (original,) = step["originals"]
    assert original == {"name": file.name, "url": f"{urlsplit(done).path}/original"}
    assert colleague.get(original["url"]).body == file.read_bytes()


def test_300_parcels_are_on_the_map_after_three_clicks_and_gone_after_one(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    frame = numbered(300, "甲")
    file = gbk_shapefile_zip(tmp_path / "闲置.zip", frame=frame)
    page, caller = opened(blank_page, county)
    before = idle(caller)
    chosen(page, file)
    expect(page.get_by_text("300 宗可以导入到")).to_be_visible()
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    after = idle(caller)
    assert after["count"] - before["count"] == 300
    assert after["area_mu"] - before["area_mu"] == pytest.approx(area_mu(frame.geometry), abs=0.1)
    done = page.url
    has_the_file(sign_in(county, "reviewer"), done, file)
    assert sign_in(county, "editor", "文化和旅游局").get(f"{urlsplit(done).path}/original").status == 404
    with page.expect_response(lambda answer: "/tiles/" in answer.url and answer.ok, timeout=LONG_MS):
        page.get_by_role("link", name="在地图上查看").click()
    west, south, east, north = frame.total_bounds
    middle = re.search(r"lon=([\d.]+)&lat=([\d.]+)&z=(\d+)", page.url)
    assert middle
    assert west < float(middle[1]) < east
    assert south < float(middle[2]) < north
    assert int(middle[3]) >= 12
    page.goto(done)
    page.get_by_role("button", name="撤销整个导入").click()
    expect(page.get_by_text("已撤销")).to_be_focused()
    assert idle(caller)["count"] == before["count"]
    page.reload()
    expect(page.get_by_role("heading", name="已导入，后来撤销")).to_be_visible()
    expect(page.locator("#undo")).to_have_count(0)


def test_a_file_without_its_system_is_placed_by_eye_and_a_bad_row_left_out(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    frame = numbered(5, "乙").astype({"YDDGRQ": str})
    frame.loc[2, "YDDGRQ"] = "去年春天"
    file = gbk_shapefile_zip(tmp_path / "没有坐标系.zip", frame=frame, without=[".prj"])
    page, caller = opened(blank_page, county)
    before = idle(caller)["count"]
    chosen(page, file)
    expect(page.locator(".candidate .sketch .brought")).not_to_have_count(0)
    page.locator(".candidate").first.press("Enter")
    expect(page.get_by_text("去年春天").first).to_be_visible(timeout=LONG_MS)
    expect(page.locator(".sketch .spot")).not_to_have_count(0)
    page.get_by_role("button", name="只导入其余 4 行").press("Enter")
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    assert idle(caller)["count"] == before + 4
    page.goto(f"{county.url}/intake")
    chosen(page, file)
    page.locator(".candidate").first.press("Enter")
    expect(page.get_by_text("图上已是这样，没有要导入的内容。")).to_be_visible(timeout=LONG_MS)


def test_a_newer_file_changes_what_is_there_as_one_act(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    frame = numbered(4, "丙")
    page, caller = opened(blank_page, county)
    before = idle(caller)["count"]
    chosen(page, files.gbk_shapefile_zip(tmp_path / "去年.zip", frame=frame))
    page.locator("#apply").press("Enter")
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    frame.loc[1, "QSDWMC"] = "新公司"
    frame = files.with_value(frame, "geometry", 2, shapely.affinity.translate(frame.geometry[2], 3e-4))
    page.goto(f"{county.url}/intake")
    chosen(page, files.gbk_shapefile_zip(tmp_path / "今年.zip", frame=frame.iloc[:3]))
    expect(page.locator(".counts")).to_contain_text(re.compile(r"0\s*新增.*2\s*有变化.*1\s*无变化", re.S))
    expect(page.locator("#differences path.was")).to_have_count(1)
    page.get_by_role("button", name="示例地块 界湖-002").press("Enter")
    expect(page.locator("tr.shown")).to_contain_text("新公司")
    page.get_by_label("更新 示例地块 界湖-002").uncheck()
    expect(page.locator('input[name="changed"][value="ticked"]')).to_be_checked()
    page.locator("#apply").press("Enter")
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text("新增 0、更新 1、删除 0")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载原始文件").click()
    assert saved.value.suggested_filename == "今年.zip"
    assert saved.value.path().read_bytes() == (tmp_path / "今年.zip").read_bytes()
    page.get_by_role("button", name="撤销整个导入").click()
    expect(page.get_by_text("已撤销")).to_be_visible()
    assert idle(caller)["count"] == before + 4


@pytest.mark.parametrize("renderer", ["", "&renderer=canvas"], ids=["gl", "canvas"])
def test_what_a_file_would_change_is_seen_on_the_map_before_it_is_done(
    county: Server, blank_page: Visit, tmp_path: Path, renderer: str
) -> None:
    series, north = ("图", 0.05) if renderer else ("壬", 0)
    frame = numbered(6, series)
    frame = frame.set_geometry(frame.geometry.translate(yoff=north))
    page, caller = opened(blank_page, county)
    chosen(page, files.gbk_shapefile_zip(tmp_path / "去年.zip", frame=frame))
    page.locator("#apply").press("Enter")
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    there = idle(caller)["count"]
    frame = files.with_value(frame, "geometry", 2, shapely.affinity.translate(frame.geometry[2], 3e-4))
    frame = files.with_value(frame, "DKBH", 5, f"{series}-新")
    frame = files.with_value(frame.astype({"YDDGRQ": str}), "YDDGRQ", 0, "去年春天")
    page.goto(f"{county.url}/intake")
    chosen(page, files.gbk_shapefile_zip(tmp_path / "今年.zip", frame=frame))
    wizard = page.url
    page.goto(f"{county.url}/?intake={urlsplit(wizard).path.split('/')[-1]}{renderer}")
    legend = page.locator("#differences")
    expect(legend).to_be_visible(timeout=LONG_MS)
    # How many neighbours it overlaps depends on what other tests left on the map.
    for sort, count in (("new", "1"), ("changed", "1"), ("problem", r"[1-9]\d*")):
        expect(legend.locator(f"[data-sort={sort}] > b")).to_have_text(re.compile(f"^{count}$"))
    # All else of the layer is missing in so small a file, and is drawn only when somebody asks for it.
    removed = legend.locator("[data-sort=removed]")
    expect(removed.locator("b")).to_have_text(str(there - 5))
    expect(page.locator(".difference-mark.removed")).to_have_count(0)
    removed.click()
    legend.get_by_text("逐个列出").click()
    legend.get_by_role("button", name="有变化 示例地块 界湖-003").click()
    expect(legend.locator(".difference-now")).to_contain_text("移动约 27.1 米")
    expect(page.locator(".difference-mark.changed")).to_have_count(1)
    until(page, f"({PAINTED})(['#1F4E79', '#5B6876', '#C62F2A'])")
    removed.click()
    # Its outline is clicked where it is new, its mark where it is: both open its row.
    problems = legend.locator("[data-sort=problem]")
    problems.click()
    legend.get_by_role("button", name=re.compile("^新增 ")).click()
    expect(legend.locator(".difference-now")).to_contain_text("界湖-006")
    new = frame.geometry[2]
    for lng, lat in (shapely.get_coordinates(new)[1].tolist(), (new.centroid.x, new.centroid.y)):
        page.mouse.click(*where(page, (lng, lat)))
        expect(legend.locator(".difference-now")).to_contain_text("示例地块 界湖-003")
        row = legend.get_by_role("button", name="有变化 示例地块 界湖-003")
        expect(row).to_have_attribute("aria-current", "true")
        expect(row).to_be_visible()
        legend.get_by_role("button", name=re.compile("^新增 ")).click()
    expect(page.locator("#card")).to_be_hidden()
    problems.click()
    expect(page.locator(".difference-mark.removed")).to_have_count(0)
    until(page, f"!({PAINTED})(['#C62F2A'])")
    legend.get_by_role("link", name="回到核对页").click()
    page.wait_for_url(wizard)
    path = f"{urlsplit(wizard).path}/differences.json"
    assert caller.get(path).json()["counts"]["unchanged"] == 3
    assert sign_in(county, "reviewer").get(path).status == 404
    page.locator("#apply").press("Enter")
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    assert caller.get(path).status == 404
    page.get_by_role("button", name="撤销整个导入").click()
    expect(page.get_by_text("已撤销")).to_be_visible()


def test_a_table_without_shapes_updates_by_number(county: Server, blank_page: Visit, tmp_path: Path) -> None:
    page, _ = opened(blank_page, county)
    chosen(page, files.gbk_shapefile_zip(tmp_path / "丁.zip", frame=numbered(2, "丁")))
    page.locator("#apply").press("Enter")
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    rows = [[1, "丁-000", "第三公司"], [2, "丁-777", "无"]]
    table = book(tmp_path / "台账.xlsx", ["闲置土地台账"], ["序号", "地块编号", "权利人"], *rows)
    page.goto(f"{county.url}/intake")
    chosen(page, table)
    expect(page.locator(".counts")).to_contain_text(re.compile(r"1\s*有变化.*1\s*图上没有", re.S))
    expect(page.locator("ins")).to_have_text(["第三公司"])
    page.locator("#apply").press("Enter")
    expect(page.get_by_text("更新 1 个图形")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text("台账.xlsx（按地块编号更新属性）")).to_be_visible()


OVKML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>地块</name><Placemark><name>奥维地块</name>
<Polygon><outerBoundaryIs><LinearRing><coordinates>
118.475698846,35.549955362,0 118.476698846,35.549955362,0 118.476698846,35.550955362,0 118.475698846,35.549955362,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"""


def test_a_file_of_ovital_is_asked_about_its_shift_and_lands_without_it(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    """The first corner is what 118.47°E 35.55°N is in GCJ-02, by the published algorithm."""
    (tmp_path / "外业.ovkml").write_text(OVKML, "utf-8")
    page, caller = opened(blank_page, county)
    chosen(page, tmp_path / "外业.ovkml")
    expect(page.get_by_text("奥维互动地图导出的文件的坐标可能带有公开地图的偏移")).to_be_visible()
    page.get_by_role("button", name="GCJ-02，如奥维").press("Enter")
    expect(page.get_by_text("1 宗可以导入到")).to_be_visible(timeout=LONG_MS)
    expect(page.locator("#check")).to_contain_text("GCJ-02")
    page.locator("#apply").press("Enter")
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text(re.compile("外业.ovkml（.*GCJ-02"))).to_be_visible()
    (hit,) = caller.get(f"/api/search?q={quote('奥维地块')}").json()["results"]
    west, south, _, _ = hit["bounds"]
    assert (west, south) == pytest.approx((118.47, 35.55), abs=2e-8)


def test_swapped_parts_of_a_shapefile_are_sent_as_one_and_turned_by_one_click(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    frame = numbered(3, "戊").to_crs(4527)
    frame.geometry = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    files.shapefile(tmp_path / "parts", frame, without=[".prj"])
    page, _ = opened(blank_page, county)
    chosen(page, *sorted((tmp_path / "parts").iterdir()))
    candidate = page.locator(".candidate")
    expect(candidate).to_contain_text("颠倒")
    candidate.press("Enter")
    expect(page.get_by_text("3 宗可以导入到")).to_be_visible(timeout=LONG_MS)
    expect(page.locator("#check")).to_contain_text("X、Y 已交换")


def test_several_layers_of_a_file_come_in_together_and_go_together(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    for name, series in (("东区", "己"), ("西区", "庚")):
        files.shapefile(tmp_path / name, numbered(2, series), name=name)
    both = {each.name: each for folder in ("东区", "西区") for each in (tmp_path / folder).iterdir()}
    page, caller = opened(blank_page, county)
    before = idle(caller)["count"]
    chosen(page, files.zipped(tmp_path / "两区.zip", both))
    page.get_by_role("button", name="核对勾选的图层").press("Enter")
    expect(page.locator("#together")).to_be_visible(timeout=LONG_MS)
    expect(page.locator(".together tbody tr")).to_have_count(2)
    expect(page.locator(".together tbody")).to_contain_text("西区")
    one = page.context.new_page()
    one.goto(f"{county.url}{page.locator('.together a').first.get_attribute('href')}")
    expect(one.get_by_text("2 宗可以导入到")).to_be_visible()
    one.close()
    together = page.url
    page.locator("#together").press("Enter")
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    expect(page.locator(".together-done li")).to_have_count(2)
    assert idle(caller)["count"] == before + 4
    (act,) = caller.get("/api/acts?limit=1").json()["acts"]
    assert "2 个图层一起导入：东区 → 闲置低效用地 新增 2；西区 → 闲置低效用地 新增 2" in act["reason"]
    mine, theirs = caller, sign_in(county, "editor", "文化和旅游局")
    assert (mine.get(urlsplit(together).path).status, theirs.get(urlsplit(together).path).status) == (
        303,
        404,
    )
    page.get_by_role("button", name="撤销整个导入").click()
    expect(page.get_by_text("已撤销")).to_be_visible()
    assert idle(caller)["count"] == before


def test_files_that_are_dropped_side_by_side_come_in_and_go_together(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    """Parcels, a source of quota, and a file of two layers: one act, undone as one; the history gives out each original."""
    plots = files.gbk_shapefile_zip(tmp_path / "地块.zip", frame=numbered(2, "辛"))
    quota = files.point_geojson(tmp_path / "指标.geojson", 名称="甲泉（示例）", 指标途径="增减挂钩")
    for name, series in (("南区", "子"), ("北区", "丑")):
        files.shapefile(tmp_path / name, numbered(1, series), name=name)
    both = {each.name: each for folder in ("南区", "北区") for each in (tmp_path / folder).iterdir()}
    page, caller = opened(blank_page, county)
    before = idle(caller)["count"]
    chosen(page, plots, quota, files.zipped(tmp_path / "两区.zip", both))
    expect(page.get_by_role("heading", name="“地块.zip”等 3 个文件")).to_be_visible(timeout=LONG_MS)
    row = page.locator(".together tr", has_text="两区.zip")
    expect(row).to_contain_text("2 个图层", timeout=LONG_MS)
    row.get_by_role("link", name="核对").click()
    page.get_by_role("button", name="核对勾选的图层").press("Enter")
    expect(page.locator(".together tbody tr")).to_have_count(4, timeout=LONG_MS)
    expect(page.locator(".together tbody")).to_contain_text("两区.zip · 北区")
    together = page.locator("#together")
    expect(page.locator("input[name=member]:checked")).to_have_count(4, timeout=LONG_MS)
    together.press("Enter")
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    expect(page.locator(".together-done li")).to_have_count(4)
    expect(page.locator(".together-done")).to_contain_text("指标.geojson → 用地指标来源：新增 1")
    assert idle(caller)["count"] == before + 4
    (act,) = caller.get("/api/acts?limit=1").json()["acts"]
    assert "4 个文件或图层一起导入：地块.zip → 闲置低效用地 新增 2" in act["reason"]
    hit = caller.get(f"/api/search?q={quote('甲泉')}").json()["results"][0]
    (step,) = caller.get(f"/api/features/{hit['uid']}/history").json()["history"]
    assert [each["name"] for each in step["originals"]] == ["地块.zip", "指标.geojson", "两区.zip"]
    assert caller.get(step["originals"][1]["url"]).body == quota.read_bytes()
    page.get_by_role("button", name="撤销整个导入").click()
    expect(page.get_by_text("已撤销")).to_be_visible()
    assert idle(caller)["count"] == before


def test_a_drawing_program_s_own_file_is_answered_with_the_steps_that_help(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "图纸.dwg"
    file.write_bytes(b"AC1018 drawing")
    page, _ = opened(blank_page, county)
    chosen(page, file)
    expect(page.get_by_role("alert")).to_contain_text("另存为")


def test_a_file_that_cannot_be_read_is_asked_nothing_about_its_content(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    page, _ = opened(blank_page, county)
    broken = tmp_path / "闲置土地.zip"
    broken.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 8)
    chosen(page, broken)
    expect(page.get_by_role("alert")).to_contain_text("压缩包已损坏")
    expect(page.locator("main select")).to_have_count(0)
    page.get_by_role("button", name="再读一次这个文件").click()
    expect(page.locator("#wait")).to_have_count(0, timeout=LONG_MS)
    expect(page.get_by_role("alert")).to_contain_text("压缩包已损坏")
    page.get_by_role("link", name="换一个文件").click()
    expect(page.get_by_role("button", name="选择文件")).to_be_visible()
