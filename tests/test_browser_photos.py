"""Do fifty photos on the PC become sites in ten clicks, and do photos stand in the card of a feature?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from layers.crs import to_gcj02
from tests.people import Caller, add_account, bring_in, sign_in, sign_in_as
from tests.photos import photo
from tests.running import Server, running

TOURISM = "文化和旅游局"
SENT_TIMEOUT_MS = 120_000
READ_TIMEOUT_MS = 60_000
CARD_TIMEOUT_MS = 30_000
MOST_CLICKS = 10
PHOTOS, PLACELESS, SPOTS = 50, (7, 23, 41), 12
SHIFTED_PHONE = ("HUAWEI", "ALN-AL00")
PLAIN_PHONE = ("Apple", "iPhone 15")


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("photos") / "home"
    shutil.copytree(sample_template, home)
    add_account(home, "editor", TOURISM)
    with running(home) as server:
        yield server


@pytest.fixture
def li(county: Server) -> Caller:
    return sign_in_as(county, add_account(county, "collector", TOURISM, name="李采"))


@pytest.fixture
def desk(blank_page: Callable[..., Page], county: Server, li: Caller) -> Page:
    page = blank_page(county.url)
    bring_in(page, county, li)
    page.goto("/photos")
    expect(page.get_by_role("button", name="选择照片")).to_be_visible()
    return page


class Hand:
    """Counts clicks; a drag is one."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def drag(self, what: Locator, onto: Locator, x: float, y: float) -> None:
        self.clicks += 1
        what.drag_to(onto, target_position={"x": x, "y": y})


def spot(number: int) -> tuple[float, float]:
    """Where photo `number` was really taken: a few metres round one of the spots, which lie kilometres apart."""
    place = number % SPOTS
    return 118.30 + place % 4 * 0.05 + number * 1e-6, 35.45 + place // 4 * 0.05


def taken(number: int) -> bytes:
    if number in PLACELESS:
        return photo(None, seed=number, device=PLAIN_PHONE)
    if number % 2:
        return photo(spot(number), seed=number, device=PLAIN_PHONE)
    return photo(to_gcj02(*spot(number)), seed=number, device=SHIFTED_PHONE)


