"""Every format, every kind, degrees and both zones: what went out comes back through the wizard as it was.

Shapes that stay in degrees are the same to the last bit (CSV writes nine digits, which is 0.1 mm); where the plane of a
zone, or the metres of a drawing, lie between, they are the same to a millimetre.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openpyxl
import pytest
import shapely
from pyproj import Transformer

from layers.export import export
from layers.intake import Plan, read_dataset
from layers.jobs import Running
from layers.kinds import CUSTOM, KINDS, LayerKind, kind_for
from layers.kinds.custom_layer import declaration_from
from layers.rights import SYSTEM_VIEWER, Viewer
from layers.store import Database, edit, jobs, query, uploads
from layers.store.found import FoundFeature
from layers.store.rows import new_uid
from tests.county import add_county
from tests.databases import opened
from tests.made_kinds import made
from tests.own_layer import check_layer
from tests.people import UNIT, add_account
from webmap import intake_kept, intake_work
from webmap.intake_kinds import BRING, READ
from webmap.intake_told import Told
from webmap.intaking import told_of
from webmap.uploading import file_of

OWN = "own_1"
LAYERS = (*KINDS, OWN)
CODES = {None: 4490, 39: 4527, 40: 4528}
ENDINGS = {"shp": "zip"}
MILLIMETRE = 0.001
LONGEST_BYTES = 254
ZONES = {"kml": (None,), "txt": (39, 40), "dxf": (39, 40)}
NOT_TOLD = ("is_sample", "town")
MIDDLES = {None: 0.01, 39: 0.001, 40: 0.001}
"""Middles in a ledger are written to seven digits of a degree, or to the millimetre."""


@dataclass
class Office:
    """A map with features of every kind, and somebody who may import them all."""

    home: Path
    database: Database
    editor: Viewer
    files: dict[tuple[str, str, int | None], Path] = field(default_factory=dict)

    def features(self, layer: str) -> list[FoundFeature]:
        with self.database.reading() as session:
            row = query.layer_named(session, SYSTEM_VIEWER, layer)
            return query.find_features(session, SYSTEM_VIEWER, row)

    def kind(self, layer: str) -> LayerKind:
        with self.database.reading() as session:
            return kind_for(query.layer_named(session, SYSTEM_VIEWER, layer))

    def title(self, layer: str) -> str:
        with self.database.reading() as session:
            return query.layer_named(session, SYSTEM_VIEWER, layer).title

    def out(self, layer: str, form: str, zone: int | None) -> Path:
        """The exported file; a GeoPackage holds all layers at once."""
        several = form == "gpkg"
        key = ("" if several else layer, form, zone)
        if key not in self.files:
            target = self.home / f"{layer}_{zone}.{ENDINGS.get(form, form)}"
            wanted = list(LAYERS) if several else layer
            export(self.database, self.editor, wanted, form=form, target=target, zone=zone)
            self.files[key] = target
        return self.files[key]

    def looked_at(self, file: Path, answers: Mapping[str, Any]) -> tuple[dict[str, Any], Plan | None]:
        """What the wizard shows of a file with these answers, and the plan behind it."""
        running = self.job(READ, self.told(file, answers))
        found = intake_work.read(self.database, running)
        running.end(jobs.DONE, "", found)
        ground = Told(self.database, running).ground(str(found.get("layer")))
        at_hand = intake_kept.taken(ground)
        return found, at_hand and at_hand.plan

    def brought(self, file: Path, answers: Mapping[str, Any]) -> dict[str, Any]:
        """What the wizard did with all that is new in a file."""
        told = self.told(file, answers)
        found = intake_work.read(self.database, self.job(READ, told))
        agreed = {"new": "all", "stamp": (found.get("compare") or {}).get("stamp")}
        answered = {**told["answers"], "layer": found["layer"]}
        running = self.job(BRING, {**told, "answers": answered, **agreed})
        done = intake_work.bring(self.database, running)
        running.end(jobs.DONE, "", done)
        return done

    def told(self, file: Path, answers: Mapping[str, Any]) -> dict[str, Any]:
        """What a job is told of a file that was brought."""
        uid = new_uid()
        place = file_of(self.home, uid, file.name)
        place.parent.mkdir(parents=True)
        shutil.copyfile(file, place)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        with self.database.writing() as session:
            uploads.add(session, self.editor, uid, file.name, digest, place.stat().st_size)
            upload = uploads.find(session, self.editor, uid)
            session.commit()
        return told_of(upload, dict(answers))

    def job(self, kind: str, told: dict[str, Any]) -> Running:
        """A job that runs."""
        with self.database.writing() as session:
            number = jobs.enqueue(session, self.editor, kind, told)
            claimed = None
            while claimed is None or claimed.id != number:
                claimed = jobs.claim(session)
            session.commit()
        return Running(self.database, claimed)


@pytest.fixture(scope="module")
def office(empty_map: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(empty_map, tmp_path_factory.mktemp("office")) as office:
        fill(office.database)
        yield office


@contextmanager
def an_office(empty_map: Path, home: Path) -> Iterator[Office]:
    shutil.copyfile(empty_map, home / "map.db")
    with pytest.MonkeyPatch.context() as patch, opened(f"sqlite:///{home / 'map.db'}") as database:
        patch.setenv("WEBMAP_HOME", str(home))
        add_county(database)
        add_layers(database)
        yield Office(home, database, add_account(database, "editor").viewer)


def add_layers(database: Database) -> None:
    """All of one unit, so that one person may import into each."""
    with database.writing() as session:
        for layer in query.layer_rows(session, SYSTEM_VIEWER):
            layer.unit = UNIT
        own = declaration_from(check_layer())
        edit.add_layer(session, kind=CUSTOM, key=OWN, title="闲置土地核查", unit=UNIT, own_fields=own)
        session.commit()


def fill(database: Database) -> None:
    with database.writing() as session:
        with edit.one_act(session, "import", "测试") as act:
            for number, key in enumerate(LAYERS):
                layer = query.layer_named(session, SYSTEM_VIEWER, key)
                edit.add_features(session, act, layer, made(kind_for(layer), number))
        session.commit()


# --- what came back ----------------------------------------------------------------------------------------


def on_plane(shapes: Any, zone: int | None) -> Any:
    place = Transformer.from_crs(4490, CODES[zone or 39], always_xy=True)

    def placed(positions: Any) -> Any:
        return np.column_stack(place.transform(*positions.T))

    return shapely.transform(np.array(shapes, object), placed)


def off_m(found: Any, meant: Any, zone: int | None) -> float:
    """How far apart shapes in degrees are at most, in metres on the plane of a zone."""
    return float(shapely.hausdorff_distance(on_plane(found, zone), on_plane(meant, zone)).max())


def degrees_of(zone: int) -> Any:
    place = Transformer.from_crs(CODES[zone], 4490, always_xy=True)
    return lambda positions: np.column_stack(place.transform(*positions.T))


def said_by(form: str, name: str) -> str:
    """A list of corners parts its words by commas."""
    return " ".join(name.replace(",", "、").replace("，", "、").split()) if form == "txt" else name


def told(kind: LayerKind, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in kind.settle(properties).items() if key not in NOT_TOLD}


def cut(value: Any) -> Any:
    """What a .dbf can hold of a text."""
    if isinstance(value, str):
        return value.encode("gbk")[:LONGEST_BYTES].decode("gbk", "ignore")
    return value


class Look(NamedTuple):
    """What the wizard shows, and the plan behind it."""

    facts: dict[str, Any]
    plan: Plan


def every_part(office: Office, wanted_layer: str, file: Path, **answers: Any) -> list[Look]:
    """The wizard asks which of the layers of a file is meant: each of them, one after the other."""
    found, plan = office.looked_at(file, answers)
    if "question" not in found:
        assert plan is not None, found
        return [Look(found, plan)]
    question = found["question"]
    assert question["name"] == "source_layer", question["sentence"]
    named = [choice["value"] for choice in question["choices"]]
    wanted = [office.title(wanted_layer)] if file.suffix == ".gpkg" else named
    assert set(wanted) <= set(named)
    looks = [office.looked_at(file, {**answers, "source_layer": name}) for name in wanted]
    assert all(plan for _, plan in looks), looks
    return [Look(facts, plan) for facts, plan in looks if plan]


def assert_the_same(found: Any, meant: Any, zone: int | None, *, exact: bool = False) -> None:
    found, meant = np.array(found, object), np.array(meant, object)
    assert len(found) == len(meant)
    one, other = shapely.normalize(found), shapely.normalize(meant)
    assert [each.geom_type for each in one] == [each.geom_type for each in other]
    if exact:
        assert shapely.equals_exact(one, other, 0).all()
    assert (shapely.get_num_coordinates(one) == shapely.get_num_coordinates(other)).all()
    assert off_m(one, other, zone) < MILLIMETRE


def ids(cases: list[tuple[str, int | None]]) -> list[str]:
    return [f"{form} {zone or 'degrees'}" for form, zone in cases]


def cases(*forms: str) -> list[tuple[str, int | None]]:
    return [(form, zone) for form in forms for zone in ZONES.get(form, (None, 39, 40))]


WHOLE = cases("gpkg", "shp", "geojson", "csv", "kml")
DRAWN = cases("txt", "dxf")


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(("form", "zone"), WHOLE, ids=ids(WHOLE))
def test_shapes_and_values_come_back(office: Office, layer: str, form: str, zone: int | None) -> None:
    kind, meant = office.kind(layer), office.features(layer)
    system = {"crs": CODES[zone]} if form == "csv" else {}
    looks = every_part(office, layer, office.out(layer, form, zone), layer=layer, **system)
    assert [problem for look in looks for problem in look.plan.problems] == []
    assert [column for look in looks for column in look.plan.others] == []
    rows = {row.properties["name"]: row for look in looks for row in look.plan.good}
    assert set(rows) == {feature.name for feature in meant}
    for feature in meant:
        expected = told(kind, feature.properties)
        if form == "shp":
            expected = {key: cut(value) for key, value in expected.items()}
        assert told(kind, rows[feature.name].properties) == expected
    found = [rows[feature.name].shape for feature in meant]
    assert_the_same(found, [feature.shape for feature in meant], zone, exact=zone is None and form != "csv")
    if form != "shp":  # a .dbf cuts the longest texts, which is said when it is written
        counts = [look.facts["compare"] for look in looks]
        assert [(each["new"], each["changed"]) for each in counts] == [(0, 0)] * len(looks)
        assert sum(each["unchanged"] for each in counts) == len(meant)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(("form", "zone"), DRAWN, ids=ids(DRAWN))
def test_shapes_and_names_come_back(office: Office, layer: str, form: str, zone: int) -> None:
    """A drawing and a list of corners know names only (and numbers, where the format has a place for them)."""
    meant = office.features(layer)
    file = office.out(layer, form, zone)
    system = {"crs": CODES[zone]} if form == "dxf" else {}
    found, plan = office.looked_at(file, {"layer": layer, "key": "none", **system})
    needed = [each.title for each in office.kind(layer).fields if each.required and each.key != "name"]
    if needed:
        assert f"文件里没有“{needed[0]}”一列" in found["refusal"]
        shapes = shapely.transform(read_dataset(file).shapes, degrees_of(zone))
        assert_the_same(shapes, [feature.shape for feature in meant], zone)
        return
    assert plan is not None, found
    assert plan.problems == []
    assert_the_same([row.shape for row in plan.good], [feature.shape for feature in meant], zone)
    for row, feature in zip(plan.good, meant, strict=True):
        assert row.properties["name"] == said_by(form, feature.name)
        if form == "txt" and "code" in feature.properties:
            assert row.properties["code"] == feature.properties["code"]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("zone", [None, 39, 40])
def test_a_ledger_comes_back_without_a_change(office: Office, layer: str, zone: int | None) -> None:
    """Excel holds no outlines: what has some is known by its mark, points are points again."""
    meant = office.features(layer)
    found, plan = office.looked_at(office.out(layer, "xlsx", zone), {"layer": layer, "crs": CODES[zone]})
    if plan is not None:
        assert {feature.shape.geom_type for feature in meant} == {"Point"}
        assert off_m([row.shape for row in plan.good], [each.shape for each in meant], zone) < MIDDLES[zone]
        kind = office.kind(layer)
        assert [told(kind, row.properties) for row in plan.good] == [
            told(kind, feature.properties) for feature in meant
        ]
        return
    counts = found["compare"]
    differences = [each["differences"] for each in counts["listed"]]
    assert (differences, counts["not_found"], found["problems"]) == ([], 0, [])
    assert counts["unchanged"] == len(meant)


def test_what_is_brought_stands_on_the_map_as_it_did(office: Office, empty_map: Path, tmp_path: Path) -> None:
    """Into a map that has nothing yet, and without a word which layer it is."""
    with an_office(empty_map, tmp_path) as other:
        for layer in LAYERS:
            file, kind = office.out(layer, "gpkg", None), office.kind(layer)
            done = other.brought(file, {"source_layer": office.title(layer)})
            assert done["layer"] == layer
            before, after = office.features(layer), other.features(layer)
            after = after[-len(before) :]
            assert (done["rows"], len(after)) == (len(before), len(before))
            assert [told(kind, each.properties) for each in after] == [
                told(kind, each.properties) for each in before
            ]
            assert_the_same([each.shape for each in after], [each.shape for each in before], None, exact=True)


def test_a_ledger_that_was_changed_updates_what_is_on_the_map(office: Office) -> None:
    book = openpyxl.load_workbook(office.out("idle_parcel", "xlsx", None))
    sheet = book["台账"]
    header = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "权利人")
    sheet.cell(header.row + 1, header.column).value = "新公司（示例）"
    file = office.home / "改过的台账.xlsx"
    book.save(file)
    found, _ = office.looked_at(file, {"layer": "idle_parcel"})
    ((title, _, after),) = found["compare"]["listed"][0]["differences"]
    assert (len(found["compare"]["listed"]), title, after) == (1, "权利人", "新公司（示例）")
    assert any("只是图形的中心点" in note for note in found["notes"])
