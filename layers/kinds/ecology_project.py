"""生态治理: which attributes has a mine, river, ditch or air project, or an area where extraction is limited?"""

from __future__ import annotations

from layers.kinds.base import LayerKind, Properties
from layers.kinds.fields import Choice, Day, Field, Text
from layers.kinds.lifetime import PROJECT_LIFETIME
from layers.kinds.progress import progress
from layers.kinds.record import PROJECT_RECORD
from layers.kinds.supervised import supervised
from layers.symbols.vocabulary import Fill, Label, Line, Marker, Pattern, SymbolClass

FIELDS: tuple[Field, ...] = (
    *PROJECT_RECORD,
    Choice(
        key="matter",
        title="治理对象",
        choices={
            "mine": "矿山",
            "river": "河道",
            "ditch": "沟渠",
            "quartz_sand": "石英砂",
            "river_sand": "河沙",
            "air": "大气",
            "green": "绿化",
        },
        required=True,
        filterable=True,
        card=True,
    ),
    Choice(
        key="restriction",
        title="限制类型",
        choices={"protective": "保护性开采", "limited": "限采", "forbidden": "禁采"},
        filterable=True,
        card=True,
    ),
    Day(key="restricted_from", title="限制开始日期"),
    Day(key="restricted_until", title="限制截止日期"),
    Text(key="mechanism", title="保障机制"),
)

_COLOR = "#2B7A5B"


def classify(properties: Properties, derived: Properties) -> str:
    """An area under a restriction, or a project."""
    return "restricted" if properties.get("restriction") else "project"


ECOLOGY_PROJECT = supervised(
    LayerKind(
        key="ecology_project",
        title="生态治理",
        group="public_service",
        measure_word="处",
        geometry="point",
        shapes=("point", "line", "polygon"),
        fields=FIELDS,
        classes=(
            SymbolClass(
                key="project",
                title="治理项目",
                fills=(Fill(color=_COLOR, opacity=0.1, from_zoom=11),),
                lines=(Line(color=_COLOR, width=2, dash=(4, 1.5), from_zoom=10),),
                marker=Marker(shape="circle", fill=_COLOR, edge=_COLOR, text="治"),
                label=Label(priority=8, size=13.5, color="#1E5C44", weight=600, from_zoom=11.5),
            ),
            SymbolClass(
                key="restricted",
                title="限采 · 禁采",
                fills=(
                    Fill(pattern=Pattern(kind="cross", color="#2B7A5B88", tile=12, width=1), from_zoom=11),
                ),
                lines=(Line(color=_COLOR, width=2, dash=(2, 1.5), from_zoom=10),),
                marker=Marker(shape="circle", fill="#FFFFFF", edge=_COLOR, hollow=True, text="禁"),
                label=Label(priority=8, size=13.5, color="#1E5C44", weight=600, from_zoom=11.5),
            ),
        ),
        classify=classify,
        insight=progress,
        lifetime=PROJECT_LIFETIME,
        rank=64,
        owner="生态环境分局",
        on_at_start=False,
    )
)
