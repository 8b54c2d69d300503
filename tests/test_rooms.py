"""Does every room keep to itself? Who may import whom, and which word belongs to one file only."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1]

BASE = {"errors", "clock", "crs", "shapes", "measure", "shift", "secrecy"}
LAYERS_MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    **dict.fromkeys(BASE - {"errors"}, BASE),
    # Who repairs a shape does it in a child.
    "shapes": BASE | {"fence"},
    "rights": BASE,
    "rules": BASE,
    "symbols": BASE,
    "fence": set(),
    "collecting": set(),
    "cells": set(),
    # How a file gets to its place.
    "whole": BASE,
    "formats": BASE | {"cells", "fence", "photos"},
    # Where pictures of the ground lie, and how they become tiles.
    "imagery": BASE | {"fence", "formats"},
    "photos": BASE | {"fence"},
    "blobs": BASE,
    "kinds": BASE | {"rules", "symbols", "rights"},
    # What a reader is shown of a feature: on its card, in a table.
    "card": BASE | {"kinds", "rights"},
    "listing": BASE | {"kinds", "rights"},
    # What is wrong with shapes and values, whether they come from a file or stand on the map.
    "checks": BASE | {"kinds", "rights", "fence"},
    "filters": BASE | {"kinds", "rights"},
    # What a question in plain words asks.
    "asking": BASE | {"kinds", "rights", "filters"},
    "store": BASE | {"kinds", "rights", "filters"},
    "checking": BASE | {"kinds", "rights", "store", "checks"},
    "intake": BASE | {"kinds", "rights", "store", "formats", "checks", "attaching", "blobs", "collecting"},
    "export": BASE | {"kinds", "rights", "store", "formats", "filters", "whole"},
    "attaching": BASE | {"store", "photos", "blobs"},
    "editing": BASE | {"kinds", "rights", "store", "formats", "intake", "filters"},
    **{room: BASE | {"kinds", "rights", "store", "filters"} for room in ("tiles", "jobs")},
    # Scenes of a briefing, with what they say today.
    "briefing": BASE | {"kinds", "rights", "store", "filters", "symbols"},
    "sample": BASE | {"kinds", "rights", "store", "briefing"},
    "analysis": BASE | {"rules", "kinds", "rights", "store", "filters", "asking", "checks"},
}
WEBMAP_MAY_NOT_IMPORT: dict[str, set[str]] = {
    # Views answer requests; what starts the application stands outside.
    "views": {"cli", "server", "timer"},
    "outputs": {"views", "cli", "server", "timer", "database"},
}
# Compilers of symbols are handed kinds; they know the type and never load it.
TYPES_ONLY = {("symbols", "kinds")}
BEHIND_DOORS = tuple(
    f"layers.{inside}" for inside in ("formats", "store.tables", "store.geopackage", "store.gate")
)

WEB = {"flask", "folium", "branca", "jinja2", "werkzeug", "markupsafe", "webmap"}
DATABASES = {"sqlalchemy", "alembic", "sqlite3", "psycopg"}
FRAMES = {"geopandas", "pandas"}
ARCHIVES = {"zipfile", "tarfile"}
NEVER_IN: dict[str, set[str]] = {
    "layers/": WEB,
    "layers/kinds/": DATABASES | FRAMES,
    "layers/rules/": DATABASES | FRAMES,
    "layers/checks/": DATABASES | FRAMES,
    "layers/symbols/": DATABASES | FRAMES,
    "layers/store/": FRAMES | ARCHIVES,
    # A GeoPackage from outside is a SQLite file, and read as one.
    "layers/formats/": DATABASES - {"sqlite3"},
    "layers/__init__.py": FRAMES | DATABASES | {"shapely", "numpy", "pyproj"},
}
ONLY_IN = {
    "folium": "webmap/folium_map.py",
    "branca": "webmap/folium_map.py",
    "pyogrio": "layers/formats/",
    "osgeo": "layers/formats/",
    "rasterio": "layers/imagery/",
    "pypdfium2": "layers/imagery/",
    "fiona": "layers/formats/",
}
SQL = {"select", "insert", "update", "delete", "text"}
DEGREES_AND_WEB = {4326, 4490, 3857, 900913}
CGCS2000_ZONES = range(4491, 4555)
EPSG_TEXT = re.compile(r"EPSG:+\d|\b(4326|4490|3857|45[0-5]\d)\b")
NO_ROOM = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}

STRING = re.compile(r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")

Offences = Iterator[str]


def python_files(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for folder in ("layers", "webmap"):
        for file in sorted((root / folder).rglob("*.py")):
            yield file.relative_to(root).as_posix(), ast.parse(file.read_text("utf-8"))


def script_files(root: Path) -> Iterator[tuple[str, str]]:
    """Our own modules, without their comments."""
    for file in sorted((root / "static/js").rglob("*.js")):
        yield file.relative_to(root).as_posix(), without_comments(file.read_text("utf-8"))


def without_comments(code: str) -> str:
    # A string may hold two slashes (an address), so strings are matched too, and kept.
    parts = rf"({STRING.pattern}|`(?:\\.|[^`\\])*`)|/\*.*?\*/|//[^\n]*"
    return re.sub(parts, lambda found: found[1] or "", code, flags=re.DOTALL)


def imports(path: str, tree: ast.AST) -> Iterator[str]:
    """Full dotted names; `from layers.store import query` gives layers.store.query, which may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = f"{package_above(path, node.level)}{node.module or ''}"
            yield from (f"{module.rstrip('.')}.{name.name}" for name in node.names)


