"""Are the values of a record there, allowed, and true together?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from layers.checks.finding import Finding, Rows
from layers.errors import InvalidValue
from layers.kinds.fields import Field, shortened
from layers.kinds.sense import contradictions, odd_days

_UNKNOWN: Any = object()


def field_findings(rows: Rows) -> Iterator[Finding]:
    """Required fields that are empty, and values that their field would not take."""
    for each in rows.kind.fields:
        refused: dict[object, str | None] = {}
        for row, told in enumerate(rows.properties):
            value = told.get(each.key)
            if value is None:
                if each.required:
                    yield Finding(
                        "missing", row, each.title, "", f"“{each.title}”必须填写，但这里是空的。请补上。"
                    )
                continue
            key = (type(value), value) if not isinstance(value, list) else tuple(map(str, value))
            reason = refused.get(key, _UNKNOWN)
            if reason is _UNKNOWN:
                reason = refused[key] = _refusal(each, value)
            if reason:
                yield Finding("bad_value", row, each.title, shortened(value), reason)


def sense_findings(rows: Rows, today: date) -> Iterator[Finding]:
    """Days that cannot be, and what contradicts itself."""
    for row, told in enumerate(rows.properties):
        for doubt in odd_days(rows.kind, told, today):
            yield Finding("odd_date", row, doubt.title, doubt.value, doubt.reason)
        for doubt in contradictions(rows.kind, told):
            yield Finding("contradiction", row, doubt.title, doubt.value, doubt.reason)


def _refusal(each: Field, value: Any) -> str | None:
    try:
        each.read(value)
    except InvalidValue as refusal:
        return refusal.message
    return None
