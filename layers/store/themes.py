"""Which presets stand in the top bar: those that are shipped, as the county changed them, and its own?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.errors import InvalidFilter, InvalidValue, OutOfDate, UnknownThing
from layers.kinds import PRESETS, OfAKind, Preset, kind_for
from layers.rights import SYSTEM_VIEWER, Viewer
from layers.secrecy import refuse_secret
from layers.store.engine import is_clean
from layers.store.filtering import read_filter
from layers.store.seen import layers_seen
from layers.store.tables import Act, Layer, Theme

MOST_THEMES: Final = 12
"""More chips than this do not fit into the top bar."""
LONGEST_TITLE: Final = 8
_SHIPPED: Final = {preset.key: preset for preset in PRESETS}


class Grouped(OfAKind, Protocol):
    """What a theme asks of a layer."""

    @property
    def key(self) -> str: ...
    @property
    def group(self) -> str: ...


@dataclass(frozen=True)
class Chip:
    """One theme. layers: None leaves the choice to the shipped one. version: 0 while nobody changed it.

    filters: what passes of a layer, by its key.
    """

    key: str
    title: str
    hidden: bool
    layers: tuple[str, ...] | None
    bounds: Bounds | None
    version: int
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def shipped(self) -> Preset | None:
        """The shipped theme that it stands for."""
        return _SHIPPED.get(self.key)

    def shows(self, found: Iterable[Grouped]) -> list[str]:
        """Keys of those of these layers that it puts on."""
        return [layer.key for layer in found if self._shows(layer)]

    def _shows(self, layer: Grouped) -> bool:
        if self.layers is not None:
            return layer.key in self.layers
        on = kind_for(layer).on_at_start
        return self.shipped is not None and self.shipped.shows(layer.group, layer.kind, on_at_start=on)


def themes(session: Session) -> list[Chip]:
    """All themes in their order, the hidden ones too."""
    rows = {row.key: row for row in session.scalars(select(Theme))}
    shipped = [
        (row.place, _chip(row))
        if (row := rows.get(key))
        else (at, Chip(key, preset.title, False, None, None, 0))
        for at, (key, preset) in enumerate(_SHIPPED.items())
    ]
    own = [(row.place, _chip(row)) for row in rows.values() if row.key not in _SHIPPED]
    return [chip for _, chip in sorted([*shipped, *own], key=lambda pair: (pair[0], pair[1].key))]


def theme_named(session: Session, key: str) -> Chip:
    """The theme with this key; raises UnknownThing."""
    found = next((chip for chip in themes(session) if chip.key == key), None)
    if found is None:
        raise UnknownThing(f"没有专题“{key[:40]}”。请从专题列表中选择。")
    return found


def filters_for(session: Session, viewer: Viewer, chip: Chip) -> tuple[dict[str, str], list[str]]:
    """Its filters as far as the viewer may ask them, and the titles of layers whose filter is kept from him."""
    if not chip.filters:
        return {}, []
    found = select(Layer).where(Layer.key.in_(chip.filters), *layers_seen(viewer)).order_by(Layer.order)
    told, kept_back = {}, []
    for layer in session.scalars(found):
        try:
            told[layer.key] = read_filter(session, viewer, layer, chip.filters[layer.key]).text
        except InvalidFilter:
            # A field that he may not see, or that is gone: its words are not told either.
            kept_back.append(layer.title)
    return told, kept_back


def write_theme(
    session: Session,
    act: Act,
    key: str | None,
    version: int,
    *,
    title: str,
    layers: Sequence[str] | None,
    bounds: Sequence[float] | None,
    hidden: bool = False,
    filters: Mapping[str, str] | None = None,
) -> Chip:
    """Change a theme, or make one (key None). version: what the administrator started from, else OutOfDate."""
    words = _checked_title(session, title, key)
    there = themes(session)
    if key is None and len(there) >= MOST_THEMES:
        raise InvalidValue(
            f"已有 {len(there)} 个专题，最多 {MOST_THEMES} 个，再多顶栏放不下。请先删除或隐藏不用的。"
        )
    row = _row(session, key, version, there)
    row.title, row.hidden = words, hidden
    row.layers = None if layers is None else list(layers)
    row.bounds = _checked_bounds(bounds)
    row.filters = _checked_filters(session, filters or {})
    session.flush()
    return theme_named(session, row.key)


def order_themes(session: Session, act: Act, keys: Sequence[str]) -> None:
    """Put the themes in this order; raises OutOfDate when these are not all."""
    there = themes(session)
    if sorted(keys) != sorted(chip.key for chip in there):
        raise OutOfDate("专题已被他人增减，本次未保存。请刷新后重新排列。")
    chips = {chip.key: chip for chip in there}
    for place, key in enumerate(keys):
        _row(session, key, chips[key].version, there).place = place
    session.flush()


def drop_theme(session: Session, act: Act, key: str, version: int) -> None:
    """Delete a theme of the county's own, or bring a shipped one back as it was."""
    row = session.scalar(select(Theme).where(Theme.key == key))
    if row is None:
        raise UnknownThing(f"专题“{key[:40]}”没有改动过，不需要恢复。")
    _check_version(row.title, row.version, version)
    session.delete(row)
    session.flush()


