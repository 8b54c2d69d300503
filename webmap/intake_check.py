"""坐标检查: what says where the shapes of a file lie, where else they could lie, and what each answer would look like."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from layers import crs, shift
from layers.crs import Bounds
from layers.errors import MapError
from layers.intake import Dataset, landing
from webmap.sketch import light

SAMPLE: Final = 400
MOST_OFFERED: Final = 6
LARGEST_DEGREES: Final = 400
SOURCES: Final = (
    (shift.NOT_SHIFTED, "没有偏移", "天地图、GPS、测量数据，按原坐标读取"),
    ("gcj02", "GCJ-02", "高德、腾讯地图，奥维 9.3 以后导出的 KML、TXT、CSV"),
    ("bd09", "BD-09", "百度地图"),
)

Shapes = landing.Shapes


def sample_of(dataset: Dataset) -> Shapes:
    """Some of the shapes, as they came."""
    shapes = dataset.shapes[: 4 * SAMPLE]
    return shapes[~shapely.is_missing(shapes)][:SAMPLE]


class CoordinateCheck:
    """Looked at before the file is landed, which may swap or shift its coordinates."""

    def __init__(self, dataset: Dataset, county: Bounds | None, answers: dict[str, Any]) -> None:
        self._some, self._county, self._answers = sample_of(dataset), county, answers
        self._raw = landing.raw_bounds(dataset)
        self._declared = dataset.crs
        self._doubt = dataset.doubt
        self._candidates = landing.possible(dataset, county)[:MOST_OFFERED]

    def told(self, code: int | None = None, system: str = "") -> dict[str, Any] | None:
        """For the page; None for a file whose rows lie nowhere. code, system: as what it was read."""
        if self._raw is None:
            return None
        swapped = bool(self._answers.get("swap"))
        return {
            "declared": self._declared.name if self._declared else "",
            "doubt": self._doubt,
            "values": landing.values_told(self._raw),
            "system": system,
            "swapped": swapped,
            "choices": [self._candidate(each, code, swapped=swapped) for each in self._candidates],
            "sources": self._sources(code),
        }

    def question(self, sentence: str) -> dict[str, Any] | None:
        """The systems in which the file would lie in the county, when there are any: one click is the answer."""
        inside = [each for each in self._candidates if each.inside]
        if not inside or self._county is None:
            return None
        choices = [self._candidate(each, None, swapped=False) for each in inside]
        return {"name": "crs", "sentence": sentence, "choices": choices}

    def landing(self, value: str) -> list[Any]:
        """Where some of the shapes would lie when read as this system."""
        number, swap, _ = value.partition(crs.SWAPPED)
        some = landing.exchanged(self._some) if swap else self._some
        try:
            return light(shift.to_stored(some, int(number), None))
        except MapError:
            return []

    def _candidate(self, each: crs.Candidate, code: int | None, *, swapped: bool) -> dict[str, Any]:
        value = landing.candidate_value(each)
        return {
            "value": value,
            "title": each.title,
            "consequence": each.lands(self._county),
            "shapes": self.landing(value),
            "chosen": (each.code, each.swapped) == (code, swapped),
        }

    def _sources(self, code: int | None) -> list[dict[str, Any]]:
        """Degrees may come from a public map: with and without its shift."""
        if self._raw is None or code is None or max(map(abs, self._raw)) > LARGEST_DEGREES:
            return []
        some = landing.exchanged(self._some) if self._answers.get("swap") else self._some
        plain = shift.to_stored(some, code, None)
        now = self._answers.get("shift") or shift.NOT_SHIFTED
        return [self._source(key, title, words, plain, chosen=key == now) for key, title, words in SOURCES]

    @staticmethod
    def _source(key: str, title: str, words: str, plain: Shapes, *, chosen: bool) -> dict[str, Any]:
        public = shift.public_map(key)
        moved = shift.to_stored(plain, crs.STORED, public) if public else plain
        moved_m = _distance_m(plain, moved)
        consequence = f"{words}；图形移动约 {moved_m:.0f} 米" if moved_m else words
        return {
            "value": key,
            "title": title,
            "consequence": consequence,
            "shapes": light(moved),
            "plain": light(plain),
            "chosen": chosen,
        }


def _distance_m(before: Shapes, after: Shapes) -> float:
    """How far the first position moved, on the ellipsoid."""
    from layers.measure import length_m

    pair = [shapely.get_coordinates(each)[:1] for each in (before, after)]
    if any(len(each) == 0 or not np.isfinite(each).all() for each in pair):
        return 0.0
    return float(length_m(shapely.LineString(np.concatenate(pair))))
