"""Who may see what?

Until accounts exist, a visitor is one of two audiences. Nobody below an account sees 敏感.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Visibility = Literal["public", "internal", "sensitive"]
Audience = Literal["public", "internal", "system"]

VISIBILITIES: Final[dict[str, str]] = {"public": "公开", "internal": "内部", "sensitive": "敏感"}
_SEEN_BY: Final[dict[str, tuple[str, ...]]] = {
    "public": ("public",),
    "internal": ("public", "internal"),
    "system": ("public", "internal", "sensitive"),
}


@dataclass(frozen=True)
class Viewer:
    """Who is asking. `name` goes into the log and into acts, `audience` decides what is seen."""

    name: str
    audience: Audience


PUBLIC_VIEWER: Final = Viewer("访客", "public")
INTERNAL_VIEWER: Final = Viewer("内部用户", "internal")
SYSTEM_VIEWER: Final = Viewer("系统", "system")


def seen_by(viewer: Viewer) -> tuple[str, ...]:
    """The visibilities whose layers, features and fields this viewer may see."""
    return _SEEN_BY[viewer.audience]


def may_see(viewer: Viewer, visibility: str) -> bool:
    """Whether this viewer may see something of this visibility."""
    return visibility in seen_by(viewer)
