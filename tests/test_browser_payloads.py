"""Names are text. Whatever a planner writes into a field or a layer's name is shown to the letter, and never runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from shapely.geometry import LineString, Point, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers.kinds import CUSTOM, KINDS, LayerKind
from layers.kinds.custom_layer import declaration_from
from layers.kinds.fields import Choice, Names, Text
from layers.store import edit
from layers.store.engine import Database
from layers.store.tables import Act
from tests.browser import Visit
from tests.running import Server, running

PAYLOADS = {
    "script": "<script>window.ran=1</script>",
    "image": "<img src=x onerror=window.ran=1>",
    "template": "${window.ran=1}`${window.ran=1}`",
    "jinja": "{{ 7*191 }}{% raw %}",
    "comment": "{# 甲 #}",
    "lone": "{{",
    "quote": "\"'><b>乙</b>&amp;&#60;",
    "close": "</script></style></title><h1>丙",
    "address": "javascript:window.ran=1",
}
SHAPES: dict[str, BaseGeometry] = {
    "polygon": box(118.40, 35.50, 118.41, 35.51),
    "line": LineString([(118.40, 35.52), (118.42, 35.53)]),
    "point": Point(118.405, 35.54),
}


def add_own(session: Session, act: Act, name: str, payload: str) -> None:
    """A layer of the county's own, all of whose words are the payload."""
    fields = [
        {"title": payload, "sort": "choice", "choices": [payload], "filterable": True, "help": payload},
        {"title": f"甲{payload}", "sort": "text", "filterable": True},
    ]
    declaration = declaration_from({"geometry": "point", "word": "处", "fields": fields, "color_by": "f1"})
    layer = edit.add_layer(
        session,
        kind=CUSTOM,
        key=f"own_{name}",
        title=f"自定{payload}",
        visibility="public",
        own_fields=declaration,
    )
    told = {"name": payload, "f1": "c1", "f2": payload}
    edit.add_features(session, act, layer, [edit.NewFeature(Point(118.45, 35.56), told)])


def record(kind: LayerKind, payload: str) -> dict[str, object]:
    """Every text field filled with the payload, every required choice with its first code."""
    texts = {field.key: payload for field in kind.fields if isinstance(field, Text)}
    names = {field.key: [payload, payload] for field in kind.fields if isinstance(field, Names)}
    choices = {
        field.key: next(iter(field.choices))
        for field in kind.fields
        if isinstance(field, Choice) and field.required
    }
    return {**texts, **names, **choices, "name": payload}


@pytest.fixture(scope="module")
def poisoned(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The sample, and one feature of every kind for every payload, in layers that are named like it."""
    home = tmp_path_factory.mktemp("poisoned") / "home"
    shutil.copytree(sample_template, home)
    database = Database(f"sqlite:///{home / 'map.db'}")
    with database.writing() as session:
        for number, (name, payload) in enumerate(PAYLOADS.items()):
            with edit.one_act(session, "import", payload, reason=payload) as act:
                for kind in KINDS.values():
                    layer = edit.add_layer(
                        session,
                        kind=kind.key,
                        key=f"{kind.key}_{name}",
                        title=payload,
                        visibility="public",
                        unit=payload,
                    )
                    shape = SHAPES[kind.geometry]
                    edit.add_features(
                        session, act, layer, [edit.NewFeature(shape, record(kind, f"{payload}{number}"))]
                    )
                add_own(session, act, name, payload)
        session.commit()
    database.dispose()
    with running(home) as server:
        yield server


def test_the_map_shows_every_payload_as_text(poisoned: Server, visit: Visit) -> None:
    page = visit(poisoned.url)
    for payload in PAYLOADS.values():
        expect(page.get_by_text(payload, exact=True).first).to_be_attached()
    assert page.evaluate("window.ran") is None


def test_search_and_card_show_a_payload_to_the_letter(poisoned: Server, visit: Visit) -> None:
    page = visit(poisoned.url)
    field = page.get_by_role("combobox")
    for payload in PAYLOADS.values():
        field.fill(payload)
        expect(page.get_by_role("option").first).to_contain_text(payload)
        field.press("Enter")
        expect(page.get_by_role("heading", level=2).filter(has_text=payload).first).to_be_visible()
        assert page.evaluate("window.ran") is None, payload


@pytest.mark.parametrize("name", ["script", "jinja", "close"])
def test_words_of_a_countys_own_layer_are_shown_to_the_letter(
    poisoned: Server, visit: Visit, name: str
) -> None:
    payload = PAYLOADS[name]
    told = poisoned.get(f"/api/layers/own_{name}/features").json()
    assert [column["title"] for column in told["columns"] if column["key"] == "f1"] == [payload]
    page = visit(f"{poisoned.url}/?sel={told['features'][0]['id']}")
    facts = page.locator("#card .facts").first
    expect(facts).to_contain_text(f"甲{payload}", timeout=20_000)
    assert facts.locator("dt").all_inner_texts() == [payload, f"甲{payload}"]
    assert facts.locator("dd").all_inner_texts() == [payload, payload]
    page.goto(f"{poisoned.url}/table/own_{name}")
    expect(page.locator("table")).to_contain_text(payload)
    assert page.evaluate("window.ran") is None


def test_the_ledger_shows_a_payload_to_the_letter(poisoned: Server, visit: Visit) -> None:
    page = visit(f"{poisoned.url}/?table=own_script&rows=all")
    table = page.locator("#table")
    row = table.locator(".tabulator-row[data-uid]").first
    for name, payload in PAYLOADS.items():
        table.get_by_label("选择图层").select_option(f"own_{name}")
        titles = table.get_by_role("columnheader", name=payload)
        expect(titles).to_have_text([payload, f"甲{payload}"], timeout=20_000)
        expect(row).to_be_visible()
        assert row.locator(".tabulator-cell", has_text=payload).all_inner_texts() == [payload] * 4
        table.get_by_label("选择图层").select_option(f"idle_parcel_{name}")
        expect(titles).to_have_count(0)
        texts = row.locator(".tabulator-cell", has_text=payload)
        expect(texts.first).to_be_visible(timeout=20_000)
        assert texts.count() > 5
        assert page.evaluate("window.ran") is None, name


@pytest.mark.parametrize("name", PAYLOADS, ids=str)
def test_the_table_without_scripts_shows_a_payload_to_the_letter(
    poisoned: Server, visit: Visit, name: str
) -> None:
    page = visit(f"{poisoned.url}/table/idle_parcel_{name}", java_script_enabled=False)
    expect(page.locator("table")).to_contain_text(PAYLOADS[name])
    assert "1337" not in page.content()  # 7*191: a template would have been computed


def test_no_payload_reaches_the_map_page_of_the_server(poisoned: Server) -> None:
    text = poisoned.get("/").text
    assert not [payload for payload in PAYLOADS.values() if payload in text]
