"""How does a person draw, correct and remove a feature? POST, PATCH, PUT and DELETE under /api, and the form for it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from layers.editing import changes
from layers.editing.changes import Outcome, Request
from layers.kinds import kind_for
from layers.kinds.form import form_fields
from layers.rights import VISIBILITIES, may_somewhere
from layers.store import query
from webmap.answers import answer
from webmap.body import read_json, started_from
from webmap.database import current, the_database, viewer
from webmap.views.features import GEOJSON, reference, told

blueprint = Blueprint("editing", __name__, url_prefix="/api")


@blueprint.get("/layers/<key>/form")
def form(key: str) -> Response:
    """What the form of this layer asks for, and which shapes it takes."""
    layer = query.layer_named(current(), viewer(), key)
    kind, unit = kind_for(layer), layer.unit
    return answer(
        {
            "layer": layer.key,
            "title": layer.title,
            "kind": kind.key,
            "unit": unit,
            "shapes": list(kind.shapes),
            "visibility": layer.visibility,
            "visibilities": [{"value": code, "label": word} for code, word in VISIBILITIES.items()],
            "may": [deed for deed in ("mark", "edit", "review") if may_somewhere(viewer(), deed, unit)],
            "fields": form_fields(kind, viewer(), unit),
        }
    )


@blueprint.post("/layers/<key>/features")
def create(key: str) -> Response:
    """A new feature: 201; the same again under the same uid: 200."""
    outcome = changes.create(the_database(), viewer(), key, read_json())
    return told_of(outcome, 201 if outcome.created else 200)


@blueprint.patch("/features/<ref>")
def patch(ref: str) -> Response:
    """Change what the body speaks of; null removes a value."""
    asked = Request(reference(ref), started_from(), read_json())
    return told_of(changes.revise(the_database(), viewer(), asked))


@blueprint.put("/features/<ref>")
def put(ref: str) -> Response:
    """The whole feature anew; what the body does not speak of is taken away."""
    asked = Request(reference(ref), started_from(), read_json(), whole=True)
    return told_of(changes.revise(the_database(), viewer(), asked))


@blueprint.delete("/features/<ref>")
def delete(ref: str) -> Response:
    """Into the recycle bin; `act` takes it back."""
    asked = Request(reference(ref), started_from(), read_json(optional=True))
    outcome = changes.remove(the_database(), viewer(), asked)
    return jsonify(ok=True, uid=outcome.uid, act=outcome.act)


def told_of(outcome: Outcome, status: int = 200, **more: Any) -> Response:
    """The feature as it is now, with what became of the request."""
    with the_database().reading() as session:
        body, etag = told(session, viewer(), outcome.uid)
    response = jsonify({**body, "act": outcome.act, "proposed": outcome.proposal, **more})
    response.status_code, response.mimetype = status, GEOJSON
    response.headers["Cache-Control"] = "no-store"
    response.set_etag(etag)
    return response
