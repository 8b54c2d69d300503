"""Is the map page small, local and safe, and does every error answer in one shape?"""

from __future__ import annotations

import gzip
import json
import logging
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import webmap
from layers.errors import Busy, MapError, NoSpace, NotAllowed, OutOfDate, QuestionToUser, UnreadableFile
from tests.small_county import PAYLOADS, asking, small_county
from webmap.assets import STATIC
from webmap.logs import JsonLine

POLICY = (
    "default-src 'none'; script-src 'nonce-R' 'strict-dynamic'; style-src 'self' 'nonce-R'; "
    "style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self' blob:; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
MOST_HTML_BYTES = 60_000


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return asking(tmp_path)


def test_the_map_page_is_small_and_complete(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert len(page.data) < MOST_HTML_BYTES
    assert '<meta name="renderer" content="webkit">' in page.text
    assert "user-scalable" not in page.text
    assert "window.map_county = map_county;" in page.text
    assert '<div class="folium-map" id="map_county" ></div>' in page.text


def test_no_form_is_judged_by_the_browser_in_a_language_of_its_own() -> None:
    """Its bubbles speak the browser's language; ours say what came, what would be right and what to do."""
    sources = [*(Path(webmap.__file__).parent / "templates").rglob("*.html"), *(STATIC / "js").rglob("*.js")]
    judged = [
        f"{file.name}: {tag}"
        for file in sources
        for tag in re.findall(r"<form\b[^>]*", file.read_text("utf-8"))
        if "novalidate" not in tag
    ]
    assert len(sources) > 100
    assert judged == []


def test_every_page_carries_the_policy_with_a_nonce_of_its_own(client: FlaskClient) -> None:
    nonces = []
    for _ in range(2):
        page = client.get("/")
        policy = page.headers["Content-Security-Policy"]
        (nonce,) = set(re.findall(r"'nonce-([^']+)'", policy))
        assert policy == POLICY.replace("nonce-R", f"nonce-{nonce}")
        assert set(re.findall(r'nonce="([^"]*)"', page.text)) == {nonce}
        assert page.headers["Cache-Control"] == "no-store"
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize("path", ["/", "/table", "/api/layers", "/no/such/page", "/static/icon.svg"])
def test_every_answer_carries_the_other_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "geolocation=(self), camera=(self)"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Content-Security-Policy" in headers


def test_the_map_page_asks_nobody_else(client: FlaskClient) -> None:
    page = client.get("/").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert [each for each in addresses if not each.startswith(("/", "#"))] == []
    assert not re.search(r"https?://|//[a-z]", re.sub(r"http://www\.w3\.org/\S+", "", page))


def test_every_asset_of_the_map_page_exists_and_may_be_kept_for_ever(client: FlaskClient) -> None:
    page = client.get("/").text
    assets = {*re.findall(r'(?:src|href)="(/(?:static|packed)/[^"]+)"', page), *imports_of(client).values()}
    for address in assets:
        asset = client.get(address, buffered=True)
        assert asset.status_code == 200, address
        assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable", address


def test_modules_are_imported_by_bare_names(client: FlaskClient) -> None:
    imports = imports_of(client)
    modules = {f"app/{file.relative_to(STATIC / 'js').as_posix()}" for file in (STATIC / "js").rglob("*.js")}
    assert set(imports) == modules
    assert imports["app/api.js"].startswith("/static/js/api.js?v=")


def imports_of(client: FlaskClient) -> dict[str, str]:
    found = re.search(r'type="importmap"[^>]*>(.*?)</script>', client.get("/check").text, re.DOTALL)
    assert found
    imports: dict[str, str] = json.loads(found[1])["imports"]
    return imports


def test_the_modules_of_the_map_travel_in_one_file(client: FlaskClient) -> None:
    address = packed(client, "js")
    script = client.get(address).text
    texts = json.JSONDecoder().raw_decode(script, script.index('{"app/'))[0]
    own = {name: (STATIC / "js" / name.removeprefix("app/")).read_text("utf-8") for name in texts}
    assert texts == own
    assert {"app/main.js", "app/map/gl.js"} < set(texts)
    assert not {"app/check.js", "app/mark/main.js"} & set(texts)


def test_the_styles_of_the_map_travel_in_one_file_that_names_no_other(client: FlaskClient) -> None:
    styles = client.get(packed(client, "css")).text
    assert (STATIC / "css/tokens.css").read_text("utf-8") in styles
    assert "url(" not in styles


def test_a_packed_file_is_known_by_its_content(client: FlaskClient) -> None:
    answer = client.get("/packed/map.js?v=other", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Encoding"] == "gzip"
    again = client.get("/packed/map.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def packed(client: FlaskClient, end: str) -> str:
    found = re.search(rf'"(/packed/map\.{end}\?v=[0-9a-f]+)"', client.get("/").text)
    assert found
    return found[1]


def test_what_the_first_view_waits_for_is_asked_before_all_else(client: FlaskClient) -> None:
    """A past day has addresses of its own, which only the page knows."""
    page = client.get("/").text
    asked = re.findall(r'<link rel="preload" as="fetch" href="([^"]+)"', page)
    assert asked == ["/api/layers", "/api/style"]
    assert page.index('rel="preload"') < page.index('rel="stylesheet"')
    assert 'rel="preload"' not in client.get("/?at=2026-01-01").text


def test_libraries_run_before_the_map_of_folium_and_that_before_our_modules(client: FlaskClient) -> None:
    page = client.get("/").text
    order = [
        "vendor/leaflet.js",
        "vendor/maplibre-gl.js",
        "vendor/leaflet-maplibre-gl.js",
        "vendor/protomaps-leaflet.js",
        "/packed/map.js",
        "L.map(",
        'import "app/main.js"',
    ]
    places = [page.index(each) for each in order]
    assert places == sorted(places)
    assert page.count("defer src=") == 4
    assert page.count('<script type="module"') == 2, "deferred scripts and modules run in document order"


def test_no_data_passes_through_the_map_page(client: FlaskClient) -> None:
    page = client.get("/").text
    for text in (*PAYLOADS, "示例地块", "竹泉村", "沂南县"):
        assert text not in page


def test_the_page_starts_from_constants_only(client: FlaskClient) -> None:
    boot = json.loads(re.search(r'id="boot">(.*?)</script>', client.get("/").text)[1])  # type: ignore[index]
    assert boot["map"] == "map_county"
    assert boot["viewer"] == "internal"
    assert boot["account"] is None
    assert {
        address for address in boot["urls"].values() if isinstance(address, str) and address[0] != "/"
    } == set()
    assert (
        boot["urls"].items()
        >= {
            "layers": "/api/layers",
            "style": "/api/style",
            "feature": "/api/features/",
            "search": "/api/search",
            "at": "/api/at",
            "table": "/table/",
            "tiles": "/tiles/",
            "rows": "/api/layers/",
            "bases": "/api/bases",
            "shift": "/api/bases/shift",
        }.items()
    )


def test_behind_a_prefix_every_address_has_it(tmp_path: Path) -> None:
    client = asking(tmp_path)
    page = client.get("/", base_url="http://localhost/yizhangtu").text
    local = re.findall(r'"(/[\w./-]+[^"\s]*)"', page)
    assert {"/yizhangtu/api/layers", "/yizhangtu/manifest.webmanifest"} <= set(local)
    assert [each for each in local if not each.startswith("/yizhangtu/")] == []
    assert 'href="/"' not in page


def test_the_manifest_names_the_product_and_a_local_icon(client: FlaskClient) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    manifest = json.loads(answer.data)
    assert manifest["name"] == "全域一张图"
    assert client.get(manifest["icons"][0]["src"], buffered=True).mimetype == "image/svg+xml"


def test_an_asset_without_its_digest_is_asked_for_each_time(client: FlaskClient) -> None:
    plain = client.get("/static/js/api.js", buffered=True)
    assert plain.headers["Cache-Control"] == "no-cache"
    again = client.get("/static/js/api.js", buffered=True, headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    stale = client.get("/static/js/api.js?v=000000000000", buffered=True)
    assert stale.headers["Cache-Control"] == "no-cache"


def test_pages_are_packed_for_those_who_can_unpack(client: FlaskClient) -> None:
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert b"map_county" in gzip.decompress(packed.data)
    plain = client.get("/", headers={"Accept-Encoding": "identity, gzip;q=0"})
    assert "Content-Encoding" not in plain.headers


# --- errors --------------------------------------------------------------------------------------------


def test_an_unknown_page_is_a_chinese_page_with_a_reference(client: FlaskClient) -> None:
    page = client.get("/no/such/page")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "没有您要找的内容" in page.text
    assert re.search(r"编号 <code>[0-9A-F]{8}</code>", page.text)


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/tiles/nothing", "/api/features/x", "/api/layers/no/features"]
)
def test_an_unknown_thing_of_the_api_is_json(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    body = answer.json
    assert body is not None
    assert (body["ok"], body["status"], list(body)) == (False, 404, ["ok", "error", "status", "reference"])
    assert re.search("[\u4e00-\u9fff]", body["error"])


def test_who_wants_json_gets_json(client: FlaskClient) -> None:
    assert client.get("/no/page", headers={"Accept": "application/json"}).is_json
    assert not client.get("/no/page", headers={"Accept": "text/html,application/json;q=0.9"}).is_json


def test_a_method_that_is_not_there_says_which_are(client: FlaskClient) -> None:
    answer = client.post("/api/layers")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.json is not None
    assert answer.json["ok"] is False


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed("您无权查看这个图层。"), 403),
        (QuestionToUser("缺少坐标系，请选择。"), 409),
        (OutOfDate("王工刚刚改过它。"), 412),
        (UnreadableFile("不是 shapefile。"), 422),
        (Busy("数据库正忙，请稍后重试。"), 503),
        (NoSpace("磁盘已满。"), 507),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, MapError) else "",
)
def test_every_error_of_the_map_has_its_status(tmp_path: Path, error: MapError, status: int) -> None:
    app = small_county(tmp_path)

    @app.get("/api/raise")
    def fail() -> str:
        raise error

    answer = app.test_client().get("/api/raise")
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["error"] == error.message
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in answer.headers) == (status == 503)


@pytest.mark.parametrize("path", ["/raise", "/api/raise"])
def test_a_bug_says_it_is_ours_and_is_logged_under_its_reference(
    tmp_path: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = small_county(tmp_path)
    logging.getLogger("webmap").addHandler(caplog.handler)

    @app.get(path)
    def fail() -> str:
        raise ZeroDivisionError("secret detail")

    answer = app.test_client().get(path)
    logging.getLogger("webmap").removeHandler(caplog.handler)
    assert answer.status_code == 500
    assert "这是程序的问题，不是您的操作有误" in answer.text
    assert "secret detail" not in answer.text
    assert "ZeroDivisionError" not in answer.text
    (bug,) = [record for record in caplog.records if record.getMessage() == "bug"]
    line = json.loads(JsonLine().format(bug))
    assert line["reference"] in answer.text
    assert "ZeroDivisionError: secret detail" in line["traceback"]


def test_an_error_shows_hostile_text_as_text(client: FlaskClient) -> None:
    page = client.get("/table/<img src=x onerror=alert(1)>{{7*7}}")
    assert page.status_code == 404
    assert "<img" not in page.text
    assert "&lt;img src=x onerror=alert(1)&gt;{{7*7}}" in page.text


def test_a_foreign_host_name_is_refused_on_this_machine_only_servers(tmp_path: Path) -> None:
    client = asking(tmp_path, hosts=("127.0.0.1", "localhost"))
    assert client.get("/api/layers", base_url="http://127.0.0.1:8000").status_code == 200
    refused = client.get("/", base_url="http://evil.example")
    assert refused.status_code == 400
    assert "WEBMAP_HOSTS" in refused.text
    assert "evil.example" in refused.text


def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    app = small_county(tmp_path)

    @app.post("/api/eat")
    def eat() -> str:
        from flask import request

        return str(len(request.get_data()))

    answer = app.test_client().post("/api/eat", data=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert "大小限制" in answer.text
