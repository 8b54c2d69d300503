"""闲置低效用地: which attributes has a parcel of idle or low-efficiency land, and what does its clock say?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from layers.kinds import low_use
from layers.kinds.base import ClockStop, Derived, Insight, LayerKind, Properties, Question
from layers.kinds.case_steps import CaseSteps, entries_of
from layers.kinds.fields import Choice, Day, Field, Number, Text, Whole
from layers.kinds.held import holdable
from layers.kinds.record import IDENTITY, NAME, ORIGIN, PLACE, SUPERVISION
from layers.measure import half_up
from layers.rules.idle_case import STEP_WORDS, last_step
from layers.rules.idle_land import (
    CLAUSES,
    FEE_SHARE,
    STATE_WORDS,
    LegalState,
    ParcelFacts,
    Verdict,
    fee,
    legal_state,
    timeline,
)
from layers.symbols.vocabulary import Cluster, Fill, Label, Line, Mark, Marker, Pattern, SymbolClass

GOVERNMENT_CAUSES = {
    "late_handover": "未按约定交付土地",
    "plan_changed": "规划依法修改",
    "new_policy": "国家出台新政策",
    "petition": "群众信访事项",
    "military_or_heritage": "军事管制或文物保护",
    "other_government": "政府其他行为",
    "disaster": "自然灾害等不可抗力",
}
CAUSES = {**GOVERNMENT_CAUSES, "holder": "企业自身原因", "unknown": "原因待查"}
"""闲置土地处置办法 art. 8 lists the causes of government; a natural disaster is treated alike."""

CASE: Final = "case_steps"

FIELDS: tuple[Field, ...] = (
    Text(key="name", title="地块名称", required=True, aliases=("DKMC", *NAME.aliases)),
    Text(key="code", title="地块编号", aliases=("DKBH", "BH", "BSM"), card=True),
    Text(key="supervision_no", legal=True, title="电子监管号", aliases=("DZJGH", "监管号"), card=True),
    *IDENTITY,
    *PLACE,
    Choice(
        key="status",
        title="处置状态",
        choices={"idle": "疑似闲置", "determined": "已认定闲置", "low_use": "低效", "revived": "已盘活"},
        also={"闲置": "idle", "低效用地": "low_use", "盘活": "revived", "已认定": "determined"},
        aliases=("状态", "ZT"),
        filterable=True,
    ),
    Text(key="holder", title="权利人", aliases=("QSDWMC", "QLR", "权属单位", "企业", "使用权人"), card=True),
    Text(
        key="land_use",
        legal=True,
        title="用途",
        aliases=("DKYT", "DLMC", "土地用途", "地类名称"),
        filterable=True,
        card=True,
    ),
    Text(key="use_code", legal=True, title="地类编码", aliases=("DLBM",)),
    Choice(
        key="supply_mode",
        legal=True,
        title="供地方式",
        choices={"granted": "出让", "allocated": "划拨", "leased": "租赁", "share": "作价出资"},
        also={"招拍挂": "granted", "协议出让": "granted", "挂牌出让": "granted"},
        filterable=True,
        card=True,
    ),
    Number(
        key="price",
        legal=True,
        title="出让（划拨）价款",
        unit="万元",
        aliases=("出让价款", "成交价", "价款"),
        card=True,
    ),
    Number(
        key="area_declared_mu", title="证载面积", unit="亩", aliases=("MJ", "DKMJ", "面积", "TBMJ"), card=True
    ),
    Text(key="area_source", title="面积来源"),
    Text(key="contract_no", legal=True, title="合同编号", aliases=("HTBH",)),
    Day(key="contract_date", legal=True, title="合同签订日期", aliases=("HTRQ", "签订日期")),
    Day(
        key="contract_start",
        legal=True,
        title="约定动工日期",
        aliases=("YDDGRQ", "约定动工", "约定开工日期"),
        card=True,
    ),
    Day(key="contract_end", legal=True, title="约定竣工日期", aliases=("YDJGRQ", "约定竣工")),
    Day(
        key="handover",
        legal=True,
        title="交地日期",
        aliases=("JDRQ", "交地确认书日期"),
        source="闲置土地处置办法",
    ),
    Day(key="agreed_start", legal=True, title="补充协议动工日期", source="闲置土地处置办法 第十二条"),
    Day(key="actual_start", title="实际动工日期", aliases=("SJDGRQ", "实际动工", "实际开工日期"), card=True),
    Day(key="stop_date", title="停工日期", aliases=("中止日期",)),
    Number(key="due_area", title="应动工面积", unit="亩"),
    Number(key="developed_area", title="已动工开发面积", unit="亩", aliases=("已开发面积",)),
    Number(key="investment_total", title="总投资额", unit="万元", source="不含土地价款和税费"),
    Number(key="investment_done", title="已投资额", unit="万元", source="不含土地价款和税费"),
    Choice(
        key="cause",
        legal=True,
        title="闲置原因",
        choices=CAUSES,
        filterable=True,
        source="闲置土地处置办法 第八条",
    ),
    Text(key="cause_document", legal=True, title="原因认定文号"),
    Choice(
        key="low_use_class",
        title="低效类型",
        choices={"old_town": "旧城镇", "old_factory": "旧厂矿", "old_village": "旧村庄"},
        filterable=True,
    ),
    Day(key="production_stopped", title="停产日期"),
    Number(key="tax_per_mu", title="亩均税收", unit="万元/亩", visibility="internal"),
    Whole(key="jobs", title="就业人数", unit="人"),
    Number(key="plot_ratio", title="容积率", at_most=50),
    Number(key="building_density", title="建筑密度", unit="%", at_most=100),
    Number(key="investment_intensity", title="投资强度", unit="万元/亩"),
    *low_use.FIELDS,
    Text(key="encumbrance", title="债务查封抵押", visibility="internal", longest=400),
    Choice(
        key="disposal_route",
        title="处置方式",
        choices={
            "extend": "延长动工期限",
            "change_use": "调整用途或条件",
            "temporary": "安排临时使用",
            "paid_return": "协议有偿收回",
            "swap": "置换土地",
            "bond_purchase": "收回收购（专项债）",
            "transfer": "促进转让",
            "optimise": "优化开发",
            "fee": "征缴闲置费",
            "reclaim": "无偿收回",
        },
        filterable=True,
        source="闲置土地处置办法 第十二至十四条；自然资发〔2024〕242号",
    ),
    Text(key="bond_batch", title="专项债批次"),
    Number(key="assessed_price", title="收购评估价", unit="万元", visibility="internal"),
    Choice(
        key="case_step",
        title="处置进度",
        choices={step.value: words for step, words in STEP_WORDS.items()},
        filterable=True,
        card=True,
        off_form=True,
        help="有处置台账时由台账得出",
    ),
    CaseSteps(
        key=CASE,
        title="处置台账",
        visibility="internal",
        off_form=True,
        off_card=True,
        help="每行一步：步骤｜日期｜文号｜备注",
    ),
    Day(key="revived_on", title="盘活日期"),
    Text(key="responsible_person", title="责任人", visibility="internal"),
    *SUPERVISION,
    *ORIGIN,
)

_EDGE_OF_AMBER = "#9A5200"
_HATCH_FROM = 13.0


def _day(properties: Properties, key: str) -> date | None:
    value = properties.get(key)
    return date.fromisoformat(value) if value else None


def _decimal(properties: Properties, key: str) -> Decimal | None:
    value = properties.get(key)
    return None if value is None else Decimal(str(value))


def _facts(properties: Properties) -> ParcelFacts:
    documented = properties.get("cause") in GOVERNMENT_CAUSES and bool(properties.get("cause_document"))
    return ParcelFacts(
        contract_start=_day(properties, "contract_start"),
        handover=_day(properties, "handover"),
        agreed_start=_day(properties, "agreed_start"),
        actual_start=_day(properties, "actual_start"),
        stop_date=_day(properties, "stop_date"),
        government_cause=documented,
        developed_area=_decimal(properties, "developed_area"),
        due_area=_decimal(properties, "due_area"),
        invested=_decimal(properties, "investment_done"),
        total_investment=_decimal(properties, "investment_total"),
    )


_CLOCK = (
    *("contract_start", "handover", "agreed_start", "actual_start", "stop_date", "cause", "cause_document"),
    *("developed_area", "due_area", "investment_done", "investment_total"),
)
"""The fields that `_facts` reads."""


def _under_the_clock(properties: Properties) -> bool:
    return properties.get("status") not in ("low_use", "revived")


def settle(properties: Properties) -> Properties:
    """How far the case is follows from its ledger, where there is one."""
    ledger = properties.get(CASE)
    step = last_step(entries_of(ledger)) if ledger else None
    return {**properties, "case_step": step.value} if step else properties


def derive(properties: Properties, today: date) -> Derived:
    """Legal state and its dates, and the hint of low efficiency; low-use and revived land is not under the clock."""
    hint = low_use.derive(properties, today)
    if not _under_the_clock(properties):
        return hint
    known = tuple([(key, properties[key]) for key in _CLOCK if key in properties])
    values, until = _on_the_clock(known, today)
    clocked = {key: list(each) if isinstance(each, tuple) else each for key, each in values}
    return Derived({**clocked, **hint.values}, min(filter(None, (until, hint.until)), default=None))


@lru_cache(maxsize=10_000)
def _on_the_clock(
    known: tuple[tuple[str, Any], ...], today: date
) -> tuple[tuple[tuple[str, Any], ...], date | None]:
    """What the clock says of these facts; many parcels share them."""
    verdict = legal_state(_facts(dict(known)), today)
    dates = {key: getattr(verdict, key) for key in ("start_due", "due_1y", "due_2y", "next_due")}
    values: dict[str, Any] = {key: day.isoformat() for key, day in dates.items() if day}
    values |= {"state": verdict.state.value, "start_basis": verdict.start_basis}
    if verdict.missing:
        values["missing"] = verdict.missing
    return tuple(values.items()), verdict.until


def classify(properties: Properties, derived: Properties) -> str:
    """Low-efficiency and revived land by its status, everything else by its legal state."""
    if not _under_the_clock(properties):
        return str(properties["status"])
    return str(derived.get("state", LegalState.UNKNOWN.value))


SENTENCES = {
    LegalState.NORMAL: "未到法定处置期限。",
    LegalState.DUE_SOON: "九十日内将满约定动工日期一年，请督促动工。",
    LegalState.ONE_YEAR: "未动工开发满一年，可依法征缴土地闲置费。",
    LegalState.TWO_YEARS: "未动工开发满两年，可依法报批后无偿收回。",
    LegalState.SUSPENDED: "开发面积或投资比例不足，中止开发建设满一年。",
    LegalState.GOVERNMENT: "因政府原因或自然灾害未动工，按第十二条处置，不征缴闲置费。",
}
NOT_A_DECISION = "结果为疑似，以主管部门认定为准。"
_PASSED = {LegalState.ONE_YEAR: "due_1y", LegalState.TWO_YEARS: "due_2y", LegalState.SUSPENDED: "due_1y"}
_PASSED_WORDS = {
    LegalState.ONE_YEAR: "已超满一年期限",
    LegalState.TWO_YEARS: "已超满两年期限",
    LegalState.SUSPENDED: "已超中止满一年期限",
}


def insight(properties: Properties, derived: Properties, today: date) -> Insight:
    """Days over or left, the conclusion in one sentence, and the article."""
    judged = low_use.insight(properties, derived, today)
    if "state" not in derived:
        return judged
    state = LegalState(derived["state"])
    value, label = _days(state, derived, today)
    facts = _facts(properties)
    sentence = (
        _sentence(state, derived) + _fee_sentence(properties, legal_state(facts, today)) + judged.sentence
    )
    line = tuple(ClockStop(stop.title, stop.day, stop.state.value) for stop in timeline(facts, today))
    return Insight(value, "天" if value else "", label, sentence, CLAUSES.get(state, ""), line)


def _days(state: LegalState, derived: Properties, today: date) -> tuple[str, str]:
    if state in _PASSED and (due := _day(derived, _PASSED[state])):
        return f"{(today - due).days}", _PASSED_WORDS[state]
    if due := _day(derived, "next_due"):
        return f"{(due - today).days}", "距下一法定节点"
    return "", ""


def _sentence(state: LegalState, derived: Properties) -> str:
    if state is LegalState.NORMAL:
        return SENTENCES[state]
    if state is LegalState.UNKNOWN:
        return f"缺少{'、'.join(derived.get('missing', []))}，无法判断是否闲置。请补录后由系统重新计算。"
    return SENTENCES[state] + NOT_A_DECISION


def _fee_sentence(properties: Properties, verdict: Verdict) -> str:
    sum_due = fee(verdict, _decimal(properties, "price"))
    if sum_due is None:
        return ""
    return f"闲置费测算值 {half_up(sum_due, 2):,} 万元（价款的 {FEE_SHARE:.0%}），以决定书为准。"


def _parcel_class(
    key: str, title: str, marker: Marker, pattern: Pattern | None, *, text: str, quiet: bool = False
) -> SymbolClass:
    inside = (
        Fill(pattern=pattern, from_zoom=_HATCH_FROM)
        if pattern
        else Fill(color=marker.edge, opacity=0.14, from_zoom=_HATCH_FROM)
    )
    return SymbolClass(
        key=key,
        title=title,
        fills=(inside,),
        lines=(Line(color=marker.edge if not pattern else pattern.color, width=1.9, from_zoom=_HATCH_FROM),),
        marker=marker,
        label=Label(priority=8, size=13, color=text, weight=500, from_zoom=15),
        quiet=quiet,
    )


def _square(fill: str, edge: str, mark: Mark = "", *, hollow: bool = False) -> Marker:
    return Marker(
        shape="square", fill=fill, edge=edge, mark=mark, hollow=hollow, sized=True, until_zoom=_HATCH_FROM
    )


CLASSES = (
    _parcel_class(
        "two_years",
        STATE_WORDS[LegalState.TWO_YEARS],
        _square("#B5480E", "#B5480E", "x"),
        Pattern(kind="cross", color="#B5480E", tile=8, width=1.9, background="#B5480E33"),
        text="#B5480E",
    ),
    _parcel_class(
        "one_year",
        STATE_WORDS[LegalState.ONE_YEAR],
        _square("#E8951F", _EDGE_OF_AMBER),
        Pattern(kind="lines", color="#E8951F", tile=7, width=2.4, background="#E8951F38"),
        text=_EDGE_OF_AMBER,
    ),
    _parcel_class(
        "suspended",
        STATE_WORDS[LegalState.SUSPENDED],
        _square("#C76B1B", _EDGE_OF_AMBER, "dash"),
        Pattern(kind="lines", color="#C76B1B", tile=7, width=2.4, angle=90, background="#C76B1B33"),
        text=_EDGE_OF_AMBER,
    ),
    _parcel_class(
        "due_soon",
        STATE_WORDS[LegalState.DUE_SOON],
        _square("#F6CF63", "#8F6A00"),
        Pattern(kind="lines", color="#C79A1E", tile=9, width=1.1, background="#F6CF6352"),
        text="#8F6A00",
    ),
    _parcel_class(
        "low_use",
        "低效用地",
        _square("#7C7B3A", "#5F5E26", "dot"),
        Pattern(kind="dots", color="#7C7B3A", tile=8, width=1.35, background="#7C7B3A24"),
        text="#5F5E26",
    ),
    _parcel_class("revived", "已盘活", _square("#FFFFFF", "#2F8F5B", hollow=True), None, text="#1F6E45"),
    _parcel_class(
        "government",
        STATE_WORDS[LegalState.GOVERNMENT],
        _square("#98A2AC", "#4A5561"),
        Pattern(kind="lines", color="#7D8894", tile=8, width=1.6, background="#7D889424"),
        text="#4A5561",
        quiet=True,
    ),
    _parcel_class(
        "normal",
        STATE_WORDS[LegalState.NORMAL],
        _square("#FFFFFF", "#6E7A86", hollow=True),
        None,
        text="#4A5561",
        quiet=True,
    ),
    _parcel_class(
        "unknown",
        STATE_WORDS[LegalState.UNKNOWN],
        _square("#E0E5EA", "#5B6876"),
        Pattern(kind="dots", color="#7D8894", tile=9, width=1, background="#7D889418"),
        text="#4A5561",
        quiet=True,
    ),
)

BUY_BACK = (
    "land_use.any.城镇住宅用地,住宅用地,居住用地,商服用地,商业用地,商业服务业用地"
    ";actual_start.empty;supply_mode.filled;cause.any.holder,unknown;status.none.low_use,revived"
)
"""自然资发〔2024〕242号: first the supplied, unstarted housing and commercial land whose firm cannot or will not build.

