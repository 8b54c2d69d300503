"""Every kind is declared whole: fields, classes, symbols and styles agree with each other."""

from __future__ import annotations

import colorsys
import json
import re
from datetime import date

import pytest

from layers.errors import InvalidValue, UnknownThing
from layers.kinds import GROUPS, KINDS, PRESETS, LayerKind, kind_of
from layers.kinds.fields import Choice, Day, Field, Flag, Names, Number, Text, Whole, Year
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER
from layers.symbols import patterns, recipe, style_layers, swatch
from tests.own_layer import OWN_KIND

WALKED = {**KINDS, "custom_layer": OWN_KIND}
"""Also one that a county declared itself."""
every_kind = pytest.mark.parametrize("kind", WALKED.values(), ids=WALKED.keys())


@every_kind
def test_a_kind_stands_under_a_group_and_has_an_owner(kind: LayerKind) -> None:
    assert kind.group in {group.key for group in GROUPS}
    assert kind.owner
    assert kind.measure_word
    assert kind.geometry in kind.shapes


@every_kind
def test_field_keys_and_import_names_are_unambiguous(kind: LayerKind) -> None:
    keys = [field.key for field in kind.fields]
    assert len(keys) == len(set(keys))
    titles = [field.title for field in kind.fields]
    assert len(titles) == len(set(titles)), [title for title in titles if titles.count(title) > 1]
    for field in kind.fields:
        assert kind.field_for(field.key) is field
        assert kind.field_for(field.title) is field


@every_kind
def test_the_common_record_is_in_every_kind(kind: LayerKind) -> None:
    needed = {
        "name",
        "code",
        "town",
        "source_doc",
        "source_clause",
        "accuracy",
        "is_sample",
        "note",
        "aliases",
    }
    assert needed <= kind.by_key.keys()


@every_kind
def test_a_record_with_a_name_alone_has_one_of_the_declared_classes(kind: LayerKind) -> None:
    required = {
        field.key: next(iter(field.choices))
        for field in kind.fields
        if isinstance(field, Choice) and field.required
    }
    checked = kind.check({"name": "甲", **required})
    assert not checked.problems
    derived = kind.derive(checked.properties, date(2026, 11, 22)).values
    assert kind.symbol_of(checked.properties, derived) in {each.key for each in kind.classes}


@every_kind
def test_no_code_of_a_choice_is_a_word_for_nothing(kind: LayerKind) -> None:
    for field in kind.fields:
        if isinstance(field, Choice):
            for code, word in field.choices.items():
                assert field.read(code) == field.read(word) == code


@every_kind
def test_every_tile_field_exists(kind: LayerKind) -> None:
    for key, source in kind.tile_fields:
        if source == "properties":
            assert key in kind.by_key
            assert kind.by_key[key].visibility == "public", "tiles carry nothing that a reader may not see"


@every_kind
def test_symbols_compile_to_json_and_name_known_fields(kind: LayerKind) -> None:
    told = json.loads(json.dumps([recipe(kind), [swatch(each) for each in kind.classes], kind.schema()]))
    assert told[0]["classes"].keys() == {each.key for each in kind.classes}
    in_tiles = {field.key for field in kind.tile_fields}
    for symbol in kind.classes:
        for marker in filter(None, (symbol.marker, symbol.shield)):
            assert {marker.text_from, marker.hollow_from} - {""} <= in_tiles
        if symbol.label:
            assert symbol.label.text_from in in_tiles


def test_every_pattern_that_a_style_names_is_painted() -> None:
    layers = style_layers(list(KINDS.items()))
    named = {layer["paint"]["fill-pattern"] for layer in layers if "fill-pattern" in layer["paint"]}
    assert named == patterns(KINDS.values()).keys()
    assert len({layer["id"] for layer in layers}) == len(layers)
    assert all(layer["type"] in ("fill", "line") for layer in layers), (
        "text and symbols belong to the overlay"
    )


def test_colours_are_written_as_hex() -> None:
    told = json.dumps(style_layers(list(KINDS.items())))
    colours = re.findall(r'"(?:line|fill)-color": "([^"]+)"', told)
    assert colours
    assert all(re.fullmatch(r"#[0-9A-F]{6}([0-9A-F]{2})?", colour) for colour in colours)


