"""Who may ask what? Every route and method has one line here; a new one without a line fails its test.

A line says who may; the others are refused (401 for a visitor, 403 with an account; a page sends a visitor to the
log-in page), or answered as if the thing did not exist (404) where they may not know of it. `path` fills the variable parts with something
that is there in the small county: the idle parcel, whose layer 自然资源和规划局 owns, lies in 界湖街道.

Beside the roles (all of 自然资源和规划局) there are: `visitor`, who has no account; `stranger`, an editor of
文化和旅游局; `town`, an editor of 界湖街道 for that town.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from layers.rights import ROLES
from tests.small_county import IDLE_UID

OTHERS: Final = ("visitor", "stranger", "town")
EVERYBODY: Final = frozenset([*ROLES, *OTHERS])
SIGNED_IN: Final = EVERYBODY - {"visitor"}
INSIDERS: Final = SIGNED_IN - {"administrator", "auditor"}
"""Those who see internal data."""
EDITORS: Final = frozenset({"editor", "reviewer", "town"})
"""Those who may change the idle parcel."""
MARKERS: Final = EDITORS | {"collector", "stranger"}
REVIEWERS: Final = frozenset({"reviewer"})
ADMINISTRATOR: Final = frozenset({"administrator"})
AUDITOR: Final = frozenset({"auditor"})
NOBODY: Final = frozenset[str]()

SQUARE: Final = {
    "type": "Polygon",
    "coordinates": [[[118.48, 35.5], [118.481, 35.5], [118.481, 35.501], [118.48, 35.501], [118.48, 35.5]]],
}
"""In 界湖街道."""
CHANGE: Final = {"properties": {"note": "改"}}
NEW: Final = {"type": "Feature", "geometry": SQUARE, "properties": {"name": "新地块", "status": "idle"}}
WHOLE: Final = NEW
IF_MATCH: Final = (("If-Match", '"1"'),)


@dataclass(frozen=True)
class Route:
    """Who may ask it. internal: it does not exist for those who see no internal data. body: JSON; form: a form."""

    who: frozenset[str]
    path: str
    internal: bool = False
    body: Any = None
    form: bool = False
    headers: tuple[tuple[str, str], ...] = ()


def _lines() -> Iterable[tuple[str, Route]]:
    feature = f"/api/features/{IDLE_UID}"
    return [
        # pages that everybody may open
        *_open(
            "GET /", "GET /table", "GET /check", "GET /healthz", "GET /readyz", "GET /manifest.webmanifest"
        ),
        *_open("GET /manual/", "GET /login", "GET /api/account", "GET /sw.js", "GET /mark.webmanifest"),
        ("GET /static/<path:filename>", Route(EVERYBODY, "/static/icon.svg")),
        ("GET /manual/<key>", Route(EVERYBODY, "/manual/none")),
        # answers that hold for each what he may see
        *_open("GET /api/layers", "GET /api/style", "GET /api/bases", "GET /api/search"),
        ("GET /api/bases/shift", Route(EVERYBODY, "/api/bases/shift?lon=118&lat=35")),
        ("GET /api/at", Route(EVERYBODY, "/api/at?lon=118.46&lat=35.55")),
        ("GET /api/kinds/<key>", Route(EVERYBODY, "/api/kinds/idle_parcel")),
        (
            "GET /base/<name>/<int(signed=True):z>/<int(signed=True):x>/<int(signed=True):y>",
            Route(EVERYBODY, "/base/none/1/1/1"),
        ),
        # the idle parcel is internal
        (
            "GET /api/layers/<key>/features",
            Route(INSIDERS, "/api/layers/idle_parcel/features", internal=True),
        ),
        ("GET /api/features/<ref>", Route(INSIDERS, feature, internal=True)),
        ("GET /table/<key>", Route(INSIDERS, "/table/idle_parcel", internal=True)),
        ("GET /tiles/<keys>.json", Route(INSIDERS, "/tiles/idle_parcel.json", internal=True)),
        (
            "GET /tiles/<keys>/<int(signed=True):z>/<int(signed=True):x>/<int(signed=True):y>.mvt",
            Route(INSIDERS, "/tiles/idle_parcel/10/848/402.mvt", internal=True),
        ),
        # the own account
        ("POST /login", Route(EVERYBODY, "/login", form=True)),
        ("POST /logout", Route(EVERYBODY, "/logout", form=True)),
        ("GET /setup/<word>", Route(EVERYBODY, "/setup/none")),
        ("POST /setup/<word>", Route(EVERYBODY, "/setup/none", form=True)),
        *_for(SIGNED_IN, "GET /account", "GET /account/password", "POST /account/password"),
        (
            "POST /account/sessions/<int:number>/end",
            Route(SIGNED_IN, "/account/sessions/999999/end", form=True),
        ),
        # accounts and the log
        *_for(ADMINISTRATOR, "GET /admin/accounts", "GET /admin/accounts/new", "POST /admin/accounts/new"),
        *_for(ADMINISTRATOR, "GET /admin/accounts/list", "POST /admin/accounts/list"),
        *_for(ADMINISTRATOR, "GET /admin/accounts/list.xlsx"),
        *(
            (
                f"{method} /admin/accounts/<int:number>{act}",
                Route(ADMINISTRATOR, f"/admin/accounts/3{act}", form=True),
            )
            for method, act in (
                ("GET", ""),
                ("POST", ""),
                ("POST", "/lock"),
                ("POST", "/unlock"),
                ("POST", "/reset"),
            )
        ),
        *_for(AUDITOR, "GET /admin/log", "GET /admin/log/export.csv"),
        # editing
        (
            "POST /api/layers/<key>/features",
            Route(MARKERS, "/api/layers/idle_parcel/features", body=NEW, internal=True),
        ),
        ("GET /api/layers/<key>/form", Route(INSIDERS, "/api/layers/idle_parcel/form", internal=True)),
        *(
            (
                f"{method} /api/features/<ref>",
                Route(EDITORS, feature, body=body, headers=IF_MATCH, internal=True),
            )
            for method, body in (("PATCH", CHANGE), ("PUT", WHOLE), ("DELETE", None))
        ),
    ]


def _open(*asked: str) -> list[tuple[str, Route]]:
    return _for(EVERYBODY, *asked)


def _for(who: frozenset[str], *asked: str) -> list[tuple[str, Route]]:
    return [(each, Route(who, each.partition(" ")[2], form=each.startswith("POST"))) for each in asked]


ROUTES: Final = dict(_lines())
