"""How do scripts and styles travel? Packed, kept, and asked for again without being sent again."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.small_county import asking

STATIC = Path(__file__).parents[1] / "static"
PACKING = {"Accept-Encoding": "gzip, deflate"}
TEXTS = ("js/main.js", "css/app.css", "vendor/maplibre-gl.js")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return asking(tmp_path_factory.mktemp("assets"))


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_travels_packed_and_is_the_file(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/static/{name}", headers=PACKING)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert gzip.decompress(answer.data) == (STATIC / name).read_bytes()


def test_whoever_cannot_unpack_gets_the_file_itself(client: FlaskClient) -> None:
    answer = client.get(f"/static/{TEXTS[0]}", headers={"Accept-Encoding": "identity"}, buffered=True)
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.data == (STATIC / TEXTS[0]).read_bytes()


def test_what_a_browser_has_already_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(f"/static/{TEXTS[0]}", headers=PACKING)
    again = client.get(
        f"/static/{TEXTS[0]}", headers=PACKING | {"If-None-Match": first.headers["ETag"]}, buffered=True
    )
    assert first.headers["ETag"].startswith("W/")
    assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_is_not_packed(client: FlaskClient) -> None:
    answer = client.get(f"/static/{TEXTS[0]}", headers=PACKING | {"Range": "bytes=0-9"}, buffered=True)
    assert (answer.status_code, "Content-Encoding" in answer.headers) == (206, False)


def test_the_first_visit_fetches_less_than_half_of_the_bytes_in_few_files(client: FlaskClient) -> None:
    """All that the page names: styles and scripts, many of which travel as one."""
    named = set(re.findall(r"/(?:static|packed)/[^\"'\s?]+\.(?:js|css)", client.get("/").text))
    assert {"/packed/map.js", "/packed/map.css"} < named
    assert len(named) < 15
    plain = sum(len(client.get(name, buffered=True).data) for name in named)
    packed = sum(len(client.get(name, headers=PACKING).data) for name in named)
    assert packed < plain / 2
