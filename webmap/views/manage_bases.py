"""Administration of base maps: /admin/bases. Add, change, order, try, remove; a key is written and never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers.errors import MapError, WrongSetting
from layers.store import edit, query
from webmap.bases import written
from webmap.bases.addresses import square_at
from webmap.catalogue import county
from webmap.database import current, let_go, the_config, viewer
from webmap.managing import manager, noted, page, refused, text
from webmap.views.bases import shelf

blueprint = Blueprint("manage_bases", __name__, url_prefix="/admin/bases")

CHECK_ZOOM: Final = 11
CHINA: Final = (104.0, 35.0)
KIND_TITLES: Final = {
    "xyz": "XYZ 瓦片",
    "wmts": "WMTS",
    "wms": "WMS",
    "arcgis": "ArcGIS REST",
    "supermap": "SuperMap REST",
    "tianditu": "天地图",
    "mbtiles": "MBTiles 文件",
    "pmtiles": "PMTiles 文件",
}


@blueprint.get("")
def listed() -> Response:
    return _list()


def _list(
    error: MapError | None = None, status: int = 200, checked: dict[str, str] | None = None
) -> Response:
    manager()
    try:
        found = written.entries(_file())
    except WrongSetting as refusal:
        found, error = [], error or refusal
    return page(
        "bases.html",
        status=status,
        error=error,
        bases=[_told(entry, checked or {}) for entry in found],
        edition=written.edition(_file()),
        kinds=KIND_TITLES,
        typed=request.form if error else {},
        home=_file().parent,
    )


@blueprint.post("")
def write() -> AnyResponse:
    """Change the base map `name`, or add one when it is empty."""

    def act() -> AnyResponse:
        manager()
        name = text("name") or None
        entry = written.write_base(_file(), text("edition"), name, request.form)
        return _done(
            f"{'修改' if name else '新建'}底图 {entry['name']} {entry.get('title', '')}",
            "saved" if name else "created",
        )

    return refused(act, _list)


@blueprint.post("/<name>/move")
def move(name: str) -> AnyResponse:
    def act() -> AnyResponse:
        manager()
        written.move_base(_file(), text("edition"), name, -1 if text("way") == "up" else 1)
        return _done(f"调整底图顺序 {name[:40]}", "moved")

    return refused(act, _list)


@blueprint.post("/<name>/remove")
def remove(name: str) -> AnyResponse:
    def act() -> AnyResponse:
        manager()
        gone = written.remove_base(_file(), text("edition"), name)
        return _done(f"移除底图 {name[:40]} {gone.get('title', '')}", "removed")

    return refused(act, _list)


@blueprint.post("/<name>/check")
def check(name: str) -> AnyResponse:
    """Ask the source for one picture of the county, now."""

    def act() -> AnyResponse:
        manager()
        source = shelf().named(name)
        lon, lat = _middle()
        # Nobody waits for our session while a source takes its time.
        let_go()
        zoom = min(max(CHECK_ZOOM, source.min_zoom), source.max_zoom)
        return _list(checked={name: shelf().check(source, square_at(lon, lat, zoom))})

    return refused(act, _list)


def _done(subject: str, word: str) -> AnyResponse:
    with edit.one_act(current(), "base", manager(), reason=subject[:200]):
        noted("base", subject[:200])
    current().commit()
    return redirect(url_for("manage_bases.listed", done=word), 303)


def _file() -> Path:
    return the_config().bases_file


def _middle() -> tuple[float, float]:
    """Of the county; of the whole country while there is none."""
    box = county(current(), viewer(), query.layers(current(), viewer()))["bounds"]
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) if box else CHINA


def _told(entry: written.Entry, checked: dict[str, str]) -> dict[str, Any]:
    """What the page shows of an entry: everything but what is secret."""
    name = str(entry.get("name", ""))
    source = shelf().sources.get(name)
    return {
        **{option: entry.get(option, "") for option in (*written.SHOWN, *written.WHOLE)},
        **{option: bool(entry.get(option)) for option in written.TICKS},
        "name": name,
        "has_key": bool(entry.get("key")),
        "has_headers": bool(entry.get("headers")),
        "trouble": shelf().trouble(source) if source else None,
        "checked": checked.get(name),
    }
