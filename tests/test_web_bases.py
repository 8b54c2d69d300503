"""Do base maps come through our own address, in time, without their keys, and does a dead one harm nobody?"""

from __future__ import annotations

import gzip
import json
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from layers.errors import WrongSetting
from tests.running import free_port, webmap
from tests.small_county import asking
from tests.upstream import LATE_S, Upstream, picture, upstream
from webmap.bases.addresses import Square, address
from webmap.bases.archives import PMTiles, hilbert_number
from webmap.bases.cache import Cache
from webmap.bases.declared import Source, read_bases
from webmap.bases.health import FAILURES, GAPS, REST_S, Health

KEY = "geheim-0123456789abcdef"
TILE = "/base/image/10/848/401"


@pytest.fixture
def source() -> Iterator[Upstream]:
    with upstream() as server:
        yield server


def declare(home: Path, *bases: dict[str, Any]) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    file = home / "bases.json"
    file.write_text(json.dumps({"bases": list(bases)}, ensure_ascii=False), "utf-8")
    return file


def image(source: Upstream, **more: Any) -> dict[str, Any]:
    url = f"{source.url}/{{z}}/{{x}}/{{y}}.png?tk={{key}}"
    return {"name": "image", "title": "影像", "kind": "xyz", "url": url, "key": KEY, "image": True} | more


def county(home: Path, *bases: dict[str, Any], **settings: Any) -> FlaskClient:
    declare(home, *bases)
    return asking(home, **settings)


def trouble(client: FlaskClient) -> str | None:
    told = client.get("/api/bases").get_json()["bases"][0]["trouble"]
    assert told is None or isinstance(told, str)
    return told


# --- good tiles --------------------------------------------------------------------------------------------


def test_a_tile_comes_from_its_source_with_the_key_and_is_kept(home: Path, source: Upstream) -> None:
    client = county(home, image(source))
    first = client.get(TILE)
    assert (first.status_code, first.mimetype, first.data) == (200, "image/png", picture())
    assert source.asked == [f"/10/848/401.png?tk={KEY}"]
    assert "max-age" in first.headers["Cache-Control"]
    assert client.get(TILE).data == picture()
    assert len(source.asked) == 1
    assert asking(home).get(TILE).data == picture(), "another process finds it too"
    assert len(source.asked) == 1
    assert client.get(TILE, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_page_learns_titles_and_our_own_addresses_only(home: Path, source: Upstream) -> None:
    streets = image(source, name="streets", title="矢量", image=False, gcj02=True, labels="names")
    names = image(source, name="names", title="注记", image=False)
    credit = {"attribution": "天地图", "review": "GS（2024）0650号"}
    told = county(home, image(source, **credit), streets, names).get("/api/bases").get_json()["bases"]
    assert [base["title"] for base in told] == ["影像", "矢量"]
    assert told[0]["credit"] == "天地图，审图号 GS（2024）0650号"
    assert [base["gcj02"] for base in told] == [False, True]
    assert [part["url"].partition("{")[0] for part in told[1]["parts"]] == ["/base/streets/", "/base/names/"]


def test_the_key_is_nowhere_to_be_read(
    home: Path, source: Upstream, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = county(home, image(source))
    monkeypatch.setattr(logging.getLogger("webmap"), "propagate", True)
    with caplog.at_level(logging.DEBUG):
        for how in ("good", "html", "forbidden", "redirect", "broken"):
            source.how = how
            for path in (
                "/",
                "/api/bases",
                "/check",
                f"/base/image/11/{len(source.asked)}/5",
                "/base/key/1/1/1",
            ):
                answer = client.get(path)
                assert KEY not in answer.text if answer.mimetype != "image/png" else True
                assert KEY not in str(answer.headers)
        source.server_close()
    records = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "base map" in records
    assert KEY not in records
    assert KEY not in repr(read_bases(home / "bases.json"))


# --- bad tiles ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("html", ["不是图片", "text/html"]),
        ("lying", ["不是图片"]),
        ("forbidden", ["拒绝", "403", "key"]),
        ("teapot", ["拒绝", "418", "key"]),
        ("broken", ["出错", "502"]),
        ("huge", ["4 MB"]),
        ("redirect", ["302", "没有跟随"]),
        ("late", ["没有应答", "0.4 秒"]),
        ("drip", ["没有应答", "0.4 秒"]),
    ],
)
def test_a_source_that_fails_gives_empty_tiles_and_one_sentence(
    home: Path, source: Upstream, how: str, words: list[str]
) -> None:
    client = county(home, image(source, timeout_s=0.4))
    source.how = how
    began = time.monotonic()
    answer = client.get(TILE)
    assert time.monotonic() - began < LATE_S
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    sentence = trouble(client)
    assert sentence
    assert all(word in sentence for word in ["影像", "管理员", *words]), sentence
    assert not any("elsewhere" in path for path in source.asked)
    source.how = "good"
    assert client.get(TILE).status_code == 200
    assert trouble(client) is None


