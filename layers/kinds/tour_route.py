"""旅游线路: which attributes has a tour with its stops in order?"""

from __future__ import annotations

from layers.kinds.base import LayerKind
from layers.kinds.fields import Choice, Field, Number, Text
from layers.kinds.record import PROJECT_RECORD
from layers.kinds.references import References
from layers.symbols.vocabulary import Label, Line, SymbolClass

FIELDS: tuple[Field, ...] = (
    *PROJECT_RECORD,
    References(key="stops", title="途经点（依次）", listed=True, off_form=True, off_card=True),
    Choice(
        key="theme",
        title="线路主题",
        choices={
            "country": "乡村休闲",
            "red": "红色研学",
            "spa": "温泉康养",
            "heritage": "古迹文化",
            "city": "城市休闲",
        },
        filterable=True,
        card=True,
    ),
    Number(key="days", title="游览时间", unit="天", digits=1, card=True),
    Text(key="transport", title="交通方式"),
)

_COLOR = "#0B7A63"
TOUR_ROUTE = LayerKind(
    key="tour_route",
    title="旅游线路",
    group="tourism",
    measure_word="条",
    geometry="line",
    shapes=("line",),
    fields=FIELDS,
    classes=(
        SymbolClass(
            key="route",
            title="旅游线路",
            lines=(
                Line(color="#FFFFFF", width=6, opacity=0.85, level=3),
                Line(color=_COLOR, width=3, dash=(0.6, 1.4), level=3, round_ends=False),
            ),
            label=Label(priority=8, size=13, color=_COLOR, weight=500, from_zoom=11.5),
        ),
    ),
    classify=lambda properties, derived: "route",
    rank=42,
    owner="文化和旅游局",
    on_at_start=False,
)
