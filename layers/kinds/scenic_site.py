"""景点与旅游项目: which attributes has a scenic spot, a tourism project or a heritage site?

现等级 is what the authority granted, 自评等级 what the site claims (GB/T 17775). Resource types follow
GB/T 18972-2017; the 2003 edition used the letters E and F the other way round and is never read as equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from layers.kinds.base import Derived, Insight, LayerKind, Properties, Question
from layers.kinds.fields import Choice, Choices, Day, Field, Flag, Number, Text, Whole
from layers.kinds.lifetime import Lifetime
from layers.kinds.record import POSITION_SOURCES, PROJECT_RECORD
from layers.kinds.supervised import supervised
from layers.rules.tourism import (
    CONDITIONS,
    FACTORS,
    LEAST,
    MOST,
    grade_of_2003,
    resource_grade,
    resource_total,
)
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
    Choice(
        key="grade_edition",
        title="评定版本",
        choices={"2024": "GB/T 17775-2024", "2003": "GB/T 17775-2003（历史版）"},
        also={"GB/T 17775-2003": "2003", "2024版": "2024", "2003版": "2003"},
        help="不填按 2024 版；2003 版已废止，只作历史对照",
    ),
    Day(key="grade_granted", title="等级批准日期", aliases=("批准日期",)),
    Day(key="grade_reviewed", title="最近复核日期", aliases=("等级复核日期",)),
    Day(
        key="grade_due",
        title="复核到期日期",
        aliases=("复核日期", "下次复核日期"),
        filterable=True,
        help="下一次等级复核的期限，由文旅部门填写",
    ),
    Choices(
        key="conditions_met",
        title="已确认的条件",
        choices=CONDITIONS,
        source="GB/T 17775-2024",
        help="按标准条目归并的工作清单；未勾选的为未确认，不等于不达标",
    ),
    Number(key="score_services", title="服务质量分（2003版）", unit="分", at_most=1000),
    Number(key="score_landscape", title="景观质量分（2003版）", unit="分", at_most=100),
    Number(key="score_visitors", title="游客意见分（2003版）", unit="分", at_most=100),
    Text(key="group_5a", title="5A 创建组合"),
    Choice(key="heritage_level", title="文物级别", choices=HERITAGE, filterable=True, card=True),
    Text(key="heritage_batch", title="文物批次"),
    Choice(key="resource_type", title="资源主类", choices=RESOURCE_TYPES, source="GB/T 18972-2017"),
    Text(key="resource_subtype", title="资源亚类", longest=20),
    Choice(key="resource_unit", title="资源单体", choices={"single": "独立型", "group": "集合型"}),
    Choice(
        key="resource_edition",
        title="资源评价版本",
        choices={"2017": "GB/T 18972-2017", "2003": "GB/T 18972-2003（历史版）"},
        also={"2017版": "2017", "2003版": "2003"},
        help="不填按 2017 版；2003 版的类型代码与 2017 版不等同",
    ),
    *(
        Number(
            key=f"resource_{each.key}",
            title=each.title,
            unit="分",
            at_least=each.least,
            at_most=each.most,
            source="GB/T 18972-2017",
        )
        for each in FACTORS
    ),
    Number(
        key="resource_score",
        title="资源评价得分",
        unit="分",
        at_least=int(LEAST),
        at_most=int(MOST),
        help="各评价因子填齐后自动合计",
    ),
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


def settle(properties: Properties) -> Properties:
    """The score is the sum of its factors once all of them are known."""
    points = {
        each.key: Decimal(str(value))
        for each in FACTORS
        if (value := properties.get(f"resource_{each.key}")) is not None
    }
    total = resource_total(points)
    return properties if total is None else {**properties, "resource_score": float(total)}


def insight(properties: Properties, derived: Properties, today: date) -> Insight:
    """Grade, claim, review and conditions; the grade of the resource by its score. An A grade is granted, never derived."""
    score = properties.get("resource_score")
    sentences = (
        *_grades(properties),
        *_review(properties, today),
        *_conditions(properties),
        *_history(properties),
        *_resource(properties),
    )
    clause = "GB/T 18972-2017" if score is not None and _edition(properties) == "2017" else ""
    if score is None:
        return Insight(sentence="".join(sentences), clause=clause)
    return Insight(f"{score:g}", "分", "资源评价得分", "".join(sentences), clause)


def _edition(properties: Properties) -> str:
    return str(properties.get("resource_edition") or "2017")


def _grades(properties: Properties) -> Iterator[str]:
    grade, claimed = properties.get("grade"), properties.get("grade_claimed")
    if grade and (granted := properties.get("grade_granted")):
        yield f"现等级 {grade}，{granted} 批准。"
    if claimed and claimed != grade:
        yield f"自评 {claimed}，未经评定，不是现等级。"


def _review(properties: Properties, today: date) -> Iterator[str]:
    if not (due := properties.get("grade_due")):
        return
    days = (date.fromisoformat(due) - today).days
    yield f"等级复核期限 {due}，{f'还有 {days} 天' if days >= 0 else f'已过 {-days} 天，请尽快复核'}。"


def _conditions(properties: Properties) -> Iterator[str]:
    """What of the list is confirmed; what is not ticked is not known."""
    met = properties.get("conditions_met")
    if not met or properties.get("grade_edition") == "2003":
        return
    open_ = [title for key, title in CONDITIONS.items() if key not in met]
    rest = f"，未确认：{'、'.join(open_)}" if open_ else ""
    yield f"GB/T 17775-2024 条件已确认 {len(met)}/{len(CONDITIONS)} 项{rest}。"


def _history(properties: Properties) -> Iterator[str]:
    """The three scores of 2003, for comparison."""
    keys = ("score_services", "score_landscape", "score_visitors")
    scores = [properties.get(key) for key in keys]
    if all(each is None for each in scores):
        return
    known = [Decimal(str(each)) for each in scores if each is not None]
    if len(known) < len(keys):
        yield "2003 历史版三项得分不全（资料不足），不作对照。"
        return
    found = grade_of_2003(*known)
    reached = f"三项同时达到 {found.grade}" if found.grade else "三项未同时达到 1A"
    short = f"，受限于{'、'.join(found.short)}" if found.short else ""
    yield f"2003 历史版对照：{reached}{short}；该版已废止，不作为等级依据。"


def _resource(properties: Properties) -> Iterator[str]:
    if _edition(properties) == "2003":
        yield "资源按 2003 版评价：类型代码与 2017 版不等同（E、F 两类含义互换），不换算等级，请按 2017 版重新归类和评价。"
        return
    main, sub = properties.get("resource_type"), str(properties.get("resource_subtype") or "")
    if main and sub[:1].isascii() and sub[:1].isalpha() and sub[:1].upper() != main:
        yield f"资源亚类“{sub}”不属于主类“{RESOURCE_TYPES[main]}”，请核对是否沿用了 2003 版代码。"
    score = properties.get("resource_score")
    if score is not None:
        graded = resource_grade(Decimal(str(score)))
        yield f"按资源评价得分为{graded.words}。结果仅供参考，等级以主管部门评定为准。"


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
        settle=settle,
        derive=derive,
        insight=insight,
        questions=(
            Question("90 天内复核", "grade_due.next.90"),
            Question("复核已过期", "grade_due.passed"),
        ),
        derived_tiled=("seal", "hollow"),
        lifetime=Lifetime(
            standing=(("state", "open"), ("stage", "completed"), ("stage", "operating")),
            always=(("state", "upgrading"), ("state", "extending")),
        ),
        rank=40,
        owner="文化和旅游局",
    )
)
