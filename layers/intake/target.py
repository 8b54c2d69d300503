"""Into which layer do the rows of a file go, and who will see them there?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from layers.errors import InvalidValue, UnknownThing
from layers.kinds import CUSTOM, LayerKind, kind_for, kind_of
from layers.rights import VISIBILITIES, Viewer
from layers.store import Database, query

_BY_WORD: Final = {word: code for code, word in VISIBILITIES.items()}


class NewLayer(NamedTuple):
    """A layer that the import shall create."""

    key: str
    title: str


class Target(NamedTuple):
    """The layer the rows go into. hides: its visibility; None when it must be created first."""

    layer: NewLayer
    hides: str | None


def declared_for(database: Database, viewer: Viewer, kind: str | None, layer: str | None) -> LayerKind:
    """The kind of the rows: that of the layer they go into, where one is named."""
    if layer is not None and kind in (None, CUSTOM):
        with database.reading() as session:
            return kind_for(query.layer_named(session, viewer, layer))
    if kind is None:
        raise InvalidValue("没有说明导入到哪里。请用 --layer 给出图层代码，或用 --kind 给出图层类别。")
    if kind == CUSTOM:
        raise InvalidValue(
            "自定义图层要先在“图层管理”里建立并设定字段，再用 --layer 图层代码 导入。请先建立图层。"
        )
    return kind_of(kind)


def visibility_named(word: str) -> str:
    """The code of a visibility that is given as code or word; raises InvalidValue for what is neither."""
    code = _BY_WORD.get(word, word)
    if code not in VISIBILITIES:
        allowed = "、".join(f"{code}（{word}）" for code, word in VISIBILITIES.items())
        raise InvalidValue(f"可见范围收到“{word[:20]}”，应为以下之一：{allowed}。")
    return code


def target_of(
    database: Database, viewer: Viewer, kind: LayerKind, key: str | None, new: NewLayer | None
) -> Target:
    """The layer of this key, else that of the kind, else the new one; raises UnknownThing or InvalidValue."""
    with database.reading() as session:
        there = {layer.key: layer for layer in query.layer_rows(session, viewer)}
    found = there.get(new.key if new else key or kind.key)
    if new:
        return _new_target(new, found)
    if found is None and key not in (None, kind.key):
        known = "、".join(
            f"{layer.key}（{layer.title}）" for layer in there.values() if layer.kind == kind.key
        )
        raise UnknownThing(
            f"没有图层“{str(key)[:60]}”。{kind.title}现有的图层：{known or '无'}。请从中选择，或不填。"
        )
    if found is None:
        return Target(NewLayer(kind.key, kind.title), None)
    if found.kind != kind.key:
        raise InvalidValue(
            f"图层“{found.key}”（{found.title}）存放的是{kind_for(found).title}，不是{kind.title}。"
            "请改选图层或类别。"
        )
    return Target(NewLayer(found.key, found.title), found.visibility)


def _new_target(new: NewLayer, found: query.Layer | None) -> Target:
    if found:
        raise InvalidValue(
            f"图层代码“{new.key}”已被使用（{found.title}）。请换一个代码，或导入到已有的图层。"
        )
    return Target(new, None)


def hidden_by_layer(target: Target, visibility: str) -> Iterator[str]:
    """A note where the layer shows less than its rows would."""
    widest = list(VISIBILITIES)
    if target.hides and widest.index(visibility) < widest.index(target.hides):
        yield (
            f"图层“{target.layer.title}”的可见范围是{VISIBILITIES[target.hides]}，"
            f"本次导入虽为{VISIBILITIES[visibility]}，仍只有{VISIBILITIES[target.hides]}用户能看到"
        )
