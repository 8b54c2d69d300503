"""Accounts from an Excel list: all of them or none, every mistake told with row, field, value and what is right."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from flask import Flask

from layers.store import accounts
from tests.people import Caller, add_account, sign_in
from tests.running import Answer
from tests.small_county import small_county
from tests.test_accounts import NEW, log_in, send

HEADING = ("单位", "姓名", "角色", "登录名", "乡镇")
LAND = "自然资源和规划局"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = small_county(tmp_path / "home")
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def keeper(app: Flask) -> Caller:
    return sign_in(app, "administrator")


def sheet(*rows: Sequence[str], heading: Sequence[str] = HEADING) -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in (["全县账号名单"], heading, *rows):
        page.append(list(row))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def upload(keeper: Caller, content: bytes) -> Answer:
    head = 'Content-Disposition: form-data; name="list"; filename="名单.xlsx"\r\nContent-Type: x/y\r\n\r\n'
    body = b"--b\r\n" + head.encode() + content + b"\r\n--b--\r\n"
    return keeper.post(
        "/admin/accounts/list", body=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )


def logins(app: Flask) -> set[str]:
    with app.extensions["database"].reading() as session:
        return {each.login for each in accounts.people(session)}


def test_a_list_makes_accounts_and_hands_out_first_passwords_once(app: Flask, keeper: Caller) -> None:
    page = upload(
        keeper,
        sheet(
            [LAND, "赵业务", "业务"],
            [LAND, "赵业务", "只读"],
            ["文化和旅游局", "钱采集", "采集", "qian", "界湖街道"],
        ),
    )
    assert page.status == 200, page.text
    assert logins(app) == {keeper.person.login, "zhaoyewu", "zhaoyewu2", "qian"}
    found = re.search(r"base64,([^\"]+)", page.text)
    assert found
    told = openpyxl.load_workbook(BytesIO(base64.b64decode(found[1]))).worksheets[0]
    rows = list(told.iter_rows(min_row=2, values_only=True))
    assert [row[4] for row in rows] == ["zhaoyewu", "zhaoyewu2", "qian"]
    assert page.headers["cache-control"] == "no-store"
    browser = app.test_client()
    assert log_in(browser, "qian", str(rows[2][5])).location == "/"
    assert browser.get("/table").location == "/account/password"
    assert send(browser, "/account/password", old=str(rows[2][5]), new=NEW, again=NEW).status_code == 303


def test_every_mistake_is_told_and_nothing_is_made(app: Flask, keeper: Caller) -> None:
    add_account(app, "reader", login="taken")
    add_account(app, "auditor", LAND, name="王审计")
    before = logins(app)
    page = upload(
        keeper,
        sheet(
            [LAND, "好人", "只读"],
            ["自然资源局", "甲", "业务"],
            [LAND, "", "业务", "b1"],
            [LAND, "丙", "领导"],
            [LAND, "丁", "业务", "taken"],
            [LAND, "戊", "业务", "A B"],
            ["文化和旅游局", "己", "业务", "", "界湖镇"],
            [LAND, "王审计", "系统管理"],
            [LAND, "庚", "审计"],
            [LAND, "庚", "系统管理"],
        ),
    )
    assert page.status == 422
    assert logins(app) == before
    lines = re.findall(r"第 (\d+) 行</th><td>(.*?)</td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>", page.text)
    told = {(int(number), field): (value, sentence) for number, field, value, sentence in lines}
    assert set(told) == {
        (4, "单位"),
        (5, "姓名"),
        (6, "角色"),
        (7, "登录名"),
        (8, "登录名"),
        (9, "乡镇"),
        (10, "角色"),
        (12, "角色"),
    }
    assert told[4, "单位"][0] == "自然资源局"
    assert "是否为“自然资源和规划局”" in told[4, "单位"][1]
    assert "只读、采集、填报、业务、审核、系统管理、审计" in told[6, "角色"][1]
    assert "例如“界湖街道”" in told[9, "乡镇"][1]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"not a workbook", "不是能读取的 Excel 名单"),
        (b"PK\x03\x04broken", "不是能读取的 Excel 名单"),
        (sheet(["a"], heading=("甲", "乙")), "没有找到表头"),
        (sheet(heading=("单位", "姓名")), "缺少“角色”列"),
        (sheet(), "没有人员"),
        (sheet(*([LAND, "某人", "只读"] for _ in range(501))), "超过 500 行"),
    ],
    ids=["text", "broken", "no heading", "no role", "empty", "too many"],
)
def test_a_file_that_is_no_such_list_is_refused(keeper: Caller, content: bytes, told: str) -> None:
    page = upload(keeper, content)
    assert page.status == 422
    assert told in page.text


def test_an_empty_list_can_be_had(keeper: Caller) -> None:
    answer = keeper.get("/admin/accounts/list.xlsx")
    assert answer.headers["content-disposition"].isascii()
    book = openpyxl.load_workbook(BytesIO(answer.body))
    assert [cell.value for cell in book.worksheets[0][1]] == list(HEADING)
    assert LAND in [row[0].value for row in book.worksheets[1].iter_rows(min_row=2)]
