"""Does a finger hit every control of the map on a phone?"""

from __future__ import annotations

from collections.abc import Callable

import shapely
from playwright.sync_api import Page, expect

from tests.people import Caller, sign_in
from tests.running import Server

PHONE = {"width": 390, "height": 844}
FINGER_PX = 44
"""Least target of a touch, as WCAG 2.2, 2.5.5 has it."""
TOO_SMALL = """(least) => {
  const wanted = "button, a[href], input, select, textarea, summary";
  const shown = [...document.querySelectorAll(wanted)].filter((each) => each.checkVisibility());
  const small = [];
  let measured = 0;
  for (const each of shown) {
    each.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const { left, top, width, height } = each.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const hits = (across, down) => {
      const at = document.elementFromPoint(across, down);
      return Boolean(at) && (each.contains(at) || at.closest("label")?.control === each);
    };
    const far = (dx, dy) => {
      let steps = 0;
      while (steps < least && hits(x + dx * (steps + 1), y + dy * (steps + 1))) steps += 1;
      return steps;
    };
    // What something else lies over is reached when that is gone.
    if (!hits(x, y)) continue;
    measured += 1;
    const [across, down] = [far(-1, 0) + far(1, 0) + 1, far(0, -1) + far(0, 1) + 1];
    const words = each.getAttribute("aria-label") ?? (each.textContent.trim() || each.id);
    if (across < least || down < least) small.push(`${words}: ${across} × ${down}`);
  }
  return { measured, small };
}"""


def test_every_control_of_the_map_is_a_finger_wide(visit: Callable[..., Page], server: Server) -> None:
    page = visit(server.url, viewport=PHONE, has_touch=True)
    switch = page.get_by_role("switch", name="旅游线路")
    expect(switch).to_be_attached()
    assert fingers(page) >= 8
    page.get_by_role("button", name="调整面板高度").click()
    switch.scroll_into_view_if_needed()
    assert fingers(page) >= 10


def test_a_finger_hits_what_an_editor_works_with(
    signed_in_page: Callable[..., Page], staffed: Server
) -> None:
    editor = sign_in(staffed, "editor")
    uid = reshaped(editor)
    page = signed_in_page("editor", viewport=PHONE, has_touch=True)
    page.goto(f"/?sel={uid}")
    card = page.get_by_role("complementary", name="详情")
    expect(card.get_by_role("button", name="编辑", exact=True)).to_be_visible()
    page.get_by_role("button", name="调整面板高度").click()
    assert fingers(page) >= 12

    card.get_by_role("button", name="历史", exact=True).click()
    past = page.get_by_role("complementary", name="历史")
    expect(past.get_by_label("看哪一版的图形")).to_be_visible()
    assert fingers(page) >= 5
    past.get_by_role("button", name="返回详情").click()

    card.get_by_role("button", name="编辑", exact=True).click()
    desk = page.get_by_role("complementary", name="编辑")
    expect(desk.get_by_label("地块名称")).to_be_visible()
    page.evaluate("for (const each of document.querySelectorAll('#desk details')) each.open = true")
    assert fingers(page) >= 20
    page.get_by_role("button", name="调整面板高度").click()
    expect(page.locator("#strip")).to_be_visible()
    assert fingers(page) >= 6
    desk.get_by_role("button", name="取消").click()
    expect(desk).to_be_hidden()


def test_a_finger_hits_what_waits_and_what_is_urgent(
    signed_in_page: Callable[..., Page], staffed: Server
) -> None:
    page = signed_in_page("reviewer", viewport=PHONE, has_touch=True)
    page.goto("/")
    expect(page.get_by_role("switch", name="旅游线路")).to_be_attached()
    expect(page.locator("#today a").first).to_be_attached()
    page.locator("#today").scroll_into_view_if_needed()
    assert fingers(page) >= 8
    page.get_by_role("button", name="更多操作").click()
    assert fingers(page) >= 12
    page.locator("#review").click()
    expect(page.get_by_role("region", name="待办").locator("p").first).not_to_have_text("正在读取…")
    assert fingers(page) >= 6
    page.keyboard.press("Escape")
    page.get_by_role("button", name="更多操作").click()
    page.locator("#open_table").click()
    expect(page.locator("#table .tabulator-row[data-uid]").first).to_be_visible()
    assert fingers(page) >= 20


def test_a_finger_hits_what_marks_a_site(signed_in_page: Callable[..., Page], staffed: Server) -> None:
    page = signed_in_page("collector", viewport=PHONE, has_touch=True)
    page.goto("/mark")
    expect(page.get_by_role("button", name="拍照标点")).to_be_visible()
    assert fingers(page) >= 3


def reshaped(editor: Caller) -> str:
    """A parcel whose history has more than one shape."""
    found = editor.get("/api/layers/idle_parcel/features?limit=1").json()["features"][0]
    version = editor.get(f"/api/features/{found['id']}").json()["edit"]["version"]
    moved = shapely.affinity.translate(shapely.geometry.shape(found["geometry"]), 0.0001)
    answer = editor.patch(
        f"/api/features/{found['id']}",
        json={"geometry": shapely.geometry.mapping(moved)},
        headers={"If-Match": f'"{version}"'},
    )
    assert answer.status == 200, answer.text
    return str(found["id"])


def fingers(page: Page) -> int:
    """How many controls were measured, none of them too small."""
    page.wait_for_function("() => document.getAnimations().every((each) => each.playState !== 'running')")
    told = page.evaluate(TOO_SMALL, FINGER_PX)
    assert not told["small"], "\n".join(told["small"])
    return int(told["measured"])
