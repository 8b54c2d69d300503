"""The API of filters: what is told to the builder and to the map, what it adds up to, and how it is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from layers import clock
from layers.jobs import Running
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER
from layers.store import jobs, query
from tests.small_county import IDLE_UID, asking, small_county
from tests.stored import NOON
from webmap import net_area_work
from webmap.views import filtering


@pytest.fixture
def client(home: Path) -> FlaskClient:
    return asking(home)


def told(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_rows_and_their_number_follow_the_filter(client: FlaskClient) -> None:
    rows = told(client, "/api/layers/idle_parcel/features?f=status.any.疑似闲置")
    assert [row["id"] for row in rows["features"]] == [IDLE_UID]
    assert rows["count"] == 1


def test_the_builder_is_told_fields_operators_and_questions(client: FlaskClient) -> None:
    body = told(client, "/api/layers/idle_parcel/facets")
    by_key = {facet["key"]: facet for facet in body["facets"]}
    assert by_key["status"]["choices"][0] == {"value": "idle", "label": "疑似闲置"}
    assert [each["word"] for each in by_key["status"]["operators"]] == ["是", "不是", "已填写", "未填写"]
    assert by_key["symbol"]["common"]
    assert {each["title"] for each in body["questions"]} >= {"闲置满两年且大于20亩", "本月到期"}
    assert {"value": "road_project", "label": "道路项目"} in body["layers"]


def test_the_map_is_told_a_sentence_and_an_expression(client: FlaskClient) -> None:
    body = told(client, "/api/layers/idle_parcel/filter?f=status.any.idle;area_mu.over.20")
    assert body["sentence"] == "闲置低效用地：处置状态为疑似闲置，且大于20亩"
    assert body["map"]["expression"] == [
        "all",
        ["match", ["get", "status"], ["idle"], True, False],
        ["all", ["has", "area_mu"], [">", ["to-number", ["get", "area_mu"]], 20]],
    ]
    assert [each["rest"] for each in body["conditions"]] == ["area_mu.over.20", "status.any.idle"]


def test_what_the_tiles_do_not_carry_becomes_ids(client: FlaskClient) -> None:
    body = told(client, "/api/layers/idle_parcel/filter?f=holder.has.示例实业")
    match, by, ids, yes, no = body["map"]["expression"]
    assert (match, by, len(ids), yes, no) == ("match", ["id"], 1, True, False)


def test_too_many_ids_become_the_filter_in_the_address_of_the_tiles(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filtering, "MOST_IDS", 0)
    body = told(client, "/api/layers/idle_parcel/filter?f=holder.has.示例实业")
    assert (body["map"]["expression"], body["map"]["tiles"]) == (None, body["filter"])


def test_totals_are_told_in_groups_that_can_be_asked_for(client: FlaskClient) -> None:
    with clock.standing_at(NOON):
        body = told(client, "/api/layers/idle_parcel/totals?by=status,contract_start,town")
    assert body["count"] == 3
    statuses = {group["label"]: (group["count"], group["filter"]) for group in body["groups"]["status"]}
    assert statuses == {
        "疑似闲置": (1, "status.any.idle"),
        "低效": (1, "status.any.low_use"),
        "已盘活": (1, "status.any.revived"),
    }
    years = [(group["label"], group["count"], group["filter"]) for group in body["groups"]["contract_start"]]
    assert years == [("2024年", 1, "contract_start.year.2024"), ("未填写", 2, "contract_start.empty")]
    for groups in body["groups"].values():
        for group in groups:
            narrowed = told(client, f"/api/layers/idle_parcel/totals?f={group['filter']}")
            assert narrowed["count"] == group["count"]


@pytest.mark.parametrize("what", ["features", "filter", "totals"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour.any.红", "没有这个字段，或者您无权查看"),
        ("area_mu.over.50;area_mu.under.20", "筛选条件互相矛盾"),
        ("shape.meets.118_35_119_36_119_35_118_36", "边界自相交"),
        ("shape.near.road_project,900000", "最多 20,000 米"),
    ],
    ids=["no field", "contradiction", "crossing", "huge"],
)
def test_what_cannot_be_asked_is_refused(client: FlaskClient, what: str, text: str, words: str) -> None:
    answer = client.get(f"/api/layers/idle_parcel/{what}?f={text}")
    assert answer.status_code == 422
    assert words in answer.get_json()["error"]


def test_too_many_groups_and_strange_ones_are_refused(client: FlaskClient) -> None:
    for by, words in (("moon", "不能按“moon”分组"), (",".join("abcdefghi"), "最多 8 个")):
        answer = client.get(f"/api/layers/idle_parcel/totals?by={by}")
        assert words in answer.get_json()["error"]


def test_a_tile_can_hold_only_what_passes(client: FlaskClient) -> None:
    tile = "/tiles/idle_parcel/12/3395/1614.mvt"
    whole = client.get(tile).data
    address = told(client, "/tiles/idle_parcel.json?f=holder.has.示例实业")["tiles"][0]
    assert "&f=holder.has.%E7%A4%BA" in address
    part = client.get(f"{tile}?f=holder.has.示例实业").data
    assert 0 < len(part) < len(whole)
    assert not client.get(f"{tile}?f=holder.has.没有这个").data
    refused = client.get("/tiles/idle_parcel+road_project.json?f=name.has.a")
    assert "应只有 1 个" in refused.get_json()["error"]


def test_the_net_area_counts_overlaps_once(client: FlaskClient) -> None:
    body = told(client, "/api/layers/idle_parcel/net?f=status.any.idle")
    totals = told(client, "/api/layers/idle_parcel/totals?f=status.any.idle")
    assert body == {"area_mu": totals["area_mu"], "overlap_mu": 0.0, "why": ""}


def test_the_net_area_of_very_many_is_left_to_the_background(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = small_county(home)
    monkeypatch.setattr(net_area_work, "AT_ONCE", 1)
    client = app.test_client()
    client.get("/")
    waiting = told(client, "/api/layers/idle_parcel/net")
    assert (waiting["area_mu"], waiting["ask"]) == (None, True)
    database = app.extensions["database"]
    with database.writing() as session:
        layer = query.layer_named(session, INTERNAL_VIEWER, "idle_parcel")
        net_area_work.ask(session, INTERNAL_VIEWER, layer, query.Nothing)
        net_area_work.ask(session, INTERNAL_VIEWER, layer, query.Nothing)
        session.commit()
    assert told(client, "/api/layers/idle_parcel/net")["waiting"]
    with database.writing() as session:
        job = jobs.claim(session)
        assert job
        assert jobs.claim(session) is None
        session.commit()
    running = Running(database, job)
    running.end(jobs.DONE, "", net_area_work.work(database, running))
    done = told(client, "/api/layers/idle_parcel/net")
    assert done["area_mu"] == told(client, "/api/layers/idle_parcel/totals")["area_mu"]


def test_a_visitor_filters_what_he_may_see(home: Path) -> None:
    client = asking(home, PUBLIC_VIEWER)
    assert told(client, "/api/layers/road_project/filter?f=state.any.规划")["count"] == 1
    assert client.get("/api/layers/idle_parcel/filter?f=area_mu.over.1").status_code == 404
    answer = client.get("/api/layers/road_project/filter?f=lead_official.has.张")
    assert answer.status_code == 422
    assert "无权查看" in answer.get_json()["error"]
    titles = [each["value"] for each in told(client, "/api/layers/road_project/facets")["layers"]]
    assert "idle_parcel" not in titles
