"""Repairs accepted on the way into the map, and a layer checked from the screen, with the trouble flagged on the map."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Page, expect

from tests.browser import Visit
from tests.people import add_account, bring_in, sign_in
from tests.running import Server, running
from tests.test_checks import box, polygon

LONG_MS = 60_000
EAST_M = 3000
"""Where the sample has no parcels."""


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("quality") / "home"
    shutil.copytree(sample_template, home)
    add_account(home, "editor")
    with running(home) as server:
        yield server


def signed_in(blank_page: Visit, server: Server) -> Page:
    page = blank_page(server.url)
    bring_in(page, server, sign_in(server, "editor"))
    return page


def written(file: Path) -> Path:
    bow_tie = polygon((EAST_M, 0), (EAST_M + 100, 100), (EAST_M + 100, 0), (EAST_M, 100))
    tip = (EAST_M + 400, 50.25)
    spiked = polygon(
        *((EAST_M + x, y) for x, y in ((200, 0), (300, 0), (300, 50))),
        tip,
        *((EAST_M + x, y) for x, y in ((300, 50.5), (300, 100), (200, 100))),
    )
    shapes = {
        "蝴蝶结": bow_tie,
        "尖刺": spiked,
        "甲": box(EAST_M, 300, 100, 100),
        "乙": box(EAST_M + 90, 300, 100, 100),
    }
    features = [
        {
            "type": "Feature",
            "properties": {"地块编号": f"丙-{name}", "地块名称": name, "处置状态": "闲置"},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for name, shape in shapes.items()
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return file


def test_repairs_are_accepted_row_by_row_or_all_of_a_sort_and_the_layer_is_checked_afterwards(
    county: Server, blank_page: Visit, tmp_path: Path
) -> None:
    page = signed_in(blank_page, county)
    page.goto(f"{county.url}/intake")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择文件").click()
    chooser.value.set_files(written(tmp_path / "有问题.geojson"))
    page.wait_for_url(re.compile(r"/intake/.+"), timeout=LONG_MS)
    checks = page.locator(".checks")
    expect(checks.get_by_text("与“甲”重叠")).to_be_visible(timeout=LONG_MS)
    expect(page.locator(".sketch .spot")).not_to_have_count(0)
    # All bow-ties, and the spike of one row; nothing is ticked before somebody does it.
    expect(checks.locator("input[type=checkbox]:checked")).to_have_count(0)
    checks.locator("input[name=sort][value=self_intersection]").check()
    checks.get_by_label("第 2 行：修复").press("Space")
    checks.get_by_role("button", name="按所选修复并重新核对").press("Enter")
    expect(page.get_by_text("尖刺 1 处，已按您的选择修复")).to_be_visible(timeout=LONG_MS)
    expect(checks.get_by_label("第 2 行：修复")).to_be_checked()
    expect(page.get_by_text("不改正就不导入这一行")).to_have_count(0)
    page.locator("#apply").click()
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text("按您的选择修复了 2 个图形")).to_be_visible()

    page.goto(f"{county.url}/quality?layer=idle_parcel")
    page.get_by_role("button", name="开始检查").click()
    page.wait_for_url(re.compile(r"/quality/[0-9a-f-]{36}$"), timeout=LONG_MS)
    expect(page.locator(".sketch .spot")).not_to_have_count(0)
    page.get_by_role("link", name="与相邻图形重叠").click()
    expect(page.locator(".troubles tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.locator(".troubles .who a").click()
    flag = page.locator(".flag")
    expect(flag).to_be_visible(timeout=LONG_MS)
    expect(page.locator("#card")).to_contain_text("乙", timeout=LONG_MS)
    flag.press("Enter")
    expect(flag).to_have_count(0)
