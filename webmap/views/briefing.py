"""The pages of a briefing: the show for leaders, the screen of the one who speaks, the editor, the list."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers.briefing import MEASURES, TEMPLATES, scenes_of
from layers.briefing.scenes import ADVISED_HEADLINE, MOST_FIGURES, MOST_SCENES
from layers.kinds import kind_for
from layers.kinds.coloured import map_coloring_fields
from layers.rights import VISIBILITIES, may, require
from layers.store import briefings, query
from layers.store.briefings import DEED, OPEN_TO, FoundBriefing
from layers.store.seen import is_insider
from webmap import accounts, assets, headers
from webmap.catalogue import colors_asked
from webmap.database import current, viewer
from webmap.folium_map import SCRIPTS, shell
from webmap.views.map import STYLES, boot, packed_url
from webmap.work_page import work_page

blueprint = Blueprint("briefing", __name__)

OWN_STYLES: Final = ("css/tokens.css", "css/briefing.css")
BORROWED: Final = ("css/curtain.css", "css/times.css", "css/asking.css", "css/wall.css", "css/upright.css")
"""Of parts of the map that stand in the show."""


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
        styles=(*STYLES, *OWN_STYLES, *BORROWED),
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


@blueprint.get("/briefing/<slug>/edit")
def editor(slug: str) -> Response:
    """Scenes, their order and their words, beside the show as it will be."""
    found = briefings.to_see(current(), viewer(), slug)
    require(viewer(), DEED, unit=found.unit)
    facts = {
        "measures": {key: {"title": each.title, "fields": each.fields} for key, each in MEASURES.items()},
        "most_figures": MOST_FIGURES,
        "most_scenes": MOST_SCENES,
        "advised_headline": ADVISED_HEADLINE,
        "colors": {
            layer.key: {each.key: each.title for each in fields}
            for layer in query.layers(current(), viewer())
            if (fields := map_coloring_fields(kind_for(layer)))
        },
        "visibilities": {key: VISIBILITIES[key] for key in OPEN_TO},
        "templates": [
            {"key": each.key, "title": each.title, "scenes": scenes_of(each.key)} for each in TEMPLATES
        ],
    }
    response = _page("editor.html", found=found, boot={**_boot(found), "editor": facts})
    response.headers["Content-Security-Policy"] = headers.framing()
    return response


@blueprint.get("/briefing/")
def first() -> AnyResponse:
    """The first that this viewer may see: where the button on the map leads."""
    found = briefings.listed(current(), viewer())
    if not found:
        return redirect(url_for("briefing.listed"))
    return redirect(url_for("briefing.player", slug=found[0].slug))


def _boot(found: FoundBriefing) -> dict[str, Any]:
    constants = boot()
    urls = {
        **constants["urls"],
        "style": url_for("layers.style", screen="wall", colors=colors_asked(found.scenes) or None),
        "briefing": url_for("briefings.one", slug=found.slug),
        "briefings": url_for("briefings.listed"),
        "player": url_for("briefing.player", slug=found.slug),
        "presenter": url_for("briefing.presenter", slug=found.slug),
        "list": url_for("briefing.listed"),
        **({"take": url_for("handouts.take", slug=found.slug)} if is_insider(viewer()) else {}),
        "editor": url_for("briefing.editor", slug=found.slug),
    }
    return {**constants, "urls": urls, "slug": found.slug, "may_change": found.may_change}


def _page(template: str, **facts: Any) -> Response:
    return work_page(f"briefing/{template}", **facts)
