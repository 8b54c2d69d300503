"""What does the address ask for, in the words of the standard?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final

from flask import request
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import Bounds
from layers.errors import InvalidFilter, InvalidValue
from layers.filters import Facet, Filter, facets_of
from layers.filters.address import escaped
from layers.kinds import LayerKind, kind_for
from layers.rights import Viewer
from layers.store import query
from layers.store.items import Wanted
from webmap.tokens import PARAMETER

PER_PAGE: Final = 100
MOST: Final = 5000
MOST_OFFSET: Final = 10_000_000
FORMATS: Final = ("json", "html")
OPEN: Final = ("", "..")
COMMON: Final = frozenset({"f", PARAMETER})
ITEMS: Final = COMMON | {"bbox", "limit", "offset", "after", "datetime"}
OPERATORS: Final = {
    "choice": "any",
    "choices": "any",
    "flag": "any",
    "text": "any",
    "number": "is",
    "day": "between",
}
"""How equality is said of each sort of facet; others cannot be asked."""


def refuse_unknown(known: frozenset[str] | set[str] = COMMON) -> None:
    """A parameter that nobody defined is a mistake in the address; so says the standard (7.15.1)."""
    for name in request.args:
        if name not in known:
            raise InvalidValue(
                f"网址参数 {name[:40]} 在这里没有定义，可用的有：{'、'.join(sorted(known))}。请更正网址后重试。"
            )
    said = request.args.get("f", "json")
    if said not in FORMATS:
        raise InvalidValue(f"网址参数 f 收到“{said[:20]}”，应为 json 或 html。请更正网址后重试。")


def askable(kind: LayerKind, viewer: Viewer, unit: str) -> dict[str, Facet]:
    """The facets by which items may be asked, by key: those declared filterable that this viewer may see."""
    found = facets_of(kind, viewer, unit)
    return {key: each for key, each in found.items() if each.common and each.sort in OPERATORS}


def wanted(session: Session, viewer: Viewer, layer: query.Layer, names: Mapping[str, str]) -> Wanted:
    """Which items. names: the key of a facet by the name of its property."""
    facets = askable(kind_for(layer), viewer, layer.unit)
    named = {name: facets[key] for name, key in names.items() if key in facets}
    refuse_unknown(ITEMS | set(named) | set(facets))
    since, until = _time(request.args.get("datetime", "").strip())
    return Wanted(
        bounds=_bounds(request.args.get("bbox", "").strip()),
        where=_filter(session, viewer, layer, {**named, **facets}),
        since=since,
        until=until,
    )


def limit() -> int:
    """More than we give in one page is no mistake: there are further pages (7.15.2)."""
    return min(_whole("limit", PER_PAGE, 1), MOST)


def offset() -> int:
    return min(_whole("offset", 0, 0), MOST_OFFSET)


def after() -> int:
    return _whole("after", 0, 0)


def _filter(session: Session, viewer: Viewer, layer: query.Layer, named: Mapping[str, Facet]) -> Filter:
    conditions = []
    for name, facet in named.items():
        for value in request.args.getlist(name):
            said = escaped(value)
            both = f"{said},{said}" if facet.sort == "day" else said
            conditions.append(f"{facet.key}.{OPERATORS[facet.sort]}.{both}")
    try:
        return query.read_filter(session, viewer, layer, ";".join(conditions))
    except InvalidFilter as refusal:
        # The standard answers every parameter that is not understood with 400.
        raise InvalidValue(refusal.message) from None


def _whole(name: str, default: int, least: int) -> int:
    text = request.args.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text) >= least):
        raise _refused(name, text, f"不小于 {least} 的整数")
    return int(text)


def _bounds(text: str) -> Bounds | None:
    """Four numbers, or six with heights, which we leave aside."""
    if not text:
        return None
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    right = len(numbers) == 4 and all(map(math.isfinite, numbers))
    if not right:
        raise _refused("bbox", text, "“西,南,东,北”四个经纬度数字（度），例如 118.4,35.5,118.5,35.6")
    west, south, east, north = numbers
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _refused("bbox", text, "西不大于东、南不大于北的经纬度（度），经度在前")
    return west, south, east, north


def _time(text: str) -> tuple[datetime | None, datetime | None]:
    """A moment, a day or an interval, as RFC 3339 writes them; `..` is open."""
    if not text:
        return None, None
    begin, slash, end = text.partition("/")
    if not slash:
        return _moment(text, begin), _moment(text, begin, last=True)
    since = None if begin in OPEN else _moment(text, begin)
    until = None if end in OPEN else _moment(text, end, last=True)
    if since and until and since > until:
        raise _refused("datetime", text, "开始不晚于结束的时间段")
    return since, until


def _moment(text: str, said: str, *, last: bool = False) -> datetime:
    try:
        if len(said) == 10:
            day = datetime.combine(date.fromisoformat(said), time.max if last else time.min, clock.timezone())
            return day.astimezone(UTC)
        moment = datetime.fromisoformat(said.upper().replace("Z", "+00:00"))
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refused(
            "datetime", text, "RFC 3339 时间或时间段，例如 2026-03-01T00:00:00Z/..，或 2026-03-01"
        ) from None


def _refused(name: str, text: str, right: str) -> InvalidValue:
    return InvalidValue(f"网址参数 {name} 收到“{text[:60]}”，应为{right}。请更正网址后重试。")
