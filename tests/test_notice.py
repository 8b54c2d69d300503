"""Does a public notice tell what it must, only of what is public, and can its words be searched?"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import shapely
from flask import Flask

from layers.errors import InvalidValue, NotAllowed
from layers.export import PublicEdition
from layers.rights import SYSTEM_VIEWER
from layers.store import Database
from layers.store.chosen import WHOLE
from layers.store.edit import NewFeature
from tests.county import add_county
from tests.people import sign_in
from tests.small_county import small_county
from tests.stored import lay, store
from webmap.noticing import told, written

SAID = {
    "begin": "2026-03-01",
    "end": "2026-03-30",
    "unit": "沂南县自然资源和规划局",
    "phone": "0539-3221234",
    "text": "现将有关地块情况公示如下。$x^2$ {{7*7}} <b>",
}


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = small_county(home)
    yield app
    app.extensions["database"].dispose()


def pages(content: bytes) -> list[str]:
    book = pypdfium2.PdfDocument(content)
    try:
        return ["".join(book[at].get_textpage().get_text_range().split()) for at in range(len(book))]
    finally:
        book.close()


def county(database: Database, count: int) -> None:
    add_county(database)
    lay(database, "idle_parcel", "published")
    rows = [
        NewFeature(
            shapely.box(118.3 + at / 500, 35.5, 118.3012 + at / 500, 35.5009),
            {"name": f"{at}号地块", "code": f"DK{at:03}", "lead_official": "某某某", "is_sample": True},
        )
        for at in range(count)
    ]
    hidden = NewFeature(
        shapely.box(118.4, 35.6, 118.401, 35.601), {"name": "内部地块"}, visibility="internal"
    )
    store(database, [*rows, hidden], "published")


def test_a_notice_tells_what_where_until_when_and_to_whom(sqlite_database: Database) -> None:
    county(sqlite_database, 40)
    said = told({**SAID, "title": "闲置土地处置公示", "answer_to": "正阳路 1 号"})
    content, rows = written(
        sqlite_database, SYSTEM_VIEWER, "published", WHOLE, PublicEdition(), said, lambda *_: None
    )
    text = pages(content)
    assert content.startswith(b"%PDF")
    assert b"/Type3" not in content.replace(b" ", b"")
    assert len(rows.shapes) == 40
    assert len(text) >= 2
    whole = "".join(text)
    for words in (
        "闲置土地处置公示",
        "公示期：2026年3月1日至2026年3月30日，共30日",
        "沂南县自然资源和规划局",
        "联系电话：0539-3221234",
        "正阳路1号",
        "0号地块",
        "39号地块",
        "坐标取整到50米",
        "$x^2${{7*7}}<b>",
    ):
        assert words in whole
    assert all("审图号：待填（未定稿）" in page and "示例数据" in page for page in text)
    assert "内部地块" not in whole
    assert "某某某" not in whole


def test_the_same_notice_is_a_page_that_asks_for_nothing_and_runs_nothing(sqlite_database: Database) -> None:
    county(sqlite_database, 40)
    said = told({**SAID, "title": "闲置<土地>公示", "answer_to": "正阳路 1 号"})
    content, _ = written(
        sqlite_database,
        SYSTEM_VIEWER,
        "published",
        WHOLE,
        PublicEdition(),
        said,
        lambda *_: None,
        "notice_page",
    )
    page = Tags(content.decode())
    for words in (
        "闲置<土地>公示",
        "2026年3月1日至2026年3月30日，共 30 日",
        "请以书面或电话方式向沂南县自然资源和规划局反馈",
        "0539-3221234",
        "正阳路 1 号",
        "0号地块",
        "39号地块",
        "坐标取整到 50 米",
        "$x^2$ {{7*7}} <b>",
        "审图号：待填（未定稿）",
        "示例数据",
    ):
        assert words in page.text
    assert "内部地块" not in page.text
    assert "某某某" not in page.text
    assert not {"script", "link", "iframe", "object", "form", "b"} & {name for name, _ in page.tags}
    told_by = [(name, key, value or "") for name, facts in page.tags for key, value in facts.items()]
    assert not [key for _, key, _ in told_by if key.startswith("on") or key == "src"]
    (picture,) = [value for _, key, value in told_by if key == "href"]
    assert picture.startswith("data:image/png;base64,")
    (policy,) = [value for _, key, value in told_by if key == "content" and "default-src" in value]
    style = content.decode().split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'"
    assert len([name for name, _ in page.tags if name == "tr"]) == 41


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_number_that_was_typed_stands_on_every_page(sqlite_database: Database) -> None:
    county(sqlite_database, 1)
    edition = PublicEdition(review_number="鲁SG（2024）001号", final=True)
    content, _ = written(
        sqlite_database, SYSTEM_VIEWER, "published", WHOLE, edition, told(SAID), lambda *_: None
    )
    assert all("审图号：鲁SG（2024）001号" in page and "未定稿" not in page for page in pages(content))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"phone": ""}, "需要“反馈电话”"),
        ({"phone": "请打电话"}, "“反馈电话”收到“请打电话”"),
        ({"unit": ""}, "需要“反馈单位”"),
        ({"begin": "三月"}, "“公示开始日期”收到“三月”"),
        ({"end": "2026-02-01"}, "结束日期早于开始日期"),
        ({"title": "长" * 61}, "“标题”最多 60 个字"),
    ],
)
def test_what_is_missing_is_said(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        told({**SAID, **change})


def test_a_mark_of_secrecy_is_refused() -> None:
    with pytest.raises(NotAllowed, match="非涉密系统"):
        told({**SAID, "title": "秘密★公示"})


def test_a_notice_is_always_a_job(app: Flask) -> None:
    caller = sign_in(app, "editor", "文化和旅游局")
    body = {"layers": ["scenic_site"], "form": "notice", "notice": SAID}
    answer = caller.post("/api/exports", json=body)
    assert (answer.status, answer.json()["state"]) == (202, "waiting")
    assert caller.post("/api/exports", json={**body, "notice": {}}).status == 422
    page = caller.post("/api/exports", json={**body, "form": "notice_page"})
    assert (page.status, page.json()["state"]) == (202, "waiting")
    several = caller.post("/api/exports", json={**body, "layers": ["scenic_site", "village"]})
    assert "公示件一次只写一个图层" in several.json()["error"]
