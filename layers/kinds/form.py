"""What does the form of a kind ask for?"""

from __future__ import annotations

from typing import Any, Final

from layers.kinds.base import LayerKind
from layers.kinds.fields import Choice, Choices, Field, Number, Text
from layers.kinds.record import ORIGIN, PLACE, SUPERVISION
from layers.rights import Viewer, may_see

_ONE_LINE: Final = 200
_NEVER: Final = frozenset({"is_sample"})
_GROUPS: Final = {
    **{field.key: "位置" for field in PLACE},
    **{field.key: "督查" for field in SUPERVISION},
    **{field.key: "来源" for field in ORIGIN},
}
BASIC, LEGAL = "基本", "权属与期限"


def form_fields(kind: LayerKind, viewer: Viewer, unit: str | None = None) -> list[dict[str, Any]]:
    """The fields that this viewer may fill in, in the order of the declaration. unit: the owner of the layer."""
    return [_asked(field) for field in asked_for(kind, viewer, unit) if not field.off_form]


def asked_for(kind: LayerKind, viewer: Viewer, unit: str | None = None) -> list[Field]:
    """The same as they are declared: only what this viewer may see, and what no act of its own writes."""
    return [
        field
        for field in kind.fields
        if field.key not in _NEVER and not field.own_act and may_see(viewer, field.visibility, unit)
    ]


def _asked(field: Field) -> dict[str, Any]:
    """type: text, names, number, whole, year, day, flag, choice or choices. max: the largest number, or the longest text."""
    return {
        "key": field.key,
        "label": field.title,
        "type": type(field).__name__.lower(),
        "unit": field.unit,
        "required": field.required,
        "choices": _choices(field),
        "help": field.help or field.source,
        "min": field.at_least if isinstance(field, Number) else None,
        "max": _most(field),
        "multiline": isinstance(field, Text) and field.longest > _ONE_LINE,
        "legal": field.legal,
        "visibility": field.visibility,
        "group": LEGAL if field.legal else _GROUPS.get(field.key, BASIC),
    }


def _choices(field: Field) -> list[dict[str, str]]:
    """Those in use, then the retired ones, so that a record that has one keeps it."""
    if not isinstance(field, Choice | Choices):
        return []
    told = [(code, word) for code, word in field.choices.items() if code not in field.retired]
    old = [(code, f"{word}（停用）") for code, word in field.choices.items() if code in field.retired]
    return [{"value": code, "label": word} for code, word in (*told, *old)]


def _most(field: Field) -> float | None:
    if isinstance(field, Number):
        return field.at_most
    return field.longest if isinstance(field, Text) else None
