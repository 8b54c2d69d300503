"""What is in this square of the map? /tiles/<key>[+<key>…]/<z>/<x>/<y>.mvt, and TileJSON beside it."""

from __future__ import annotations

import gzip
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, request

from layers import tiles
from webmap import asked, tokens
from webmap.answers import KEEP, PRIVATE, answer, digest
from webmap.database import current, viewer

blueprint = Blueprint("tiles", __name__, url_prefix="/tiles")

MVT: Final = "application/vnd.mapbox-vector-tile"
GZIP_LEVEL: Final = 4


@blueprint.get("/<keys>.json")
def tilejson(keys: str) -> Response:
    names = tiles.layer_keys(keys)
    who = asked.as_of(viewer())
    token = tiles.token(current(), who, names)
    then = f"&at={who.at.isoformat()}" if who.at else ""
    then += "".join(f"&{name}={quote(word)}" for name, word in tokens.carried().items())
    address = f"{request.url_root}tiles/{quote(keys, safe='+')}/{{z}}/{{x}}/{{y}}.mvt?v={quote(token)}{then}"
    return answer(tiles.tilejson(current(), who, names, address))


@blueprint.get("/<keys>/<int(signed=True):z>/<int(signed=True):x>/<int(signed=True):y>.mvt")
def tile(keys: str, z: int, x: int, y: int) -> Response:
    names, place, who = tiles.layer_keys(keys), tiles.tile_at(z, x, y), asked.as_of(viewer())
    token = tiles.token(current(), who, names)
    etag = digest(f"{token} {keys} {z}/{x}/{y}")
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304, mimetype=MVT)
    else:
        response = _packed(tiles.tile(current(), who, names, place))
    # Two ways to write the same tile, packed and plain, share a weak ETag.
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = KEEP if request.args.get("v") == token else PRIVATE
    response.vary.add("Accept-Encoding")
    return response


def _packed(tile: bytes) -> Response:
    """QGIS draws nothing from packed bytes that do not say so."""
    if not tile:
        return Response(status=204, mimetype=MVT)
    if request.accept_encodings["gzip"] <= 0:
        return Response(tile, mimetype=MVT)
    packed = gzip.compress(tile, GZIP_LEVEL, mtime=0)
    return Response(packed, mimetype=MVT, headers={"Content-Encoding": "gzip"})
