"""What do administrators decide about layers? Titles, owners, order, who sees them, their own fields, their end.

They see that a layer is there and how many records it has, not what is in it. Two of them do not overwrite each
other: every change names the version of the settings that it started from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import InvalidValue, OutOfDate, UnknownThing
from layers.kinds import BOUNDARIES, CUSTOM, GROUPS, KINDS, LayerKind, kind_for, kind_of
from layers.kinds.coloured import checked_color_by
from layers.kinds.own_fields import Declaration, stored_declaration
from layers.rights import VISIBILITIES
from layers.secrecy import refuse_secret
from layers.store import edit
from layers.store.engine import is_clean
from layers.store.tables import PENDING, Act, Feature, Layer

MOST_LAYERS: Final = 200
_LONGEST_UNIT: Final = 60
_STEP: Final = 10


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What can be set of every layer. group: its heading in the layer panel.

    color_by: the field that colours a layer of a shipped kind, "" for the colours of the kind.
    """

    title: str
    unit: str
    group: str
    visibility: str
    data_date: date | None
    color_by: str = ""


@dataclass(frozen=True)
class ManagedLayer:
    """A layer as administrators see it. version: of its settings. count: of records that are not deleted."""

    id: int
    key: str
    title: str
    kind: str
    kind_title: str
    group: str
    unit: str
    visibility: str
    data_date: date | None
    version: int
    count: int
    is_used: bool
    archived_at: datetime | None
    deleted_at: datetime | None
    own_fields: dict[str, Any] | None
    color_by: str = ""

    @property
    def is_shipped(self) -> bool:
        """Whether it comes with its kind; the map needs those, they are archived and never deleted."""
        return self.key in KINDS

    @property
    def declaration(self) -> Declaration | None:
        """Of a layer of the county's own."""
        return stored_declaration(self.own_fields) if self.own_fields else None


def managed_layers(session: Session) -> list[ManagedLayer]:
    """All layers in the order of the legend, the archived and the deleted ones too."""
    counts = _counts(session)
    pending = select(Act.id).where(Act.state == PENDING)
    finished = or_(Layer.act_id.is_(None), Layer.act_id.not_in(pending))
    rows = session.scalars(select(Layer).where(finished).order_by(Layer.order, Layer.id))
    return [_managed(row, counts) for row in rows]


def managed_layer(session: Session, key: str) -> ManagedLayer:
    """The layer with this key, deleted or not; raises UnknownThing."""
    return _managed(_row(session, key), _counts(session, key))


def create_layer(
    session: Session, act: Act, kind: str, settings: Settings, declaration: Declaration | None = None
) -> Layer:
    """A new, empty layer of a kind; a layer of the county's own comes with its declaration."""
    checked, color_by = _checked(settings), _checked_color(kind, settings)
    there = session.scalars(select(Layer.id).where(Layer.deleted_at.is_(None))).all()
    if len(there) >= MOST_LAYERS:
        raise InvalidValue(f"已有 {MOST_LAYERS} 个图层，不能再多。请先归档或删除不用的图层。")
    if kind == BOUNDARIES:
        raise InvalidValue("行政区划只能有一个图层，全图的乡镇由它确定。请在原有图层中修改。")
    if (kind == CUSTOM) != (declaration is not None):
        raise InvalidValue("自定义图层应带有字段定义，其他类别的字段由系统规定。请重新选择类别。")
    _refuse_taken_title(session, checked.title)
    layer = edit.add_layer(
        session,
        kind=kind,
        key=_free_key(session, kind),
        title=checked.title,
        visibility=checked.visibility,
        unit=checked.unit,
        group=checked.group,
        data_date=checked.data_date,
        own_fields=declaration,
    )
    layer.order, layer.color_by = _last_place(session) + _STEP, color_by
    session.flush()
    return layer


