"""Do the JSON answers say what is true, to whom they may, and refuse what makes no sense with a sentence?"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyproj import Geod

from layers import clock
from layers.rights import PUBLIC_VIEWER
from tests.small_county import COUNTY, IDLE_UID, PAYLOAD, PAYLOAD_UID, asking

TODAY = datetime(2026, 11, 22, 4, tzinfo=UTC)
"""Noon in the county."""


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.standing_at(TODAY):
        yield


@pytest.fixture
def client(tmp_path: Path, today: None) -> FlaskClient:
    return asking(tmp_path)


@pytest.fixture
def visitor(tmp_path: Path, client: FlaskClient) -> FlaskClient:
    """A member of the public who asks the same county."""
    return asking(tmp_path, PUBLIC_VIEWER)


def asked(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data)


def area_mu(west: float, south: float, east: float, north: float) -> float:
    """On the GRS 1980 ellipsoid, which differs from that of CGCS2000 in the tenth digit only."""
    area, _ = Geod(ellps="GRS80").polygon_area_perimeter(
        [west, east, east, west], [south, south, north, north]
    )
    return abs(area) * 3 / 2000


# --- layers --------------------------------------------------------------------------------------------


def test_layers_come_with_totals_in_the_order_of_the_legend(client: FlaskClient) -> None:
    body = asked(client, "/api/layers")
    assert [layer["key"] for layer in body["layers"]] == [
        "idle_parcel",
        "road_project",
        "scenic_site",
        "admin_area",
    ]
    parcels = body["layers"][0]
    expected = (
        area_mu(118.46, 35.55, 118.463, 35.552)
        + area_mu(118.47, 35.55, 118.471, 35.551)
        + area_mu(118.47, 35.56, 118.472, 35.562)
    )
    assert parcels["count"] == 3
    assert parcels["area_mu"] == pytest.approx(expected, abs=0.02)
    assert (parcels["measure_word"], parcels["geometry"], parcels["visibility"]) == (
        "宗",
        "polygon",
        "internal",
    )
    counts = {each["key"]: each["count"] for each in parcels["classes"]}
    assert (counts["two_years"], counts["low_use"], counts["revived"], counts["one_year"]) == (1, 1, 1, 0)
    assert parcels["bounds"] == [118.46, 35.55, 118.472, 35.562]


def test_the_county_is_named_and_bounded_by_its_boundary(client: FlaskClient) -> None:
    county = asked(client, "/api/layers")["county"]
    assert county == {"title": "沂南县", "bounds": list(COUNTY.bounds)}


def test_small_layers_share_their_tiles(client: FlaskClient) -> None:
    tiles = asked(client, "/api/layers")["tiles"]
    assert tiles["url"] == "/tiles/" + "+".join(tiles["keys"]) + ".json"
    told = asked(client, tiles["url"])
    told["address"] = told["tiles"][0]
    assert tiles["ahead"] == {each: told[each] for each in ("address", "minzoom", "maxzoom", "bounds")}


def test_presets_show_their_groups_on_the_base(client: FlaskClient) -> None:
    presets = {each["key"]: each["layers"] for each in asked(client, "/api/layers")["presets"]}
    assert presets["overview"] == ["idle_parcel", "road_project", "scenic_site", "admin_area"]
    assert presets["roads"] == ["road_project", "admin_area"]


def test_the_public_sees_no_internal_layer_anywhere(visitor: FlaskClient) -> None:
    assert "idle_parcel" not in {layer["key"] for layer in asked(visitor, "/api/layers")["layers"]}
    assert "idle_parcel" not in asked(visitor, "/api/style")["overlay"]
    for path in (
        "/api/layers/idle_parcel/features",
        f"/api/features/{IDLE_UID}",
        "/table/idle_parcel",
        "/tiles/idle_parcel.json",
        "/tiles/idle_parcel/9/424/201.mvt",
    ):
        assert visitor.get(path).status_code == 404, path
    assert asked(visitor, "/api/search?q=SL-2022-017")["results"] == []
    here = asked(visitor, "/api/at?lon=118.4615&lat=35.551")["results"]
    assert {each["layer"] for each in here} == {"admin_area"}


def test_styles_come_with_patterns_overlay_and_swatches(client: FlaskClient) -> None:
    style = asked(client, "/api/style")
    assert {each["metadata"]["layer"] for each in style["layers"]} <= set(style["overlay"])
    assert all(each["type"] in ("fill", "line") for each in style["layers"])
    assert "two_years" in style["classes"]["idle_parcel"]
    kept = client.get(f"/api/style?v={style['digest']}")
    assert kept.headers["Cache-Control"] == "private, max-age=31536000, immutable"


def test_a_kind_tells_its_fields(client: FlaskClient) -> None:
    schema = asked(client, "/api/kinds/idle_parcel")
    assert schema["properties"]["price"] == {
        "title": "出让（划拨）价款",
        "type": "number",
        "minimum": 0,
        "maximum": 1e9,
        "unit": "万元",
    }
    unknown = client.get("/api/kinds/parcel")
    assert unknown.status_code == 404
    assert "idle_parcel（闲置低效用地）" in unknown.text


# --- features ------------------------------------------------------------------------------------------


def test_a_card_says_what_a_planner_needs(client: FlaskClient) -> None:
    feature = asked(client, f"/api/features/{IDLE_UID}")
    assert feature["geometry"]["type"] == "Polygon"
    assert feature["bbox"] == [118.46, 35.55, 118.463, 35.552]
    assert feature["properties"]["name"] == "示例地块 界湖-017"
    assert feature["properties"]["layer"] == "idle_parcel"
    mu = area_mu(118.46, 35.55, 118.463, 35.552)
    assert feature["properties"]["area_mu"] == pytest.approx(mu, abs=0.01)

    card = feature["card"]
    assert (card["title"], card["subtitle"]) == ("示例地块 界湖-017", "SL-2022-017 · 界湖街道")
    assert card["tags"] == [
        {"text": "疑似闲置·满两年", "symbol": "two_years"},
        {"text": "闲置低效用地", "symbol": None},
    ]
    assert card["sample"] is True
    assert card["figures"][0] == {
        "value": f"{mu:.2f}",
        "unit": "亩",
        "label": f"图形计算 {mu * 2000 / 3:,.0f} m²",
    }
    # 2024-06-30 + 2 years = 2026-06-30; to 2026-11-22 in the county: 145 days.
    assert card["figures"][1] == {"value": "145", "unit": "天", "label": "已超满两年期限"}
    assert "报批后无偿收回" in card["verdict"]["text"]
    assert card["verdict"]["clause"] == "国土资源部令第53号 第十四条第二项"
    assert card["source"] == "规划文件 二（一）2（2）"
    assert card["changed"] == {"who": "测试员", "at": clock.today().isoformat(), "version": 1}


def test_a_card_shows_units_and_names_what_is_missing(client: FlaskClient) -> None:
    shown = asked(client, f"/api/features/{IDLE_UID}")["card"]
    rows = {row["label"]: row for row in shown["rows"]}
    assert rows["出让（划拨）价款"] == {"label": "出让（划拨）价款", "value": "1,286.00", "unit": "万元"}
    assert rows["权利人"]["value"] == "示例实业有限公司"
    assert "供地方式" not in rows
    assert "供地方式" in shown["missing"], "a field of the card says that it is missing"
    assert "容积率" not in rows, "any other field stays away"
    assert rows["包保领导"]["value"] == "示例领导"


def test_related_items_are_neighbours(client: FlaskClient) -> None:
    related = asked(client, f"/api/features/{PAYLOAD_UID}")["card"]["related"]
    assert {each["layer"] for each in related} <= {"idle_parcel", "road_project"}


def test_the_public_card_hides_internal_fields(tmp_path: Path, visitor: FlaskClient) -> None:
    found = asked(visitor, "/api/search?q=竹泉村")["results"][0]
    labels = {row["label"] for row in asked(visitor, f"/api/features/{found['uid']}")["card"]["rows"]}
    assert "包保领导" not in labels
    assert "现等级" in labels


def test_a_feature_is_found_by_its_number_too(client: FlaskClient) -> None:
    number = asked(client, "/api/search?q=SL-2022-017")["results"][0]["id"]
    assert asked(client, f"/api/features/{number}")["id"] == IDLE_UID


@pytest.mark.parametrize("ref", ["0", "99999999999999999999", "nobody", "1e3", "%00", "-1", "１"])
def test_a_feature_that_is_not_there_is_a_sentence(client: FlaskClient, ref: str) -> None:
    answer = client.get(f"/api/features/{ref}")
    assert answer.status_code == 404
    assert answer.json is not None
    assert "可能已被删除，或者您无权查看" in answer.json["error"]


def test_what_is_known_is_not_sent_again(client: FlaskClient) -> None:
    for path in (
        f"/api/features/{IDLE_UID}",
        "/api/layers",
        "/api/style",
        "/api/layers/idle_parcel/features",
    ):
        first = client.get(path)
        assert first.headers["Cache-Control"] == "private, no-cache"
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        known = {"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"}
        assert client.get(path, headers=known).status_code == 304, path


def test_a_new_day_is_a_new_edition(client: FlaskClient) -> None:
    first = client.get(f"/api/features/{IDLE_UID}")
    with clock.standing_at(datetime(2026, 11, 22, 17, tzinfo=UTC)):
        again = client.get(f"/api/features/{IDLE_UID}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert json.loads(again.data)["card"]["figures"][1]["value"] == "146"


def test_large_answers_are_packed(client: FlaskClient) -> None:
    packed = client.get("/api/layers", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.data)) == asked(client, "/api/layers")


def test_hostile_text_comes_back_as_it_was(client: FlaskClient) -> None:
    feature = asked(client, f"/api/features/{PAYLOAD_UID}")
    assert feature["card"]["title"] == " ".join(PAYLOAD.split())
    rows = {row["label"]: row["value"] for row in feature["card"]["rows"]}
    assert rows["权利人"] == PAYLOAD
    assert client.get(f"/api/features/{PAYLOAD_UID}").mimetype == "application/geo+json"
    assert b"<script>" not in client.get("/").data.replace(b"<script>/", b"")


# --- one layer -----------------------------------------------------------------------------------------


def test_a_layer_is_geojson_with_words_beside_the_values(client: FlaskClient) -> None:
    body = asked(client, "/api/layers/idle_parcel/features?sort=area_mu&desc=1")
    assert (body["type"], body["count"]) == ("FeatureCollection", 3)
    titles = {column["key"]: (column["title"], column["unit"]) for column in body["columns"]}
    assert titles["area_mu"] == ("面积", "亩")
    first = body["features"][0]
    assert first["properties"]["status"] == "idle"
    assert first["words"]["status"] == "疑似闲置"
    assert first["words"]["symbol"] == "疑似闲置·满两年"
    sizes = [feature["properties"]["area_mu"] for feature in body["features"]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_box_cuts_a_layer(client: FlaskClient) -> None:
    body = asked(client, "/api/layers/idle_parcel/features?bbox=118.459,35.549,118.464,35.553")
    assert [feature["id"] for feature in body["features"]] == [IDLE_UID]
    assert body["count"] == 1
    nothing = asked(client, "/api/layers/idle_parcel/features?bbox=10,10,11,11")
    assert (nothing["count"], nothing["features"]) == (0, [])


def test_pages_of_a_layer_join_without_gap_or_overlap(client: FlaskClient) -> None:
    pages = [
        asked(client, f"/api/layers/idle_parcel/features?limit=1&offset={offset}&sort=name")["features"]
        for offset in range(4)
    ]
    assert [len(page) for page in pages] == [1, 1, 1, 0]
    assert len({page[0]["id"] for page in pages[:3]}) == 3


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("bbox=1,2,3", "“西,南,东,北”四个经纬度数字"),
        ("bbox=a,b,c,d", "“西,南,东,北”四个经纬度数字"),
        ("bbox=nan,35,119,36", "“西,南,东,北”四个经纬度数字"),
        ("bbox=118,35,inf,36", "“西,南,东,北”四个经纬度数字"),
        ("bbox=35,118,36,119", "经度在前"),
        ("bbox=119,35,118,36", "西不大于东"),
        ("bbox=39470000,3930000,39480000,3940000", "经度在 -180 到 180"),
        ("bbox=" + "9" * 5000, "四个经纬度数字"),
        ("limit=0", "1 到 5000 之间的整数"),
        ("limit=5001", "1 到 5000 之间的整数"),
        ("limit=many", "1 到 5000 之间的整数"),
        ("limit=²", "1 到 5000 之间的整数"),
        ("offset=-1", "0 到"),
        ("sort=password", "以下之一：name、code"),
        ("sort=properties->>1", "以下之一：name、code"),
    ],
)
def test_a_wrong_parameter_says_what_would_be_right(client: FlaskClient, query: str, right: str) -> None:
    answer = client.get(f"/api/layers/idle_parcel/features?{query}")
    assert answer.status_code == 400
    assert answer.json is not None
    sentence = answer.json["error"]
    assert right in sentence
    assert sentence.startswith(f"网址参数 {query.partition('=')[0]} 收到“")
    assert sentence.endswith("请更正网址后重试。")
    assert len(sentence) < 300


# --- search and position -------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["竹泉", "zhuquan", "zqc", "ZQ"])
def test_a_site_is_found_by_name_pinyin_and_initials(client: FlaskClient, words: str) -> None:
    (hit,) = asked(client, f"/api/search?q={words}")["results"]
    assert (hit["name"], hit["layer"], hit["kind"], hit["symbol"]) == (
        "竹泉村",
        "scenic_site",
        "scenic_site",
        "rated",
    )
    assert hit["layer_title"] == "景点与旅游项目"
    assert hit["bounds"] == [118.45, 35.58, 118.45, 35.58]


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%20"])
def test_no_words_find_nothing(client: FlaskClient, query: str) -> None:
    assert asked(client, f"/api/search{query}")["results"] == []


def test_too_many_words_are_refused(client: FlaskClient) -> None:
    answer = client.get("/api/search?q=" + "村" * 101)
    assert answer.status_code == 400
    assert "不超过 100 个字" in answer.text


def test_what_is_here_comes_with_the_position_in_its_zone(client: FlaskClient) -> None:
    body = asked(client, "/api/at?lon=118.4615&lat=35.551&tolerance=0.0001")
    assert [hit["layer"] for hit in body["results"]] == ["idle_parcel", "admin_area", "admin_area"]
    position = body["position"]
    assert (position["zone"], position["crs"]) == (39, "CGCS2000")
    # pyproj, EPSG:4490 → EPSG:4527
    assert position["y"] == pytest.approx(39_632_521.833, abs=0.001)
    assert position["x"] == pytest.approx(3_936_706.788, abs=0.001)


def test_outside_the_zones_of_china_there_is_no_x_and_y(client: FlaskClient) -> None:
    position = asked(client, "/api/at?lon=2.35&lat=48.85&position_only=1")["position"]
    assert (position["x"], position["y"], position["zone"]) == (None, None, None)


@pytest.mark.parametrize(
    "query", ["lon=1", "lon=nan&lat=1", "lon=181&lat=1", "lon=1&lat=1&tolerance=9", "lon=1&lat=1e999"]
)
def test_a_position_that_is_none_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/api/at?{query}").status_code == 400
