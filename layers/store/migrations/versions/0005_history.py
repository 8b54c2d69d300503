"""Who did it by account, what was hidden when, what waits for review or for a second person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Json, Utc

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("act", sa.Column("account_id", sa.Integer))
    op.add_column("feature", sa.Column("review", sa.String(16)))
    waiting = sa.text("review IS NOT NULL")
    op.create_index(
        "ix_feature_review", "feature", ["review"], sqlite_where=waiting, postgresql_where=waiting
    )
    _versions()
    _hidden_acts()
    _review_notes()
    _proposals()


def _versions() -> None:
    op.add_column("feature_version", sa.Column("review", sa.String(16)))
    op.add_column(
        "feature_version", sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("feature_version", sa.Column("derived", Json, nullable=False, server_default="{}"))
    op.execute(
        "UPDATE feature_version SET derived = "
        "(SELECT derived FROM feature WHERE feature.id = feature_version.feature_id)"
    )
    op.create_index("ix_feature_version_act_id", "feature_version", ["act_id"])


def _hidden_acts() -> None:
    op.create_table(
        "hidden_act",
        sa.Column("act_id", sa.Integer, nullable=False),
        sa.Column("since_act_id", sa.Integer, nullable=False),
        sa.Column("until_act_id", sa.Integer),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_hidden_act_act_id"),
        sa.ForeignKeyConstraint(["since_act_id"], ["act.id"], name="fk_hidden_act_since_act_id"),
        sa.ForeignKeyConstraint(["until_act_id"], ["act.id"], name="fk_hidden_act_until_act_id"),
        sa.PrimaryKeyConstraint("act_id", "since_act_id", name="pk_hidden_act"),
    )


def _review_notes() -> None:
    op.create_table(
        "review_note",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("feature_id", sa.Integer, nullable=False),
        sa.Column("act_id", sa.Integer, nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("into_feature_id", sa.Integer),
        sa.ForeignKeyConstraint(["feature_id"], ["feature.id"], name="fk_review_note_feature_id"),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_review_note_act_id"),
        sa.ForeignKeyConstraint(["into_feature_id"], ["feature.id"], name="fk_review_note_into_feature_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_note"),
    )
    op.create_index("ix_review_note_feature_id", "review_note", ["feature_id"])


def _proposals() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("feature_id", sa.Integer, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("at", Utc, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String),
        sa.Column("decided_at", Utc),
        sa.Column("act_id", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("before", Json, nullable=False),
        sa.Column("after", Json, nullable=False),
        sa.ForeignKeyConstraint(["feature_id"], ["feature.id"], name="fk_proposal_feature_id"),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_proposal_act_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
    )
    still_open = sa.text("state = 'open'")
    op.create_index(
        "ix_proposal_open",
        "proposal",
        ["feature_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
