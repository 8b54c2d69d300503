"""Does nothing leave the building, and does nothing of the builder's machine stay in the source?"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from hatch_build import VENDORED

SOURCE = Path(__file__).parents[1]
ADDRESS = re.compile(
    r"""(?:\bhttps?:|(?<=["'(`=\s])|^)//(?P<host>[\w.-]+\.\w+|localhost|\[)""", re.IGNORECASE
)
# Names of things, not places to ask: namespaces of XML and JSON Schema; and the machine itself.
NO_PLACE = {"www.w3.org", "www.opengis.net", "json-schema.org", "127.0.0.1", "localhost"}
PAGES = {"webmap/templates": ("*",), "static/js": ("*.js", "*.json"), "static/css": ("*.css",)}
# Written in two parts, so that this file does not find itself.
MACHINE_PATHS = [f"/{folder}/" for folder in ("home", "root", "Users", "work/main", "tmp/w")]


@pytest.mark.parametrize("path", ["/", "/table", "/table/idle_parcel", "/mark", "/photos", "/no-such-page"])
def test_no_page_asks_another_host(path: str, page: Page, trouble: list[str]) -> None:
    page.goto(path, wait_until="networkidle")
    if path == "/no-such-page":
        assert "404" in trouble.pop()  # the browser notes down that there is no such page
    assert not trouble


def test_no_page_names_another_host() -> None:
    found = [
        f"{file.relative_to(SOURCE)}: {address}"
        for folder, patterns in PAGES.items()
        for pattern in patterns
        for file in sorted((SOURCE / folder).rglob(pattern))
        if file.is_file()
        for address in addresses(without_comments(file.read_text("utf-8")))
    ]
    assert not found, "\n".join(found)


def test_no_code_of_ours_names_another_host() -> None:
    found = [
        f"{file.relative_to(SOURCE)}:{line}: {address}"
        for folder in ("layers", "webmap")
        for file in sorted((SOURCE / folder).rglob("*.py"))
        for line, text in strings(ast.parse(file.read_text("utf-8")))
        for address in addresses(text)
    ]
    assert not found, "\n".join(found)


def test_vendored_style_sheets_load_nothing_from_elsewhere() -> None:
    for name in (name for name in VENDORED.values() if name.endswith(".css")):
        sheet = (SOURCE / "static/vendor" / name).read_text("utf-8")
        assert not re.findall(r"""(?:url\(\s*|@import\s*)["']?(?:https?:)?//[^)"']*""", sheet), name


def test_lock_files_name_no_host() -> None:
    for file in sorted((SOURCE / "requirements").iterdir()):
        assert "://" not in file.read_text("utf-8"), file.name
    lock = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))
    named = [name for name, package in lock["packages"].items() if "resolved" in package]
    assert not named, f"`npm install` was run without our .npmrc: {named}"


def test_every_pinned_package_has_its_checksum() -> None:
    for file in sorted((SOURCE / "requirements").glob("*.txt")):
        packages = re.split(r"\n(?=\S)", file.read_text("utf-8").strip())
        assert not [package for package in packages if "--hash=sha256:" not in package], file.name
    lock = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))
    # What is bundled comes inside another package's archive.
    fetched = {name: each for name, each in lock["packages"].items() if name and not each.get("inBundle")}
    assert not [name for name, package in fetched.items() if "integrity" not in package]


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    found = [
        f"{file.relative_to(SOURCE)}: {path}"
        for file in files_of_the_project()
        for path in MACHINE_PATHS
        if path.encode() in file.read_bytes()
    ]
    assert not found, "\n".join(found)


def files_of_the_project() -> Iterator[Path]:
    """All but what .gitignore leaves out; a copy of the source without git has the same files."""
    ignored = {line.strip("/") for line in (SOURCE / ".gitignore").read_text("utf-8").split()} | {".git"}
    folders = [SOURCE]
    while folders:
        for file in sorted(folders.pop().iterdir()):
            if file.name in ignored or file.relative_to(SOURCE).as_posix() in ignored:
                continue
            if file.is_dir():
                folders.append(file)
            else:
                yield file


def addresses(text: str) -> list[str]:
    return [found[0] for found in ADDRESS.finditer(text) if found["host"] not in NO_PLACE]


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|<!--.*?-->|\{#.*?#\}|^\s*//.*?$", "", text, flags=re.DOTALL | re.MULTILINE)


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """All texts but docstrings, which may tell where a rule is written down."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def test_an_address_is_recognised() -> None:
    assert addresses('<script src="//cdn.example.com/x.js">') == ["//cdn.example.com"]
    assert addresses("url(https://fonts.example.org/a.woff2)") == ["https://fonts.example.org"]
    assert addresses('xmlns="http://www.w3.org/2000/svg" href="http://127.0.0.1:8000/"') == []
    assert addresses("sqlite:////var/map.db") == []
