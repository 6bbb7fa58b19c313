"""What Alembic runs: the revisions, on a connection whose transaction the caller owns."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
