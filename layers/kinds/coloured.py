"""What does a shipped kind look like when an administrator lets another of its fields colour it?

Its drawing stays (widths, squares, seals, from which zoom on): colours, hatches, dashes and characters follow the
choices of the field, because colour is never the only carrier. What lies within others (a phase in its zone) keeps
the class it had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, TypeGuard

from layers.errors import InvalidValue
from layers.kinds.base import LayerKind, Properties
from layers.kinds.fields import Choice, Field
from layers.kinds.own_fields import MOST_COLORS, Look
from layers.kinds.own_looks import COLORS, DASHES, NONE, pattern_of, series
from layers.symbols.alternatives import Alternative
from layers.symbols.vocabulary import Fill, Line, Mark, Marker, SymbolClass

_CASING: Final = "#FFFFFF"
_FIRST: Final = Look(color="indigo", fill="cross")
_REST: Final = Look(color="slate", dash="dot", fill="none")
_MARKS: Final[tuple[tuple[Mark, bool], ...]] = (("", False), ("x", False), ("dot", False), ("dash", False))


def coloring_fields(kind: LayerKind) -> tuple[Choice, ...]:
    """The fields that may colour a layer of this kind: lists of few words that everybody may see.

    What lies under the map (rivers, standing roads, boundaries) keeps the look that everything else is read against.
    """
    return () if kind.backdrop else tuple(each for each in kind.fields if _colors(each))


def checked_color_by(kind: LayerKind, key: str) -> str:
    """The key of a field that may colour, or "" for the kind's own colours; raises InvalidValue."""
    offered = {each.key: each.title for each in coloring_fields(kind)}
    if key and key not in offered:
        words = "、".join(offered.values()) or "（本类图层没有可选字段）"
        raise InvalidValue(
            f"着色字段收到“{key[:60]}”，应为以下之一：{words}。请重新选择，或改为“按系统规定”。"
        )
    return key


def coloured(kind: LayerKind, key: str) -> LayerKind:
    """The same kind with the choices of this field as its classes; itself when the field colours no more."""
    return _built(_Asked(kind.key, key, kind))


def recoloured(kind: LayerKind, key: str) -> LayerKind:
    """The same, also where another field colours the layer everywhere else; "" leaves it as it is."""
    return coloured(kind.shipped or kind, key) if key else kind


def map_coloring_fields(kind: LayerKind) -> tuple[Choice, ...]:
    """Of these, what one view may colour by: their values travel in the tiles."""
    own = kind.shipped or kind
    return tuple(each for each in coloring_fields(own) if each.key in own.tiled_keys)


def alternative(layer: str, kind: LayerKind, key: str) -> Alternative:
    """How the map draws a layer that one view colours by this field; raises InvalidValue."""
    own = kind.shipped or kind
    offered = {each.key: each for each in map_coloring_fields(own)}
    by = offered.get(checked_color_by(own, key))
    if by is None:
        raise InvalidValue(f"“{own.by_key[key].title}”不随地图瓦片下发，不能在一幕里用来着色。请换一个字段。")
    return Alternative(
        layer=layer,
        field=key,
        kind=coloured(own, key),
        codes={choice: _code(choice) for choice in by.choices},
        none=NONE,
        parts=[each.key for each in own.classes if each.part],
    )


@dataclass(frozen=True)
class _Asked:
    """Which kind, coloured by which of its fields."""

    kind_key: str
    field_key: str
    kind: LayerKind = field(compare=False)


@lru_cache(maxsize=256)
def _built(asked: _Asked) -> LayerKind:
    kind = asked.kind
    by = next((each for each in coloring_fields(kind) if each.key == asked.field_key), None)
    if by is None:
        return kind
    return replace(kind, classes=_classes(kind, by), classify=_classify(kind, by), shipped=kind)


def _colors(each: Field) -> TypeGuard[Choice]:
    return isinstance(each, Choice) and each.visibility == "public" and 2 <= len(each.offered) <= MOST_COLORS


def _code(choice: str) -> str:
    return f"by_{choice}"


def _classify(kind: LayerKind, by: Choice) -> Callable[[Properties, Properties], str]:
    parts = frozenset(each.key for each in kind.classes if each.part)

    def classify(properties: Properties, derived: Properties) -> str:
        before = kind.classify(properties, derived)
        if before in parts:
            return before
        choice = properties.get(by.key)
        return _code(str(choice)) if choice in by.choices else NONE

    return classify


def _classes(kind: LayerKind, by: Choice) -> tuple[SymbolClass, ...]:
    drawn = next(each for each in kind.classes if not each.part)
    words, looks = by.offered, series(_FIRST, len(by.offered))
    characters = distinct_characters(words.values())
    return (
        *(
            _class(drawn, _code(code), word, look, characters[place], _MARKS[place % len(_MARKS)])
            for place, ((code, word), look) in enumerate(zip(words.items(), looks, strict=True))
        ),
        *(
            _class(drawn, _code(code), f"{by.choices[code]}（停用）", _REST, "", ("", True), quiet=True)
            for code in by.choices
            if code in by.retired
        ),
        _class(drawn, NONE, f"未填{by.title}", _REST, "", ("", True), quiet=True),
        *(each for each in kind.classes if each.part),
    )


def distinct_characters(words: Iterable[str]) -> list[str]:
    """One character of each word, another one for each as far as the words allow it."""
    taken: list[str] = []
    for word in words:
        usable = [char for char in word if char.isalnum()]
        taken.append(next((char for char in usable if char not in taken), usable[0] if usable else ""))
    return taken


def _class(
    drawn: SymbolClass,
    key: str,
    title: str,
    look: Look,
    character: str,
    mark: tuple[Mark, bool],
    *,
    quiet: bool = False,
) -> SymbolClass:
    color = COLORS[look.color][1]
    return replace(
        drawn,
        key=key,
        title=title,
        fills=tuple(_fills(drawn, look, color)),
        lines=tuple(_lines(drawn, look, color)),
        marker=_marker(drawn.marker, color, character, mark) if drawn.marker else None,
        label=replace(drawn.label, color=color) if drawn.label else None,
        quiet=quiet,
    )


def _fills(drawn: SymbolClass, look: Look, color: str) -> Iterable[Fill]:
    """Where the kind fills, the hatch of this class; a tint beneath it, so that areas read from afar."""
    if drawn.fills and look.fill != "none":
        from_zoom = drawn.fills[0].from_zoom
        yield Fill(color=color, opacity=0.14, from_zoom=from_zoom)
        if pattern := pattern_of(look.fill, color):
            yield Fill(pattern=pattern, from_zoom=from_zoom)


def _lines(drawn: SymbolClass, look: Look, color: str) -> Iterable[Line]:
    """White casings stay; the first line that has a colour takes the one of this class."""
    colored = next((each for each in drawn.lines if each.color.upper() != _CASING), None)
    yield from (each for each in drawn.lines if each.color.upper() == _CASING)
    if colored:
        dash = () if drawn.fills else DASHES[look.dash][1]
        yield replace(colored, color=color, dash=dash, round_ends=colored.round_ends and not dash)


def _marker(marker: Marker, color: str, character: str, mark: tuple[Mark, bool]) -> Marker:
    sign, hollow = mark
    return replace(
        marker,
        fill="#FFFFFF" if hollow else color,
        edge=color,
        mark=sign if marker.shape == "square" else "",
        hollow=hollow,
        text=character if marker.text or marker.text_from else "",
        text_from="",
        hollow_from="",
    )
