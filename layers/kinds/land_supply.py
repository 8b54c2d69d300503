"""用地指标来源: which attributes has an area that yields or uses building-land quota?

增减挂钩 pairs 拆旧区 with 建新区 whose areas must balance; members of one project share its number.
低丘缓坡 was a pilot that has ended and stays as a historical route.
"""

from __future__ import annotations

from layers.kinds.base import LayerKind, Properties
from layers.kinds.fields import Choice, Day, Field, Number, Text
from layers.kinds.held import holdable
from layers.kinds.record import PROJECT_RECORD
from layers.kinds.references import Reference
from layers.kinds.supervised import supervised
from layers.symbols.vocabulary import Fill, Label, Line, Marker, Pattern, SymbolClass

ROUTES = {
    "swap": "城乡建设用地增减挂钩",
    "mine": "工矿废弃地复垦",
    "revived": "闲置盘活",
    "low_hill": "低丘缓坡",
}
FIELDS: tuple[Field, ...] = (
    *PROJECT_RECORD,
    Choice(
        key="supply_route",
        title="指标途径",
        choices=ROUTES,
        also={"增减挂钩": "swap", "工矿地复垦": "mine"},
        required=True,
        filterable=True,
        card=True,
    ),
    Choice(
        key="role",
        title="地块角色",
        choices={"old": "拆旧区", "new": "建新区", "reclaimed": "复垦区", "other": "其他"},
        also={"拆旧": "old", "建新": "new"},
        filterable=True,
        card=True,
    ),
    Text(key="project_no", title="挂钩项目编号", card=True),
    Text(key="former_use", title="原地类"),
    Number(key="reclaimed_mu", title="复垦面积", unit="亩", card=True),
    Number(key="quota_mu", title="周转指标", unit="亩"),
    Number(key="surplus_mu", title="节余指标", unit="亩"),
    Day(key="accepted_on", title="验收日期"),
    Number(key="slope", title="坡度", unit="度", at_most=90),
    Text(key="application", title="申报状态"),
    Reference(key="idle_parcel", title="关联闲置地块", off_form=True, off_card=True),
)

_COLOR, _NEW = "#7A6A4F", "#2F6E8F"
_CROSSED = Pattern(kind="cross", color="#7A6A4F99", tile=10, width=1)
_LINED = Pattern(kind="lines", color="#2F6E8F99", tile=9, width=1.3, angle=0)


def _area(key: str, title: str, color: str, pattern: Pattern, *, hollow: bool) -> SymbolClass:
    return SymbolClass(
        key=key,
        title=title,
        fills=(Fill(pattern=pattern, from_zoom=12),),
        lines=(Line(color=color, width=1.6, from_zoom=12),),
        marker=Marker(
            shape="square",
            fill="#FFFFFF" if hollow else color,
            edge=color,
            hollow=hollow,
            sized=True,
            until_zoom=13,
        ),
        label=Label(priority=8, size=13, color=color, weight=500, from_zoom=14),
    )


def classify(properties: Properties, derived: Properties) -> str:
    """What gives quota, and what uses it."""
    return "new" if properties.get("role") == "new" else "old"


LAND_SUPPLY = holdable(
    supervised(
        LayerKind(
            key="land_supply",
            title="用地指标来源",
            group="stock_land",
            measure_word="处",
            geometry="polygon",
            shapes=("polygon", "point"),
            fields=FIELDS,
            classes=(
                _area("old", "拆旧 · 复垦", _COLOR, _CROSSED, hollow=True),
                _area("new", "建新", _NEW, _LINED, hollow=False),
            ),
            classify=classify,
            rank=12,
            owner="自然资源和规划局",
            on_at_start=False,
        )
    )
)
