"""What is in this square of the map? /tiles/<key>[+<key>…]/<z>/<x>/<y>.mvt, and TileJSON beside it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, request

from layers import tiles
from layers.errors import InvalidValue
from layers.rights import Viewer
from layers.store import query
from webmap import asked
from webmap.answers import KEEP, PRIVATE, answer, digest
from webmap.database import current, viewer
from webmap.kept_tiles import kept_tiles
from webmap.tile_address import tile_address

blueprint = Blueprint("tiles", __name__, url_prefix="/tiles")

MVT: Final = "application/vnd.mapbox-vector-tile"
GZIP_LEVEL: Final = 4
PLAIN: Final = " plain"


@blueprint.get("/<keys>.json")
def tilejson(keys: str) -> Response:
    names = tiles.layer_keys(keys)
    who = asked.as_of(viewer())
    where = _where(who, names)
    address = tile_address(keys, _token(who, names, where), who, where.text if where else "")
    return answer(tiles.tilejson(current(), who, names, address))


@blueprint.get("/<keys>/<int(signed=True):z>/<int(signed=True):x>/<int(signed=True):y>.mvt")
def tile(keys: str, z: int, x: int, y: int) -> Response:
    place, who = tiles.tile_at(z, x, y), asked.as_of(viewer())
    names = tiles.seen(current(), who, tiles.layer_keys(keys))
    where = _where(who, names)
    token = _token(who, names, where)
    etag = digest(f"{token} {keys} {z}/{x}/{y}")
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304, mimetype=MVT)
    else:
        response = _answered(etag, lambda: tiles.tile(current(), who, names, place, where))
    # Two ways to write the same tile, packed and plain, share a weak ETag.
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = KEEP if request.args.get("v") == token else PRIVATE
    response.vary.add("Accept-Encoding")
    return response


def _where(who: Viewer, names: tuple[str, ...]) -> query.Filter:
    """`f=` what shall be in the tiles of a layer that has tiles of its own."""
    if not request.args.get("f"):
        return query.Nothing
    if len(names) > 1:
        raise InvalidValue(f"带筛选的瓦片网址里有 {len(names)} 个图层，应只有 1 个。请分成几个网址分别读取。")
    return asked.where(current(), who, query.layer_named(current(), who, names[0]))


def _token(who: Viewer, names: tuple[str, ...], where: query.Filter) -> str:
    token = tiles.token(current(), who, names)
    if not where:
        return token
    layer = query.layer_named(current(), who, names[0])
    return f"{token}-{digest(repr((where.text, query.filter_edition(current(), layer, where))))}"


def _answered(etag: str, cut: Callable[[], bytes]) -> Response:
    """The tile packed or plain, as its reader takes it; QGIS draws nothing from packed bytes that do not say so."""
    packs = request.accept_encodings["gzip"] > 0
    content = kept_tiles().of(etag if packs else etag + PLAIN, lambda: _packed(cut()) if packs else cut())
    if not content:
        return Response(status=204, mimetype=MVT)
    return Response(content, mimetype=MVT, headers={"Content-Encoding": "gzip"} if packs else {})


def _packed(tile: bytes) -> bytes:
    return gzip.compress(tile, GZIP_LEVEL, mtime=0) if tile else b""
