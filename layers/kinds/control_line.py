"""控制线: which attributes has a line that limits building, and in which edition does it hold?

三区三线 and the special lines. Every one carries its 批复文号 and 数据版本, because a check is only as good as both.
Never filled solid: outline and pattern, so that it reads in grey. Off at start; stays on the intranet.
"""

from __future__ import annotations

from layers.kinds.base import LayerKind, Properties
from layers.kinds.fields import Choice, Day, Field, Number, Text
from layers.kinds.record import RECORD
from layers.symbols.vocabulary import Fill, Line, Pattern, SymbolClass

LINES = {
    "basic_farmland": "永久基本农田",
    "eco_redline": "生态保护红线",
    "town_boundary": "城镇开发边界",
    "heritage_core": "文物保护范围",
    "heritage_control": "建设控制地带",
    "farmland": "耕地（稳定耕地）",
    "river_zone": "河道管理范围",
    "water_source": "水源保护区",
    "public_forest": "公益林",
    "mineral": "压覆矿产",
    "geohazard": "地质灾害易发区",
    "power_corridor": "高压走廊",
}
FIELDS: tuple[Field, ...] = (
    *RECORD,
    Choice(
        key="line_type",
        title="控制线类型",
        choices=LINES,
        also={
            "基本农田": "basic_farmland",
            "永农": "basic_farmland",
            "生态红线": "eco_redline",
            "开发边界": "town_boundary",
        },
        aliases=("KZXLX", "类型"),
        required=True,
        filterable=True,
        card=True,
    ),
    Text(key="approval_no", title="批复文号", aliases=("PFWH",), card=True),
    Day(key="approved_on", title="批复日期", aliases=("PFRQ",), card=True),
    Text(key="data_version", title="数据版本", aliases=("SJBB",), card=True),
    Day(key="data_day", title="数据日期", aliases=("SJRQ",), card=True),
    Choice(
        key="coverage",
        title="覆盖范围",
        choices={"county": "全县", "part": "局部"},
        card=True,
    ),
    Number(key="area_declared_mu", title="批复面积", unit="亩", aliases=("PFMJ",)),
    Text(key="heritage_site", title="所属文物"),
    Text(key="managing_unit", title="主管部门"),
)


def _plain(key: str, color: str, *, dash: tuple[float, ...] = (5, 2)) -> SymbolClass:
    return SymbolClass(
        key=key,
        title=LINES[key],
        fills=(Fill(color=color, opacity=0.06),),
        lines=(Line(color=color, width=1.6, dash=dash, level=4),),
        quiet=True,
    )


_FARMLAND = Pattern(kind="dots", color="#A38A00", tile=14, width=1, background="#FFE34D1F")
_TICKS = Line(color="#2E7D32", width=5, dash=(0.35, 2.2), offset=2.5, level=4, round_ends=False)
CONTROL_LINE = LayerKind(
    key="control_line",
    title="控制线",
    group="control_line",
    measure_word="片",
    geometry="polygon",
    shapes=("polygon", "line"),
    fields=FIELDS,
    classes=(
        SymbolClass(
            key="basic_farmland",
            title=LINES["basic_farmland"],
            fills=(Fill(pattern=_FARMLAND),),
            lines=(Line(color="#A38A00", width=1.6, level=4),),
            quiet=True,
        ),
        SymbolClass(
            key="eco_redline",
            title=LINES["eco_redline"],
            lines=(_TICKS, Line(color="#2E7D32", width=1.8, level=4)),
            quiet=True,
        ),
        SymbolClass(
            key="town_boundary",
            title=LINES["town_boundary"],
            lines=(
                Line(color="#FFFFFF", width=5, opacity=0.9, level=4),
                Line(color="#D7263D", width=2.2, level=4),
            ),
            quiet=True,
        ),
        _plain("heritage_core", "#6B3F1D", dash=()),
        _plain("heritage_control", "#6B3F1D"),
        _plain("farmland", "#7A8B1F"),
        _plain("river_zone", "#2A6F97"),
        _plain("water_source", "#1B5E8C", dash=()),
        _plain("public_forest", "#3C6E3F"),
        _plain("mineral", "#5B6876"),
        _plain("geohazard", "#8A5A00"),
        _plain("power_corridor", "#4A5561", dash=(8, 2, 1, 2)),
    ),
    classify=lambda properties, derived: _line_type(properties),
    apart_by=("line_type",),
    rank=80,
    owner="自然资源和规划局",
    on_at_start=False,
)


def _line_type(properties: Properties) -> str:
    return str(properties.get("line_type", "farmland"))
