"""What lies under a project? Every layer that the viewer may see, control lines by their rules (压盖分析).

Areas are ellipsoidal, of CGCS2000 shapes. A line without data, or with data that do not cover the project, is 未检查,
never free of conflict. The result is plain JSON: what is saved, shown, printed and hashed is the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers import clock
from layers.analysis.control_lines import Lines
from layers.analysis.hits import Hit, hits_in, largest, name_hits, told
from layers.analysis.sizes import km_of, m2_of, mu_of
from layers.errors import InvalidValue
from layers.kinds import BOUNDARIES, kind_for
from layers.measure import areas_m2, length_m
from layers.rights import Viewer
from layers.rules.compliance import LINE_RULES, SLIVER_M2
from layers.store import query
from layers.store.editions import CONTROL_LINE, editions
from layers.store.found import FoundFeature

MOST_SUBJECTS: Final = 2000
MOST_PIECES: Final = 400
MOST_POINTS: Final = 40_000
"""Shapes and vertices that a result carries for the map."""

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Subject:
    """What is checked: a feature, or a shape that somebody drew or brought (CGCS2000 degrees)."""

    name: str
    shape: BaseGeometry
    uid: str | None = None
    id: int | None = None
    layer_key: str | None = None
    layer_title: str = ""
    version: int | None = None
    sample: bool = False


@dataclass
class Checked:
    """The result as JSON, and the versions of the layers it rests on."""

    result: dict[str, Any]
    versions: dict[str, int] = field(default_factory=dict)


def subject_of(feature: FoundFeature) -> Subject:
    """A feature on the map, to be checked."""
    return Subject(
        name=feature.name,
        shape=feature.shape,
        uid=feature.uid,
        id=feature.id,
        layer_key=feature.layer_key,
        layer_title=feature.layer_title,
        version=feature.version,
        sample=bool(feature.properties.get("is_sample")),
    )


def check(session: Session, viewer: Viewer, subjects: Sequence[Subject]) -> Checked:
    """Lay the subjects over every layer that the viewer may see; raises InvalidValue when there is nothing to lay."""
    _refuse_unfit(subjects)
    shapes = np.array([each.shape for each in subjects], object)
    found = query.layer_rows(session, viewer)
    asked = [each for each in found if not kind_for(each).backdrop]
    hits = {each.key: _not_own(hits_in(session, viewer, each.key, shapes), subjects) for each in asked}
    on_lines = [hit for each in asked if each.kind == CONTROL_LINE for hit in hits[each.key]]
    # Every control line must be read, for its type; of very many others the largest have a name, and all count.
    name_hits(session, viewer, [*on_lines, *largest(_all(hits))])
    county = county_shape(session, viewer)
    sizes = areas_m2(shapes)
    result: dict[str, Any] = {
        "day": clock.today().isoformat(),
        "tolerance_m2": SLIVER_M2,
        "subjects": [_told_subject(each, size) for each, size in zip(subjects, sizes, strict=True)],
        "area_mu": mu_of(float(sizes.sum())),
        "area_m2": m2_of(float(sizes.sum())),
        "lines": Lines(shapes, sizes, county, editions(session, viewer)).rows(on_lines),
        "layers": list(_others(asked, hits, sizes)),
        "slivers": [told(hit, sizes) for hit in largest(_all(hits)) if hit.is_sliver],
    }
    result["pieces"] = _pieces(_all(hits))
    result["shapes"] = _outlines(shapes)
    result["sample"] = _has_sample(subjects, _all(hits))
    versions = {each.key: each.version for each in found if not kind_for(each).backdrop}
    return Checked(result, versions)


def _has_sample(subjects: Sequence[Subject], hits: Sequence[Hit]) -> bool:
    named = (hit.feature.properties for hit in hits if hit.feature)
    return any(each.sample for each in subjects) or any(said.get("is_sample") for said in named)


def _not_own(hits: Sequence[Hit], subjects: Sequence[Subject]) -> list[Hit]:
    """A feature lies on itself, which says nothing."""
    return [hit for hit in hits if subjects[hit.subject].id != hit.id]


def _all(hits: Mapping[str, Sequence[Hit]]) -> list[Hit]:
    return [hit for of_layer in hits.values() for hit in of_layer]


def _refuse_unfit(subjects: Sequence[Subject]) -> None:
    if not subjects:
        raise InvalidValue("没有要分析的图形。请先选择或绘制一个图形。")
    if len(subjects) > MOST_SUBJECTS:
        raise InvalidValue(
            f"一次最多分析 {MOST_SUBJECTS:,} 个图形，收到 {len(subjects):,} 个。请分几次分析。"
        )
    for each in subjects:
        if not shapely.is_valid(each.shape) or shapely.is_empty(each.shape):
            raise InvalidValue(
                f"“{each.name}”的边界自相交或为空，不能计算压盖面积：{shapely.is_valid_reason(each.shape)}。请先改正图形。"
            )


def county_shape(session: Session, viewer: Viewer) -> BaseGeometry | None:
    """The ground that the boundaries on the map cover; None while there are none."""
    found: list[BaseGeometry] = []
    for layer in query.layer_rows(session, viewer):
        if layer.kind == BOUNDARIES:
            found += [area.shape for area in query.find_features(session, viewer, layer)]
    return shapely.union_all(found) if found else None


def _others(
    layers: Sequence[Any], hits: Mapping[str, Sequence[Hit]], sizes: NDArray[np.float64]
) -> Iterator[dict[str, Any]]:
    for each in layers:
        found = [hit for hit in hits[each.key] if not hit.is_sliver]
        if each.kind == CONTROL_LINE or not found:
            continue
        size = sum(hit.area_m2 for hit in found)
        yield {
            "key": each.key,
            "title": each.title,
            "count": len({hit.id for hit in found}),
            "measure_word": kind_for(each).measure_word,
            "data_date": each.data_date.isoformat() if each.data_date else None,
            "area_mu": mu_of(size),
            "length_km": km_of(sum(hit.length_m for hit in found)),
            "objects": [told(hit, sizes) for hit in largest(found)],
        }


def _told_subject(each: Subject, size_m2: float) -> dict[str, Any]:
    return {
        "name": each.name,
        "uid": each.uid,
        "layer": each.layer_key,
        "layer_title": each.layer_title,
        "version": each.version,
        "sample": each.sample,
        "area_mu": mu_of(size_m2),
        "area_m2": m2_of(size_m2),
        "length_km": km_of(length_m(each.shape)),
    }


def _outlines(shapes: Shapes) -> list[dict[str, Any]]:
    """The subjects as GeoJSON, as many as fit."""
    points = np.cumsum(shapely.get_num_coordinates(shapes))
    return [json.loads(each) for each in shapely.to_geojson(shapes[points <= MOST_POINTS])]


def _pieces(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """The largest shared pieces as GeoJSON, for the map."""
    told: list[dict[str, Any]] = []
    points = 0
    for hit in largest(hits)[:MOST_PIECES]:
        points += int(shapely.get_num_coordinates(hit.shape))
        if points > MOST_POINTS:
            break
        of_line = hit.feature.properties.get("line_type") if hit.feature else None
        rule = LINE_RULES.get(str(of_line))
        shape = json.loads(shapely.to_geojson(hit.shape))
        level = rule.level.value if rule and not rule.outside else None
        told.append({"level": level, "subject": hit.subject, "geometry": shape})
    return told