def _chip(row: Theme) -> Chip:
    layers = None if row.layers is None else tuple(row.layers)
    bounds = None if row.bounds is None else (row.bounds[0], row.bounds[1], row.bounds[2], row.bounds[3])
    return Chip(row.key, row.title, row.hidden, layers, bounds, row.version, row.filters)


def _row(session: Session, key: str | None, version: int, there: Sequence[Chip]) -> Theme:
    """The row to write, with its version counted up; made where there is none yet."""
    row = session.scalar(select(Theme).where(Theme.key == key)) if key else None
    if row is not None:
        _check_version(row.title, row.version, version)
        row.version += 1
        return row
    keys = [chip.key for chip in there]
    if key is not None and key not in keys:
        raise UnknownThing(f"没有专题“{key[:40]}”，可能已被他人删除。请刷新页面。")
    if version != 0:
        raise OutOfDate("这个专题已被他人恢复为默认，本次未保存。请刷新后重试。")
    place = keys.index(key) if key else len(keys)
    row = Theme(key=key or _free_key(keys), title="", place=place, hidden=False, version=1)
    session.add(row)
    return row


def _check_version(title: str, now: int, version: int) -> None:
    if now != version:
        raise OutOfDate(f"专题“{title}”已被他人修改，本次未保存。请刷新后在最新内容上修改。")


def _free_key(taken: Sequence[str]) -> str:
    number = 1
    while f"own_{number}" in taken:
        number += 1
    return f"own_{number}"


def _checked_title(session: Session, title: str, key: str | None) -> str:
    words = " ".join(title.split())
    if not words or len(words) > LONGEST_TITLE or not is_clean(words):
        raise InvalidValue(f"专题名称收到“{words[:40]}”，应为 1 到 {LONGEST_TITLE} 个字。请改正。")
    refuse_secret("专题名称", words)
    if any(chip.title == words and chip.key != key for chip in themes(session)):
        raise InvalidValue(f"已有名为“{words}”的专题。请换一个名称。")
    return words


def _checked_filters(session: Session, filters: Mapping[str, str]) -> dict[str, str]:
    """As they are written in addresses; raises InvalidFilter for what no layer could be asked."""
    found = session.scalars(select(Layer).where(Layer.key.in_(filters)).order_by(Layer.order))
    read = ((layer.key, read_filter(session, SYSTEM_VIEWER, layer, filters[layer.key])) for layer in found)
    return {key: asked.text for key, asked in read if asked}


def _checked_bounds(bounds: Sequence[float] | None) -> list[float] | None:
    if bounds is None:
        return None
    sound = len(bounds) == 4 and all(math.isfinite(side) for side in bounds)
    if not (sound and -180 <= bounds[0] < bounds[2] <= 180 and -90 <= bounds[1] < bounds[3] <= 90):
        raise InvalidValue("视野应为西、南、东、北四个度数，且西小于东、南小于北。请在地图上重新取用。")
    return [round(side, 6) for side in bounds]
