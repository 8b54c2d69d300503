"""Who changed what, and how is it taken back? /api/features/<ref>/history, /api/acts, /api/deleted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from layers.editing import records, undoing
from layers.editing.changes import Outcome
from layers.errors import InvalidValue
from layers.rights import may
from layers.store import uploads
from webmap import asked
from webmap.answers import answer
from webmap.body import read_json, text_of
from webmap.database import current, the_database, viewer
from webmap.views.editing import told_of
from webmap.views.features import reference

blueprint = Blueprint("history", __name__, url_prefix="/api")

ROWS, MOST_ROWS = 50, 200
LATEST_ACT = 2**31 - 1


@blueprint.get("/features/<ref>/history")
def timeline(ref: str) -> Response:
    """All that happened to a feature, the latest first; also of a deleted one."""
    told = records.timeline(current(), viewer(), reference(ref))
    for step in told["history"]:
        step["originals"] = _originals(step["act"]) if step["what"] == "import" else []
    return answer(told)


def _originals(act: int) -> list[dict[str, str]]:
    """Where the files lie that an import brought, for who may have them."""
    found = uploads.imported_by(current(), viewer(), act) if may(viewer(), "import") else []
    return [{"name": each.name, "url": url_for("intake.original", uid=each.uid)} for each in found]


@blueprint.post("/features/<ref>/restore")
def restore(ref: str) -> Response:
    """Out of the recycle bin."""
    reason = text_of(read_json(optional=True), "reason")
    uid = undoing.restore(the_database(), viewer(), reference(ref), reason)
    return told_of(Outcome(uid))


@blueprint.get("/acts")
def acts() -> Response:
    """The latest deeds: `layer=`, `who=`, `before=` an act, `limit=`."""
    return answer(
        records.acts(
            current(),
            viewer(),
            layer=request.args.get("layer", ""),
            who=asked.words("who"),
            before=asked.whole("before", 0, 0, LATEST_ACT),
            limit=asked.whole("limit", ROWS, 1, MOST_ROWS),
        )
    )


@blueprint.get("/acts/<int:act_id>")
def act(act_id: int) -> Response:
    """One deed with what it changed."""
    return answer(records.act(current(), viewer(), act_id))


@blueprint.post("/acts/<int:act_id>/undo")
def undo(act_id: int) -> Response:
    """Take a deed back: 409 with the conflicts when somebody changed some of it since.

    despite: "rest" (or true) leaves those as they are, "all" takes them back too.
    """
    body = read_json(optional=True)
    done = undoing.undo(
        the_database(), viewer(), act_id, despite=_despite(body), reason=text_of(body, "reason")
    )
    return jsonify(ok=True, act=done.act, undone=done.undone, left=done.left, photos=done.photos)


@blueprint.get("/deleted")
def deleted() -> Response:
    """The recycle bin: features, and bulk acts that were undone."""
    limit = asked.whole("limit", ROWS, 1, MOST_ROWS)
    return answer(records.recycle_bin(current(), viewer(), layer=request.args.get("layer", ""), limit=limit))


def _despite(body: dict[str, Any]) -> str | None:
    said = body.get("despite")
    if said in (None, False):
        return None
    if said in (True, undoing.REST):
        return undoing.REST
    if said == undoing.ALL:
        return undoing.ALL
    raise InvalidValue("“despite”应为 rest（只撤销没有再改的）或 all（连同后来的修改一起撤销）。请改正。")
