"""自定义图层: which kind does a layer have whose fields the county declared itself?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from layers.kinds.base import LayerKind, Properties
from layers.kinds.fields import Choice, Choices, Day, Field, Flag, Number, Text, Whole
from layers.kinds.held import FIELDS as HOLD_FIELDS
from layers.kinds.held import holdable
from layers.kinds.own_fields import Declaration, OwnField, declared, stored_declaration
from layers.kinds.own_looks import LOOKS, NONE, ONE, classes_of
from layers.kinds.record import CODE, IDENTITY, NAME, ORIGIN, PLACE

CUSTOM: Final = "custom_layer"
TITLE: Final = "自定义图层"
GROUP: Final = "own"
OWNER: Final = "自然资源和规划局"
RANK: Final = 70
BASE: Final[tuple[Field, ...]] = (
    replace(NAME, required=False),
    replace(CODE, card=False),
    *IDENTITY,
    *PLACE,
    *ORIGIN,
)
"""What every record has: who it is, where it lies, where it comes from."""
_TILED: Final = frozenset({"text", "whole", "decimal", "day", "flag", "choice"})


def declaration_from(raw: object, before: Declaration | None = None, *, in_use: bool = False) -> Declaration:
    """The declaration that the screen sent; raises InvalidValue. in_use: the layer has records."""
    reserved = [each.title for each in (*BASE, *HOLD_FIELDS)]
    found = declared(raw, before, looks=LOOKS, in_use=in_use, reserved=reserved)
    custom_kind(found.stored(), TITLE)
    return found


def custom_kind(own_fields: Mapping[str, Any], title: str) -> LayerKind:
    """The kind of a layer with this declaration and title; kept as long as both stay."""
    return _built(_Told(str(own_fields["edition"]), title, own_fields))


@dataclass(frozen=True)
class _Told:
    """Equal when the content is, which its edition names."""

    edition: str
    title: str
    own_fields: Mapping[str, Any] = field(compare=False)


@lru_cache(maxsize=256)
def _built(told: _Told) -> LayerKind:
    declaration = stored_declaration(told.own_fields)
    fields = tuple(_field(each) for each in declaration.active)
    made = LayerKind(
        key=CUSTOM,
        title=told.title,
        group=GROUP,
        measure_word=declaration.word,
        geometry=declaration.geometry,
        shapes=(declaration.geometry,),
        fields=(*BASE[:2], *fields, *BASE[2:]),
        classes=classes_of(declaration, told.title),
        classify=_classify(declaration),
        rank=RANK,
        owner=OWNER,
        tiled=tuple(
            each.key
            for each in declaration.active
            if each.filterable and each.visibility == "public" and each.sort in _TILED
        ),
        label_field=declaration.label_by,
        searched=tuple(each.key for each in declaration.active if each.sort == "text"),
        retired=frozenset(each.key for each in declaration.fields if each.retired),
    )
    return holdable(made) if declaration.geometry == "polygon" else made


def _classify(declaration: Declaration) -> Callable[[Properties, Properties], str]:
    by = declaration.color_by
    codes = {each.code for own in declaration.active if own.key == by for each in own.choices}

    def classify(properties: Properties, derived: Properties) -> str:
        code = properties.get(by)
        return str(code) if code in codes else NONE

    return classify if by else lambda properties, derived: ONE


def _field(own: OwnField) -> Field:
    facts: dict[str, Any] = dict(_common(own))
    if own.sort in ("choice", "choices"):
        facts["choices"] = {each.code: each.title for each in own.choices}
        facts["retired"] = frozenset(each.code for each in own.choices if each.retired)
        return Choice(**facts) if own.sort == "choice" else Choices(**facts)
    if own.sort == "long_text":
        return Text(**facts, longest=2000)
    if own.sort in ("whole", "decimal"):
        number = Whole if own.sort == "whole" else Number
        return number(**facts, at_least=-1e12, at_most=1e12)
    if own.sort == "flag":
        return Flag(**facts)
    return Day(**facts) if own.sort == "day" else Text(**facts)


def _common(own: OwnField) -> Iterator[tuple[str, Any]]:
    for name in ("key", "title", "unit", "required", "help", "visibility", "filterable", "card", "listed"):
        yield name, getattr(own, name)
    yield "off_card", not own.card
