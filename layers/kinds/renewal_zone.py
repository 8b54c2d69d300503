"""棚改/城中村片区: which attributes has a zone of shantytown or urban-village renewal, and its phases?

Households are counted per zone only; no household data is kept. Rates count sets (套) and households (户) apart.
"""

from __future__ import annotations

from datetime import date

from layers.kinds.base import Derived, Insight, LayerKind, Properties
from layers.kinds.fields import Choice, Day, Field, Number, Text, Whole
from layers.kinds.lifetime import PROJECT_LIFETIME
from layers.kinds.record import IDENTITY, NAME, ORIGIN, PHASE, PLACE, PROJECT, SUPERVISION
from layers.kinds.supervised import supervised
from layers.rules.resettlement import RATES, progress, warnings
from layers.symbols.vocabulary import Cluster, Fill, Label, Line, Marker, Pattern, SymbolClass

STEPS = {
    "survey": "摸底",
    "valuation": "评估",
    "announced": "征收公告",
    "signing": "签约",
    "demolition": "拆除",
    "building": "安置房开工",
    "topped": "封顶",
    "completed": "竣工",
    "moved_back": "回迁",
    "settled": "清算",
}

FIELDS: tuple[Field, ...] = (
    Text(key="name", title="片区名称", required=True, aliases=("PQMC", *NAME.aliases)),
    Text(key="code", title="片区编号", aliases=("PQBH", "BH", "地块编号"), card=True),
    *IDENTITY,
    *PLACE,
    Choice(
        key="renewal_type",
        title="类型",
        choices={"shantytown": "棚户区改造", "urban_village": "城中村改造"},
        also={"棚改": "shantytown", "城中村": "urban_village"},
        filterable=True,
        card=True,
    ),
    Choice(
        key="mode",
        title="改造方式",
        choices={"rebuild": "拆除新建", "improve": "整治提升", "mixed": "拆整结合"},
        filterable=True,
        card=True,
    ),
    Choice(key="step", title="推进环节", choices=STEPS, filterable=True, card=True),
    Text(key="policy_source", title="政策来源"),
    Choice(
        key="land_nature",
        title="土地性质",
        choices={"state": "国有", "collective": "集体", "mixed": "国有与集体混合"},
        source="国有土地上房屋征收与补偿条例；土地管理法",
    ),
    Whole(key="households", title="户数", unit="户", card=True),
    Whole(key="population", title="人口", unit="人"),
    Number(key="expropriated_floor_area", title="征收建筑面积", unit="万㎡", card=True),
    Number(key="village_land_mu", title="村庄占地", unit="亩"),
    Whole(key="sets_total", title="安置总套数", unit="套", card=True),
    Whole(key="sets_cash", title="货币化安置套数", unit="套"),
    Whole(key="sets_built_in_kind", title="实物安置套数", unit="套"),
    Whole(key="households_cash", title="货币化安置户数", unit="户"),
    Whole(key="households_signed", title="已签约户数", unit="户"),
    Whole(key="households_vacated", title="已腾空户数", unit="户"),
    Whole(key="households_demolished", title="已拆除户数", unit="户"),
    Whole(key="sets_planned", title="计划开工套数", unit="套"),
    Whole(key="sets_started", title="已开工套数", unit="套"),
    Whole(key="sets_basic", title="基本建成套数", unit="套"),
    Whole(key="sets_completed", title="竣工套数", unit="套"),
    Whole(key="households_moved_back", title="已回迁户数", unit="户"),
    Whole(key="buildings", title="安置房栋数", unit="栋"),
    Number(key="resettlement_floor_area", title="安置建筑面积", unit="万㎡"),
    Number(key="resettlement_land_mu", title="安置用地", unit="亩"),
    Number(key="compensation_total", title="补偿总额", unit="万元", visibility="internal"),
    Text(key="funding", title="资金来源"),
    Day(key="approved_on", title="批准日期"),
    *PROJECT,
    *PHASE,
    *SUPERVISION,
    *ORIGIN,
)

_EDGE = "#9C1F55"
_DIAMOND = Marker(shape="diamond", fill="#D9588F", edge=_EDGE, until_zoom=13)
_HATCH = Pattern(kind="lines", color="#D9588FBF", tile=9, width=1.5, angle=-45, background="#D9588F29")
_LABEL = Label(priority=8, size=14, color=_EDGE, weight=700, from_zoom=13)


def classify(properties: Properties, derived: Properties) -> str:
    """A phase has a parent zone."""
    return "phase" if properties.get("parent") else "zone"


def derive(properties: Properties, today: date) -> Derived:
    """Every rate whose numbers are known, in percent."""
    return Derived({f"{each.rate.key}_pct": float(each.percent) for each in progress(properties)})


def insight(properties: Properties, derived: Properties, today: date) -> Insight:
    """How far the zone is: the last rate that is known, all of them with their numbers, and what does not fit."""
    rates = progress(properties)
    told = "；".join(f"{each.rate.title} {each.words}" for each in rates)
    sentence = "".join((f"{told}。" if told else "", *warnings(properties)))
    if not rates:
        return Insight(sentence=sentence)
    furthest = rates[-1]
    return Insight(f"{furthest.percent:.2f}", "%", furthest.rate.title, sentence)


RENEWAL_ZONE = supervised(
    LayerKind(
        key="renewal_zone",
        title="棚改/城中村片区",
        group="urban_renewal",
        measure_word="片",
        geometry="polygon",
        shapes=("polygon",),
        fields=FIELDS,
        classes=(
            SymbolClass(
                key="zone",
                title="棚改 / 城中村片区",
                fills=(Fill(pattern=_HATCH, from_zoom=13),),
                lines=(Line(color=_EDGE, width=1.9, from_zoom=13),),
                marker=_DIAMOND,
                label=_LABEL,
            ),
            SymbolClass(
                key="phase",
                title="分期范围",
                lines=(Line(color=_EDGE, width=1.3, dash=(4, 2.5), from_zoom=13),),
                label=Label(priority=8, size=12, color=_EDGE, weight=500, from_zoom=15, text_from="label"),
                quiet=True,
                part=True,
            ),
        ),
        classify=classify,
        derive=derive,
        insight=insight,
        derived_fields=tuple(
            Number(
                key=f"{rate.key}_pct",
                title=f"{rate.title}（按户）" if rate.key == "cash_by_households" else rate.title,
                unit="%",
                at_most=1000,
                filterable=rate.key == "signed",
            )
            for rate in RATES
        ),
        cluster=Cluster(style="count", by="town", over=3),
        apart_by=("parent",),
        lifetime=PROJECT_LIFETIME,
        rank=20,
        owner="住房和城乡建设局",
    )
)
