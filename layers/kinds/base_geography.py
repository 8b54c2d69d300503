"""行政区划 and the quiet base: which attributes have boundaries, rivers, existing roads and place names?"""

from __future__ import annotations

from layers.kinds.base import LayerKind, Properties
from layers.kinds.fields import Choice, Day, Field, Text, Whole
from layers.kinds.record import CODE, IDENTITY, NAME, ORIGIN, PLACE, RECORD
from layers.kinds.road_project import ROAD_FIELDS
from layers.symbols.vocabulary import Fill, Label, Line, Marker, Stops, SymbolClass

TINTS = ("#F8F5EA", "#FBF9F2", "#F4F4EA", "#F9F3E8")
_TOWN_LINE = Line(color="#C9C0AF", width=1.2, dash=(9, 4, 2, 4), level=2)

AREA_FIELDS: tuple[Field, ...] = (
    Text(key="name", title="名称", required=True, aliases=("XZQMC", *NAME.aliases)),
    Text(key="code", title="行政区划代码", aliases=("XZQDM", "CODE"), card=True),
    Choice(
        key="level",
        title="级别",
        choices={"county": "县", "town": "乡镇街道", "village": "村"},
        also={"县级": "county", "乡级": "town", "村级": "village"},
        required=True,
        aliases=("JB",),
        filterable=True,
        card=True,
    ),
    Whole(key="tint", title="底色", at_most=3),
    Day(key="valid_from", title="界线启用日期"),
    *IDENTITY,
    *PLACE,
    *ORIGIN,
)


def _classify_area(properties: Properties, derived: Properties) -> str:
    if properties.get("level") != "town":
        return str(properties.get("level", "village"))
    code = str(properties.get("code", "0"))
    tint = properties.get("tint", int(code) % len(TINTS) if code.isdigit() else 0)
    return f"town_{tint}"


def _town(tint: int) -> SymbolClass:
    return SymbolClass(
        key=f"town_{tint}",
        title="乡镇街道",
        fills=(Fill(color=TINTS[tint]),),
        lines=(_TOWN_LINE,),
        legend=tint == 0,
        part=True,
    )


ADMIN_AREA = LayerKind(
    key="admin_area",
    title="行政区划",
    group="base",
    measure_word="个",
    geometry="polygon",
    shapes=("polygon",),
    fields=AREA_FIELDS,
    classes=(
        SymbolClass(
            key="county",
            title="县界",
            fills=(Fill(color="#FCFBF7"),),
            lines=(
                Line(color="#1B2B3A", width=14, opacity=0.16, blur=14, shift=(0, 5), level=0),
                Line(color="#CDBFDD", width=18, opacity=0.55, level=0),
                Line(color="#7D7191", width=1.7, dash=(8.2, 2.4, 1.5, 2.4), level=4, round_ends=False),
            ),
        ),
        *(_town(tint) for tint in range(len(TINTS))),
        SymbolClass(
            key="village",
            title="村界",
            lines=(Line(color="#D8D1C2", width=0.8, dash=(3, 3), from_zoom=13),),
            quiet=True,
        ),
    ),
    classify=_classify_area,
    apart_by=("level",),
    rank=90,
    owner="自然资源和规划局",
    backdrop=True,
)

WATER, WATER_TEXT = "#A6D3EA", "#2A6F97"
_BIG_RIVER: Stops = ((8, 2.5), (10.5, 5.5), (14, 60), (17, 420))
_SMALL_RIVER: Stops = ((9, 0.8), (10.5, 1.6), (14, 7), (17, 40))


def _river(key: str, title: str, width: Stops, from_zoom: float) -> SymbolClass:
    name = Label(
        priority=6,
        size=15,
        color=WATER_TEXT,
        face="song",
        italic=True,
        spacing=18,
        along=True,
        from_zoom=from_zoom,
    )
    return SymbolClass(
        key=key,
        title=title,
        fills=(Fill(color=WATER),),
        lines=(Line(color=WATER, width=width, level=1),),
        label=name,
    )


RIVER = LayerKind(
    key="river",
    title="河流",
    group="base",
    measure_word="条",
    geometry="line",
    shapes=("line", "polygon"),
    fields=(
        *RECORD,
        Choice(key="size", title="规模", choices={"main": "主要河流", "small": "支流沟渠"}, filterable=True),
    ),
    classes=(_river("main", "主要河流", _BIG_RIVER, 8), _river("small", "支流沟渠", _SMALL_RIVER, 12.5)),
    classify=lambda properties, derived: str(properties.get("size", "small")),
    rank=91,
    owner="水利局",
    backdrop=True,
)

_CASING = "#A79D8C"


