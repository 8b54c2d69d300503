"""With which scenes does a new briefing begin? The headings of the county's plan, and the sample made of them.

Words name only what the plan names; every number is a question that is asked when the briefing is shown.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from layers.briefing.scenes import Scene, checked_scenes

LAND, ZONES, HOMES = "idle_parcel", "renewal_zone", "housing_stock"
ROADS, SITES, ROUTES = "road_project", "scenic_site", "tour_route"
FACTORIES, FACILITIES, VILLAGES = "industry_project", "public_facility", "village"
SUPERVISED: Final = [ZONES, ROADS, SITES, FACTORIES, FACILITIES]
NORTH: Final = [118.24, 35.53, 118.52, 35.70]
"""The sites of the north-west: 竹泉, 红石寨, 马泉, 常山庄, 马牧池北山."""
SEAT: Final = [118.437, 35.531, 118.491, 35.579]
SPINE: Final = [118.36, 35.4, 118.56, 35.66]
"""From 竹泉 to the south: the three projects of tourism."""
SAMPLE_SLUG: Final = "county"
SAMPLE_TITLE: Final = "全县重点工作汇报（示例）"


class Template(NamedTuple):
    """One heading of the plan: its key, its title, its scenes."""

    key: str
    title: str
    scenes: tuple[dict[str, Any], ...]


def scenes_of(*keys: str) -> list[Scene]:
    """The scenes of these templates, in this order."""
    known = {each.key: each for each in TEMPLATES}
    return checked_scenes([dict(scene) for key in keys for scene in known[key].scenes])


def sample_scenes() -> list[Scene]:
    """The briefing that comes with the sample."""
    return scenes_of(*(each.key for each in TEMPLATES))


def _ask(label: str, layers: list[str], measure: str, filter_: str = "", **fields: str) -> dict[str, Any]:
    return {"label": label, "layers": layers, "measure": measure, "filter": filter_, **fields}


def _bars(
    title: str, by: str, layers: list[str], measure: str, filter_: str = "", **fields: str
) -> dict[str, Any]:
    return {"title": title, "by": by, "layers": layers, "measure": measure, "filter": filter_, **fields}


_STOCK: Final = "symbol.any.two_years,one_year,suspended,low_use"

_OVERVIEW = Template(
    "overview",
    "总览",
    (
        {
            "chapter": "总览",
            "headline": "盘活、棚改、道路、旅游，一张图上推进",
            "layers": [LAND, ZONES, ROADS, SITES],
            "subject": {LAND: [], ZONES: [], ROADS: [], SITES: []},
            "figures": [
                _ask("疑似闲置与低效用地", [LAND], "area_mu", _STOCK),
                _ask("棚改、城中村片区", [ZONES], "area_mu"),
                _ask("道路项目", [ROADS], "length_km"),
            ],
            "bars": _bars("疑似闲置与低效用地，按类别", "symbol", [LAND], "area_mu", _STOCK),
            "notes": "下半年四件大事：存量土地盘活、城中村棚改攻坚、道路互联、全域旅游。\n"
            "图上每个数字都来自当天的数据；示例数据为虚构，只演示用法。",
        },
    ),
)
_LAND = Template(
    "land",
    "存量土地盘活",
    (
        {
            "chapter": "存量土地盘活",
            "headline": "未动工满两年 {1.count}，{top}占 {top%}",
            "layers": [LAND, ROADS],
            "subject": {LAND: ["two_years"]},
            "figures": [
                _ask("疑似闲置，满两年", [LAND], "area_mu", "symbol.any.two_years"),
                _ask("90 日内临期", [LAND], "area_mu", "symbol.any.due_soon"),
            ],
            "bars": _bars("满两年，按乡镇街道", "town", [LAND], "area_mu", "symbol.any.two_years"),
            "notes": "结果为疑似，以主管部门认定为准。满两年的可依法报批后无偿收回；临期的先督促动工。",
        },
        {
            "chapter": "存量土地盘活",
            "headline": "低效用地 {1}，已盘活 {2}",
            "layers": [LAND],
            "subject": {LAND: ["low_use", "revived"]},
            "figures": [
                _ask("低效用地", [LAND], "area_mu", "symbol.any.low_use"),
                _ask("已盘活", [LAND], "area_mu", "symbol.any.revived"),
            ],
            "bars": _bars("低效用地，按乡镇街道", "town", [LAND], "area_mu", "symbol.any.low_use"),
            "notes": "用地出路：增减挂钩、工矿废弃地复垦、闲置盘活、低丘缓坡项目争取。土地是有保障的。",
        },
    ),
)
_RENEWAL = Template(
    "renewal",
    "城中村棚改攻坚",
    (
        {
            "chapter": "城中村棚改攻坚",
            "headline": "棚改涉及 {1}，货币化安置占 {2}",
            "layers": [ZONES, ROADS],
            "subject": {ZONES: []},
            "figures": [
                _ask("涉及户数", [ZONES], "sum", field="households"),
                _ask("货币化安置率（套）", [ZONES], "rate", field="sets_cash", of="sets_total"),
                _ask("签约率（户）", [ZONES], "rate", field="households_signed", of="households"),
            ],
            "bars": _bars("片区，按推进环节", "step", [ZONES], "count"),
            "bounds": SEAT,
            "notes": "这是经济工作、民生工作，也是政治工作。让利于民，阳光操作，共建共享。",
        },
        {
            "chapter": "城中村棚改攻坚",
            "headline": "商品房未售 {1}，可作安置 {2}",
            "layers": [ZONES, HOMES],
            "subject": {HOMES: []},
            "figures": [
                _ask("未售商品房", [HOMES], "sum", field="sets_unsold"),
                _ask("可作安置", [HOMES], "sum", field="sets_for_resettlement"),
            ],
            "bars": _bars("未售，按楼盘", "name", [HOMES], "sum", field="sets_unsold"),
            "bounds": SEAT,
            "notes": "研究透统一的征收补偿、货币化安置、去库存措施。",
        },
    ),
)
_ROADS = Template(
    "roads",
    "道路互联",
    (
        {
            "chapter": "道路互联",
            "headline": "规划道路 {1}，过境车辆不穿城",
            "layers": [ROADS],
            "subject": {ROADS: []},
            "figures": [
                _ask("规划道路", [ROADS], "length_km", "symbol.any.planned"),
                _ask("改建、在建", [ROADS], "length_km", "symbol.any.works"),
                _ask("待打通断头路", [ROADS], "count", "symbol.any.missing_link"),
            ],
            "bars": _bars("道路项目，按建设性质", "work", [ROADS], "length_km"),
            "notes": "229省道改线争取22年开工；336省道改线争取“十四五”期间完成；完善城市环线；城区断头路全打通；"
            "泉重路改造、三蒲线改造、大庄沂河桥建设。",
        },
    ),
)
_TOURISM = Template(
    "tourism",
    "全域旅游总体布局",
    (
        {
            "chapter": "全域旅游总体布局",
            "headline": "{1}景点与旅游项目，{2}线路串起全域",
            "layers": [SITES, ROUTES, VILLAGES],
            "subject": {SITES: [], ROUTES: []},
            "figures": [
                _ask("景点与旅游项目", [SITES], "count"),
                _ask("旅游线路", [ROUTES], "length_km"),
            ],
            "bars": _bars("景点与旅游项目，按板块", "theme", [SITES], "count"),
            "notes": "城市休闲、乡村休闲、温泉、文物四个板块；争取整合资源打造5A。",
        },
        {
            "chapter": "全域旅游总体布局",
            "headline": "一号北联竹泉马泉，二号通临沂，三号建集散中心",
            "layers": [ROADS, SITES],
            "subject": {ROADS: [], SITES: []},
            "filters": {ROADS: "priority_no.filled", SITES: "priority_no.filled"},
            "figures": [
                _ask("旅游重点工程", [ROADS, SITES], "count", "priority_no.filled"),
                _ask("其中道路", [ROADS], "length_km", "priority_no.filled"),
            ],
            "bounds": SPINE,
            "notes": "一号工程：西外环北联竹泉、马泉。二号工程：通临沂快速通道。三号工程：县城游客集散中心。",
        },
    ),
)
_SITES = Template(
    "sites",
    "景区提升",
    (
        {
            "chapter": "景区提升",
            "headline": "提升与新建 {1}，竹泉、红石寨、马泉连片",
            "layers": [SITES, ROADS, VILLAGES],
            "subject": {SITES: []},
            "figures": [
                _ask("规划与提升", [SITES], "count", "symbol.any.planned"),
                _ask("A 级景区", [SITES], "count", "grade.filled"),
                _ask("文物、博物馆", [SITES], "count", "symbol.any.heritage"),
            ],
            "bars": _bars("景点与旅游项目，按建设状态", "state", [SITES], "count"),
            "bounds": NORTH,
            "notes": "竹泉红石寨提升、马泉、常山庄开发、马牧池北山；汤泉续建；北寨国保与新博物馆、专题博物馆街区。",
        },
    ),
)
_SUPERVISION = Template(
    "supervision",
    "项目督查",
    (
        {
            "chapter": "项目督查",
            "headline": "红灯 {1}，逐项盯办，月月见账",
            "layers": SUPERVISED,
            "subject": {key: [] for key in SUPERVISED},
            "filters": dict.fromkeys(SUPERVISED, "light.any.red,yellow,grey"),
            "figures": [
                _ask("红灯·严重滞后", SUPERVISED, "count", "light.any.red"),
                _ask("黄灯·滞后", SUPERVISED, "count", "light.any.yellow"),
                _ask("灰灯·未报", SUPERVISED, "count", "light.any.grey"),
            ],
            "bars": _bars(
                "红黄灰灯，按指挥部", "command_post", SUPERVISED, "count", "light.any.red,yellow,grey"
            ),
            "notes": "灯由计划、填报和日期得出，不由人填写。请各指挥部逐项说明原因和完成时限。",
        },
    ),
)

TEMPLATES: Final = (_OVERVIEW, _LAND, _RENEWAL, _ROADS, _TOURISM, _SITES, _SUPERVISION)
