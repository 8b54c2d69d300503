"""The milestones of one project: /projects/<uid>/milestones shows them and takes a new one, a day, or one less."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers.editing import milestone_work as writing
from layers.editing.milestone_work import TypedMilestone
from layers.errors import InvalidFields, InvalidValue, OutOfDate
from layers.kinds.milestones import KEY, NAME
from layers.rights import NON_SECRET, require
from layers.store import query
from layers.store.seen import require_insider
from webmap import accounts, assets, milestones
from webmap.database import the_database, viewer

blueprint = Blueprint("milestones", __name__, url_prefix="/projects/<uid>/milestones")

LONGEST: Final = 200


@blueprint.get("")
def page(uid: str) -> Response:
    require_insider(viewer())
    return _page(uid)


@blueprint.post("")
def write(uid: str) -> AnyResponse:
    """A milestone more, or with `strike` one less; what was typed stays when something is wrong."""
    require(viewer(), "edit")
    version = request.form.get("version", "")
    started_from = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    typed = TypedMilestone(
        **{key: request.form.get(key, "")[:LONGEST] for key in TypedMilestone.__dataclass_fields__}
    )
    try:
        if gone := request.form.get("strike", ""):
            writing.strike(the_database(), viewer(), uid, started_from, gone)
        else:
            writing.record(the_database(), viewer(), uid, started_from, typed)
    except OutOfDate:
        return _page(
            uid, typed, "这个项目刚刚被他人修改，本次未保存。下面已是最新的节点，请核对后再登记一次。", 412
        )
    except InvalidFields as refusal:
        told = "".join(each["message"] for each in refusal.details["problems"])
        return _page(uid, typed, told, 422)
    except InvalidValue as refusal:
        return _page(uid, typed, refusal.message, 422)
    return redirect(url_for(".page", uid=uid, done=1), 303)


def _page(uid: str, typed: TypedMilestone | None = None, trouble: str = "", status: int = 200) -> Response:
    with the_database().reading() as session:
        found = query.feature_of(session, viewer(), uid)
    if KEY not in found.declared.by_key:
        raise InvalidValue(f"“{found.name}”不是项目，没有节点。请从项目的详情里打开。")
    shown = render_template(
        "supervision/milestones.html",
        found=found,
        told=milestones.section(viewer(), found) or {"rows": [], "trouble": [], "may_write": False},
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
