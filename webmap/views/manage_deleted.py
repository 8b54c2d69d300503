"""The recycle bin: /admin/deleted. What was deleted, by whom and when, and back again."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from layers.rights import may, require
from webmap.database import viewer
from webmap.managing import page as managed_page

blueprint = Blueprint("manage_deleted", __name__, url_prefix="/admin/deleted")


@blueprint.get("")
def page() -> Response:
    """Whoever may change data sees what was deleted of it; administrators see which layers were."""
    if not may(viewer(), "manage_layers"):
        require(viewer(), "edit")
    api = url_for("map.page") + "api/"
    urls = {"api": api, "feature": f"{api}features/"}
    return managed_page("deleted.html", urls=urls, may_edit=may(viewer(), "edit"))
