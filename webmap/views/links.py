"""What is a record tied to? /api/features/<ref>/links: read, tie, untie, put in order (关联)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from layers.editing import linking
from layers.store import query
from webmap import ties
from webmap.answers import answer
from webmap.body import read_json, started_from
from webmap.database import current, the_database, viewer
from webmap.views.editing import told_of
from webmap.views.features import reference

blueprint = Blueprint("links", __name__, url_prefix="/api/features")


@blueprint.get("/<ref>/links")
def read(ref: str) -> Response:
    """By sort and direction; what the viewer may not see is counted."""
    found = query.feature_of(current(), viewer(), reference(ref))
    return answer({"uid": found.uid, "name": found.name, "links": ties.section(current(), viewer(), found)})


@blueprint.post("/<ref>/links")
def tie(ref: str) -> Response:
    """`sort` with `uid` of the other, or `words`: its name or number."""
    return told_of(linking.tie(the_database(), viewer(), reference(ref), started_from(), read_json()))


@blueprint.put("/<ref>/links/<sort>")
def order(ref: str, sort: str) -> Response:
    """`refs`: those that are there, in another order."""
    given = read_json().get("refs")
    return told_of(linking.order(the_database(), viewer(), reference(ref), started_from(), sort, given))


@blueprint.delete("/<ref>/links/<sort>")
def untie(ref: str, sort: str) -> Response:
    """`ref=` the reference, as `links` tells it."""
    text = request.args.get("ref", "")
    return told_of(linking.untie(the_database(), viewer(), reference(ref), started_from(), sort, text))
