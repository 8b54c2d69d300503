"""Are the values of a record there, allowed, and true together?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from layers.checks.finding import Finding, Rows
from layers.errors import InvalidValue
from layers.kinds.fields import Field, shortened
from layers.kinds.sense import Sense


def field_findings(rows: Rows) -> Iterator[Finding]:
    """Required fields that are empty, and values that their field would not take."""
    required = [each for each in rows.kind.fields if each.required]
    known: dict[str, dict[object, str | None]] = {each.key: {} for each in rows.kind.fields}
    for row, told in enumerate(rows.properties):
        for each in required:
            if told.get(each.key) is None:
                yield Finding(
                    "missing", row, each.title, "", f"“{each.title}”必须填写，但这里是空的。请补上。"
                )
        for key, value in told.items():
            refused = known.get(key)
            if refused is None or value is None:
                continue
            if reason := _told(refused, rows.kind.by_key[key], value):
                yield Finding("bad_value", row, rows.kind.by_key[key].title, shortened(value), reason)


def sense_findings(rows: Rows, today: date) -> Iterator[Finding]:
    """Days that cannot be, and what contradicts itself."""
    sense = Sense(rows.kind, today)
    for row, told in enumerate(rows.properties):
        for doubt in sense.odd_days(told):
            yield Finding("odd_date", row, doubt.title, doubt.value, doubt.reason)
        for doubt in sense.contradictions(told):
            yield Finding("contradiction", row, doubt.title, doubt.value, doubt.reason)


def _told(refused: dict[object, str | None], each: Field, value: Any) -> str | None:
    """The refusal of a value, which is looked at once however often it stands there."""
    key = (type(value), value) if not isinstance(value, list) else tuple(map(str, value))
    if key not in refused:
        refused[key] = _refusal(each, value)
    return refused[key]


def _refusal(each: Field, value: Any) -> str | None:
    try:
        each.read(value)
    except InvalidValue as refusal:
        return refusal.message
    return None
