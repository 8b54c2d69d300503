"""Which records belong together (关联)? Every sort of link is declared here once: card, edit, API and checks derive from it.

A link is kept where it is said: in a field of one of the two that names the other, or in a number that all members of
one project share. History, undo, import by number and export come with the field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from layers.kinds.base import LayerKind, Properties
from layers.kinds.references import Reference, References


@dataclass(frozen=True)
class LinkSort:
    """field: of the one that names the other, or that all members share (shared). there, back: words from either side.

    tos: kinds of the other; empty: the own kind. many: it names several; ordered: and their order means something.
    side: of a shared number, on which side a record stands; only records of different sides are tied; None: any two.
    """

    key: str
    field: str
    there: str
    back: str
    tos: tuple[str, ...] = ()
    many: bool = False
    ordered: bool = False
    shared: bool = False
    side: Callable[[Properties], str | None] | None = None

    def starts_at(self, kind: LayerKind) -> bool:
        """Whether records of this kind can name another one by it."""
        declared = kind.by_key.get(self.field)
        if declared is None:
            return False
        return self.shared or isinstance(declared, Reference | References)

    def ends_at(self, kind: LayerKind) -> bool:
        """Whether records of this kind can be named."""
        return kind.key in self.tos if self.tos else self.starts_at(kind)


def _swap_side(properties: Properties) -> str | None:
    role = properties.get("role")
    return str(role) if role in ("old", "new") else None


SITES: Final = ("scenic_site", "village", "farm_base", "public_facility")
LINK_SORTS: Final[tuple[LinkSort, ...]] = (
    LinkSort("phase", "parent", "所属项目", "分期与子项"),
    LinkSort("swap", "project_no", "增减挂钩另一侧", "增减挂钩另一侧", shared=True, side=_swap_side),
    LinkSort("stop", "stops", "途经点与组合成员", "所在线路与组合", tos=SITES, many=True, ordered=True),
    LinkSort(
        "parcel",
        "linked_parcels",
        "关联地块",
        "关联项目",
        tos=("idle_parcel", "land_supply"),
        many=True,
    ),
    LinkSort("source", "idle_parcel", "盘活的地块", "用地指标来源", tos=("idle_parcel",)),
    LinkSort("group", "group_5a", "5A 创建组合", "5A 创建组合", shared=True),
)
SORTS: Final[dict[str, LinkSort]] = {sort.key: sort for sort in LINK_SORTS}


def sorts_of(kind: LayerKind) -> list[LinkSort]:
    """Those in which records of this kind take part, from either side."""
    return [sort for sort in LINK_SORTS if sort.starts_at(kind) or sort.ends_at(kind)]


def value_of(texts: list[str], sort: LinkSort) -> Any:
    """What the field holds for these references; None for none."""
    if not texts:
        return None
    return texts if sort.many else texts[0]
