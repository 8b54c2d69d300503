"""Which plots does a 界址点 TXT hold, in which coordinate system, and what is odd about them?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers import crs, shift
from layers.errors import UnreadableFile
from layers.formats import encoding
from layers.formats.boundary_txt import rings as ringing
from layers.formats.boundary_txt.columns import Columns, columns_of, faults_of
from layers.formats.boundary_txt.lines import Document, Record, document_of, point_faults
from layers.formats.dataset import Dataset
from layers.measure import areas_m2

MOST_BYTES: Final = 128 << 20
_SAME_M, _SAME_DEG = 0.001, 1e-8
_PREFIX_M: Final = 1_000_000
_OVERLAP_M2: Final = 1.0
_M2_PER: Final = {"公顷": Decimal(10000), "亩": Decimal(2000) / 3, "平方米": Decimal(1)}
_UNIT_WORDS: Final = {
    "公顷": "公顷",
    "ha": "公顷",
    "hm2": "公顷",
    "亩": "亩",
    "平方米": "平方米",
    "㎡": "平方米",
    "m2": "平方米",
}
_UNIT_SHARE: Final = 0.02
_OFF_SHARE, _OFF_M2 = 0.001, 10.0


def read(path: Path, name: str, answer: str | None = None) -> Dataset:
    """Read a 界址点 TXT; answer: the encoding the user chose. A bad plot does not lose the good ones."""
    text, decoding = text_in(path.read_bytes(), answer)
    document = document_of(text)
    columns = columns_of(document.records)
    if columns is None:
        raise UnreadableFile(_no_coordinates(document))
    dataset = Dataset(name, _shapes(document, columns), {})
    dataset.encoding = decoding.title
    dataset.notes += [decoding.note] if decoding.note else []
    _take_crs(dataset, document, columns)
    areas = _areas_m2(dataset, columns)
    _compare_areas(document, areas)
    _find_overlaps(document, dataset, columns)
    _tell(dataset, document)
    dataset.columns = _columns(document)
    return dataset


def text_in(content: bytes, answer: str | None) -> tuple[str, encoding.Decoding]:
    """BOM, then strict UTF-8, then strict GB18030; UTF-16 is known by its NULs."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(
            f"文件有 {len(content) >> 20} MB，最多 {MOST_BYTES >> 20} MB。请拆分后分别导入。"
        )
    if content.startswith(b"\xef\xbb\xbf"):
        content, answer = content[3:], answer or "UTF-8"
    if codec := _utf16(content):
        return _in_utf16(content, codec)
    chosen = encoding.choose([encoding.Row(1, (content,))], answer=answer)
    return encoding.decoded(content, chosen.codec), chosen


