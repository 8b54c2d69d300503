"""How are features split, merged, copied, and changed many at a time?"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from layers.editing import bulk_change, reshaping
from layers.editing.bulk_change import Chosen
from layers.editing.changes import Outcome
from layers.editing.reshaping import Reshaped
from layers.errors import InvalidValue
from layers.filters import LONGEST
from webmap import asked
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
    """The same `properties` for many features: `uids`, or `all: true`, or those that touch `bbox`
    and pass the filter `f`.

    `preview: true` only tells how many there are and how many of them would change; `expected` is the number that
    was agreed to.
    """
    body = read_json()
    chosen = _chosen(body)
    if body.get("preview") is True:
        told = bulk_change.preview(the_database(), viewer(), key, chosen, body)
    else:
        reason = text_of(body, "reason")
        told = bulk_change.change(the_database(), viewer(), key, chosen, body, reason)
    return jsonify(ok=True, act=told.act, changed=told.changed, of=told.of)


def _chosen(body: dict[str, Any]) -> Chosen:
    expected = body.get("expected")
    if expected is not None and type(expected) is not int:
        raise InvalidValue("“expected”应为确认时的个数（整数）。请按接口说明提交。")
    if "uids" in body:
        return Chosen(texts_of(body, "uids", bulk_change.MOST), expected=expected)
    bbox, where = text_of(body, "bbox"), text_of(body, "f", LONGEST) or ""
    if not (bbox or where or body.get("all") is True):
        raise InvalidValue("没有说明要改哪些图形：请给出 uids、bbox 或 f，或 all: true 表示整个图层。")
    return Chosen(None, asked.bounds_in(bbox) if bbox else None, where, expected)


def _told(done: Reshaped, status: int = 200) -> Response:
    return told_of(Outcome(done.uids[0], done.act), status, uids=done.uids)