def revise_layer(session: Session, act: Act, key: str, version: int, settings: Settings) -> Layer:
    """Change what is set of a layer. version: of the settings that the administrator saw, else OutOfDate.

    With another field that colours, the symbols of its features are due, as after `redeclare`.
    """
    layer, checked = _held(session, key, version), _checked(settings)
    if checked.title != layer.title:
        _refuse_taken_title(session, checked.title)
    if layer.kind == BOUNDARIES and checked.group != layer.group:
        raise InvalidValue("行政区划是全图的底，只能放在“底图”分组下。请改回。")
    for name in ("title", "unit", "group", "visibility", "data_date"):
        setattr(layer, name, getattr(checked, name))
    _recolour(session, layer, _checked_color(layer.kind, settings))
    _touched(layer)
    session.flush()
    return layer


def redeclare(session: Session, act: Act, key: str, version: int, declaration: Declaration) -> Layer:
    """Give a layer of the county's own other fields. What follows from them is due at once.

    Afterwards `refresh_derived` writes it; readers derive it by themselves until then.
    """
    layer = _held(session, key, version)
    if layer.kind != CUSTOM:
        raise InvalidValue(f"“{layer.title}”的字段由系统规定，不能修改。请新建自定义图层。")
    layer.own_fields = declaration.stored()
    _all_due(session, layer)
    _touched(layer)
    session.flush()
    return layer


def order_layers(session: Session, act: Act, keys: Sequence[str], was: Sequence[str]) -> None:
    """Put these layers one after the other, where they stand among the others.

    was: their order as the administrator saw it, else OutOfDate.
    """
    rows = list(session.scalars(select(Layer).order_by(Layer.order, Layer.id)))
    places = {row.key: place for place, row in enumerate(rows) if row.key in set(was)}
    if list(places) != list(was) or sorted(keys) != sorted(was):
        raise OutOfDate("图层的顺序已被他人改动，本次未保存。请在最新的顺序上重新排列。")
    moved = {place: rows[places[key]] for place, key in zip(places.values(), keys, strict=True)}
    for place, row in enumerate(rows):
        moved.get(place, row).order = (place + 1) * _STEP
    session.flush()


def archive_layer(session: Session, act: Act, key: str, version: int, *, archived: bool) -> Layer:
    """Take a layer off everybody's map, or put it back; its records stay as they are."""
    layer = _held(session, key, version)
    if layer.kind == BOUNDARIES and archived:
        raise InvalidValue("行政区划不能归档：全图的县界和乡镇由它确定。")
    layer.archived_at = clock.now() if archived else None
    _touched(layer)
    session.flush()
    return layer


def delete_layer(session: Session, act: Act, key: str, version: int, typed: str) -> Layer:
    """Put a layer into the recycle bin; one that has records only when its title was `typed` to confirm it."""
    layer = _held(session, key, version)
    if layer.key in KINDS:
        raise InvalidValue(f"“{layer.title}”是系统自带的图层，不能删除。不用时请归档，归档后地图上不再显示。")
    count = _counts(session, key).get(layer.id, 0)
    if count and " ".join(typed.split()) != layer.title:
        raise InvalidValue(
            f"“{layer.title}”中有 {count} 条记录。确认删除请完整输入图层名称“{layer.title}”，收到“{typed[:60]}”。"
        )
    layer.deleted_at = clock.now()
    _touched(layer)
    session.flush()
    return layer


def restore_layer(session: Session, act: Act, key: str) -> Layer:
    """Take a layer out of the recycle bin, with everything in it."""
    layer = _row(session, key)
    if layer.deleted_at is None:
        raise UnknownThing(f"回收站里没有图层“{layer.title}”，可能已被恢复。请刷新页面。")
    layer.deleted_at = None
    _touched(layer)
    session.flush()
    return layer


def kinds_to_create() -> list[LayerKind]:
    """The kinds of which there can be several layers."""
    return [kind for kind in KINDS.values() if kind.key != BOUNDARIES]


def _managed(row: Layer, counts: Mapping[int, int]) -> ManagedLayer:
    return ManagedLayer(
        id=row.id,
        key=row.key,
        title=row.title,
        kind=row.kind,
        kind_title="自定义图层" if row.kind == CUSTOM else kind_for(row).title,
        group=row.group,
        unit=row.unit,
        visibility=row.visibility,
        data_date=row.data_date,
        version=row.settings_version,
        count=counts.get(row.id, 0),
        is_used=row.id in counts,
        archived_at=row.archived_at,
        deleted_at=row.deleted_at,
        own_fields=row.own_fields,
        color_by=row.color_by,
    )


