"""One table says which role may do which deed, and how far."""

from __future__ import annotations

from typing import Any

import pytest

from layers.errors import NotAllowed, NotSignedIn
from layers.rights import (
    DEEDS,
    INTERNAL_VIEWER,
    PUBLIC_VIEWER,
    ROLES,
    SYSTEM_VIEWER,
    Viewer,
    may,
    may_see,
    may_somewhere,
    require,
    seen_by,
    sight,
    signed_in,
)

LAND, TOURISM = "自然资源和规划局", "文化和旅游局"
# The plan of the product, role by role.
PLAN: dict[str, set[str]] = {
    "reader": {"see"},
    "collector": {"see", "mark", "attach"},
    "reporter": {"see", "report", "attach"},
    "editor": {"see", "mark", "edit", "hold", "attach", "import", "export", "brief"},
    "reviewer": {"see", "mark", "edit", "hold", "attach", "import", "export", "brief", "review"},
    "administrator": {"see", "manage_layers", "manage_accounts", "backup"},
    "auditor": {"see", "read_log"},
}


def somebody(role: str, unit: str = LAND, town: str | None = None) -> Viewer:
    return signed_in("某人", role, unit, town, 1)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_plan_says_and_nothing_else(role: str) -> None:
    assert {deed for deed in DEEDS if may(somebody(role), deed)} == PLAN[role]


@pytest.mark.parametrize("visitor", [PUBLIC_VIEWER, INTERNAL_VIEWER], ids=["public", "internal"])
def test_a_visitor_changes_nothing(visitor: Viewer) -> None:
    assert [deed for deed in DEEDS if may(visitor, deed)] == ["see"]


def test_the_command_line_may_do_everything() -> None:
    assert all(may(SYSTEM_VIEWER, deed, unit=LAND, visibility="sensitive") for deed in DEEDS)


@pytest.mark.parametrize(
    ("role", "deed", "about", "allowed"),
    [
        ("editor", "edit", {"unit": LAND}, True),
        ("editor", "edit", {"unit": TOURISM}, False),
        ("editor", "edit", {"unit": LAND, "visibility": "sensitive"}, True),
        ("editor", "edit", {"unit": TOURISM, "visibility": "sensitive"}, False),
        ("editor", "mark", {"unit": TOURISM}, True),
        ("editor", "review", {"unit": LAND}, False),
        ("reviewer", "review", {"unit": LAND}, True),
        ("reviewer", "review", {"unit": TOURISM}, False),
        ("reporter", "report", {"unit": LAND}, True),
        ("reporter", "report", {"unit": TOURISM}, False),
        ("collector", "mark", {"unit": TOURISM}, True),
        ("collector", "attach", {"unit": TOURISM}, False),
        ("collector", "attach", {"unit": TOURISM, "own": True}, True),
        ("reader", "edit", {"unit": LAND}, False),
        ("administrator", "edit", {"unit": LAND}, False),
        ("administrator", "manage_layers", {"unit": TOURISM}, True),
        ("administrator", "read_log", {}, False),
        ("auditor", "manage_accounts", {}, False),
        ("reader", "see", {"unit": TOURISM, "visibility": "sensitive"}, False),
        ("reviewer", "see", {"unit": LAND, "visibility": "sensitive"}, True),
        ("administrator", "see", {"visibility": "internal"}, False),
    ],
)
def test_a_deed_reaches_as_far_as_the_own_unit(
    role: str, deed: str, about: dict[str, Any], allowed: bool
) -> None:
    assert may(somebody(role), deed, **about) is allowed


@pytest.mark.parametrize(
    ("unit", "town", "allowed"),
    [
        (TOURISM, "界湖街道", True),
        (TOURISM, "铜井镇", False),
        (TOURISM, None, False),
        ("界湖街道", None, True),
        ("界湖街道", "铜井镇", False),
        (None, None, True),
    ],
)
def test_town_staff_write_inside_their_town(unit: str | None, town: str | None, allowed: bool) -> None:
    clerk = somebody("editor", "界湖街道", "界湖街道")
    assert may(clerk, "edit", unit=unit, town=town) is allowed
    assert may_somewhere(clerk, "edit", TOURISM)


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (PUBLIC_VIEWER, ["public"]),
        (INTERNAL_VIEWER, ["public", "internal"]),
        (somebody("reader"), ["public", "internal"]),
        (somebody("editor"), ["public", "internal", "sensitive"]),
        (somebody("editor", TOURISM), ["public", "internal"]),
        (somebody("administrator"), ["public"]),
        (somebody("auditor"), ["public"]),
    ],
)
def test_sensitive_is_seen_by_those_who_answer_for_the_unit(viewer: Viewer, seen: list[str]) -> None:
    assert [each for each in ("public", "internal", "sensitive") if may_see(viewer, each, LAND)] == seen
    assert "sensitive" not in seen_by(viewer)


def test_those_who_see_the_same_share_what_is_kept() -> None:
    assert sight(signed_in("甲", "reader", LAND, None, 1)) == sight(
        signed_in("乙", "collector", TOURISM, None, 2)
    )
    assert sight(somebody("editor")) == sight(somebody("reviewer"))
    assert sight(somebody("editor")) != sight(somebody("editor", TOURISM))
    assert sight(somebody("editor")) != sight(somebody("reader"))
    for viewer in (somebody("editor"), somebody("reader"), somebody("auditor"), PUBLIC_VIEWER):
        assert [may_see(sight(viewer), each, LAND) for each in ("public", "internal", "sensitive")] == [
            may_see(viewer, each, LAND) for each in ("public", "internal", "sensitive")
        ]


def test_a_refusal_says_who_may() -> None:
    with pytest.raises(NotSignedIn) as stranger:
        require(PUBLIC_VIEWER, "edit", unit=LAND)
    assert stranger.value.message == "编辑需要先登录。请用“业务”、“审核”的账号登录后再试。"
    with pytest.raises(NotAllowed) as reader:
        require(somebody("reader"), "edit", unit=LAND)
    assert "（自然资源和规划局，只读）不能编辑" in reader.value.message
    with pytest.raises(NotAllowed) as other:
        require(somebody("editor"), "edit", unit=TOURISM)
    assert "这里由“文化和旅游局”主管" in other.value.message
    with pytest.raises(NotAllowed) as town:
        require(somebody("editor", "界湖街道", "界湖街道"), "edit", unit=TOURISM, town="铜井镇")
    assert "只能在界湖街道范围内编辑" in town.value.message
