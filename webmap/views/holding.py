"""Who holds a parcel for a project? POST and DELETE /api/features/<ref>/hold (意向锁定)."""

from __future__ import annotations

from flask import Blueprint, Response

from layers.editing import holding
from webmap.body import read_json, started_from
from webmap.database import the_config, the_database, viewer
from webmap.views.editing import told_of
from webmap.views.features import reference

blueprint = Blueprint("holding", __name__, url_prefix="/api/features")


@blueprint.post("/<ref>/hold")
def hold(ref: str) -> Response:
    """`project`, and `unit` and `until` (a day) if they are known; If-Match may say from which version."""
    outcome = holding.hold(
        the_database(), viewer(), reference(ref), started_from(), read_json(), the_config().hold_days
    )
    return told_of(outcome)


@blueprint.delete("/<ref>/hold")
def release(ref: str) -> Response:
    return told_of(holding.release(the_database(), viewer(), reference(ref), started_from()))
