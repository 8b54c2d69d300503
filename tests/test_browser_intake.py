"""From a file to the map on the screen: dropped, looked at, imported, seen, taken back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import pytest
from playwright.sync_api import Page, expect

from tests.browser import Visit
from tests.files import area_mu, gbk_shapefile_zip, parcels
from tests.people import Caller, add_account, bring_in, sign_in
from tests.running import Server, running

LONG_MS = 60_000


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("intake") / "home"
    shutil.copytree(sample_template, home)
    add_account(home, "editor")
    with running(home) as server:
        yield server


def numbered(rows: int, series: str) -> geopandas.GeoDataFrame:
    """Parcels with numbers that the sample does not have."""
    frame = parcels(rows)
    return frame.assign(DKBH=[f"{series}-{row:03}" for row in range(rows)])


def opened(blank_page: Visit, server: Server) -> tuple[Page, Caller]:
    page, caller = blank_page(server.url), sign_in(server, "editor")
    bring_in(page, server, caller)
    page.goto(f"{server.url}/intake")
    return page, caller


def chosen(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择文件").click()
    chooser.value.set_files(file)
    page.wait_for_url(re.compile(r"/intake/.+"), timeout=LONG_MS)
    expect(page.locator("#wait")).to_have_count(0, timeout=LONG_MS)


def idle(caller: Caller) -> dict[str, Any]:
    layers = caller.get("/api/layers").json()["layers"]
    found: dict[str, Any] = next(layer for layer in layers if layer["key"] == "idle_parcel")
    return found


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
    expect(page.get_by_text("已撤销")).to_be_visible()
    assert idle(caller)["count"] == before["count"]


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
    expect(page.get_by_text("图上已经有了")).to_be_visible(timeout=LONG_MS)


def test_a_drawing_program_s_own_file_is_answered_with_the_steps_that_help(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "图纸.dwg"
    file.write_bytes(b"AC1018 drawing")
    page, _ = opened(blank_page, county)
    chosen(page, file)
    expect(page.get_by_role("alert")).to_contain_text("另存为")
