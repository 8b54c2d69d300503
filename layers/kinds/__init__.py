"""Which kinds of things are on the map? A new kind is one file and one line here."""

from __future__ import annotations

import hashlib
from typing import Final

from layers.errors import UnknownThing
from layers.kinds.base import LayerKind
from layers.kinds.base_geography import ADMIN_AREA, EXISTING_ROAD, PLACE_NAME, RIVER
from layers.kinds.control_line import CONTROL_LINE
from layers.kinds.ecology_project import ECOLOGY_PROJECT
from layers.kinds.farm_base import FARM_BASE
from layers.kinds.groups import GROUPS, PRESETS, Preset
from layers.kinds.housing_stock import HOUSING_STOCK
from layers.kinds.idle_parcel import IDLE_PARCEL
from layers.kinds.industry_project import INDUSTRY_PROJECT
from layers.kinds.land_supply import LAND_SUPPLY
from layers.kinds.public_facility import PUBLIC_FACILITY
from layers.kinds.renewal_zone import RENEWAL_ZONE
from layers.kinds.road_project import ROAD_PROJECT
from layers.kinds.scenic_site import SCENIC_SITE
from layers.kinds.tour_route import TOUR_ROUTE
from layers.kinds.utility_line import UTILITY_LINE
from layers.kinds.village import VILLAGE

_DECLARED = (
    IDLE_PARCEL,
    LAND_SUPPLY,
    RENEWAL_ZONE,
    HOUSING_STOCK,
    ROAD_PROJECT,
    SCENIC_SITE,
    TOUR_ROUTE,
    VILLAGE,
    INDUSTRY_PROJECT,
    FARM_BASE,
    PUBLIC_FACILITY,
    ECOLOGY_PROJECT,
    UTILITY_LINE,
    CONTROL_LINE,
    ADMIN_AREA,
    RIVER,
    EXISTING_ROAD,
    PLACE_NAME,
)
KINDS: Final[dict[str, LayerKind]] = {kind.key: kind for kind in _DECLARED}
BOUNDARIES: Final = ADMIN_AREA.key
"""The kind whose areas say in which town a feature lies, and where the county is."""
KINDS_DIGEST: Final = hashlib.sha256("".join(kind.digest for kind in _DECLARED).encode()).hexdigest()[:12]

__all__ = ["BOUNDARIES", "GROUPS", "KINDS", "KINDS_DIGEST", "PRESETS", "LayerKind", "Preset", "kind_of"]


def kind_of(key: str) -> LayerKind:
    """The kind with this key; raises UnknownThing with the list of those that exist."""
    if key not in KINDS:
        known = "、".join(f"{kind.key}（{kind.title}）" for kind in _DECLARED)
        raise UnknownThing(f"没有“{key}”这一类图层。可用的有：{known}。")
    return KINDS[key]
