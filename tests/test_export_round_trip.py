"""Every format, every kind, both zones: what went out comes back as the same shapes with the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import shapely
from pyproj import Transformer

from layers.export import export
from layers.formats import read_dataset
from layers.intake import plan, plan_join
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, query
from layers.store.chosen import Part
from layers.store.found import FoundFeature

EACH = 4
"""Features of a layer: those with the most values, from both sides of 118.5°E where there are such."""
CODES = {None: 4490, 39: 4527, 40: 4528}
ENDINGS = {"shp": "zip"}
ONE_OF_EACH_SHAPE = ("idle_parcel", "road_project", "scenic_site", "control_line")
IN_THE_OTHER_ZONE = (("shp", 40), ("gpkg", 39))
NOT_TOLD = ("is_sample", "extra", "town")


@dataclass(frozen=True)
class Chosen:
    """Some features of one layer."""

    key: str
    kind: str
    features: list[FoundFeature]

    @property
    def part(self) -> Part:
        return Part(uids=tuple(each.uid for each in self.features))

    @property
    def shapes(self) -> Any:
        return np.array([each.shape for each in self.features], object)


@pytest.fixture(scope="module")
def county(sample_template: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{sample_template / 'map.db'}")
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def layers(county: Database) -> list[Chosen]:
    with county.reading() as session:
        found = [each for each in query.layers(session, SYSTEM_VIEWER) if each.count]
        chosen = [
            Chosen(each.key, each.kind, some(query.find_features(session, SYSTEM_VIEWER, layer)))
            for each in found
            if (layer := query.layer_named(session, SYSTEM_VIEWER, each.key))
        ]
    assert len({each.kind for each in chosen}) >= 18
    return chosen


def some(features: list[FoundFeature]) -> list[FoundFeature]:
    told = sorted(features, key=lambda each: -len(each.properties))
    east = [each for each in told if each.shape.bounds[0] >= 118.5]
    west = [each for each in told if each.shape.bounds[2] < 118.5]
    return [*west[: EACH // 2], *east[: EACH // 2]] or told[:EACH]


def out(county: Database, layer: Chosen, form: str, zone: int | None, folder: Path) -> Path:
    target = folder / f"{layer.key}.{ENDINGS.get(form, form)}"
    done = export(county, SYSTEM_VIEWER, layer.key, form=form, target=target, zone=zone, part=layer.part)
    assert done.rows == len(layer.features)
    return target


def values(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key not in NOT_TOLD}


def on_plane(shapes: Any, zone: int) -> Any:
    place = Transformer.from_crs(4490, CODES[zone], always_xy=True)

    def placed(positions: Any) -> Any:
        return np.column_stack(place.transform(*positions.T))

    return shapely.transform(shapes, placed)


def off_m(found: Any, meant: Any, zone: int | None) -> float:
    """How far apart shapes in degrees are at most, in metres on the plane of their zone."""
    one, other = on_plane(found, zone or 39), on_plane(meant, zone or 39)
    return float(shapely.hausdorff_distance(one, other).max())


CASES = [
    ("gpkg", None),
    ("shp", None),
    ("shp", 39),
    ("shp", 40),
    ("gpkg", 39),
    ("gpkg", 40),
    *((form, zone) for form in ("geojson", "csv") for zone in (None, 39, 40)),
    ("kml", None),
]


@pytest.mark.parametrize(("form", "zone"), CASES, ids=[f"{form} {zone}" for form, zone in CASES])
def test_every_kind_comes_back_the_same(
    county: Database, layers: list[Chosen], tmp_path: Path, form: str, zone: int | None
) -> None:
    for layer in layers:
        if form in ("shp", "gpkg") and (zone or form == "shp") and layer.key not in ONE_OF_EACH_SHAPE:
            continue  # GDAL is a process of its own each time; every kind goes through it once.
        if (form, zone) in IN_THE_OTHER_ZONE and layer.key not in ONE_OF_EACH_SHAPE[:2]:
            continue
        path = out(county, layer, form, zone, tmp_path)
        code = CODES[zone] if form == "csv" else None
        back = plan(county, SYSTEM_VIEWER, path, kind=layer.kind, crs=code)
        assert back.problems == [], layer.key
        assert [values(row.properties) for row in back.good] == [
            values(each.properties) for each in layer.features
        ], layer.key
        found = np.array([row.shape for row in back.good], object)
        if form in ("gpkg", "shp", "geojson", "kml") and zone is None:
            assert shapely.equals_exact(shapely.normalize(found), shapely.normalize(layer.shapes), 0).all(), (
                layer.key
            )
        assert off_m(found, layer.shapes, zone) < 0.001, layer.key


@pytest.mark.parametrize("zone", [39, 40])
@pytest.mark.parametrize("form", ["txt", "dxf"])
def test_shapes_and_names_of_every_kind_come_back_from_a_survey_format(
    county: Database, layers: list[Chosen], tmp_path: Path, form: str, zone: int
) -> None:
    for layer in layers:
        several = shapely.get_num_geometries(layer.shapes).max() > 1
        holed = any(
            part.interiors
            for shape in layer.shapes
            for part in shapely.get_parts(shape)
            if part.geom_type == "Polygon"
        )
        if form == "dxf" and (several or holed or layer.key != "idle_parcel"):
            continue  # A drawing knows no features, only their rings and labels.
        path = out(county, layer, form, zone, tmp_path)
        found = read_dataset(path)
        assert not found.bad_shapes, layer.key
        meant = on_plane(layer.shapes, zone)
        if form == "txt":
            assert shapely.hausdorff_distance(found.shapes, meant).max() <= 0.001, layer.key
            written = [str(name) for name in found.columns["地块名称"]]
            assert written == [each.name.replace(",", "、").replace("，", "、") for each in layer.features]
        else:
            assert shapely.hausdorff_distance(found.shapes, meant).max() <= 0.001


@pytest.mark.parametrize("zone", [None, 39, 40])
def test_a_ledger_of_every_kind_comes_back_without_a_change(
    county: Database, layers: list[Chosen], tmp_path: Path, zone: int | None
) -> None:
    """Excel holds no outlines: what has some is updated by number, points are points again."""
    for layer in layers:
        path = out(county, layer, "xlsx", zone, tmp_path)
        if shapely.get_dimensions(layer.shapes).max() == 0:
            back = plan(county, SYSTEM_VIEWER, path, kind=layer.kind, crs=CODES[zone])
            assert back.problems == [], layer.key
            # Middles are written to seven digits of a degree, or to the millimetre.
            assert off_m(np.array([row.shape for row in back.good], object), layer.shapes, zone) < 0.01
            continue
        found = plan_join(county, SYSTEM_VIEWER, path, layer=layer.key, key="图形标识")
        assert (found.problems, found.not_found) == ([], []), layer.key
        assert found.unchanged == len(layer.features), [each.differences for each in found.changes]


def test_an_exported_ledger_that_was_changed_updates_what_is_on_the_map(
    county: Database, layers: list[Chosen], tmp_path: Path
) -> None:
    layer = next(each for each in layers if each.key == "idle_parcel")
    path = out(county, layer, "xlsx", None, tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book["台账"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    header = next(cell for cell in cells if cell.value == "权利人")
    sheet.cell(header.row + 1, header.column).value = "新公司（示例）"
    book.save(path)
    found = plan_join(county, SYSTEM_VIEWER, path, layer=layer.key, key="图形标识")
    (change,) = found.changes
    assert [(each.title, each.after) for each in change.differences] == [("权利人", "新公司（示例）")]
    assert any("只是图形的中心点" in note for note in found.notes)
