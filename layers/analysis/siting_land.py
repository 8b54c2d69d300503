"""Which features are land that a project may land on, and which of their fields say what for?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from layers.kinds import CUSTOM, LayerKind
from layers.kinds.idle_parcel import IDLE_PARCEL
from layers.kinds.land_supply import LAND_SUPPLY

USE_TITLES: Final = ("用途", "土地用途", "规划用途")
"""Under these titles a layer of the county's own tells the use."""


@dataclass(frozen=True)
class Land:
    """use, route: keys of the fields that tell them. all_route: the one route of all of them.

    gone: values of a field with the reason why such a feature is no land to be given.
    """

    use: str = ""
    route: str = ""
    all_route: str = ""
    gone: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


LANDS: Final[dict[str, Land]] = {
    IDLE_PARCEL.key: Land(use="land_use", all_route="revived", gone={"status": {"revived": "已盘活"}}),
    LAND_SUPPLY.key: Land(
        route="supply_route",
        gone={"role": {"old": "拆旧区，不是可供地块", "reclaimed": "复垦区，不是可供地块"}},
    ),
}


def is_land(kind: str, geometry: str) -> bool:
    """Whether land can be looked for in a layer of this kind."""
    return kind in LANDS or (kind == CUSTOM and geometry == "polygon")


def land_of(kind: LayerKind) -> Land:
    """How to read a layer of this kind."""
    if kind.key in LANDS:
        return LANDS[kind.key]
    return Land(use=next((each.key for each in kind.fields if each.title in USE_TITLES), ""))