def test_a_dead_source_rests_and_the_map_goes_on(home: Path) -> None:
    dead = {
        "name": "image",
        "title": "影像",
        "kind": "arcgis",
        "url": f"http://127.0.0.1:{free_port()}/MapServer",
    }
    client = county(home, dead)
    assert [client.get(f"/base/image/10/848/{row}").status_code for row in range(5)] == [204] * 5
    assert "没有应答（连不上它的服务器）" in str(trouble(client))
    assert client.get("/api/layers").status_code == 200


def test_a_slow_source_never_takes_all_threads(home: Path, source: Upstream) -> None:
    client = county(home, image(source), threads=4)
    source.how = "late"
    answers: list[int] = []

    def ask(row: int) -> None:
        answers.append(client.application.test_client().get(f"/base/image/10/848/{row}").status_code)

    threads = [Thread(target=ask, args=(row,)) for row in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    while len(answers) < 5:
        assert time.monotonic() - began < LATE_S, "those beyond three of four threads are answered at once"
        time.sleep(0.01)
    assert set(answers) == {204}
    for thread in threads:
        thread.join()
    assert len(source.asked) == 3
    assert trouble(client) is None, "being busy is no failure of the source"


def test_an_old_tile_is_better_than_none(home: Path, source: Upstream) -> None:
    client = county(home, image(source))
    client.get(TILE)
    (kept,) = [file for file in (home / "cache/base").rglob("*") if file.is_file()]
    os.utime(kept, (0, 0))
    source.how = "broken"
    assert client.get(TILE).data == picture()
    assert len(source.asked) == 2


def test_where_a_source_has_nothing_the_map_shows_through(home: Path, source: Upstream) -> None:
    client = county(home, image(source, bounds=[118.0, 30.0, 119.0, 42.0]))
    assert client.get("/base/image/10/0/0").mimetype == "image/png"
    assert not source.asked, "outside its bounds it is not asked"
    source.how = "missing"
    assert client.get(TILE).data != picture()
    assert trouble(client) is None
    for row in range(390, 390 + GAPS):
        client.get(f"/base/image/10/848/{row}")
    assert "一张图也没有" in str(trouble(client))


# --- what may be asked -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/base/other/1/0/0",
        "/base/image/30/0/0",
        "/base/image/2/4/0",
        "/base/image/2/0/-1",
        "/base/image/2/0/4",
    ],
)
def test_only_declared_sources_and_real_tiles_are_asked_for(home: Path, source: Upstream, path: str) -> None:
    answer = county(home, image(source)).get(path)
    assert answer.status_code == 404
    assert answer.get_json()["error"].endswith("。")
    assert not source.asked


def test_a_name_is_not_an_address(home: Path, source: Upstream) -> None:
    client = county(home, image(source))
    for path in ("/base/http:%2F%2F127.0.0.1/1/0/0", "/base/..%2f..%2fmap.db/1/0/0", "/base/image/1/0/0.png"):
        assert client.get(path).status_code == 404
    assert not source.asked