What the firm can and wants is not on record: the cause stands for it, so the answer is 疑似 and to be verified.
"""

IDLE_PARCEL = holdable(
    LayerKind(
        key="idle_parcel",
        title="闲置低效用地",
        group="stock_land",
        measure_word="宗",
        geometry="polygon",
        shapes=("polygon",),
        fields=FIELDS,
        classes=CLASSES,
        classify=classify,
        settle=settle,
        derive=derive,
        insight=insight,
        tiled=(),
        derived_tiled=("state", "next_due"),
        derived_fields=(
            Day(key="next_due", title="下一法定节点", filterable=True),
            Day(key="due_1y", title="满一年日期", source="闲置土地处置办法 第二条"),
            Day(key="due_2y", title="满两年日期", source="闲置土地处置办法 第十四条"),
            *low_use.DERIVED,
        ),
        questions=(
            Question("闲置满两年且大于20亩", "symbol.any.two_years;area_mu.over.20"),
            Question("本月到期", "next_due.month"),
            Question("九十日内到期", "next_due.next.90"),
            Question("疑似低效且停产", "low_use_tests.any.stopped"),
            Question("综合评价 D", "low_use_grade.any.D"),
            Question("低效用地未定处置方式", "symbol.any.low_use;disposal_route.empty"),
            Question("疑似可申报收回收购（需核实）", BUY_BACK),
            Question("资料不足", "symbol.any.unknown"),
        ),
        cluster=Cluster(style="donut", by="town", over=20),
        rank=10,
        owner="自然资源和规划局",
    )
)
