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
from tests.small_county import BRIEFING_SLUG, IDLE_UID, PAYLOAD_UID

OTHERS: Final = ("visitor", "stranger", "town")
EVERYBODY: Final = frozenset([*ROLES, *OTHERS])
SIGNED_IN: Final = EVERYBODY - {"visitor"}
INSIDERS: Final = SIGNED_IN - {"administrator", "auditor"}
"""Those who see internal data."""
EDITORS: Final = frozenset({"editor", "reviewer", "town"})
"""Those who may change the idle parcel."""
MARKERS: Final = EDITORS | {"collector", "stranger"}
IMPORTERS: Final = EDITORS | {"stranger"}
BRIEFERS: Final = frozenset({"editor", "reviewer"})
"""Those who may change the briefing of their unit."""
REVIEWERS: Final = frozenset({"reviewer"})
ADMINISTRATOR: Final = frozenset({"administrator"})
AUDITOR: Final = frozenset({"auditor"})
NOBODY: Final = frozenset[str]()

SQUARE: Final = {
    "type": "Polygon",
    "coordinates": [[[118.48, 35.5], [118.481, 35.5], [118.481, 35.501], [118.48, 35.501], [118.48, 35.5]]],
}
"""In 界湖街道."""
LINE: Final = {"type": "LineString", "coordinates": [[118.455, 35.551], [118.465, 35.551]]}
"""Across the idle parcel."""
CHANGE: Final = {"properties": {"note": "改"}}
NEW: Final = {"type": "Feature", "geometry": SQUARE, "properties": {"name": "新地块", "status": "idle"}}
WHOLE: Final = NEW
UPLOAD: Final = (
    b'--b\r\nContent-Disposition: form-data; name="facts"\r\n\r\n[{"uid":"01934c00-0000-7000-8000-0000000000aa"}]'
    b'\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf'
    b"\r\n\r\n%PDF-1.4\n%%EOF\n\r\n--b--\r\n"
)
IF_MATCH: Final = (("If-Match", '"1"'),)


