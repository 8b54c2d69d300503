"""Where is the map kept? `Database` opens sessions; find in `query` and `search`, change in `edit`."""

from __future__ import annotations

from layers.store.engine import Database

__all__ = ["Database"]