def test_without_a_declaration_there_are_no_base_maps(home: Path) -> None:
    client = asking(home)
    assert client.get("/api/bases").get_json() == {"bases": []}
    assert client.get(TILE).status_code == 404


# --- forms of addresses ------------------------------------------------------------------------------------


def asked_of(**facts: Any) -> tuple[str, dict[str, str]]:
    """Path and question for the tile 10/848/401."""
    parts = urlsplit(address(Source(name="n", title="t", **facts), Square(10, 848, 401)))
    question = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    return f"{parts.netloc}{parts.path}", question


def test_tms_counts_rows_from_the_south() -> None:
    path, _ = asked_of(kind="xyz", url="http://h/{z}/{x}/{-y}.png")
    assert path == "h/10/848/622.png"


def test_tianditu_is_asked_for_rows_and_columns_the_right_way_round() -> None:
    url = "https://t{s}.tianditu.gov.cn"
    path, question = asked_of(kind="tianditu", url=url, layer="img", key=KEY, subdomains="01234567")
    assert path == "t1.tianditu.gov.cn/img_w/wmts"
    assert {name: question[name] for name in ("TILEMATRIX", "TILEROW", "TILECOL", "TILEMATRIXSET", "tk")} == {
        "TILEMATRIX": "10",
        "TILEROW": "401",
        "TILECOL": "848",
        "TILEMATRIXSET": "w",
        "tk": KEY,
    }


def test_wmts_is_asked_by_question_or_by_path() -> None:
    facts = {"layer": "dom", "matrix_set": "GoogleMapsCompatible", "matrix": "EPSG:900913:{z}"}
    path, question = asked_of(kind="wmts", url="http://h/wmts?map=a", **facts)
    assert (path, question["map"], question["TILEMATRIX"]) == ("h/wmts", "a", "EPSG:900913:10")
    assert (question["TILEROW"], question["TILECOL"], question["REQUEST"]) == ("401", "848", "GetTile")
    path, _ = asked_of(kind="wmts", url="http://h/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}", **facts)
    assert path == "h/GoogleMapsCompatible/EPSG:900913:10/401/848"


def test_wms_is_asked_for_the_square_in_metres() -> None:
    # West and north of a tile by the published formula of the OSM wiki: lon = x / 2^z * 360 - 180.
    _, question = asked_of(kind="wms", url="http://h/wms", layer="dom")
    west, south, east, north = map(float, question["BBOX"].split(","))
    assert west == pytest.approx((848 / 1024 * 360 - 180) / 180 * 20037508.342789, abs=0.01)
    assert east - west == pytest.approx(2 * 20037508.342789 / 1024, abs=0.01)
    assert north - south == pytest.approx(east - west, abs=0.01)
    assert (question["VERSION"], question["SRS"], question["LAYERS"]) == ("1.1.1", "EPSG:3857", "dom")
    _, newer = asked_of(kind="wms", url="http://h/wms", layer="dom", version="1.3.0")
    assert newer["CRS"] == "EPSG:3857"
    assert "SRS" not in newer


def test_arcgis_says_row_before_column_and_supermap_x_and_y() -> None:
    path, question = asked_of(kind="arcgis", url="http://h/arcgis/rest/services/DOM/MapServer/", key="k")
    assert (path, question) == ("h/arcgis/rest/services/DOM/MapServer/tile/10/401/848", {"token": "k"})
    path, question = asked_of(kind="supermap", url="http://h/iserver/services/map-dom/rest/maps/dom")
    assert path == "h/iserver/services/map-dom/rest/maps/dom/zxyTileImage.png"
    assert (question["z"], question["x"], question["y"]) == ("10", "848", "401")


# --- files -------------------------------------------------------------------------------------------------


def test_mbtiles_rows_are_turned_over(home: Path) -> None:
    home.mkdir(exist_ok=True)
    with sqlite3.connect(home / "dom.mbtiles") as file:
        file.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        file.execute("INSERT INTO tiles VALUES (10, 848, 622, ?)", (picture(1, 2, 3),))
    file.close()
    client = county(home, {"name": "image", "title": "影像", "kind": "mbtiles", "file": "dom.mbtiles"})
    assert client.get(TILE).data == picture(1, 2, 3)
    assert client.get("/base/image/10/848/622").data != picture(1, 2, 3)
    assert not list(home.glob("dom.mbtiles-*"))


