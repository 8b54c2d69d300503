"""Briefings as data: /api/briefings. List, read, make, save, step back, and everything that a show needs."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, url_for

from layers import briefing
from layers.briefing import TEMPLATES, checked_scene, checked_scenes, checked_title, scenes_of
from layers.errors import InvalidValue
from layers.rights import may, require
from layers.store import briefings
from layers.store.briefings import FoundBriefing, Step
from webmap import asked
from webmap.answers import answer
from webmap.body import read_json, started_from, text_of, texts_of
from webmap.database import current, viewer
from webmap.managing import noted

blueprint = Blueprint("briefings", __name__, url_prefix="/api/briefings")

LAST_VERSION: Final = 2**31 - 1


@blueprint.get("")
def listed() -> Response:
    """What there is for this viewer, and with what a new one can begin."""
    body = {
        "briefings": [_head(each) for each in briefings.listed(current(), viewer())],
        "templates": [
            {"key": each.key, "title": each.title, "scenes": len(each.scenes)} for each in TEMPLATES
        ],
        "may_make": may(viewer(), briefings.DEED),
    }
    return answer(body)


@blueprint.post("")
def make() -> tuple[Response, int]:
    """A new one, empty, from templates (`templates`), or with its scenes (`scenes`)."""
    require(viewer(), briefings.DEED)
    body = read_json()
    keys = texts_of(body, "templates", len(TEMPLATES)) if "templates" in body else []
    scenes = checked_scenes(body["scenes"]) if "scenes" in body else scenes_of(*_known(keys))
    made = briefings.add(
        current(),
        viewer(),
        title=checked_title(body.get("title")),
        scenes=scenes,
        slug=text_of(body, "slug", 60),
        visibility=text_of(body, "visibility", 20) or "internal",
    )
    noted("briefing", f"新建汇报 {made.title}")
    current().commit()
    return _said(made), 201


@blueprint.get("/<slug>")
def one(slug: str) -> Response:
    """As it is edited, or as it was in `?version=`."""
    version = asked.whole("version", 0, 1, LAST_VERSION) or None
    found = briefings.to_see(current(), viewer(), slug, version)
    response = answer(_told(found))
    if version is None:
        response.set_etag(str(found.version))
    return response


@blueprint.put("/<slug>")
def save(slug: str) -> Response:
    """Change what is given (title, visibility, scenes); If-Match says from which version."""
    require(viewer(), briefings.DEED)
    body = read_json()
    title = checked_title(body["title"]) if "title" in body else None
    scenes = checked_scenes(body["scenes"]) if "scenes" in body else None
    visibility = text_of(body, "visibility", 20)
    return _saved(
        briefings.save(
            current(),
            viewer(),
            slug,
            started_from(),
            title=title,
            visibility=visibility,
            scenes=scenes,
        )
    )


@blueprint.post("/<slug>/scenes")
def add_scene(slug: str) -> tuple[Response, int]:
    """One more scene at the end, whatever others changed meanwhile: 把当前视图加为一幕."""
    require(viewer(), briefings.DEED)
    scene = checked_scene(read_json())
    found = briefings.to_see(current(), viewer(), slug)
    scenes = checked_scenes([*found.scenes, {**scene, "id": ""}])
    saved = briefings.save(current(), viewer(), slug, found.version, scenes=scenes)
    current().commit()
    return _said(saved), 201


@blueprint.get("/<slug>/play")
def play(slug: str) -> Response:
    """Everything that a show of it needs, resolved for this viewer and this day."""
    found = briefings.to_see(current(), viewer(), slug)
    return answer(briefing.play(current(), viewer(), found))


@blueprint.get("/<slug>/history")
def history(slug: str) -> Response:
    """The versions that one can go back to."""
    return answer({"versions": [_step(each) for each in briefings.history(current(), viewer(), slug)]})


@blueprint.post("/<slug>/restore")
def restore(slug: str) -> Response:
    """Write `version` back as a new one; If-Match says from which version."""
    require(viewer(), briefings.DEED)
    version = read_json().get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise InvalidValue("“version”应为要恢复的版本号（整数）。请从修改记录中选择。")
    return _saved(briefings.restore(current(), viewer(), slug, version, started_from()))


@blueprint.post("/<slug>/duplicate")
def duplicate(slug: str) -> tuple[Response, int]:
    """The same scenes as a briefing of the own unit."""
    require(viewer(), briefings.DEED)
    found = briefings.to_see(current(), viewer(), slug)
    title = checked_title(f"{found.title[:56]} 副本")
    made = briefings.add(current(), viewer(), title=title, scenes=found.scenes)
    noted("briefing", f"复制汇报 {found.title}")
    current().commit()
    return _said(made), 201


@blueprint.delete("/<slug>")
def remove(slug: str) -> Response:
    """It is no longer shown; POST …/undelete brings it back."""
    title = briefings.remove(current(), viewer(), slug)
    noted("briefing", f"删除汇报 {title}")
    current().commit()
    return jsonify(ok=True, undo=url_for("briefings.undelete", slug=slug))


@blueprint.post("/<slug>/undelete")
def undelete(slug: str) -> Response:
    found = briefings.bring_back(current(), viewer(), slug)
    noted("briefing", f"恢复汇报 {found.title}")
    current().commit()
    return _said(found)


def _known(keys: list[str]) -> list[str]:
    known = {each.key: each.title for each in TEMPLATES}
    for key in keys:
        if key not in known:
            words = "、".join(f"{key}（{title}）" for key, title in known.items())
            raise InvalidValue(f"没有汇报模板“{key[:40]}”，可用的有：{words}。请重新选择。")
    return keys


def _saved(found: FoundBriefing) -> Response:
    current().commit()
    return _said(found)


def _said(found: FoundBriefing) -> Response:
    response = jsonify(_told(found))
    response.set_etag(str(found.version))
    return response


def _head(found: FoundBriefing) -> dict[str, Any]:
    return {
        "slug": found.slug,
        "title": found.title,
        "unit": found.unit,
        "visibility": found.visibility,
        "version": found.version,
        "who": found.who,
        "at": found.at.isoformat(),
        "count": len(found.scenes),
        "may_change": found.may_change,
        "url": url_for("briefing.player", slug=found.slug),
    }


def _told(found: FoundBriefing) -> dict[str, Any]:
    return {**_head(found), "scenes": found.scenes}


def _step(step: Step) -> dict[str, Any]:
    return {
        "version": step.version,
        "title": step.title,
        "who": step.who,
        "at": step.at.isoformat(),
        "count": step.count,
    }
