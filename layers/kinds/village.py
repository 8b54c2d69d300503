"""美丽乡村: which attributes has a village, which is also an entry of the gazetteer?

一改四化一整治 is the plan's programme for villages.
"""

from __future__ import annotations

from layers.kinds.base import LayerKind, Properties
from layers.kinds.fields import Choice, Field, Text, Whole, Year
from layers.kinds.record import PROJECT_RECORD
from layers.symbols.vocabulary import Fill, Label, Line, Marker, SymbolClass

FIELDS: tuple[Field, ...] = (
    *PROJECT_RECORD,
    Choice(
        key="programme",
        title="创建状态",
        choices={
            "demonstration": "示范村",
            "under_way": "创建中",
            "planned": "计划创建",
            "unlisted": "未列入",
        },
        filterable=True,
        card=True,
    ),
    Year(key="programme_year", title="创建年度", card=True),
    Text(key="works", title="一改四化一整治", longest=400, card=True),
    Whole(key="households", title="户数", unit="户"),
    Text(key="feature_trade", title="特色产业"),
)

_COLOR = "#3E7F4C"


def classify(properties: Properties, derived: Properties) -> str:
    """In the programme, or only a name of the gazetteer."""
    return "named" if properties.get("programme", "unlisted") == "unlisted" else "beautiful"


VILLAGE = LayerKind(
    key="village",
    title="美丽乡村",
    group="tourism",
    measure_word="个",
    geometry="point",
    shapes=("point", "polygon"),
    fields=FIELDS,
    classes=(
        SymbolClass(
            key="beautiful",
            title="美丽乡村",
            fills=(Fill(color=_COLOR, opacity=0.1, from_zoom=12),),
            lines=(Line(color=_COLOR, width=1.2, from_zoom=12),),
            marker=Marker(shape="seal", fill="#FFFFFF", edge=_COLOR, hollow=True, text="乡"),
            label=Label(priority=8, size=13, color="#2C5E37", weight=500, from_zoom=11.5),
        ),
        SymbolClass(
            key="named",
            title="村庄",
            marker=Marker(shape="dot", fill="#FFFFFF", edge="#5B6876", from_zoom=13),
            label=Label(priority=8, size=12, color="#5B6876", from_zoom=13),
            quiet=True,
        ),
    ),
    classify=classify,
    rank=44,
    owner="农业农村局",
    on_at_start=False,
)
