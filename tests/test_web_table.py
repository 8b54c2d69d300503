"""Can every layer be read, sorted and paged as a plain table, without JavaScript?"""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from layers.rights import SYSTEM_VIEWER
from layers.store import edit
from layers.store.edit import NewFeature
from layers.store.engine import Database
from layers.store.query import layer_named
from tests.small_county import IDLE_UID, PAYLOAD, PAYLOADS, asking
from webmap import create_app
from webmap.config import Config


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return asking(tmp_path)


def names(page: str) -> list[str]:
    return [
        html.unescape(name) for name in re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', page, re.DOTALL)
    ]


def test_the_list_of_tables_has_every_layer_under_its_heading(client: FlaskClient) -> None:
    page = client.get("/table").text
    assert '<a class="layer" href="/table/idle_parcel">闲置低效用地</a>' in page
    assert re.search(r"3 宗 · [\d.]+ 亩", page)
    assert "未导入" in page, "a heading without layers says so"


def test_a_table_works_without_scripts(client: FlaskClient) -> None:
    page = client.get("/table/idle_parcel").text
    assert "<script" not in page
    assert '<th scope="col"' in page
    assert "<caption" in page
    assert "共 3 行" in page
    assert f'href="/?sel={IDLE_UID}"' in page
    assert '示例地块 界湖-017</a> <span class="sample">示例</span>' in page


def test_a_column_without_a_value_is_named_and_not_shown(client: FlaskClient) -> None:
    page = client.get("/table/road_project").text
    assert "未列出：" in page
    assert "计划开工" in page[page.index("未列出：") :]
    assert 'sort=plan_start"' not in page
    assert 'aria-sort="ascending"' in client.get("/table/road_project?sort=plan_start").text


def test_headings_sort_and_turn_round(client: FlaskClient) -> None:
    page = client.get("/table/idle_parcel?sort=area_mu").text
    rising = names(page)
    assert 'class="number" aria-sort="ascending"' in page
    assert 'href="/table/idle_parcel?sort=area_mu&amp;desc=1"' in page
    falling = names(client.get("/table/idle_parcel?sort=area_mu&desc=1").text)
    assert falling == rising[::-1]
    assert len(set(rising)) == 3


def test_a_table_of_the_view_says_so_and_leads_to_all(client: FlaskClient) -> None:
    page = client.get("/table/idle_parcel?bbox=118.459,35.549,118.464,35.553").text
    assert names(page) == ["示例地块 界湖-017"]
    assert "当前视图范围内共 1 行" in page
    assert '<a href="/table/idle_parcel">查看全部</a>' in page


def test_nothing_in_view_is_a_sentence(client: FlaskClient) -> None:
    page = client.get("/table/idle_parcel?bbox=10,10,11,11").text
    assert "当前视图范围内没有闲置低效用地" in page


def test_an_empty_layer_says_how_to_fill_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'map.db'}"
    database = Database(url)
    database.upgrade()
    with database.writing() as session:
        edit.add_layer(session, kind="renewal_zone", key="renewal_zone")
        session.commit()
    database.dispose()
    page = create_app(Config(home=tmp_path, database_url=url)).test_client().get("/table/renewal_zone").text
    assert "webmap intake 文件 --kind renewal_zone" in page


def test_long_layers_come_in_pages(tmp_path: Path) -> None:
    client = asking(tmp_path)
    add_parcels(tmp_path, 120)
    first = client.get("/table/idle_parcel?sort=code&desc=1").text
    assert "第 1 页，共 3 页" in first
    assert 'href="/table/idle_parcel?sort=code&amp;desc=1&amp;page=2" rel="next"' in first
    assert len(names(first)) == 50
    last = client.get("/table/idle_parcel?page=3").text
    assert len(names(last)) == 23
    assert 'rel="next"' not in last
    assert names(client.get("/table/idle_parcel?page=99").text) == names(last), (
        "past the end is the last page"
    )


def add_parcels(home: Path, count: int) -> None:
    from shapely import box

    rows = [
        NewFeature(
            box(118.2 + i / 1000, 35.3, 118.2005 + i / 1000, 35.3005),
            {"name": f"地块{i}", "code": f"P-{i:03}"},
        )
        for i in range(count)
    ]
    database = Database(f"sqlite:///{home / 'map.db'}")
    with database.writing() as session:
        with edit.one_act(session, "import", "测试员") as act:
            edit.add_features(session, act, layer_named(session, SYSTEM_VIEWER, "idle_parcel"), rows)
        session.commit()
    database.dispose()


def test_hostile_text_shows_as_exact_text(client: FlaskClient) -> None:
    page = client.get("/table/idle_parcel").text
    assert PAYLOAD in names(page)
    for text in PAYLOADS:
        if "<" in text or '"' in text:
            assert text not in page
    assert page.count(html.escape(PAYLOAD, quote=False).split(" ")[0].replace("'", "&#39;")) >= 3
    assert "49" not in re.findall(r">(\d+)<", page), "no template ran"


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/table/parcel", 404, "没有图层“parcel”"),
        ("/table/idle_parcel?sort=secret", 400, "网址参数 sort 收到“secret”"),
        ("/table/idle_parcel?bbox=1", 400, "网址参数 bbox 收到“1”"),
        ("/table/idle_parcel?page=0", 400, "网址参数 page 收到“0”"),
    ],
)
def test_a_wrong_address_is_a_chinese_page(
    client: FlaskClient, path: str, status: int, sentence: str
) -> None:
    page = client.get(path)
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert sentence in page.text