def files(folder: Path, contents: list[bytes]) -> list[Path]:
    paths = [folder / f"IMG_{number}.jpg" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def brought(page: Page, hand: Hand, paths: list[Path]) -> None:
    with page.expect_file_chooser() as chooser:
        hand.click(page.get_by_role("button", name="选择照片"))
    chooser.value.set_files(paths)
    expect(page.locator("#submit")).not_to_have_text("提交", timeout=READ_TIMEOUT_MS)
    expect(page.locator("#submit")).not_to_have_text("正在读取照片…", timeout=READ_TIMEOUT_MS)


def marks(who: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = who.get("/api/mark/mine").json()["marks"]
    return found


def test_fifty_photos_become_sites_in_ten_clicks(desk: Page, li: Caller, tmp_path: Path) -> None:
    hand, map_box = Hand(), desk.locator("#pin_map")
    brought(desk, hand, files(tmp_path, [taken(number) for number in range(PHOTOS)]))
    expect(desk.locator("#summary")).to_contain_text("47 张照片；还有 3 张没有位置")
    questions = desk.locator(".question")
    expect(questions).to_have_count(2)
    hand.click(questions.filter(has_text="HUAWEI").get_by_role("button", name="火星坐标"))
    hand.click(questions.filter(has_text="iPhone").get_by_role("button", name="GPS 原值"))
    hand.click(desk.locator("#types").get_by_role("button", name="建筑与设施"))
    for step in range(3):
        hand.drag(desk.locator(".shot-face").first, map_box, 90 + 130 * step, 40)
    # Both phones stood at the same spots: after the correction their photos are one site each.
    expect(desk.locator(".site")).to_have_count(SPOTS + 3)
    hand.click(desk.get_by_role("button", name="提交 15 处"))
    assert hand.clicks <= MOST_CLICKS

    done = desk.locator("#progress_words")
    expect(done).to_contain_text("上传完成：15 处、50 张照片", timeout=SENT_TIMEOUT_MS)
    told = marks(li)
    assert [each["review"] for each in told] == ["pending"] * 15
    assert sum(each["photos"] for each in told) == PHOTOS
    sources = {}
    for each in told:
        feature = li.get(f"/api/features/{each['uid']}").json()
        sources[feature["properties"]["position_source"]] = feature["geometry"]["coordinates"]
    assert set(sources) >= {"gcj02", "hand"}
    # The corrected ones lie where the photos were taken, to the metre.
    lon, lat = sources["gcj02"]
    nearest = min((abs(lon - x) + abs(lat - y) for x, y in map(spot, range(PHOTOS))))
    assert nearest < 2e-5


def test_a_photo_without_a_place_is_chosen_and_put_where_the_map_is_clicked(
    desk: Page, tmp_path: Path
) -> None:
    hand = Hand()
    brought(desk, hand, files(tmp_path, [photo(None, seed=1), photo((118.4, 35.5), seed=2)]))
    desk.get_by_role("button", name="没有位置").click()
    desk.locator("#pin_map").click(position={"x": 60, "y": 60})
    expect(desk.locator(".site")).to_have_count(2)
    expect(desk.locator("#tray")).to_be_hidden()
    assert desk.locator(".site small").all_inner_texts()[0].startswith(("在地图上指定", "照片自带位置"))


def test_nothing_is_submitted_before_devices_and_types_are_answered(desk: Page, tmp_path: Path) -> None:
    hand = Hand()
    brought(desk, hand, files(tmp_path, [photo((118.4, 35.5), seed=1)]))
    submit = desk.locator("#submit")
    expect(submit).to_be_disabled()
    expect(submit).to_have_text("请回答设备的坐标")
    desk.get_by_role("button", name="GPS 原值").click()
    expect(submit).to_have_text("请选择类型")
    desk.get_by_label("第 1 处的类型").select_option("历史遗迹")
    expect(submit).to_have_text("提交 1 处")
    expect(submit).to_be_enabled()


def test_photos_chosen_before_the_server_said_who_one_is_are_not_lost(
    blank_page: Callable[..., Page], county: Server, li: Caller, tmp_path: Path
) -> None:
    page = blank_page(county.url)
    bring_in(page, county, li)
    held: list[Route] = []
    page.route(re.compile(r"/api/mark$"), lambda route: held.append(route))
    page.goto("/photos")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择照片").click()
    chooser.value.set_files(files(tmp_path, [photo((118.4, 35.5), seed=1)]))
    expect(page.locator(".bulk")).to_have_attribute("data-step", "review")
    page.wait_for_timeout(1500)
    assert held
    for each in held:
        each.continue_()
    expect(page.locator("#submit")).to_have_text("请回答设备的坐标")


def test_what_is_no_photo_is_told(desk: Page, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no")
    with desk.expect_file_chooser() as chooser:
        desk.get_by_role("button", name="选择照片").click()
    chooser.value.set_files(tmp_path / "a.txt")
    expect(desk.locator("#hint_bar")).to_contain_text("不是照片")


def test_a_reader_is_told_that_marking_needs_another_account(
    county: Server, blank_page: Callable[..., Page]
) -> None:
    page = blank_page(county.url)
    bring_in(page, county, sign_in(county, "reader", TOURISM))
    page.goto("/photos")
    expect(page.locator("#hint_bar")).to_contain_text("不能标点")


# --- in the card ---------------------------------------------------------------------------------------------


@pytest.fixture
def card(blank_page: Callable[..., Page], county: Server) -> Page:
    """The card of a site of this test's own, open before an editor of its unit."""
    editor = sign_in(county, "editor", TOURISM)
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [118.47, 35.55]},
        "properties": {"name": "新景点", "site_type": "park"},
    }
    uid = editor.post("/api/layers/scenic_site/features", json=feature).json()["id"]
    page = blank_page(county.url)
    bring_in(page, county, editor)
    page.goto(f"/?sel={uid}")
    expect(page.get_by_role("button", name="添加照片或 PDF")).to_be_visible(timeout=CARD_TIMEOUT_MS)
    return page


def added(page: Page, *paths: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="添加照片或 PDF").click()
    chooser.value.set_files(paths)


def test_photos_are_added_marked_and_compared_in_the_card(card: Page, tmp_path: Path) -> None:
    old, new = files(tmp_path, [photo((118.47, 35.55), seed=3, heading=45), photo(seed=4)])
    added(card, old, new)
    thumbs = card.locator(".photo-strip .thumb img")
    expect(thumbs).to_have_count(2, timeout=CARD_TIMEOUT_MS)
    viewer = card.get_by_role("dialog", name="照片")
    for number, role in enumerate(("原貌", "现状")):
        thumbs.nth(number).click()
        expect(viewer.locator("img")).to_be_visible()
        viewer.get_by_role("button", name=role).click()
        expect(viewer.get_by_role("button", name=role)).to_have_attribute("aria-pressed", "true")
        viewer.get_by_role("button", name="关闭").click()
    card.get_by_role("button", name="原貌与现状对比").click()
    slider = viewer.get_by_role("slider")
    slider.fill("20")
    assert viewer.locator(".compare").evaluate("each => each.style.getPropertyValue('--cut')") == "20%"
    card.keyboard.press("Escape")
    expect(viewer).to_be_hidden()


def test_what_is_no_photo_is_refused_beside_the_photos(
    card: Page, tmp_path: Path, trouble: list[str]
) -> None:
    bad = tmp_path / "a.jpg"
    bad.write_bytes(b"<svg onload=alert(1)>")
    added(card, bad)
    expect(card.locator(".strip-trouble")).to_contain_text("不是能接收的格式", timeout=CARD_TIMEOUT_MS)
    assert "415" in trouble.pop()


def test_a_photo_is_removed_after_a_question_and_brought_back(card: Page, tmp_path: Path) -> None:
    added(card, *files(tmp_path, [photo(seed=6)]))
    thumb = card.locator(".photo-strip .thumb img")
    expect(thumb).to_have_count(1, timeout=CARD_TIMEOUT_MS)
    thumb.click()
    viewer = card.get_by_role("dialog", name="照片")
    viewer.get_by_role("button", name="删除").click()
    expect(viewer).to_contain_text("原件仍留存备查")
    viewer.get_by_role("button", name="删除").click()
    expect(thumb).to_have_count(0)
    said = card.locator("#notice")
    expect(said).to_contain_text("已删除附件“IMG_0.jpg”")
    said.get_by_role("button", name="撤销").click()
    expect(said).to_contain_text("已撤销")
    expect(thumb).to_have_count(1, timeout=CARD_TIMEOUT_MS)


def test_a_removed_photo_comes_back_from_the_history(card: Page, tmp_path: Path) -> None:
    added(card, *files(tmp_path, [photo(seed=7)]))
    thumb = card.locator(".photo-strip .thumb img")
    expect(thumb).to_have_count(1, timeout=CARD_TIMEOUT_MS)
    thumb.click()
    viewer = card.get_by_role("dialog", name="照片")
    viewer.get_by_role("button", name="删除").click()
    viewer.get_by_role("button", name="删除").click()
    expect(thumb).to_have_count(0)
    card.get_by_role("button", name="历史", exact=True).click()
    removal = card.locator(".timeline li", has_text="删除附件").first
    expect(removal).to_contain_text("IMG_0.jpg")
    removal.get_by_role("button", name="恢复").click()
    removal.get_by_role("button", name="确认恢复").click()
    expect(card.locator("#notice")).to_contain_text("已恢复“IMG_0.jpg”")
    expect(thumb).to_have_count(1, timeout=CARD_TIMEOUT_MS)
