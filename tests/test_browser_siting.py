"""The ranked parcels of 项目找地 on the map, 意向锁定 on a card, and what a record is tied to."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import WITHOUT_WEBGL2, until
from tests.people import Caller, sign_in
from tests.running import Server

DISC_PX = 26
BOXES = """() => [...document.querySelectorAll(".rank-disc")].map((each) => {
  const { x, y, width } = each.getBoundingClientRect();
  return { rank: Number(each.innerText), x: x + width / 2, y: y + width / 2, crowded: each.classList.contains("crowded") };
})"""


@pytest.fixture(scope="module")
def planner(staffed: Server) -> Caller:
    return sign_in(staffed, "editor")


def ranking(planner: Caller) -> dict[str, Any]:
    done = planner.post("/api/siting", json={"area": {"min": 20, "max": 200}})
    assert done.status == 201, done.text
    told: dict[str, Any] = done.json()
    return told


def discs(page: Page, count: int) -> list[dict[str, Any]]:
    until(page, f"document.querySelectorAll('.rank-disc').length === {count}")
    found: list[dict[str, Any]] = page.evaluate(BOXES)
    return found


def cover(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two discs lie over each other by more than their rims."""
    return bool(max(abs(one["x"] - other["x"]), abs(one["y"] - other["y"])) < DISC_PX - 5)


@pytest.mark.parametrize("script", ["", WITHOUT_WEBGL2], ids=["gl", "canvas"])
def test_ranks_never_cover_one_another_and_open_their_parcels(
    signed_in_page: Callable[..., Page], planner: Caller, script: str
) -> None:
    told = ranking(planner)
    rows = told["result"]["rows"]
    page = signed_in_page("editor")
    page.add_init_script(script)
    page.goto(f"/?siting={told['uid']}&lon=118.45&lat=35.55&z=10")
    far = discs(page, len(rows))
    shown = [each for each in far if not each["crowded"]]
    assert 0 < len(shown) < len(rows), "the county seat is crowded at this scale"
    assert not [pair for pair in itertools.combinations(shown, 2) if cover(*pair)]
    assert shown[0]["rank"] == 1
    page.goto(f"/?siting={told['uid']}&lon={rows[0]['lon']}&lat={rows[0]['lat']}&z=15")
    near = discs(page, len(rows))
    assert sum(each["crowded"] for each in near) < len(rows) - len(shown)
    page.locator(".rank-disc:not(.crowded)", has_text="1").first.click()
    expect(page.locator("#card h2")).to_have_text(rows[0]["name"])


def test_a_parcel_is_held_for_a_project_and_let_go(
    signed_in_page: Callable[..., Page], planner: Caller, trouble: list[str]
) -> None:
    first = ranking(planner)["result"]["rows"][0]
    page = signed_in_page("editor")
    page.goto(f"/?sel={first['uid']}")
    card, question = page.locator("#card"), page.get_by_role("dialog")

    def asks(until_day: str) -> None:
        card.locator("summary", has_text="更多").click()
        card.get_by_role("menuitem", name="意向锁定").click()
        question.get_by_label("意向项目").fill("示例项目 <b>甲</b>")
        question.get_by_label("意向单位").fill("招商局")
        question.get_by_label("锁定至").fill(until_day)
        question.get_by_role("button", name="锁定", exact=True).click()

    asks("2020-01-01")
    expect(page.locator("#notice")).to_contain_text("2020-01-01")
    assert ["422" in each for each in trouble] == [True]
    trouble.clear()
    asks("")
    section = card.get_by_role("region", name="意向锁定")
    expect(section).to_contain_text("示例项目 <b>甲</b>")
    assert first["uid"] not in [row["uid"] for row in ranking(planner)["result"]["rows"]]
    section.get_by_role("button", name="解除锁定").click()
    expect(section).to_have_count(0)
    assert first["uid"] in [row["uid"] for row in ranking(planner)["result"]["rows"]]


def test_a_pair_is_shown_on_card_and_map_and_followed(
    signed_in_page: Callable[..., Page], planner: Caller
) -> None:
    told = planner.get("/api/layers/land_supply/features?limit=50").json()["features"]
    pairs = [planner.get(f"/api/features/{each['id']}").json() for each in told]
    ours, group = next(
        (each, links)
        for each in pairs
        for links in each["card"]["links"]
        if links["items"] and links["balance"]
    )
    partner = group["items"][0]
    page = signed_in_page("editor")
    page.goto(f"/?sel={ours['id']}&layers=land_supply")
    ties = page.locator("#card").get_by_role("region", name="关联")
    expect(ties).to_contain_text(group["balance"]["sentence"])
    ties.get_by_role("button", name="在地图上显示").first.click()
    until(page, f"document.querySelectorAll('.tie-disc').length >= {len(group['items'])}")
    ties.get_by_role("button", name=partner["name"], exact=True).click()
    expect(page.locator("#card h2")).to_have_text(partner["name"])
    expect(ties).to_contain_text(ours["properties"]["name"])
