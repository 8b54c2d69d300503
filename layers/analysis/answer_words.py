"""How is an answer said: its figures, its sentence, its groups and its source? The screen and the command say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from layers.analysis.answering import Answer, Answered, Group
from layers.kinds import KINDS
from layers.measure import half_up, rounded_km, rounded_mu
from layers.store.found import FoundFeature
from layers.store.query import Totals

NOT_LEGAL: Final = "闲置、低效的结果均为疑似，以主管部门认定为准。"
_IDLE: Final = "idle_parcel"


@dataclass(frozen=True)
class Figure:
    """A number as it is shown, with its unit; title: what it is, where the unit does not say it."""

    value: str
    unit: str
    title: str = ""

    @property
    def words(self) -> str:
        """In a line."""
        return f"{self.title} {self.value} {self.unit}".strip()


def figures(answer: Answer) -> list[Figure]:
    """What was asked for, in that order; how many and how much where nothing was said."""
    understood = answer.understood
    if understood.cases:
        return [Figure(f"{answer.overdue:,}", KINDS[_IDLE].measure_word, "处置步骤超期")]
    if not answer.parts:
        return []
    found = [_figure(answer, want) for want in _wants(answer)]
    return [each for each in found if each]


def sentence(answer: Answer) -> str:
    """What was answered, in the words of the filters."""
    if answer.understood.cases:
        where = f"，位于{answer.understood.town}" if answer.understood.town else ""
        return f"{KINDS[_IDLE].title}：处置步骤已超期限{where}"
    return "；".join(each.sentence for each in answer.parts)


def trouble(answer: Answer) -> str:
    """Why there is no answer; "" where there is one."""
    understood = answer.understood
    if understood.blank:
        return "还没有输入问题。可以点下面的问题，或输入如“界湖街道闲置满两年的有几宗多少亩”。"
    if answer.refused:
        return answer.refused
    if understood.unknown:
        told = "；".join(f"“{each.words}”{each.why}" for each in understood.unknown)
        return f"{told}。没有回答，以免答非所问。请换个说法，或点下面的问题。"
    if understood.place:
        name = understood.place
        return "" if answer.hits else f"没有找到名为“{name}”的地方。请核对名称，或只输入其中两三个字。"
    if not understood.is_clear:
        return "没有听出问的是哪一类。请说明，如“闲置用地”“片区”“道路”“景点”“项目”。"
    return ""


def remarks(answer: Answer) -> list[str]:
    """What must be known with the number: what is missing, what is not counted, how a word was taken."""
    said = [*answer.understood.notes]
    for title in dict.fromkeys(title for part in answer.missing for title in part.missing):
        lack = [
            f"{each.title} {each.missing[title]:,} {each.word}"
            for each in answer.missing
            if title in each.missing
        ]
        said.append(f"没有填写“{title}”、未计入的（资料不足）：{'、'.join(lack)}。")
    if answer.understood.cases or any(each.layer == _IDLE for each in answer.parts):
        said.append(NOT_LEGAL)
    return said


def source(answer: Answer) -> str:
    """Layer, date of its data, 示例, and the day on which it was counted."""
    told = [_source(each) for each in answer.parts]
    counted = f"按 {answer.day.isoformat()} 计算"
    return f"数据：{'；'.join(told)}。{counted}。" if told else f"{counted}。"


def group_figure(answer: Answer, group: Group) -> str:
    """How many and, where it was asked or there is one measure, how much."""
    words = [f"{group.totals.count:,} {answer.word}"]
    wants = _wants(answer)
    if "area" in wants:
        words.append(f"{_mu(group.totals)} 亩")
    if "length" in wants:
        words.append(f"{_km(group.totals)} 公里")
    return "，".join(words)


def size_of(found: FoundFeature) -> str:
    """The size of one feature."""
    if area_mu := found.derived.get("area_mu"):
        return f"{half_up(area_mu, 2):,} 亩"
    length_km = found.derived.get("length_km")
    return f"{half_up(length_km, 2):,} 公里" if length_km else ""


def _wants(answer: Answer) -> list[str]:
    """Without a word about it: the number, and the measure that all that was asked have in common."""
    said = [want for want in answer.understood.wants if want != "list"]
    if said and (said != ["count"] or len(answer.parts) > 1):
        return said
    shapes = [KINDS[each.layer].geometry for each in answer.parts if each.layer in KINDS]
    common = shapes[0] if shapes and len(set(shapes)) == 1 and len(shapes) == len(answer.parts) else ""
    measure = {"polygon": ["area"], "line": ["length"]}.get(common, [])
    return ["count", *measure]


def _figure(answer: Answer, want: str) -> Figure | None:
    whole = answer.whole
    if want == "count":
        return Figure(f"{whole.count:,}", answer.word)
    if want == "area":
        return Figure(_mu(whole), "亩")
    if want == "length":
        return Figure(_km(whole), "公里")
    if want not in answer.sums:
        return None
    title, value, unit = answer.sums[want]
    if unit == "万元" and value >= 10_000:
        return Figure(f"{half_up(value / 10_000, 2):,}", "亿元", title)
    return Figure(f"{half_up(value, 2).normalize():,f}", unit, title)


def _mu(totals: Totals) -> str:
    return f"{rounded_mu(totals.area_m2):,.2f}"


def _km(totals: Totals) -> str:
    return f"{rounded_km(totals.length_m):,.2f}"


def _source(part: Answered) -> str:
    date = f"截至 {part.data_date.isoformat()}" if part.data_date else "未注明日期"
    return f"{part.title}（{date}{'，示例数据' if part.sample else ''}）"
