"""How do photos come onto the map with the points that they make? Prepared before, attached in the moment all is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import shapely

from layers.attaching import Upload, prepare
from layers.blobs import Blobs
from layers.errors import MapError, UnreadableFile
from layers.formats.photo_files import photo_files
from layers.intake.planning import Plan
from layers.store.attachments import Facts, NewAttachment
from layers.store.edit import NewFeature
from layers.store.rows import new_uid

_SOURCE: Final = "position_source"


class Pictured(NamedTuple):
    """Points with uids of their own, and the photo of each by its uid."""

    new: list[NewFeature]
    photos: dict[str, NewAttachment]


def pictured(
    blobs: Blobs, file: Path, plan: Plan, new: Sequence[NewFeature], tell: Callable[[int], object]
) -> Pictured:
    """The photos of these points (of `plan.good`), their files on the disk. tell: hears how many are done.

    Raises UnreadableFile with the name of a photo that cannot be shown.
    """
    rows = {id(feature): row for feature, row in zip(plan.good, plan.rows, strict=True)}
    found = Pictured([], {})
    with photo_files(file) as files:
        for feature in new:
            name, photo = files[rows[id(feature)] - 1]
            uid = new_uid()
            found.photos[uid] = _prepared(blobs, plan, feature, name, photo.read_bytes())
            found.new.append(replace(feature, uid=uid, properties=_sourced(plan, feature)))
            tell(len(found.new))
    return found


def _prepared(blobs: Blobs, plan: Plan, feature: NewFeature, name: str, content: bytes) -> NewAttachment:
    lon, lat = shapely.get_coordinates(feature.shape)[0].tolist()
    facts = Facts(uid=new_uid(), lon=lon, lat=lat, position_source=_source(plan))
    try:
        return prepare(blobs, Upload(content, name, "", facts))
    except MapError as refusal:
        raise UnreadableFile(f"{refusal.message}没有导入任何内容；也可以从压缩包里去掉这一张。") from None


def _sourced(plan: Plan, feature: NewFeature) -> dict[str, object]:
    """Where the position comes from, for kinds that tell it."""
    told = dict(feature.properties)
    if _SOURCE in plan.kind.by_key:
        told.setdefault(_SOURCE, _source(plan))
    return told


def _source(plan: Plan) -> str:
    return "gcj02" if "GCJ-02" in plan.shift else "exif"