def _shield(fill: str, text: str, from_zoom: float = 9) -> Marker:
    return Marker(shape="shield", fill=fill, edge=text, text_from="road_no", from_zoom=from_zoom)


def _existing(
    key: str, title: str, casing: Line, inner: Line, shield: Marker | None = None, label: Label | None = None
) -> SymbolClass:
    return SymbolClass(key=key, title=title, lines=(casing, inner), shield=shield, label=label)


def _pair(casing: str, fill: str, outer: Stops, inner: Stops, from_zoom: float = 0) -> tuple[Line, Line]:
    return (
        Line(color=casing, width=outer, level=2, from_zoom=from_zoom),
        Line(color=fill, width=inner, level=2, from_zoom=from_zoom),
    )


_STREET_NAME = Label(priority=8, size=12, color="#6E6657", from_zoom=15)
EXISTING_ROAD = LayerKind(
    key="existing_road",
    title="现状公路",
    group="base",
    measure_word="条",
    geometry="line",
    shapes=("line",),
    fields=(*RECORD, *ROAD_FIELDS),
    classes=(
        _existing(
            "expressway",
            "高速公路",
            *_pair(
                "#7F8CA0",
                "#EEF1F6",
                ((9, 3.6), (11, 5), (14, 9), (17, 30)),
                ((9, 1.8), (11, 2.8), (14, 6), (17, 25)),
            ),
            shield=_shield("#1B7F4B", "#FFFFFF"),
        ),
        _existing(
            "national",
            "国道",
            *_pair(
                _CASING,
                "#FFFFFF",
                ((9, 2.8), (11, 4), (14, 8), (17, 26)),
                ((9, 1.4), (11, 2.2), (14, 5.5), (17, 22)),
            ),
            shield=_shield("#C62F2A", "#FFFFFF"),
        ),
        _existing(
            "provincial",
            "省道",
            *_pair(
                _CASING,
                "#FFFFFF",
                ((9, 2.8), (11, 4), (14, 8), (17, 26)),
                ((9, 1.4), (11, 2.2), (14, 5.5), (17, 22)),
            ),
            shield=_shield("#F6C945", "#3A2E05"),
        ),
        _existing(
            "county",
            "县乡道",
            *_pair(_CASING, "#FFFFFF", ((10, 2), (14, 6), (17, 20)), ((10, 1), (14, 4), (17, 16)), 10.5),
            shield=_shield("#FFFFFF", "#3A2E05", 12),
        ),
        _existing(
            "street",
            "城市道路",
            *_pair(
                "#D3CABA", "#FFFFFF", ((12, 1.6), (14, 8), (17, 34)), ((12, 0.9), (14, 6.4), (17, 31)), 12
            ),
            label=_STREET_NAME,
        ),
    ),
    classify=lambda properties, derived: {
        "township": "county",
        "village": "county",
        "special": "county",
        "fast": "street",
    }.get(str(properties.get("admin_class", "county")), str(properties.get("admin_class", "county"))),
    tiled=("road_no",),
    rank=92,
    owner="交通运输局",
    backdrop=True,
)

_INK, _INK2 = "#16222E", "#33424F"
_TOWN_DOT = Marker(shape="dot", fill="#FFFFFF", edge=_INK2)


def _place(
    key: str, title: str, label: Label, marker: Marker | None = None, *, quiet: bool = False
) -> SymbolClass:
    return SymbolClass(key=key, title=title, label=label, marker=marker, legend=False, quiet=quiet)


PLACE_NAME = LayerKind(
    key="place_name",
    title="地名",
    group="base",
    measure_word="个",
    geometry="point",
    shapes=("point",),
    fields=(
        NAME,
        CODE,
        *IDENTITY,
        *PLACE,
        Choice(
            key="level",
            title="级别",
            choices={"seat": "县城", "town": "乡镇驻地", "village": "村庄", "neighbour": "相邻县区"},
            required=True,
            filterable=True,
        ),
        *ORIGIN,
    ),
    classes=(
        _place(
            "seat", "县城", Label(priority=1, size=20, color=_INK, weight=800, face="song", spacing=3, halo=4)
        ),
        _place("town", "乡镇驻地", Label(priority=5, size=14.5, color=_INK2, weight=500), _TOWN_DOT),
        _place("village", "村庄", Label(priority=8, size=12, color="#5B6876", from_zoom=13), quiet=True),
        _place("neighbour", "相邻县区", Label(priority=7, size=17, color="#6E7A86", face="song", spacing=8)),
    ),
    classify=lambda properties, derived: str(properties.get("level", "village")),
    rank=93,
    owner="民政局",
    backdrop=True,
)
