"""农业基地与园区: which attributes has an agricultural base or park?"""

from __future__ import annotations

from layers.kinds.base import LayerKind
from layers.kinds.fields import Choice, Field, Number, Text
from layers.kinds.lifetime import PROJECT_LIFETIME
from layers.kinds.progress import progress
from layers.kinds.record import PROJECT_RECORD
from layers.kinds.supervised import supervised
from layers.symbols.vocabulary import Fill, Label, Line, Marker, SymbolClass

FIELDS: tuple[Field, ...] = (
    *PROJECT_RECORD,
    Choice(
        key="base_type",
        title="基地类型",
        choices={"park": "农业园区", "base": "种植基地", "breeding": "养殖基地", "leisure": "休闲农业"},
        filterable=True,
        card=True,
    ),
    Text(key="produce", title="主导产品", card=True),
    Text(key="operator", title="经营主体", card=True),
    Number(key="yield_value", title="年产值", unit="万元"),
)

_COLOR = "#4E7A1F"
FARM_BASE = supervised(
    LayerKind(
        key="farm_base",
        title="农业基地与园区",
        group="industry",
        measure_word="处",
        geometry="point",
        shapes=("point", "polygon"),
        fields=FIELDS,
        classes=(
            SymbolClass(
                key="base",
                title="农业基地与园区",
                fills=(Fill(color=_COLOR, opacity=0.1, from_zoom=11),),
                lines=(Line(color=_COLOR, width=1.4, from_zoom=11),),
                marker=Marker(shape="hexagon", fill=_COLOR, edge=_COLOR, text="农"),
                label=Label(priority=8, size=13.5, color="#3C6115", weight=600, from_zoom=11.5),
            ),
        ),
        classify=lambda properties, derived: "base",
        insight=progress,
        lifetime=PROJECT_LIFETIME,
        rank=52,
        owner="农业农村局",
        on_at_start=False,
    )
)
