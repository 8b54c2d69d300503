"""People change the map: what they ask for is read, checked and made ready before anything is written."""

from __future__ import annotations

from layers.editing.about import about

__all__ = ["about"]
