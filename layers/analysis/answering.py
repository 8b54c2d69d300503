"""What is the answer to a question in plain words? Found with the eyes of the one who asks.

A question is a filter and what is to be told of what passes: how many, how much, which, town by town.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from layers import clock
from layers.analysis.cases import cases
from layers.asking import MOST_VALUES, Lexicon, Part, Subject, Understood, nearest, understand
from layers.crs import Bounds
from layers.errors import InvalidFilter
from layers.filters import Filter, facets_of
from layers.filters.facets import Facet
from layers.kinds import BOUNDARIES, LayerKind, kind_for
from layers.rights import Viewer
from layers.store import query
from layers.store.found import FoundFeature
from layers.store.query import Layer, LayerSummary, Totals
from layers.store.search import SearchHit, search
from layers.store.totals import NOTHING

MOST_LISTED: Final = 20
MOST_HITS: Final = 10
_UNHEARD: Final = frozenset({"admin_area", "place_name"})
"""Towns and names are understood as places, not asked about as layers."""


@dataclass(frozen=True)
class Answered:
    """What passes in one layer. missing: how many could not be compared, by the title of the field."""

    layer: str
    title: str
    word: str
    sample: bool
    data_date: date | None
    where: Filter
    totals: Totals
    parts: Totals
    bounds: Bounds | None
    sums: dict[str, float]
    missing: dict[str, int]

    @property
    def sentence(self) -> str:
        """As a filter is told."""
        return self.where.sentence(self.title)


@dataclass(frozen=True)
class Group:
    """One of the groups that were asked for; sums: of further fields, by key."""

    value: str
    label: str
    totals: Totals


@dataclass(frozen=True)
class Answer:
    """understood: the question. refused: why it cannot be answered, where it cannot.

    missing: layers in which some have no value to compare or to add. sums: title, sum and unit by field.
    """

    understood: Understood
    day: date
    parts: Sequence[Answered] = ()
    missing: Sequence[Answered] = ()
    groups: Sequence[Group] = ()
    group_title: str = ""
    listed: Sequence[FoundFeature] = ()
    hits: Sequence[SearchHit] = ()
    overdue: int = 0
    refused: str = ""
    suggestions: Sequence[str] = ()
    sums: dict[str, tuple[str, float, str]] = field(default_factory=dict)

    @property
    def whole(self) -> Totals:
        """Everything that passes, in all layers."""
        return Totals(
            sum(each.totals.count for each in self.parts),
            math.fsum(each.totals.area_m2 for each in self.parts),
            math.fsum(each.totals.length_m for each in self.parts),
        )

    @property
    def word(self) -> str:
        """The measure word of what was counted."""
        words = {each.word for each in self.parts}
        return words.pop() if len(words) == 1 else "个"


def lexicon_for(session: Session, viewer: Viewer) -> Lexicon:
    """The words that can be asked of the layers that this viewer sees."""
    subjects: list[Subject] = []
    towns: list[str] = []
    for summary in query.layers(session, viewer):
        row = query.layer_named(session, viewer, summary.key)
        kind = kind_for(row)
        if kind.key == BOUNDARIES:
            towns += _towns(session, viewer, row)
        elif kind.key not in _UNHEARD:
            facets = facets_of(kind, viewer, row.unit)
            values = _values(session, viewer, row, facets)
            subjects.append(Subject(summary.key, summary.title, kind, facets, values))
    return Lexicon(tuple(subjects), tuple(dict.fromkeys(towns)))


def today_of(viewer: Viewer) -> date:
    """The day that is asked about."""
    return viewer.at or clock.today()


def ask(session: Session, viewer: Viewer, question: str) -> Answer:
    """The answer, or what was not understood."""
    today = today_of(viewer)
    lexicon = lexicon_for(session, viewer)
    understood = understand(question, lexicon, today)
    if understood.place:
        return Answer(understood, today, hits=search(session, viewer, understood.place, MOST_HITS))
    if not understood.is_clear:
        return Answer(understood, today, suggestions=nearest(understood, lexicon, today))
    if understood.cases:
        return _cases(session, viewer, understood, today)
    return _answered(session, viewer, understood, today)


def _answered(session: Session, viewer: Viewer, understood: Understood, today: date) -> Answer:
    summaries = {each.key: each for each in query.layers(session, viewer)}
    try:
        asked = [(part, _where(session, viewer, part)) for part in understood.parts]
    except InvalidFilter as refusal:
        return Answer(understood, today, refused=refusal.message)
    parts = [
        _of_layer(session, viewer, summaries[part.layer], where, understood, phases=part.phases)
        for part, where in asked
    ]
    shown = _worth_showing(parts)
    groups, title = _groups(session, viewer, shown, understood)
    return Answer(
        understood,
        today,
        parts=shown,
        missing=[each for each in parts if each.missing],
        groups=groups,
        group_title=title,
        listed=_listed(session, viewer, shown, understood),
        sums=_all_sums(session, viewer, shown, understood),
    )


def _worth_showing(parts: list[Answered]) -> list[Answered]:
    """Those in which anything passes, or adds up to anything; all where none does."""
    if any(each.sums for each in parts):
        return [each for each in parts if any(each.sums.values())] or parts
    return [each for each in parts if each.totals.count] or parts


def _where(session: Session, viewer: Viewer, part: Part) -> Filter:
    row = query.layer_named(session, viewer, part.layer)
    return query.read_filter(session, viewer, row, part.filter)


def _of_layer(
    session: Session,
    viewer: Viewer,
    summary: LayerSummary,
    where: Filter,
    understood: Understood,
    *,
    phases: bool,
) -> Answered:
    row = query.layer_named(session, viewer, summary.key)
    kind = kind_for(row)
    found = query.sums(session, viewer, row, where, [])
    # A phase lies in its zone: it is a project of its own, and no land of its own.
    whole = replace(found.whole, count=found.whole.count + found.parts.count) if phases else found.whole
    boxes = [each.bounds for each in query.town_sums(session, viewer, row, where)]
    return Answered(
        summary.key,
        summary.title,
        kind.measure_word,
        summary.sample,
        summary.data_date,
        where,
        whole,
        NOTHING if phases else found.parts,
        _around(boxes),
        query.field_sums(session, viewer, row, where, _added(kind, understood)),
        _missing(session, viewer, row, where) | _blank(session, viewer, row, where, _added(kind, understood)),
    )


def _around(boxes: Sequence[Bounds]) -> Bounds | None:
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _added(kind: LayerKind, understood: Understood) -> list[str]:
    """The fields whose sum is asked for."""
    return [key for key in understood.wants if key in kind.by_key]


def _missing(session: Session, viewer: Viewer, layer: Layer, where: Filter) -> dict[str, int]:
    """How many have no value to compare: they are in no answer, and that is said."""
    found = {}
    for at, each in enumerate(where.conditions):
        compared = each.facet.sort in ("number", "day") and each.operator not in ("filled", "empty")
        # A day that follows from others may not be there for good reason: what is over has no next one.
        follows = each.facet.of == "derived" and each.facet.sort == "day"
        if compared and not follows and each.facet.key not in ("area_mu", "length_km"):
            rest = ";".join(part for part in (where.without(at).text, f"{each.facet.key}.empty") if part)
            empty = query.read_filter(session, viewer, layer, rest)
            if count := query.sums(session, viewer, layer, empty, []).whole.count:
                found[each.facet.title] = count
    return found


def _blank(
    session: Session, viewer: Viewer, layer: Layer, where: Filter, keys: Sequence[str]
) -> dict[str, int]:
    """How many that pass have no value to add up."""
    found = {}
    for key in keys:
        text = ";".join(part for part in (where.text, f"{key}.empty") if part)
        empty = query.read_filter(session, viewer, layer, text)
        if count := query.sums(session, viewer, layer, empty, []).whole.count:
            found[kind_for(layer).by_key[key].title] = count
    return found


def _all_sums(
    session: Session, viewer: Viewer, parts: Sequence[Answered], understood: Understood
) -> dict[str, tuple[str, float, str]]:
    """Title, sum and unit of each field that was to be added up."""
    found: dict[str, tuple[str, float, str]] = {}
    for part in parts:
        kind = kind_for(query.layer_named(session, viewer, part.layer))
        for key in _added(kind, understood):
            declared = kind.by_key[key]
            before = found.get(key, ("", 0.0, ""))[1]
            found[key] = (declared.title, before + part.sums.get(key, 0.0), declared.unit)
    return found


def _groups(
    session: Session, viewer: Viewer, parts: Sequence[Answered], understood: Understood
) -> tuple[list[Group], str]:
    if not understood.group:
        return [], ""
    found: dict[str, Totals] = {}
    facet: Facet | None = None
    for part in parts:
        row = query.layer_named(session, viewer, part.layer)
        facet = facets_of(kind_for(row), viewer, row.unit)[understood.group]
        for value, totals in query.sums(session, viewer, row, part.where, [facet]).groups[facet.key].items():
            found[value] = found[value] + totals if value in found else totals
    groups = [Group(value, _label(facet, value), totals) for value, totals in found.items()]
    smallest = bool(understood.order and understood.order[1])
    sign = 1 if smallest else -1
    groups.sort(key=lambda each: (sign * _size(understood, each.totals), each.label))
    return groups, facet.title if facet else ""


def _size(understood: Understood, totals: Totals) -> float:
    """By what groups are ranked: what is asked for alone, else how many."""
    key = understood.order[0] if understood.order else ""
    wants = set(understood.wants)
    if key == "area_mu" or (key != "count" and "area" in wants and "count" not in wants):
        return totals.area_m2
    if key == "length_km" or (key != "count" and "length" in wants and "count" not in wants):
        return totals.length_m
    return totals.count


def _label(facet: Facet | None, value: str) -> str:
    if not value or facet is None:
        return "未填写"
    return f"{value}年" if facet.sort == "day" else facet.words(value)


def _listed(
    session: Session, viewer: Viewer, parts: Sequence[Answered], understood: Understood
) -> list[FoundFeature]:
    most = min(understood.first or MOST_LISTED, MOST_LISTED)
    asked, smallest = understood.order or ("id", True)
    found: list[FoundFeature] = []
    key = asked
    for part in parts:
        row = query.layer_named(session, viewer, part.layer)
        key = _sorted_by(kind_for(row), asked)
        found += query.find_features(
            session, viewer, row, where=part.where, limit=most, order=key, descending=not smallest
        )
    if understood.order and len(parts) > 1:
        found.sort(key=lambda each: value_of(each, key), reverse=not smallest)
    return found[:most]


def _sorted_by(kind: LayerKind, asked: str) -> str:
    """What 最多 and 最大 mean for single features: the longest road, the largest parcel, the first point."""
    sizes = {"area_mu": "polygon" in kind.shapes, "length_km": "line" in kind.shapes}
    if asked == "count" or not sizes.get(asked, True):
        return "area_mu" if sizes["area_mu"] else "length_km" if sizes["length_km"] else "id"
    return asked


def value_of(found: FoundFeature, key: str) -> float:
    """A number of a feature, stored or derived; nothing is less than nought."""
    value = found.derived.get(key, found.properties.get(key))
    return float(value) if isinstance(value, int | float) else -1.0


def _cases(session: Session, viewer: Viewer, understood: Understood, today: date) -> Answer:
    late = [
        each
        for each in cases(session, viewer)
        if each.overdue and (not understood.town or each.found.derived.get("town") == understood.town)
    ]
    return Answer(understood, today, listed=[each.found for each in late[:MOST_LISTED]], overdue=len(late))


# --- words that come from the data ---------------------------------------------------------------------------


def _towns(session: Session, viewer: Viewer, layer: Layer) -> Iterable[str]:
    where = query.read_filter(session, viewer, layer, "level.any.town")
    return [each.name for each in query.find_features(session, viewer, layer, where=where)]


def _values(
    session: Session, viewer: Viewer, layer: Layer, facets: dict[str, Facet]
) -> dict[str, Sequence[str]]:
    texts = [each for each in facets.values() if each.sort == "text" and each.grouped and each.key != "town"]
    if not texts:
        return {}
    groups = query.sums(session, viewer, layer, query.Nothing, texts).groups
    return {key: [value for value in found if value][:MOST_VALUES] for key, found in groups.items()}
