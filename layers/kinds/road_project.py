"""道路项目: which attributes has a road that is planned, diverted, rebuilt or linked up?

Administrative class (who keeps it) and technical grade (what it carries) are two fields (JTG B01).
"""

from __future__ import annotations

from layers.kinds.base import LayerKind, Properties
from layers.kinds.fields import Choice, Field, Names, Number, Text, Whole
from layers.kinds.lifetime import Lifetime
from layers.kinds.record import PROJECT_RECORD
from layers.kinds.supervised import supervised
from layers.rules.road_classes import ADMIN_CLASSES, GRADES
from layers.symbols.vocabulary import Label, Line, Marker, Stops, SymbolClass

ROAD_FIELDS: tuple[Field, ...] = (
    Text(key="road_no", title="路线编号", aliases=("LXBH", "LXDM"), card=True),
    Names(key="former_nos", title="曾用编号"),
    Choice(
        key="admin_class",
        title="行政等级",
        choices=ADMIN_CLASSES,
        also={
            "高速": "expressway",
            "G": "national",
            "S": "provincial",
            "X": "county",
            "Y": "township",
            "C": "village",
        },
        aliases=("道路等级",),
        filterable=True,
        card=True,
    ),
    Choice(key="grade", title="技术等级", choices=GRADES, filterable=True, aliases=("JSDJ",)),
)
FIELDS: tuple[Field, ...] = (
    *PROJECT_RECORD,
    *ROAD_FIELDS,
    Choice(
        key="work",
        title="建设性质",
        choices={
            "new": "新建",
            "diversion": "改线",
            "reconstruction": "改造",
            "missing_link": "断头路打通",
            "bridge": "桥梁",
            "ring": "环线",
        },
        filterable=True,
        card=True,
    ),
    Choice(
        key="state",
        title="道路状态",
        choices={
            "planned": "规划",
            "building": "在建",
            "rebuilding": "改建",
            "open": "建成",
            "closed": "停用（改线后老路）",
        },
        also={"现状": "open", "停用": "closed"},
        required=True,
        filterable=True,
        card=True,
    ),
    Text(key="purpose", title="建设目的", card=True),
    Text(key="from_place", title="起点"),
    Text(key="to_place", title="终点"),
    Text(key="river", title="跨越河流"),
    Number(key="gap_m", title="断头长度", unit="米"),
    Text(key="obstacle", title="打通障碍"),
    Text(key="link_streets", title="两端道路"),
    Number(key="design_speed", title="设计速度", unit="公里/小时", at_most=200, digits=0),
    Whole(key="lanes", title="车道数", unit="道", at_most=20),
    Number(key="roadbed_width", title="路基宽度", unit="米", at_most=200),
)

ROAD_BLUE = "#2450B5"
CLASS_WIDTH = (
    "admin_class",
    {"county": 0.76, "township": 0.66, "village": 0.6, "street": 0.76, "special": 0.66},
)
_WIDTH: Stops = ((9, 3.6), (11, 4.5), (14, 6.5), (17, 16))
_CASING: Stops = ((9, 7), (11, 8.5), (14, 10.5), (17, 21))
_STRIPE: Stops = ((9, 1.3), (11, 1.6), (14, 2.3), (17, 5))


def _name(priority: int = 3) -> Label:
    return Label(priority=priority, size=14, color=ROAD_BLUE, weight=700)


def _road(
    key: str, title: str, *lines: Line, quiet: bool = False, shield: Marker | None = None
) -> SymbolClass:
    casing = Line(color="#FFFFFF", width=_CASING, factor=CLASS_WIDTH, level=3, opacity=0.9)
    return SymbolClass(
        key=key, title=title, lines=(casing, *lines), label=_name(), quiet=quiet, shield=shield
    )


def _solid(color: str = ROAD_BLUE, dash: tuple[float, ...] = ()) -> Line:
    return Line(color=color, width=_WIDTH, dash=dash, factor=CLASS_WIDTH, level=3, round_ends=False)


def classify(properties: Properties, derived: Properties) -> str:
    """By state; a missing link has a symbol of its own until it is open."""
    state = str(properties.get("state", "planned"))
    if properties.get("work") == "missing_link" and state != "open":
        return "missing_link"
    return {"building": "works", "rebuilding": "works"}.get(state, state)


ROAD_PROJECT = supervised(
    LayerKind(
        key="road_project",
        title="道路项目",
        group="traffic",
        measure_word="条",
        geometry="line",
        shapes=("line",),
        fields=FIELDS,
        classes=(
            _road("planned", "规划", _solid(dash=(3.1, 1.5))),
            _road(
                "works",
                "改建 · 在建",
                _solid(),
                Line(
                    color="#FFFFFF", width=_STRIPE, dash=(5, 3), factor=CLASS_WIDTH, level=3, round_ends=False
                ),
            ),
            _road("open", "建成", _solid(), quiet=True),
            _road("missing_link", "断头路", _solid("#C62F2A", dash=(1.2, 0.8))),
            _road("closed", "停用", _solid("#98A2AC", dash=(2.4, 1.6)), quiet=True),
        ),
        classify=classify,
        tiled=("admin_class", "priority_no"),
        lifetime=Lifetime(
            standing=(("state", "open"), ("stage", "completed"), ("stage", "operating")),
            always=(("state", "rebuilding"), ("work", "reconstruction")),
            closed=(("state", "closed"),),
        ),
        rank=30,
        owner="交通运输局",
    )
)
