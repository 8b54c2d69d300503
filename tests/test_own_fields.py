"""A county declares the fields of a layer of its own: what it may say, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from layers.errors import InvalidValue, UnknownThing
from layers.kinds import CUSTOM, LayerKind, kind_of
from layers.kinds.custom_layer import custom_kind, declaration_from
from layers.kinds.form import form_fields
from layers.kinds.own_fields import MOST_CHOICES, MOST_FIELDS, Declaration
from layers.kinds.own_looks import COLORS, DASHES, FILLS, MARKERS, WIDTHS
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER
from layers.symbols import patterns, recipe, style_layers, swatch
from tests.own_layer import check_layer, field
from tests.test_kinds import is_red


def kind(declaration: Declaration, title: str = "闲置土地2024年核查") -> LayerKind:
    return custom_kind(declaration.stored(), title)


def test_each_sort_of_field_reads_what_people_write() -> None:
    checked = kind(declaration_from(check_layer())).check(
        {
            "name": "甲地块",
            "f1": "部分属实",
            "f2": "改变用途、超期",
            "f3": " 张 三 ",
            "f4": "需要补充材料。",
            "f5": "3宗",
            "f6": "12.50亩",
            "f7": "2024年6月3日",
            "f8": "是",
        }
    )
    assert not checked.problems
    assert checked.properties == {
        "name": "甲地块",
        "f1": "c2",
        "f2": ["c1", "c3"],
        "f3": "张 三",
        "f4": "需要补充材料。",
        "f5": 3,
        "f6": 12.5,
        "f7": "2024-06-03",
        "f8": True,
    }


def test_a_wrong_value_is_answered_with_the_words_of_the_county() -> None:
    checked = kind(declaration_from(check_layer())).check({"f1": "不详", "f2": "超期、丢失", "f5": "2.5"})
    assert [problem.reason for problem in checked.problems] == [
        "“核查结果”应为以下之一：属实、部分属实、不属实，但收到“不详”。请改正，或留空。",
        "“问题类型”应为以下之一：超期、围而不建、改变用途，但收到“丢失”。请改正，或留空。",
        "“涉及宗数”应为整数（宗），但收到“2.5”。请改正，或留空。",
    ]


def test_a_stored_declaration_is_read_back_as_it_was() -> None:
    first = declaration_from(check_layer())
    again = declaration_from(json.loads(json.dumps(first.stored())), first, in_use=True)
    assert again == first
    assert again.stored()["edition"] == first.stored()["edition"]


def test_colours_follow_one_field_and_never_stand_alone() -> None:
    own = kind(declaration_from(check_layer()))
    assert [each.title for each in own.classes] == ["属实", "部分属实", "不属实", "未填核查结果"]
    assert own.symbol_of({"f1": "c2"}, {}) == "c2"
    assert own.symbol_of({}, {}) == own.symbol_of({"f1": "c9"}, {}) == "none"
    looks = [(each.fills, each.lines[-1].dash) for each in own.classes]
    assert len({repr(fills) for fills, _ in looks[:3]}) == 3
    assert len({dash for _, dash in looks[:3]}) == 3
    points = kind(declaration_from(check_layer(geometry="point")))
    assert [each.marker.text for each in points.classes if each.marker] == ["属", "部", "不", ""]


@pytest.mark.parametrize("geometry", ["point", "line", "polygon"])
def test_every_look_compiles(geometry: str) -> None:
    parts: dict[str, Sequence[str]] = {
        "color": tuple(COLORS),
        "width": tuple(WIDTHS),
        "dash": tuple(DASHES),
        "fill": tuple(FILLS),
        "marker": tuple(MARKERS),
    }
    for part, names in parts.items():
        for name in names:
            own = kind(declaration_from({"geometry": geometry, "fields": [], "look": {part: name}}))
            told = json.dumps(
                [
                    style_layers([("own_1", own)]),
                    patterns([own]),
                    recipe(own),
                    [swatch(each) for each in own.classes],
                ]
            )
            assert not is_red(COLORS[name][1] if part == "color" else COLORS["indigo"][1])
            assert json.loads(told)


def test_own_colours_can_be_read_on_the_land() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        line = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]

    # WCAG 2.1: (lighter + 0.05) / (darker + 0.05), 4.5 for text.
    for title, colour in COLORS.values():
        assert (light("#FCFBF7") + 0.05) / (light(colour) + 0.05) >= 4.5, title


def test_tiles_carry_filters_that_everybody_may_see() -> None:
    own = kind(declaration_from(check_layer()))
    assert [key for key, source in own.tile_fields if source == "properties"] == ["f1", "f6"]
    secret = check_layer()
    secret["fields"][5]["visibility"] = "internal"
    assert "f6" not in {key for key, _ in kind(declaration_from(secret)).tile_fields}


def test_an_internal_field_stays_inside() -> None:
    own = kind(declaration_from(check_layer()))
    told = {"name": "甲", "f1": "c1", "f3": "张三"}
    assert own.seen_properties(told, PUBLIC_VIEWER) == {"name": "甲", "f1": "c1"}
    assert own.seen_properties(told, INTERNAL_VIEWER) == told


def test_a_kind_of_the_countys_own_is_asked_of_its_layer() -> None:
    with pytest.raises(UnknownThing, match="自定义图层的字段由各图层自己规定"):
        kind_of(CUSTOM)


LONG = "长" * 41
REFUSED = {
    "no list": ({"geometry": "point", "fields": "f1"}, "字段收到“f1”，应为一列"),
    "no object": (["f1"], "图层定义收到"),
    "unknown shape": ({"geometry": "circle", "fields": []}, "应为以下之一：点、线、面"),
    "no title": ({"geometry": "point", "fields": [field(" ")]}, "第 1 个字段：名称没有填写"),
    "long title": ({"geometry": "point", "fields": [field(LONG)]}, "收到 41 个字，最多 40 个字"),
    "unknown sort": (
        {"geometry": "point", "fields": [field("甲", "json")]},
        "第 1 个字段“甲”：类型收到“json”",
    ),
    "twice": ({"geometry": "point", "fields": [field("甲"), field("甲 ")]}, "字段名称“甲”出现了不止一次"),
    "there anyway": ({"geometry": "point", "fields": [field("备 注")]}, "字段“备 注”是每个图层自带的"),
    "no choices": (
        {"geometry": "point", "fields": [field("甲", "choice")]},
        "选项收到 0 个，应为 1 到 200 个",
    ),
    "choice twice": (
        {"geometry": "point", "fields": [field("甲", "choice", choices=["一", "一"])]},
        "选项“一”出现了不止一次",
    ),
    "too many choices": (
        {
            "geometry": "point",
            "fields": [field("甲", "choice", choices=[str(n) for n in range(MOST_CHOICES + 1)])],
        },
        "选项收到 201 个",
    ),
    "too many fields": (
        {"geometry": "point", "fields": [field(f"甲{n}") for n in range(MOST_FIELDS + 1)]},
        "自定义字段收到 61 个，一个图层最多 60 个",
    ),
    "control character": ({"geometry": "point", "fields": [field("甲\u0007")]}, "控制字符"),
    "colour by text": (
        {"geometry": "point", "fields": [field("甲")], "color_by": "f1"},
        "应为本图层在用的单选字段",
    ),
    "colour by a secret": (
        {
            "geometry": "point",
            "fields": [field("甲", "choice", choices=["一"], visibility="internal")],
            "color_by": "f1",
        },
        "按它着色会泄露内容",
    ),
    "too many colours": (
        {
            "geometry": "point",
            "fields": [field("甲", "choice", choices=[str(n) for n in range(13)])],
            "color_by": "f1",
        },
        "有 13 个选项，按它着色最多 12 个",
    ),
    "label of a secret": (
        {"geometry": "point", "fields": [field("甲", visibility="internal")], "label_by": "f1"},
        "图上文字应取自本图层在用、人人可见的字段",
    ),
    "a key of its own": (
        {"geometry": "point", "fields": [field("甲", key="f7'; --")]},
        "代码与现有字段对不上",
    ),
    "unknown colour": ({"geometry": "point", "fields": [], "look": {"color": "red"}}, "color收到“red”"),
    "unknown visibility": (
        {"geometry": "point", "fields": [field("甲", visibility="secret")]},
        "应为以下之一：公开、内部、敏感",
    ),
}


@pytest.mark.parametrize(("raw", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_declaration_that_cannot_be_is_refused(raw: object, words: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        declaration_from(raw)
    assert words in refusal.value.message


def test_with_records_words_change_and_what_is_stored_stays() -> None:
    first = declaration_from(check_layer())
    raw = first.stored()
    raw["fields"][0]["title"] = "核查结论"
    raw["fields"][0]["choices"][0]["title"] = "情况属实"
    raw["fields"][0]["choices"][2]["retired"] = True
    raw["fields"].append(field("复核人"))
    raw["fields"].insert(0, raw["fields"].pop(3))
    later = declaration_from(raw, first, in_use=True)
    assert [each.key for each in later.fields] == ["f4", "f1", "f2", "f3", "f5", "f6", "f7", "f8", "f9"]
    own = kind(later)
    assert own.by_key["f1"].show("c1") == "情况属实"
    assert own.by_key["f1"].show("c3") == "不属实"
    assert own.by_key["f1"].read("c3") == "c3"
    with pytest.raises(InvalidValue, match="情况属实、部分属实，但收到“不属实”"):
        own.by_key["f1"].read("不属实")
    assert [each.title for each in own.classes if not each.quiet] == ["情况属实", "部分属实"]


def broken(first: Declaration, how: str) -> dict[str, Any]:
    raw = first.stored()
    if how == "type":
        raw["fields"][2]["sort"] = "whole"
    if how == "field":
        del raw["fields"][2]
    if how == "choice":
        del raw["fields"][0]["choices"][0]
    if how == "shape":
        raw["geometry"] = "point"
    return raw


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("type", "类型不能由“单行文字”改为“整数”"),
        ("field", "字段“核查人”不能删除"),
        ("choice", "选项“属实”不能删除"),
        ("shape", "图形类型不能由面改为点"),
    ],
)
def test_with_records_nothing_is_lost_and_without_it_may_go(how: str, words: str) -> None:
    first = declaration_from(check_layer())
    with pytest.raises(InvalidValue, match=words):
        declaration_from(broken(first, how), first, in_use=True)
    assert declaration_from(broken(first, how), first, in_use=False)


def test_a_retired_field_is_seen_by_nobody() -> None:
    raw = declaration_from(check_layer()).stored()
    raw["fields"][4]["retired"] = True
    own = kind(declaration_from(raw, declaration_from(check_layer()), in_use=True))
    assert "f5" not in own.by_key
    assert own.seen_properties({"f5": 3, "f6": 1.5}, SYSTEM_VIEWER) == {"f6": 1.5}


def test_the_form_offers_what_is_in_use_and_keeps_what_is_stored() -> None:
    raw = declaration_from(check_layer()).stored()
    raw["fields"][1]["choices"][0]["retired"] = True
    raw["fields"][1]["help"] = "可多选"
    own = kind(declaration_from(raw, declaration_from(check_layer()), in_use=True))
    (asked,) = [each for each in form_fields(own, INTERNAL_VIEWER) if each["key"] == "f2"]
    assert (asked["type"], asked["help"]) == ("choices", "可多选")
    assert [each["label"] for each in asked["choices"]] == ["围而不建", "改变用途", "超期（停用）"]


def test_a_field_can_be_named_before_it_has_a_key() -> None:
    raw = check_layer(color_by="t1", label_by="t2")
    raw["fields"][0]["temp"], raw["fields"][5]["temp"] = "t1", "t2"
    found = declaration_from(raw)
    assert (found.color_by, found.label_by) == ("f1", "f6")
    assert kind(found).label_of({"name": "甲", "f6": 12.5}) == "12.50"
