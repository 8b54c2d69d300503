"""How does a layer become a file? Written beside its target, read back where the format allows, then renamed."""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import shapely

from layers import crs
from layers.errors import Answer, InvalidValue, MapError, QuestionToUser
from layers.export.gathering import gathered
from layers.formats import boundary_txt, dxf_out, geojson_out, kml_out, sheet_out, vector_out
from layers.formats.outgoing import SAMPLE_MARK, Outgoing
from layers.formats.vector import private_folder, read_dataset
from layers.rights import Viewer, require
from layers.store import Database, audit, query

_SAME_M: Final = 0.001
_ENCODINGS: Final = ("gbk", "utf-8")
_PLANE_ONLY: Final = ("txt", "dxf")
_DEGREES_ONLY: Final = ("kml",)


@dataclass(frozen=True)
class Exported:
    """What was written."""

    file: Path
    title: str
    rows: int
    sample: bool
    notes: tuple[str, ...] = ()


class _Order(NamedTuple):
    """How the file is wanted."""

    profile: boundary_txt.Profile
    encoding: str | None
    target: Path


def export(
    database: Database,
    viewer: Viewer,
    layer: str,
    *,
    form: str,
    target: Path,
    zone: int | None = None,
    profile: str = "default",
    encoding: str | None = None,
    readers: Viewer | None = None,
) -> Exported:
    """Write what `readers` (else the viewer) may see of a layer. zone: the 3° zone of the coordinates.

    Raises QuestionToUser where a zone is needed and the layer lies in two.
    """
    if form not in FORMATS:
        raise InvalidValue(f"导出格式收到“{form[:20]}”，应为以下之一：{'、'.join(FORMATS)}。")
    order = _Order(boundary_txt.profile_named(profile), _checked_encoding(encoding), target)
    _check_right(database, viewer, layer)
    outgoing = _in_zone(gathered(database, readers or viewer, layer, zone), form)
    notes = FORMATS[form](outgoing, order)
    _write_down(database, viewer, outgoing, form)
    return Exported(target, outgoing.title, len(outgoing.shapes), outgoing.sample, notes)


def _check_right(database: Database, viewer: Viewer, key: str) -> None:
    with database.reading() as session:
        require(viewer, "export", unit=query.layer_named(session, viewer, key).unit)


def _write_down(database: Database, viewer: Viewer, layer: Outgoing, form: str) -> None:
    """What leaves the house stands in the log."""
    with database.writing() as session:
        audit.record(session, viewer, "export", f"{layer.title} {form} {len(layer.shapes)} 条")
        session.commit()


def _checked_encoding(encoding: str | None) -> str | None:
    if encoding is not None and encoding not in _ENCODINGS:
        raise InvalidValue(f"编码收到“{encoding[:20]}”，应为 gbk 或 utf-8。")
    return encoding


def _in_zone(layer: Outgoing, form: str) -> Outgoing:
    if form in _DEGREES_ONLY and layer.zone:
        raise InvalidValue(f"{form.upper()} 只用经纬度，没有投影带。请去掉带号，或换一种格式。")
    if form not in _PLANE_ONLY or layer.zone:
        return layer
    zones = Counter(crs.zone_of(lon) for lon in shapely.get_x(shapely.centroid(layer.shapes)).tolist())
    if len(zones) == 1:
        return replace(layer, zone=next(iter(zones)))
    told = "、".join(f"第 {zone} 带 {count} 个" for zone, count in sorted(zones.items()))
    raise QuestionToUser(
        f"图层“{layer.title}”跨带（{told}），而一个文件只用一个带。请选择带号。",
        [
            Answer(
                str(zone),
                f"第 {zone} 带（中央经线 {zone * 3}°）",
                f"全部 {len(layer.shapes)} 个图形按此带写出",
            )
            for zone, _ in zones.most_common()
        ],
    )


# --- formats ---------------------------------------------------------------------------------------------


def _txt(layer: Outgoing, order: _Order) -> tuple[str, ...]:
    zone = layer.zone or 0
    _refuse_far_shapes(layer, zone)
    profile = replace(order.profile, encoding=order.encoding) if order.encoding else order.profile  # type: ignore[arg-type]
    plots = _plots(layer)
    text = boundary_txt.text_of(plots, profile, zone, unit=layer.unit, day=layer.day, sample=layer.sample)
    content = text.encode(profile.encoding, "replace")
    _read_again(content, layer, profile)
    _place(order.target, content)
    return (f"界址点格式：{profile.title}；第 {zone} 带；已重新读取核对，坐标相差不超过 1 毫米",)


