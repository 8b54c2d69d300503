"""What is kept in the database?

Small columns stand before the large ones: SQLite walks over everything that stands in front of a column.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, cast

from shapely.geometry.base import BaseGeometry
from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, String, Table, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from layers.store.engine import Json, Shape, Utc

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
PENDING, DONE = "pending", "done"


class Base(DeclarativeBase):
    """All tables of the store; constraints have names, so that migrations can speak of them."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: String, datetime: Utc, dict[str, Any]: Json}


class Act(Base):
    """One deed of a person: everything it changed is seen together, or not at all while it is pending."""

    __tablename__ = "act"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'done')", "state"),
        # Few acts are hidden, and every reader asks which.
        Index(
            "ix_act_hidden",
            "id",
            sqlite_where=text("state <> 'done'"),
            postgresql_where=text("state <> 'done'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    undoes_act: Mapped[int | None] = mapped_column(ForeignKey("act.id"))
    count: Mapped[int] = mapped_column(default=0)


class Layer(Base):
    """One named set of features of one kind. act_id: the bulk act that created it, hidden until that is done."""

    __tablename__ = "layer"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    group: Mapped[str]
    order: Mapped[int]
    unit: Mapped[str]
    visibility: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=1)
    data_date: Mapped[date | None]
    sample: Mapped[bool] = mapped_column(default=False)
    act_id: Mapped[int | None] = mapped_column(ForeignKey("act.id"))
    created_at: Mapped[datetime]


class Feature(Base):
    """One shape with properties. visibility: None is that of its layer. derived_until: due from that day on."""

    __tablename__ = "feature"
    __table_args__ = (
        Index("ix_feature_act_id_layer_id", "act_id", "layer_id"),
        Index(
            "ix_feature_derived_until",
            "derived_until",
            sqlite_where=text("derived_until IS NOT NULL"),
            postgresql_where=text("derived_until IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    layer_id: Mapped[int] = mapped_column(ForeignKey("layer.id"), index=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"))
    version: Mapped[int] = mapped_column(default=1)
    visibility: Mapped[str | None] = mapped_column(String(16))
    derived_until: Mapped[date | None]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    derived: Mapped[dict[str, Any]]
    properties: Mapped[dict[str, Any]]
    shape: Mapped[BaseGeometry] = mapped_column(Shape())


class FeatureVersion(Base):
    """How a feature was before an act changed or removed it (until_act_id); written only then."""

    __tablename__ = "feature_version"

    feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"))
    until_act_id: Mapped[int] = mapped_column(ForeignKey("act.id"), index=True)
    visibility: Mapped[str | None] = mapped_column(String(16))
    properties: Mapped[dict[str, Any]]
    shape: Mapped[BaseGeometry] = mapped_column(Shape())


class Search(Base):
    """The words by which a feature is found, as `words.py` frames them.

    words: from fields that everybody sees, with pinyin and initials; inner: from internal fields.
    """

    __tablename__ = "search"

    feature_id: Mapped[int] = mapped_column(
        ForeignKey("feature.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    name: Mapped[str] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(Text)
    inner: Mapped[str] = mapped_column(Text)


class Unit(Base):
    """An office that keeps layers or answers for projects; records speak of it by its name."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    sort: Mapped[str] = mapped_column(String(16))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class CommandPost(Base):
    """A temporary post (指挥部) that drives a group of projects; records speak of it by its name.

    office: where it sits. members: [{"name": …, "role": …}], in the order of rank.
    """

    __tablename__ = "command_post"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    office: Mapped[str | None]
    members: Mapped[list[dict[str, str]]] = mapped_column(Json)


def table_of(model: type[Base]) -> Table:
    """The table itself, for statements past the ORM."""
    return cast(Table, model.__table__)
