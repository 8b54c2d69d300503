"""Is every kind, whatever it declares, shown on every page and in every answer?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient

from layers.kinds import KINDS, LayerKind
from layers.kinds.fields import Choice, Day, Field, Flag, Names, Number
from layers.listing import columns
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, Viewer
from layers.store import Database, edit
from webmap import create_app
from webmap.config import Config

SHAPES = {
    "polygon": shapely.box(118.46, 35.55, 118.463, 35.552),
    "line": shapely.LineString([(118.4, 35.5), (118.5, 35.6)]),
    "point": shapely.Point(118.45, 35.58),
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each kind with one feature that has every field, and one that has only a name."""
    home = tmp_path_factory.mktemp("kinds")
    database = Database(address(home))
    database.upgrade()
    with database.writing() as session:
        with edit.one_act(session, "import", "测试员") as act:
            for layer in edit.ship_layers(session, "public"):
                edit.add_features(session, act, layer, list(features(KINDS[layer.kind])))
        session.commit()
    database.dispose()
    return home


def address(home: Path) -> str:
    return f"sqlite:///{home / 'map.db'}"


def features(kind: LayerKind) -> Iterator[edit.NewFeature]:
    shape = SHAPES[kind.geometry]
    yield edit.NewFeature(shape, {field.key: value(field) for field in kind.fields})
    required = {field.key: value(field) for field in kind.fields if field.required}
    yield edit.NewFeature(shape, required | {"name": "只有名称"})


def value(field: Field) -> Any:
    if isinstance(field, Choice):
        return next(iter(field.choices))
    if isinstance(field, Day):
        return "2024-02-29"
    if isinstance(field, Flag):
        return True
    if isinstance(field, Names):
        return ["甲", "乙"]
    if isinstance(field, Number):
        return max(1, int(field.at_least))
    return f"{field.title}的值"


def asking(home: Path, viewer: Viewer) -> FlaskClient:
    return create_app(Config(home=home, database_url=address(home), viewer=viewer)).test_client()


def asked(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data)


@EVERY_KIND
def test_a_table_can_be_sorted_by_each_of_its_columns(home: Path, kind: LayerKind) -> None:
    client = asking(home, INTERNAL_VIEWER)
    for column in columns(kind, INTERNAL_VIEWER):
        for turn in ("", "&desc=1"):
            page = client.get(f"/table/{kind.key}?sort={column.key}{turn}")
            assert page.status_code == 200, column.key
            assert "只有名称" in page.text


@EVERY_KIND
def test_a_card_shows_each_field_once(home: Path, kind: LayerKind) -> None:
    client = asking(home, INTERNAL_VIEWER)
    full, bare = asked(client, f"/api/layers/{kind.key}/features")["features"]
    card = asked(client, f"/api/features/{full['id']}")["card"]
    labels = [row["label"] for row in card["rows"]]
    assert len(labels) == len(set(labels))
    assert all(row["value"] for row in card["rows"]), "nothing is missing"
    assert card["title"] == f"{kind.by_key['name'].title}的值"
    empty = asked(client, f"/api/features/{bare['id']}")["card"]
    assert empty["title"] == "只有名称"
    assert empty["tags"][0]["symbol"] in {each.key for each in kind.classes}
    missing = {row["label"] for row in empty["rows"] if row["value"] is None}
    assert missing <= {field.title for field in kind.fields if field.card}


@EVERY_KIND
def test_internal_fields_never_reach_the_public(home: Path, kind: LayerKind) -> None:
    hidden = [field for field in kind.fields if field.visibility != "public"]
    # Every day of this test is the same one, so that of a public field says nothing of an internal one.
    open_ = [value(field) for field in kind.fields if field.visibility == "public"]
    client = asking(home, PUBLIC_VIEWER)
    full = asked(client, f"/api/layers/{kind.key}/features")["features"][0]
    paths = (
        f"/api/features/{full['id']}",
        f"/api/layers/{kind.key}/features",
        f"/table/{kind.key}",
    )
    for path in paths:
        text = client.get(path).text
        for field in hidden:
            if isinstance(value(field), str) and value(field) not in open_:
                assert value(field) not in text, (path, field.key)
            assert f'"{field.key}"' not in text, (path, field.key)
    for field in hidden:
        assert client.get(f"/table/{kind.key}?sort={field.key}").status_code == 400


@EVERY_KIND
def test_a_kind_describes_itself(home: Path, kind: LayerKind) -> None:
    schema = asked(asking(home, INTERNAL_VIEWER), f"/api/kinds/{kind.key}")
    assert set(schema["properties"]) == {field.key for field in kind.fields}
