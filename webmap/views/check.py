"""Is this installation sound, and can this browser draw the map? /check, a plain page."""

from __future__ import annotations

from flask import Blueprint, render_template

from webmap import assets, database
from webmap.checkup import findings, is_sound
from webmap.views.bases import shelf

blueprint = Blueprint("check", __name__)


@blueprint.get("/check")
def page() -> str:
    found = findings(database.the_config(), database.the_database(), shelf())
    return render_template("check.html", found=found, sound=is_sound(found), imports=assets.import_map())
