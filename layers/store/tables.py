"""What is kept in the database?

Small columns stand before the large ones: SQLite walks over everything that stands in front of a column.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, cast

from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from layers.kinds.edition import rules_edition
from layers.store.engine import Json, Shape, Utc

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
PENDING, DONE = "pending", "done"
WAITING, RETURNED = "pending", "returned"
"""What a feature's `review` says while it does not stand: submitted, or given back to who submitted it."""


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
    account_id: Mapped[int | None]


class HiddenAct(Base):
    """A bulk act that was undone by one small write: none of its rows is seen between these two acts."""

    __tablename__ = "hidden_act"

    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"), primary_key=True)
    since_act_id: Mapped[int] = mapped_column(ForeignKey("act.id"), primary_key=True)
    until_act_id: Mapped[int | None] = mapped_column(ForeignKey("act.id"))


class Layer(Base):
    """One named set of features of one kind. act_id: the bulk act that created it, hidden until that is done.

    own_fields: the declaration of a layer of the county's own. color_by: the field that colours a layer of a shipped
    kind. settings_version counts what administrators change;
    version also counts changes of the data. rules: the edition of the rules by which derived values were made.
    Archived and deleted layers are on nobody's map.
    """

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
    settings_version: Mapped[int] = mapped_column(default=1, server_default="1")
    archived_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    own_fields: Mapped[dict[str, Any] | None]
    color_by: Mapped[str] = mapped_column(default="", server_default="")
    rules: Mapped[str] = mapped_column(String(16), default=rules_edition, server_default="")


