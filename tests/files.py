"""Where do tests get files from, as a bureau would hand them over?

gbk_shapefile_zip   the everyday case: Chinese in GBK, no .cpg, byte 29 of the .dbf silent, names in the zip in GBK
shapefile           a plain shapefile in any encoding and zone, with or without its side files
zipped              files in a zip, names written as Windows in Chinese writes them
point_geojson       one point as GeoJSON, which says itself where it lies
with_value          a frame with one value changed
parcels             rows as a frame in CGCS2000 degrees
area_mu             what pyproj measures, for comparing
"""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

WEST_OF_BORDER, EAST_OF_BORDER = (118.44, 35.54), (118.56, 35.54)
CORNER = {39: WEST_OF_BORDER, 40: EAST_OF_BORDER}
PREFIXED = {39: 4527, 40: 4528}
UNPREFIXED = {39: 4548, 40: 4549}
LANGUAGE_DRIVER = 29
USES = ("工业用地", "商业服务业用地", "城镇住宅用地")

GEOD = pyproj.Geod(a=6378137, rf=298.257222101)


def area_mu(shapes: BaseGeometry | Iterable[BaseGeometry]) -> float:
    """亩 of shapes in CGCS2000 degrees, measured by pyproj."""
    several = [shapes] if isinstance(shapes, BaseGeometry) else shapes
    square_metres = sum(
        abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(each))[0]) for each in several
    )
    return float(Decimal(str(square_metres)) * 3 / 2000)


def parcels(rows: int = 3, zone: int = 39) -> geopandas.GeoDataFrame:
    """So many parcels near the seat, west (zone 39) or east (zone 40) of 118.5°E; columns as in ledgers."""
    west, south = CORNER[zone]
    shapes = [_parcel(west + 0.002 * (row % 10), south + 0.002 * (row // 10)) for row in range(rows)]
    return geopandas.GeoDataFrame(
        {
            "DKBH": [f"SL-2026-{row + 1:03}" for row in range(rows)],
            "DKMC": [f"示例地块 界湖-{row + 1:03}" for row in range(rows)],
            "QSDWMC": ["沂南县示例有限公司"] * rows,
            "DKYT": [USES[row % len(USES)] for row in range(rows)],
            "MJ": [round(area_mu(shape), 2) for shape in shapes],
            "ZLDWMC": ["界湖街道示例村"] * rows,
            "YDDGRQ": [date(2023, 3, 1)] * rows,
            "供地方式": ["出让"] * rows,
        },
        geometry=shapes,
        crs=4490,
    )


def _parcel(west: float, south: float) -> shapely.Polygon:
    """A skew four-corner parcel of about 25 亩."""
    corners = ((0, 0), (0.0014, 0.0001), (0.0015, 0.0013), (0.0001, 0.0012))
    return shapely.Polygon([(west + x, south + y) for x, y in corners])


def point_geojson(path: Path, **columns: str) -> Path:
    """A point near the seat."""
    told = {"type": "Point", "coordinates": [118.45, 35.55]}
    feature = {"type": "Feature", "properties": columns, "geometry": told}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def with_value(frame: geopandas.GeoDataFrame, column: str, row: int, value: Any) -> geopandas.GeoDataFrame:
    """The same rows with one value changed."""
    values: list[Any] = list(frame[column])
    values[row] = value
    if column == "geometry":
        return frame.set_geometry(geopandas.GeoSeries(values, frame.index, crs=frame.crs))
    return frame.assign(**{column: values})


def shapefile(
    folder: Path,
    frame: geopandas.GeoDataFrame,
    *,
    name: str = "闲置地块",
    encoding: str = "GBK",
    cpg: str | None = None,
    language_driver: int = 0x00,
    without: Sequence[str] = (),
) -> Path:
    """Write a shapefile as other programs leave it. cpg: what .cpg says, None for no .cpg."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cutting names and texts to what a .dbf holds is meant
        frame.to_file(path, engine="pyogrio", encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, "ascii")
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[LANGUAGE_DRIVER] = language_driver
    path.with_suffix(".dbf").write_bytes(table)
    for suffix in without:
        path.with_suffix(suffix).unlink()
    return path


def zipped(target: Path, files: Mapping[str, Path | bytes]) -> Path:
    """A zip whose names are GBK without the UTF-8 flag, as Windows in Chinese writes them."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(_GbkName(name), content if isinstance(content, bytes) else content.read_bytes())
    return target


def beside(path: Path, inside: str = "") -> dict[str, Path]:
    """All files of a shapefile, by the names they shall have in an archive."""
    return {f"{inside}{each.name}": each for each in sorted(path.parent.glob(f"{path.stem}.*"))}


def gbk_shapefile_zip(
    path: Path,
    zone: int = 39,
    rows: int = 3,
    *,
    prefixed: bool = True,
    without: Sequence[str] = (),
    frame: geopandas.GeoDataFrame | None = None,
) -> Path:
    """The everyday upload: a zip of a shapefile in GBK without .cpg, in zone 39 or 40."""
    if frame is None:
        frame = parcels(rows, zone)
    frame = frame.to_crs((PREFIXED if prefixed else UNPREFIXED)[zone])
    plain = shapefile(path.parent / f"{path.stem}_files", frame, without=without)
    return zipped(path, beside(plain, "报送数据/闲置地块/"))


class _GbkName(zipfile.ZipInfo):
    """zipfile can only write ASCII or flagged UTF-8."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.compress_type = zipfile.ZIP_DEFLATED

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode("gbk"), self.flag_bits & ~0x800
