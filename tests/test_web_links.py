"""What does the card say of a record's ties, and how are they changed over HTTP and written into files?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import shapely
from flask import Flask

from layers.rights import SYSTEM_VIEWER
from layers.store import edit, query
from layers.store.edit import NewFeature
from tests.people import Caller, sign_in
from tests.small_county import IDLE_UID, small_county

TRANSPORT = "工业和信息化局"


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = small_county(home)
    with app.extensions["database"].writing() as session:
        edit.add_layer(session, kind="industry_project", key="industry_project", visibility="public")
        layer = query.layer_named(session, SYSTEM_VIEWER, "industry_project")
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(
                session, act, layer, [NewFeature(shapely.Point(118.45, 35.55), {"name": "示例项目"})]
            )
        session.commit()
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def office(app: Flask) -> Caller:
    return sign_in(app, "editor", TRANSPORT)


@pytest.fixture
def project(office: Caller) -> str:
    found = json.loads(office.get(f"/api/search?q={quote('示例项目')}").body)["results"]
    uid: str = found[0]["uid"]
    return uid


def links(body: dict[str, Any], sort: str) -> dict[str, Any]:
    told = body["card"]["links"] if "card" in body else body["links"]
    return next(each for each in told if each["sort"] == sort)


def test_a_project_and_its_parcel_know_each_other(office: Caller, project: str) -> None:
    done = office.post(f"/api/features/{project}/links", json={"sort": "parcel", "uid": IDLE_UID})
    assert done.status == 200, done.body.decode()
    body = json.loads(done.body)
    (item,) = links(body, "parcel")["items"]
    assert (item["uid"], item["name"], item["sample"]) == (IDLE_UID, "示例地块 界湖-017", True)
    assert body["act"]
    # Everybody sees the project, and not everybody the parcel: its name is not written there.
    assert body["properties"]["linked_parcels"] == [f"〔{IDLE_UID}〕"]
    back = links(json.loads(office.get(f"/api/features/{IDLE_UID}/links").body), "parcel")
    assert (back["back"], back["title"], [each["uid"] for each in back["items"]]) == (
        True,
        "关联项目",
        [project],
    )
    assert "新增关联地块：（内部记录）" in office.get(f"/api/features/{project}/history").body.decode()
    export = office.post("/api/exports", json={"layers": ["industry_project"], "form": "csv"})
    assert export.status in (200, 201, 202), export.body.decode()
    path = f"/api/features/{project}/links/parcel?ref={quote(item['ref'])}"
    assert office.delete(path).status == 200
    again = office.delete(path)
    assert again.status == 422
    assert "可能已被解除" in json.loads(again.body)["error"]


def test_a_visitor_is_told_how_many_and_nothing_else(app: Flask, office: Caller, project: str) -> None:
    office.post(f"/api/features/{project}/links", json={"sort": "parcel", "uid": IDLE_UID})
    seen = app.test_client().get(f"/api/features/{project}").get_data(as_text=True)
    told = links(json.loads(seen), "parcel")
    assert (told["items"], told["hidden"]) == ([], 1)
    assert "界湖-017" not in seen


def test_a_number_from_a_ledger_ties_as_well(office: Caller, project: str) -> None:
    change = office.patch(
        f"/api/features/{project}",
        json={"properties": {"linked_parcels": ["SL-2022-017"]}},
        headers={"If-Match": '"1"'},
    )
    assert [each["uid"] for each in links(json.loads(change.body), "parcel")["items"]] == [IDLE_UID]


def test_who_may_not_edit_does_not_tie(app: Flask, project: str) -> None:
    land = sign_in(app, "editor")
    refused = land.post(f"/api/features/{project}/links", json={"sort": "parcel", "uid": IDLE_UID})
    assert refused.status == 403
    reader = sign_in(app, "reader")
    assert all(
        not each["may_add"] for each in json.loads(reader.get(f"/api/features/{project}/links").body)["links"]
    )


def test_the_form_of_a_project_leaves_its_ties_to_the_card(office: Caller) -> None:
    fields = json.loads(office.get("/api/layers/industry_project/form").body)["fields"]
    assert not {"parent", "linked_parcels"} & {field["key"] for field in fields}
