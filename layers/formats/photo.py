"""Where were these photos taken? Each becomes a point with its time and the direction it looks in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from layers import crs
from layers.errors import UnreadableFile
from layers.formats.dataset import Dataset, Values
from layers.photos import Taken, read_taken

NO_PLACE: Final = "照片里没有位置（拍摄时没开定位，或经微信等转发后丢失）。请在“批量照片”页把它放到图上。"
NO_PHOTO: Final = "照片已损坏，或不是 JPEG、HEIC。请重新导出这一张。"
KEPT: Final = "每张照片随导入挂到自己的点上，读者看到的不带 EXIF；同一处的多张要归成一个点，请用“批量照片”页"


def read(folder: Path, names: Sequence[str], name: str) -> Dataset:
    """Read the photos in `folder`, which lie there in the order of their names, under names of ours."""
    files = sorted(each.name for each in folder.iterdir())
    found = read_taken(folder, files)
    if not any(found):
        raise UnreadableFile("没有一张照片能读取。请选择手机或相机拍摄的 JPEG、HEIC 原图。")
    dataset = Dataset(name, np.array([_point(each) for each in found], object), _columns(names, found))
    dataset.bad_shapes = {
        at: NO_PLACE if each else NO_PHOTO for at, each in enumerate(found) if not _placed(each)
    }
    dataset.places = [f"第 {at} 张 {each}" for at, each in enumerate(names, 1)]
    dataset.crs = crs.Definition(crs.SHOWN, crs.name_of(crs.SHOWN))
    dataset.shift_asked = "手机照片（部分国产手机写入的是 GCJ-02）"
    dataset.pictures = True
    dataset.notes.append(KEPT)
    return dataset


def _placed(taken: Taken | None) -> bool:
    return taken is not None and taken.lon is not None and taken.lat is not None


def _point(taken: Taken | None) -> shapely.Point | None:
    if taken is None or taken.lon is None or taken.lat is None:
        return None
    return shapely.Point(taken.lon, taken.lat)


def _columns(names: Sequence[str], found: Sequence[Taken | None]) -> dict[str, Values]:
    times: Values = [each.taken_at.isoformat(" ") if each and each.taken_at else None for each in found]
    headings: Values = [each.heading if each else None for each in found]
    columns: dict[str, Values] = {"name": [Path(name).stem for name in names], "拍摄时间": times}
    return columns | ({"方位角": headings} if any(each is not None for each in headings) else {})