def _counts(session: Session, key: str | None = None) -> dict[int, int]:
    """Records of each layer that has or had any: how many are not deleted."""
    there = func.count().filter(Feature.deleted_at.is_(None))
    counted = select(Feature.layer_id, there).group_by(Feature.layer_id)
    if key is not None:
        counted = counted.join(Layer).where(Layer.key == key)
    return {row[0]: row[1] for row in session.execute(counted)}


def _row(session: Session, key: str) -> Layer:
    row = session.scalar(select(Layer).where(Layer.key == key)) if is_clean(key) else None
    if row is None:
        raise UnknownThing(f"没有图层“{key[:60]}”。请从图层列表中选择。")
    return row


def _held(session: Session, key: str, version: int) -> Layer:
    """The layer itself, locked against other administrators until the end of the transaction."""
    row = session.scalar(
        select(Layer).where(Layer.id == _row(session, key).id).with_for_update(),
        execution_options={"populate_existing": True},
    )
    if row is None or row.deleted_at is not None:
        raise UnknownThing(f"图层“{key[:60]}”已在回收站中。请先恢复它。")
    if row.settings_version != version:
        raise OutOfDate(
            f"图层“{row.title}”的设置已被他人修改（您依据的是第 {version} 版，现在是第 {row.settings_version} 版）。"
            "本次未保存，请刷新后在最新设置上修改。"
        )
    return row


def _recolour(session: Session, layer: Layer, color_by: str) -> None:
    if color_by != layer.color_by:
        layer.color_by = color_by
        _all_due(session, layer)


def _all_due(session: Session, layer: Layer) -> None:
    """What follows from the properties of its features is to be derived anew."""
    session.execute(
        update(Feature)
        .where(Feature.layer_id == layer.id, Feature.deleted_at.is_(None))
        .values(derived_until=clock.today())
    )


def _touched(layer: Layer) -> None:
    layer.settings_version += 1
    # Tiles and totals of this layer are made anew.
    layer.version += 1


def _checked(settings: Settings) -> Settings:
    """As it is stored; raises InvalidValue or NotAllowed."""
    title, unit = edit.checked_title(settings.title), " ".join(settings.unit.split())
    refuse_secret("图层名称", title)
    if not unit or len(unit) > _LONGEST_UNIT or not is_clean(unit):
        raise InvalidValue(f"主管单位收到“{unit[:60]}”，应为 1 到 {_LONGEST_UNIT} 个字。请选择或填写。")
    if settings.group not in {group.key for group in GROUPS}:
        words = "、".join(group.title for group in GROUPS)
        raise InvalidValue(f"分组收到“{settings.group[:60]}”，应为以下之一：{words}。请重新选择。")
    if settings.visibility not in VISIBILITIES:
        words = "、".join(VISIBILITIES.values())
        raise InvalidValue(
            f"可见范围收到“{settings.visibility[:60]}”，应为以下之一：{words}。本系统为非涉密系统，没有更高的级别。"
        )
    return Settings(
        title=title,
        unit=unit,
        group=settings.group,
        visibility=settings.visibility,
        data_date=settings.data_date,
    )


def _checked_color(kind: str, settings: Settings) -> str:
    """A layer of the county's own says in its declaration what colours it."""
    return "" if kind == CUSTOM else checked_color_by(kind_of(kind), settings.color_by)


def _refuse_taken_title(session: Session, title: str) -> None:
    if session.scalar(select(Layer.id).where(Layer.title == title, Layer.deleted_at.is_(None))):
        raise InvalidValue(f"已有名为“{title}”的图层。请换一个名称，例如加上年份。")


def _free_key(session: Session, kind: str) -> str:
    """A key that no layer has or had: idle_parcel_2, own_1."""
    stem = "own" if kind == CUSTOM else kind_of(kind).key
    taken = set(session.scalars(select(Layer.key).where(Layer.key.startswith(stem, autoescape=True))))
    number = 1 if kind == CUSTOM else 2
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _last_place(session: Session) -> int:
    return session.scalar(select(func.max(Layer.order))) or 0
