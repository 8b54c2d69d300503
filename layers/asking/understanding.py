"""What does a question ask? A filter for each layer, what is to be told of it, and the words that were not understood.

No model and no guess: every word is known, or is named as unknown. Whether filters can be is decided by layers/filters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from layers.asking.lexicon import BACKDROP, Lexicon, Subject, plain
from layers.asking.slots import UNITS, Ahead, Amount, First, GradeFrom, Year, Years
from layers.asking.tokens import Token, tokens_of
from layers.filters.address import escaped

LONGEST: Final = 100
MOST_LAYERS: Final = 12
IDLE: Final = "idle_parcel"
_WHERE: Final = re.compile(r"(?P<name>.+?)(?:在哪里?|在哪儿|在什么地方|在何处|的位置|位置)$")
_OF_UNIT: Final = {
    "亩": "area_mu",
    "公里": "length_km",
    "万元": "investment_total",
    "户": "households",
    "套": "sets_total",
    "人": "jobs",
    "百分点": "lag_pct",
}
"""Which facet is meant where only a unit is said."""
_SUMMED: Final = frozenset({"户", "套", "人", "万元", "亩", "万㎡", "栋", "个", "座", "张"})
"""Units whose values add up."""
_GRADES: Final = 5


@dataclass(frozen=True)
class Unknown:
    """Words that were not understood, and why."""

    words: str
    start: int
    end: int
    why: str


@dataclass(frozen=True)
class Part:
    """What is asked of one layer: its filter as it stands in addresses. phases: they count as projects of their own."""

    layer: str
    filter: str
    phases: bool = False


@dataclass(frozen=True)
class Heard:
    """A word that was understood. slot: what can be put in its place."""

    words: str
    start: int
    end: int
    slot: str = ""


@dataclass(frozen=True)
class Understood:
    """A question as it was understood.

    wants: count, area, length, list, or the key of a field to add up. group: the facet by which it is told.
    order: facet, or count, and whether the smallest come first. place: a name to look up. cases: overdue steps are asked for.
    """

    text: str
    parts: tuple[Part, ...] = ()
    wants: tuple[str, ...] = ()
    group: str = ""
    order: tuple[str, bool] | None = None
    first: int = 0
    place: str = ""
    cases: bool = False
    town: str = ""
    heard: tuple[Heard, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    notes: tuple[str, ...] = ()
    blank: bool = field(default=False)

    @property
    def is_clear(self) -> bool:
        """Whether every word was understood and something is asked."""
        return not self.unknown and bool(self.parts or self.place or self.cases)


def understand(question: str, lexicon: Lexicon, today: date) -> Understood:
    """What a question asks; never raises, what is wrong with it is told in `unknown`."""
    text = plain(question[:LONGEST])
    if not text:
        return Understood("", blank=True)
    if found := _WHERE.fullmatch(text):
        return Understood(text, place=found["name"], heard=(Heard(found["name"], 0, found.end("name")),))
    tokens = tokens_of(text, lexicon)
    return _Reading(text, tokens, lexicon, today).understood()


class _Reading:
    """One question while it is being understood."""

    def __init__(self, text: str, tokens: Sequence[Token], lexicon: Lexicon, today: date) -> None:
        self.text, self.tokens, self.lexicon, self.today = text, tokens, lexicon, today
        self.unknown = [_unknown(each, "没有听懂") for each in tokens if not each.is_known]
        self.notes: list[str] = []
        self.used: set[int] = set()
        """Starts of measures and days that a comparison or a period has taken."""
        self.held: dict[str, int] = {}
        """By field of text, the start of the word that it must hold."""

    def understood(self) -> Understood:
        cases = any(each.meaning("cases") for each in self.tokens)
        subjects = [] if cases else self._subjects()
        parts = [self._part(each) for each in subjects]
        towns, outside = self._towns()
        if cases and (outside or len(towns) > 1):
            self._refuse(
                next(each for each in self.tokens if each.meaning("town")), "超期清单一次只能问一个乡镇"
            )
        group, order = self._group(subjects), self._order(subjects)
        wants = self._wants(subjects)
        self._check_leftovers(subjects, ordered=order is not None)
        return Understood(
            self.text,
            parts=() if cases else tuple(parts),
            wants=wants,
            group=group,
            order=order,
            first=next((each.slot.number for each in self.tokens if isinstance(each.slot, First)), 0),
            cases=cases,
            town=towns[0] if cases and towns else "",
            heard=tuple(self._heard()),
            unknown=tuple(dict.fromkeys(self.unknown)),
            notes=tuple(dict.fromkeys(self.notes)),
        )

    # --- which layers ------------------------------------------------------------------------------------

    def _subjects(self) -> list[Subject]:
        named = [each.layers("subject") for each in self.tokens if each.layers("subject")]
        everything = {each.key for each in self.lexicon.subjects if each.kind.key not in BACKDROP}
        found = set.intersection(*named) or set.union(*named) if named else everything
        bound = False
        for token in self.tokens:
            meant = self._layers_of(token)
            if meant is None:
                continue
            if not found & meant:
                self._refuse(token, self._not_there(found))
                continue
            found, bound = found & meant, True
        if not named and not bound:
            return []
        return [each for each in self.lexicon.subjects if each.key in found][:MOST_LAYERS]

    def _layers_of(self, token: Token) -> set[str] | None:
        """The layers in which a token means something; None for one that says nothing about it."""
        subjects = self.lexicon.subjects
        if isinstance(token.slot, Amount):
            return {each.key for each in subjects if self._compared(token, each)}
        if isinstance(token.slot, GradeFrom):
            return {
                each.key for each in subjects if "grade" in each.facets and each.kind.key == "scenic_site"
            }
        if isinstance(token.slot, Years):
            return {each.key for each in subjects if self._day_of(each) or each.kind.key == IDLE}
        sorts = {each.sort for each in token.meanings}
        if sorts & {"state", "day", "measure"} and not sorts & {"subject", "filler", "want", "town"}:
            return token.layers("state", "day", "measure")
        if token.meaning("grouping"):
            found = token.layers("grouping")
            return None if "" in found else found
        return None

    def _not_there(self, among: Iterable[str]) -> str:
        titles = [each.title for each in self.lexicon.subjects if each.key in set(among)]
        return f"不是{'、'.join(titles[:3])}的内容" if len(titles) <= 3 else "不能与前面的词一起问"

    # --- which conditions --------------------------------------------------------------------------------

    def _part(self, subject: Subject) -> Part:
        """Phases of a zone count only where projects are asked for, or they are."""
        conditions = self._filter(subject)
        named = any(each.value == subject.key for token in self.tokens for each in token.meanings)
        within = [each.key for each in subject.kind.classes if each.part]
        if within and named and not any(each.startswith("symbol.") for each in conditions):
            conditions.append(f"symbol.none.{','.join(within)}")
        return Part(subject.key, ";".join(conditions), bool(within) and not named)

    def _filter(self, subject: Subject) -> list[str]:
        conditions: list[str] = []
        for token in self.tokens:
            conditions += self._conditions(token, subject)
        towns, outside = self._towns()
        if towns:
            conditions.append(f"town.{'none' if outside else 'any'}.{','.join(map(escaped, towns))}")
        return _merged(conditions)

    def _conditions(self, token: Token, subject: Subject) -> list[str]:
        slot = token.slot
        if isinstance(slot, Amount):
            compared = self._compared(token, subject)
            return [compared] if compared else []
        if isinstance(slot, GradeFrom):
            grades = ",".join(f"{grade}A" for grade in range(slot.grade, _GRADES + 1))
            return [f"grade.any.{grades}"]
        if isinstance(slot, Years):
            return self._years(slot, subject)
        day = token.meaning("day", subject.key)
        if day and (said := self._period(day.value)):
            self.used.add(token.start)
            return [said]
        state = token.meaning("state", subject.key)
        if state and not token.meaning("town") and not token.meaning("subject", subject.key):
            self.used.add(token.start)
            self._refuse_second(token, state.value)
            return state.value.split(";")
        return []

    def _refuse_second(self, token: Token, state: str) -> None:
        """Words of one text that both must hold: whoever says 住宅和商服 means either, which a filter cannot say."""
        key, _, rest = state.partition(".")
        before = self.held.setdefault(key, token.start) if rest.startswith("has.") else token.start
        if before != token.start:
            self._refuse(token, "不能与前面的同类词一起问，请分开问")

    def _compared(self, token: Token, subject: Subject) -> str:
        """The condition of a comparison; "" where the layer has nothing to compare."""
        amount = token.slot
        if not isinstance(amount, Amount):
            return ""
        before = self._measure_beside(token)
        meaning = before.meaning("measure", subject.key) if before else None
        key = meaning.value if meaning else "" if before else _OF_UNIT.get(_basic(amount.unit), "")
        facet = subject.facets.get(key)
        numbers = amount.in_unit(facet.field.unit) if facet else None
        if facet is None or numbers is None:
            return ""
        if before:
            self.used.add(before.start)
        return f"{key}.{amount.operator}.{','.join(_digits(number) for number in numbers)}"

    def _measure_beside(self, token: Token) -> Token | None:
        """The measure just before a comparison, or just behind it."""
        at = self.tokens.index(token)
        for beside in (reversed(self.tokens[:at]), self.tokens[at + 1 :]):
            for each in beside:
                if each.meaning("measure"):
                    return each
                if not each.meaning("filler"):
                    break
        return None

    def _years(self, slot: Years, subject: Subject) -> list[str]:
        if key := self._day_of(subject):
            last = _years_before(self.today, slot.number)
            return [f"{key}.before.{last + timedelta(days=1)}"]
        if subject.kind.key != IDLE:
            return []
        if slot.number == 1:
            if not slot.over:
                self.notes.append("“满一年”指满一年、未满两年；要把满两年的也算上，请说“一年以上”。")
            return ["symbol.any.one_year,two_years" if slot.over else "symbol.any.one_year"]
        since = _years_before(self.today, slot.number - 1)
        return ["symbol.any.two_years", *([] if slot.number == 2 else [f"due_1y.before.{since}"])]

    def _day_of(self, subject: Subject) -> str:
        """The day that is named in the question for this layer."""
        found = (each.meaning("day", subject.key) for each in self.tokens)
        return next((each.value for each in found if each), "")

    def _period(self, key: str) -> str:
        for token in self.tokens:
            slot, period = token.slot, token.meaning("period")
            if period:
                return f"{key}.{period.value}"
            if isinstance(slot, Ahead):
                return f"{key}.next.{slot.days}"
            if isinstance(slot, Year):
                return f"{key}.year.{slot.number + (self.today.year if slot.relative else 0)}"
        return ""

    def _towns(self) -> tuple[list[str], bool]:
        towns = [found.value for each in self.tokens if (found := each.meaning("town"))]
        return list(dict.fromkeys(towns)), any(each.meaning("outside") for each in self.tokens)

    # --- what is to be told ------------------------------------------------------------------------------

    def _wants(self, subjects: Sequence[Subject]) -> tuple[str, ...]:
        said = [found.value for each in self.tokens if (found := each.meaning("want"))]
        added = []
        for token in self.tokens:
            key = next((m.value for s in subjects if (m := token.meaning("measure", s.key))), "")
            if key and token.start not in self.used and self._sums(key, subjects):
                added.append({"area_mu": "area", "length_km": "length"}.get(key, key))
                self.used.add(token.start)
        # 总投资多少 asks for money, 有多少 for how many.
        vague = {each.text for each in self.tokens if each.meaning("want")} <= {"多少", "几"}
        wants = [] if added and vague else [want for each in said if (want := self._want(each, subjects))]
        return tuple(dict.fromkeys([*wants, *added]))

    def _want(self, said: str, subjects: Sequence[Subject]) -> str:
        if said not in _OF_UNIT:
            return said
        key = _OF_UNIT[said]
        return key if self._sums(key, subjects) else ""

    def _sums(self, key: str, subjects: Sequence[Subject]) -> bool:
        facets = [each.facets[key] for each in subjects if key in each.facets]
        return key in ("area_mu", "length_km") or any(each.field.unit in _SUMMED for each in facets)

    def _group(self, subjects: Sequence[Subject]) -> str:
        for token in self.tokens:
            for subject in subjects:
                if found := token.meaning("grouping", subject.key):
                    return found.value
        return ""

    def _order(self, subjects: Sequence[Subject]) -> tuple[str, bool] | None:
        most = next((found for each in self.tokens if (found := each.meaning("most"))), None)
        if most is None:
            return None
        end, _, key = most.value.partition(".")
        for token in self.tokens:
            for subject in subjects:
                if (found := token.meaning("measure", subject.key)) and token.start not in self.used:
                    key = found.value
                    self.used.add(token.start)
        return key, end == "least"

    # --- what was not understood -------------------------------------------------------------------------

    def _check_leftovers(self, subjects: Sequence[Subject], *, ordered: bool) -> None:
        """Amounts, days and measures that found nothing to belong to."""
        dated = any(each.meaning("day", subject.key) for each in self.tokens for subject in subjects)
        spans = any(isinstance(each.slot, Years) for each in self.tokens)
        for token in self.tokens:
            slot = token.slot
            if (isinstance(slot, Ahead | Year) or token.meaning("period")) and not dated:
                self._refuse(token, "没说是哪个日期")
            if isinstance(slot, Years) and not any(self._years(slot, each) for each in subjects):
                self._refuse(token, "没说从哪个日期算起")
            if isinstance(slot, First) and not ordered:
                self._refuse(token, "没说按什么排，如“面积最大的”")
            if self._dangles(token, subjects, spans=spans):
                self._refuse(token, "没说条件，如“低于60%”“本月”")

    def _dangles(self, token: Token, subjects: Sequence[Subject], *, spans: bool) -> bool:
        """Whether it names a measure or a day of which nothing is said."""
        sorts = {each.sort for each in token.meanings}
        if not sorts or not sorts <= {"measure", "day"} or token.start in self.used:
            return False
        here = token.layers("measure", "day") & {each.key for each in subjects}
        return bool(here) and not (spans and "day" in sorts)

    def _refuse(self, token: Token, why: str) -> None:
        if not any(each.start == token.start for each in self.unknown):
            self.unknown.append(_unknown(token, why))

    def _heard(self) -> Iterable[Heard]:
        refused = {each.start for each in self.unknown}
        for token in self.tokens:
            sorts = {each.sort for each in token.meanings}
            if not token.is_known or token.start in refused or sorts == {"filler"}:
                continue
            slot = "town" if token.meaning("town") else "number" if token.slot else ""
            yield Heard(token.text, token.start, token.end, slot)


def _unknown(token: Token, why: str) -> Unknown:
    return Unknown(token.text, token.start, token.end, why)


def _basic(unit: str) -> str:
    return UNITS[unit][0] if unit in UNITS else unit


def _digits(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _years_before(day: date, years: Decimal) -> date:
    """29 February goes to the 28th; parts of a year count as months."""
    months = day.year * 12 + day.month - 1 - int(years * 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(months // 12, months % 12 + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)


def _merged(conditions: Iterable[str]) -> list[str]:
    """One list of values for each facet: the narrower of two where one holds the other, else both together."""
    found: dict[str, list[str]] = {}
    others: list[str] = []
    for condition in dict.fromkeys(conditions):
        key, _, rest = condition.partition(".")
        operator, _, values = rest.partition(".")
        if operator != "any":
            others.append(condition)
            continue
        new, old = values.split(","), found.get(key)
        if old is None or set(new) <= set(old):
            found[key] = new
        elif not set(old) <= set(new):
            found[key] = [*old, *(each for each in new if each not in old)]
    return [*(f"{key}.any.{','.join(values)}" for key, values in found.items()), *others]
