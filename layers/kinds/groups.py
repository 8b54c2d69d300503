"""Under which headings do layers stand, and which presets show which of them?"""

from __future__ import annotations

from dataclasses import dataclass

from layers.symbols.vocabulary import Group

GROUPS: tuple[Group, ...] = (
    Group(key="stock_land", title="存量用地", color="#E8951F", total="area"),
    Group(key="urban_renewal", title="城市更新", color="#D9588F", total="area"),
    Group(key="traffic", title="交通", color="#2450B5", total="length"),
    Group(key="tourism", title="旅游", color="#0B7A63", word="处"),
    Group(key="industry", title="产业", color="#8E5BB5"),
    Group(key="public_service", title="公共服务", color="#157F9E", word="处"),
    Group(key="control_line", title="控制线", color="#A38A00", word="片"),
    Group(key="own", title="其他图层", color="#475569", word="层"),
    Group(key="base", title="底图", color="#7D8894", word="层"),
)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One chip of the top bar: the groups it shows; the base geography always stays on.

    Of a group it shows the kinds that are on at start, and those that it names in `kinds`.
    """

    key: str
    title: str
    groups: tuple[str, ...]
    kinds: tuple[str, ...] = ()

    def shows(self, group: str, kind: str, *, on_at_start: bool) -> bool:
        """Whether a layer of this kind under this group is on."""
        return kind in self.kinds or (group in self.groups and on_at_start)


_ALL = tuple(group.key for group in GROUPS)
PRESETS: tuple[Preset, ...] = (
    Preset(key="overview", title="总览", groups=_ALL),
    Preset(key="land", title="用地盘活", groups=("stock_land", "base"), kinds=("land_supply",)),
    Preset(key="renewal", title="棚改攻坚", groups=("urban_renewal", "base"), kinds=("housing_stock",)),
    Preset(key="roads", title="道路互联", groups=("traffic", "base")),
    Preset(
        key="tourism",
        title="全域旅游",
        groups=("tourism", "traffic", "base"),
        kinds=("tour_route", "village"),
    ),
    Preset(
        key="supervision",
        title="项目督查",
        groups=("urban_renewal", "traffic", "tourism", "base"),
        kinds=("industry_project", "farm_base", "public_facility", "ecology_project"),
    ),
)
