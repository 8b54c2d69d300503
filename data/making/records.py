"""What is written of one thing of the sample, and how does it become a line of a GeoJSON file?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from making.drawing import DECIMALS, tidy, to_degrees

ACCURACY = "示意"
DRAWN_ON = datetime(2026, 10, 31, tzinfo=UTC)
INVENTED = "示例数据，虚构，不对应任何真实地块或项目。"
PLAN = "规划文件"
PLAN_ONLY = "仅录入规划文件的用词，位置示意，不表示进度。"

Facts = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """A name, a shape in degrees, and the facts by field key. visibility: None is that of its layer."""

    name: str
    shape: BaseGeometry
    facts: Facts = field(default_factory=dict)
    visibility: str | None = None

    def properties(self) -> Facts:
        """All field values, the common ones last."""
        return {"name": self.name, **self.facts, "accuracy": ACCURACY, "is_sample": True}


def placed(name: str, shape_km: BaseGeometry, **facts: Any) -> Record:
    """A record whose shape lies on the local plane."""
    return Record(name, to_degrees(shape_km), facts)


def from_the_plan(clause: str, words: str, **facts: Any) -> Facts:
    """What the plan says of a thing, in its own words, and nothing else."""
    source = {"source_doc": PLAN, "source_clause": clause, "source_words": words}
    return {**source, "note": PLAN_ONLY, **facts}


def invented(**facts: Any) -> Facts:
    """Facts of a thing that does not exist."""
    return {**facts, "note": INVENTED}


def write(folder: Path, kind: str, title: str, records: Iterable[Record]) -> None:
    """One file per kind, one feature per line, so that a change shows as the lines it concerns."""
    head = {
        "type": "FeatureCollection",
        "title": title,
        "accuracy": ACCURACY,
        "reference_system": "CGCS2000（EPSG:4490）",
    }
    lines = ",\n".join(_compact(_feature(kind, record)) for record in records)
    text = f'{_compact(head)[:-1]},"features":[\n{lines}\n]}}\n'
    (folder / f"{kind}.geojson").write_text(text, "utf-8", newline="\n")


def permanent_uid(kind: str, name: str) -> UUID:
    """The same UUIDv7 in every edition of the sample, so that links into it stay good."""
    chance = int.from_bytes(hashlib.sha256(f"{kind} {name}".encode()).digest()[:10])
    moment = int(DRAWN_ON.timestamp() * 1000)
    number = moment << 80 | chance
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0b11 << 62) | 0b10 << 62
    return UUID(int=number)


def _feature(kind: str, record: Record) -> Facts:
    hidden = {"visibility": record.visibility} if record.visibility else {}
    return {
        "type": "Feature",
        "id": str(permanent_uid(kind, record.name)),
        **hidden,
        "properties": record.properties(),
        "geometry": _geometry(record.shape),
    }


def _geometry(shape: BaseGeometry) -> Facts:
    if shapely.get_dimensions(shape) == 2:
        shape = tidy(shape)
    geometry = mapping(shape)
    return {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}


def _rounded(numbers: Any) -> Any:
    return (
        round(float(numbers), DECIMALS)
        if isinstance(numbers, float)
        else [_rounded(each) for each in numbers]
    )


def _compact(thing: Facts) -> str:
    return json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