def _refuse_far_shapes(layer: Outgoing, zone: int) -> None:
    for label, shape in zip(layer.labels, layer.shapes, strict=True):
        if problem := boundary_txt.zone_problem(shape, zone):
            raise InvalidValue(f"“{label}”{problem}，投影变形过大，没有导出。请换一个带号，或分开导出。")


def _plots(layer: Outgoing) -> list[boundary_txt.Plot]:
    told = {column.key: column.values for column in layer.columns}
    blank: list[object] = [None] * len(layer.shapes)
    rows = zip(
        layer.shapes,
        told.get("code", blank),
        layer.labels,
        told.get("land_use", blank),
        told.get("use_code", blank),
        strict=True,
    )
    return [
        boundary_txt.Plot(shape, str(number or ""), name, use=str(use or ""), use_code=str(code or ""))
        for shape, number, name, use, code in rows
    ]


def _read_again(content: bytes, layer: Outgoing, profile: boundary_txt.Profile) -> None:
    """What we give out must be what we would read: same plots, shapes within a millimetre."""
    with private_folder() as folder:
        path = folder / "own.txt"
        path.write_bytes(content)
        found = read_dataset(path)
    code = crs.projected_code(layer.zone or 0, prefixed=profile.prefixed)
    meant = crs.to_plane(layer.shapes, code)
    if len(found) != len(meant) or found.bad_shapes:
        bad = next(iter(found.bad_shapes.values()), f"应有 {len(meant)} 个地块，读回 {len(found)} 个")
        raise InvalidValue(f"写出的界址点重新读取时不一致，没有给出文件。{bad}")
    off = shapely.hausdorff_distance(found.shapes, meant)
    for at in np.flatnonzero(~(off <= _SAME_M + 10.0**-profile.decimals)):
        raise InvalidValue(
            f"“{layer.labels[at]}”写出后再读取相差 {off[at]:.4f} 米，没有给出文件。请检查该图形是否有细缝或重复的圈。"
        )


def _shapefile(layer: Outgoing, order: _Order) -> tuple[str, ...]:
    encoding = order.encoding or "gbk"
    stem = _stem(order.target, layer)
    with private_folder() as folder:
        files = vector_out.write_shapefile(layer, folder, stem, encoding)
        if order.target.suffix.lower() == ".zip":
            _place(order.target, _zipped(files))
        else:
            for file in files:
                _place(order.target.with_name(file.name), file.read_bytes())
    return (f"字段名为英文缩写，含义见“{stem}_字段说明.csv”；文字编码 {encoding.upper()}",)


def _stem(target: Path, layer: Outgoing) -> str:
    marked = layer.sample and "示例" not in target.stem and target.suffix.lower() == ".zip"
    return f"{target.stem}_{SAMPLE_MARK}" if marked else target.stem


def _zipped(files: list[Path]) -> bytes:
    import io

    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return sink.getvalue()


def _geopackage(layer: Outgoing, order: _Order) -> tuple[str, ...]:
    with private_folder() as folder:
        _place(order.target, vector_out.write_geopackage(layer, folder).read_bytes())
    return (f"一个数据表“{layer.title}”，坐标系 {crs.name_of(layer.code)}",)


def _geojson(layer: Outgoing, order: _Order) -> tuple[str, ...]:
    _place(order.target, geojson_out.content(layer))
    return ()


def _kml(layer: Outgoing, order: _Order) -> tuple[str, ...]:
    _place(order.target, kml_out.content(layer))
    return ()


def _dxf(layer: Outgoing, order: _Order) -> tuple[str, ...]:
    _place(order.target, dxf_out.content(layer))
    return (f"坐标系 {crs.name_of(layer.code)}；属性不在 DXF 里，只有图形和名称注记",)


def _csv(layer: Outgoing, order: _Order) -> tuple[str, ...]:
    _place(order.target, sheet_out.csv_content(layer, order.encoding or "utf-8"))
    return ()


def _xlsx(layer: Outgoing, order: _Order) -> tuple[str, ...]:
    _place(order.target, sheet_out.xlsx_content(layer))
    return ()


FORMATS: Final[dict[str, Callable[[Outgoing, _Order], tuple[str, ...]]]] = {
    "txt": _txt,
    "shp": _shapefile,
    "gpkg": _geopackage,
    "geojson": _geojson,
    "kml": _kml,
    "dxf": _dxf,
    "xlsx": _xlsx,
    "csv": _csv,
}


def _place(target: Path, content: bytes) -> None:
    """Under another name first, so that nobody ever finds half a file."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as refusal:
        beside.unlink(missing_ok=True)
        raise MapError(
            f"无法写入 {target}（{refusal.strerror}）。请检查文件夹是否存在、是否有权限，以及文件是否正被打开。"
        ) from None
