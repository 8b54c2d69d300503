"""Which base maps are there, and what do they show here? /api/bases, /base/<name>/<z>/<x>/<y>.

No answer holds the address or the key of a source. A source that fails gives tiles without content (204); the
page then asks /api/bases why.
"""

from __future__ import annotations

import base64
from typing import Any, Final, TypeAlias, cast

from flask import Blueprint, Flask, Response, current_app, request, url_for

from layers import crs
from layers.errors import InvalidValue, UnknownThing, WrongSetting
from webmap.answers import answer, digest
from webmap.bases.addresses import Square
from webmap.bases.declared import Source
from webmap.bases.fetch import NoAnswer, image_type
from webmap.bases.shelf import Shelf, shelf_of
from webmap.config import Config
from webmap.database import the_config
from webmap.logs import LOG

blueprint = Blueprint("bases", __name__)

BLANK: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
DAY_S: Final = 86_400
Edition: TypeAlias = tuple[int, int] | None


def declare(app: Flask, config: Config) -> None:
    """Put the declared base maps on their shelf."""
    app.extensions["bases"] = shelf_of(config), _edition(config)


def shelf() -> Shelf:
    """The base maps as they are declared now: another process may have changed the file."""
    known, edition = cast("tuple[Shelf, Edition]", current_app.extensions["bases"])
    now = _edition(the_config())
    if now != edition:
        known = _renewed(known)
        current_app.extensions["bases"] = known, now
    return known


def _renewed(known: Shelf) -> Shelf:
    """What is declared now; a mistake that somebody wrote by hand leaves everything as it was."""
    try:
        return shelf_of(the_config())
    except WrongSetting as mistake:
        LOG.warning("base maps", extra={"facts": {"why": mistake.message}})
        return known


def _edition(config: Config) -> Edition:
    """When the file of this name was written; the same moment and size is the same content."""
    try:
        facts = config.bases_file.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size


@blueprint.get("/api/bases")
def listed() -> Response:
    """What a person can choose, and what is wrong with it at the moment."""
    return answer({"bases": [_told(source) for source in shelf().listed()]})


@blueprint.get("/api/bases/shift")
def shift() -> Response:
    """By how many degrees maps in GCJ-02 show this place too far east and north."""
    lon, lat = (_degrees(name) for name in ("lon", "lat"))
    seen = crs.to_gcj02(lon, lat)
    return answer({"lon": round(seen[0] - lon, 9), "lat": round(seen[1] - lat, 9)}, keep=True)


@blueprint.get("/base/<name>/<int(signed=True):z>/<int(signed=True):x>/<int(signed=True):y>")
def tile(name: str, z: int, x: int, y: int) -> Response:
    source = shelf().named(name)
    square = Square(z, x, y)
    if not source.min_zoom <= z <= source.max_zoom or not square.is_on_earth:
        raise UnknownThing(
            f"底图“{source.title}”没有 {z}/{x}/{y} 这张瓦片：级别应为 {source.min_zoom} 到 {source.max_zoom}，"
            f"行列号应为 0 到 2 的级别次方减 1。"
        )
    try:
        return _picture(shelf().tile(source, square), source)
    except NoAnswer as failure:
        LOG.warning("base map", extra={"facts": {"base": source.name, "why": str(failure)}})
        return Response(status=204, headers={"Cache-Control": "no-store"})


def _picture(body: bytes | None, source: Source) -> Response:
    found = body or BLANK
    response = Response(found, mimetype=image_type(found))
    age_s = min(source.cache_days, 7) * DAY_S if body else 600
    response.headers["Cache-Control"] = f"private, max-age={age_s}"
    response.set_etag(digest(found.hex()))
    response.make_conditional(request)
    return response


def _told(source: Source) -> dict[str, Any]:
    labels = shelf().sources[source.labels] if source.labels else None
    parts = [part for part in (source, labels) if part]
    return {
        "name": source.name,
        "title": source.title,
        "image": source.image,
        "gcj02": source.gcj02,
        "parts": [_part(part) for part in parts],
        "credit": "，".join(dict.fromkeys(text for part in parts for text in _credit(part))),
        "trouble": shelf().trouble(source),
    }


def _part(source: Source) -> dict[str, Any]:
    place = url_for("bases.tile", name=source.name, z=0, x=0, y=0).removesuffix("0/0/0")
    # The edition renews what a browser keeps when the administrator declares another source under this name.
    url = f"{place}{{z}}/{{x}}/{{y}}?v={source.edition}"
    return {"url": url, "min_zoom": source.min_zoom, "max_zoom": source.max_zoom, "bounds": source.bounds}


def _credit(source: Source) -> list[str]:
    return [text for text in (source.attribution, f"审图号 {source.review}" if source.review else "") if text]


def _degrees(name: str) -> float:
    text, most = request.args.get(name, ""), 180 if name == "lon" else 90
    try:
        value = float(text)
    except ValueError:
        value = 999.0
    if not -most <= value <= most:
        raise InvalidValue(f"{name} 收到“{text[:40]}”，应为 -{most} 到 {most} 之间的度数。")
    return value
