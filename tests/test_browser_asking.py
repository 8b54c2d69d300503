"""Somebody asks a question on the map: by key, by tap, with completion, and makes the answer a filter."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import until


def test_a_question_is_typed_answered_and_made_a_filter(page: Page) -> None:
    page.goto("/")
    page.locator("#layer_groups .skeleton").first.wait_for(state="detached")
    page.keyboard.press("q")
    page.locator("#search_words").fill("断头")
    expect(page.locator("#search_results")).to_contain_text("按回车提问")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    answer = page.get_by_role("complementary", name="问一问")
    expect(answer.locator(".answer-figures")).to_contain_text("1 条")
    expect(answer.locator(".answer-source")).to_contain_text("示例数据")
    answer.get_by_role("button", name="设为筛选").click()
    expect(page.locator("#filter_line")).to_contain_text("断头路")
    until(page, "location.search.includes('road_project:symbol.any.missing_link')")
    answer.get_by_role("button", name="正阳路断头路").click()
    expect(page.locator("#card h2")).to_contain_text("正阳路断头路")
    expect(answer).to_be_hidden()
    page.locator("#card .close").first.click()
    expect(answer).to_be_visible()
    page.keyboard.press("Escape")
    expect(answer).to_be_hidden()


def test_what_is_not_understood_is_marked_and_a_suggestion_answers(phone_page: Page) -> None:
    page = phone_page
    page.goto("/")
    page.locator("#layer_groups .skeleton").first.wait_for(state="detached")
    page.locator("#search_words").fill("?界胡街道景点有几处")
    page.locator("#search_words").press("Enter")
    answer = page.get_by_role("complementary", name="问一问")
    expect(answer.locator(".unknown")).to_contain_text("界胡街道")
    answer.get_by_role("button", name="界湖街道景点有几处").tap()
    expect(answer.locator(".answer-figures")).to_contain_text("处")
    answer.get_by_label("换一个乡镇街道").select_option("铜井镇")
    expect(answer.locator(".answer-sentence")).to_contain_text("位于铜井镇")
