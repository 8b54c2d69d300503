"""Where does Alembic run? On the connection that layers.store.upgrade hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from layers.store.tables import Base
from layers.store.upgrade import is_ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=is_ours,
    # We begin the transaction ourselves, which the driver of SQLite would not do for tables.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
