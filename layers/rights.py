"""Who may see or do what?

One table says it: which role may do which deed, and how far. Whoever has no account is one of two audiences.
Nobody below an account sees 敏感; with an account, only those who answer for the unit that owns it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from layers.errors import NotAllowed, NotSignedIn

Visibility = Literal["public", "internal", "sensitive"]
Audience = Literal["public", "internal", "system"]

VISIBILITIES: Final[dict[str, str]] = {"public": "公开", "internal": "内部", "sensitive": "敏感"}
ROLES: Final[dict[str, str]] = {
    "reader": "只读",
    "collector": "采集",
    "reporter": "填报",
    "editor": "业务",
    "reviewer": "审核",
    "administrator": "系统管理",
    "auditor": "审计",
}
DEEDS: Final[dict[str, str]] = {
    "see": "查看",
    "mark": "标点",
    "report": "填报进展",
    "edit": "编辑",
    "hold": "意向锁定",
    "attach": "添加附件",
    "review": "审核",
    "import": "导入",
    "export": "导出",
    "brief": "编制汇报",
    "manage_layers": "管理图层",
    "manage_accounts": "管理账号",
    "backup": "备份与恢复",
    "read_log": "查看审计日志",
}
NON_SECRET: Final = "本系统为非涉密系统，严禁存储、处理、传输国家秘密。"  # noqa: S105
"""Shown where people log in, upload and export."""

Reach = Literal["anywhere", "own unit", "own marks"]
_MAY: Final[dict[str, dict[str, Reach]]] = {
    "reader": {"see": "anywhere"},
    "collector": {"see": "anywhere", "mark": "anywhere", "attach": "own marks"},
    "reporter": {"see": "anywhere", "report": "own unit", "attach": "own unit"},
    "editor": {
        "see": "anywhere",
        "mark": "anywhere",
        **dict.fromkeys(("edit", "hold", "attach", "import", "export", "brief"), "own unit"),
    },
    "reviewer": {
        "see": "anywhere",
        "mark": "anywhere",
        **dict.fromkeys(("edit", "hold", "attach", "import", "export", "brief", "review"), "own unit"),
    },
    "administrator": dict.fromkeys(("see", "manage_layers", "manage_accounts", "backup"), "anywhere"),
    "auditor": dict.fromkeys(("see", "read_log"), "anywhere"),
}
_PUBLIC_ONLY: Final = frozenset({"administrator", "auditor"})
"""Those who keep the system and those who watch over it see no data beyond what is public."""
_SEE_SENSITIVE: Final = frozenset({"editor", "reviewer"})
_SEEN_BY: Final[dict[str, tuple[str, ...]]] = {
    "public": ("public",),
    "internal": ("public", "internal"),
    "system": ("public", "internal", "sensitive"),
}


@dataclass(frozen=True)
class Viewer:
    """Who is asking. `name` goes into the log and into acts, the rest decides what is seen and may be done.

    unit: the name of the own office. town: set for the staff of a town, who write only inside it. at: the day about
    whose end is asked; None is now.
    """

    name: str
    audience: Audience
    role: str | None = None
    unit: str = ""
    town: str | None = None
    account: int | None = None
    at: date | None = None


PUBLIC_VIEWER: Final = Viewer("访客", "public")
INTERNAL_VIEWER: Final = Viewer("内部用户", "internal")
SYSTEM_VIEWER: Final = Viewer("系统", "system")


def signed_in(name: str, role: str, unit: str, town: str | None, account: int) -> Viewer:
    """Somebody with an account."""
    return Viewer(name, "public" if role in _PUBLIC_ONLY else "internal", role, unit, town, account)


def seen_by(viewer: Viewer) -> tuple[str, ...]:
    """The visibilities whose layers, features and fields this viewer may see, whoever owns them."""
    return _SEEN_BY[viewer.audience]


def sensitive_unit(viewer: Viewer) -> str | None:
    """The unit whose sensitive layers and features this viewer may see besides."""
    return viewer.unit or None if viewer.role in _SEE_SENSITIVE else None


def may_see(viewer: Viewer, visibility: str, unit: str | None = None) -> bool:
    """Whether this viewer may see something of this visibility, in a layer that this unit owns."""
    own = visibility == "sensitive" and unit is not None and unit == sensitive_unit(viewer)
    return own or visibility in seen_by(viewer)


def sight(viewer: Viewer) -> Viewer:
    """Only what decides what is seen: the same for all who see the same. For keys of what is kept."""
    unit = sensitive_unit(viewer)
    return Viewer("", viewer.audience, "editor" if unit else None, unit or "", at=viewer.at)


def may(
    viewer: Viewer,
    deed: str,
    *,
    unit: str | None = None,
    visibility: str | None = None,
    town: str | None = None,
    own: bool = False,
) -> bool:
    """Whether this viewer may do this, to something in a layer that `unit` owns; without a unit: at all.

    town: in which the feature lies, before and after the change; without one, the staff of a town may change
    only what their own unit owns. own: the viewer has marked it. A reporter's `unit` is the one that answers
    for the project.
    """
    if viewer.audience == "system":
        return True
    if visibility is not None and not may_see(viewer, visibility, unit):
        return False
    if viewer.role is None:
        return deed == "see"
    reach = _MAY[viewer.role].get(deed)
    if reach is None:
        return False
    return _reaches(viewer, reach, deed, unit, town, own)


def _reaches(viewer: Viewer, reach: Reach, deed: str, unit: str | None, town: str | None, own: bool) -> bool:
    if unit is None and town is None:
        return True
    if reach == "own marks":
        return own
    if deed == "see":
        return True
    if viewer.town is not None and town is not None:
        return town == viewer.town
    return reach == "anywhere" or unit == viewer.unit


def may_somewhere(viewer: Viewer, deed: str, unit: str) -> bool:
    """Whether there may be a place in a layer of this unit where the viewer may do this: for offers on screens."""
    return may(viewer, deed, unit=unit, town=viewer.town)


def require(
    viewer: Viewer,
    deed: str,
    *,
    unit: str | None = None,
    visibility: str | None = None,
    town: str | None = None,
    own: bool = False,
) -> None:
    """As `may`; raises NotSignedIn or NotAllowed with a sentence that says who may."""
    if may(viewer, deed, unit=unit, visibility=visibility, town=town, own=own):
        return
    if viewer.role is None:
        raise NotSignedIn(f"{DEEDS[deed]}需要先登录。请用{_who_may(deed)}的账号登录后再试。")
    raise NotAllowed(_refusal(viewer, deed, unit, town))


def _refusal(viewer: Viewer, deed: str, unit: str | None, town: str | None) -> str:
    here = f"您的账号（{viewer.unit}，{ROLES[viewer.role or 'reader']}）"
    if deed not in _MAY[viewer.role or "reader"]:
        return f"{here}不能{DEEDS[deed]}。需要{_who_may(deed)}的账号，请联系系统管理员。"
    if viewer.town is not None:
        where = town or "其他地方"
        return f"{here}只能在{viewer.town}范围内{DEEDS[deed]}，收到的位置在{where}。请联系数据的主管单位。"
    whose = f"“{unit}”" if unit else "其他单位"
    return f"{here}只能{DEEDS[deed]}本单位的数据，这里由{whose}主管。请联系该单位的业务或审核人员。"


def _who_may(deed: str) -> str:
    return "、".join(f"“{title}”" for role, title in ROLES.items() if deed in _MAY[role])


def deeds_of(viewer: Viewer) -> list[str]:
    """Everything that this viewer may do somewhere."""
    return [deed for deed in DEEDS if may(viewer, deed)]
