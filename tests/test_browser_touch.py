"""Does a finger hit every control of the map on a phone?"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.running import Server

PHONE = {"width": 390, "height": 844}
FINGER_PX = 44
"""Least target of a touch, as WCAG 2.2, 2.5.5 has it."""
TOO_SMALL = """(least) => {
  const wanted = "button, a[href], input, select, summary";
  const shown = [...document.querySelectorAll(wanted)].filter((each) => each.checkVisibility());
  const small = [];
  let measured = 0;
  for (const each of shown) {
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
    // What a scrolled box or the edge of the screen cuts off is reached by scrolling.
    if (!hits(x, y) || left < 0 || left + width > innerWidth || top + height > innerHeight - 12) continue;
    measured += 1;
    const [across, down] = [far(-1, 0) + far(1, 0) + 1, far(0, -1) + far(0, 1) + 1];
    const words = each.getAttribute("aria-label") ?? each.textContent.trim();
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


def fingers(page: Page) -> int:
    """How many controls were measured, none of them too small."""
    page.wait_for_function("() => document.getAnimations().every((each) => each.playState !== 'running')")
    told = page.evaluate(TOO_SMALL, FINGER_PX)
    assert told["small"] == []
    return int(told["measured"])
