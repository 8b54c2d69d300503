"""What does somebody get who asks for a tile: bytes, headers, or a sentence?"""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import shapely
from flask.testing import FlaskClient

from layers import clock, tiles
from layers.kinds import KINDS, kind_of
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, Viewer
from layers.store import edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from tests.small_county import PAYLOAD, asking
from tests.tile_reading import in_window, read, tile_of
from webmap.kept_tiles import ENTRY_BYTES, KeptTiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

LON, LAT = 118.461, 35.551
MVT = "application/vnd.mapbox-vector-tile"
PARCELS = "/tiles/idle_parcel"
KEYS = "admin_area+idle_parcel+road_project+scenic_site"


@pytest.fixture
def county(home: Path) -> FlaskClient:
    return asking(home)


def address(keys: str, z: int = 12, lon: float = LON, lat: float = LAT) -> str:
    return "/tiles/{}/{}/{}/{}.mvt".format(keys, *tile_of(lon, lat, z))


def token_of(county: FlaskClient, keys: str) -> str:
    return str(urlsplit(tilejson(county, keys)["tiles"][0]).query).removeprefix("v=")


def tilejson(county: FlaskClient, keys: str) -> dict[str, Any]:
    told: dict[str, Any] = county.get(f"/tiles/{keys}.json").get_json()
    return told


def mark(home: Path, name: str) -> None:
    """Somebody adds a parcel."""
    database = Database(f"sqlite:///{home / 'map.db'}")
    parcel = NewFeature(shapely.box(LON, LAT, LON + 0.01, LAT + 0.01), {"name": name, "status": "low_use"})
    with database.writing() as session:
        with edit.one_act(session, "mark", "测试员") as act:
            layer = query.layer_named(session, INTERNAL_VIEWER, "idle_parcel")
            edit.add_features(session, act, layer, [parcel])
        session.commit()
    database.dispose()


# --- what is in it ------------------------------------------------------------------------------------------


def test_a_tile_holds_what_is_stored(county: FlaskClient) -> None:
    answer = county.get(address("idle_parcel", 14))
    assert (answer.status_code, answer.mimetype) == (200, MVT)
    found = read(answer.data)
    assert {each.properties["label"] for each in found["idle_parcel"]} >= {"示例地块 界湖-017"}
    (parcel,) = (each for each in found["idle_parcel"] if each.properties["label"] == "示例地块 界湖-017")
    expected = in_window(shapely.box(118.46, 35.55, 118.463, 35.552), *tile_of(LON, LAT, 14))
    assert parcel.shape.symmetric_difference(expected).area <= expected.length
    assert parcel.properties["town"] == "界湖街道"
    # 0.003° × 0.002° at 35.551° N: 271.9 m × 221.9 m = 60 335 m² = 90.5 亩.
    assert parcel.properties["area_mu"] == pytest.approx(90.5, abs=0.1)


def test_label_points_carry_the_same_attributes_and_id(county: FlaskClient) -> None:
    found = read(county.get(address("idle_parcel", 14)).data)
    shapes = {each.id: each.properties for each in found["idle_parcel"]}
    points = {each.id: each.properties for each in found["idle_parcel_points"]}
    assert points
    assert points == {number: shapes[number] for number in points}


def test_layers_asked_for_together_come_joined(county: FlaskClient) -> None:
    together = county.get(address(KEYS)).data
    assert together == b"".join(county.get(address(key)).data for key in KEYS.split("+"))
    assert set(read(together)) >= {"admin_area", "idle_parcel", "road_project", "road_project_points"}


def test_hostile_text_arrives_as_exact_text(county: FlaskClient) -> None:
    found = read(county.get(address("idle_parcel")).data)["idle_parcel_points"]
    assert PAYLOAD in {each.properties["label"] for each in found}


def test_only_fields_declared_for_tiles_travel(county: FlaskClient) -> None:
    for layer, features in read(county.get(address(KEYS, 9)).data).items():
        kind = kind_of(layer.removesuffix("_points"))
        declared = {each.key for each in kind.tile_fields} | {"angle", "seq"}
        assert all(each.properties.keys() <= declared for each in features)


