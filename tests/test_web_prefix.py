"""Does the map run under a path of another site, behind a proxy that is believed only when it was counted?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from layers.errors import WrongSetting
from layers.store import Database
from tests.running import Server, running
from tests.small_county import asking, fill
from webmap.config import read_config

ADDRESSES = re.compile(r'(?:href|src|action)="([^"#]+)')


@contextmanager
def proxy(port: int, *, cuts: bool) -> Iterator[int]:
    """A small nginx: /yzt/… goes to our server, with the path cut off or not."""

    class Passing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            inner = HTTPConnection("127.0.0.1", port, timeout=30)
            path = self.path.removeprefix("/yzt") if cuts else self.path
            told = {"Host": "127.0.0.1", "X-Forwarded-Host": "map.yinan.cn", "X-Forwarded-Proto": "https"}
            inner.request("GET", path, headers=told)
            answer = inner.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name in ("Content-Type", "Location", "Content-Length"):
                if value := answer.headers.get(name):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            inner.close()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def under_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("under") / "home"
    home.mkdir()
    fill(Database(f"sqlite:///{home / 'map.db'}"))
    settings = {"WEBMAP_PREFIX": "/yzt/", "WEBMAP_PROXIES": "1", "WEBMAP_HOSTS": "map.yinan.cn,127.0.0.1"}
    with running(home, None, **settings) as server:
        yield server


def get(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body.decode("utf-8", "replace")


@pytest.mark.parametrize("cuts", [False, True], ids=["path passed on", "path cut off"])
def test_every_link_of_every_page_works_under_the_path(under_path: Server, cuts: bool) -> None:
    with proxy(under_path.port, cuts=cuts) as port:
        for page in ("/yzt/", "/yzt/table", "/yzt/table/road_project", "/yzt/check", "/yzt/none"):
            _, text = get(port, page)
            links = set(ADDRESSES.findall(text)) | set(re.findall(r'"(/[a-z][^"]*\.js[^"]*)"', text))
            inside = [link for link in links if link.startswith("/")]
            assert inside
            assert all(link.startswith("/yzt/") for link in inside), inside
        some = next(link for link in inside if link.endswith(".css") or ".css?" in link)
        assert get(port, some)[0] == 200


def test_the_answers_for_the_map_name_the_path_too(under_path: Server) -> None:
    with proxy(under_path.port, cuts=False) as port:
        _, page = get(port, "/yzt/")
        assert '"layers": "/yzt/api/layers"' in page
        status, layers = get(port, "/yzt/api/layers")
        assert status == 200
        assert "/yzt/tiles/" in layers
        _, tiles = get(port, "/yzt/tiles/road_project.json")
        assert "https://map.yinan.cn/yzt/tiles/road_project/{z}/{x}/{y}.mvt" in tiles
        status, error = get(port, "/yzt/api/features/none")
        assert (status, error[:1]) == (404, "{")


def test_behind_a_proxy_visitors_are_the_public(under_path: Server) -> None:
    assert "idle_parcel" not in under_path.get("/api/layers").text
    assert read_config({"WEBMAP_PREFIX": "/yzt"}).viewer.audience == "public"
    assert read_config({"WEBMAP_PROXIES": "1"}).viewer.audience == "public"


def test_nobody_is_believed_who_only_says_that_he_is_a_proxy(tmp_path: Path) -> None:
    told = {"X-Forwarded-Host": "evil.cn", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil"}
    answer = asking(tmp_path).get("/tiles/road_project.json", headers=told)
    assert "evil" not in answer.text
    assert answer.get_json()["tiles"][0].startswith("http://localhost/tiles/")


def test_a_counted_proxy_may_name_the_path_itself(tmp_path: Path) -> None:
    client = asking(tmp_path, proxies=1)
    told = {"X-Forwarded-Host": "map.yinan.cn", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/yzt"}
    address = client.get("/tiles/road_project.json", headers=told).get_json()["tiles"][0]
    assert address.startswith("https://map.yinan.cn/yzt/tiles/")


@pytest.mark.parametrize("path", ["yzt", "/a b", "/../x", "/y?z", "http://h/"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(WrongSetting, match="WEBMAP_PREFIX"):
        read_config({"WEBMAP_PREFIX": path})
