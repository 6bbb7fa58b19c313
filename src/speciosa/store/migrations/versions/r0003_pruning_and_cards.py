"""A way to shorten the audit log that leaves a trace; whom a card was about, and its age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Entries of the audit log may go once a row tells that everything before a moment goes."""
    op.create_table(
        "audit_pruning",
        sa.Column("seq", COUNTER, primary_key=True, autoincrement=True),
        sa.Column("until", TIME, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.add_column("card", sa.Column("person", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_card_person", "card", ["person"])
    op.create_index("ix_card_at", "card", ["at"])
    op.create_index("ix_feedback_at", "feedback", ["at"])
    op.create_index("ix_feedback_card_uuid", "feedback", ["card_uuid"])
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER audit_pruning_is_final BEFORE UPDATE ON audit_pruning "
        "BEGIN SELECT RAISE(ABORT, 'a row of audit_pruning is never changed'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_pruning_stays BEFORE DELETE ON audit_pruning "
        "BEGIN SELECT RAISE(ABORT, 'a row of audit_pruning is never deleted'); END"
    )
    op.execute("DROP TRIGGER audit_stays")
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE DELETE ON audit "
        'WHEN NOT EXISTS (SELECT 1 FROM audit_pruning WHERE until > OLD."at") '
        "BEGIN SELECT RAISE(ABORT, 'a row of audit goes only with a row of audit_pruning'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER audit_pruning_is_final BEFORE UPDATE ON audit_pruning "
        "FOR EACH ROW EXECUTE FUNCTION speciosa_final()"
    )
    op.execute(
        "CREATE TRIGGER audit_pruning_is_kept BEFORE TRUNCATE ON audit_pruning "
        "FOR EACH STATEMENT EXECUTE FUNCTION speciosa_final()"
    )
    op.execute(
        "CREATE TRIGGER audit_pruning_stays BEFORE DELETE ON audit_pruning "
        "FOR EACH ROW EXECUTE FUNCTION speciosa_final()"
    )
    op.execute(
        "CREATE FUNCTION speciosa_pruned() RETURNS trigger LANGUAGE plpgsql AS $$ "
        'BEGIN IF NOT EXISTS (SELECT 1 FROM audit_pruning WHERE until > OLD."at") THEN '
        "RAISE EXCEPTION 'a row of % goes only with a row of audit_pruning', TG_TABLE_NAME; "
        "END IF; RETURN OLD; END $$"
    )
    op.execute("DROP TRIGGER audit_stays ON audit")
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION speciosa_pruned()"
    )
