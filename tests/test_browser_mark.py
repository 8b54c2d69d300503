"""Does somebody mark a site with a photo in five taps, with and without a network, and is nothing lost?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Geolocation, Locator, Page, expect

from tests.browser import PHONE, watch
from tests.people import Caller, add_account, bring_in, sign_in_as
from tests.photos import photo
from tests.running import Server, running

TOURISM = "文化和旅游局"
HERE: Geolocation = {"longitude": 118.4321, "latitude": 35.6123, "accuracy": 8}
SENT_TIMEOUT_MS = 20_000
MOST_TAPS = 5


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("marking") / "home"
    shutil.copytree(sample_template, home)
    add_account(home, "editor", TOURISM)
    with running(home) as server:
        yield server


@pytest.fixture
def li(county: Server) -> Caller:
    """Somebody who has not marked anything yet."""
    return sign_in_as(county, add_account(county, "collector", TOURISM, name="李采"))


class Phone:
    """A page in a hand: it counts every tap. What the camera itself asks for (release, confirm) is counted as two."""

    def __init__(self, page: Page, place: Path) -> None:
        self.page = page
        self.place = place
        self.taps = 0

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.tap()

    def shoots(self, content: bytes | None = None, *, button: str = "拍照标点") -> None:
        file = self.place / f"photo-{self.taps}.jpg"
        file.write_bytes(content or photo(taken=None, size=(2400, 1800)))
        with self.page.expect_file_chooser() as chooser:
            self.tap(self.page.get_by_role("button", name=button, exact=True))
        self.taps += 2
        chooser.value.set_files(file)
        expect(self.page.locator(".shot img")).to_be_visible()

    def chooses(self, kind: str) -> None:
        self.tap(self.page.get_by_role("radio", name=kind))

    def submits(self) -> None:
        submit = self.page.get_by_role("button", name="提交")
        expect(submit).to_be_enabled()
        self.tap(submit)

    def marks(self, kind: str = "建筑与设施", content: bytes | None = None) -> None:
        self.shoots(content)
        self.chooses(kind)
        self.submits()

    @property
    def rows(self) -> Locator:
        return self.page.locator("#marks .mark")


@pytest.fixture
def hand(blank_page: Callable[..., Page], county: Server, li: Caller, tmp_path: Path) -> Callable[..., Phone]:
    def make(who: Caller | None = li, where: Geolocation | None = HERE, **options: Any) -> Phone:
        placed: dict[str, Any] = {"geolocation": where, "permissions": ["geolocation"]} if where else {}
        page = blank_page(county.url, **PHONE, **placed, **options)
        if who:
            bring_in(page, county, who)
        page.goto("/mark")
        expect(page.locator("#who")).to_contain_text(who.person.name if who else "登录")
        return Phone(page, tmp_path)

    return make


@pytest.fixture
def phone(hand: Callable[..., Phone]) -> Phone:
    return hand()


def somewhere(longitude: float = HERE["longitude"], latitude: float = HERE["latitude"]) -> Geolocation:
    """Sites of other tests lie more than 30 m away."""
    return {"longitude": longitude, "latitude": latitude, "accuracy": 8}


def sites(who: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = who.get("/api/mark/mine").json()["marks"]
    return found


def waits(page: Page) -> None:
    """Until the worker holds the shell: from then on the page opens without a network."""
    page.evaluate("() => navigator.serviceWorker.ready")
    page.wait_for_function("() => navigator.serviceWorker.controller")


def test_a_site_is_marked_with_a_photo_in_five_taps(phone: Phone, li: Caller) -> None:
    phone.marks()
    expect(phone.rows.first).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)
    assert phone.taps <= MOST_TAPS

    (new, *_) = sites(li)
    assert len(sites(li)) == 1
    assert (new["review"], new["photos"]) == ("pending", 1)
    feature = li.get(f"/api/features/{new['uid']}").json()
    assert feature["geometry"]["coordinates"] == pytest.approx([118.4321, 35.6123])
    assert feature["properties"]["resource_type"] == "E"
    assert feature["properties"]["position_source"] == "gps"
    assert feature["properties"]["accuracy"] == "手机定位，±8 米"
    (shown,) = li.get(f"/api/features/{new['uid']}/attachments").json()["attachments"]
    assert shown["bytes"] <= 400 * 1024
    assert (shown["accuracy_m"], shown["position_words"]) == (8, "手机定位")


def test_the_last_type_is_chosen_already(phone: Phone) -> None:
    phone.page.context.set_geolocation(somewhere(latitude=35.62))
    phone.marks("水域景观")
    phone.page.context.set_geolocation(somewhere(latitude=35.63))
    phone.shoots()
    expect(phone.page.get_by_role("radio", name="水域景观")).to_have_attribute("aria-checked", "true")
    phone.submits()
    expect(phone.rows.nth(1)).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)


def test_without_a_network_it_waits_survives_reloads_and_is_sent_later(
    phone: Phone, li: Caller, trouble: list[str]
) -> None:
    waits(phone.page)
    phone.page.context.set_geolocation(somewhere(longitude=118.44))
    phone.page.context.set_offline(True)

    phone.page.reload()
    phone.marks("历史遗迹")
    assert phone.taps <= MOST_TAPS
    expect(phone.page.locator("#waiting")).to_have_text("待上传 1")
    phone.page.reload()
    expect(phone.page.locator("#waiting")).to_have_text("待上传 1")
    expect(phone.rows.first).to_contain_text("待上传")
    assert sites(li) == []

    phone.page.context.set_offline(False)
    expect(phone.rows.first).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)
    expect(phone.page.locator("#waiting")).to_be_hidden()
    assert [(each["review"], each["photos"]) for each in sites(li)] == [("pending", 1)]
    forget_offline(trouble)


def test_a_reload_in_the_middle_brings_the_form_back(phone: Phone, trouble: list[str]) -> None:
    phone.shoots()
    phone.chooses("生物景观")
    phone.page.wait_for_timeout(300)
    phone.page.reload()
    expect(phone.page.locator(".shot img")).to_be_visible()
    expect(phone.page.get_by_role("radio", name="生物景观")).to_have_attribute("aria-checked", "true")


def test_submitting_twice_makes_one_site(phone: Phone, li: Caller) -> None:
    phone.page.context.set_geolocation(somewhere(longitude=118.46))
    phone.shoots()
    phone.chooses("人文活动")
    expect(phone.page.get_by_role("button", name="提交")).to_be_enabled()
    phone.page.evaluate("() => { const b = document.getElementById('submit'); b.click(); b.click(); }")
    expect(phone.rows.first).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)
    assert len(sites(li)) == 1


def test_an_answer_that_gets_lost_makes_no_second_site(phone: Phone, li: Caller, trouble: list[str]) -> None:
    phone.page.context.set_geolocation(somewhere(longitude=118.47))
    lost: list[str] = []

    def lose(route: Any) -> None:
        if route.request.method == "POST" and len(lost) < 2:
            route.fetch()
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    phone.page.route(re.compile("/api/(layers|features)/"), lose)
    phone.marks()
    expect(phone.rows.first).to_contain_text("待上传")
    for _ in range(2):
        phone.page.get_by_role("button", name="立即上传").tap()
        phone.page.wait_for_timeout(800)
    expect(phone.rows.first).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)
    assert len(lost) == 2
    assert len(sites(li)) == 1
    assert sites(li)[0]["photos"] == 1
    forget_offline(trouble)


def test_after_a_log_out_the_queue_stays_and_waits_for_its_owner(
    phone: Phone, county: Server, li: Caller, trouble: list[str]
) -> None:
    waits(phone.page)
    phone.page.context.set_geolocation(somewhere(longitude=118.48))
    phone.page.context.set_offline(True)
    phone.marks()
    expect(phone.page.locator("#waiting")).to_have_text("待上传 1")
    phone.page.context.clear_cookies()
    phone.page.context.set_offline(False)
    phone.page.goto("/mark")
    expect(phone.page.locator("#hint_bar")).to_contain_text("登录")
    expect(phone.page.locator("#waiting")).to_have_text("待上传 1")

    zhang = sign_in_as(county, add_account(county, "collector", TOURISM, name="张采"))
    bring_in(phone.page, county, zhang)
    phone.page.reload()
    expect(phone.page.locator("#hint_bar")).to_contain_text("另有 1 条待上传属于李采")
    expect(phone.rows.first).to_contain_text("请他登录后上传")
    assert sites(zhang) == []

    bring_in(phone.page, county, li)
    phone.page.reload()
    expect(phone.rows.first).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)
    assert len(sites(li)) == 1
    forget_offline(trouble)


@pytest.mark.parametrize(
    ("status", "sentence"), [(403, "不能标点"), (422, "名称不对"), (413, "内容太大"), (409, "已存在")]
)
def test_a_refusal_is_told_and_nothing_is_lost(
    hand: Callable[..., Phone], status: int, sentence: str, trouble: list[str]
) -> None:
    # While a worker takes over a page, what the page asks may pass by the answers of a test.
    phone = hand(service_workers="block")
    phone.page.context.set_geolocation(somewhere(latitude=35.5 + status / 10_000))
    body = {"ok": False, "error": sentence, "status": status}
    refuse = re.compile("/api/layers/scenic_site/features")
    phone.page.route(refuse, lambda route: route.fulfill(status=status, json=body))
    phone.marks()
    expect(phone.rows.first).to_contain_text(sentence)
    expect(phone.page.locator("#waiting")).to_have_text("待上传 1")
    phone.page.unroute(refuse)
    phone.tap(phone.rows.first)
    phone.tap(phone.page.locator("#about").get_by_role("button", name="立即上传"))
    expect(phone.rows.first).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)
    forget_offline(trouble)


def test_a_vague_position_is_refused_until_it_is_placed_by_hand(
    hand: Callable[..., Phone], li: Caller
) -> None:
    phone = hand(where={"longitude": 118.41, "latitude": 35.51, "accuracy": 120})
    phone.shoots()
    phone.chooses("地文景观")
    expect(phone.page.locator("#place_words")).to_contain_text("±120 米，超过 50 米")
    expect(phone.page.get_by_role("button", name="提交")).to_be_disabled()
    phone.page.locator("#pin_map").tap(position={"x": 120, "y": 90})
    expect(phone.page.locator("#place_words")).to_contain_text("在地图上指定")
    phone.submits()
    expect(phone.rows.first).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)
    feature = li.get(f"/api/features/{sites(li)[0]['uid']}").json()
    assert feature["properties"]["position_source"] == "hand"


def test_a_photo_of_the_gallery_brings_its_own_place(phone: Phone, li: Caller) -> None:
    at = (118.5301, 35.5402)
    phone.shoots(photo(at, taken="2026:10:01 08:00:00"), button="从相册选")
    expect(phone.page.locator("#place_words")).to_contain_text("照片自带位置")
    phone.chooses("地文景观")
    phone.submits()
    expect(phone.rows.first).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)
    feature = li.get(f"/api/features/{sites(li)[0]['uid']}").json()
    assert feature["geometry"]["coordinates"] == pytest.approx(at, abs=1e-5)
    assert feature["properties"]["position_source"] == "exif"


def test_a_site_within_thirty_metres_is_named_and_can_take_the_photos(phone: Phone, li: Caller) -> None:
    at = somewhere(longitude=118.5555, latitude=35.6555)
    phone.page.context.set_geolocation(at)
    phone.marks()
    expect(phone.rows.first).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)
    count, first = len(sites(li)), sites(li)[0]

    phone.page.context.set_geolocation(somewhere(longitude=118.5555, latitude=35.6557))
    phone.shoots(photo(seed=5, taken=None))
    near = phone.page.locator("#near")
    expect(near).to_contain_text("30 米内已有")
    expect(near).to_contain_text("22 米")
    phone.tap(near.get_by_role("button", name="补充照片到它"))
    expect(phone.rows.first).to_contain_text("照片已补充", timeout=SENT_TIMEOUT_MS)
    assert len(sites(li)) == count
    assert next(each["photos"] for each in sites(li) if each["uid"] == first["uid"]) == 2


def test_without_https_it_says_so_and_a_place_is_chosen_by_hand(
    blank_page: Callable[..., Page], county: Server, li: Caller, tmp_path: Path
) -> None:
    page = blank_page(county.url, **PHONE)
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    bring_in(page, county, li)
    page.goto("/mark")
    expect(page.locator("#who")).to_contain_text("李采")
    phone = Phone(page, tmp_path)
    phone.shoots()
    expect(page.locator("#place_words")).to_contain_text("不是 https")
    page.locator("#pin_map").tap(position={"x": 100, "y": 120})
    phone.chooses("地文景观")
    expect(page.get_by_role("button", name="提交")).to_be_enabled()


# All in one look: the form is drawn anew when the photo is shrunk and when the position is known.
BOXES = """() => [...document.querySelectorAll("button")]
  .filter((each) => each.checkVisibility?.() ?? each.offsetParent)
  .map((each) => [each, each.getBoundingClientRect()])
  .map(([each, { y, width, height }]) =>
    ({ name: each.innerText || each.getAttribute('aria-label'), chosen: each.matches("[role=radio]"), y, width, height }))"""


def test_every_target_of_a_thumb_is_large_enough_and_low(phone: Phone) -> None:
    for name in ("拍照标点", "从相册选"):
        box = phone.page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box
        assert box["height"] >= 44
        assert box["y"] > 422
    phone.page.context.set_geolocation(somewhere(longitude=118.65))
    phone.shoots()
    expect(phone.page.get_by_role("button", name="提交")).to_be_visible()
    boxes = phone.page.evaluate(BOXES)
    assert [each for each in boxes if min(each["width"], each["height"]) < 44] == []
    low = [each for each in boxes if each["chosen"] or each["name"] == "提交"]
    assert len(low) > 1
    assert [each for each in low if each["y"] <= 422] == []


def test_a_pack_of_the_phone_is_imported_on_the_pc_with_the_same_keys(
    phone: Phone,
    li: Caller,
    county: Server,
    blank_page: Callable[..., Page],
    tmp_path: Path,
    trouble: list[str],
) -> None:
    waits(phone.page)
    phone.page.context.set_geolocation(somewhere(longitude=118.61))
    phone.page.context.set_offline(True)
    phone.marks()
    expect(phone.page.locator("#waiting")).to_have_text("待上传 1")
    with phone.page.expect_download() as download:
        phone.page.get_by_role("button", name="导出待传包").tap()
    assert re.fullmatch(r"待传包-\d{8}-\d{4}\.json", download.value.suggested_filename)
    pack = tmp_path / "pack.json"
    download.value.save_as(pack)

    pc = blank_page(county.url)
    bring_in(pc, county, li)
    pc.goto("/photos")
    for _ in range(2):
        with pc.expect_file_chooser() as chooser:
            pc.get_by_role("button", name="导入待传包").click()
        chooser.value.set_files(pack)
        expect(pc.locator("#progress_words")).to_contain_text(
            "上传完成：1 处、1 张照片", timeout=SENT_TIMEOUT_MS
        )
        assert len(sites(li)) == 1
        pc.reload()

    phone.page.context.set_offline(False)
    expect(phone.rows.first).to_contain_text("待审核", timeout=SENT_TIMEOUT_MS)
    assert len(sites(li)) == 1
    assert sites(li)[0]["photos"] == 1
    forget_offline(trouble)


def test_what_is_no_pack_is_refused_by_a_sentence(
    li: Caller, county: Server, blank_page: Callable[..., Page], tmp_path: Path
) -> None:
    pc = blank_page(county.url)
    bring_in(pc, county, li)
    pc.goto("/photos")
    for content in ("{}", "no", '{"format":"webmap-marks","edition":1,"marks":[{"uid":1}]}'):
        (tmp_path / "x.json").write_text(content)
        with pc.expect_file_chooser() as chooser:
            pc.get_by_role("button", name="导入待传包").click()
        chooser.value.set_files(tmp_path / "x.json")
        expect(pc.locator("#hint_bar")).to_contain_text("不是待传包")


def test_the_oldest_browser_loads_the_page_and_queues(
    floor_browser: Browser, county: Server, li: Caller, tmp_path: Path, trouble: list[str]
) -> None:
    context = floor_browser.new_context(
        base_url=county.url, locale="zh-CN", geolocation=HERE, permissions=["geolocation"], **PHONE
    )
    page = context.new_page()
    watch(page, urlsplit(county.url).netloc, trouble)
    bring_in(page, county, li)
    page.goto("/mark")
    said = "([place, words]) => document.getElementById(place).textContent.includes(words)"
    page.wait_for_function(said, arg=["who", "李采"])
    page.route("**/api/layers/**", lambda route: route.abort())
    (tmp_path / "a.jpg").write_bytes(photo(taken=None))
    page.set_input_files("#camera_file", tmp_path / "a.jpg")
    page.wait_for_function("() => document.querySelector('.shot img')?.naturalWidth > 0")
    page.evaluate("() => document.querySelector('[data-type=E]').click()")
    page.wait_for_function("() => !document.getElementById('submit').disabled")
    page.evaluate("() => document.getElementById('submit').click()")
    page.wait_for_function(said, arg=["waiting", "待上传 1"])
    page.reload()
    page.wait_for_function(said, arg=["waiting", "待上传 1"])
    context.close()
    forget_offline(trouble)


def forget_offline(trouble: list[str]) -> None:
    """A browser notes down every request that failed: those were meant to."""
    trouble[:] = [each for each in trouble if "Failed to load resource" not in each]
