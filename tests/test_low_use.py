"""Is land suspected of low efficiency, and how does it score? Vectors reckoned by hand; never 正常, never one number alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from layers import clock
from layers.card import card
from layers.errors import InvalidFilter, WrongSetting
from layers.filters import facets_of
from layers.kinds import kind_of, low_use
from layers.listing import columns, words
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER
from layers.rules.low_use import Facts, RuleSet, Scale, judged, score
from layers.store import query
from layers.store.engine import Database
from tests.stored import found, parcel, store

TODAY = date(2026, 6, 15)
NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)
WORKS = Facts(
    area_mu=Decimal(20),
    plot_ratio=Decimal("0.5"),
    agreed_plot_ratio=Decimal("1.0"),
    density=Decimal(25),
    intensity=Decimal(160),
    tax=Decimal("1.5"),
    jobs=Decimal(30),
    power=Decimal("0.5"),
    water=Decimal(200),
    zero_tax_years=0,
    completed_on=date(2015, 5, 1),
    stopped_on=date(2024, 1, 10),
)


def fired(facts: Facts, rules: RuleSet = RuleSet.Y2023) -> set[str]:
    return {each.key for each in judged(facts, rules, TODAY).fired}


def test_the_pilot_adds_output_to_what_2016_asks() -> None:
    assert fired(WORKS, RuleSet.Y2016) == {"plot_ratio", "density", "stopped"}
    assert fired(WORKS, RuleSet.Y2023) == {"plot_ratio", "density", "stopped", "tax", "power"}
    assert fired(WORKS, RuleSet.OFF) == set()
    assert judged(WORKS, RuleSet.Y2023, TODAY).missing == ()


@pytest.mark.parametrize(
    ("change", "key", "fires"),
    [
        ({"plot_ratio": Decimal("1.0")}, "plot_ratio", False),
        ({"plot_ratio": Decimal("0.99")}, "plot_ratio", True),
        ({"agreed_plot_ratio": None}, "plot_ratio", True),
        ({"agreed_plot_ratio": None, "plot_ratio": Decimal("0.8")}, "plot_ratio", False),
        ({"stopped_on": date(2025, 6, 15)}, "stopped", True),
        ({"stopped_on": date(2025, 6, 16)}, "stopped", False),
        ({"completed_on": date(2006, 6, 15)}, "aged", True),
        ({"completed_on": date(2006, 6, 16)}, "aged", False),
        ({"completed_on": date(2024, 6, 16)}, "tax", False),
        ({"completed_on": date(2024, 6, 15)}, "tax", True),
        ({"zero_tax_years": 2}, "zero_tax", True),
        ({"water": Decimal("99.9")}, "water", True),
        ({"water": Decimal(100)}, "water", False),
        ({"power": Decimal(0)}, "power", True),
        ({"tax": Decimal(2), "agreed_tax": Decimal(2)}, "tax", False),
    ],
    ids=str,
)
def test_each_test_at_its_limit(change: dict[str, Any], key: str, fires: bool) -> None:
    assert (key in fired(replace(WORKS, **change))) is fires


def test_what_is_not_known_is_named_and_does_not_fire() -> None:
    verdict = judged(Facts(), RuleSet.Y2016, TODAY)
    assert not verdict.is_suspected
    assert verdict.missing == ("容积率", "建筑密度", "投资强度", "竣工投产日期")
    pilot = judged(Facts(power=Decimal(0)), RuleSet.Y2023, TODAY)
    assert pilot.missing[4:] == ("亩均税收", "连续零税收年数", "证载面积", "年用水量")


def test_the_score_by_hand() -> None:
    # 30×50 + 20×75 + 20×100 + 15×50 + 15×83.33 = 7000, of 100: 70.0, which is B from 70 on.
    found = score(WORKS)
    assert (found.points, found.grade) == (Decimal("70.0"), "B")
    assert found.parts == (
        ("亩均税收", Decimal("50.0")),
        ("亩均就业", Decimal("75.0")),
        ("投资强度", Decimal("100.0")),
        ("容积率", Decimal("50.0")),
        ("建筑密度", Decimal("83.3")),
    )
    assert score(replace(WORKS, vetoes=("重大安全事故",))).grade == "D"


def test_too_few_factors_are_no_score_and_tax_alone_never_is() -> None:
    little = score(Facts(tax=Decimal(30), jobs=Decimal(10), area_mu=Decimal(5)))
    assert (little.points, little.grade) == (None, "")
    assert little.missing == ("投资强度", "容积率", "建筑密度")
    with pytest.raises(ValueError, match="of its own"):
        Scale(weights=tuple(map(Decimal, (60, 10, 10, 10, 10))))


PARCEL: dict[str, Any] = {
    "status": "low_use",
    "land_use": "工业用地",
    "area_declared_mu": 20,
    "plot_ratio": 0.5,
    "plot_ratio_agreed": 1,
    "building_density": 25,
    "investment_intensity": 160,
    "tax_per_mu": 1.5,
    "jobs": 30,
}


def test_a_parcel_shows_filters_and_lists_its_hint(database: Database) -> None:
    with clock.standing_at(NOON):
        store(
            database, [parcel("甲", **PARCEL), parcel("乙", 118.43, status="low_use"), parcel("丙", 118.44)]
        )
        with database.reading() as session:
            layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
            for text, names in (
                ("low_use_hint.any.suspected", ["甲"]),
                ("low_use_hint.any.unclear", ["乙"]),
                ("low_use_tests.any.density", ["甲"]),
                ("low_use_score.least.70", ["甲"]),
                ("low_use_grade.any.D", []),
            ):
                where = query.read_filter(session, SYSTEM_VIEWER, layer, text)
                passing = query.find_features(session, SYSTEM_VIEWER, layer, where=where)
                assert [each.name for each in passing] == names
            with pytest.raises(InvalidFilter):
                query.read_filter(session, PUBLIC_VIEWER, layer, "low_use_grade.any.D")
            first = query.find_features(session, SYSTEM_VIEWER, layer)[0]
        shown = words(columns(kind_of("idle_parcel"), INTERNAL_VIEWER), first.properties, first.derived)
    assert shown["low_use_hint"] == "疑似低效"
    assert shown["low_use_tests"] == "容积率偏低、建筑密度偏低"
    assert shown["low_use_score"] == "70.0"
    assert shown["low_use_grade"] == "B 支持发展"
    assert "low_use_score" not in facets_of(kind_of("idle_parcel"), PUBLIC_VIEWER)


def test_the_card_says_class_tests_gaps_and_the_score_beside_jobs_and_tax(sqlite_database: Database) -> None:
    with clock.standing_at(NOON):
        first, second = store(
            sqlite_database, [parcel("甲", **PARCEL), parcel("乙", 118.43, status="low_use")]
        )
        told = card(found(sqlite_database, first), INTERNAL_VIEWER)
        bare = card(found(sqlite_database, second), INTERNAL_VIEWER)
    said = told["verdict"]["text"]
    assert said.startswith("疑似低效·旧厂矿：容积率 0.5，低于合同约定 1；建筑密度 25%，低于本地标准 30%。")
    assert "资料不足，未能测试：竣工投产日期。" in said
    assert "综合评分 70.0 分" in said
    assert "就业 30 人，亩均税收 1.5 万元，请一并看待。结果为疑似" in said
    assert "正常" not in said + bare["verdict"]["text"]
    assert "资料不足，未评分；就业人数未提供，亩均税收未提供" in bare["verdict"]["text"]
    assert told["figures"][1] == {"value": "70.0", "unit": "分", "label": "综合评价 B（参考）"}


def test_the_rules_and_limits_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert low_use.derive(PARCEL, TODAY).values["low_use_tests"] == ["plot_ratio", "density"]
    monkeypatch.setenv("WEBMAP_LOW_USE", "2023")
    monkeypatch.setenv("WEBMAP_LOW_USE_LIMITS", "0.8,20,150,3,2,0.05,5,1,2,20,2")
    assert low_use.derive(PARCEL, TODAY).values["low_use_tests"] == ["plot_ratio", "tax"]
    monkeypatch.setenv("WEBMAP_LOW_USE", "off")
    assert low_use.derive(PARCEL, TODAY).values == {}
    assert low_use.insight(PARCEL, {}, TODAY).sentence == ""


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("WEBMAP_LOW_USE", "2019", "应为 off、2016、2023 之一"),
        ("WEBMAP_LOW_USE_LIMITS", "0.8,30", "十一个用逗号分隔的正数"),
        ("WEBMAP_LOW_USE_LIMITS", "0.8,30,150,3,2,0.05,5,1.5,2,20,2", "后四个为整数"),
        ("WEBMAP_LOW_USE_SCORE", "80,5,5,5,5,85,70,50", "单项不超过 40"),
        ("WEBMAP_LOW_USE_SCORE", "30,20,20,15,15,50,70,85", "从大到小"),
    ],
)
def test_a_setting_that_makes_no_sense_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, words: str
) -> None:
    monkeypatch.setenv(setting, value)
    with pytest.raises(WrongSetting, match=words):
        low_use.check_settings()
