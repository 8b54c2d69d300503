"""问一问 by the API and on the command line: the same words and the same number, and each sees only what is his."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from layers.rights import PUBLIC_VIEWER
from tests.running import webmap
from tests.small_county import IDLE_UID, asking


@pytest.fixture
def client(home: Path) -> FlaskClient:
    return asking(home)


def told(client: FlaskClient, question: str) -> dict[str, Any]:
    answer = client.get("/api/ask", query_string={"q": question})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def test_an_answer_is_figures_a_filter_and_a_list(client: FlaskClient) -> None:
    body = told(client, "界湖街道疑似闲置的地块有几宗")
    assert body["answered"]
    assert body["figures"][0] == {"value": "1", "unit": "宗", "title": ""}
    [part] = body["parts"]
    assert [row["uid"] for row in body["list"]] == [IDLE_UID]
    rows = client.get("/api/layers/idle_parcel/features", query_string={"f": part["filter"]}).get_json()
    assert rows["count"] == part["count"] == 1
    assert [each["words"] for each in body["heard"] if each["slot"] == "town"] == ["界湖街道"]
    assert part["bounds"] == pytest.approx([118.46, 35.55, 118.463, 35.552])


def test_what_was_not_understood_comes_with_words_and_suggestions(client: FlaskClient) -> None:
    body = told(client, "界胡街道疑似闲置的地块有几宗")
    assert not body["answered"]
    assert body["unknown"] == [{"words": "界胡街道", "why": "没有听懂"}]
    assert body["suggestions"] == ["界湖街道疑似闲置的地块有几宗"]
    assert body["figures"] == body["parts"] == body["list"] == []


def test_a_place_is_found(client: FlaskClient) -> None:
    assert [each["name"] for each in told(client, "竹泉村在哪里")["list"]] == ["竹泉村"]


def test_a_visitor_is_not_told_of_what_he_may_not_see(home: Path) -> None:
    client = asking(home, PUBLIC_VIEWER)
    body = told(client, "闲置用地有几宗")
    assert not body["answered"]
    assert body["parts"] == body["list"] == []
    offered = client.get("/api/ask/questions").get_json()
    assert not any("闲置" in each["question"] for each in offered["prepared"])


def test_a_question_that_is_too_long_is_refused(client: FlaskClient) -> None:
    answer = client.get("/api/ask", query_string={"q": "闲" * 101})
    assert answer.status_code == 400
    assert "不超过 100 个字" in answer.get_json()["error"]


def test_questions_go_on_from_what_was_typed(client: FlaskClient) -> None:
    body = client.get("/api/ask/questions", query_string={"q": "满两年"}).get_json()
    assert "界湖街道闲置满两年的有几宗多少亩" in body["completions"]
    assert body["towns"] == ["界湖街道"]
    assert {"group": "闲置低效用地", "question": "闲置满一年的有几宗多少亩"} in body["prepared"]


def test_the_command_says_the_same(sample_home: Path) -> None:
    done = webmap("ask", "断头路有几条多少公里", home=sample_home)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["1 条，0.92 公里", "道路项目：断头路"]
    assert "正阳路断头路" in lines[2]
    assert "截至 2026-10-31，示例数据" in lines[-1]
    refused = webmap("ask", "界胡街道闲置用地有几宗", home=sample_home)
    assert refused.returncode == 1
    assert "“界胡街道”没有听懂" in refused.stderr
    assert "您是不是要问：界湖街道闲置用地有几宗" in refused.stderr
