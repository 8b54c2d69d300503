"""Which words are known, and what may each mean in which layer?

Derived from what the layers declare (titles, choices, units, days) and from layers/asking/wording.py; towns and the
values of fields like 用途 and 指挥部 come from the data.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from layers.asking.wording import OVERDUE_CASES, SUPERVISED, WORDINGS, Wording
from layers.filters import Facet
from layers.filters.address import escaped
from layers.kinds import LayerKind
from layers.kinds.idle_parcel import CASE

Sort = Literal[
    "subject",
    "state",
    "measure",
    "day",
    "town",
    "grouping",
    "want",
    "filler",
    "period",
    "outside",
    "most",
    "cases",
]

LIGHT: Final = "light"
PROJECTS: Final = "projects"
"""What a layer is called as one of projects, not by its own name."""
_NOTHING: Final = Wording()
MOST_VALUES: Final = 60
"""A field of text with more values than a filter takes is known by the first ones only."""
SHORTEST: Final = 2
LONGEST: Final = 30
BACKDROP: Final = frozenset({"admin_area", "place_name", "river", "existing_road"})
"""Kinds that are asked about only by their name."""


@dataclass(frozen=True)
class Meaning:
    """What a word may mean. layer: where, "" everywhere; value: filter, facet or name; weight: the highest wins."""

    sort: Sort
    value: str = ""
    layer: str = ""
    weight: int = 0


@dataclass(frozen=True)
class Subject:
    """A layer that may be asked about. values: of its text fields that repeat, by facet."""

    key: str
    title: str
    kind: LayerKind
    facets: Mapping[str, Facet]
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def wording(self) -> Wording:
        """How people speak of its kind."""
        return WORDINGS.get(self.kind.key, _NOTHING)

    @property
    def is_supervised(self) -> bool:
        """Whether its features are projects too."""
        return LIGHT in self.facets


@dataclass(frozen=True)
class Lexicon:
    """All that can be understood today by this viewer."""

    subjects: Sequence[Subject]
    towns: Sequence[str]

    @cached_property
    def by_key(self) -> dict[str, Subject]:
        """The layers by key."""
        return {each.key: each for each in self.subjects}

    @cached_property
    def words(self) -> dict[str, tuple[Meaning, ...]]:
        """Every word, as `plain` writes it."""
        found: defaultdict[str, dict[Meaning, None]] = defaultdict(dict)
        for word, meaning in self._all():
            if word := plain(word):
                found[word][meaning] = None
        return {word: tuple(meanings) for word, meanings in found.items()}

    @cached_property
    def longest(self) -> int:
        """Characters of the longest word."""
        return max(map(len, self.words))

    def _all(self) -> Iterator[tuple[str, Meaning]]:
        yield from _everywhere()
        for town in self.towns:
            for word in dict.fromkeys((town, *_short(town))):
                yield word, Meaning("town", town)
        for subject in self.subjects:
            yield from _of(subject)


def plain(text: str) -> str:
    """As words are compared: half width, small letters, without blanks and punctuation."""
    narrow = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s,。?!:;、·“”\"'《》()（）]", "", narrow)


def bare_name(town: str) -> str:
    """界湖 of 界湖街道."""
    return re.sub(r"(街道|镇|乡)$", "", town)


def _short(town: str) -> tuple[str, ...]:
    bare = bare_name(town)
    return (bare, f"{bare}镇", f"{bare}街道", f"{bare}乡") if len(bare) >= SHORTEST else ()


# --- words of every layer ----------------------------------------------------------------------------------

_FILLERS: Final = (
    *"的有是了吗呢在里内中和与及且并或我县共把请",
    *(
        "请问",
        "已经",
        "一共",
        "总共",
        "共有",
        "全县",
        "全部",
        "所有",
        "现在",
        "目前",
        "位于",
        "并且",
        "而且",
        "同时",
        "以及",
    ),
    *(
        "县里",
        "我县",
        "全区",
        "查一下",
        "看一下",
        "告诉我",
        "想知道",
        "一下",
        "范围",
        "境内",
        "当中",
        "其中",
        "合计",
    ),
    *("都", "等", "统计", "条件", "分别", "情况", "之间", "级", "类", "各有", "有没有"),
)
_WANTS: Final = {
    "count": (
        *(
            "几宗",
            "几块",
            "几片",
            "几条",
            "几处",
            "几个",
            "几项",
            "多少宗",
            "多少块",
            "多少片",
            "多少条",
            "多少处",
        ),
        *("多少个", "多少项", "多少", "几", "数量", "个数", "宗数", "几家"),
    ),
    "area": ("多少亩", "几亩", "多大面积", "多大", "亩数", "总面积"),
    "length": ("多少公里", "几公里", "多长", "总长", "总里程", "多少千米"),
    "list": (
        "有哪些",
        "哪些",
        "哪几宗",
        "哪几个",
        "哪几条",
        "哪几处",
        "哪几片",
        "列出",
        "清单",
        "哪个",
        "哪一个",
        "哪条",
        "哪处",
        "哪宗",
        "哪片",
        "名单",
        "是哪些",
    ),
    "户": ("多少户", "几户"),
    "套": ("多少套", "几套"),
    "万元": ("多少钱", "多少万元", "多少亿元", "多少亿", "多少万"),
    "人": ("多少人",),
}
_MOST: Final = {
    "most.count": ("最多", "最高"),
    "most.area_mu": ("最大",),
    "most.length_km": ("最长",),
    "least.count": ("最少", "最低"),
    "least.area_mu": ("最小",),
    "least.length_km": ("最短",),
}
"""Which end of the order, and by what where nothing is said."""
_GROUPING: Final = ("各", "按", "每个", "分", "哪个", "哪一个", "哪些个", "各个", "哪")
_TOWNS: Final = ("乡镇街道", "乡镇", "镇街", "街道", "镇", "乡")
_OUTSIDE: Final = ("不在", "除", "除了", "不含", "不包括")


def _everywhere() -> Iterator[tuple[str, Meaning]]:
    for word in _FILLERS:
        yield word, Meaning("filler")
    for key, words in _WANTS.items():
        yield from ((word, Meaning("want", key)) for word in words)
    for key, words in _MOST.items():
        yield from ((word, Meaning("most", key)) for word in words)
    for word in _GROUPING:
        yield from ((f"{word}{town}", Meaning("grouping", "town")) for town in _TOWNS)
    yield from ((word, Meaning("outside")) for word in _OUTSIDE)
    yield from ((word, Meaning("filler")) for word in ("以外", "之外", "外"))
    yield from ((word, Meaning("period", "month")) for word in ("本月", "这个月", "当月"))
    yield from ((word, Meaning("period", "passed")) for word in ("已过", "逾期", "过期", "已到期"))


# --- words of one layer ------------------------------------------------------------------------------------


def _of(subject: Subject) -> Iterator[tuple[str, Meaning]]:
    yield from _names(subject)
    if CASE in subject.facets:
        yield from ((word, Meaning("cases", "overdue", subject.key)) for word in OVERDUE_CASES)
    yield from _declared(subject, subject.wording)
    if subject.is_supervised:
        yield from _declared(subject, SUPERVISED)
    for facet in subject.facets.values():
        yield from _of_facet(subject, facet)


def _names(subject: Subject) -> Iterator[tuple[str, Meaning]]:
    titles = (subject.title, subject.kind.title, *subject.kind.aliases)
    parts = (part for title in titles for part in re.split("[与和]", title))
    for name in (*titles, *parts, *subject.wording.names):
        if len(name) >= SHORTEST:
            yield name, Meaning("subject", subject.key, subject.key)
    for name in SUPERVISED.names if subject.is_supervised else ():
        yield name, Meaning("subject", PROJECTS, subject.key)


def _declared(subject: Subject, wording: Wording) -> Iterator[tuple[str, Meaning]]:
    def known(filter_text: str) -> bool:
        return all(part.partition(".")[0] in subject.facets for part in filter_text.split(";"))

    for word, state in wording.states.items():
        if known(state):
            yield word, Meaning("state", _valued(subject, state), subject.key, 3)
    for sort, words in (("measure", wording.measures), ("day", wording.days)):
        for word, key in words.items():
            if key in subject.facets:
                yield word, Meaning("measure" if sort == "measure" else "day", key, subject.key, 3)


def _valued(subject: Subject, state: str) -> str:
    """住宅 as the values that hold it, so that 住宅和商服 is either; only where all values are known."""
    key, _, rest = state.partition(".")
    operator, _, word = rest.partition(".")
    values = subject.values.get(key, ())
    found = [escaped(value) for value in values if word in value]
    if operator != "has" or not found or len(values) >= MOST_VALUES:
        return state
    return f"{key}.any.{','.join(found)}"


def _of_facet(subject: Subject, facet: Facet) -> Iterator[tuple[str, Meaning]]:
    if facet.key == "town" or facet.sort == "shape":
        return
    weight = 2 if facet.of == "properties" and facet.common else 1 if facet.common else 0
    for title in (facet.title, *facet.field.aliases):
        if facet.grouped and len(title) >= SHORTEST and not title.isascii():
            yield from ((f"{word}{title}", Meaning("grouping", facet.key, subject.key)) for word in _GROUPING)
        if facet.sort in ("number", "day") and len(title) >= SHORTEST and not title.isascii():
            sort: Sort = "measure" if facet.sort == "number" else "day"
            for word in dict.fromkeys((title, title.removesuffix("日期"))):
                yield word, Meaning(sort, facet.key, subject.key, weight)
    if facet.sort in ("choice", "choices"):
        yield from _choices(subject, facet, weight)
    if facet.key == "symbol":
        yield from ((f"{word}类别", Meaning("grouping", "symbol", subject.key)) for word in _GROUPING)
        yield from ((f"{word}状态", Meaning("grouping", "symbol", subject.key)) for word in _GROUPING)
    for value in subject.values.get(facet.key, ()):
        for word in dict.fromkeys((value, _unmarked(value))):
            if SHORTEST <= len(word) <= LONGEST:
                yield word, Meaning("state", f"{facet.key}.any.{escaped(value)}", subject.key, weight)


def _choices(subject: Subject, facet: Facet, weight: int) -> Iterator[tuple[str, Meaning]]:
    also: Mapping[str, str] = getattr(facet.field, "also", {})
    words = [*((words, code) for code, words in facet.choices.items()), *also.items()]
    for word, code in words:
        meaning = Meaning("state", f"{facet.key}.any.{escaped(code)}", subject.key, weight)
        for each in dict.fromkeys((word, _unmarked(word))):
            if len(each) >= SHORTEST and each != "其他":
                yield each, meaning


def _unmarked(words: str) -> str:
    """Without what stands in brackets: 城市更新指挥部（示例）."""
    return re.sub(r"[（(].*?[）)]", "", words).strip()
