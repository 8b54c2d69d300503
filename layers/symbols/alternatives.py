"""How is a layer drawn where one view colours it by another field than everywhere else?

Its alternative classes stand beside its own in style and overlay, under the key of the field and a dot; which of them
is on is for the map to say (static/js/map/coloring.js). The tiles stay what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from layers.symbols.maplibre import StyleLayer, style_layers

if TYPE_CHECKING:
    from layers.kinds.base import LayerKind

_MARK: Final = "\n"
"""No layer has it in its key."""


@dataclass(frozen=True)
class Alternative:
    """A kind as a field colours it. codes: the class of each value; none: of every other; parts: classes that stay."""

    layer: str
    field: str
    kind: LayerKind
    codes: Mapping[str, str]
    none: str
    parts: Sequence[str]

    def named(self, symbol: str) -> str:
        """The key of a class beside those of the layer itself."""
        return f"{self.field}.{symbol}"

    @property
    def beside(self) -> LayerKind:
        """The same kind with classes named so."""
        classes = tuple(replace(each, key=self.named(each.key)) for each in self.kind.classes)
        return replace(self.kind, classes=classes)

    @property
    def told(self) -> dict[str, Any]:
        """For the map: how a feature finds its class."""
        codes = {value: self.named(symbol) for value, symbol in self.codes.items()}
        parts = {symbol: self.named(symbol) for symbol in self.parts}
        return {"codes": codes, "none": self.named(self.none), "parts": parts}

    def test(self, symbol: str) -> list[Any]:
        """Whether a feature of a tile belongs to this class."""
        if symbol in self.parts:
            return ["==", ["get", "symbol"], symbol]
        values = [value for value, found in self.codes.items() if found == symbol]
        is_part = ["match", ["get", "symbol"], list(self.parts), True, False] if self.parts else False
        wanted = values if symbol != self.none else list(self.codes)
        has_value = ["match", ["get", self.field], wanted, True, False] if wanted else False
        return ["all", ["!", is_part], ["!", has_value] if symbol == self.none else has_value]


def all_style_layers(
    layers: Sequence[tuple[str, LayerKind]], alternatives: Sequence[Alternative]
) -> list[StyleLayer]:
    """The style layers of all, bottom first, each alternative at the height of its layer."""
    by_name = {f"{each.layer}{_MARK}{each.field}": each for each in alternatives}
    whole = style_layers([*layers, *((name, each.beside) for name, each in by_name.items())])
    return [_settled(layer, by_name.get(str(layer["metadata"]["layer"]))) for layer in whole]


def _settled(layer: StyleLayer, alternative: Alternative | None) -> StyleLayer:
    if alternative is None:
        return layer
    symbol = str(layer["metadata"]["class"])
    own = alternative.test(symbol.removeprefix(f"{alternative.field}."))
    return {
        **layer,
        "id": layer["id"].replace(_MARK, "."),
        "source-layer": alternative.layer,
        "metadata": {"layer": alternative.layer, "class": symbol, "colors": alternative.field},
        "filter": _put(layer["filter"], ["==", ["get", "symbol"], symbol], own),
    }


def _put(test: Any, old: Any, new: Any) -> Any:
    if test == old:
        return new
    return [_put(each, old, new) for each in test] if isinstance(test, list) else test
