"""Administration of layers: /admin/layers. Their settings, order, own fields, archive and end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from layers import clock
from layers.errors import InvalidValue, MapError, UnknownThing
from layers.kinds import CUSTOM, GROUPS, LayerKind, kind_of
from layers.kinds.coloured import coloring_fields
from layers.kinds.custom_layer import BASE, declaration_from
from layers.kinds.custom_layer import GROUP as OWN_GROUP
from layers.kinds.fields import Choice
from layers.kinds.own_fields import (
    GEOMETRIES,
    LONGEST_CHOICE,
    LONGEST_HELP,
    LONGEST_TITLE,
    LONGEST_UNIT,
    MOST_CHOICES,
    MOST_FIELDS,
    SORTS,
    Declaration,
)
from layers.kinds.own_looks import COLORS, DASHES, FILLS, MARKERS, WIDTHS
from layers.rights import VISIBILITIES
from layers.store import accounts, edit, jobs, managed
from layers.store.managed import ManagedLayer, Settings
from webmap.database import current, let_go, the_database
from webmap.derive_work import DERIVE
from webmap.managing import done, manager, noted, page, refused, text, whole

blueprint = Blueprint("manage_layers", __name__, url_prefix="/admin/layers")

LONGEST_DECLARATION: Final = 400_000
MOST_AT_ONCE: Final = 2_000
"""What follows from more records than this is derived in the background; readers derive it themselves until then."""
_NEW: Final = {
    "title": "",
    "unit": "",
    "group": "",
    "visibility": "internal",
    "data_date": "",
    "color_by": "",
}


@blueprint.get("")
def listed() -> Response:
    return _list()


def _list(error: MapError | None = None, status: int = 200) -> Response:
    manager()
    found = managed.managed_layers(current())
    shown = [layer for layer in found if not layer.archived_at and not layer.deleted_at]
    groups = [(group, [layer for layer in shown if layer.group == group.key]) for group in GROUPS]
    return page(
        "layers.html",
        status=status,
        error=error,
        groups=[(group, layers) for group, layers in groups if layers],
        archived=[layer for layer in found if layer.archived_at and not layer.deleted_at],
        deleted=[layer for layer in found if layer.deleted_at],
        visibilities=VISIBILITIES,
    )


@blueprint.post("/order")
def order() -> AnyResponse:
    """The layers of one group in another order: `key` as they shall stand, `was` as they stood."""

    def act() -> AnyResponse:
        who, was = manager(), request.form.getlist("was")
        keys = _moved(request.form.getlist("key"), text("move"))
        with edit.one_act(current(), "layer", who, reason="调整图层顺序") as deed:
            managed.order_layers(current(), deed, keys, was)
        noted("layer", "调整图层顺序")
        return done("moved", "manage_layers.listed")

    return refused(act, _list)


@blueprint.get("/new")
def new() -> Response:
    return _form(None, {**_NEW, "kind": request.args.get("kind", "")})


@blueprint.post("/new")
def create() -> AnyResponse:
    def act() -> AnyResponse:
        who, kind = manager(), text("kind")
        declaration = _declaration(None, in_use=False) if kind == CUSTOM else None
        with edit.one_act(current(), "layer", who, reason=f"新建图层“{text('title')[:60]}”") as deed:
            layer = managed.create_layer(current(), deed, kind, _settings(kind), declaration)
        noted("layer", f"新建 {layer.key} {layer.title}")
        return done("created", "manage_layers.one", key=layer.key)

    return refused(act, lambda error, status: _form(None, request.form.to_dict(), error, status))


@blueprint.get("/<key>")
def one(key: str) -> Response:
    manager()
    layer = managed.managed_layer(current(), key)
    if layer.deleted_at:
        raise UnknownThing(f"图层“{layer.title}”在回收站中。请先在图层列表底部恢复它。")
    return _form(layer, _values(layer))


@blueprint.post("/<key>")
def revise(key: str) -> AnyResponse:
    """Settings, and for a layer of the county's own its fields, in one deed."""

    def act() -> AnyResponse:
        who, version = manager(), whole("version")
        before = managed.managed_layer(current(), key)
        declaration = _declaration(before.declaration, in_use=before.is_used) if before.declaration else None
        with edit.one_act(current(), "layer", who, reason=f"修改图层“{before.title}”") as deed:
            managed.revise_layer(current(), deed, key, version, _settings(before.kind))
            if declaration and declaration != before.declaration:
                managed.redeclare(current(), deed, key, version + 1, declaration)
        noted("layer", f"修改 {key} {text('title')[:60]}")
        is_due = declaration != before.declaration or text("color_by") != before.color_by
        if is_due and before.count > MOST_AT_ONCE:
            jobs.enqueue(current(), who, DERIVE, {})
        answer = done("saved", "manage_layers.one", key=key)
        if is_due and before.count <= MOST_AT_ONCE:
            let_go()
            edit.refresh_derived(the_database())
        return answer

    return refused(act, lambda error, status: _again(key, error, status))


@blueprint.post("/<key>/archive")
def archive(key: str) -> AnyResponse:
    def act() -> AnyResponse:
        who, archived = manager(), text("archived") == "1"
        word = "归档" if archived else "恢复显示"
        with edit.one_act(current(), "layer", who, reason=f"{word}图层 {key[:60]}") as deed:
            managed.archive_layer(current(), deed, key, whole("version"), archived=archived)
        noted("layer", f"{word} {key[:60]}")
        return done("archived" if archived else "unarchived", "manage_layers.listed")

    return refused(act, _list)