class Feature(Base):
    """One shape with properties. visibility: None is that of its layer. derived_until: due from that day on.

    review: None stands on the map; what is WAITING or RETURNED is seen by insiders only.
    """

    __tablename__ = "feature"
    __table_args__ = (
        Index("ix_feature_act_id_layer_id", "act_id", "layer_id"),
        Index(
            "ix_feature_derived_until",
            "derived_until",
            sqlite_where=text("derived_until IS NOT NULL"),
            postgresql_where=text("derived_until IS NOT NULL"),
        ),
        Index(
            "ix_feature_review",
            "review",
            sqlite_where=text("review IS NOT NULL"),
            postgresql_where=text("review IS NOT NULL"),
        ),
        # Only of records that name another one: which fields do that, its migration says.
        Index("ix_feature_tied", "layer_id"),
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
    review: Mapped[str | None] = mapped_column(String(16))
    derived: Mapped[dict[str, Any]]
    properties: Mapped[dict[str, Any]]
    shape: Mapped[BaseGeometry] = mapped_column(Shape())


class FeatureVersion(Base):
    """How a feature was before an act changed, removed or restored it (until_act_id); written only then."""

    __tablename__ = "feature_version"

    feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"), index=True)
    until_act_id: Mapped[int] = mapped_column(ForeignKey("act.id"), index=True)
    visibility: Mapped[str | None] = mapped_column(String(16))
    review: Mapped[str | None] = mapped_column(String(16))
    deleted: Mapped[bool] = mapped_column(default=False, server_default=false())
    derived: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    properties: Mapped[dict[str, Any]]
    shape: Mapped[BaseGeometry] = mapped_column(Shape())


class StandIn(Base):
    """A feature that a bulk act changes, by which row it is seen once that act is done, and from which version.

    by_id: None takes it off the map. It is there until the change is carried over into the feature itself.
    """

    __tablename__ = "stand_in"

    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"), primary_key=True)
    feature_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    version: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(index=True)


class Overview(Base):
    """That a big layer can be shown from afar. edition: one more each time; layer_version, at: what it shows.

    way: of the program that worked it out; another way makes it anew.
    """

    __tablename__ = "overview"

    layer_id: Mapped[int] = mapped_column(
        ForeignKey("layer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    edition: Mapped[int]
    layer_version: Mapped[int]
    way: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class OverviewTile(Base):
    """The shapes of a big layer in one tile seen from afar, each with the features it may stand for."""

    __tablename__ = "overview_tile"

    layer_id: Mapped[int] = mapped_column(
        ForeignKey("layer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    z: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    x: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    y: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pieces: Mapped[bytes]


class ReviewNote(Base):
    """What a reviewer decided on what a collector submitted."""

    __tablename__ = "review_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id"), index=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"))
    decision: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    into_feature_id: Mapped[int | None] = mapped_column(ForeignKey("feature.id"))


class Proposal(Base):
    """A change of legal fields that waits for a second person; a feature has one that is open at most.

    before, after: the fields in question, null where a field has no value.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        Index(
            "ix_proposal_open",
            "feature_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id"))
    who: Mapped[str]
    account_id: Mapped[int | None]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    act_id: Mapped[int | None] = mapped_column(ForeignKey("act.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class Search(Base):
    """The words by which a feature is found, as `words.py` frames them.

    stem: its name without the number behind, whose pinyin `sound` keeps; words: from fields that everybody sees, with the
    pinyin of its other names; inner: from internal fields. Who deletes a feature deletes its words: to look every one
    of them up costs an import more than to write the features.
    """

    __tablename__ = "search"

    feature_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(index=True)
    stem: Mapped[str] = mapped_column(index=True, server_default="")
    words: Mapped[str] = mapped_column(Text)
    inner: Mapped[str] = mapped_column(Text)


class Sound(Base):
    """Pinyin and initials of a stem, once for all features that share it.

    Two who bring the same stem at the same time may both write it: neither waits for the other. It stays when its
    features go.
    """

    __tablename__ = "sound"

    id: Mapped[int] = mapped_column(primary_key=True)
    stem: Mapped[str] = mapped_column(index=True)
    sounds: Mapped[str] = mapped_column(Text)


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


class Attachment(Base):
    """A photo or document of a feature; its bytes are files named by their SHA-256, outside the database.

    sha256: the file as it came; shown_sha256, thumb_sha256: what readers get of a photo.
    lon, lat, heading, accuracy_m: where it was taken and which way the camera looked, in degrees and metres.
    """

    __tablename__ = "attachment"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id"), index=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"), index=True)
    role: Mapped[str | None] = mapped_column(String(16))
    media_type: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64))
    shown_sha256: Mapped[str | None] = mapped_column(String(64))
    thumb_sha256: Mapped[str | None] = mapped_column(String(64))
    taken_at: Mapped[datetime | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    heading: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    position_source: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    name: Mapped[str]


class AttachmentMove(Base):
    """An act took an attachment off its feature, put it back, or gave it to another; the way back is the reverse."""

    __tablename__ = "attachment_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"), index=True)
    from_feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id"), index=True)
    to_feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id"), index=True)
    removed_before: Mapped[bool]
    removed_after: Mapped[bool]


class Account(Base):
    """A person who may log in. must_change: the password was given by somebody else. locked: by an administrator."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    unit: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    town: Mapped[str | None]
    password_hash: Mapped[str | None]
    password_at: Mapped[datetime | None]
    must_change: Mapped[bool]
    locked: Mapped[bool]
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]


class LoginSession(Base):
    """Somebody who is logged in on some machine; whoever ends it deletes it. digest: of the word in the cookie."""

    __tablename__ = "login_session"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(200))


class LoginLink(Base):
    """A link that works once. account_id: whose password it sets; None: it makes the first administrator."""

    __tablename__ = "login_link"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class ReadToken(Base):
    """A word with which somebody's programs read what he may see. digest: of the word."""

    __tablename__ = "read_token"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginTry(Base):
    """How often somebody failed to log in under this name, whether or not there is such an account."""

    __tablename__ = "login_try"

    login: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class AuditRow(Base):
    """One line of the audit log. digest: of this line and the digest of the line before."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str]
    account_id: Mapped[int | None]
    role: Mapped[str | None] = mapped_column(String(16))
    unit: Mapped[str | None]
    address: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(32), index=True)
    subject: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))


class AuditChain(Base):
    """Where the kept lines begin and end: what was cut off in front, and what was written last. One row."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cut_id: Mapped[int]
    cut_digest: Mapped[str] = mapped_column(String(64))
    last_id: Mapped[int]
    last_digest: Mapped[str] = mapped_column(String(64))


class Theme(Base):
    """A preset of the county's own, or what it changed of a shipped one with the same key.

    layers: keys of those that are on; None leaves that to the shipped one. bounds: None is the whole county.
    filters: what passes, by layer, as layers/filters/address.py writes it.
    """

    __tablename__ = "theme"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    place: Mapped[int]
    hidden: Mapped[bool] = mapped_column(default=False)
    layers: Mapped[list[str] | None] = mapped_column(Json)
    bounds: Mapped[list[float] | None] = mapped_column(Json)
    filters: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    version: Mapped[int] = mapped_column(default=1)


class Briefing(Base):
    """A talk with the map: its scenes in their order, as they stand now. version counts every save."""

    __tablename__ = "briefing"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str]
    unit: Mapped[str]
    visibility: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    who: Mapped[str]
    account_id: Mapped[int | None]
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    scenes: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class BriefingVersion(Base):
    """A briefing as it was before it was saved again."""

    __tablename__ = "briefing_version"

    briefing_id: Mapped[int] = mapped_column(
        ForeignKey("briefing.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    visibility: Mapped[str] = mapped_column(String(16))
    who: Mapped[str]
    account_id: Mapped[int | None]
    at: Mapped[datetime]
    scenes: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class QualityReport(Base):
    """What a check of a layer found. sight: who may read it, all who see the same as the one who asked.

    asked: what of the layer was checked; told: how many features, how many findings of each check, the limits.
    """

    __tablename__ = "quality_report"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    layer_id: Mapped[int] = mapped_column(ForeignKey("layer.id"), index=True)
    layer_version: Mapped[int]
    sight: Mapped[str]
    who: Mapped[str]
    account_id: Mapped[int | None]
    at: Mapped[datetime]
    asked: Mapped[dict[str, Any]]
    told: Mapped[dict[str, Any]]


class QualityFinding(Base):
    """One trouble of one feature. other_id: the feature it has it with; lon, lat: where."""

    __tablename__ = "quality_finding"

    report_id: Mapped[int] = mapped_column(
        ForeignKey("quality_report.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(primary_key=True)
    check_code: Mapped[str] = mapped_column(String(32))
    feature_id: Mapped[int]
    other_id: Mapped[int | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    field: Mapped[str]
    value: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)


class ShapeRepair(Base):
    """A shape of a file that was repaired on its way into the map, as it was. words: what its row is called."""

    __tablename__ = "shape_repair"

    act_id: Mapped[int] = mapped_column(ForeignKey("act.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    checks: Mapped[str] = mapped_column(Text)
    before: Mapped[bytes]


class Job(Base):
    """A piece of long work. act_id: the bulk act it writes; progress from 0 to 1; tries: how often it was begun."""

    __tablename__ = "job"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), index=True)
    who: Mapped[str]
    account_id: Mapped[int | None]
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(Text, default="")
    cancelling: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    act_id: Mapped[int | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    arguments: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]


class UploadedFile(Base):
    """A file that somebody brings: its bytes lie in the data folder under `uid`. answers: what the person chose.

    job_id: the latest job that read or imported it.
    """

    __tablename__ = "upload"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    who: Mapped[str]
    account_id: Mapped[int | None]
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    job_id: Mapped[int | None]
    answers: Mapped[dict[str, Any]]


class Analysis(Base):
    """The saved result of a question to the map. sight: who may read it, all who see the same as the one who asked.

    versions: of the layers it rests on, by their key. digest: SHA-256 of the result.
    """

    __tablename__ = "analysis"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    kind: Mapped[str] = mapped_column(String(32), index=True)
    title: Mapped[str]
    who: Mapped[str]
    unit: Mapped[str]
    account_id: Mapped[int | None]
    sight: Mapped[str]
    at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    versions: Mapped[dict[str, int]] = mapped_column(Json)
    asked: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]


class Picture(Base):
    """A raster or drawing that somebody brought, with its tiles once they are made (result)."""

    __tablename__ = "picture"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    sort: Mapped[str] = mapped_column(String(16))
    title: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    who: Mapped[str]
    account_id: Mapped[int | None]
    unit: Mapped[str]
    visibility: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    job_id: Mapped[int | None]
    facts: Mapped[dict[str, Any]]
    answers: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]


class ColumnChoice(Base):
    """Which column is which field, as somebody said it for files with this header."""

    __tablename__ = "column_choice"

    header: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    fields: Mapped[dict[str, Any]]


def table_of(model: type[Base]) -> Table:
    """The table itself, for statements past the ORM."""
    return cast(Table, model.__table__)
