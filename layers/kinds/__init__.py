"""Which kinds of things are on the map? A new kind is one file and one line here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Protocol

from layers.errors import UnknownThing
from layers.kinds.base import LayerKind
from layers.kinds.base_geography import ADMIN_AREA, EXISTING_ROAD, PLACE_NAME, RIVER
from layers.kinds.coloured import coloured
from layers.kinds.control_line import CONTROL_LINE
from layers.kinds.custom_layer import CUSTOM, custom_kind
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

__all__ = [
    "BOUNDARIES",
    "CUSTOM",
    "GROUPS",
    "KINDS",
    "KINDS_DIGEST",
    "PRESETS",
    "LayerKind",
    "OfAKind",
    "Preset",
    "kind_for",
    "kind_of",
]


class OfAKind(Protocol):
    """A layer, or a row that tells of one.

    own_fields: the declaration of a layer of the county's own. color_by: the field that colours it; "" for the
    colours of its kind.
    """

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def own_fields(self) -> Mapping[str, Any] | None: ...
    @property
    def color_by(self) -> str: ...


def kind_for(layer: OfAKind) -> LayerKind:
    """The kind of a layer, with the fields of its own where it declares them, and with the colours it was given."""
    if layer.kind == CUSTOM and layer.own_fields:
        return custom_kind(layer.own_fields, layer.title)
    kind = kind_of(layer.kind)
    return coloured(kind, layer.color_by) if layer.color_by else kind


def kind_of(key: str) -> LayerKind:
    """The kind with this key; raises UnknownThing with the list of those that exist.

    A layer of the county's own has a kind that only the layer knows: ask kind_for.
    """
    if key == CUSTOM:
        raise UnknownThing("自定义图层的字段由各图层自己规定。请先选定图层，再按图层读取它的字段。")
    if key not in KINDS:
        known = "、".join(f"{kind.key}（{kind.title}）" for kind in _DECLARED)
        raise UnknownThing(f"没有“{key}”这一类图层。可用的有：{known}。")
    return KINDS[key]
