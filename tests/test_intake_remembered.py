"""Is what a person said of the columns of a file known when the next one with that header comes?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas
import pytest
from flask import Flask

from layers.store import jobs
from tests.files import gbk_shapefile_zip, parcels
from tests.next_job import next_done
from tests.people import Caller, sign_in
from tests.small_county import small_county


@pytest.fixture
def app(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setenv("WEBMAP_HOME", str(home))
    app = small_county(home)
    yield app
    app.extensions["database"].dispose()


def looked_at(app: Flask) -> dict[str, Any]:
    """What the job that waits finds out."""
    done = next_done(app)
    assert done.state == jobs.DONE, done.message
    return done.result or {}


def sent(
    app: Flask, editor: Caller, folder: Path, frame: geopandas.GeoDataFrame
) -> tuple[str, dict[str, Any]]:
    """The address of a file of these rows, and how its columns were understood."""
    file = gbk_shapefile_zip(folder / "地块.zip", frame=frame)
    answer = editor.post(f"/intake?name={quote(file.name)}", body=file.read_bytes())
    return json.loads(answer.body)["url"], looked_at(app)["matched"]


def unheard_of(rows: int) -> geopandas.GeoDataFrame:
    """A column whose header says nothing to anybody."""
    return parcels(rows).rename(columns={"QSDWMC": "ZD07"})


def test_a_column_that_was_named_once_is_known_in_the_next_file(app: Flask, tmp_path: Path) -> None:
    editor = sign_in(app, "editor")
    address, matched = sent(app, editor, tmp_path, unheard_of(3))
    assert "ZD07" not in matched
    columns = [name for name in unheard_of(1).columns if name != "geometry"]
    said = [("layer", "idle_parcel"), ("layer_was", "idle_parcel")]
    for column in columns:
        said += [("column", column), ("field", "holder" if column == "ZD07" else matched.get(column, ""))]
    pairs: Any = said
    assert editor.post(address, data=pairs).status == 303
    assert looked_at(app)["matched"]["ZD07"] == "holder"

    _, again = sent(app, editor, tmp_path, unheard_of(2))
    assert again["ZD07"] == "holder"
    assert again["DKBH"] == "code"
    _, other = sent(app, editor, tmp_path, unheard_of(2).assign(BZ="别的表头"))
    assert "ZD07" not in other