def _utf16(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = content[:400]
    if sample.count(0) * 4 < len(sample):
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def _in_utf16(content: bytes, codec: str) -> tuple[str, encoding.Decoding]:
    try:
        return content.decode(codec), encoding.Decoding("utf-16")
    except UnicodeDecodeError:
        raise UnreadableFile("文件像是 UTF-16 编码，但内容不完整。请另存为 GBK 或 UTF-8 后再导入。") from None


def _no_coordinates(document: Document) -> str:
    faults = [fault for record in document.records for fault in record.faults][:3]
    shown = "".join(f" {fault}" for fault in faults)
    point = next((point for record in document.records for point in record.points), None)
    where = f"（如第 {point.line} 行的 {point.first:.10g} 和 {point.second:.10g}）" if point else ""
    return f"没有一个界址点的两个数{where}能作为 X（北）和 Y（东）或经纬度。请检查文件。{shown}"


# --- shapes ----------------------------------------------------------------------------------------------


def _shapes(document: Document, columns: Columns) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    shapes = np.empty(len(document.records), object)
    for at, record in enumerate(document.records):
        record.faults += [*point_faults(record.points), *faults_of(record.points, columns)]
        if not record.points and not record.faults:
            record.faults.append(f"第 {record.line} 行的地块没有界址点。请补上。")
        if not record.faults:
            shapes[at] = _shape(record, columns)
    return shapes


def _shape(record: Record, columns: Columns) -> BaseGeometry | None:
    positions = _positions(record, columns)
    if record.sort == "点":
        return shapely.Point(positions[0]) if len(positions) == 1 else shapely.MultiPoint(positions)
    same = _SAME_DEG if columns.degrees else _SAME_M
    if record.sort == "线":
        return _line(record, positions)
    found = ringing.rings_of(record.points, positions, same)
    for ring in found:
        record.oddities += ringing.without_doubles(ring, same)
    shape = ringing.assembled(found)
    if isinstance(shape, str):
        record.faults.append(shape)
        return None
    _note_rings(record, found, columns)
    return shape


def _positions(record: Record, columns: Columns) -> list[ringing.Position]:
    """East and north; where all that say a zone say the same, the others get it too."""
    points = record.points
    found = [
        (each.second, each.first) if columns.north_first else (each.first, each.second) for each in points
    ]
    if columns.degrees or len(columns.zones) != 1:
        return found
    (zone,) = columns.zones
    bare = [point.line for point, (east, _) in zip(points, found, strict=True) if east < _PREFIX_M]
    if bare:
        more = f"等 {len(bare)} 行" if len(bare) > 1 else ""
        record.oddities.append(f"第 {bare[0]} 行{more}的 Y 没有带号，已按其余界址点补上 {zone}")
    return [(east + zone * _PREFIX_M if east < _PREFIX_M else east, north) for east, north in found]


def _line(record: Record, positions: Sequence[tuple[float, float]]) -> BaseGeometry | None:
    parts: dict[str, list[tuple[float, float]]] = {}
    for point, position in zip(record.points, positions, strict=True):
        parts.setdefault(point.ring, []).append(position)
    if any(len(part) < 2 for part in parts.values()):
        record.faults.append(f"第 {record.line} 行的线至少要 2 个点。请补全。")
        return None
    lines = list(parts.values())
    return shapely.LineString(lines[0]) if len(lines) == 1 else shapely.MultiLineString(lines)


def _note_rings(record: Record, found: Sequence[ringing.Ring], columns: Columns) -> None:
    if not columns.degrees:
        for ring in found:
            record.oddities += ringing.oddities_of(ring)
    distinct = sum(len(ring.positions) for ring in found)
    counted = {distinct, distinct + sum(ring.closed for ring in found), distinct + 1, len(record.points)}
    if record.count is not None and record.count not in counted:
        record.oddities.append(f"第 {record.line} 行写的是 {record.count} 个界址点，实际有 {distinct} 个")


# --- coordinate system -----------------------------------------------------------------------------------


def _take_crs(dataset: Dataset, document: Document, columns: Columns) -> None:
    """From prefix and header; where they leave a doubt there is none, which becomes a question."""
    words = document.header.get("坐标系", "")
    datum = crs.datum_named(words)
    if not columns.north_first:
        dataset.notes.append(
            "坐标的顺序是 Y（东）在前，已按数值识别" if not columns.degrees else "经度在前，已按数值识别"
        )
    if parameters := shift.parameters_in(_slots(document.header.get("转换参数", ""))):
        dataset.parameters = parameters
    if datum is None:
        dataset.doubt = f"坐标系“{words[:30]}”无法识别" if words else "没有写明坐标系"
        _check_one_zone(columns)
        return
    code = _code(dataset, document, columns, datum)
    if code is None:
        return
    dataset.crs = crs.Definition(code, crs.name_of(code))
    if datum == crs.SHOWN and code != datum:
        dataset.notes.append(
            f"表头写的是“{words[:30]}”，高斯平面坐标按 {dataset.crs.name} 读取：两者相差不到 1 米"
        )


def _slots(text: str) -> str:
    """Blank slots are zeros, when there is anything at all."""
    slots = re.split("[,;]", text)
    return ",".join(slot.strip() or "0" for slot in slots) if len(slots) in (4, 7) else ""


def _code(dataset: Dataset, document: Document, columns: Columns, datum: int) -> int | None:
    if columns.degrees:
        return datum
    said = _said_zone(document)
    if len(columns.zones) > 1:
        _bring_together(dataset, columns, datum)
        return crs.STORED
    if columns.zones:
        if said and said != columns.zones[0]:
            dataset.notes.append(
                f"表头带号为 {said}，而坐标的带号前缀是 {columns.zones[0]}，已按坐标的前缀读取"
            )
        return crs.projected_code(columns.zones[0], datum=datum)
    if said is None:
        dataset.doubt = "没有写明带号，坐标也没有带号前缀；以下按坐标的数值推断，请确认"
        return None
    return crs.projected_code(said, prefixed=False, datum=datum)


def _said_zone(document: Document) -> int | None:
    digits = re.search(r"\d+", document.header.get("带号", ""))
    zone = int(digits[0][:4]) if digits else 0
    return zone if crs.is_zone(zone) else None


def _check_one_zone(columns: Columns) -> None:
    if len(columns.zones) > 1:
        zones = "、".join(map(str, sorted(columns.zones)))
        raise UnreadableFile(
            f"文件没有写明坐标系，坐标却分属 {zones} 带。请补上坐标系，或按带拆分后分别导入。"
        )


def _bring_together(dataset: Dataset, columns: Columns, datum: int) -> None:
    """Plots of several zones in one file become degrees, zone by zone."""
    if datum != crs.STORED:
        _check_one_zone(columns)
    for at, shape in enumerate(dataset.shapes):
        if shape is not None:
            zone = int(shapely.bounds(shape)[0] // 1_000_000)
            if crs.is_zone(zone):
                dataset.shapes[at] = crs.to_stored([shape], crs.projected_code(zone))[0]
    zones = "、".join(map(str, sorted(columns.zones)))
    dataset.notes.append(f"文件同时含 {zones} 带的坐标，已逐个地块换算")


# --- areas and neighbours --------------------------------------------------------------------------------


def _areas_m2(dataset: Dataset, columns: Columns) -> list[float | None]:
    """Plane areas for metres (as the offices count), else ellipsoidal ones; None where there is no area."""
    there = [shape is not None and shapely.get_dimensions(shape) == 2 for shape in dataset.shapes]
    shapes = dataset.shapes[there]
    in_degrees = columns.degrees or len(columns.zones) > 1
    with np.errstate(invalid="ignore"):
        found = iter((areas_m2(list(shapes)) if in_degrees else shapely.area(shapes)).tolist())
    return [next(found) if has else None for has in there]


def _compare_areas(document: Document, areas: Sequence[float | None]) -> None:
    """Give every declared area its unit, and say where it does not agree with the coordinates."""
    units = Counter(_unit(record, area) for record, area in zip(document.records, areas, strict=True))
    usual = next((unit for unit, _ in units.most_common() if unit), "公顷")
    for record, area in zip(document.records, areas, strict=True):
        if area is None and record.sort in ("点", "线"):
            record.area = None
        if record.area is None or area is None:
            record.area_unit = usual
            continue
        record.area_unit = _unit(record, area) or usual
        declared = float(record.area * _M2_PER[record.area_unit])
        if abs(declared - area) > max(_OFF_M2, area * _OFF_SHARE):
            record.oddities.append(
                f"第 {record.line} 行写的面积 {record.area}（按{record.area_unit}）是 {declared:.2f} 平方米，"
                f"按坐标计算为 {area:.2f} 平方米"
            )
    if usual != "公顷" and any(record.area is not None for record in document.records):
        document.notes.append(f"面积不是公顷，按数值识别为{usual}")


def _unit(record: Record, area: float | None) -> str | None:
    """The unit that is written after the number, else the one in which it agrees with the coordinates."""
    if record.area_unit.lower() in _UNIT_WORDS:
        return _UNIT_WORDS[record.area_unit.lower()]
    if record.area is None or not area:
        return None
    for unit, square_metres in _M2_PER.items():
        if abs(float(record.area * square_metres) / area - 1) < _UNIT_SHARE:
            return unit
    return None


def _find_overlaps(document: Document, dataset: Dataset, columns: Columns) -> None:
    """Plots of one file that lie on one another by more than a square metre."""
    if columns.degrees or len(columns.zones) > 1:
        return
    there = [
        at for at, shape in enumerate(dataset.shapes) if shape is not None and shape.is_valid and shape.area
    ]
    shapes = dataset.shapes[there]
    for one, other in sorted(shapely.STRtree(shapes).query(shapes, "intersects").T.tolist()):
        if one < other and (common := shapes[one].intersection(shapes[other]).area) > _OVERLAP_M2:
            first, second = document.records[there[one]], document.records[there[other]]
            first.oddities.append(f"与“{second.title}”（第 {second.line} 行）重叠 {common:.2f} 平方米")


# --- answers ---------------------------------------------------------------------------------------------


def _tell(dataset: Dataset, document: Document) -> None:
    dataset.places = [
        f"第 {at} 个地块（第 {record.line} 行）" for at, record in enumerate(document.records, 1)
    ]
    dataset.areas_compared = True
    dataset.notes += document.notes
    for at, record in enumerate(document.records):
        if record.faults:
            dataset.shapes[at] = None
            more = f"等 {len(record.faults)} 处" if len(record.faults) > 3 else ""
            dataset.bad_shapes[at] = f"“{record.title}”{' '.join(record.faults[:3])}{more}"
        dataset.oddities += [(at, f"“{record.title}”{oddity}。") for oddity in record.oddities]


def _columns(document: Document) -> dict[str, list[object]]:
    records = document.records
    found: dict[str, list[object]] = {
        "地块编号": [record.number or None for record in records],
        "地块名称": [record.name or None for record in records],
        "面积（亩）": [_in_mu(record) for record in records],
        "用途": [record.use or None for record in records],
        "地类编码": [record.use_code or None for record in records],
        "图幅号": [record.sheet or None for record in records],
    }
    widest = max((len(record.extras) for record in records), default=0)
    for at in range(widest):
        found[f"其他{at + 1}"] = [
            record.extras[at] if at < len(record.extras) else None for record in records
        ]
    return {name: values for name, values in found.items() if any(value is not None for value in values)}


def _in_mu(record: Record) -> str | None:
    if record.area is None:
        return None
    mu = (record.area * _M2_PER[record.area_unit] * 3 / 2000).quantize(Decimal("0.0001"))
    return f"{mu.normalize():f}"
