"""A resource gets the grade of GB/T 18972-2017; the published rows come from worked examples of other counties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from layers.kinds import kind_of
from layers.rules.tourism import resource_grade


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
