"""公共服务设施: which attributes has a school, hospital, cultural place or other public facility?"""

from __future__ import annotations

from datetime import date

from layers.kinds.base import Derived, LayerKind, Properties
from layers.kinds.fields import Choice, Field, Number, Text, Whole
from layers.kinds.lifetime import PROJECT_LIFETIME
from layers.kinds.progress import progress
from layers.kinds.record import PROJECT_RECORD
from layers.kinds.supervised import supervised
from layers.symbols.vocabulary import Cluster, Fill, Label, Line, Marker, SymbolClass

SORTS = {
    "school": ("学校", "学"),
    "kindergarten": ("幼儿园", "幼"),
    "hospital": ("医院、卫生院", "医"),
    "culture": ("文化设施", "文"),
    "transport": ("客运站场", "客"),
    "housing": ("人才公寓", "寓"),
    "incubator": ("创业孵化", "创"),
    "green": ("公园绿地", "绿"),
    "community": ("社区", "社"),
    "other": ("其他", "公"),
}
FIELDS: tuple[Field, ...] = (
    *PROJECT_RECORD,
    Choice(
        key="facility_type",
        title="设施类型",
        choices={key: title for key, (title, _) in SORTS.items()},
        required=True,
        filterable=True,
        card=True,
    ),
    Choice(
        key="work",
        title="建设性质",
        choices={
            "new": "新建",
            "moved": "迁建",
            "extended": "扩建",
            "moved_extended": "搬迁扩建",
            "kept": "现有",
        },
        filterable=True,
        card=True,
    ),
    Whole(key="places", title="学位", unit="个"),
    Whole(key="beds", title="床位", unit="张"),
    Number(key="floor_area", title="建筑面积", unit="㎡"),
    Text(key="operator", title="运营单位"),
)

_COLOR, _TEXT = "#157F9E", "#0F6079"


def derive(properties: Properties, today: date) -> Derived:
    """The character in the circle."""
    return Derived({"seal": SORTS.get(str(properties.get("facility_type")), SORTS["other"])[1]})


def classify(properties: Properties, derived: Properties) -> str:
    """Built, or still to be built."""
    built = properties.get("work") == "kept" or properties.get("stage") in ("completed", "operating")
    return "open" if built else "planned"


def _class(key: str, title: str, *, hollow: bool) -> SymbolClass:
    return SymbolClass(
        key=key,
        title=title,
        fills=(Fill(color=_COLOR, opacity=0.12, from_zoom=12),),
        lines=(Line(color=_COLOR, width=1.6, dash=(3, 2) if hollow else (), from_zoom=12),),
        marker=Marker(
            shape="circle",
            fill="#FFFFFF" if hollow else _COLOR,
            edge=_COLOR,
            hollow=hollow,
            text="公",
            text_from="seal",
        ),
        label=Label(priority=8, size=13.5, color=_TEXT, weight=600, from_zoom=11.5),
    )


PUBLIC_FACILITY = supervised(
    LayerKind(
        key="public_facility",
        title="公共服务设施",
        group="public_service",
        measure_word="处",
        geometry="point",
        shapes=("point", "polygon"),
        fields=FIELDS,
        classes=(
            _class("open", "已建成", hollow=False),
            _class("planned", "新建 · 迁建 · 扩建", hollow=True),
        ),
        classify=classify,
        insight=progress,
        cluster=Cluster(style="count", by="town", over=3, below_zoom=12.5),
        derive=derive,
        derived_tiled=("seal",),
        lifetime=PROJECT_LIFETIME,
        rank=60,
        owner="发展和改革局",
        on_at_start=False,
    )
)
