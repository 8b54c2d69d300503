"""People log in on real pages: at the desk, on the phone, and without JavaScript."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from layers.rights import SYSTEM_VIEWER
from layers.store import Database, audit
from tests.browser import PHONE, WITHOUT_WEBGL2
from tests.people import PASSWORD, UNIT, add_account
from tests.running import Server, running
from webmap.views.log import ROWS


@pytest.fixture(scope="module")
def office(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a few people; tests log in there by the page."""
    home = tmp_path_factory.mktemp("office") / "home"
    shutil.copytree(sample_template, home)
    for role, login, name in (("editor", "zhao", "赵业务"), ("administrator", "li", "李管理")):
        add_account(home, role, login=login, name=name, password=True)
    add_account(home, "auditor", "发展和改革局", login="wang", name="王审计", password=True)
    write_long_log(home)
    with running(home) as server:
        yield server


def write_long_log(home: Path) -> None:
    """More lines than one page holds: there are links to turn the page."""
    database = Database(f"sqlite:///{home / 'map.db'}")
    with database.writing() as session:
        for number in range(ROWS + 1):
            audit.record(session, SYSTEM_VIEWER, "log_in", f"第 {number} 行")
        session.commit()
    database.dispose()


def log_in(page: Page, login: str) -> None:
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
  .filter((each) => !each.closest(".skip, .unseen, .foot, .lead"))
  .map((each) => (each.type === "checkbox" && each.closest("label")) || each)
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, { width, height }]) => width > 1 && height > 1 && height < 43.5)
  .map(([each, { height }]) => `${each.tagName} ${each.innerText || each.name} ${height}`)"""
PAGES = {
    "li": (
        "accounts",
        "accounts/list",
        "accounts/new",
        "layers",
        "layers/new",
        "presets",
        "units",
        "posts",
        "bases",
    ),
    "wang": ("log",),
}


@pytest.mark.parametrize("login", PAGES)
def test_every_target_of_the_administration_is_a_finger_wide(
    blank_page: Callable[..., Page], office: Server, login: str
) -> None:
    page = blank_page(office.url, **PHONE)
    page.goto("/login")
    log_in(page, login)
    page.wait_for_url(re.compile(r"/(\?.*)?$"))
    for path in PAGES[login]:
        page.goto(f"/admin/{path}")
        assert path != "log" or page.get_by_role("link", name="下一页").is_visible()
        assert page.evaluate(SMALL) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("options", [{}, PHONE, {"canvas": True}], ids=["desk", "phone", "canvas"])
def test_a_planner_logs_in_from_the_map_and_out_again(
    blank_page: Callable[..., Page], office: Server, options: dict[str, object]
) -> None:
    canvas = "canvas" in options
    page = blank_page(office.url, **{k: v for k, v in options.items() if k != "canvas"})
    if canvas:
        page.add_init_script(WITHOUT_WEBGL2)
    page.goto("/")
    expect(page.get_by_text("疑似闲置·满两年")).to_have_count(0)
    page.get_by_role("link", name="登录").click()
    expect(page.get_by_text("本系统为非涉密系统，严禁存储、处理、传输国家秘密。")).to_be_visible()
    log_in(page, "zhao")
    page.wait_for_url(re.compile(r"/(\?.*)?$"))
    mine = page.locator(".me summary")
    expect(mine).to_have_attribute("aria-label", f"我的账号：赵业务，{UNIT}，业务")
    expect(page.locator("#layer_groups")).to_contain_text("疑似闲置·满两年")
    mine.click()
    expect(page.get_by_role("link", name="我的账号")).to_be_in_viewport()
    expect(page.get_by_role("link", name="账号管理")).to_have_count(0)
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("link", name="登录", exact=True)).to_be_visible()


def test_without_javascript_an_administrator_makes_an_account(
    blank_page: Callable[..., Page], office: Server
) -> None:
    page = blank_page(office.url, java_script_enabled=False)
    page.goto("/admin/accounts")
    log_in(page, "li")
    page.get_by_role("link", name="新建账号").click()
    page.locator("[name=unit]").select_option("文化和旅游局")
    page.get_by_label("姓名").fill("<b>孙</b>{{7*7}}")
    page.get_by_label("登录名").fill("sun")
    page.get_by_label("角色").select_option("审核")
    page.get_by_role("button", name="新建账号").click()
    expect(page.get_by_role("heading", name="请把链接交给<b>孙</b>{{7*7}}")).to_be_visible()
    expect(page.locator(".secret")).to_contain_text(f"{office.url}/setup/")
    page.get_by_role("link", name="返回账号管理").click()
    row = page.get_by_role("row", name="<b>孙</b>{{7*7}}")
    expect(row).to_contain_text("待设密码")
    row.get_by_role("button", name="停用").click()
    expect(page.get_by_role("row", name="<b>孙</b>{{7*7}}")).to_contain_text("已停用")


def test_the_auditor_finds_who_came_in(blank_page: Callable[..., Page], office: Server) -> None:
    page = blank_page(office.url)
    page.goto("/admin/log?check=1")
    log_in(page, "wang")
    expect(page.get_by_role("status")).to_contain_text("全部完好")
    expect(page.get_by_role("row").nth(1)).to_contain_text("王审计")
    page.get_by_label("事项").select_option("登录")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("登录")
    with page.expect_download() as file:
        page.get_by_role("link", name="导出这些行（CSV）").click()
    assert file.value.suggested_filename.startswith("审计日志-")


@pytest.mark.parametrize("size", [(390, 844), (1366, 768), (1920, 1080)], ids=str)
def test_no_page_of_accounts_is_wider_than_its_screen(
    signed_in_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    for role, paths in (
        ("administrator", ("/admin/accounts", "/admin/accounts/new", "/admin/accounts/list", "/account")),
        ("auditor", ("/admin/log", "/account/password")),
    ):
        page = signed_in_page(role, viewport={"width": size[0], "height": size[1]})
        for path in paths:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
