"""旅游线路: which attributes has a tour with its stops in order?"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from layers.kinds.base import Insight, LayerKind, Properties
from layers.kinds.fields import Choice, Field, Number, Text
from layers.kinds.record import PROJECT_RECORD
from layers.kinds.references import References, shown_ref
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


def insight(properties: Properties, derived: Properties, today: date) -> Insight:
    """The stops in their order, and how many days it takes."""
    stops = [shown_ref(str(each)) for each in properties.get("stops") or ()]
    days = properties.get("days")
    told = [f"依次：{' → '.join(stops)}。" if stops else "途经点未提供。"]
    told += [f"游览约 {days:g} 天。"] if days else ["游览时间未提供。"]
    doubled = [one for one, other in pairwise(stops) if one == other]
    told += [f"途经点“{each}”连续出现两次，请核对。" for each in doubled]
    return Insight(
        f"{len(stops)}" if stops else "", "站" if stops else "", "途经点" if stops else "", "".join(told)
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
    insight=insight,
    rank=42,
    owner="文化和旅游局",
    on_at_start=False,
)
