"""Seals that chain the versions of a record, the history of labels, whose a kept answer is."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TIME = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
PAGE = 500
WORDS = (
    ("person", "label"),
    ("person", "folded"),
    ("label", "label"),
    ("external", "value"),
    ("version", "body"),
    ("version", "change"),
    ("link", "what"),
    ("answer", "answer"),
    ("card", "body"),
    ("feedback", "body"),
)


def upgrade() -> None:
    """Add them, and seal the versions that are there."""
    op.add_column("answer", sa.Column("person", sa.Text, nullable=False, server_default=""))
    op.add_column("version", sa.Column("seal", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "label",
        sa.Column("seq", COUNTER, primary_key=True, autoincrement=True),
        sa.Column("person", sa.String(32), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_index("ix_label_person", "label", ["person"])
    op.execute(
        'INSERT INTO label (person, label, "at", "by") '
        "SELECT id, label, created_at, created_by FROM person ORDER BY created_at, id"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE version DISABLE TRIGGER version_is_final")
        _seal()
        op.execute("ALTER TABLE version ENABLE TRIGGER version_is_final")
        op.execute(
            "CREATE TRIGGER label_is_final BEFORE UPDATE ON label "
            "FOR EACH ROW EXECUTE FUNCTION speciosa_final()"
        )
        op.execute(
            "CREATE TRIGGER label_is_kept BEFORE TRUNCATE ON label "
            "FOR EACH STATEMENT EXECUTE FUNCTION speciosa_final()"
        )
        op.execute(
            "CREATE TRIGGER label_stays BEFORE DELETE ON label "
            "FOR EACH ROW EXECUTE FUNCTION speciosa_stays()"
        )
        # The planner's statistics would keep what a person's rows said after they are deleted.
        for table, column in WORDS:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
    else:
        op.execute("DROP TRIGGER version_is_final")
        _seal()
        for table in ("version", "label"):
            op.execute(
                f"CREATE TRIGGER {table}_is_final BEFORE UPDATE ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'a row of {table} is never changed'); END"
            )
        op.execute(
            "CREATE TRIGGER label_stays BEFORE DELETE ON label "
            "WHEN NOT EXISTS (SELECT 1 FROM deletion WHERE person = OLD.person) "
            "BEGIN SELECT RAISE(ABORT, 'a row of label goes only with its person'); END"
        )


def _seal() -> None:
    bind = op.get_bind()
    names = ("seq", "record", "version", "person", "kind", "by", "change", "sha256", "seal")
    version = sa.table(
        "version",
        *(sa.column(name) for name in names),
        sa.column("at", TIME),
        sa.column("removed", sa.Boolean),
    )
    last: dict[str, str] = {}
    start = 0
    while rows := bind.execute(
        sa.select(version).where(version.c.seq > start).order_by(version.c.seq).limit(PAGE)
    ).all():
        for row in rows:
            at = row.at.replace(tzinfo=dt.UTC) if row.at.tzinfo is None else row.at
            told = [
                last.get(row.record, ""),
                row.record,
                row.version,
                row.person,
                row.kind,
                at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                row.by,
                row.change,
                row.sha256,
                row.removed,
            ]
            text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
            last[row.record] = hashlib.sha256(text.encode()).hexdigest()
            bind.execute(
                sa.update(version).where(version.c.seq == row.seq).values(seal=last[row.record])
            )
        start = rows[-1].seq