# The numbers of the PMTiles specification: 0/0/0 is 0, 1/0/0 is 1, 1/0/1 is 2, 1/1/1 is 3, 1/1/0 is 4, 2/0/0 is 5.
@pytest.mark.parametrize(
    ("square", "number"),
    [
        ((0, 0, 0), 0),
        ((1, 0, 0), 1),
        ((1, 0, 1), 2),
        ((1, 1, 1), 3),
        ((1, 1, 0), 4),
        ((12, 3423, 1763), 19078479),
    ],
)
def test_pmtiles_numbers_follow_the_curve_of_the_specification(
    square: tuple[int, int, int], number: int
) -> None:
    assert hilbert_number(Square(*square)) == number


def test_a_pmtiles_file_gives_its_pictures(tmp_path: Path) -> None:
    # One tile for 1/0/0 (number 1), then one that stands for 1/0/1 and 1/1/1 (numbers 2 and 3).
    one, two = picture(1, 1, 1), picture(2, 2, 2)
    numbers = [2, 1, 1, 1, 2, len(one), len(two), 1, 0]
    directory = gzip.compress(b"".join(varint(number) for number in numbers))
    header = bytearray(127)
    header[:8] = b"PMTiles\x03"
    for place, value in ((8, 127), (16, len(directory)), (40, 0), (56, 127 + len(directory))):
        header[place : place + 8] = value.to_bytes(8, "little")
    header[97], header[98], header[99] = 2, 1, 2
    file = tmp_path / "dom.pmtiles"
    file.write_bytes(bytes(header) + directory + one + two)
    archive = PMTiles(file)
    found = [archive.tile(Square(1, *place)) for place in ((0, 0), (0, 1), (1, 1), (1, 0))]
    assert found == [one, two, two, None]


def varint(number: int) -> bytes:
    if number < 128:
        return bytes((number,))
    return bytes((number & 127 | 128,)) + varint(number >> 7)


@pytest.mark.parametrize("kind", ["mbtiles", "pmtiles"])
def test_a_file_that_is_something_else_stops_the_start(home: Path, kind: str) -> None:
    (home / "dom").write_bytes(b"x" * 300)
    with pytest.raises(WrongSetting, match="dom"):
        county(home, {"name": "image", "title": "影像", "kind": kind, "file": "dom"})


# --- limits ------------------------------------------------------------------------------------------------


def test_the_cache_stays_within_its_size_and_keeps_the_youngest(tmp_path: Path) -> None:
    source, cache = Source(name="n", title="t", kind="xyz"), Cache(tmp_path, 10_000)
    for row in range(20):
        cache.keep(source, Square(10, 1, row), bytes(1000))
        os.utime(cache._file(source, Square(10, 1, row)), (row + 1, row + 1))
    cache.sweep()
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= 10_000
    assert cache.find(source, Square(10, 1, 19), stale=True)
    assert not cache.find(source, Square(10, 1, 0), stale=True)


def test_a_cache_that_cannot_be_written_harms_nobody(home: Path, source: Upstream) -> None:
    (home / "cache").write_text("in the way")
    assert county(home, image(source)).get(TILE).data == picture()


def test_a_source_rests_after_failures_and_is_then_tried_by_one() -> None:
    now = [0.0]
    health = Health(lambda: now[0])
    for _ in range(FAILURES):
        assert health.may_be_asked()
        health.failed("没有应答")
    assert not health.may_be_asked()
    now[0] += REST_S + 1
    assert [health.may_be_asked(), health.may_be_asked()] == [True, False]
    health.answered()
    assert health.may_be_asked()
    assert health.trouble("x") is None


def test_a_source_that_never_had_anything_is_doubted() -> None:
    health = Health()
    for _ in range(GAPS):
        health.had_nothing()
    assert health.trouble("一张图也没有") == "一张图也没有"


