"""Administration of units and command posts: /admin/units, /admin/posts; the projects of a post: /api/posts."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from layers.errors import InvalidValue, MapError, UnknownThing
from layers.rights import SYSTEM_VIEWER, Viewer
from layers.store import edit, offices
from layers.store.offices import Member
from webmap.answers import answer
from webmap.database import current, viewer
from webmap.managing import done, manager, noted, page, refused, text

blueprint = Blueprint("manage_offices", __name__)

MOST_MEMBERS: Final = 60
_MEMBER: Final = re.compile(r"\s*(?P<role>[^:：]+?)\s*[:：]\s*(?P<name>.+?)\s*")


@blueprint.get("/admin/units")
def units() -> Response:
    return _units()


def _units(error: MapError | None = None, status: int = 200) -> Response:
    manager()
    return page(
        "units.html",
        status=status,
        error=error,
        units=offices.units(current()),
        sorts=offices.SORTS,
        typed=request.form if error else {},
    )


@blueprint.post("/admin/units")
def units_add() -> AnyResponse:
    def act() -> AnyResponse:
        who = manager()
        with edit.one_act(current(), "office", who, reason=f"新建单位“{text('name')[:60]}”"):
            key = offices.free_unit_key(current())
            offices.add_unit(
                current(), key=key, name=text("name"), sort=text("sort"), parent=text("parent") or None
            )
        noted("office", f"新建单位 {text('name')[:60]}")
        return done("created", "manage_offices.units")

    return refused(act, _units)


@blueprint.post("/admin/units/<key>")
def units_revise(key: str) -> AnyResponse:
    """Name, sort and unit above it; `was` is the name that the administrator saw."""

    def act() -> AnyResponse:
        who = manager()
        with edit.one_act(current(), "office", who, reason=f"修改单位“{text('was')[:60]}”") as deed:
            offices.check_unit_name(current(), key, text("was"))
            offices.revise_unit(current(), key, sort=text("sort"), parent=text("parent") or None)
            if not text("parent"):
                offices.make_topmost(current(), key)
            offices.rename_unit(current(), deed, key, text("name"))
        noted("office", f"修改单位 {text('was')[:60]} → {text('name')[:60]}")
        return done("saved", "manage_offices.units")

    return refused(act, _units)


@blueprint.post("/admin/units/<key>/merge")
def units_merge(key: str) -> AnyResponse:
    def act() -> AnyResponse:
        who = manager()
        with edit.one_act(current(), "office", who, reason=f"合并单位“{text('was')[:60]}”") as deed:
            offices.check_unit_name(current(), key, text("was"))
            into = offices.merge_units(current(), deed, key, text("into"))
        noted("office", f"单位 {text('was')[:60]} 并入 {into.name}")
        return done("merged", "manage_offices.units")

    return refused(act, _units)


@blueprint.get("/admin/posts")
def posts() -> Response:
    return _posts()


def _posts(error: MapError | None = None, status: int = 200) -> Response:
    manager()
    # Who sits in a command post is set here, so whoever sets it sees it.
    found = offices.command_posts(current(), SYSTEM_VIEWER)
    return page(
        "posts.html",
        status=status,
        error=error,
        posts=[(post, offices.projects_of(current(), viewer(), post.name)) for post in found],
        typed=request.form if error else {},
    )


@blueprint.post("/admin/posts")
def posts_add() -> AnyResponse:
    def act() -> AnyResponse:
        who, name = manager(), text("name")
        with edit.one_act(current(), "office", who, reason=f"新建指挥部“{name[:60]}”"):
            key = offices.free_post_key(current())
            offices.add_command_post(
                current(), key=key, name=name, office=text("office") or None, members=_members()
            )
        noted("office", f"新建指挥部 {name[:60]}")
        return done("created", "manage_offices.posts")

    return refused(act, _posts)


@blueprint.post("/admin/posts/<key>")
def posts_revise(key: str) -> AnyResponse:
    def act() -> AnyResponse:
        who = manager()
        with edit.one_act(current(), "office", who, reason=f"修改指挥部 {key[:60]}"):
            post = offices.revise_command_post(
                current(), key, office=_plain_line(text("office")), members=_members()
            )
        noted("office", f"修改指挥部 {post.name}")
        return done("saved", "manage_offices.posts")

    return refused(act, _posts)


@blueprint.post("/admin/posts/<key>/delete")
def posts_delete(key: str) -> AnyResponse:
    def act() -> AnyResponse:
        who = manager()
        with edit.one_act(current(), "office", who, reason=f"撤销指挥部 {key[:60]}"):
            offices.remove_command_post(current(), key)
        noted("office", f"撤销指挥部 {key[:60]}")
        return done("removed", "manage_offices.posts")

    return refused(act, _posts)


@blueprint.get("/api/posts")
def api_posts() -> Response:
    """All command posts, as the asker may see them."""
    return answer({"posts": [_told(post) for post in offices.command_posts(current(), viewer())]})


@blueprint.get("/api/posts/<key>/projects")
def api_projects(key: str) -> Response:
    """What a command post drives, of what the asker may see."""
    found = next((post for post in offices.command_posts(current(), viewer()) if post.key == key), None)
    if found is None:
        raise UnknownThing(f"没有代码为“{key[:60]}”的指挥部。请从指挥部列表中选择。")
    return answer({"post": _told(found), "projects": _projects(viewer(), found.name)})


def _projects(who: Viewer, name: str) -> list[dict[str, Any]]:
    return [
        {
            "uid": each.uid,
            "name": each.name,
            "layer": each.layer_key,
            "layer_title": each.layer_title,
            "stage": each.properties.get("stage"),
            "bounds": each.bounds,
        }
        for each in offices.projects_of(current(), who, name)
    ]


def _told(post: offices.Post) -> dict[str, Any]:
    members = [{"role": member.role, "name": member.name} for member in post.members]
    return {"key": post.key, "name": post.name, "office": post.office, "members": members}


def _plain_line(given: str) -> str:
    line = " ".join(given.split())
    if len(line) > 60:
        raise InvalidValue(f"办公地点收到 {len(line)} 个字，最多 60 个字。请缩短。")
    return line


def _members() -> list[Member]:
    """One member a line, 职务：姓名, in the order of rank."""
    lines = [line for line in request.form.get("members", "").splitlines() if line.strip()]
    if len(lines) > MOST_MEMBERS:
        raise InvalidValue(f"成员收到 {len(lines)} 人，最多 {MOST_MEMBERS} 人。请减少。")
    return [_member(number, line) for number, line in enumerate(lines, 1)]


def _member(number: int, line: str) -> Member:
    found = _MEMBER.fullmatch(line)
    if found is None:
        raise InvalidValue(
            f"成员第 {number} 行收到“{line.strip()[:40]}”，应为“职务：姓名”，如“指挥长：张三”。请改正。"
        )
    return Member(found["name"], found["role"])