def package_above(path: str, level: int) -> str:
    """What `..` means in this file: "layers." in layers/store/query.py; nothing when there are no dots."""
    return "".join(f"{part}." for part in path.split("/")[:-level]) if level else ""


def type_imports(path: str, tree: ast.Module) -> set[str]:
    guards = (
        node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
    )
    return {name for guard in guards for name in imports(path, guard)}


def room(path_or_name: str) -> str:
    """layers/store/query.py and layers.store.query are both in the room `store`."""
    parts = re.split(r"[./]", path_or_name.removesuffix(".py"))
    return parts[1] if len(parts) > 1 else ""


def rooms_of_layers(root: Path) -> Offences:
    for path, tree in python_files(root):
        here = room(path)
        if not path.startswith("layers/") or here == "__init__":
            continue
        if here not in LAYERS_MAY_IMPORT:
            yield f"{path} is in no room of the plan: add `{here}` to LAYERS_MAY_IMPORT"
            continue
        types = type_imports(path, tree)
        for name in imports(path, tree):
            there = room(name)
            only_type = name in types and (here, there) in TYPES_ONLY
            if name.startswith("layers.") and there not in LAYERS_MAY_IMPORT[here] | {here} and not only_type:
                yield f"{path} imports {name}: {here} may not know {there}"


def rooms_of_webmap(root: Path) -> Offences:
    for path, tree in python_files(root):
        if not path.startswith("webmap/"):
            continue
        here = room(path)
        for name in imports(path, tree):
            if name.startswith("webmap.") and not web_room_may(here, name):
                yield f"{path} imports {name}: {here} may not know {room(name)}"
            if name.startswith(BEHIND_DOORS):
                yield f"{path} imports {name}: enter the room by its front door"


def web_room_may(here: str, name: str) -> bool:
    there = room(name)
    if there == "views" and here != "views":
        # Nobody leans on a view; only the factory puts them into the application.
        return here == "__init__"
    return there not in WEBMAP_MAY_NOT_IMPORT.get(here, set())


def foreign_imports(root: Path) -> Offences:
    for path, tree in python_files(root):
        for name in imports(path, tree):
            package = name.partition(".")[0]
            for place, never in NEVER_IN.items():
                if path.startswith(place) and package in never:
                    yield f"{path} imports {package}, which nothing in {place} may"
            home = ONLY_IN.get(package)
            if home and not path.startswith(home):
                yield f"{path} imports {package}, which only {home} may"


def sql_outside_store(root: Path) -> Offences:
    for path, tree in python_files(root):
        if path.startswith("layers/store/"):
            continue
        for name in imports(path, tree):
            package, _, last = name.rpartition(".")
            if package.startswith("sqlalchemy") and last in SQL:
                yield f"{path} imports {name}: SQL is written in layers/store/ only"
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "select":
                yield f"{path}:{call.lineno} calls select(: SQL is written in layers/store/ only"


