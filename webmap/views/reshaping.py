"""How are features split, merged, copied, and changed many at a time?"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from layers.editing import bulk_change, reshaping
from layers.editing.changes import Outcome
from layers.editing.reshaping import Reshaped
from layers.errors import InvalidValue
from webmap.body import read_json, started_from, text_of, texts_of
from webmap.database import the_database, viewer
from webmap.views.editing import told_of
from webmap.views.features import reference

blueprint = Blueprint("reshaping", __name__, url_prefix="/api")


@blueprint.post("/features/<ref>/split")
def split(ref: str) -> Response:
    """Cut along `line` (a LineString, or its positions), from the version in If-Match."""
    line = read_json().get("line")
    return _told(reshaping.split(the_database(), viewer(), reference(ref), started_from(), line))


@blueprint.post("/layers/<key>/merge")
def merge(key: str) -> Response:
    """One feature of several: `uids`, and `keep`, whose properties go on."""
    body = read_json()
    uids = texts_of(body, "uids", reshaping.MOST_MERGED)
    return _told(reshaping.merge(the_database(), viewer(), key, uids, text_of(body, "keep") or ""))


@blueprint.post("/features/<ref>/duplicate")
def duplicate(ref: str) -> Response:
    """The same once more: 201."""
    return _told(reshaping.duplicate(the_database(), viewer(), reference(ref)), 201)


@blueprint.post("/layers/<key>/change")
def change(key: str) -> Response:
    """The same values for many features: `uids`, or `all: true`; and `properties`."""
    body = read_json()
    if body.get("all") is not True and "uids" not in body:
        raise InvalidValue("没有说明要改哪些图形：请给出 uids，或 all: true 表示整个图层。")
    uids = None if body.get("all") is True else texts_of(body, "uids", bulk_change.MOST)
    reason = text_of(body, "reason")
    done = bulk_change.change(the_database(), viewer(), key, uids, body, reason)
    return jsonify(ok=True, act=done.act, changed=done.changed)


def _told(done: Reshaped, status: int = 200) -> Response:
    return told_of(Outcome(done.uids[0], done.act), status, uids=done.uids)
