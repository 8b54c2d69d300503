"""What a feature looks like: one vocabulary, compiled for each carrier."""

from layers.symbols.alternatives import Alternative, all_style_layers
from layers.symbols.maplibre import patterns, style_layers
from layers.symbols.overlay import recipe, swatch
from layers.symbols.wall import on_the_wall

__all__ = ["Alternative", "all_style_layers", "on_the_wall", "patterns", "recipe", "style_layers", "swatch"]
