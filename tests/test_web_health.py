"""Do probes tell the truth, and do log lines tell what happened without what people typed?"""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.small_county import asking
from webmap import create_app
from webmap.config import Config
from webmap.logs import JsonLine


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return asking(tmp_path)


def test_a_process_that_lives_says_so_without_a_database(tmp_path: Path) -> None:
    app = create_app(Config(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'none' / 'map.db'}"))
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"ok": True, "alive": True})


def test_a_server_with_its_database_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ok": True, "database": True, "disk": True})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_server_without_tables_is_not_ready_and_keeps_its_secrets(tmp_path: Path) -> None:
    (tmp_path / "map.db").touch()
    app = create_app(Config(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'map.db'}"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ok": False, "database": False, "disk": True})
    assert str(tmp_path) not in answer.text


def test_a_request_leaves_one_line_without_what_was_typed(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    log = logging.getLogger("webmap")
    log.addHandler(caplog.handler)
    client.get("/api/search?q=某某某的地块&limit=5")
    client.get("/healthz")
    client.get("/static/icon.svg").close()
    log.removeHandler(caplog.handler)
    (line,) = [json.loads(JsonLine().format(record)) for record in caplog.records]
    assert (line["method"], line["path"], line["query"]) == ("GET", "/api/search", ["limit", "q"])
    assert (line["status"], line["viewer"], line["level"]) == (200, "internal", "info")
    assert line["ms"] >= 0
    assert "某某某" not in json.dumps(line, ensure_ascii=False)


def test_a_line_break_in_a_path_forges_no_line(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("webmap")
    log.addHandler(caplog.handler)
    client.get('/x%0A{"event":"forged"}')
    log.removeHandler(caplog.handler)
    (record,) = caplog.records
    assert "\n" not in JsonLine().format(record)