@dataclass(frozen=True)
class Route:
    """Who may ask it. internal: it does not exist for those who see no internal data. body: JSON, or bytes; form: a form."""

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
        *_open("GET /packed/map.js", "GET /packed/map.css"),
        ("GET /manual/<key>", Route(EVERYBODY, "/manual/none")),
        # answers that hold for each what he may see
        *_open("GET /api/layers", "GET /api/style", "GET /api/bases", "GET /api/search"),
        *_open("GET /api/ask", "GET /api/ask/questions"),
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
        *(
            (
                f"GET /api/layers/<key>/{what}",
                Route(INSIDERS, f"/api/layers/idle_parcel/{what}?f=symbol.any.two_years", internal=True),
            )
            for what in ("facets", "filter", "totals", "net")
        ),
        (
            "POST /api/layers/<key>/net",
            Route(INSIDERS, "/api/layers/idle_parcel/net", body={"f": "area_mu.over.1"}, internal=True),
        ),
        ("GET /api/layers/<key>/rows", Route(INSIDERS, "/api/layers/idle_parcel/rows", internal=True)),
        (
            "GET /api/layers/<key>/rows/<uid>",
            Route(INSIDERS, f"/api/layers/idle_parcel/rows/{IDLE_UID}", internal=True),
        ),
        (
            "GET /api/layers/<key>/shapes",
            Route(INSIDERS, f"/api/layers/idle_parcel/shapes?uids={IDLE_UID}", internal=True),
        ),
        ("GET /table/<key>.xlsx", Route(EDITORS, "/table/idle_parcel.xlsx", internal=True)),
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
        *_for(SIGNED_IN, "POST /account/tokens"),
        (
            "POST /account/tokens/<int:number>/revoke",
            Route(SIGNED_IN, "/account/tokens/999999/revoke", form=True),
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
        # briefings: the one of the small county is internal and belongs to 自然资源和规划局
        *_open("GET /api/briefings", "GET /briefings", "GET /briefing/"),
        *(
            (f"GET {path}", Route(INSIDERS, path.replace("<slug>", BRIEFING_SLUG), internal=True))
            for path in (
                *("/briefing/<slug>", "/briefing/<slug>/presenter"),
                *("/api/briefings/<slug>", "/api/briefings/<slug>/play"),
            )
        ),
        ("GET /briefing/<slug>/edit", Route(BRIEFERS, f"/briefing/{BRIEFING_SLUG}/edit", internal=True)),
        (
            "GET /api/briefings/<slug>/history",
            Route(BRIEFERS, f"/api/briefings/{BRIEFING_SLUG}/history", internal=True),
        ),
        ("GET /briefing/<slug>/take", Route(INSIDERS, f"/briefing/{BRIEFING_SLUG}/take")),
        (
            "POST /briefing/<slug>/take",
            Route(INSIDERS, f"/briefing/{BRIEFING_SLUG}/take", body={"edition": "public"}, form=True),
        ),
        (
            "POST /api/briefings/<slug>/posters",
            Route(INSIDERS, f"/api/briefings/{BRIEFING_SLUG}/posters", body={"scene": 1}),
        ),
        *(
            (f"GET /handouts/<int:number>{end}", Route(INSIDERS, f"/handouts/999999{end}"))
            for end in ("", "/state", "/file")
        ),
        ("POST /handouts/<int:number>/cancel", Route(INSIDERS, "/handouts/999999/cancel", form=True)),
        ("POST /api/briefings", Route(IMPORTERS, "/api/briefings", body={"title": "汇报"})),
        (
            "POST /api/briefings/<slug>/duplicate",
            Route(IMPORTERS, f"/api/briefings/{BRIEFING_SLUG}/duplicate"),
        ),
        *(
            (
                f"{method} /api/briefings/<slug>{act}",
                Route(
                    BRIEFERS,
                    f"/api/briefings/{BRIEFING_SLUG}{act}",
                    body=body,
                    headers=IF_MATCH,
                    internal=act != "/undelete",
                ),
            )
            for method, act, body in (
                ("PUT", "", {"title": "汇报"}),
                ("POST", "/scenes", {"headline": "一句话"}),
                ("POST", "/restore", {"version": 1}),
                ("DELETE", "", None),
                ("POST", "/undelete", None),
            )
        ),
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
        *(
            (f"POST /api/features/<ref>/{act}", Route(EDITORS, f"{feature}/{act}", body=body, internal=True))
            for act, body in (("duplicate", None), ("split", {"line": LINE}), ("restore", None))
        ),
        *(
            (
                f"POST /api/layers/<key>/{act}",
                Route(EDITORS, f"/api/layers/idle_parcel/{act}", body=body, internal=True),
            )
            for act, body in (
                ("change", {"uids": [IDLE_UID], **CHANGE}),
                ("merge", {"uids": [IDLE_UID, PAYLOAD_UID], "keep": IDLE_UID}),
            )
        ),
        # history and review
        ("GET /api/features/<ref>/history", Route(INSIDERS, f"{feature}/history", internal=True)),
        ("GET /api/acts", Route(INSIDERS, "/api/acts")),
        ("GET /api/acts/<int:act_id>", Route(INSIDERS, "/api/acts/1", internal=True)),
        ("POST /api/acts/<int:act_id>/undo", Route(NOBODY, "/api/acts/1/undo", internal=True)),
        ("GET /api/deleted", Route(INSIDERS, "/api/deleted")),
        ("GET /api/review", Route(MARKERS, "/api/review")),
        (
            "POST /api/features/<ref>/review",
            Route(REVIEWERS, f"{feature}/review", body={"decision": "approve"}, internal=True),
        ),
        # questions to the map
        # land for projects
        *_for(INSIDERS, "GET /siting", "POST /siting"),
        *_for(INSIDERS, "GET /api/siting"),
        ("POST /api/siting", Route(INSIDERS, "/api/siting", body={"area": {"min": 1}})),
        ("GET /api/siting/<uid>", Route(INSIDERS, "/api/siting/none")),
        *(
            (f"GET /siting/<uid>{end}", Route(INSIDERS, f"/siting/none{end}"))
            for end in ("", ".png", ".docx", ".xlsx")
        ),
        ("GET /siting/jobs/<int:number>", Route(INSIDERS, "/siting/jobs/999999")),
        ("GET /siting/jobs/<int:number>/state", Route(INSIDERS, "/siting/jobs/999999/state")),
        ("POST /siting/jobs/<int:number>/cancel", Route(INSIDERS, "/siting/jobs/999999/cancel", form=True)),
        ("GET /api/features/<ref>/links", Route(INSIDERS, f"{feature}/links", internal=True)),
        *(
            (
                f"{method} /api/features/<ref>/links{end}",
                Route(EDITORS, f"{feature}/links{path}", body=body, internal=True),
            )
            for method, end, path, body in (
                ("POST", "", "", {"sort": "phase", "words": "x"}),
                ("PUT", "/<sort>", "/stop", {"refs": []}),
                ("DELETE", "/<sort>", "/stop", None),
            )
        ),
        *(
            # Who owns the layer, not who works in the town.
            (
                f"{method} /api/features/<ref>/hold",
                Route(
                    frozenset({"editor", "reviewer"}),
                    f"{feature}/hold",
                    body={"project": "示例项目"},
                    internal=True,
                ),
            )
            for method in ("POST", "DELETE")
        ),
        *_for(INSIDERS, "GET /conflict"),
        ("POST /api/conflict", Route(INSIDERS, "/api/conflict", body={"geometry": SQUARE})),
        ("POST /api/conflict/file", Route(INSIDERS, "/api/conflict/file", body=b"")),
        ("GET /api/conflict/<uid>", Route(INSIDERS, "/api/conflict/none")),
        *(
            (f"GET /conflict/<uid>{end}", Route(INSIDERS, f"/conflict/none{end}"))
            for end in ("", ".png", ".docx", ".xlsx")
        ),
        ("GET /conflict/jobs/<int:number>", Route(INSIDERS, "/conflict/jobs/999999")),
        ("GET /conflict/jobs/<int:number>/state", Route(INSIDERS, "/conflict/jobs/999999/state")),
        (
            "POST /conflict/jobs/<int:number>/cancel",
            Route(INSIDERS, "/conflict/jobs/999999/cancel", form=True),
        ),
        (
            "POST /conflict/jobs/<int:number>/answer",
            Route(INSIDERS, "/conflict/jobs/999999/answer", form=True),
        ),
        *_for(INSIDERS, "GET /api/today", "GET /due", "GET /due.xlsx"),
        ("GET /due/<uid>.docx", Route(INSIDERS, "/due/none.docx")),
        *_for(INSIDERS, "GET /cases", "GET /cases.xlsx"),
        ("GET /cases/<uid>", Route(INSIDERS, f"/cases/{IDLE_UID}")),
        ("POST /cases/<uid>", Route(EDITORS, f"/cases/{IDLE_UID}", form=True)),
        # supervision
        ("GET /projects/<uid>/milestones", Route(INSIDERS, f"/projects/{IDLE_UID}/milestones")),
        ("POST /projects/<uid>/milestones", Route(EDITORS, f"/projects/{IDLE_UID}/milestones", form=True)),
        *_for(INSIDERS, "GET /board", "GET /api/board", "GET /board.docx", "GET /board.xlsx"),
        *_for(frozenset({"reporter"}), "GET /report", "POST /report"),
        # files into the map
        *_for(IMPORTERS, "GET /intake"),
        ("POST /intake", Route(IMPORTERS, "/intake", body=b"")),
        *(
            (f"{method} /intake/<uid>{part}", Route(IMPORTERS, f"/intake/none{part}", form=method == "POST"))
            for method, part in (
                ("GET", ""),
                ("GET", "/state"),
                ("GET", "/original"),
                ("GET", "/report"),
                ("GET", "/differences.json"),
                ("POST", "/split"),
                ("POST", ""),
                ("POST", "/apply"),
                ("POST", "/repairs"),
                ("POST", "/cancel"),
            )
        ),
        *(
            (
                f"{method} /intake/together/<group>{part}",
                Route(IMPORTERS, f"/intake/together/none{part}", form=method == "POST"),
            )
            for method, part in (
                ("GET", ""),
                ("GET", "/state"),
                ("POST", ""),
                ("POST", "/cancel"),
                ("POST", "/again"),
            )
        ),
        # for the programs of others
        *_open("GET /ogc", "GET /ogc/conformance", "GET /ogc/api", "GET /ogc/collections"),
        *(
            (
                f"GET /ogc/collections/<key>{part}",
                Route(
                    INSIDERS,
                    f"/ogc/collections/idle_parcel{part.replace('<uid>', IDLE_UID)}",
                    internal=True,
                ),
            )
            for part in ("", "/schema", "/items", "/items/<uid>")
        ),
        # files out of the map
        *_for(IMPORTERS, "GET /api/exports"),
        (
            "POST /api/exports",
            Route(EDITORS, "/api/exports", body={"layers": ["idle_parcel"], "form": "csv"}, internal=True),
        ),
        *(
            (f"{method} {rule}", Route(IMPORTERS, rule.replace("<int:number>", "1"), form=method == "POST"))
            for method, rule in (
                ("GET", "/api/exports/<int:number>"),
                ("POST", "/api/exports/<int:number>/cancel"),
                ("GET", "/exports/<int:number>"),
            )
        ),
        # imagery and drawings
        *_for(ADMINISTRATOR, "GET /admin/imagery"),
        ("POST /admin/imagery", Route(ADMINISTRATOR, "/admin/imagery", body=b"")),
        *(
            (
                f"{method} /admin/imagery/<uid>{part}",
                Route(ADMINISTRATOR, f"/admin/imagery/none{part}", form=method == "POST"),
            )
            for method, part in (
                ("GET", ""),
                ("GET", "/state"),
                ("POST", ""),
                ("POST", "/cancel"),
                ("POST", "/remove"),
            )
        ),
        *_for(IMPORTERS, "GET /drawings"),
        ("POST /drawings", Route(IMPORTERS, "/drawings", body=b"")),
        *(
            (
                f"{method} /drawings/<uid>{part}",
                Route(IMPORTERS, f"/drawings/none{part}", form=method == "POST"),
            )
            for method, part in (
                ("GET", ""),
                ("GET", "/state"),
                ("GET", "/seen"),
                ("POST", "/page"),
                ("POST", "/cancel"),
                ("POST", "/remove"),
            )
        ),
        *(
            (f"POST /drawings/<uid>{part}", Route(IMPORTERS, f"/drawings/none{part}", body={"points": []}))
            for part in ("", "/fit")
        ),
        *_open("GET /api/drawings"),
        (
            "GET /drawings/<uid>/<int:z>/<int:x>/<int:y>",
            Route(EVERYBODY, "/drawings/none/1/1/1"),
        ),
        # printing
        *_for(INSIDERS, "GET /api/prints"),
        ("POST /api/prints", Route(INSIDERS, "/api/prints", body={"paper": "A4"})),
        ("GET /api/prints/<int:number>", Route(INSIDERS, "/api/prints/999999")),
        ("POST /api/prints/<int:number>/cancel", Route(INSIDERS, "/api/prints/999999/cancel")),
        ("GET /prints/<int:number>", Route(INSIDERS, "/prints/999999")),
        # what the new roads do
        *_for(INSIDERS, "GET /travel"),
        ("POST /travel", Route(INSIDERS, "/travel", form=True)),
        ("POST /api/travel", Route(INSIDERS, "/api/travel", body={})),
        *(
            (
                f"{method} {rule}",
                Route(
                    INSIDERS,
                    rule.replace("<uid>", "none").replace("<int:number>", "999999"),
                    form=method == "POST",
                ),
            )
            for method, rule in (
                ("GET", "/api/travel/<uid>"),
                ("GET", "/travel/<uid>"),
                ("GET", "/travel/<uid>.xlsx"),
                ("GET", "/travel/<uid>.docx"),
                ("GET", "/travel/<uid>.png"),
                ("GET", "/travel/jobs/<int:number>"),
                ("GET", "/travel/jobs/<int:number>/state"),
                ("POST", "/travel/jobs/<int:number>/cancel"),
            )
        ),
        # the quality of layers
        *_for(INSIDERS, "GET /quality"),
        ("POST /quality", Route(INSIDERS, "/quality", form=True)),
        ("GET /quality/<uid>", Route(INSIDERS, "/quality/none")),
        ("GET /quality/<uid>/report.xlsx", Route(INSIDERS, "/quality/none/report.xlsx")),
        ("GET /quality/jobs/<int:number>", Route(INSIDERS, "/quality/jobs/999999")),
        ("GET /quality/jobs/<int:number>/state", Route(INSIDERS, "/quality/jobs/999999/state")),
        ("POST /quality/jobs/<int:number>/cancel", Route(INSIDERS, "/quality/jobs/999999/cancel", form=True)),
        *(
            (f"{method} /api/layers/<key>/quality", Route(INSIDERS, "/api/layers/idle_parcel/quality"))
            for method in ("GET", "POST")
        ),
        # attachments, and marking on the phone
        *_for(INSIDERS, "GET /api/photos"),
        ("GET /api/features/<ref>/attachments", Route(INSIDERS, f"{feature}/attachments", internal=True)),
        (
            "POST /api/features/<ref>/attachments",
            Route(
                EDITORS | {"reporter"},
                f"{feature}/attachments",
                internal=True,
                body=UPLOAD,
                headers=(("Content-Type", "multipart/form-data; boundary=b"),),
            ),
        ),
        *(
            (f"{method} /api/attachments/<uid>{part}", Route(EVERYBODY, f"/api/attachments/none{part}"))
            for method, part in (
                ("GET", ""),
                ("GET", "/thumb"),
                ("GET", "/original"),
                ("PATCH", ""),
                ("DELETE", ""),
            )
        ),
        *_open("GET /mark", "GET /photos", "GET /api/mark", "GET /api/mark/mine", "GET /api/mark/outline"),
        # administration
        *_for(ADMINISTRATOR, "GET /admin/layers", "GET /admin/layers/new", "POST /admin/layers/new"),
        *_for(ADMINISTRATOR, "POST /admin/layers/order", "GET /admin/bases", "POST /admin/bases"),
        *_for(ADMINISTRATOR, "GET /admin/presets", "POST /admin/presets", "POST /admin/presets/order"),
        *_for(
            ADMINISTRATOR, "GET /admin/units", "POST /admin/units", "GET /admin/posts", "POST /admin/posts"
        ),
        *(
            (
                f"{method} {rule}",
                Route(ADMINISTRATOR, rule.replace("<key>", filled).replace("<name>", "none"), form=True),
            )
            for method, rule, filled in (
                ("GET", "/admin/layers/<key>", "idle_parcel"),
                ("POST", "/admin/layers/<key>", "idle_parcel"),
                ("POST", "/admin/layers/<key>/archive", "idle_parcel"),
                ("POST", "/admin/layers/<key>/restore", "idle_parcel"),
                ("POST", "/admin/layers/<key>/delete", "idle_parcel"),
                ("POST", "/admin/presets/<key>/drop", "overview"),
                ("POST", "/admin/units/<key>", "none"),
                ("POST", "/admin/units/<key>/merge", "none"),
                ("POST", "/admin/posts/<key>", "none"),
                ("POST", "/admin/posts/<key>/delete", "none"),
                ("POST", "/admin/bases/<name>/check", ""),
                ("POST", "/admin/bases/<name>/move", ""),
                ("POST", "/admin/bases/<name>/remove", ""),
            )
        ),
        ("GET /admin/deleted", Route(EDITORS | ADMINISTRATOR | {"stranger"}, "/admin/deleted")),
        ("GET /api/posts", Route(EVERYBODY, "/api/posts")),
        ("GET /api/posts/<key>/projects", Route(EVERYBODY, "/api/posts/none/projects")),
    ]


def _open(*asked: str) -> list[tuple[str, Route]]:
    return _for(EVERYBODY, *asked)


def _for(who: frozenset[str], *asked: str) -> list[tuple[str, Route]]:
    return [(each, Route(who, each.partition(" ")[2], form=each.startswith("POST"))) for each in asked]


ROUTES: Final = dict(_lines())
