"""商品房库存: which attributes has a housing estate with unsold flats?"""

from __future__ import annotations

from layers.kinds.base import LayerKind
from layers.kinds.fields import Day, Field, Number, Text, Whole
from layers.kinds.record import RECORD
from layers.symbols.vocabulary import Fill, Label, Line, Marker, SymbolClass

FIELDS: tuple[Field, ...] = (
    *RECORD,
    Text(key="developer", title="开发企业", card=True),
    Text(key="presale_no", title="预售许可证号"),
    Whole(key="sets_total", title="总套数", unit="套", card=True),
    Whole(key="sets_unsold", title="未售套数", unit="套", card=True),
    Number(key="area_unsold", title="未售面积", unit="万㎡", card=True),
    Whole(key="sets_for_resettlement", title="可作安置房套数", unit="套"),
    Day(key="counted_on", title="统计日期", card=True),
)

_COLOR = "#9C1F55"
HOUSING_STOCK = LayerKind(
    key="housing_stock",
    title="商品房库存",
    group="urban_renewal",
    measure_word="处",
    geometry="point",
    shapes=("point", "polygon"),
    fields=FIELDS,
    classes=(
        SymbolClass(
            key="estate",
            title="商品房库存",
            fills=(Fill(color=_COLOR, opacity=0.08, from_zoom=12),),
            lines=(Line(color=_COLOR, width=1.3, from_zoom=12),),
            marker=Marker(shape="circle", fill="#FFFFFF", edge=_COLOR, hollow=True, text="房"),
            label=Label(priority=8, size=13, color=_COLOR, weight=500, from_zoom=13),
        ),
    ),
    classify=lambda properties, derived: "estate",
    rank=22,
    owner="住房和城乡建设局",
    on_at_start=False,
)
