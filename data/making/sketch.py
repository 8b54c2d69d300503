"""What does the hand-drawn sketch of the county hold?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from making.drawing import Line, Point, to_km

SKETCH = Path(__file__).parents[1] / "sketch.geojson"


@dataclass(frozen=True)
class Drawn:
    """One thing of the sketch: its facts, and its points on the local plane (one for a town or a site)."""

    name: str
    facts: dict[str, str]
    line: Line

    @property
    def point(self) -> Point:
        return self.line[0]


def drawn(what: str) -> list[Drawn]:
    """All things of one sort (outline, town, site, river, road), in the order of the sketch."""
    features = json.loads(SKETCH.read_text("utf-8"))["features"]
    return [_read(feature) for feature in features if feature["properties"]["what"] == what]


def drawn_named(what: str, name: str) -> Drawn:
    """The one thing of this sort and name."""
    return next(thing for thing in drawn(what) if thing.name == name)


def _read(feature: dict[str, Any]) -> Drawn:
    facts, geometry = feature["properties"], feature["geometry"]
    points = geometry["coordinates"]
    if geometry["type"] == "Point":
        points = [points]
    if geometry["type"] == "Polygon":
        points = points[0]
    return Drawn(facts["name"], facts, [to_km(point) for point in points])
