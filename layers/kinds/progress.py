"""How far is a project? What its card says first, where it is known."""

from __future__ import annotations

from datetime import date

from layers.kinds.base import Insight, Properties


def progress(properties: Properties, derived: Properties, today: date) -> Insight:
    """The share that is built, in the words of 形象进度; nothing where nobody reported it."""
    done = properties.get("progress_pct")
    return Insight() if done is None else Insight(value=f"{done:g}", unit="%", label="形象进度")
