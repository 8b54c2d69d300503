"""What does the card of a feature say, and in which order?

Everything comes from the kind's declaration: the order of its fields, who may see them, its symbol classes and its
rule. Fields that belong on the card and have no value are named in one line; other fields stay away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from layers import clock
from layers.kinds.base import ClockStop, Insight, LayerKind
from layers.kinds.fields import Field
from layers.measure import half_up, mu
from layers.rights import Viewer, may_see

SAID_ELSEWHERE: Final = frozenset(
    {"name", "town", "map_label", "tint", "is_sample", "source_doc", "source_clause"}
)
"""Fields with a place of their own on the card, or that only steer the drawing."""

ROOM_BEHIND: Final = 0.15
"""The line of a clock goes on by this share of its length."""

EXTRA: Final = "extra"
"""The property that keeps the columns of a file which the kind does not know."""
MOST_MISSING: Final = 4
MOST_EXTRA: Final = 40
Beside: TypeAlias = Mapping[str, Sequence[dict[str, str]]]


class Record(Protocol):
    """What the card reads of a feature that was found."""

    @property
    def uid(self) -> str: ...
    @property
    def layer_key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def properties(self) -> Mapping[str, Any]: ...
    @property
    def derived(self) -> Mapping[str, Any]: ...
    @property
    def version(self) -> int: ...
    @property
    def declared(self) -> LayerKind: ...
    @property
    def act_who(self) -> str: ...
    @property
    def act_at(self) -> datetime: ...


def card(
    feature: Record,
    viewer: Viewer,
    related: Sequence[Record] = (),
    *,
    sample: bool = False,
    beside: Beside = MappingProxyType({}),
) -> dict[str, Any]:
    """The card as JSON; every value is the text of the screen, None where “未提供” belongs.

    sample: the layer is sample data; a feature that says otherwise of itself is not. beside: what else is known of
    what a field names, as rows by the key of the field.
    """
    kind = feature.declared
    insight = kind.insight(feature.properties, feature.derived, clock.today())
    return {
        "title": feature.name,
        "subtitle": " · ".join(_where(kind, feature, viewer)),
        "tags": _tags(kind, feature),
        "sample": bool(feature.properties.get("is_sample", sample)),
        "figures": list(_figures(feature, insight)),
        "verdict": {"text": insight.sentence, "clause": insight.clause} if insight.sentence else None,
        "clock": _clock(insight.line, clock.today()),
        "rows": list(_rows(kind, feature, viewer, beside)),
        "missing": _missing(kind, feature, viewer),
        "extra": _extra(feature),
        "source": _source(feature),
        "changed": _changed(feature, viewer),
        "related": [_mention(each) for each in related],
    }


def measures(derived: Mapping[str, Any]) -> dict[str, float]:
    """`area_mu` or `length_km`, whichever the shape has."""
    return {key: derived[key] for key in ("area_mu", "length_km") if derived.get(key) is not None}


def county_day(moment: datetime) -> date:
    """The county's calendar day of a moment in UTC."""
    return moment.astimezone(clock.timezone()).date()


def _where(kind: LayerKind, feature: Record, viewer: Viewer) -> Iterator[str]:
    code = kind.by_key.get(kind.code_field)
    if code and may_see(viewer, code.visibility) and (value := feature.properties.get(code.key)):
        yield code.show(value)
    # A line runs through many towns: only the one that was given is told.
    told = feature.properties if feature.derived.get("length_m") else feature.derived
    if (town := told.get("town")) and town != feature.name:
        yield str(town)


def _tags(kind: LayerKind, feature: Record) -> list[dict[str, str | None]]:
    symbol = kind.symbol_class(str(feature.derived.get("symbol")))
    # What stands in brackets explains the legend, not the feature.
    title = symbol.title.split("（")[0]
    tags: list[dict[str, str | None]] = [
        {"text": title, "symbol": symbol.key},
        *_shipped_tag(kind, feature),
        {"text": kind.title, "symbol": None},
    ]
    return tags if title != kind.title else tags[:1]


