"""What waits for me, and what do I decide? GET /api/review, POST /api/features/<ref>/review."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from layers.editing import reviewing
from layers.editing.changes import Outcome
from layers.editing.reviewing import Decision
from layers.errors import UnknownThing
from webmap import asked
from webmap.answers import answer
from webmap.body import read_json, text_of
from webmap.database import current, the_database, viewer
from webmap.views.editing import told_of
from webmap.views.features import reference

blueprint = Blueprint("review", __name__, url_prefix="/api")


@blueprint.get("/review")
def waiting() -> Response:
    """Everything that waits for me; with `counts=1` only how much."""
    told = reviewing.waiting_for(current(), viewer())
    return answer({"counts": told["counts"]} if asked.flag("counts") else told)


@blueprint.post("/features/<ref>/review")
def decide(ref: str) -> Response:
    """approve, return (with a reason) or merge (into another feature)."""
    body = read_json()
    decision = Decision(text_of(body, "decision") or "", text_of(body, "reason"), text_of(body, "into"))
    decided = reviewing.decide(the_database(), viewer(), reference(ref), decision)
    try:
        return told_of(Outcome(decided.uid, decided.act))
    except UnknownThing:
        return jsonify(ok=True, uid=decided.uid, act=decided.act)
