"""Do photos and documents come in and go out safely over the web, for those who may?"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image

from tests.people import Caller, add_account, sign_in, sign_in_as, visitor
from tests.photos import MARTYRS, huge_png, pdf, photo
from tests.running import Answer
from tests.small_county import IDLE_UID, small_county

TOURISM = "文化和旅游局"
LAND = "自然资源和规划局"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.fixture
def county(tmp_path: Path) -> Flask:
    app = small_county(tmp_path / "home")
    add_account(app, "editor", LAND)
    return app


def sent(
    who: Caller,
    feature: str,
    content: bytes,
    name: str = "照片.jpg",
    kind: str = "image/jpeg",
    headers: Mapping[str, str] | None = None,
    **facts: Any,
) -> Answer:
    body, boundary = form([(content, name, kind)], [{"uid": str(uuid4()), "name": name} | facts])
    told = {"Content-Type": f"multipart/form-data; boundary={boundary}"} | dict(headers or {})
    return who.post(f"/api/features/{feature}/attachments", body=body, headers=told)


def form(files: list[tuple[bytes, str, str]], facts: list[dict[str, Any]]) -> tuple[bytes, str]:
    boundary = uuid4().hex
    parts = [f'Content-Disposition: form-data; name="facts"\r\n\r\n{json.dumps(facts)}'.encode()]
    parts += [
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + content
        for content, name, kind in files
    ]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return body + b"--" + boundary.encode() + b"--\r\n", boundary


def mark(who: Caller) -> str:
    uid = str(uuid4())
    told = {
        "type": "Feature",
        "id": uid,
        "geometry": {"type": "Point", "coordinates": [118.4503, 35.5808]},
        "properties": {"name": "新标点", "site_type": "other", "resource_type": "E"},
    }
    assert who.post("/api/layers/scenic_site/features", json=told).status == 201
    return uid


def test_an_editor_attaches_a_photo_and_everybody_inside_sees_it(county: Flask) -> None:
    editor, reader = sign_in(county, "editor", LAND), sign_in(county, "reader")
    answer = sent(editor, IDLE_UID, photo(MARTYRS, heading=90))
    assert answer.status == 201, answer.text
    (told,) = answer.json()["attachments"]
    assert (told["lon"], told["lat"]) == pytest.approx(MARTYRS, abs=1e-6)
    assert (told["heading"], told["position_words"]) == (90, "照片自带位置")

    shown = reader.get(told["urls"]["shown"])
    assert (shown.status, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert b"HUAWEI" not in shown.body
    assert reader.get(told["urls"]["thumb"]).status == 200
    assert reader.get(told["urls"]["shown"], {"If-None-Match": shown.headers["etag"]}).status == 304


def test_photos_are_offered_to_who_may_take_them_out(county: Flask) -> None:
    editor = sign_in(county, "editor", LAND)
    assert sent(editor, IDLE_UID, photo(), "院门.jpg").status == 201
    assert sent(editor, IDLE_UID, pdf(), "批复.pdf", "application/pdf").status == 201
    (told,) = editor.get("/api/photos").json()["photos"]
    assert told["name"] == "院门.jpg"
    assert editor.get(told["thumb"]).status == 200
    assert len(editor.get("/api/photos?q=院门").json()["photos"]) == 1
    assert editor.get("/api/photos?q=没有").json()["photos"] == []
    # The parcel is internal, and another unit answers for it.
    assert sign_in(county, "editor", TOURISM).get("/api/photos").json()["photos"] == []


def test_the_original_is_for_editors_only_and_is_saved_not_opened(county: Flask) -> None:
    editor, reader = sign_in(county, "editor", LAND), sign_in(county, "reader")
    content = photo(MARTYRS)
    (told,) = sent(editor, IDLE_UID, content).json()["attachments"]
    original = editor.get(told["urls"]["original"])
    assert original.body == content
    assert original.headers["content-disposition"].startswith("attachment")
    assert reader.get(told["urls"]["original"]).status == 403
    (seen,) = reader.get(f"/api/features/{IDLE_UID}/attachments").json()["attachments"]
    assert seen["urls"]["original"] is None
    assert not seen["may_change"]


def test_a_pdf_is_only_ever_saved(county: Flask) -> None:
    editor = sign_in(county, "editor", LAND)
    (told,) = sent(editor, IDLE_UID, pdf(), "批复.pdf", "application/pdf").json()["attachments"]
    document = editor.get(told["urls"]["shown"])
    assert document.headers["content-type"] == "application/pdf"
    assert document.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in document.headers["content-security-policy"]
    assert editor.get(f"/api/attachments/{told['uid']}/thumb").status == 404


def test_strangers_see_no_photo_of_what_they_may_not_see(county: Flask) -> None:
    editor, stranger = sign_in(county, "editor", LAND), visitor(county)
    (told,) = sent(editor, IDLE_UID, photo()).json()["attachments"]
    for way in ("", "/thumb", "/original"):
        assert stranger.get(f"/api/attachments/{told['uid']}{way}").status == 404
    assert stranger.get(f"/api/features/{IDLE_UID}/attachments").status == 404


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("reader", LAND, 403),
        ("collector", LAND, 403),
        ("reporter", TOURISM, 403),
        ("editor", TOURISM, 403),
        ("administrator", LAND, 403),
        ("auditor", LAND, 403),
        ("editor", LAND, 201),
        ("reviewer", LAND, 201),
        (None, "", 401),
    ],
)
def test_who_may_attach_to_a_parcel_of_the_land_bureau(
    county: Flask, role: str | None, unit: str, status: int
) -> None:
    who = sign_in(county, role, unit) if role else visitor(county)
    answer = sent(who, IDLE_UID, photo())
    assert answer.status == status, answer.text
    assert status == 201 or answer.json()["error"]


def test_a_collector_attaches_to_the_own_mark_only(county: Flask) -> None:
    li, zhang = (sign_in_as(county, add_account(county, "collector", TOURISM)) for _ in range(2))
    uid = mark(li)
    assert sent(li, uid, photo()).status == 201
    assert sent(zhang, uid, photo(seed=2)).status == 403
    told = li.get("/api/mark/mine").json()["marks"]
    assert [(each["uid"], each["review"], each["photos"]) for each in told] == [(uid, "pending", 1)]
    assert zhang.get("/api/mark/mine").json()["marks"] == []


def test_the_same_photo_sent_again_is_known_even_to_who_may_not_attach(county: Flask) -> None:
    """A phone sends what a PC has already imported from its file, under another account."""
    li, editor = sign_in(county, "collector", TOURISM), sign_in(county, "editor", LAND)
    content, uid = photo(), str(uuid4())
    assert sent(editor, IDLE_UID, content, uid=uid).status == 201
    assert sent(editor, IDLE_UID, content, uid=uid).status == 200
    assert sent(li, IDLE_UID, content, uid=uid).status == 200
    assert sent(editor, IDLE_UID, photo(seed=9), uid=uid).status == 412
    assert len(editor.get(f"/api/features/{IDLE_UID}/attachments").json()["attachments"]) == 1


def test_an_own_photo_is_marked_and_removed_by_its_owner_not_by_others(county: Flask) -> None:
    li, zhang = (sign_in_as(county, add_account(county, "collector", TOURISM)) for _ in range(2))
    (told,) = sent(li, mark(li), photo()).json()["attachments"]
    address = f"/api/attachments/{told['uid']}"
    assert zhang.patch(address, json={"role": "then"}).status == 403
    assert zhang.delete(address).status == 403
    assert li.patch(address, json={"role": "then"}).json()["attachments"][0]["role"] == "then"
    assert li.patch(address, json={"role": "?"}).status == 422
    assert li.delete(address).json()["attachments"] == []
    assert li.get(address).status == 404


@pytest.mark.parametrize(
    ("content", "name", "kind", "status", "words"),
    [
        (SVG, "a.svg", "image/svg+xml", 415, "不是能接收的格式"),
        (b"<html><script>1</script>", "a.jpg", "image/jpeg", 415, "不是能接收的格式"),
        (photo() + b"<script>alert(1)</script>", "a.jpg", "image/jpeg", 415, "藏有网页"),
        (photo(), "a.html", "text/html", 415, "不是能接收的格式"),
        (photo()[:900], "a.jpg", "image/jpeg", 422, "不完整或已损坏"),
        (huge_png(), "a.png", "image/png", 422, "50000×50000"),
        (b"\xff\xd8\xff" + bytes(26 << 20), "a.jpg", "image/jpeg", 413, "25 MB"),
    ],
    ids=["svg", "html", "polyglot", "wrong type", "truncated", "50,000 px", "26 MB"],
)
def test_hostile_files_are_refused_with_the_right_status(
    county: Flask, tmp_path: Path, content: bytes, name: str, kind: str, status: int, words: str
) -> None:
    editor = sign_in(county, "editor", LAND)
    answer = sent(editor, IDLE_UID, content, name, kind)
    assert (answer.status, words in answer.json()["error"]) == (status, True), answer.text
    assert editor.get(f"/api/features/{IDLE_UID}/attachments").json()["attachments"] == []
    assert not list((tmp_path / "home/blobs").rglob("*"))


def test_a_path_in_a_name_leads_nowhere(county: Flask, tmp_path: Path) -> None:
    editor = sign_in(county, "editor", LAND)
    (told,) = sent(editor, IDLE_UID, photo(), "../../../evil.jpg").json()["attachments"]
    assert told["name"] == "evil.jpg"
    assert not list(tmp_path.rglob("evil*"))
    for uid in ("..%2f..%2fmap.db", "../../map.db", "%00", "x" * 300):
        assert editor.get(f"/api/attachments/{uid}").status in (400, 404)


def test_a_body_larger_than_the_address_takes_is_cut_off(county: Flask) -> None:
    editor = sign_in(county, "editor", LAND)
    body, boundary = form([(bytes(65 << 20), "a.jpg", "image/jpeg")], [{"uid": str(uuid4())}])
    told = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = editor.post(f"/api/features/{IDLE_UID}/attachments", body=body, headers=told)
    assert answer.status == 413


def test_other_addresses_take_no_more_than_before(county: Flask) -> None:
    editor = sign_in(county, "editor", LAND)
    answer = editor.patch(f"/api/features/{IDLE_UID}", body=b" " * (2 << 20), headers={"If-Match": '"1"'})
    assert answer.status in (413, 415, 422)


def test_without_the_word_for_writes_nothing_is_taken(county: Flask) -> None:
    editor = sign_in(county, "editor", LAND)
    assert sent(editor, IDLE_UID, photo(), headers={"X-CSRF-Token": "forged"}).status == 400
    assert editor.get(f"/api/features/{IDLE_UID}/attachments").json()["attachments"] == []


@pytest.mark.parametrize("facts", ["[]", "{}", "no", '[{"uid": "1"}]', '[{"uid": null}]', "[[]]"])
def test_a_form_that_does_not_fit_is_refused(county: Flask, facts: str) -> None:
    editor = sign_in(county, "editor", LAND)
    body, boundary = form([(photo(), "a.jpg", "image/jpeg")], [])
    body = body.replace(b"\r\n\r\n[]\r\n", b"\r\n\r\n" + facts.encode() + b"\r\n")
    told = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = editor.post(f"/api/features/{IDLE_UID}/attachments", body=body, headers=told)
    assert answer.status == 422, answer.text


def test_several_files_come_in_one_request(county: Flask) -> None:
    editor = sign_in(county, "editor", LAND)
    files = [(photo(seed=seed), f"{seed}.jpg", "image/jpeg") for seed in range(3)]
    body, boundary = form(files, [{"uid": str(uuid4())} for _ in files])
    told = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = editor.post(f"/api/features/{IDLE_UID}/attachments", body=body, headers=told)
    assert [each["name"] for each in answer.json()["attachments"]] == ["0.jpg", "1.jpg", "2.jpg"]


# --- the pages -----------------------------------------------------------------------------------------------


def test_the_phone_page_holds_nothing_of_anybody(county: Flask) -> None:
    li = sign_in(county, "collector", TOURISM)
    page = li.get("/mark").text
    assert "采集员" not in page
    assert li.csrf not in page
    assert "竹泉村" not in page
    state = li.get("/api/mark")
    assert state.headers["cache-control"] == "no-store"
    assert state.json()["may_mark"]
    assert [each["title"] for each in state.json()["types"]][:2] == ["A 地文景观", "B 水域景观"]


def test_the_outline_is_what_everybody_may_see(county: Flask) -> None:
    lines = sign_in(county, "editor", LAND).get("/api/mark/outline").json()["lines"]
    assert {line["kind"] for line in lines} == {"admin_area"}
    assert {line["name"] for line in lines} == {"沂南县", "界湖街道"}


def test_the_worker_keeps_the_shell_and_no_data(county: Flask) -> None:
    worker = visitor(county).get("/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    told = json.loads(worker.text.partition("self.told = ")[2].partition(";\n")[0])
    assert told["page"] == "/mark"
    assert not [url for url in told["shell"] if "/api/" in url]
    for url in told["shell"]:
        assert visitor(county).get(url).status == 200, url


def test_the_phone_page_can_be_installed_under_a_path(tmp_path: Path) -> None:
    app = small_county(tmp_path, prefix="/yzt")
    manifest = app.test_client().get("/yzt/mark.webmanifest").get_json()
    assert (manifest["start_url"], manifest["scope"]) == ("/yzt/mark", "/yzt/mark")
    assert "/yzt/mark" in app.test_client().get("/yzt/sw.js").text
    for icon in manifest["icons"]:
        picture = Image.open(io.BytesIO(app.test_client().get(icon["src"], buffered=True).data))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_no_control_speaks_the_browsers_language(county: Flask) -> None:
    """A visible file input would say “Choose file”."""
    li = sign_in(county, "collector", TOURISM)
    for page in ("/mark", "/photos"):
        inputs = [part.partition(">")[0] for part in li.get(page).text.split("<input")[1:]]
        files = [each for each in inputs if 'type="file"' in each]
        assert files
        assert all('class="unseen"' in each and 'aria-hidden="true"' in each for each in files)
