"""A resource gets the grade of GB/T 18972-2017; the published rows come from worked examples of other counties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from layers.kinds import kind_of
from layers.rules.tourism import FACTORS, grade_of_2003, resource_grade, resource_total


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        ("58.4", "二级"),
        ("52.6", "二级"),
        ("54.4", "二级"),
        ("48.3", "二级"),
        ("65.3", "三级"),
        ("65.0", "三级"),
    ],
)
def test_published_scores_get_their_published_grade(score: str, grade: str) -> None:
    assert resource_grade(Decimal(score)).grade == grade


@pytest.mark.parametrize(
    ("score", "words"),
    [
        ("103", "五级（特品级旅游资源）"),
        ("90", "五级（特品级旅游资源）"),
        ("89.99", "四级（优良级旅游资源）"),
        ("75", "四级（优良级旅游资源）"),
        ("60", "三级（优良级旅游资源）"),
        ("45", "二级（普通级旅游资源）"),
        ("30", "一级（普通级旅游资源）"),
        ("29.99", "未获等级"),
        ("-5", "未获等级"),
    ],
)
def test_each_cut_belongs_to_the_grade_above_it(score: str, words: str) -> None:
    assert resource_grade(Decimal(score)).words == words


@pytest.mark.parametrize("score", ["103.01", "-5.01"])
def test_a_score_that_cannot_be_is_refused(score: str) -> None:
    with pytest.raises(ValueError, match="between"):
        resource_grade(Decimal(score))


def test_the_card_tells_the_grade_as_advice_and_nothing_without_a_score() -> None:
    site = kind_of("scenic_site")

    told = site.insight({"resource_score": 65.3}, {}, date(2026, 1, 1))

    assert (told.value, told.clause) == ("65.3", "GB/T 18972-2017")
    assert "三级（优良级旅游资源）" in told.sentence
    assert "以主管部门评定为准" in told.sentence
    assert site.insight({}, {}, date(2026, 1, 1)).sentence == ""


def test_the_factors_add_up_as_the_standard_has_them() -> None:
    most = {each.key: each.most for each in FACTORS}
    elements = ("appreciation", "culture", "rarity", "abundance", "integrity")
    assert sum(most[key] for key in elements) == 85
    assert most["renown"] + most["season"] == 15
    assert (FACTORS[-1].least, FACTORS[-1].most) == (-5, 3)


SHEET = {
    "appreciation": 20,
    "culture": 15,
    "rarity": 8,
    "abundance": 6,
    "integrity": 4,
    "renown": 6,
    "season": 4,
}


def test_a_full_sheet_gives_the_total_and_half_a_sheet_nothing() -> None:
    points = {key: Decimal(value) for key, value in SHEET.items()}
    assert resource_total(points) == 63
    assert resource_total({**points, "environment": Decimal(-5)}) == 58
    del points["rarity"]
    assert resource_total(points) is None


def test_the_total_is_stored_with_the_factors() -> None:
    site = kind_of("scenic_site")
    told = {f"resource_{key}": value for key, value in SHEET.items()}
    assert site.settle({**told, "resource_environment": 2})["resource_score"] == 65
    assert "resource_score" not in site.settle({"resource_culture": 15})
    assert site.settle({"resource_score": 70})["resource_score"] == 70
    assert site.check({"name": "甲", "site_type": "spring", "resource_culture": 26}).problems


@pytest.mark.parametrize(
    ("scores", "grade", "short"),
    [
        ((950, 90, 90), "5A", ()),
        ((949, 90, 90), "4A", ("服务质量",)),
        ((960, 84, 92), "3A", ("景观质量",)),
        ((960, 95, 79), "3A", ("游客意见",)),
        ((700, 80, 65), "2A", ("服务质量", "游客意见")),
        ((500, 50, 50), "1A", ()),
        ((499, 100, 100), "", ("服务质量",)),
    ],
)
def test_the_grade_of_2003_is_the_least_of_three(
    scores: tuple[int, int, int], grade: str, short: tuple[str, ...]
) -> None:
    found = grade_of_2003(*map(Decimal, scores))
    assert (found.grade, found.short) == (grade, short)


def said(**told: object) -> str:
    return kind_of("scenic_site").insight(told, {}, date(2026, 6, 15)).sentence


def test_grade_and_claim_are_two_things() -> None:
    words = said(grade="4A", grade_granted="2019-12-01", grade_claimed="5A")
    assert "现等级 4A，2019-12-01 批准。" in words
    assert "自评 5A，未经评定，不是现等级。" in words


def test_the_review_counts_its_days() -> None:
    assert "还有 15 天" in said(grade_due="2026-06-30")
    assert "已过 5 天" in said(grade_due="2026-06-10")


def test_conditions_of_2024_name_what_is_not_confirmed() -> None:
    words = said(conditions_met=["traffic", "safety"])
    assert "条件已确认 2/14 项" in words
    assert "未确认：前置条件、" in words
    assert "条件已确认" not in said(conditions_met=["traffic"], grade_edition="2003")


def test_scores_of_2003_are_for_comparison_and_need_all_three() -> None:
    words = said(score_services=900, score_landscape=70, score_visitors=95)
    assert "2003 历史版对照：三项同时达到 3A，受限于景观质量" not in words
    assert "三项同时达到 2A，受限于景观质量；该版已废止" in words
    assert "资料不足" in said(score_services=900)


def test_codes_of_2003_are_never_read_as_equal() -> None:
    words = said(resource_edition="2003", resource_type="E", resource_score=80)
    assert "不等同" in words
    assert "四级" not in words
    assert "请核对是否沿用了 2003 版代码" in said(resource_type="E", resource_subtype="FA 物质类文化遗存")


def test_a_route_tells_its_stops_in_order() -> None:
    route = kind_of("tour_route")
    told = route.insight({"stops": ["竹泉村", "红石寨", "汉街"], "days": 1.5}, {}, date(2026, 6, 15))
    assert (told.value, told.unit) == ("3", "站")
    assert told.sentence == "依次：竹泉村 → 红石寨 → 汉街。游览约 1.5 天。"
    assert "连续出现两次" in route.insight({"stops": ["甲", "甲"]}, {}, date(2026, 6, 15)).sentence
    assert "途经点未提供" in route.insight({}, {}, date(2026, 6, 15)).sentence