@blueprint.post("/<key>/delete")
def delete(key: str) -> AnyResponse:
    def act() -> AnyResponse:
        who = manager()
        with edit.one_act(current(), "layer", who, reason=f"删除图层 {key[:60]}") as deed:
            layer = managed.delete_layer(current(), deed, key, whole("version"), text("typed"))
        noted("layer", f"删除 {key} {layer.title}")
        return done("deleted", "manage_layers.listed")

    return refused(act, lambda error, status: _again(key, error, status))


@blueprint.post("/<key>/restore")
def restore(key: str) -> AnyResponse:
    def act() -> AnyResponse:
        who = manager()
        with edit.one_act(current(), "layer", who, reason=f"恢复图层 {key[:60]}") as deed:
            layer = managed.restore_layer(current(), deed, key)
        noted("layer", f"恢复 {key} {layer.title}")
        return done("restored", "manage_layers.listed")

    return refused(act, _list)


def _again(key: str, error: MapError, status: int) -> Response:
    """The form with what was typed; beside the layer as it now is."""
    layer = managed.managed_layer(current(), key)
    return _form(layer, {**_values(layer), **request.form.to_dict()}, error, status)


def _form(
    layer: ManagedLayer | None, values: dict[str, Any], error: MapError | None = None, status: int = 200
) -> Response:
    manager()
    kinds = managed.kinds_to_create()
    return page(
        "layer.html",
        status=status,
        error=error,
        layer=layer,
        values=values,
        kinds=kinds,
        custom=CUSTOM,
        own_group=OWN_GROUP,
        groups=GROUPS,
        visibilities=VISIBILITIES,
        units=accounts.known_units(current()),
        today=clock.today().isoformat(),
        colored_by=_coloring(layer, kinds),
        is_own=bool(layer.own_fields) if layer else True,
        words=_words(),
        declaration=_declaration_text(layer, values),
        in_use=bool(layer and layer.is_used),
    )


def _values(layer: ManagedLayer) -> dict[str, Any]:
    return {
        "title": layer.title,
        "unit": layer.unit,
        "group": layer.group,
        "visibility": layer.visibility,
        "data_date": layer.data_date.isoformat() if layer.data_date else "",
        "color_by": layer.color_by,
        "kind": layer.kind,
        "version": layer.version,
    }


def _coloring(
    layer: ManagedLayer | None, kinds: Sequence[LayerKind]
) -> list[tuple[LayerKind, Sequence[Choice]]]:
    """The fields that may colour this layer, or a new one of each kind."""
    shown = [kind for kind in kinds if layer is None or kind.key == layer.kind]
    return [(kind, fields) for kind in shown if (fields := coloring_fields(kind))]


def _declaration_text(layer: ManagedLayer | None, values: dict[str, Any]) -> str:
    """What was typed last, else what is stored, else one empty beginning."""
    if typed := values.get("declaration"):
        return str(typed)[:LONGEST_DECLARATION]
    stored = layer.own_fields if layer else None
    return json.dumps(stored or {"geometry": "polygon", "fields": []}, ensure_ascii=False)


def _words() -> dict[str, Any]:
    """Every list that the editor of fields offers, as [value, word]."""
    return {
        "sorts": list(SORTS.items()),
        "geometries": list(GEOMETRIES.items()),
        "visibilities": [["public", "同图层"], ["internal", "内部"], ["sensitive", "敏感"]],
        "colors": [[name, title, color] for name, (title, color) in COLORS.items()],
        "widths": [[name, title] for name, (title, _) in WIDTHS.items()],
        "dashes": [[name, title] for name, (title, _) in DASHES.items()],
        "fills": list(FILLS.items()),
        "markers": list(MARKERS.items()),
        "base": [each.title for each in BASE],
        "most_fields": MOST_FIELDS,
        "most_choices": MOST_CHOICES,
        "longest": {
            "title": LONGEST_TITLE,
            "help": LONGEST_HELP,
            "unit": LONGEST_UNIT,
            "choice": LONGEST_CHOICE,
        },
    }


def _settings(kind: str) -> Settings:
    group = text("group") or (OWN_GROUP if kind == CUSTOM else kind_of(kind).group)
    return Settings(
        title=text("title"),
        unit=text("unit"),
        group=group,
        visibility=text("visibility"),
        data_date=_day(text("data_date")),
        color_by=text("color_by"),
    )


def _day(given: str) -> date | None:
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InvalidValue(f"数据截止日期收到“{given[:20]}”，应如 2026-10-31。请改正，或留空。") from None


def _declaration(before: Declaration | None, *, in_use: bool) -> Declaration:
    given = request.form.get("declaration", "")
    if len(given) > LONGEST_DECLARATION:
        raise InvalidValue("字段定义太长，超出一次能保存的大小。请减少字段或选项。")
    try:
        raw = json.loads(given)
    except (ValueError, RecursionError):
        raise InvalidValue(
            "字段定义没有完整提交。请刷新页面后重试，并确认浏览器已启用 JavaScript。"
        ) from None
    return declaration_from(raw, before, in_use=in_use)


def _moved(keys: Sequence[str], move: str) -> list[str]:
    """`key:up` or `key:down` moves one by one place; without it they already stand as wanted."""
    order = list(keys)
    key, _, way = move.partition(":")
    if key in order:
        at = order.index(key)
        to = min(max(at + (-1 if way == "up" else 1), 0), len(order) - 1)
        order.insert(to, order.pop(at))
    return order
