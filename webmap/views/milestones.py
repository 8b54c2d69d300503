"""The milestones of one project: /projects/<uid>/milestones shows them and takes a new one, a day, or one less."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers.editing import milestone_work as writing
from layers.editing.milestone_work import TypedMilestone
from layers.errors import InvalidValue
from layers.kinds.milestones import KEY, NAME
from layers.rights import NON_SECRET, may, require
from layers.store import query
from layers.store.seen import require_insider
from webmap import accounts, assets, milestones
from webmap.database import the_database, viewer
from webmap.ledger_line import started_from, typed_as, written

blueprint = Blueprint("milestones", __name__, url_prefix="/projects/<uid>/milestones")


@blueprint.get("")
def page(uid: str) -> Response:
    require_insider(viewer())
    return _page(uid)


@blueprint.post("")
def write(uid: str) -> AnyResponse:
    """A milestone more, or with `strike` one less; what was typed stays when something is wrong."""
    if not may(viewer(), "report"):
        require(viewer(), "edit")
    typed, gone = typed_as(TypedMilestone), request.form.get("strike", "")

    def act() -> object:
        if gone:
            return writing.strike(the_database(), viewer(), uid, started_from(), gone)
        return writing.record(the_database(), viewer(), uid, started_from(), typed)

    return written(
        act,
        lambda trouble, status: _page(uid, typed, trouble, status),
        lambda: redirect(url_for(".page", uid=uid, done=1), 303),
        "这个项目刚刚被他人修改，本次未保存。下面已是最新的节点，请核对后再登记一次。",
    )


def _page(uid: str, typed: TypedMilestone | None = None, trouble: str = "", status: int = 200) -> Response:
    with the_database().reading() as session:
        found = query.feature_of(session, viewer(), uid)
    if KEY not in found.declared.by_key:
        raise InvalidValue(f"“{found.name}”不是项目，没有节点。请从项目的详情里打开。")
    shown = render_template(
        "supervision/milestones.html",
        found=found,
        told=milestones.section(viewer(), found)
        or {"rows": [], "trouble": [], "may_write": False, "may_reach": False},
        typed=typed or TypedMilestone(),
        trouble=trouble,
        done=request.method == "GET" and "done" in request.args,
        longest=NAME.longest,
        csrf=accounts.token(),
        imports=assets.import_map(),
        non_secret=NON_SECRET,
    )
    answer = make_response(shown, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