# --- the shift of GCJ-02 -----------------------------------------------------------------------------------


def test_the_client_is_told_how_far_east_a_shifted_source_shows_a_place(home: Path) -> None:
    told = asking(home).get("/api/bases/shift?lon=118.47&lat=35.55").get_json()
    assert told["lon"] == pytest.approx(0.005698846, abs=2e-9)
    assert told["lat"] == pytest.approx(-0.000044638, abs=2e-9)
    assert told["lon"] > 0, "sources in GCJ-02 lie too far east and are moved back to the west"


@pytest.mark.parametrize("query", ["", "?lon=200&lat=1", "?lon=a&lat=1", "?lon=nan&lat=1", "?lon=118&lat=91"])
def test_a_place_that_is_none_is_a_sentence(home: Path, query: str) -> None:
    answer = asking(home).get(f"/api/bases/shift{query}")
    assert answer.status_code == 400
    assert "度数" in answer.get_json()["error"]


# --- wrong declarations ------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {"name": "a", "title": "影像", "kind": "xyz", "url": "http://h/{z}/{x}/{y}"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "google"}, "kind 收到“google”"),
        ({"name": "影像"}, "小写字母"),
        ({"name": "../../x"}, "小写字母"),
        ({"url": "file:///etc/passwd?{z}{x}{y}"}, "http:// 或 https://"),
        ({"url": "http://{x}.h/{z}/{x}/{y}"}, "http:// 或 https://"),
        ({"url": "http://u:p@h/{z}/{x}/{y}"}, "口令"),
        ({"url": "http://h/tiles"}, "{z}"),
        ({"url": "http://{s}.h/{z}/{x}/{y}"}, "subdomains"),
        ({"kind": "tianditu", "layer": "img"}, "需要 key"),
        ({"kind": "tianditu", "layer": "dom", "key": KEY}, "vec"),
        ({"kind": "wms"}, "layer 没有填写"),
        ({"kind": "mbtiles", "file": "none.mbtiles"}, "找不到文件"),
        ({"labels": "b"}, "另一个底图的 name"),
        ({"bounds": [1, 2, 3]}, "bounds 应为"),
        ({"timeout_s": 99}, "0.1 到 30"),
        ({"gcj02": "yes"}, "true 或 false"),
        ({"min_zoom": 9, "max_zoom": 3}, "大于"),
        ({"headers": {"X": "a\nb"}}, "headers"),
        ({"tile": 1}, "不认识 tile"),
    ],
    ids=str,
)
def test_a_wrong_declaration_says_where_and_what_would_be_right(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    file = declare(
        tmp_path, GOOD | {"key": KEY} | change if change.get("kind") != "tianditu" else GOOD | change
    )
    with pytest.raises(WrongSetting) as refusal:
        read_bases(file)
    assert words in refusal.value.message
    assert "bases.json" in refusal.value.message
    assert KEY not in refusal.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "第 1 行"), ("[]", "最外层"), ('{"bases": [3]}', "第 1 个底图"), (b"\xff\xfe{}", "UTF-8")],
)
def test_a_file_that_is_no_declaration_is_a_sentence(tmp_path: Path, text: str | bytes, words: str) -> None:
    file = tmp_path / "bases.json"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(WrongSetting, match=words):
        read_bases(file)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="出现了 2 次"):
        read_bases(declare(tmp_path, GOOD, GOOD))


def test_the_start_stops_at_a_wrong_declaration(home: Path) -> None:
    declare(home, GOOD | {"kind": "google"})
    stopped = webmap("run", home=home, WEBMAP_PORT=str(free_port()))
    assert stopped.returncode == 1
    assert "google" in stopped.stderr
    assert "Traceback" not in stopped.stderr


def test_a_declaration_that_was_named_must_be_there(home: Path) -> None:
    stopped = webmap("check", home=home, WEBMAP_BASES=str(home / "none.json"))
    assert stopped.returncode == 1
    assert "文件不存在" in stopped.stderr
