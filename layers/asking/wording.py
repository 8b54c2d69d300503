"""How do people speak of each kind, and which questions are prepared for it? One declaration.

What a kind declares itself (titles, choices, units, days) is understood without a line here; a line adds the words of
the office. States are filters as they stand in addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from layers.kinds.idle_parcel import BUY_BACK


@dataclass(frozen=True, kw_only=True)
class Wording:
    """names: of the kind; states: words → filter; measures, days: words → facet; questions: with {town} as their slot."""

    names: tuple[str, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[str, ...] = ()


_IDLE: Final = "symbol.any.two_years,one_year,suspended"
OVERDUE_CASES: Final = (
    "处置步骤超期",
    "处置台账超期",
    "台账超期",
    "处置超期",
    "超期的处置步骤",
    "超期未处置",
)

SUPERVISED: Final = Wording(
    names=("重点项目", "督查项目", "项目"),
    states={
        "红灯": "light.any.red",
        "亮红灯": "light.any.red",
        "黄灯": "light.any.yellow",
        "亮黄灯": "light.any.yellow",
        "绿灯": "light.any.green",
        "灰灯": "light.any.grey",
        "未报进度": "light.any.grey",
        "没报进度": "light.any.grey",
        "未填报": "light.any.grey",
        "进度滞后": "light.any.red,yellow",
        "滞后": "light.any.red,yellow",
        "未开工": "actual_start.empty",
        "没开工": "actual_start.empty",
        "节点超期": "milestones_late.over.0",
        "节点逾期": "milestones_late.over.0",
    },
    measures={
        "投资": "investment_total",
        "投资额": "investment_total",
        "总投资额": "investment_total",
        "完成投资": "investment_done",
        "进度": "progress_pct",
        "滞后百分点": "lag_pct",
    },
    days={"开工": "actual_start", "竣工": "plan_end", "节点": "milestone_next"},
    questions=(
        "红灯项目有几个",
        "各指挥部红灯项目有几个",
        "黄灯项目有哪些",
        "未报进度的项目有哪些",
        "{town}的项目有几个",
        "投资超过1亿元的项目有哪些",
        "项目总投资多少",
        "节点超期的项目有哪些",
    ),
)
"""For every kind whose records are supervised as projects."""

WORDINGS: Final[dict[str, Wording]] = {
    "idle_parcel": Wording(
        names=("闲置低效土地", "地块", "宗地", "用地", "土地", "存量用地"),
        states={
            "闲置": _IDLE,
            "疑似闲置": _IDLE,
            "闲置地": _IDLE,
            "临期": "symbol.any.due_soon",
            "低效": "symbol.any.low_use",
            "低效地": "symbol.any.low_use",
            "低效用地": "symbol.any.low_use",
            "疑似低效": "low_use_hint.any.suspected",
            "盘活": "symbol.any.revived",
            "已盘活": "symbol.any.revived",
            "已认定": "status.any.determined",
            "认定闲置": "status.any.determined",
            "政府原因": "symbol.any.government",
            "中止建设": "symbol.any.suspended",
            "停工": "symbol.any.suspended",
            "未动工": "actual_start.empty",
            "没动工": "actual_start.empty",
            "资料不足": "symbol.any.unknown",
            "未定处置方式": "disposal_route.empty",
            "没有处置方式": "disposal_route.empty",
            "可申报收回收购": BUY_BACK,
            "工业": "land_use.has.工业",
            "住宅": "land_use.has.住宅",
            "商服": "land_use.has.商服",
            "商业": "land_use.has.商服",
            "物流": "land_use.has.物流",
            "仓储": "land_use.has.仓储",
            "僵尸工厂": "symbol.any.low_use;production_stopped.filled",
        },
        measures={
            "面积": "area_mu",
            "税收": "tax_per_mu",
            "就业": "jobs",
            "价款": "price",
            "低效评分": "low_use_score",
            "评分": "low_use_score",
        },
        days={"到期": "next_due", "法定节点": "next_due", "约定开工": "contract_start"},
        questions=(
            "{town}闲置满两年的有几宗多少亩",
            "闲置满一年的有几宗多少亩",
            "本月到期的地块有哪些",
            "90天内到期的有几宗",
            "闲置满两年且大于20亩的有哪些",
            "各乡镇闲置用地有几宗多少亩",
            "哪个乡镇闲置用地最多",
            "{town}低效用地有几宗多少亩",
            "旧厂矿低效用地有多少亩",
            "停产满三年的低效用地有哪些",
            "疑似低效的有几宗多少亩",
            "综合评分低于50分的有哪些",
            "面积最大的5宗闲置用地",
            "已盘活的有几宗多少亩",
            "处置步骤超期的有几宗",
            "资料不足的地块有几宗",
        ),
    ),
    "renewal_zone": Wording(
        names=("片区", "棚改城中村片区", "棚改片区和城中村"),
        states={"分期": "symbol.any.phase", "棚户区": "renewal_type.any.shantytown"},
        measures={"户": "households", "套数": "sets_total", "面积": "area_mu"},
        questions=(
            "签约率低于60%的片区有几片",
            "{town}的片区有几片多少户多少套",
            "货币化安置率超过50%的片区有哪些",
            "城中村片区有几片多少亩",
            "各乡镇片区有几片多少户",
            "哪个片区户数最多",
        ),
    ),
    "road_project": Wording(
        names=("道路", "公路", "路段", "道路工程"),
        states={
            "断头路": "symbol.any.missing_link",
            "在建": "state.any.building,rebuilding",
            "规划": "state.any.planned",
            "建成": "state.any.open",
            "通车": "state.any.open",
            "桥": "work.any.bridge",
            "大桥": "work.any.bridge",
        },
        measures={"长度": "length_km", "里程": "length_km"},
        questions=(
            "在建道路有几条多少公里",
            "规划道路有几条多少公里",
            "断头路有几条多少公里",
            "超过5公里的道路有哪些",
            "最长的3条道路",
            "县道改造有几条",
        ),
    ),
    "scenic_site": Wording(
        names=("景点", "景区", "旅游项目", "旅游点"),
        states={
            "a级": "grade.filled",
            "a级景区": "grade.filled",
            "a级景点": "grade.filled",
            "a级旅游景区": "grade.filled",
            "文物": "symbol.any.heritage",
            "国保": "heritage_level.any.national",
            "规划": "state.any.planned",
            "在建": "state.any.extending,upgrading",
        },
        days={"复核": "grade_due"},
        questions=(
            "A级景区有几处",
            "4A以上景区有哪些",
            "{town}的景点有几处",
            "规划景点有几处",
            "各乡镇景点有几处",
            "温泉景点有哪些",
            "90天内复核的景区有哪些",
        ),
    ),
    "industry_project": Wording(
        names=("工业项目", "产业项目", "工业重点项目"),
        states={
            "在建": "stage.any.building,started",
            "停工": "stage.any.halted",
            "投产": "stage.any.operating",
            "土地未落实": "land_ready.any.missing",
        },
        questions=("工业项目总投资多少", "停工的工业项目有哪些"),
    ),
    "existing_road": Wording(names=("现有道路",)),
    "tour_route": Wording(names=("线路",), questions=("旅游线路有几条多少公里",)),
    "village": Wording(names=("村庄", "美丽乡村")),
    "public_facility": Wording(
        states={"学校": "facility_type.any.school", "医院": "facility_type.any.hospital"},
        questions=("学校有几处",),
    ),
    "farm_base": Wording(names=("农业基地", "基地")),
    "housing_stock": Wording(names=("楼盘", "库存"), measures={"未售": "sets_unsold"}),
    "control_line": Wording(names=("控制线",)),
}
PLACES: Final = ("竹泉村在哪里", "{town}在哪里")
"""Questions to the gazetteer."""