@pytest.mark.parametrize("key", KINDS)
def test_no_declared_tile_field_is_hidden_from_those_who_see_the_layer(key: str) -> None:
    kind = kind_of(key)
    for viewer in (PUBLIC_VIEWER, INTERNAL_VIEWER):
        for each in tiles.fields_for(kind, viewer):
            assert each.of == "derived" or kind.by_key[each.key].visibility in ("public", viewer.audience)


def test_nothing_here_is_204(county: FlaskClient) -> None:
    answer = county.get("/tiles/idle_parcel/12/0/0.mvt")
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["ETag"]


# --- how it travels -----------------------------------------------------------------------------------------


def test_a_packed_tile_says_so(county: FlaskClient) -> None:
    plain = county.get(address(KEYS))
    packed = county.get(address(KEYS), headers={"Accept-Encoding": "gzip, deflate, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("accepted", [None, "identity", "br", "gzip;q=0"])
def test_a_reader_that_cannot_unpack_gets_a_plain_tile(county: FlaskClient, accepted: str | None) -> None:
    answer = county.get(address(KEYS), headers={"Accept-Encoding": accepted} if accepted else {})
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert read(answer.data)


def test_the_present_token_lets_a_browser_keep_the_tile(county: FlaskClient) -> None:
    answer = county.get(address(KEYS), query_string={"v": token_of(county, KEYS)})
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("old", ["", "?v=", "?v=0123456789abcdef", "?v=%E6%97%A7"])
def test_an_old_token_still_answers_and_is_asked_again(county: FlaskClient, old: str) -> None:
    answer = county.get(address(KEYS) + old)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_empty_and_known_tiles_are_kept_like_others(county: FlaskClient) -> None:
    told = {"v": token_of(county, "idle_parcel")}
    empty = county.get("/tiles/idle_parcel/12/0/0.mvt", query_string=told)
    known = county.get(address("idle_parcel"), query_string=told, headers=known_from(county, "idle_parcel"))
    assert (empty.status_code, known.status_code) == (204, 304)
    for answer in (empty, known):
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert "Accept-Encoding" in answer.headers["Vary"]


def known_from(county: FlaskClient, keys: str) -> dict[str, str]:
    return {"If-None-Match": county.get(address(keys)).headers["ETag"]}


def test_a_reader_that_has_the_tile_gets_304(county: FlaskClient) -> None:
    answer = county.get(address(KEYS), headers=known_from(county, KEYS))
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == county.get(address(KEYS)).headers["ETag"]


def test_every_tile_has_an_etag_of_its_own(county: FlaskClient) -> None:
    asked = [address(KEYS), address("idle_parcel"), address(KEYS, 13), address(KEYS, 12, LON + 0.2)]
    assert len({county.get(each).headers["ETag"] for each in asked}) == len(asked)


def test_a_change_of_the_data_changes_token_and_etag(county: FlaskClient, home: Path) -> None:
    before, known = token_of(county, KEYS), known_from(county, KEYS)
    mark(home, "示例地块 新")
    assert token_of(county, KEYS) != before
    answer = county.get(address(KEYS), headers=known)
    assert answer.status_code == 200
    assert "示例地块 新" in {each.properties["label"] for each in read(answer.data)["idle_parcel_points"]}


@pytest.mark.parametrize("accepted", ["gzip", None])
def test_a_tile_is_cut_for_the_first_who_asks_and_anew_after_a_change(
    county: FlaskClient, home: Path, monkeypatch: pytest.MonkeyPatch, accepted: str | None
) -> None:
    cuts: list[tiles.Tile] = []
    cut = tiles.tile

    def counted(session: Session, who: Viewer, keys: Sequence[str], place: tiles.Tile, *rest: Any) -> bytes:
        cuts.append(place)
        return cut(session, who, keys, place, *rest)

    monkeypatch.setattr(tiles, "tile", counted)
    headers = {"Accept-Encoding": accepted} if accepted else {}

    def ask(z: int) -> TestResponse:
        return county.get(address("idle_parcel", z), headers=headers)

    first, again, other = ask(14), ask(14), ask(13)
    assert first.data == again.data != other.data
    for name in ("ETag", "Content-Encoding", "Content-Type", "Cache-Control"):
        assert first.headers.get(name) == again.headers.get(name)
    assert [place.z for place in cuts] == [14, 13]
    mark(home, "示例新地块")
    assert ask(14).data != first.data
    assert len(cuts) == 3


def test_what_is_kept_of_tiles_has_an_end_and_the_oldest_go_first() -> None:
    kept, cuts = KeptTiles(most_bytes=2 * ENTRY_BYTES + 10), list[str]()

    def ask(key: str, size: int = 4) -> bytes:
        def cut() -> bytes:
            cuts.append(key)
            return b"x" * size

        return kept.of(key, cut)

    for key in ("a", "b", "a", "c", "a", "b"):
        assert ask(key) == b"xxxx"
    assert cuts == ["a", "b", "c", "b"]
    assert ask("larger than all", 1000) == b"x" * 1000
    ask("a")
    assert cuts[-2:] == ["larger than all", "a"]


def test_empty_tiles_are_not_kept_without_end() -> None:
    kept, cuts = KeptTiles(most_bytes=10 * ENTRY_BYTES), list[int]()
    for number in (*range(1000), 0):
        kept.of(str(number), lambda number=number: cuts.append(number) or b"")  # type: ignore[func-returns-value,misc]
    assert cuts[-1] == 0, "the first of them had gone"


def test_another_layer_keeps_its_token(county: FlaskClient, home: Path) -> None:
    before = token_of(county, "scenic_site")
    mark(home, "示例地块 新")
    assert token_of(county, "scenic_site") == before


def test_the_next_day_changes_the_token(county: FlaskClient) -> None:
    with clock.standing_at(datetime(2026, 3, 1, 15, 59, tzinfo=UTC)):  # 23:59 in the county
        before = token_of(county, KEYS)
    with clock.standing_at(datetime(2026, 3, 1, 16, 1, tzinfo=UTC)):
        assert token_of(county, KEYS) != before


def test_head_answers_like_get_without_a_body(county: FlaskClient) -> None:
    asked, headed = county.get(address(KEYS)), county.head(address(KEYS))
    assert (headed.status_code, headed.data) == (200, b"")
    assert headed.headers["ETag"] == asked.headers["ETag"]


# --- for whom -----------------------------------------------------------------------------------------------


def test_a_visitor_does_not_get_tiles_of_internal_layers(home: Path) -> None:
    asking(home)
    visitor = asking(home, PUBLIC_VIEWER)
    assert visitor.get(address("idle_parcel")).status_code == 404
    assert visitor.get("/tiles/idle_parcel.json").status_code == 404
    assert visitor.get("/tiles/admin_area+idle_parcel.json").status_code == 404
    assert visitor.get(address("admin_area")).status_code == 200


def test_a_set_keeps_what_is_left_when_a_layer_is_gone_or_no_longer_theirs(home: Path) -> None:
    """Somebody logged out in another tab, or a layer was deleted: the open page still draws the others."""
    asking(home)
    visitor = asking(home, PUBLIC_VIEWER)
    alone = visitor.get(address("admin_area")).data
    together = visitor.get(address("admin_area+idle_parcel+nowhere"))
    assert (together.status_code, together.data) == (200, alone)


def test_the_token_of_an_audience_is_not_that_of_another(home: Path) -> None:
    assert token_of(asking(home), "scenic_site") != token_of(asking(home, PUBLIC_VIEWER), "scenic_site")


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [(PUBLIC_VIEWER, {"甲"}), (INTERNAL_VIEWER, {"甲", "乙"})],
    ids=["public", "internal"],
)
def test_an_internal_feature_of_a_public_layer_is_for_colleagues(
    database: Database, viewer: Viewer, expected: set[str]
) -> None:
    told = {"甲": None, "乙": "internal", "丙": "sensitive"}
    sites = [
        NewFeature(shapely.Point(LON, LAT), {"name": name, "site_type": "village"}, visibility=visibility)
        for name, visibility in told.items()
    ]
    with database.writing() as session:
        with edit.one_act(session, "import", "测试员") as act:
            layer = edit.add_layer(session, kind="scenic_site", key="scenic_site", visibility="public")
            edit.add_features(session, act, layer, sites)
        session.commit()
    with database.reading() as session:
        found = read(tiles.tile(session, viewer, ["scenic_site"], tiles.tile_at(*tile_of(LON, LAT, 10))))
    assert {each.properties["label"] for each in found["scenic_site"]} == expected
    assert {each.properties["label"] for each in found["scenic_site_points"]} == expected


# --- what is refused ----------------------------------------------------------------------------------------

OUTSIDE = {
    "zoom too high": "17/0/0",
    "zoom below zero": "-1/0/0",
    "column too high": "3/8/0",
    "row too high": "3/0/8",
    "column below zero": "3/-1/0",
    "row below zero": "3/0/-1",
    "numbers without end": "9/99999999999999999999999/0",
}


@pytest.mark.parametrize("place", OUTSIDE.values(), ids=OUTSIDE)
def test_a_tile_outside_the_world_is_404_and_says_what_there_is(county: FlaskClient, place: str) -> None:
    answer = county.get(f"/tiles/idle_parcel/{place}.mvt")
    assert_refused(answer, 404, "应在 0 到")


@pytest.mark.parametrize("path", ["/1/2.mvt", "/a/b/c.mvt", "/1.5/0/0.mvt", "/1/0/0.png", ""])
def test_what_is_no_tile_address_is_404(county: FlaskClient, path: str) -> None:
    assert_refused(county.get(PARCELS + path), 404, "")


def test_an_unknown_layer_is_404_by_name(county: FlaskClient) -> None:
    for path in (
        address("nowhere"),
        address("nowhere+elsewhere"),
        "/tiles/nowhere.json",
        "/tiles/idle_parcel+nowhere.json",
        address("%3Cb%3E"),
    ):
        assert_refused(county.get(path), 404, "没有图层")


def test_too_many_or_repeated_layers_are_400(county: FlaskClient) -> None:
    many = "+".join(f"layer_{number}" for number in range(41))
    for path in (address(many), f"/tiles/{many}.json"):
        assert_refused(county.get(path), 400, "一次最多 40 个")
    for path in (address("idle_parcel+idle_parcel"), "/tiles/idle_parcel+idle_parcel.json"):
        assert_refused(county.get(path), 400, "不止一次")


def assert_refused(answer: TestResponse, status: int, words: str) -> None:
    told = answer.get_json()
    assert (answer.status_code, told["ok"], told["status"]) == (status, False, status)
    assert words in told["error"]


# --- TileJSON -----------------------------------------------------------------------------------------------


def test_tilejson_names_tiles_that_answer(county: FlaskClient) -> None:
    told = tilejson(county, KEYS)
    template = told["tiles"][0]
    assert template.startswith("http://localhost/tiles/admin_area+idle_parcel+")
    z, x, y = tile_of(LON, LAT, 12)
    answer = county.get(template.format(z=z, x=x, y=y))
    assert answer.data == county.get(address(KEYS)).data
    assert "immutable" in answer.headers["Cache-Control"]


def test_tilejson_tells_zooms_bounds_and_layers(county: FlaskClient) -> None:
    told = tilejson(county, "admin_area+idle_parcel")
    assert (told["tilejson"], told["scheme"], told["minzoom"], told["maxzoom"]) == ("3.0.0", "xyz", 0, 16)
    assert told["bounds"] == pytest.approx([118.1, 35.2, 118.8, 35.8])
    assert [each["id"] for each in told["vector_layers"]] == [
        "admin_area",
        "admin_area_points",
        "idle_parcel",
        "idle_parcel_points",
    ]
    fields = told["vector_layers"][2]["fields"]
    assert fields["area_mu"] == "面积（亩）"
    assert set(fields) == {each.key for each in kind_of("idle_parcel").tile_fields}
    assert {"angle", "seq"} <= set(told["vector_layers"][3]["fields"])


def test_tilejson_is_asked_for_each_time_and_known_by_its_etag(county: FlaskClient) -> None:
    answer = county.get(f"/tiles/{KEYS}.json")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/json", "private, no-cache")
    again = county.get(f"/tiles/{KEYS}.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_tilejson_of_an_empty_layer_has_no_bounds(database: Database) -> None:
    with database.writing() as session:
        edit.add_layer(session, kind="river", key="river", visibility="public")
        session.commit()
    with database.reading() as session:
        told = tiles.tilejson(session, PUBLIC_VIEWER, ["river"], "http://x/{z}/{x}/{y}.mvt")
    assert "bounds" not in told
    assert told["tiles"] == ["http://x/{z}/{x}/{y}.mvt"]