def epsg_outside_crs(root: Path) -> Offences:
    for path, tree in python_files(root):
        if path != "layers/crs.py":
            for node in constants(tree):
                if names_a_crs(node.value):
                    yield f"{path}:{node.lineno} has {node.value!r}: EPSG numbers are in layers/crs.py only"
    for path, code in script_files(root):
        for found in EPSG_TEXT.finditer(code):
            yield f"{path} has {found[0]}: EPSG numbers are in layers/crs.py only"


def constants(tree: ast.Module) -> Iterator[ast.Constant]:
    """All constants but docstrings and lone strings, which explain and do nothing."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told)


def names_a_crs(value: object) -> bool:
    if isinstance(value, int):
        return value in DEGREES_AND_WEB or value in CGCS2000_ZONES
    return isinstance(value, str) and re.search(r"EPSG:+\d", value) is not None


def drawing_libraries_outside_map(root: Path) -> Offences:
    for path, code in script_files(root):
        if not path.startswith("static/js/map/"):
            for found in re.finditer(r"(?<![\w.$])(L\.\w+|maplibregl|protomapsL)\b", STRING.sub("", code)):
                yield f"{path} uses {found[0]}: Leaflet and MapLibre are known in static/js/map/ only"


def requests_outside_api(root: Path) -> Offences:
    for path, code in script_files(root):
        if path != "static/js/api.js":
            for found in re.finditer(r"\bfetch\(|\bXMLHttpRequest\b|\bEventSource\b|\bsendBeacon\b", code):
                yield f"{path} uses {found[0]}: requests are made in static/js/api.js only"


WIRING = ("static/js/wiring/", "static/js/main.js")
"""Only these know all the parts of the map page."""


def script_imports(root: Path) -> Offences:
    for path, code in script_files(root):
        for found in re.finditer(r"""\b(?:from|import)\s*\(?\s*["']([^"']+)["']""", code):
            name = found[1]
            if not name.startswith("app/"):
                yield f'{path} imports "{name}": modules name each other "app/…"'
            elif name == "app/main.js":
                yield f"{path} imports app/main.js, which starts the page and is no part"
            elif name.startswith("app/wiring/") and not path.startswith(WIRING):
                yield f"{path} imports {name}, which wires the parts: a part knows no other, it sends events"
            elif path.startswith("static/js/map/") and name.startswith(("app/panel/", "app/table/")):
                yield f"{path} imports {name}: the map knows no panel, it sends events"


def formulas_looked_for(root: Path) -> Offences:
    for path, tree in python_files(root):
        if path == "layers/cells.py" or not path.startswith(("layers/", "webmap/")):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple) and {"=", "+", "-", "@"} <= {
                each.value for each in node.elts if isinstance(each, ast.Constant)
            }:
                yield f"{path} looks for formulas: layers/cells.py does"


def dates_in_the_language_of_the_browser(root: Path) -> Offences:
    pages = [*(root / "static/js").rglob("*.js"), *(root / "webmap/templates").rglob("*.html")]
    for file in sorted(pages):
        for found in re.finditer(
            r"""type=["'](date|datetime-local|month|time|week)["']""", file.read_text("utf-8")
        ):
            yield f"{file.relative_to(root).as_posix()} has {found[0]}: days are typed in app/edit/day.js"


def files_without_a_room(root: Path) -> Offences:
    for folder in ("layers", "webmap", "static/js"):
        for file in sorted((root / folder).rglob("*.*")):
            if file.suffix in {".py", ".js"} and file.stem in NO_ROOM:
                yield f"{file.relative_to(root).as_posix()}: which room would be glad of it?"


def files_without_a_question(root: Path) -> Offences:
    for path, tree in python_files(root):
        if not ast.get_docstring(tree):
            yield f"{path} does not say which question it answers"
    for file in sorted((root / "static/js").rglob("*.js")):
        if not file.read_text("utf-8").startswith(("//", "/*")):
            yield f"{file.relative_to(root).as_posix()} does not say which question it answers"


RULES: list[Callable[[Path], Offences]] = [
    rooms_of_layers,
    rooms_of_webmap,
    foreign_imports,
    sql_outside_store,
    epsg_outside_crs,
    drawing_libraries_outside_map,
    requests_outside_api,
    script_imports,
    dates_in_the_language_of_the_browser,
    formulas_looked_for,
    files_without_a_room,
    files_without_a_question,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule: Callable[[Path], Offences]) -> None:
    found = list(rule(SOURCE))
    assert not found, "\n".join(found)


PLANTED = {
    "kinds know no database": (foreign_imports, "layers/kinds/x.py", "import sqlalchemy.orm"),
    "layers know no web": (foreign_imports, "layers/measure.py", "def f():\n    from flask import g"),
    "folium has one home": (foreign_imports, "webmap/views/map.py", "from folium import Map"),
    "GDAL has one home": (foreign_imports, "webmap/x.py", "import pyogrio"),
    "the store knows no files": (rooms_of_layers, "layers/store/x.py", "from layers.formats import vector"),
    "a relative import counts": (rooms_of_layers, "layers/store/x.py", "from ..formats import vector"),
    "symbols know no kinds": (rooms_of_layers, "layers/symbols/x.py", "from layers import kinds"),
    "errors know nothing": (rooms_of_layers, "layers/errors.py", "from layers import clock"),
    "a type may not be loaded": (rooms_of_layers, "layers/symbols/y.py", "import layers.kinds.base"),
    "rooms are planned": (rooms_of_layers, "layers/new.py", ""),
    "views have their circle": (rooms_of_webmap, "webmap/views/x.py", "from webmap.cli import main"),
    "nobody leans on a view": (rooms_of_webmap, "webmap/database.py", "from webmap.views import map"),
    "tables stay inside": (rooms_of_webmap, "webmap/views/x.py", "from layers.store.tables import Feature"),
    "select in a view": (sql_outside_store, "webmap/views/x.py", "from sqlalchemy import select"),
    "select by another way": (sql_outside_store, "layers/intake.py", "rows = select(1)"),
    "an EPSG number": (epsg_outside_crs, "layers/tiles/x.py", "WANTED = 4490"),
    "an EPSG name": (epsg_outside_crs, "layers/intake.py", "crs = 'EPSG:4528'"),
    "an EPSG number in a script": (epsg_outside_crs, "static/js/map/x.js", "const a = 3857;"),
    "Leaflet in a panel": (drawing_libraries_outside_map, "static/js/panel/x.js", "L.map('x')"),
    "MapLibre in a panel": (drawing_libraries_outside_map, "static/js/x.js", "new maplibregl.Map({})"),
    "fetch in a panel": (requests_outside_api, "static/js/panel/x.js", "await fetch('/api')"),
    "a relative script": (script_imports, "static/js/x.js", 'import { a } from "./a.js";'),
    "a late relative script": (script_imports, "static/js/x.js", "await import('../a.js')"),
    "the map asks a panel": (script_imports, "static/js/map/x.js", 'import "app/panel/card.js";'),
    "a part asks the wiring": (script_imports, "static/js/panel/x.js", 'import "app/wiring/parts.js";'),
    "a formula looked for": (formulas_looked_for, "webmap/x.py", 'text[:1] in ("=", "+", "-", "@")'),
    "a date as the browser has it": (
        dates_in_the_language_of_the_browser,
        "webmap/templates/x.html",
        '<input type="date">',
    ),
    "a drawer for everything": (files_without_a_room, "webmap/utils.py", ""),
    "a file without a question": (files_without_a_question, "static/js/x.js", "export const a = 1;"),
}


@pytest.mark.parametrize(("rule", "path", "code"), PLANTED.values(), ids=PLANTED)
def test_an_offender_is_named(rule: Callable[[Path], Offences], path: str, code: str, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(code, "utf-8")
    found = list(rule(tmp_path))
    assert len(found) == 1, found
    assert path in found[0]


def test_comments_offend_nobody(tmp_path: Path) -> None:
    (tmp_path / "static/js").mkdir(parents=True)
    code = '/** @param {L.Map} map */\n// fetch(4490)\nconst address = "http://x/L.map";\n'
    (tmp_path / "static/js/x.js").write_text(code, "utf-8")
    assert not [offence for rule in RULES for offence in rule(tmp_path)]