def test_thin_lines_have_plain_corners_and_wide_ones_round_ones() -> None:
    joins = {
        each["id"]: each["layout"]["line-join"]
        for each in style_layers(list(KINDS.items()))
        if each["type"] == "line"
    }
    assert joins["idle_parcel/two_years/line0"] == "miter"
    assert {join for name, join in joins.items() if name.startswith("road_project/")} == {"round"}


@pytest.mark.parametrize(
    ("fill", "smoothed"),
    [
        ("idle_parcel/two_years/fill0", False),  # a solid edge of its own
        ("admin_area/town_0/fill0", True),  # no line
        ("heritage_control", True),  # dashes only
        ("utility_line/gas/fill0", True),  # as wide as a field says
    ],
)
def test_an_edge_is_smoothed_where_no_line_covers_it(fill: str, smoothed: bool) -> None:
    found = [
        layer
        for layer in style_layers(list(KINDS.items()))
        if fill in layer["id"] and layer["type"] == "fill"
    ]
    assert [layer["paint"]["fill-antialias"] for layer in found] == [smoothed] * len(found) != []


def test_the_style_draws_land_under_roads_and_the_county_line_on_top() -> None:
    order = [layer["id"] for layer in style_layers(list(KINDS.items()))]
    assert order.index("admin_area/county/fill0") < order.index("admin_area/town_0/fill0")
    assert order.index("admin_area/town_0/fill0") < order.index("river/main/line0")
    assert order.index("river/main/line0") < order.index("idle_parcel/one_year/fill0")
    assert order.index("idle_parcel/one_year/line0") < order.index("road_project/planned/line1")
    assert order[-1] == "admin_area/county/line2"


def test_presets_name_groups_that_exist() -> None:
    assert [preset.title for preset in PRESETS] == [
        "总览",
        "用地盘活",
        "棚改攻坚",
        "道路互联",
        "全域旅游",
        "项目督查",
    ]
    for preset in PRESETS:
        assert set(preset.groups) <= {group.key for group in GROUPS}
        assert set(preset.kinds) <= KINDS.keys()
        assert "base" in preset.groups


def test_the_supervision_preset_shows_what_is_off_at_start_and_the_overview_does_not() -> None:
    presets = {preset.key: preset for preset in PRESETS}
    for key in ("industry_project", "public_facility"):
        kind = KINDS[key]
        assert not kind.on_at_start
        assert presets["supervision"].shows(kind.group, key, on_at_start=kind.on_at_start)
        assert not presets["overview"].shows(kind.group, key, on_at_start=kind.on_at_start)
    assert presets["overview"].shows("stock_land", "idle_parcel", on_at_start=True)
    assert not presets["roads"].shows("stock_land", "idle_parcel", on_at_start=True)


def test_control_lines_are_never_filled_solid_and_start_switched_off() -> None:
    kind = KINDS["control_line"]
    assert not kind.on_at_start
    for symbol in kind.classes:
        assert symbol.lines
        assert all(fill.pattern or fill.opacity <= 0.12 for fill in symbol.fills), symbol.title


RED_ALLOWED = {"road_project/missing_link", "control_line/town_boundary", "existing_road/national"}


@every_kind
def test_red_is_for_lights_the_development_boundary_and_seals_only(kind: LayerKind) -> None:
    for symbol in kind.classes:
        colours = {line.color for line in symbol.lines} | {fill.color for fill in symbol.fills if fill.color}
        markers = filter(None, (symbol.marker, symbol.shield))
        colours |= {colour for marker in markers for colour in (marker.fill, marker.edge)}
        if f"{kind.key}/{symbol.key}" not in RED_ALLOWED:
            assert not {colour for colour in colours if is_red(colour)}, symbol.title


