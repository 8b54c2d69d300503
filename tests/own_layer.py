"""Which layer of a county's own do tests set up? 闲置土地核查: a field of every sort, coloured by the result."""

from __future__ import annotations

from typing import Any, Final

from layers.kinds.custom_layer import custom_kind, declaration_from


def field(title: str, sort: str = "text", **told: Any) -> dict[str, Any]:
    return {"title": title, "sort": sort, **told}


def check_layer(**told: Any) -> dict[str, Any]:
    """The declaration as the screen sends it; `told` replaces parts of it."""
    fields = [
        field("核查结果", "choice", choices=["属实", "部分属实", "不属实"], filterable=True),
        field("问题类型", "choices", choices=["超期", "围而不建", "改变用途"]),
        field("核查人", visibility="internal"),
        field("核查意见", "long_text"),
        field("涉及宗数", "whole", unit="宗"),
        field("涉及面积", "decimal", unit="亩", filterable=True),
        field("核查日期", "day"),
        field("已整改", "flag"),
    ]
    return {"geometry": "polygon", "word": "宗", "fields": fields, "color_by": "f1", **told}


OWN_KIND: Final = custom_kind(declaration_from(check_layer()).stored(), "闲置土地核查")
