"""Accounts, sessions and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NO_DIGEST = "0" * 64


def upgrade() -> None:
    _accounts()
    _logins()
    _audit()


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("town", sa.String),
        sa.Column("password_hash", sa.String),
        sa.Column("password_at", Utc),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("locked", sa.Boolean, nullable=False),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("last_login_at", Utc),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("login", name="uq_account_login"),
    )


def _logins() -> None:
    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("seen_at", Utc, nullable=False),
        sa.Column("ends_at", Utc, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_login_session_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.UniqueConstraint("digest", name="uq_login_session_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"])
    op.create_table(
        "login_link",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("ends_at", Utc, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_login_link_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_login_link"),
        sa.UniqueConstraint("digest", name="uq_login_link_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_login_link_account_id", "login_link", ["account_id"])
    op.create_table(
        "login_try",
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", Utc, nullable=False),
        sa.Column("locked_until", Utc),
        sa.PrimaryKeyConstraint("login", name="pk_login_try"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", Utc, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("role", sa.String(16)),
        sa.Column("unit", sa.String),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_what", "audit", ["what"])
    chain = op.create_table(
        "audit_chain",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("cut_id", sa.Integer, nullable=False),
        sa.Column("cut_digest", sa.String(64), nullable=False),
        sa.Column("last_id", sa.Integer, nullable=False),
        sa.Column("last_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_chain"),
    )
    start = {"cut_id": 0, "cut_digest": NO_DIGEST, "last_id": 0, "last_digest": NO_DIGEST}
    op.bulk_insert(chain, [{"id": 1, **start}])
