"""Administration of the themes in the top bar: /admin/presets. Which layers are on, what passes, where the map looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from layers.crs import Bounds
from layers.errors import InvalidFilter, InvalidValue, MapError
from layers.kinds import BOUNDARIES, GROUPS
from layers.rights import SYSTEM_VIEWER
from layers.store import edit, managed, query, themes
from layers.store.managed import ManagedLayer
from layers.store.themes import Chip
from webmap.database import current, viewer
from webmap.managing import done, manager, noted, page, refused, text, whole
from webmap.seen_link import Seen, bounds_of, read_link

blueprint = Blueprint("manage_themes", __name__, url_prefix="/admin/presets")

COUNTY: Final = "county"
KEPT: Final = "kept"
LINKED: Final = "linked"
MOST_TOWNS: Final = 60


@blueprint.get("")
def listed() -> AnyResponse:
    """With `link=` the form of a new theme begins with what that address of the map shows."""
    link = request.args.get("link", "")
    return refused(lambda: _list(linked=read_link(link) if link else None), _list)


def _list(error: MapError | None = None, status: int = 200, linked: Seen | None = None) -> Response:
    manager()
    found = _on_maps()
    groups = [(group, [layer for layer in found if layer.group == group.key]) for group in GROUPS]
    return page(
        "themes.html",
        status=status,
        error=error,
        themes=[_told(chip, found) for chip in themes.themes(current())],
        groups=[(group, layers) for group, layers in groups if layers],
        towns=[name for name, _ in _towns()],
        most=themes.MOST_THEMES,
        longest=themes.LONGEST_TITLE,
        typed=request.form if error else {},
        linked=linked,
        linked_view=f"{LINKED}{','.join(map(str, linked.bounds))}" if linked and linked.bounds else "",
        asked=_sentences(linked.filters if linked else {}, found),
    )


@blueprint.post("")
def write() -> AnyResponse:
    """Change the theme `key`, or make one when it is empty."""

    def act() -> AnyResponse:
        who, key = manager(), text("key") or None
        title = text("title")
        linked = read_link(text("link")) if text("link") else None
        with edit.one_act(current(), "theme", who, reason=f"专题“{title[:20]}”") as deed:
            themes.write_theme(
                current(),
                deed,
                key,
                whole("version"),
                title=title,
                layers=_known(linked.layers) if linked else _chosen(key),
                bounds=_bounds(key, linked),
                hidden=text("hidden") == "1",
                filters=linked.filters if linked else _filters(),
            )
        noted("theme", f"{key or '新建'} {title[:20]}")
        return done("saved" if key else "created", "manage_themes.listed")

    return refused(act, _list)


@blueprint.post("/order")
def order() -> AnyResponse:
    def act() -> AnyResponse:
        who = manager()
        with edit.one_act(current(), "theme", who, reason="调整专题顺序") as deed:
            keys = [chip.key for chip in themes.themes(current())]
            themes.order_themes(current(), deed, _moved(keys))
        noted("theme", "调整专题顺序")
        return done("moved", "manage_themes.listed")

    return refused(act, _list)


@blueprint.post("/<key>/drop")
def drop(key: str) -> AnyResponse:
    def act() -> AnyResponse:
        who = manager()
        chip = themes.theme_named(current(), key)
        word = "恢复默认" if chip.shipped else "删除"
        with edit.one_act(current(), "theme", who, reason=f"{word}专题“{chip.title}”") as deed:
            themes.drop_theme(current(), deed, key, whole("version"))
        noted("theme", f"{word} {key} {chip.title}")
        return done("restored" if chip.shipped else "removed", "manage_themes.listed")

    return refused(act, _list)


def _told(chip: Chip, found: list[ManagedLayer]) -> dict[str, Any]:
    asked = _sentences(chip.filters, found)
    return {"chip": chip, "on": set(chip.shows(found)), "view": _view(chip.bounds), "asked": asked}


def _sentences(filters: Mapping[str, str], found: list[ManagedLayer]) -> list[tuple[str, str]]:
    """Each filter as the form sends it, and as it reads; one that no longer can be asked says so."""
    titles = {layer.key: layer.title for layer in found}
    return [
        (f"{key}:{each}", _sentence(key, titles[key], each)) for key, each in filters.items() if key in titles
    ]


def _sentence(key: str, title: str, filter_: str) -> str:
    layer = query.layer_named(current(), SYSTEM_VIEWER, key)
    try:
        return query.read_filter(current(), SYSTEM_VIEWER, layer, filter_).sentence(title)
    except InvalidFilter:
        return f"{title}：筛选用到的字段已停用，不再套用"


def _view(bounds: Bounds | None) -> str:
    if bounds is None:
        return COUNTY
    return next((name for name, box in _towns() if _same(box, bounds)), KEPT)


def _same(one: Bounds, other: Bounds) -> bool:
    return all(abs(here - there) < 1e-5 for here, there in zip(one, other, strict=True))


def _towns() -> list[tuple[str, Bounds]]:
    """The towns that the administrator can choose as a view."""
    if not any(layer.key == BOUNDARIES for layer in query.layers(current(), viewer())):
        return []
    layer = query.layer_named(current(), viewer(), BOUNDARIES)
    found = query.find_features(current(), viewer(), layer, limit=MOST_TOWNS)
    return [(each.name, each.bounds) for each in found if each.properties.get("level") == "town"]


def _chosen(key: str | None) -> list[str] | None:
    """None leaves it to the shipped theme: when that was ticked, and no layer was ticked otherwise."""
    ticked = _layers()
    if key is None or not text("as_shipped"):
        return ticked
    chip = themes.theme_named(current(), key)
    shown = replace(chip, layers=None).shows(_on_maps())
    as_before = set(ticked) in (set(shown), set(chip.shows(_on_maps())))
    return None if chip.shipped and as_before else ticked


def _layers() -> list[str]:
    """What was ticked, of the layers that there are."""
    return _known(request.form.getlist("layer"))


def _known(keys: list[str]) -> list[str]:
    there = {layer.key for layer in _on_maps()}
    return [each for each in keys if each in there]


def _filters() -> dict[str, str]:
    """Those that stay ticked, of layers that stay on."""
    pairs = (each.partition(":") for each in request.form.getlist("filter"))
    return {layer: filter_ for layer, _, filter_ in pairs if layer in _layers()}


def _on_maps() -> list[ManagedLayer]:
    """Administrators know of every layer, whatever they see of its data."""
    there = managed.managed_layers(current())
    return [layer for layer in there if not layer.archived_at and not layer.deleted_at]


def _bounds(key: str | None, linked: Seen | None) -> Bounds | None:
    view = text("view")
    if view == LINKED:
        return linked.bounds if linked else None
    if view.startswith(LINKED):
        return bounds_of(view.removeprefix(LINKED))
    if view in ("", COUNTY):
        return None
    if view == KEPT and key:
        return themes.theme_named(current(), key).bounds
    found = next((box for name, box in _towns() if name == view), None)
    if found is None:
        raise InvalidValue(f"视野收到“{view[:40]}”，应为全县或一个乡镇街道。请重新选择。")
    return found


def _moved(keys: list[str]) -> list[str]:
    key, _, way = text("move").partition(":")
    if key in keys:
        at = keys.index(key)
        to = min(max(at + (-1 if way == "up" else 1), 0), len(keys) - 1)
        keys.insert(to, keys.pop(at))
    return keys
