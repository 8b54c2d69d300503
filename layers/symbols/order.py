"""What lies on top of what? The fills and lines of all layers, from the ground up, alike on every carrier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from layers.symbols.vocabulary import Fill, Line, SymbolClass

if TYPE_CHECKING:
    from layers.kinds.base import LayerKind


class Part(NamedTuple):
    """One fill or line of one class of a layer; number: its place among the fills or lines of its class."""

    layer: str
    symbol: SymbolClass
    number: int
    look: Fill | Line


def in_order(layers: Sequence[tuple[str, LayerKind]]) -> list[Part]:
    """All that these layers (key, kind) draw, bottom first."""
    parts = [entry for key, kind in layers for entry in _of_layer(key, kind)]
    return [part for _, part in sorted(parts, key=lambda entry: entry[0])]


def _of_layer(key: str, kind: LayerKind) -> Iterator[tuple[tuple[float, ...], Part]]:
    for place, symbol in enumerate(kind.classes):
        for number, fill in enumerate(symbol.fills):
            below = (1.0 if kind.backdrop else 4.0, _depth(kind), number, place)
            yield below, Part(key, symbol, number, fill)
        for number, line in enumerate(symbol.lines):
            # The last class of a kind is the least: the first is drawn on top.
            above = (_stage(line, kind), _depth(kind), number, -place)
            yield above, Part(key, symbol, number, line)


def _depth(kind: LayerKind) -> float:
    # Backdrop kinds lie in the order of their rank; thematic ones the other way, the first on top.
    return kind.rank if kind.backdrop else -kind.rank


def _stage(line: Line, kind: LayerKind) -> float:
    if line.level == 2:
        return 3 if kind.backdrop else 5
    return {0: 0, 1: 2, 3: 6, 4: 7}[line.level]