def _shipped_tag(kind: LayerKind, feature: Record) -> Iterator[dict[str, str | None]]:
    """Where another field colours the map, the card still tells the state that the kind itself derives."""
    if kind.shipped:
        symbol = kind.shipped.symbol_of(feature.properties, feature.derived)
        yield {"text": kind.shipped.symbol_class(symbol).title.split("（")[0], "symbol": symbol}


def _figures(feature: Record, insight: Insight) -> Iterator[dict[str, str]]:
    if area_m2 := feature.derived.get("area_m2"):
        label = f"图形计算 {half_up(area_m2, 0):,} m²"
        yield {"value": f"{half_up(mu(area_m2), 2):,}", "unit": "亩", "label": label}
    elif length_m := feature.derived.get("length_m"):
        label = f"图形计算 {half_up(length_m, 0):,} 米"
        yield {"value": f"{half_up(length_m / 1000, 2):,}", "unit": "公里", "label": label}
    if insight.value:
        yield {"value": insight.value, "unit": insight.unit, "label": insight.label}


def _clock(line: Sequence[ClockStop], today: date) -> dict[str, Any] | None:
    """The line of a clock: each stop and today at a share of its length, with room behind the last of both."""
    if len(line) < 2:
        return None
    first, span = line[0].day, line[-1].day - line[0].day
    end = max(line[-1].day, min(today, line[-1].day + span)) + ROOM_BEHIND * span

    def at(day: date) -> float:
        return round(min(1.0, max(0.0, (day - first) / (end - first))), 4)

    return {
        "stops": [stop._asdict() | {"day": stop.day.isoformat(), "at": at(stop.day)} for stop in line],
        "today": {"day": today.isoformat(), "at": at(today)},
    }


def _rows(kind: LayerKind, feature: Record, viewer: Viewer, beside: Beside) -> Iterator[dict[str, Any]]:
    """What the card is for, then whatever else is known."""
    fields = _fields(kind, viewer)
    known = [each for each in fields if each.key in feature.properties and each.key != kind.code_field]
    for field in sorted(known, key=lambda each: not each.card):
        yield _row(field, feature.properties[field.key])
        yield from beside.get(field.key, ())
    for key, value in feature.properties.items():
        if key not in kind.by_key and not isinstance(value, dict):
            yield {"label": key, "value": str(value)}


def _missing(kind: LayerKind, feature: Record, viewer: Viewer) -> list[str]:
    """Titles of the fields of the card that have no value, the required ones first; the code is no news."""
    fields = [each for each in _fields(kind, viewer) if each.card and each.key != kind.code_field]
    absent = [each for each in fields if each.key not in feature.properties]
    return [each.title for each in sorted(absent, key=lambda each: not each.required)][:MOST_MISSING]


def _extra(feature: Record) -> list[dict[str, str]]:
    """Columns of a file that no field declares, as they came; only insiders' features carry them."""
    kept = feature.properties.get(EXTRA)
    pairs = kept.items() if isinstance(kept, dict) else ()
    return [{"label": str(label), "value": str(value)} for label, value in pairs][:MOST_EXTRA]


def _fields(kind: LayerKind, viewer: Viewer) -> list[Field]:
    return [
        each
        for each in kind.fields
        if each.key not in SAID_ELSEWHERE and not each.off_card and may_see(viewer, each.visibility)
    ]


def _row(field: Field, value: Any) -> dict[str, Any]:
    row = {"label": field.title, "value": field.show(value)}
    return row | {"unit": field.unit} if field.unit else row


def _source(feature: Record) -> str:
    parts = (feature.properties.get(key) for key in ("source_doc", "source_clause"))
    return " ".join(str(part) for part in parts if part)


def _changed(feature: Record, viewer: Viewer) -> dict[str, Any]:
    # Who works in the offices is not for the public.
    who = feature.act_who if may_see(viewer, "internal") else ""
    return {"who": who, "at": county_day(feature.act_at).isoformat(), "version": feature.version}


def _mention(feature: Record) -> dict[str, Any]:
    return {
        "uid": feature.uid,
        "name": feature.name,
        "layer": feature.layer_key,
        "symbol": feature.derived.get("symbol"),
    }
