"""景点与旅游项目: which attributes has a scenic spot, a tourism project or a heritage site?

现等级 is what the authority granted, 自评等级 what the site claims (GB/T 17775). Resource types follow
GB/T 18972-2017; the 2003 edition used the letters E and F the other way round and is never read as equal.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from layers.kinds.base import Derived, Insight, LayerKind, Properties
from layers.kinds.fields import Choice, Day, Field, Flag, Number, Text, Whole
from layers.kinds.lifetime import Lifetime
from layers.kinds.record import POSITION_SOURCES, PROJECT_RECORD
from layers.kinds.supervised import supervised
from layers.rules.tourism import LEAST, MOST, resource_grade
from layers.symbols.vocabulary import Fill, Label, Line, Marker, SymbolClass

SEALS = {
    "village": ("乡村度假", "村"),
    "spring": ("温泉", "泉"),
    "park": ("公园", "园"),
    "hill": ("山地休闲", "山"),
    "street": ("特色街区", "街"),
    "courtyard": ("院落片区", "院"),
    "farm": ("农业园", "农"),
    "museum": ("博物馆", "馆"),
    "relic": ("文物古迹", "古"),
    "centre": ("游客集散中心", "i"),
    "slow": ("慢城设施", "慢"),
    "red": ("红色旅游", "红"),
    "other": ("其他", "景"),
}
GRADES = {"5A": "5A", "4A": "4A", "3A": "3A", "2A": "2A", "1A": "1A"}
HERITAGE = {"national": "全国重点文物保护单位", "provincial": "省级", "city": "市级", "county": "县级"}
RESOURCE_TYPES = {
    "A": "A 地文景观",
    "B": "B 水域景观",
    "C": "C 生物景观",
    "D": "D 天象与气候景观",
    "E": "E 建筑与设施",
    "F": "F 历史遗迹",
    "G": "G 旅游购品",
    "H": "H 人文活动",
}

FIELDS: tuple[Field, ...] = (
    *PROJECT_RECORD,
    Choice(
        key="theme",
        title="板块",
        choices={"city": "城市休闲", "country": "乡村休闲", "spa": "温泉", "heritage": "文物", "hub": "集散"},
        filterable=True,
        card=True,
    ),
    Choice(
        key="site_type",
        title="类型",
        choices={key: title for key, (title, _) in SEALS.items()},
        required=True,
        filterable=True,
        aliases=("景点类型",),
        card=True,
    ),
    Choice(
        key="state",
        title="建设状态",
        choices={"open": "已开放", "upgrading": "提升", "extending": "续建", "planned": "规划"},
        filterable=True,
        card=True,
    ),
    Choice(key="grade", title="现等级", choices=GRADES, filterable=True, card=True, source="GB/T 17775-2024"),
    Choice(key="grade_claimed", title="自评等级", choices=GRADES),
    Text(key="grade_edition", title="评定版本"),
    Day(key="grade_granted", title="等级批准日期"),
    Day(key="grade_reviewed", title="等级复核日期"),
    Text(key="group_5a", title="5A 创建组合"),
    Choice(key="heritage_level", title="文物级别", choices=HERITAGE, filterable=True, card=True),
    Text(key="heritage_batch", title="文物批次"),
    Choice(key="resource_type", title="资源主类", choices=RESOURCE_TYPES, source="GB/T 18972-2017"),
    Text(key="resource_subtype", title="资源亚类", longest=20),
    Choice(key="resource_unit", title="资源单体", choices={"single": "独立型", "group": "集合型"}),
    Number(key="resource_score", title="资源评价得分", unit="分", at_least=int(LEAST), at_most=int(MOST)),
    Text(key="opening_hours", title="开放时间"),
    Whole(key="parking", title="停车位", unit="个"),
    Whole(key="toilets", title="旅游厕所", unit="座"),
    Flag(key="visitor_centre", title="游客中心"),
    Text(key="phone", title="咨询电话"),
    Choice(key="position_source", title="位置来源", choices=POSITION_SOURCES),
)

_SITE = "#0B7A63"
_HERITAGE = "#6B3F1D"


def _seal(color: str, text: str, *, hollow: bool = False) -> Marker:
    return Marker(
        shape="seal",
        fill="#FFFFFF" if hollow else color,
        edge=color,
        hollow=hollow,
        text=text,
        text_from="seal",
        hollow_from="hollow",
    )


def _site(key: str, title: str, color: str, text: str, *, hollow: bool = False) -> SymbolClass:
    return SymbolClass(
        key=key,
        title=title,
        fills=(Fill(color=color, opacity=0.1, from_zoom=12),),
        lines=(Line(color=color, width=1.6, dash=(3, 2) if hollow else (), from_zoom=12),),
        marker=_seal(color, text, hollow=hollow),
        label=Label(priority=4, size=15, color=color, weight=700),
    )


def _not_yet(properties: Properties) -> bool:
    return properties.get("state") in ("planned", "upgrading", "extending")


def derive(properties: Properties, today: date) -> Derived:
    """The character on the seal: the granted grade, else the sort of site; hollow while it is only planned.

    A graded site stays filled while it is upgraded: the grade is there.
    """
    sort = SEALS.get(str(properties.get("site_type")), SEALS["other"])
    grade = properties.get("grade")
    return Derived({"seal": grade or sort[1], "hollow": not grade and _not_yet(properties)})


def classify(properties: Properties, derived: Properties) -> str:
    """Heritage first, then granted grade, then what is still planned or being upgraded."""
    if properties.get("theme") == "heritage" or properties.get("heritage_level"):
        return "heritage"
    if properties.get("grade"):
        return "rated"
    return "planned" if _not_yet(properties) else "open"


def insight(properties: Properties, derived: Properties, today: date) -> Insight:
    """The grade of the resource by its score; an A grade is granted, never derived."""
    score = properties.get("resource_score")
    if score is None:
        return Insight()
    graded = resource_grade(Decimal(str(score)))
    sentence = f"按资源评价得分为{graded.words}。结果仅供参考，等级以主管部门评定为准。"
    return Insight(f"{score:g}", "分", "资源评价得分", sentence, "GB/T 18972-2017")


SCENIC_SITE = supervised(
    LayerKind(
        key="scenic_site",
        title="景点与旅游项目",
        group="tourism",
        measure_word="处",
        geometry="point",
        shapes=("point", "line", "polygon"),
        fields=FIELDS,
        classes=(
            _site("rated", "A 级景区（示等级）", _SITE, "4A"),
            _site("open", "景点", _SITE, "景"),
            _site("planned", "规划 · 提升（空心）", _SITE, "景", hollow=True),
            _site("heritage", "文物 · 博物馆", _HERITAGE, "古"),
        ),
        classify=classify,
        derive=derive,
        insight=insight,
        derived_tiled=("seal", "hollow"),
        lifetime=Lifetime(
            standing=(("state", "open"), ("stage", "completed"), ("stage", "operating")),
            always=(("state", "upgrading"), ("state", "extending")),
        ),
        rank=40,
        owner="文化和旅游局",
    )
)
