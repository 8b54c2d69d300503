"""A leader sits before a briefing: every scene by keyboard, on GL and on canvas, at three sizes; and it is edited."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Request, expect

from layers.briefing import checked_scenes
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, briefings
from tests.browser import PATIENCE_S, PHONE, WITHOUT_WEBGL2, Visit, until
from tests.composition import BOXES, check_composition, check_scene
from tests.people import UNIT
from tests.running import Server
from tests.small_county import PAYLOAD

CALM: dict[str, Any] = {"reduced_motion": "reduce"}
SIZES = [(1366, 768), (1920, 1080), (3840, 2160), (3840, 1080), (2560, 720)]
SCENES = 10
DRAWN = "map_county.view && map_county.view.isDrawn"
# What share of the map is painted in each frame from the key until the next scene stands, and the frame in which it does.
FRAMES = """(key) => new Promise((done) => {
  const map = map_county, frame = map.getContainer().getBoundingClientRect();
  const sight = Object.assign(document.createElement("canvas"), { width: 96, height: 64 });
  const ink = sight.getContext("2d", { willReadFrequently: true });
  const [across, down] = [sight.width / frame.width, sight.height / frame.height];
  const painted = () => {
    ink.clearRect(0, 0, sight.width, sight.height);
    for (const each of map.getContainer().querySelectorAll("canvas")) {
      const { left, top, width, height } = each.getBoundingClientRect();
      ink.drawImage(each, (left - frame.left) * across, (top - frame.top) * down, width * across, height * down);
    }
    const { data } = ink.getImageData(0, 0, sight.width, sight.height);
    return data.filter((value, at) => at % 4 === 3 && value > 32).length / (data.length / 4);
  };
  const shares = [painted()];
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const look = () => {
    shares.push(painted());
    if (shares.length > 5 && map.view.isDrawn) return done(shares);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""

# A driver that does not draw by the processor, by its name at least.
WITH_A_GRAPHICS_CARD = """(() => {
  const told = WebGL2RenderingContext.prototype.getParameter;
  WebGL2RenderingContext.prototype.getParameter = function (name) {
    return name === 0x9246 ? "GeForce" : told.call(this, name);
  };
})()"""
# What is set in motion above the map: where it ends, or what of it changes.
MOVED = """(() => {
  window.moved = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (frames, how) {
    if (this.parentElement === window.map_county?.getContainer())
      window.moved.push(frames.at(-1).transform ?? Object.keys(frames.at(-1))[0]);
    return animate.call(this, frames, how);
  };
})()"""
PLACES = """(corners) => corners.map(([lon, lat]) => {
  const { x, y } = map_county.latLngToContainerPoint([lat, lon]);
  return [x, y];
})"""


@pytest.fixture(scope="module")
def talks(server: Server) -> Iterator[Server]:
    """The shared server, with two briefings more: one that is broken, one full of payloads."""
    asked: dict[str, Any] = {
        "label": PAYLOAD[:60],
        "layers": ["idle_parcel"],
        "filter": "",
        "measure": "count",
    }
    hostile: dict[str, Any] = {
        **dict.fromkeys(("headline", "notes"), PAYLOAD),
        "chapter": PAYLOAD[:60],
        "figures": [asked, asked, asked],
        "bars": {**asked, "title": PAYLOAD[:60], "by": "town"},
    }
    del hostile["bars"]["label"]
    gone = {"headline": "{1}", "figures": [{**asked, "layers": ["gone"]}], "layers": ["gone"]}
    field = {
        "headline": "{1}",
        "figures": [{**asked, "filter": "gone.any.x"}],
        "filters": {"idle_parcel": "gone.any.x"},
    }
    roads = {"layers": ["road_project"], "subject": {"road_project": []}}
    times: list[dict[str, Any]] = [
        {**roads, "headline": "一年", "year": {"time": 2027}},
        {**roads, "headline": "两时", "compare": {"left": "now", "right": "plan", "share": 0.25}},
        {**roads, "headline": "不分"},
        {**roads, "headline": "着色", "colors": {"road_project": "work"}},
    ]
    database = Database(f"sqlite:///{server.home / 'map.db'}")
    with database.writing() as session:
        for slug, scenes in (
            ("times", times),
            ("broken", [gone, field, {}, {"headline": "好的一幕"}]),
            ("hostile", [hostile, {"headline": "字" * 2000}, {"headline": "x" * 2000}]),
        ):
            briefings.add(
                session,
                SYSTEM_VIEWER,
                title="汇报",
                slug=slug,
                unit="自然资源和规划局",
                scenes=checked_scenes(scenes),
            )
        session.commit()
    database.dispose()
    yield server
    with database.writing() as session:
        for slug in ("times", "broken", "hostile"):
            briefings.remove(session, SYSTEM_VIEWER, slug)
        session.commit()
    database.dispose()


@pytest.fixture
def show(visit: Visit, blank_page: Visit, talks: Server) -> Callable[..., Page]:
    def open_it(
        slug: str = "county",
        query: str = "",
        *,
        canvas: bool = False,
        scripts: Sequence[str] = (),
        **options: Any,
    ) -> Page:
        page = blank_page(talks.url, **(CALM | options))
        for script in scripts:
            page.add_init_script(script)
        if canvas:
            page.add_init_script(WITHOUT_WEBGL2)
        page.goto(f"/briefing/{slug}{query}")
        until(page, "document.getElementById('count').textContent !== ''")
        return page

    return open_it


@contextmanager
def tiles_of(page: Page) -> Iterator[list[str]]:
    """Addresses of the tiles that the page asks for."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if ".mvt" in request.url:
            asked.append(request.url)

    page.on("request", note)
    yield asked
    page.remove_listener("request", note)


@pytest.fixture
def talk_of(staffed: Server) -> Iterator[Callable[..., str]]:
    """Makes a briefing of these scenes, which is gone afterwards, where one can sign in."""
    database = Database(f"sqlite:///{staffed.home / 'map.db'}")
    made: list[str] = []

    def make(scenes: list[dict[str, Any]], title: str = "汇报") -> str:
        with database.writing() as session:
            asked = checked_scenes(scenes)
            made.append(briefings.add(session, SYSTEM_VIEWER, title=title, unit=UNIT, scenes=asked).slug)
            session.commit()
        return made[-1]

    yield make
    with database.writing() as session:
        for slug in made:
            briefings.remove(session, SYSTEM_VIEWER, slug)
        session.commit()
    database.dispose()


def drawn(page: Page) -> None:
    until(page, DRAWN)


def place(page: Page) -> str:
    return page.inner_text("#count")


@pytest.mark.parametrize("canvas", [False, True], ids=["gl", "canvas"])
def test_the_sample_is_driven_by_keyboard_from_the_first_to_the_last_scene(
    show: Callable[..., Page], canvas: bool
) -> None:
    page = show(canvas=canvas)
    keys = ["ArrowRight", "PageDown", " ", "Enter", "ArrowDown", "ArrowRight", "PageDown", " ", "Enter"]
    seen = []
    for number, key in enumerate(["", *keys], 1):
        if key:
            page.keyboard.press(key)
        assert place(page) == f"{number} / {SCENES}"
        check_composition(page)
        assert page.is_hidden("#trouble")
        assert "—" not in page.inner_text("#headline")
        seen.append(page.inner_text("#headline"))
    drawn(page)
    assert page.evaluate("map_county.view.drawsOnCanvas") is canvas
    assert len(set(seen)) == SCENES
    page.keyboard.press("ArrowRight")
    assert "已是最后一幕" in page.inner_text("#notice")
    page.keyboard.press("ArrowLeft")
    assert place(page) == f"9 / {SCENES}"
    page.keyboard.press("Home")
    assert place(page) == f"1 / {SCENES}"
    page.keyboard.press("End")
    assert place(page) == f"{SCENES} / {SCENES}"
    assert "scene=10" in page.url


@pytest.mark.parametrize(("width", "height"), SIZES, ids=["1366", "1920", "3840", "32:9", "32:9 low"])
def test_every_scene_has_the_same_composition_at_every_size(
    show: Callable[..., Page], width: int, height: int
) -> None:
    page = show(viewport={"width": width, "height": height}, canvas=True)
    drawn(page)
    told = page.request.get("/api/briefings/county/play").json()
    for number, scene in enumerate(told["scenes"], 1):
        assert place(page).startswith(f"{number} /")
        check_scene(page, number, scene["bounds"] or told["county"]["bounds"], width, height)
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("canvas", [False, True], ids=["gl", "canvas"])
def test_while_a_scene_stands_the_tiles_of_the_next_are_fetched(
    show: Callable[..., Page], canvas: bool
) -> None:
    """The fourth scene looks closer than the third; what it asks for by itself tells which tiles it needs."""
    alone = show(canvas=canvas, query="?scene=4")
    with tiles_of(alone) as needed:
        alone.reload()
        drawn(alone)
    page = show(canvas=canvas, query="?scene=3")
    with tiles_of(page) as fetched:
        page.reload()
        drawn(page)
        closer = {tile for tile in needed if "/12/" in tile}
        assert len(closer) > 3
        for _ in range(PATIENCE_S * 10):
            if closer <= set(fetched):
                break
            page.wait_for_timeout(100)
    assert closer <= set(fetched)
    assert place(page).startswith("3 /")


@pytest.mark.parametrize("canvas", [False, True], ids=["gl", "canvas"])
def test_no_frame_between_two_scenes_is_blank(show: Callable[..., Page], canvas: bool) -> None:
    page = show(canvas=canvas)
    for key in ["PageDown"] * 4 + ["PageUp"] * 2:
        drawn(page)
        shares = page.evaluate(FRAMES, key)
        assert min(shares) > 0.8 * min(shares[0], shares[-1]) > 0.1, (key, shares)


def step_told(page: Page, key: str) -> tuple[list[str], list[list[float]], list[list[float]]]:
    """What moved over the map on the way to another scene; where two places of the county were before and after."""
    drawn(page)
    west, south, east, north = county(page)
    corners = [[west, south], [east, north]]
    before = page.evaluate(PLACES, corners)
    page.keyboard.press(key)
    drawn(page)
    return page.evaluate("window.moved"), before, page.evaluate(PLACES, corners)


def test_the_old_picture_glides_to_where_it_belongs_and_fades(show: Callable[..., Page]) -> None:
    page = show(query="?scene=3", scripts=[WITH_A_GRAPHICS_CARD, MOVED], reduced_motion="no-preference")
    moved, before, after = step_told(page, "PageDown")
    glide, fade = moved
    assert fade == "opacity"
    left, top, scale = map(float, re.findall(r"-?[\d.]+(?:e-?\d+)?", glide))
    # Places are told in whole pixels, which the glide magnifies.
    for (x, y), there in zip(before, after, strict=True):
        assert [left + scale * x, top + scale * y] == pytest.approx(there, abs=1 + scale / 2)
    assert page.evaluate("map_county.getContainer().querySelectorAll(':scope > canvas').length") == 0


@pytest.mark.parametrize(
    ("scripts", "motion"),
    [(("card", "moved"), "reduce"), (("moved",), "no-preference")],
    ids=["who wants no motion", "no graphics card"],
)
def test_nothing_glides_for(show: Callable[..., Page], scripts: tuple[str, ...], motion: str) -> None:
    known = {"card": WITH_A_GRAPHICS_CARD, "moved": MOVED}
    page = show(query="?scene=3", scripts=[known[name] for name in scripts], reduced_motion=motion)
    moved, before, after = step_told(page, "PageDown")
    assert moved == []
    assert before != after


def test_towns_carry_their_figure_on_the_map(show: Callable[..., Page]) -> None:
    page = show(canvas=True)
    drawn(page)
    page.keyboard.press("ArrowRight")
    until(
        page,
        "map_county.view.placed.things.some(({kind, text}) => kind === 'label' && /^铜井镇 .*亩$/.test(text))",
    )


def test_a_phone_held_upright_shows_the_sentence_the_map_and_the_figures(show: Callable[..., Page]) -> None:
    page = show(viewport={"width": 390, "height": 844}, canvas=True, has_touch=True)
    for number in range(1, SCENES + 1):
        assert place(page).startswith(f"{number} /")
        boxes = [one["box"] for one in page.evaluate(BOXES)]
        frame = page.locator("#map_frame").bounding_box()
        nav = page.locator(".steps").bounding_box()
        assert frame
        assert nav
        for at, (left, top, right, bottom) in enumerate(boxes):
            assert 0 <= left < right <= 390
            assert 0 <= top < bottom <= nav["y"] + 1
            assert bottom <= frame["y"] + 1 or top >= frame["y"] + frame["height"] - 1
            for other in boxes[at + 1 :]:
                overlap = (
                    min(right, other[2]) - max(left, other[0]),
                    min(bottom, other[3]) - max(top, other[1]),
                )
                assert min(overlap) <= 2, (number, boxes[at], other)
        page.keyboard.press("ArrowRight")


def county(page: Page) -> list[float]:
    found: list[float] = page.request.get("/api/briefings/county/play").json()["county"]["bounds"]
    return found


def test_what_a_scene_is_about_is_strong_and_the_rest_is_faint(show: Callable[..., Page]) -> None:
    page = show(canvas=True)
    page.keyboard.press("ArrowRight")
    drawn(page)
    told = page.request.get("/api/layers/idle_parcel/totals?f=symbol.any.two_years;town.any.界湖街道").json()
    donuts = "map_county.view.placed.things.filter(({kind}) => kind === 'donut').map(({count}) => count)"
    until(page, f"JSON.stringify({donuts}) === '[{told['count']}]'")


# Symbols that stand aside: where their leader runs under another symbol, but for what lies at its beginning.
CUT = """() => {
  const things = map_county.view.placed.things;
  const holds = ([left, top, right, bottom], {x, y}, by = 0) =>
    x > left - by && x < right + by && y > top - by && y < bottom + by;
  const others = things.filter(({kind, marker}) => kind === "donut" || (marker && marker.shape !== "square"));
  return things.filter(({from}) => from).flatMap((own) => {
    const spots = Array.from({length: 101}, (_, i) => ({
      x: own.from.x + i / 100 * (own.spot.x - own.from.x), y: own.from.y + i / 100 * (own.spot.y - own.from.y),
    }));
    return others.filter((other) => other !== own && !holds(other.box, own.from, 6))
      .filter(({box}) => spots.some((spot) => holds(box, spot))).map(({text, name}) => `${own.name}: ${name ?? text}`);
  });
}"""
FURNITURE = """() => {
  const frame = map_county.getContainer().getBoundingClientRect();
  const per = frame.width / map_county.getSize().x;
  const above = [...document.querySelectorAll(".furniture > *")].map((each) => each.getBoundingClientRect());
  return map_county.view.placed.things.filter(({box: [left, top, right, bottom]}) => above.some((one) =>
    frame.left + left * per < one.right && frame.left + right * per > one.left
    && frame.top + top * per < one.bottom && frame.top + bottom * per > one.top)).map(({name, text}) => name ?? text);
}"""

LENGTHS = """() => map_county.view.placed.things.filter(({from}) => from)
  .map(({from, spot}) => Math.hypot(spot.x - from.x, spot.y - from.y))"""


def test_leaders_run_around_other_symbols(show: Callable[..., Page]) -> None:
    page = show(canvas=True, query="?scene=7")
    drawn(page)
    assert page.evaluate("map_county.view.placed.things.filter(({from}) => from).length") > 8
    # Of the museums behind the county seat one has no way around; its leader is painted below the symbol it meets.
    assert len(page.evaluate(CUT)) <= 1


@pytest.mark.parametrize("scene", [1, 4, 7])
def test_scale_bar_and_north_cover_no_symbol_on_a_phone(show: Callable[..., Page], scene: int) -> None:
    page = show(canvas=True, query=f"?scene={scene}", **PHONE)
    drawn(page)
    assert page.evaluate("map_county.view.placed.things.length") > 4
    assert page.evaluate(FURNITURE) == []
    # A leader that crosses half the county tells no place: a fifth of the width is the most.
    assert all(length <= 390 / 5 for length in page.evaluate(LENGTHS))


def test_one_may_leave_the_script_and_comes_back_to_the_exact_view(show: Callable[..., Page]) -> None:
    page = show(canvas=True)
    drawn(page)
    before = page.evaluate("map_county.view.state()")
    page.mouse.move(1000, 400)
    page.mouse.down()
    page.mouse.move(900, 350, steps=4)
    page.mouse.up()
    until(page, "!document.getElementById('strayed').hidden")
    page.keyboard.press("Escape")
    until(page, "document.getElementById('strayed').hidden")
    after = page.evaluate("map_county.view.state()")
    assert after == pytest.approx(before, abs=1e-6)
    seal = page.evaluate(
        """() => { const map = map_county, frame = map.getContainer().getBoundingClientRect();
          const {spot} = map.view.placed.things.find(({kind, marker}) => kind === "marker" && marker.shape === "seal");
          const per = frame.width / map.getSize().x; return [frame.left + spot.x * per, frame.top + spot.y * per]; }"""
    )
    page.mouse.click(*seal)
    until(page, "!document.getElementById('small_card').hidden")
    assert page.inner_text("#small_card h2")
    page.keyboard.press("Home")
    assert page.is_hidden("#small_card")
    assert place(page).startswith("1 /")


def test_black_contents_and_the_address_of_a_scene(show: Callable[..., Page]) -> None:
    page = show(canvas=True)
    for key in ("b", "."):
        page.keyboard.press(key)
        assert page.is_visible("#black")
        page.keyboard.press(key)
        assert page.is_hidden("#black")
    page.keyboard.press("m")
    page.locator("#menu .scenes button").nth(5).click()
    assert place(page) == f"6 / {SCENES}"
    page.reload()
    until(page, "document.getElementById('count').textContent.startsWith('6')")


# Width, height and how many colours of the picture on the clipboard.
COPIED = """async () => {
  const [item] = await navigator.clipboard.read();
  const image = await createImageBitmap(await item.getType("image/png"));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const dots = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
  return [image.width, image.height, new Set(dots).size];
}"""


@pytest.mark.parametrize("canvas", [False, True], ids=["gl", "canvas"])
def test_the_picture_of_a_scene_is_copied(show: Callable[..., Page], canvas: bool) -> None:
    page = show(canvas=canvas, permissions=["clipboard-read", "clipboard-write"])
    drawn(page)
    page.keyboard.press("c")
    expect(page.locator("#notice")).to_have_text("这一幕的图片已复制，可以直接粘贴到文档里。", timeout=20_000)
    width, height, colours = page.evaluate(COPIED)
    assert width / height == pytest.approx(16 / 9, rel=0.01)
    assert width >= 1280
    assert colours > 200


def test_a_scene_becomes_a_poster(signed_in_page: Callable[..., Page]) -> None:
    page = signed_in_page("reader", **CALM)
    page.add_init_script(WITHOUT_WEBGL2)
    page.goto("/briefing/county")
    until(page, "document.getElementById('count').textContent !== ''")
    drawn(page)
    page.keyboard.press("m")
    with page.expect_download(timeout=90_000) as made:
        page.get_by_role("button", name="存为海报").click()
    with Image.open(made.value.path()) as poster:
        assert poster.size == (3840, 2160)
    expect(page.locator("#notice")).to_contain_text("海报已保存到下载文件夹")
    page.goto("/briefing/county/take")
    expect(page.get_by_text("海报（第 1 幕）")).to_be_visible()


PLANNED_ROAD = "map_county.view.placed.things.some(({glyphs}) => glyphs?.map(({text}) => text).join('') === '229省道改线')"


@pytest.mark.parametrize("canvas", [False, True], ids=["gl", "canvas"])
def test_a_scene_shows_its_year_or_two_times_and_comes_back_to_them(
    show: Callable[..., Page], canvas: bool
) -> None:
    page = show("times", canvas=canvas)
    drawn(page)
    assert page.inner_text("#times output") == "2027 年底"
    assert "图上 2027 年底" in page.inner_text("#source")
    assert not page.evaluate(PLANNED_ROAD)
    page.keyboard.press("]")
    assert page.inner_text("#times output") == "2028 年底"
    assert page.is_visible("#strayed")
    page.get_by_label("年份").press("ArrowLeft")
    page.get_by_label("年份").press("ArrowLeft")
    assert page.inner_text("#times output") == "2026 年底"
    assert place(page).startswith("1 /")
    page.keyboard.press("Home")
    assert page.inner_text("#times output") == "2027 年底"
    assert page.is_hidden("#strayed")
    page.keyboard.press("PageDown")
    until(page, f"{DRAWN} && {PLANNED_ROAD}")
    west, _, east, _ = county(page)
    assert page.evaluate("map_county.view.curtainLon") == pytest.approx(
        west + 0.25 * (east - west), abs=0.003
    )
    assert page.locator(".curtain b").all_inner_texts() == ["现状", "规划"]
    before = page.evaluate("map_county.view.curtain.share")
    page.locator(".curtain:not([hidden])").press("ArrowRight")
    assert page.evaluate("map_county.view.curtain.share") > before
    page.keyboard.press("Escape")
    assert page.evaluate("map_county.view.curtain.share") == pytest.approx(before)
    page.keyboard.press("PageDown")
    assert page.evaluate("map_county.view.curtain.share") is None
    until(page, f"{DRAWN} && {PLANNED_ROAD}")
    assert page.is_hidden("#times")


@pytest.mark.parametrize("canvas", [False, True], ids=["gl", "canvas"])
def test_a_scene_colours_a_layer_by_a_field_and_the_next_does_not(
    show: Callable[..., Page], canvas: bool
) -> None:
    page = show("times", canvas=canvas)
    page.keyboard.press("End")
    colored = (
        "map_county.view.placed.things.filter(({layer}) => layer === 'road_project').map(({color}) => color)"
    )
    until(page, f"{DRAWN} && new Set({colored}).size > 1")
    assert "改线道路" in page.inner_text("#legend")
    page.keyboard.press("PageUp")
    until(page, f"{DRAWN} && new Set({colored}).size === 1")
    assert "改线道路" not in page.inner_text("#legend")


def test_a_question_is_answered_over_the_scene_which_then_stands_again(show: Callable[..., Page]) -> None:
    page = show(canvas=True)
    drawn(page)
    before = page.evaluate("map_county.view.state()")
    page.keyboard.press("/")
    page.get_by_role("combobox", name="问一问").fill("界湖街道闲置满两年的有几宗多少亩")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.answer-figure b') !== null")
    told = page.request.get("/api/layers/idle_parcel/totals?f=symbol.any.two_years;town.any.界湖街道").json()
    assert page.locator(".answer-figure b").first.inner_text() == str(told["count"])
    until(page, "map_county.view.state().z > 12")
    page.keyboard.press("Escape")
    assert page.is_hidden("#answer")
    assert page.is_hidden("#ask")
    assert page.evaluate("map_county.view.state()") == pytest.approx(before, abs=1e-6)
    assert place(page).startswith("1 /")
    page.keyboard.press("ArrowRight")
    assert place(page).startswith("2 /")


def test_a_finger_swipes(show: Callable[..., Page]) -> None:
    page = show(canvas=True, has_touch=True)
    page.evaluate(
        """() => { const panel = document.getElementById("scene");
          const touch = (x) => new Touch({identifier: 1, target: panel, clientX: x, clientY: 300});
          panel.dispatchEvent(new TouchEvent("touchstart", {touches: [touch(400)], changedTouches: [touch(400)]}));
          panel.dispatchEvent(new TouchEvent("touchend", {touches: [], changedTouches: [touch(200)]})); }"""
    )
    assert place(page).startswith("2 /")


def test_a_broken_scene_says_so_and_the_next_key_works(show: Callable[..., Page], trouble: list[str]) -> None:
    page = show("broken", canvas=True)
    assert "没有图层“gone”" in page.inner_text("#trouble")
    assert page.inner_text("#headline") == "—"
    page.keyboard.press("ArrowRight")
    assert "不能按“gone”筛选" in page.inner_text("#trouble")
    page.keyboard.press("ArrowRight")
    assert "还没有内容" in page.inner_text("#trouble")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#headline") == "好的一幕"
    assert page.is_hidden("#trouble")
    drawn(page)
    assert trouble == []


def test_hostile_and_endless_words_stay_words_inside_their_box(show: Callable[..., Page]) -> None:
    page = show("hostile", canvas=True)
    assert page.title().startswith("汇报")
    assert "<script>" in page.inner_text("#headline")
    for _ in range(3):
        right = page.evaluate(
            "Math.max(...[...document.querySelectorAll('#scene *')].map((each) => each.getBoundingClientRect().right))"
        )
        assert right <= 700 * 1366 / 1920
        assert (
            page.evaluate(
                "document.getElementById('scene').scrollHeight - document.getElementById('scene').clientHeight"
            )
            <= 0
        )
        page.keyboard.press("ArrowRight")


def test_hostile_words_stay_words_on_the_second_screen(show: Callable[..., Page], talks: Server) -> None:
    page = show("hostile", canvas=True)
    second = page.context.new_page()
    second.goto(f"{talks.url}/briefing/hostile/presenter")
    expect(second.locator("#notes")).to_have_text(PAYLOAD)
    expect(second.locator("#now")).to_have_text(PAYLOAD)
    expect(second.locator("#said")).to_contain_text(PAYLOAD[:60])
    expect(second.locator("#after")).to_have_text("字" * 2000)
    assert second.title() == "汇报 · 演讲者视图"
    wide = second.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]


def test_the_second_screen_follows_and_leads(show: Callable[..., Page], talks: Server) -> None:
    page = show(canvas=True)
    second = page.context.new_page()
    second.goto(f"{talks.url}/briefing/county/presenter")
    until(second, "document.getElementById('place').textContent.startsWith('1 /')")
    page.keyboard.press("ArrowRight")
    until(second, "document.getElementById('place').textContent.startsWith('2 /')")
    assert "以主管部门认定为准" in second.inner_text("#notes")
    second.keyboard.press("PageDown")
    until(page, "document.getElementById('count').textContent.startsWith('3 /')")
    second.click("#black_out")
    until(page, "!document.getElementById('black').hidden")


def test_a_view_becomes_a_scene_and_is_edited_saved_moved_and_taken_back(
    signed_in_page: Callable[..., Page],
) -> None:
    page = signed_in_page("editor", **CALM)
    page.goto("/?renderer=canvas&f=idle_parcel:symbol.any.two_years")
    until(page, "document.querySelector('#filter_line:not([hidden])') !== null")
    page.click("#add_scene")
    until(page, "document.getElementById('notice').textContent.includes('第 11 幕')")
    page.get_by_role("button", name="编辑").click()
    page.wait_for_url("**/briefing/county/edit")
    until(page, "document.querySelectorAll('#scene_list li').length === 11")
    page.locator("#scene_list button").nth(10).click()
    page.get_by_label("结论一句").first.fill("改成 {1.count}")
    until(page, "document.getElementById('state').textContent.includes('已自动保存')")
    preview = page.frame_locator("iframe")
    preview.get_by_role("heading", name="改成 22").wait_for(timeout=120_000)
    page.get_by_role("button", name="修改", exact=True).click()
    conditions = page.locator("#conditions")
    conditions.get_by_role("button", name="本月到期").first.click()
    until(page, "document.querySelector('#conditions .filter-count b') !== null")
    conditions.get_by_role("button", name="完成").click()
    page.get_by_label("时间", exact=True).select_option("now")
    page.get_by_label("卷帘右边").select_option("plan")
    page.get_by_role("button", name="选照片").click()
    until(page, "document.querySelector('#photos .photos-offered').children.length > 0")
    page.keyboard.press("Escape")
    until(page, "document.getElementById('state').textContent.includes('已自动保存')")
    saved = page.request.get("/api/briefings/county").json()["scenes"][10]
    assert saved["compare"] == {"left": "now", "right": "plan", "share": None}
    assert saved["filters"]["idle_parcel"] != "symbol.any.two_years"
    page.locator("#scene_list button").nth(10).focus()
    page.keyboard.press("Alt+ArrowUp")
    until(page, "document.querySelectorAll('#scene_list button')[9].textContent.includes('改成')")
    page.click("#remove_scene")
    until(page, "document.querySelectorAll('#scene_list li').length === 10")
    page.get_by_role("button", name="撤销删除").click()
    until(page, "document.querySelectorAll('#scene_list li').length === 11")
    page.click("#remove_scene")
    until(page, "document.getElementById('state').textContent.includes('已自动保存')")


def test_scenes_are_dragged_with_the_mouse(
    signed_in_page: Callable[..., Page], talk_of: Callable[..., str]
) -> None:
    slug = talk_of([{"headline": each} for each in ("甲", "乙", "丙", "丁")])
    page = signed_in_page("editor", **CALM)
    page.goto(f"/briefing/{slug}/edit")
    scenes = page.locator("#scene_list button")
    expect(scenes).to_have_text(["1甲", "2乙", "3丙", "4丁"])
    scenes.nth(0).drag_to(scenes.nth(2))
    expect(scenes).to_have_text(["1乙", "2丙", "3甲", "4丁"])
    expect(scenes.nth(2)).to_have_attribute("aria-current", "true")
    scenes.nth(3).drag_to(scenes.nth(0))
    expect(scenes).to_have_text(["1丁", "2乙", "3丙", "4甲"])
    expect(page.locator("#state")).to_contain_text("已自动保存")
    saved = page.request.get(f"/api/briefings/{slug}").json()["scenes"]
    assert [each["headline"] for each in saved] == ["丁", "乙", "丙", "甲"]


def test_hostile_words_stay_words_in_the_editor(
    signed_in_page: Callable[..., Page], talk_of: Callable[..., str]
) -> None:
    asked = {"label": PAYLOAD[:60], "layers": ["idle_parcel"], "filter": "", "measure": "count"}
    words = {"headline": PAYLOAD, "notes": PAYLOAD, "chapter": PAYLOAD[:60]}
    slug = talk_of([{**words, "figures": [asked]}, {"headline": "乙"}], title=PAYLOAD[:60])
    page = signed_in_page("editor", **CALM)
    page.goto(f"/briefing/{slug}/edit")
    expect(page.locator("#scene_list button").first).to_have_text(f"1{PAYLOAD}")
    expect(page.get_by_label("标题", exact=True).first).to_have_value(PAYLOAD[:60])
    expect(page.get_by_label("结论一句").first).to_have_value(PAYLOAD)
    expect(page.frame_locator("iframe").locator("#headline")).to_have_text(PAYLOAD, timeout=120_000)
    page.click("#remove_scene")
    expect(page.locator("#undo")).to_contain_text(f"撤销删除“{PAYLOAD[:16]}”")
    assert page.title() != "bad"
