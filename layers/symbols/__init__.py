"""What a feature looks like: one vocabulary, compiled for each carrier."""

from layers.symbols.maplibre import patterns, style_layers
from layers.symbols.overlay import recipe, swatch

__all__ = ["patterns", "recipe", "style_layers", "swatch"]
