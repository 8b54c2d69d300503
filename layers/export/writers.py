"""Which formats go out, and how is each written? Declared once: dialog, command line and checks read FORMATS."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
import shapely

from layers import crs
from layers.errors import Answer, InvalidValue, MapError, QuestionToUser
from layers.formats import boundary_txt, dxf_out, geojson_out, kml_out, sheet_out, vector_out
from layers.formats.outgoing import SAMPLE_MARK, Outgoing
from layers.formats.vector import private_folder, read_dataset
from layers.whole import put

FAR: Final = "far"
"""The answer of who means plots far outside the zone."""
_NOT_SAME: Final = "写出的界址点重新读取时不一致，没有给出文件。"
_SAME_M: Final = 0.001
_CODECS: Final = {"gbk": "gbk", "utf-8": "utf-8"}
_MOST_NAMED: Final = 5

Notes = tuple[str, ...]
Layers = Sequence[Outgoing]


class Order(NamedTuple):
    """How the file is wanted. encoding: None is that of the format or profile. far: plots far outside the zone are meant."""

    profile: boundary_txt.Profile
    encoding: str | None
    target: Path
    far: bool = False


@dataclass(frozen=True, kw_only=True)
class Format:
    """One format. coordinates: what it can hold. encodings: what may be chosen, the usual one first.

    several: more than one layer in a file. surveyed: for exact coordinates only, so never for the public.
    """

    key: str
    title: str
    hint: str
    suffix: str
    write: Callable[[Layers, Order], Notes]
    coordinates: Literal["plane", "degrees", "both"] = "both"
    encodings: tuple[str, ...] = ()
    several: bool = False
    surveyed: bool = False


# --- 界址点 TXT -------------------------------------------------------------------------------------------


def _txt(layers: Layers, order: Order) -> Notes:
    (layer,) = layers
    zone = layer.zone or 0
    far = _far_shapes(layer, zone, meant=order.far)
    profile = replace(order.profile, encoding=order.encoding) if order.encoding else order.profile  # type: ignore[arg-type]
    plots = _plots(layer)
    text = boundary_txt.text_of(plots, profile, zone, unit=layer.unit, day=layer.day, sample=layer.sample)
    content = text.encode(profile.encoding, "replace")
    _read_again(content, layer, profile)
    put(order.target, content)
    read = f"界址点格式：{profile.title}；第 {zone} 带；已重新读取核对，坐标相差不超过 1 毫米"
    return (read, *far, *_lost([text], profile.encoding))


def _far_shapes(layer: Outgoing, zone: int, *, meant: bool) -> Notes:
    """What is to be said of shapes far outside the zone; raises QuestionToUser until somebody means it."""
    boxes = shapely.bounds(layer.shapes)
    far = [at for at, box in enumerate(boxes.tolist()) if boundary_txt.is_far(tuple(box), zone)]
    if not far:
        return ()
    west, south, east, north = shapely.total_bounds(layer.shapes[far]).tolist()
    suffers = boundary_txt.distortion((west, south, east, north), zone)
    if meant:
        return (f"{len(far)} 个图形在第 {zone} 带以外 1° 以上，已按确认写出：{suffers}",)
    first = f"“{layer.labels[far[0]]}”{boundary_txt.zone_problem(layer.shapes[far[0]], zone)}"
    others = f"，连它共 {len(far)} 个图形如此" if len(far) > 1 else ""
    raise QuestionToUser(
        f"{first}{others}。投影变形：{suffers}。请换一个带号，或确认仍按第 {zone} 带写出。",
        [*_nearer_zones(boxes), Answer(FAR, f"仍按第 {zone} 带写出", f"{suffers}；说明写在导出结果里")],
    )


def _nearer_zones(boxes: np.typing.NDArray[np.float64]) -> list[Answer]:
    """The zones into which all of it fits."""
    zones = range(crs.zone_of(float(boxes[:, 0].min())), crs.zone_of(float(boxes[:, 2].max())) + 1)
    fit = [zone for zone in zones if not any(boundary_txt.is_far(tuple(box), zone) for box in boxes.tolist())]
    return [Answer(str(zone), crs.zone_title(zone), "全部图形按此带写出，都在 1° 以内") for zone in fit]


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
        try:
            found = read_dataset(path)
        except MapError as refusal:
            raise InvalidValue(f"{_NOT_SAME}{refusal.message}") from None
    code = crs.projected_code(layer.zone or 0, prefixed=profile.prefixed)
    meant = crs.to_plane(layer.shapes, code)
    if len(found) != len(meant) or found.bad_shapes:
        bad = next(iter(found.bad_shapes.values()), f"应有 {len(meant)} 个地块，读回 {len(found)} 个")
        raise InvalidValue(f"{_NOT_SAME}{bad}")
    off = shapely.hausdorff_distance(found.shapes, meant)
    for at in np.flatnonzero(~(off <= _SAME_M + 10.0**-profile.decimals)):
        raise InvalidValue(
            f"“{layer.labels[at]}”写出后再读取相差 {off[at]:.4f} 米，没有给出文件。请检查该图形是否有细缝或重复的圈。"
        )


# --- the others -------------------------------------------------------------------------------------------


def _shapefile(layers: Layers, order: Order) -> Notes:
    (layer,) = layers
    encoding = order.encoding or "gbk"
    stem = _stem(order.target, layer)
    with private_folder() as folder:
        files = vector_out.write_shapefile(layer, folder, stem, encoding)
        if order.target.suffix.lower() == ".zip":
            put(order.target, _zipped(files))
        else:
            for file in files:
                put(order.target.with_name(file.name), file.read_bytes())
    names = f"字段名为英文缩写，含义见“{stem}_字段说明.csv”；文字编码 {encoding.upper()}"
    return (names, *_cut(layer, encoding), *_lost(_texts(layer), encoding))


def _cut(layer: Outgoing, encoding: str) -> Notes:
    """Which columns had texts that a .dbf cannot hold."""
    longer = vector_out.cut_texts(layer, encoding)
    if not longer:
        return ()
    told = "、".join(f"“{title}”{count} 处" for title, count in list(longer.items())[:_MOST_NAMED])
    most = vector_out.LONGEST_TEXT
    return (f"{told}文字超过 {most} 字节，已在字与字之间截断；要全文请用 GeoPackage 或 Excel",)


def _stem(target: Path, layer: Outgoing) -> str:
    marked = layer.sample and "示例" not in target.stem and target.suffix.lower() == ".zip"
    return f"{target.stem}_{SAMPLE_MARK}" if marked else target.stem


def _zipped(files: list[Path]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return sink.getvalue()


def _geopackage(layers: Layers, order: Order) -> Notes:
    with private_folder() as folder:
        file = vector_out.write_geopackage(layers, folder)
        put(order.target, file.read_bytes())
    tables = "、".join(f"“{table}”" for table in vector_out.table_names(layers))
    return (f"{len(layers)} 个数据表：{tables}；坐标系 {crs.name_of(layers[0].code)}",)


def _geojson(layers: Layers, order: Order) -> Notes:
    (layer,) = layers
    put(order.target, geojson_out.content(layer))
    if not layer.zone:
        return ()
    return ("坐标是投影坐标，GeoJSON 标准只认经纬度；ArcGIS、QGIS 能认，网页地图不能",)


def _kml(layers: Layers, order: Order) -> Notes:
    (layer,) = layers
    put(order.target, kml_out.content(layer))
    return ("坐标为 CGCS2000 经纬度，没有加偏移；在奥维里选“原始坐标”打开",)


def _dxf(layers: Layers, order: Order) -> Notes:
    (layer,) = layers
    put(order.target, dxf_out.content(layer))
    told = f"坐标系 {crs.name_of(layer.code)}；属性不在 DXF 里，只有图形和名称注记"
    return (told, *_lost(layer.labels, "gbk"))


def _csv(layers: Layers, order: Order) -> Notes:
    (layer,) = layers
    encoding = order.encoding or "utf-8"
    put(order.target, sheet_out.csv_content(layer, encoding))
    return _lost(_texts(layer), encoding)


def _xlsx(layers: Layers, order: Order) -> Notes:
    (layer,) = layers
    put(order.target, sheet_out.xlsx_content(layer))
    return ("台账没有图形，只有中心点坐标；要图形请另选一种格式",)


def _texts(layer: Outgoing) -> Iterable[str]:
    yield from (str(value) for column in layer.columns if column.sort == "text" for value in column.values)


def _lost(texts: Iterable[str], encoding: str) -> Notes:
    """Characters that the encoding does not have: rare ones in names of persons and villages."""
    if encoding == "utf-8":
        return ()
    rare = {each for text in texts if _is_lossy(text, encoding) for each in text if _is_lossy(each, encoding)}
    if not rare:
        return ()
    some = "".join(sorted(rare)[:10])
    return (f"{len(rare)} 个字（{some}）不在 GBK 字库里，已写成问号；要保留请改用 UTF-8",)


def _is_lossy(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return True
    return False


BOTH: Final = ("gbk", "utf-8")
_DECLARED: Final = (
    Format(
        key="xlsx",
        title="Excel 台账",
        hint="统计、汇报；有合计，可直接打印",
        suffix=".xlsx",
        write=_xlsx,
    ),
    Format(
        key="shp",
        title="Shapefile",
        hint="ArcGIS、MapGIS、QGIS；打包为 zip",
        suffix=".zip",
        write=_shapefile,
        encodings=BOTH,
    ),
    Format(
        key="txt",
        title="界址点 TXT",
        hint="报批、报备系统；写出后自动核对",
        suffix=".txt",
        write=_txt,
        coordinates="plane",
        encodings=BOTH,
        surveyed=True,
    ),
    Format(
        key="dxf",
        title="DXF",
        hint="AutoCAD、CASS、中望；图形和名称",
        suffix=".dxf",
        write=_dxf,
        coordinates="plane",
        surveyed=True,
    ),
    Format(
        key="gpkg",
        title="GeoPackage",
        hint="QGIS、ArcGIS；中文字段，可含多个图层",
        suffix=".gpkg",
        write=_geopackage,
        several=True,
    ),
    Format(
        key="kml",
        title="KML",
        hint="奥维、谷歌地球；手机上看",
        suffix=".kml",
        write=_kml,
        coordinates="degrees",
    ),
    Format(key="geojson", title="GeoJSON", hint="网页、程序接口", suffix=".geojson", write=_geojson),
    Format(
        key="csv",
        title="CSV",
        hint="表格文字，图形写成 WKT",
        suffix=".csv",
        write=_csv,
        encodings=("utf-8", "gbk"),
    ),
)
FORMATS: Final[dict[str, Format]] = {each.key: each for each in _DECLARED}


def format_named(key: str) -> Format:
    """The format with this key; raises InvalidValue with the list of those that exist."""
    if key not in FORMATS:
        raise InvalidValue(f"导出格式收到“{key[:20]}”，应为以下之一：{'、'.join(FORMATS)}。")
    return FORMATS[key]


def checked_encoding(encoding: str | None) -> str | None:
    """One that we write; None is left to the format."""
    if encoding is not None and encoding not in _CODECS:
        raise InvalidValue(f"编码收到“{encoding[:20]}”，应为 gbk 或 utf-8。")
    return encoding