def is_red(colour: str) -> bool:
    """A saturated red: hue within 12° of pure red."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return saturation > 0.5 and min(hue, 1 - hue) * 360 < 12


def test_an_unknown_kind_is_told_which_ones_exist() -> None:
    with pytest.raises(UnknownThing, match="idle_parcel（闲置低效用地）"):
        kind_of("parcels")


NUMBER = Number(key="mu", title="面积", unit="亩")
DAY = Day(key="day", title="约定动工日期")
CHOICE = Choice(
    key="s", title="处置状态", choices={"idle": "疑似闲置", "low_use": "低效"}, also={"闲置": "idle"}
)


@pytest.mark.parametrize(
    ("field", "raw", "stored"),
    [
        (NUMBER, "1,286.5", 1286.5),
        (NUMBER, "８６．４", 86.4),
        (NUMBER, "86亩", 86),
        (NUMBER, 86.0, 86),
        (NUMBER, " ", None),
        (NUMBER, float("nan"), None),
        (NUMBER, "—", None),
        (Whole(key="n", title="户数"), "12", 12),
        (Year(key="y", title="年度"), "2022年", 2022),
        (Year(key="y", title="年度"), "22年", 2022),
        (DAY, "2022.3.1", "2022-03-01"),
        (DAY, "2022年3月1日", "2022-03-01"),
        (DAY, "2022/03/01 00:00:00", "2022-03-01"),
        (DAY, "20220301", "2022-03-01"),
        (DAY, "44621", "2022-03-01"),
        (DAY, 44621.0, "2022-03-01"),
        (DAY, date(2022, 3, 1), "2022-03-01"),
        (CHOICE, "idle", "idle"),
        (CHOICE, "闲置", "idle"),
        (CHOICE, "低效", "low_use"),
        (Flag(key="f", title="示例"), "是", True),
        (Names(key="a", title="别名"), "竹泉、竹泉村", ["竹泉", "竹泉村"]),
        (Text(key="t", title="名称"), "  甲\n乙 ", "甲 乙"),
        (Text(key="t", title="名称"), 371321.0, "371321"),
        (Text(key="t", title="名称"), "（一期）", "（一期）"),
    ],
    ids=str,
)
def test_a_field_takes_what_people_write(field: Field, raw: object, stored: object) -> None:
    assert field.read(raw) == stored


@pytest.mark.parametrize(
    ("field", "raw", "words"),
    [
        (NUMBER, "约12", ["“面积”应为数字（亩）", "“约12”"]),
        (NUMBER, "-3", ["0 到", "“-3”"]),
        (NUMBER, "inf", ["数字"]),
        (Whole(key="n", title="户数"), "1.5", ["整数"]),
        (DAY, "22年", ["精确到日", "“22年”"]),
        (DAY, "2022年3月", ["精确到日", "只有年或月不能推算期限"]),
        (Year(key="y", title="年度"), "22", ["1949"]),
        (DAY, "2022-02-30", ["日期"]),
        (DAY, "7", ["日期"]),
        (CHOICE, "好", ["疑似闲置、低效", "“好”"]),
        (Flag(key="f", title="示例"), "也许", ["“是”或“否”"]),
        (Text(key="t", title="名称", longest=3), "一二三四", ["最多 3 个字"]),
    ],
    ids=str,
)
def test_a_field_says_what_came_and_what_would_be_right(field: Field, raw: object, words: list[str]) -> None:
    with pytest.raises(InvalidValue) as refusal:
        field.read(raw)
    assert all(word in refusal.value.message for word in words), refusal.value.message


def test_one_bad_value_loses_nothing_else() -> None:
    checked = kind_of("idle_parcel").check({"name": "甲", "price": "一千", "holder": "示例公司"})
    assert checked.properties == {"name": "甲", "holder": "示例公司"}
    assert [problem.key for problem in checked.problems] == ["price"]


def test_a_missing_required_value_is_a_problem() -> None:
    checked = kind_of("idle_parcel").check({"name": " "})
    assert [problem.title for problem in checked.problems] == ["地块名称"]


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ("DKMC", "name"),
        ("dkbh", "code"),
        ("证载面积（亩）", "area_declared_mu"),
        (" 电子监管号 ", "supervision_no"),
        ("MJ", "area_declared_mu"),
    ],
    ids=str,
)
def test_columns_of_bureau_files_are_recognised(column: str, key: str) -> None:
    field = kind_of("idle_parcel").field_for(column)
    assert field is not None
    assert field.key == key


def test_internal_fields_do_not_leave_with_a_public_reader() -> None:
    kind = kind_of("idle_parcel")
    record = {"name": "甲", "assessed_price": 12, "lead_official": "某"}
    assert kind.seen_properties(record, PUBLIC_VIEWER) == {"name": "甲"}
    assert kind.seen_properties(record, INTERNAL_VIEWER) == record
