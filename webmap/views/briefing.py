"""The pages of a briefing: the show for leaders, the screen of the one who speaks, the editor, the list."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, url_for

from layers.briefing import TEMPLATES
from layers.rights import VISIBILITIES, may
from layers.store import briefings
from layers.store.briefings import DEED, FoundBriefing
from layers.store.seen import is_insider
from webmap import accounts, assets
from webmap.database import current, viewer
from webmap.folium_map import SCRIPTS, shell
from webmap.views.map import STYLES, boot, packed_url

blueprint = Blueprint("briefing", __name__)

OWN_STYLES: Final = ("css/tokens.css", "css/briefing.css")


@blueprint.get("/briefings")
def listed() -> Response:
    """What there is to be shown, and where a new one begins."""
    return _page(
        "listed.html",
        found=briefings.listed(current(), viewer()),
        templates=TEMPLATES,
        may_make=may(viewer(), DEED),
        visibilities=VISIBILITIES,
        moment=accounts.moment,
        boot=boot(),
    )


@blueprint.get("/briefing/<slug>")
def player(slug: str) -> str:
    """The show itself. Nothing on it depends on data: scenes are fetched, only what it is called stands here."""
    found = briefings.to_see(current(), viewer(), slug)
    return render_template(
        "briefing/player.html",
        title=found.title,
        styles=(*STYLES, *OWN_STYLES),
        scripts=SCRIPTS,
        packed=packed_url,
        shell=shell(),
        boot=_boot(found),
    )


@blueprint.get("/briefing/<slug>/presenter")
def presenter(slug: str) -> str:
    """Notes, the next scene, timer and clock, for a second screen."""
    found = briefings.to_see(current(), viewer(), slug)
    return render_template(
        "briefing/presenter.html",
        title=found.title,
        styles=(*STYLES[2:], *OWN_STYLES, "css/presenter.css"),
        imports=assets.import_map(),
        boot=_boot(found),
    )


def _boot(found: FoundBriefing) -> dict[str, Any]:
    constants = boot()
    urls = {
        **constants["urls"],
        "style": url_for("layers.style", screen="wall"),
        "briefing": url_for("briefings.one", slug=found.slug),
        "briefings": url_for("briefings.listed"),
        "player": url_for("briefing.player", slug=found.slug),
        "presenter": url_for("briefing.presenter", slug=found.slug),
        "list": url_for("briefing.listed"),
        **({"take": url_for("handouts.take", slug=found.slug)} if is_insider(viewer()) else {}),
    }
    return {**constants, "urls": urls, "slug": found.slug, "may_change": found.may_change}


def _page(template: str, **facts: Any) -> Response:
    told = {"imports": assets.import_map(), **facts}
    response = make_response(render_template(f"briefing/{template}", **told))
    response.headers["Cache-Control"] = "no-store"
    return response
