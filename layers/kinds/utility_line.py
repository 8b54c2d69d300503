"""管网: which attributes has a heating, water, drainage or sewage line?"""

from __future__ import annotations

from layers.kinds.base import LayerKind
from layers.kinds.fields import Choice, Field, Number, Text
from layers.kinds.lifetime import PROJECT_LIFETIME
from layers.kinds.record import PROJECT_RECORD
from layers.kinds.supervised import supervised
from layers.symbols.vocabulary import Fill, Label, Line, Marker, SymbolClass

SORTS = {
    "heating": ("集中供热", "#96522A", "热"),
    "water": ("供水", "#2A6F97", "水"),
    "drainage": ("排水", "#5B7F95", "排"),
    "sewage": ("污水处理", "#6B5E2E", "污"),
    "gas": ("燃气", "#8A6A00", "气"),
}
FIELDS: tuple[Field, ...] = (
    *PROJECT_RECORD,
    Choice(
        key="network",
        title="管网类型",
        choices={key: title for key, (title, _, _) in SORTS.items()},
        required=True,
        filterable=True,
        card=True,
    ),
    Text(key="material", title="管材"),
    Number(key="diameter_mm", title="管径", unit="毫米"),
    Number(key="capacity", title="规模"),
    Text(key="capacity_unit", title="规模单位", longest=20),
)


def _network(key: str) -> SymbolClass:
    title, color, mark = SORTS[key]
    return SymbolClass(
        key=key,
        title=title,
        fills=(Fill(color=color, opacity=0.1, from_zoom=12),),
        lines=(Line(color=color, width=2, dash=(6, 1.5, 1, 1.5), level=3, round_ends=False),),
        marker=Marker(shape="circle", fill="#FFFFFF", edge=color, hollow=True, text=mark, from_zoom=11),
        label=Label(priority=8, size=13, color=color, weight=500, from_zoom=12),
        quiet=True,
    )


UTILITY_LINE = supervised(
    LayerKind(
        key="utility_line",
        title="管网",
        group="public_service",
        measure_word="条",
        geometry="line",
        shapes=("line", "point", "polygon"),
        fields=FIELDS,
        classes=tuple(_network(key) for key in SORTS),
        classify=lambda properties, derived: str(properties.get("network", "water")),
        lifetime=PROJECT_LIFETIME,
        rank=66,
        owner="住房和城乡建设局",
        on_at_start=False,
    )
)
