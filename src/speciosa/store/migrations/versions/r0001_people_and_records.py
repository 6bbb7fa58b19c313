"""People, their records as append-only versions, sessions, links, cards and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TIME = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
SORTABLE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the first tables."""
    _people()
    _records()
    _short_lived()
    _cards()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("folded", SORTABLE, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    op.create_index("person_by_label", "person", ["folded", "id"])
    op.create_table(
        "external",
        sa.Column("system", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        _person(),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_index("ix_external_person", "external", ["person"])
    op.create_table(
        "deletion",
        sa.Column("person", sa.String(32), primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("removed", sa.Text, nullable=False),
    )


def _records() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.String(32), primary_key=True),
        _person(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("newest", sa.Integer, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
    )
    op.create_index("record_by_person", "record", ["person", "kind"])
    op.create_table(
        "version",
        sa.Column("seq", COUNTER, primary_key=True, autoincrement=True),
        sa.Column("record", sa.String(32), sa.ForeignKey("record.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _person(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.UniqueConstraint("record", "version", name="version_once"),
    )
    op.create_index("ix_version_person", "version", ["person"])
    op.create_table(
        "audit",
        sa.Column("id", COUNTER, primary_key=True, autoincrement=True),
        sa.Column("at", TIME, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("by", "action", "outcome", "person", "record", "address")
        ),
    )
    op.create_index("ix_audit_person", "audit", ["person"])


def _short_lived() -> None:
    op.create_table(
        "session",
        sa.Column("key_hash", sa.Text, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("expires", TIME, nullable=False),
    )
    op.create_index("ix_session_expires", "session", ["expires"])
    op.create_table(
        "link",
        sa.Column("token_hash", sa.Text, primary_key=True),
        _person(),
        sa.Column("what", sa.LargeBinary, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("expires", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.Column("revoked", sa.Boolean, nullable=False),
    )
    op.create_index("ix_link_person", "link", ["person"])
    op.create_table(
        "first_use",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("until", TIME, nullable=False),
    )
    op.create_index("ix_first_use_until", "first_use", ["until"])
    op.create_table(
        "answer",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("until", TIME, nullable=False),
    )
    op.create_index("ix_answer_until", "answer", ["until"])


def _cards() -> None:
    op.create_table(
        "card",
        sa.Column("uuid", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("card_uuid", sa.Text, primary_key=True),
        sa.Column("outcome_key", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", TIME, nullable=False),
    )


def _person() -> sa.Column[str]:
    return sa.Column("person", sa.String(32), sa.ForeignKey("person.id"), nullable=False)


# A version goes only with its person: the row in "deletion" must come first.


def _guard_sqlite() -> None:
    for table in ("version", "audit", "deletion"):
        op.execute(
            f"CREATE TRIGGER {table}_is_final BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'a row of {table} is never changed'); END"
        )
    for table in ("audit", "deletion"):
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'a row of {table} is never deleted'); END"
        )
    op.execute(
        "CREATE TRIGGER version_stays BEFORE DELETE ON version "
        "WHEN NOT EXISTS (SELECT 1 FROM deletion WHERE person = OLD.person) "
        "BEGIN SELECT RAISE(ABORT, 'a row of version goes only with its person'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION speciosa_final() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'a row of % is final', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION speciosa_stays() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN IF NOT EXISTS (SELECT 1 FROM deletion WHERE person = OLD.person) THEN "
        "RAISE EXCEPTION 'a row of % goes only with its person', TG_TABLE_NAME; END IF; "
        "RETURN OLD; END $$"
    )
    for table in ("version", "audit", "deletion"):
        op.execute(
            f"CREATE TRIGGER {table}_is_final BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION speciosa_final()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_kept BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION speciosa_final()"
        )
    for table in ("audit", "deletion"):
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION speciosa_final()"
        )
    op.execute(
        "CREATE TRIGGER version_stays BEFORE DELETE ON version "
        "FOR EACH ROW EXECUTE FUNCTION speciosa_stays()"
    )
