"""问一问: does a question in plain words get the number that is counted from the sample by hand?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from layers import clock, sample
from layers.analysis import answer_words, answering
from layers.analysis.answering import Answer
from layers.analysis.cases import cases
from layers.asking import Lexicon, completions, plain, prepared, understand
from layers.asking.numerals import number_of
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store.engine import Database
from tests.databases import opened
from tests.sample_facts import (
    TODAY,
    Facts,
    Wanted,
    features,
    idle,
    next_day,
    passing,
    percent,
    state,
    years_on,
)

NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("asking") / "map.db"
    with clock.standing_at(NOON), opened(f"sqlite:///{file}") as database:
        database.upgrade()
        sample.fill(database)
        yield database


def ask(database: Database, question: str, viewer: Viewer = SYSTEM_VIEWER, now: datetime = NOON) -> Answer:
    with clock.standing_at(now), database.reading() as session:
        return answering.ask(session, viewer, question)


def lexicon(database: Database, viewer: Viewer = SYSTEM_VIEWER) -> Lexicon:
    with clock.standing_at(NOON), database.reading() as session:
        return answering.lexicon_for(session, viewer)


@dataclass(frozen=True)
class Row:
    """A question, and what passes in each file. added: a field whose sum is asked for."""

    question: str
    wanted: dict[str, Wanted]
    added: str = ""


def of(question: str, kind: str, wanted: Wanted, added: str = "") -> Row:
    return Row(question, {kind: wanted}, added)


def land(question: str, wanted: Wanted) -> Row:
    return of(question, "idle_parcel", wanted)


def zone(question: str, wanted: Wanted, added: str = "") -> Row:
    return of(question, "renewal_zone", lambda each: not each.get("parent") and wanted(each), added)


def everything(said: Facts) -> bool:
    return True


def stopped_for(said: Facts, years: int) -> bool:
    day = said.get("production_stopped")
    return state(said) == "low_use" and bool(day) and years_on(str(day), years) <= TODAY


def falls_short(said: Facts) -> bool:
    """By the default limits of 2016."""
    low = said["plot_ratio"] < 0.8 or said["building_density"] < 30
    return low or (said.get("investment_intensity") or 999) < 150 or stopped_for(said, 1)


def due_within(said: Facts, days: int) -> bool:
    day = next_day(said)
    return day is not None and TODAY <= day <= TODAY + timedelta(days=days)


def invested(said: Facts) -> float:
    return float(said.get("investment_total") or 0)


ROWS = (
    land("界湖街道闲置满两年的有几宗多少亩", lambda p: state(p) == "two_years" and p["town"] == "界湖街道"),
    land("界湖闲置满2年的有几宗？", lambda p: state(p) == "two_years" and p["town"] == "界湖街道"),
    land(
        "请问界湖镇已经闲置两年以上的地块，一共有多少亩",
        lambda p: state(p) == "two_years" and p["town"] == "界湖街道",
    ),
    land("闲置满一年的有几宗", lambda p: state(p) == "one_year"),
    land("闲置一年以上的有几宗", lambda p: state(p) in ("one_year", "two_years")),
    land(
        "闲置满三年的有哪些",
        lambda p: state(p) == "two_years" and years_on(str(p["contract_start"]), 3) < TODAY,
    ),
    land("闲置用地有多少亩", idle),
    land("疑似闲置有几宗", idle),
    land("闲置满两年且大于20亩的有哪些", lambda p: state(p) == "two_years" and p["mu"] > 20),
    land("二十亩以上不到五十亩的低效用地有几宗", lambda p: state(p) == "low_use" and 20 <= p["mu"] < 50),
    land("30到60亩的闲置用地", lambda p: idle(p) and 30 <= p["mu"] <= 60),
    land("面积至少4公顷的闲置地有几宗", lambda p: idle(p) and p["mu"] >= 60),
    land("铜井镇和苏村的闲置地有几宗", lambda p: idle(p) and p["town"] in ("铜井镇", "苏村镇")),
    land("除界湖街道外的低效用地有多少亩", lambda p: state(p) == "low_use" and p["town"] != "界湖街道"),
    land("不在界湖街道的闲置用地", lambda p: idle(p) and p["town"] != "界湖街道"),
    land(
        "本月到期的地块有哪些",
        lambda p: (day := next_day(p)) is not None and (day.year, day.month) == (2026, 6),
    ),
    land("90天内到期的有几宗", lambda p: due_within(p, 90)),
    land("九十日内到期的界湖街道地块", lambda p: due_within(p, 90) and p["town"] == "界湖街道"),
    land("低效用地有几宗多少亩", lambda p: state(p) == "low_use"),
    land("旧厂矿低效用地有多少亩", lambda p: p.get("low_use_class") == "old_factory"),
    land("停产满三年的低效用地有哪些", lambda p: stopped_for(p, 3)),
    land("疑似低效的有几宗多少亩", lambda p: state(p) == "low_use" and falls_short(p)),
    land("已盘活的有几宗多少亩", lambda p: state(p) == "revived"),
    land("工业用地闲置满两年的", lambda p: state(p) == "two_years" and p["land_use"] == "工业用地"),
    land(
        "住宅和商服闲置用地有几宗", lambda p: idle(p) and ("住宅" in p["land_use"] or "商服" in p["land_use"])
    ),
    land("中止建设的有几宗", lambda p: state(p) == "suspended"),
    land("政府原因的地块有几宗", lambda p: state(p) == "government"),
    land("资料不足的地块有几宗", lambda p: state(p) == "unknown"),
    land("已认定的有几宗", lambda p: p.get("status") == "determined"),
    land("容积率低于0.8的低效用地有几宗", lambda p: state(p) == "low_use" and p["plot_ratio"] < 0.8),
    land("亩均税收不超过1的有几宗", lambda p: p.get("tax_per_mu") is not None and p["tax_per_mu"] <= 1),
    zone("签约率低于60%的片区有几片", lambda z: percent(z, "households_signed", "households") < 60),
    zone(
        "签约率不到百分之九十的片区", lambda z: round(percent(z, "households_signed", "households"), 2) < 90
    ),
    zone("货币化安置率超过50%的片区有哪些", lambda z: round(percent(z, "sets_cash", "sets_total"), 2) > 50),
    zone("界湖街道的片区有几片多少户", lambda z: z["town"] == "界湖街道", "households"),
    zone("片区共多少套", everything, "sets_total"),
    zone("城中村片区有几片多少亩", lambda z: z["renewal_type"] == "urban_village"),
    zone("棚改片区有几片", lambda z: z["renewal_type"] == "shantytown"),
    zone("户数超过300户的片区", lambda z: z["households"] > 300),
    of("在建道路有几条多少公里", "road_project", lambda r: r["state"] in ("building", "rebuilding")),
    of("规划道路有多少公里", "road_project", lambda r: r["state"] == "planned"),
    of("断头路有几条", "road_project", lambda r: r["work"] == "missing_link"),
    of("超过5公里的道路有哪些", "road_project", lambda r: r["km"] > 5),
    of(
        "县道改造有几条",
        "road_project",
        lambda r: r["admin_class"] == "county" and r["work"] == "reconstruction",
    ),
    of("道路总长多少公里", "road_project", everything),
    of("A级景区有几处", "scenic_site", lambda s: bool(s.get("grade"))),
    of("4A以上景区有哪些", "scenic_site", lambda s: s.get("grade") in ("4A", "5A")),
    of("规划景点有几处", "scenic_site", lambda s: s.get("state") == "planned"),
    of("界湖街道的景点有几处", "scenic_site", lambda s: s["in_town"] == "界湖街道"),
    of("旅游线路有几条多少公里", "tour_route", everything),
    of("停工的工业项目有哪些", "industry_project", lambda i: i.get("stage") == "halted"),
    of("工业项目总投资多少", "industry_project", everything, "investment_total"),
    of("学校有几处", "public_facility", lambda f: f.get("facility_type") == "school"),
    Row(
        "投资超过1亿元的项目有哪些",
        {
            kind: lambda each: invested(each) > 10_000
            for kind in ("industry_project", "public_facility", "farm_base")
        },
    ),
    Row(
        "红灯项目有几个",
        dict.fromkeys(
            ("renewal_zone", "industry_project", "ecology_project", "public_facility"),
            lambda each: is_red(each),
        ),
    ),
)


def is_red(said: Facts) -> bool:
    """More than 30 points behind a straight plan, or three months past a start that was missed; default thresholds."""
    if said.get("stage") in ("completed", "operating", "cancelled") or not said.get("plan_start"):
        return False
    building = said.get("stage") in ("started", "building", "halted")
    begun = date.fromisoformat(said["actual_start"]) <= TODAY if said.get("actual_start") else building
    start, end = date.fromisoformat(said["plan_start"]), date.fromisoformat(said["plan_end"])
    if not begun and start < TODAY:
        months = (TODAY.year - start.year) * 12 + TODAY.month - start.month
        return months >= 3
    if said.get("reported_days_ago") is None or said["reported_days_ago"] > 35:
        return False
    on = TODAY - timedelta(days=said["reported_days_ago"])
    share = min(max((on - start).days / (end - start).days, 0), 1)
    return 100 * share - float(said["progress_pct"]) > 30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.question)
def test_a_question_gets_the_number_that_is_counted_by_hand(county: Database, row: Row) -> None:
    check(county, row)


def check(database: Database, row: Row) -> None:
    answer = ask(database, row.question)
    assert answer_words.trouble(answer) == ""
    expected = {kind: found for kind, wanted in row.wanted.items() if (found := passing(kind, wanted))}
    assert {each.layer: each.totals.count for each in answer.parts if each.totals.count} == {
        kind: len(found) for kind, found in expected.items()
    }
    for part in answer.parts:
        if part.layer in expected and len(expected) == 1:
            measured = expected[part.layer]
            assert part.totals.area_m2 * 3 / 2000 == pytest.approx(
                sum(each["mu"] for each in measured), abs=0.01
            )
            assert part.totals.length_m / 1000 == pytest.approx(
                sum(each["km"] for each in measured), abs=0.001
            )
    if row.added:
        [measured] = expected.values()
        assert answer.sums[row.added][1] == sum(each.get(row.added) or 0 for each in measured)


def test_both_databases_answer_alike(postgis_database: Database) -> None:
    with clock.standing_at(NOON):
        sample.fill(postgis_database)
    for row in ROWS[::4]:
        check(postgis_database, row)


def test_groups_and_the_first_of_them(county: Database) -> None:
    counted = Counter(each["town"] for each in passing("idle_parcel", idle))
    answer = ask(county, "各乡镇闲置用地有几宗多少亩")
    assert {each.label: each.totals.count for each in answer.groups} == counted
    assert answer.group_title == "乡镇街道"
    most = ask(county, "哪个乡镇闲置用地最多").groups[0]
    assert (most.label, most.totals.count) == counted.most_common(1)[0]
    areas: Counter[str] = Counter()
    for each in passing("idle_parcel", idle):
        areas[each["town"]] += each["mu"]
    assert ask(county, "哪个乡镇闲置面积最小").groups[0].label == min(areas, key=lambda town: areas[town])
    posts = ask(county, "各指挥部红灯项目有几个").groups
    assert sum(each.totals.count for each in posts) == ask(county, "红灯项目有几个").whole.count


def test_the_largest_come_first(county: Database) -> None:
    ranked = sorted(passing("idle_parcel", idle), key=lambda each: -each["mu"])
    found = ask(county, "面积最大的5宗闲置用地").listed
    assert [each.name for each in found] == [each["name"] for each in ranked[:5]]
    roads = sorted(features("road_project"), key=lambda each: -each["km"])
    assert [each.name for each in ask(county, "最长的三条道路").listed] == [
        each["name"] for each in roads[:3]
    ]


def test_where_is_it(county: Database) -> None:
    hits = ask(county, "马泉二期在哪里？").hits
    assert [hit.name for hit in hits] == ["马泉二期"]
    nowhere = ask(county, "巴黎在哪儿")
    assert "没有找到名为“巴黎”的地方" in answer_words.trouble(nowhere)


UNKNOWN = (
    ("界湖街道有多少美女", ["美女"], ""),
    ("界胡街道闲置满两年的有几宗", ["界胡街道"], "界湖街道闲置满两年的有几宗"),
    ("签约律低于60%的片区", ["律"], "签约率低于60%的片区"),
    ("双塘镇的低效用地", ["双塘镇"], "双堠镇的低效用地"),
    ("本月的地块", ["本月"], ""),
    ("低于60%的片区", ["低于60%"], ""),
    ("签约率低的片区", ["签约率", "低"], ""),
    ("20亩的地块", ["20亩"], ""),
    ("签约率低于60%的道路", ["低于60%"], ""),
    ("没有盘活的地块", ["没"], ""),
)


@pytest.mark.parametrize(("question", "unknown", "nearest"), UNKNOWN, ids=[row[0] for row in UNKNOWN])
def test_what_is_not_understood_is_named_and_not_answered(
    county: Database, question: str, unknown: list[str], nearest: str
) -> None:
    answer = ask(county, question)
    said = answer_words.trouble(answer)
    assert not answer.parts
    assert not answer.listed
    for word in unknown:
        assert f"“{word}”" in said
    assert not nearest or nearest in answer.suggestions


def test_contradiction_blank_and_no_subject_are_told(county: Database) -> None:
    assert "不可能同时成立" in answer_words.trouble(ask(county, "大于50亩小于20亩的地块有几宗"))
    assert "还没有输入问题" in answer_words.trouble(ask(county, " ？ "))
    assert "没有听出问的是哪一类" in answer_words.trouble(ask(county, "界湖街道有多少"))
    assert answer_words.figures(ask(county, "界湖街道有多少")) == []


def test_what_is_missing_is_said_with_the_number(county: Database) -> None:
    lacking = sum(1 for each in features("industry_project") if not each.get("investment_total"))
    said = "".join(answer_words.remarks(ask(county, "工业项目总投资多少")))
    assert f"没有填写“总投资”、未计入的（资料不足）：重点工业项目 {lacking} 个" in said
    told = ask(county, "界湖街道闲置满两年的有几宗多少亩")
    assert "均为疑似" in "".join(answer_words.remarks(told))
    assert (
        answer_words.source(told) == "数据：闲置低效用地（截至 2026-10-31，示例数据）。按 2026-06-15 计算。"
    )


def test_overdue_steps_are_those_of_the_ledger(county: Database) -> None:
    autumn = datetime(2026, 11, 20, 4, tzinfo=UTC)
    with clock.standing_at(autumn), county.reading() as session:
        late = [each for each in cases(session, SYSTEM_VIEWER) if each.overdue]
    assert ask(county, "处置步骤超期的有几宗", now=autumn).overdue == len(late) > 0
    here = [each for each in late if each.found.derived["town"] == "界湖街道"]
    assert ask(county, "界湖街道处置步骤超期的有几宗", now=autumn).overdue == len(here)


def test_nobody_asks_past_his_rights(county: Database) -> None:
    for question in ("界湖街道闲置满两年的有几宗", "处置步骤超期的有几宗", "签约率低于60%的片区"):
        answer = ask(county, question, PUBLIC_VIEWER)
        assert answer_words.trouble(answer)
        assert not answer.parts
        assert not answer.overdue
    assert ask(county, "A级景区有几处", PUBLIC_VIEWER).whole.count == 2
    words = lexicon(county, PUBLIC_VIEWER).words
    assert "闲置低效用地" not in words
    assert "签约率" not in words


@pytest.mark.parametrize("viewer", [INTERNAL_VIEWER, PUBLIC_VIEWER], ids=["internal", "public"])
def test_every_prepared_question_is_understood(county: Database, viewer: Viewer) -> None:
    known = lexicon(county, viewer)
    offered = prepared(known)
    assert len(offered) > 10
    for _, question in offered:
        assert understand(question, known, TODAY).is_clear, question


def test_completion_goes_on_from_what_was_typed(county: Database) -> None:
    known = lexicon(county)
    assert "苏村镇闲置满两年的有几宗多少亩" in completions("苏村 满两年", known, TODAY)
    assert any("界湖街道" in each for each in completions("界", known, TODAY))
    assert completions("断头", known, TODAY)[0] == "断头路有几条多少公里"
    assert len(completions("", known, TODAY)) == 8
    assert completions("甲乙丙丁", known, TODAY) == []


@pytest.mark.parametrize(
    ("words", "number"),
    [
        *(("二十", 20), ("两", 2), ("十五", 15), ("一百二十", 120), ("三千五百", 3500), ("1,200", 1200)),
        *(("3.5", 3.5), ("一点五", 1.5), ("半", 0.5), ("二〇二五", 2025), ("一百零三", 103)),
    ],
)
def test_numbers_in_words(words: str, number: float) -> None:
    assert float(number_of(words)) == number


def test_hostile_words_are_only_words(county: Database) -> None:
    for question in ("'; DROP TABLE feature; --", "{{7*7}}", "<script>", "\x00", "%_\\"):
        assert answer_words.trouble(ask(county, question))
    assert plain("界湖 街道，闲置？") == "界湖街道闲置"
