"""People edit over HTTP: which answer does each request get, and what is refused before anything is written?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask

from layers.kinds import kind_of
from tests.people import UNIT, Caller, sign_in, visitor
from tests.running import Answer
from tests.small_county import IDLE, IDLE_UID, small_county

TOURISM = kind_of("scenic_site").owner
SQUARE = shapely.geometry.mapping(shapely.box(118.45, 35.50, 118.452, 35.502))
UID = "01934c00-0000-7000-8000-0000000000aa"
PARCELS = "/api/layers/idle_parcel/features"
PARCEL = f"/api/features/{IDLE_UID}"


@pytest.fixture
def county(home: Path) -> Flask:
    return small_county(home)


@pytest.fixture
def editor(county: Flask) -> Caller:
    return sign_in(county, "editor")


def feature(**properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": UID, "geometry": SQUARE, "properties": {"name": "新地块", **properties}}


def patch(caller: Caller, version: object, **properties: Any) -> Answer:
    headers = {} if version is None else {"If-Match": str(version)}
    return caller.patch(PARCEL, json={"properties": properties}, headers=headers)


def sentence(answer: Answer) -> str:
    told = answer.json()
    assert (told["ok"], told["status"]) == (False, answer.status)
    return str(told["error"])


def test_a_feature_is_created_once_however_often_it_is_sent(editor: Caller) -> None:
    first, again = (editor.post(PARCELS, json=feature(holder="甲公司")) for _ in range(2))
    assert (first.status, again.status) == (201, 200)
    assert first.headers["etag"].startswith('"1-')
    assert first.json()["id"] == again.json()["id"] == UID
    other = editor.post(PARCELS, json=feature(holder="乙公司"))
    assert (other.status, "已经存在" in sentence(other)) == (409, True)


def test_a_uid_of_another_person_is_refused(county: Flask, editor: Caller) -> None:
    editor.post(PARCELS, json=feature())
    stranger = sign_in(county, "reviewer")
    assert stranger.post(PARCELS, json=feature()).status == 409


@pytest.mark.parametrize("version", ['"1"', "1", 'W/"1"'], ids=["an ETag", "bare", "weak"])
def test_a_change_names_the_version_it_started_from(editor: Caller, version: str) -> None:
    answer = patch(editor, version, holder="新公司", village=None)
    assert answer.status == 200
    assert answer.json()["edit"]["properties"]["holder"] == "新公司"
    assert answer.headers["etag"].startswith('"2-')


def test_the_etag_that_was_read_is_taken(editor: Caller) -> None:
    etag = editor.get(PARCEL).headers["etag"]
    assert patch(editor, etag, holder="新公司").status == 200
    assert patch(editor, etag, holder="别的").status == 412


@pytest.mark.parametrize("version", [None, "*", '"abc"', ""], ids=["none", "any", "no version", "empty"])
def test_without_a_version_nothing_is_written(editor: Caller, version: str | None) -> None:
    answer = patch(editor, version, holder="新公司")
    assert answer.status == 428
    assert "If-Match" in sentence(answer)


def test_a_stale_change_is_told_what_differs_and_how_to_merge(county: Flask, editor: Caller) -> None:
    other = sign_in(county, "reviewer")
    assert patch(other, 1, holder="甲公司", village="东村").status == 200
    answer = editor.patch(
        PARCEL,
        json={"properties": {"holder": "乙公司", "note": "已核实"}, "geometry": SQUARE},
        headers={"If-Match": "1"},
    )
    told = answer.json()
    assert answer.status == 412
    assert (told["yours"]["version"], told["theirs"]["version"]) == (1, 2)
    assert told["theirs"]["who"] == other.person.name
    assert told["base"]["properties"]["holder"] == IDLE["holder"]
    assert told["conflicts"] == [
        {
            "field": "holder",
            "label": "权利人",
            "base": IDLE["holder"],
            "theirs": "甲公司",
            "yours": "乙公司",
        }
    ]
    merged = {each["field"]: each["from"] for each in told["merged"]}
    assert merged == {"note": "yours", "village": "theirs", "geometry": "yours"}
    done = editor.patch(PARCEL, json=told["merge"], headers={"If-Match": str(told["theirs"]["version"])})
    kept = done.json()["edit"]["properties"]
    assert (kept["holder"], kept["village"], kept["note"]) == ("甲公司", "东村", "已核实")


def test_all_mistakes_are_told_at_once_with_their_fields(editor: Caller) -> None:
    body = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [118.4, 35.5]},
        "properties": {"price": "约十二", "nonsense": 1, "contract_start": "2024-02-30"},
    }
    answer = editor.post(PARCELS, json=body)
    assert answer.status == 422
    problems = {each["field"]: each for each in answer.json()["problems"]}
    assert set(problems) == {"price", "nonsense", "contract_start", "name", "geometry"}
    assert problems["price"]["value"] == "约十二"
    assert "应为数字（万元）" in problems["price"]["message"]
    assert "有 5 处需要改正" in sentence(answer)


def test_a_shape_elsewhere_is_told_its_likely_cause(editor: Caller) -> None:
    swapped = shapely.geometry.mapping(shapely.box(35.50, 118.45, 35.502, 118.452))
    answer = editor.post(PARCELS, json={**feature(), "geometry": swapped})
    assert answer.status == 422
    assert "经度、纬度两列很可能颠倒了" in sentence(answer)


def test_a_bow_tie_is_told_where_it_crosses(editor: Caller) -> None:
    ring = [[118.45, 35.5], [118.46, 35.51], [118.46, 35.5], [118.45, 35.51], [118.45, 35.5]]
    bow = {"type": "Polygon", "coordinates": [ring]}
    answer = editor.post(PARCELS, json={**feature(), "geometry": bow})
    assert answer.status == 422
    assert "自相交" in sentence(answer)
    assert "118.455" in sentence(answer)


HOSTILE: dict[str, tuple[bytes, str, int]] = {
    "no JSON": (b"{", "application/json", 422),
    "a list": (b"[]", "application/json", 422),
    "a form": (b"a=1", "application/x-www-form-urlencoded", 415),
    "NaN": (b'{"properties":{"price":NaN}}', "application/json", 422),
    "infinite": (b'{"properties":{"price":1e999}}', "application/json", 422),
    "many digits": (b'{"properties":{"price":' + b"9" * 5000 + b"}}", "application/json", 422),
    "deep": (b"[" * 100_000, "application/json", 422),
    "half a character": (b'{"properties":{"holder":"\\ud800"}}', "application/json", 422),
    "NUL": (b'{"properties":{"holder":"a\\u0000b"}}', "application/json", 422),
    "an object for a value": (b'{"properties":{"holder":{"$gt":""}}}', "application/json", 422),
    "properties that are none": (b'{"properties":[1]}', "application/json", 422),
    "a shape that is none": (
        b'{"geometry":{"type":"Polygon","coordinates":"abc"}}',
        "application/json",
        422,
    ),
    "a shape that is empty": (b'{"geometry":{"type":"Polygon","coordinates":[]}}', "application/json", 422),
    "endless": (b'{"a":"' + b"x" * 9_000_000 + b'"}', "application/json", 413),
}


@pytest.mark.parametrize(("body", "kind", "status"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_is_refused(editor: Caller, body: bytes, kind: str, status: int) -> None:
    answer = editor.patch(PARCEL, body=body, headers={"Content-Type": kind, "If-Match": "1"})
    assert answer.status == status
    assert sentence(answer)
    assert editor.get(PARCEL).json()["edit"]["version"] == 1


def test_a_shape_of_very_many_vertices_is_taken(editor: Caller) -> None:
    round_ = shapely.Point(118.45, 35.5).buffer(0.01, quad_segs=15_000)
    body = {**feature(), "geometry": shapely.geometry.mapping(round_)}
    assert len(json.dumps(body)) > 2 * 1024 * 1024
    assert editor.post(PARCELS, json=body).status == 201


def test_who_may_not_is_refused(county: Flask, editor: Caller) -> None:
    stranger = sign_in(county, "editor", TOURISM)
    reader = sign_in(county, "reader")
    assert patch(visitor(county), 1, note="甲").status == 404  # an internal layer: nothing is known of it
    assert patch(stranger, 1, note="甲").status == 403
    assert patch(reader, 1, note="甲").status == 403
    assert reader.delete(PARCEL, headers={"If-Match": "1"}).status == 403
    assert reader.post(PARCELS, json=feature()).status == 403
    assert visitor(county).post("/api/layers/scenic_site/features", json=feature()).status == 401
    editor.csrf = "x"
    assert patch(editor, 1, note="甲").status == 400


def test_sensitive_fields_and_features_stay_with_their_unit(county: Flask, editor: Caller) -> None:
    body = {"visibility": "sensitive", "properties": {}}
    assert editor.patch(PARCEL, json=body, headers={"If-Match": "1"}).status == 200
    assert editor.get(PARCEL).status == 200
    for role, unit in (("reader", UNIT), ("editor", TOURISM)):
        stranger = sign_in(county, role, unit)
        assert stranger.get(PARCEL).status == 404
        assert stranger.get(f"{PARCEL}/history").status == 404
        assert patch(stranger, 2, note="甲").status == 404


def test_the_whole_feature_is_put(editor: Caller) -> None:
    body = {"geometry": SQUARE, "properties": {"name": "全新", "status": "低效"}}
    answer = editor.put(PARCEL, json=body, headers={"If-Match": "1"})
    assert answer.status == 200
    kept = answer.json()["edit"]["properties"]
    assert (kept["name"], kept["status"]) == ("全新", "low_use")
    assert "holder" not in kept
    # Legal fields are not taken away by one person.
    assert kept["contract_start"] == IDLE["contract_start"]
    assert answer.json()["proposal"]["title"] == "待复核"


def test_a_feature_is_deleted_undone_and_restored(editor: Caller) -> None:
    gone = editor.delete(PARCEL, headers={"If-Match": "1"})
    assert (gone.status, gone.json()["ok"]) == (200, True)
    assert editor.get(PARCEL).status == 404
    assert [each["uid"] for each in editor.get("/api/deleted").json()["features"]] == [IDLE_UID]
    undone = editor.post(f"/api/acts/{gone.json()['act']}/undo")
    assert (undone.status, undone.json()["undone"]) == (200, 1)
    assert editor.get(PARCEL).status == 200
    assert editor.delete(PARCEL, headers={"If-Match": "3"}).status == 200
    assert editor.post(f"{PARCEL}/restore").status == 200
    told = editor.get(f"{PARCEL}/history").json()["history"]
    assert [each["title"] for each in told] == ["恢复", "删除", "撤销", "删除", "导入"]


def test_an_undo_that_meets_later_changes_asks(county: Flask, editor: Caller) -> None:
    act = patch(editor, 1, note="甲").json()["act"]
    patch(sign_in(county, "reviewer"), 2, note="乙")
    refused = editor.post(f"/api/acts/{act}/undo")
    assert refused.status == 409
    assert [each["uid"] for each in refused.json()["conflicts"]] == [IDLE_UID]
    assert editor.post(f"/api/acts/{act}/undo", json={"despite": "maybe"}).status == 422
    done = editor.post(f"/api/acts/{act}/undo", json={"despite": "all"})
    assert (done.status, done.json()["undone"]) == (200, 1)
    assert editor.get("/api/acts/999999").status == 404
    assert editor.post("/api/acts/999999/undo").status == 404


def test_acts_are_for_insiders(county: Flask, editor: Caller) -> None:
    act = patch(editor, 1, note="甲").json()["act"]
    told = editor.get("/api/acts?limit=1").json()["acts"]
    assert [(each["act"], each["title"], each["who"]) for each in told] == [(act, "修改", editor.person.name)]
    assert editor.get(f"/api/acts/{act}").json()["features"][0]["changes"][0]["new"] == "甲"
    nobody = visitor(county)
    for path in ("/api/acts", f"/api/acts/{act}", "/api/deleted", "/api/review", "/api/layers?at=2026-01-01"):
        assert nobody.get(path).status == 401, path


def test_a_day_that_is_none_is_refused(editor: Caller) -> None:
    for day in ("2026-13-01", "abc", "2999-01-01", "0001-01-01"):
        answer = editor.get(f"/api/layers?at={day}")
        assert (answer.status, "at" in sentence(answer)) == (400, True)


def test_the_map_of_a_past_day_is_asked_for_everywhere(editor: Caller) -> None:
    then = "at=2025-01-01"
    assert editor.get(f"/api/layers?{then}").json()["layers"] == []
    assert editor.get(f"{PARCELS}?{then}").json()["count"] == 0
    assert editor.get(f"{PARCEL}?{then}").status == 404
    tilejson = editor.get(f"/tiles/idle_parcel.json?{then}").json()
    assert tilejson["tiles"][0].endswith(f"&{then}")
    assert editor.get(f"/tiles/idle_parcel/11/1697/805.mvt?{then}").status == 204
    now = editor.get("/tiles/idle_parcel.json").json()["tiles"][0]
    assert now.partition("?v=")[2] not in tilejson["tiles"][0]


def test_parcels_are_cut_joined_copied_and_changed(editor: Caller) -> None:
    line = {"line": [[118.45, 35.551], [118.47, 35.551]]}
    assert editor.post(f"{PARCEL}/split", json=line).status == 428
    cut = editor.post(f"{PARCEL}/split", json=line, headers={"If-Match": "1"})
    uids = cut.json()["uids"]
    assert (cut.status, len(uids), uids[0]) == (200, 2, IDLE_UID)
    joined = editor.post("/api/layers/idle_parcel/merge", json={"uids": uids, "keep": IDLE_UID})
    assert (joined.status, joined.json()["id"]) == (200, IDLE_UID)
    copy = editor.post(f"{PARCEL}/duplicate")
    assert (copy.status, copy.json()["properties"]["name"]) == (201, f"{IDLE['name']}（副本）")
    both = [IDLE_UID, copy.json()["id"]]
    body = {"uids": both, "properties": {"note": "甲"}}
    assert editor.post("/api/layers/idle_parcel/change", json=body).json()["changed"] == 2
    assert editor.post("/api/layers/idle_parcel/change", json={"properties": {"note": "乙"}}).status == 422
    whole = {"all": True, "properties": {"note": "丙"}}
    assert editor.post("/api/layers/idle_parcel/change", json=whole).json()["changed"] == 4


def test_a_mark_goes_through_review(county: Flask) -> None:
    collector, reviewer = sign_in(county, "collector", TOURISM), sign_in(county, "reviewer", TOURISM)
    point = {"type": "Point", "coordinates": [118.45, 35.55]}
    body = {"type": "Feature", "id": UID, "geometry": point, "properties": {"site_type": "village"}}
    marked = collector.post("/api/layers/scenic_site/features", json=body)
    assert (marked.status, marked.json()["review"]["state"]) == (201, "pending")
    assert collector.post("/api/layers/scenic_site/features", json=body).status == 200
    assert visitor(county).get(f"/api/features/{UID}").status == 404
    assert reviewer.get("/api/review?counts=1").json()["counts"]["pending"] == 1
    path = f"/api/features/{UID}/review"
    assert collector.post(path, json={"decision": "approve"}).status == 403
    assert reviewer.post(path, json={"decision": "maybe"}).status == 422
    assert reviewer.post(path, json={"decision": "return", "reason": "请补名称"}).status == 200
    assert collector.get(f"/api/features/{UID}").json()["review"]["reason"] == "请补名称"
    assert reviewer.post(path, json={"decision": "approve"}).status == 200
    assert visitor(county).get(f"/api/features/{UID}").status == 200
    assert reviewer.post(path, json={"decision": "approve"}).status == 409


def test_the_form_asks_for_what_the_kind_declares(county: Flask, editor: Caller) -> None:
    told = editor.get("/api/layers/idle_parcel/form").json()
    fields = {each["key"]: each for each in told["fields"]}
    assert told["shapes"] == ["polygon"]
    assert told["may"] == ["mark", "edit"]
    assert fields["price"] | {"help": ""} == {
        "key": "price",
        "label": "出让（划拨）价款",
        "type": "number",
        "unit": "万元",
        "required": False,
        "choices": [],
        "help": "",
        "min": 0,
        "max": 1e9,
        "multiline": False,
        "legal": True,
        "visibility": "public",
        "group": "权属与期限",
    }
    assert {"value": "low_use", "label": "低效"} in fields["status"]["choices"]
    assert (fields["name"]["required"], fields["name"]["max"]) == (True, 200)
    assert "is_sample" not in fields
    internal = {each["key"] for each in told["fields"] if each["visibility"] == "internal"}
    assert "encumbrance" in internal
