"""The tables as this version of the program knows them; ``migrations`` makes them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from speciosa.store.records import NotStorableError, StoreError


class UtcTime(TypeDecorator[dt.datetime]):
    """An aware moment; kept in UTC, given back in UTC, a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """To UTC; SQLite keeps no time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise StoreError("a time without a time zone cannot be stored")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Back to an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Words(TypeDecorator[str]):
    """Text that both databases can keep: no NUL, no half of a surrogate pair."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it is. Raises ``StoreError`` without quoting it."""
        if value is not None:
            try:
                raw = value.encode()
            except UnicodeEncodeError:
                raw = b"\0"
            if b"\0" in raw:
                raise NotStorableError("a text holds a character that cannot be stored")
        return value


# SQLite counts up by itself only in a column of the type INTEGER.
Counter = BigInteger().with_variant(Integer, "sqlite")
# Sorted by code point on both databases, so that pages of a list never depend on a locale.
Sortable = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()

people = Table(
    "person",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("label", Words, nullable=False),
    Column("folded", Sortable, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", Words, nullable=False),
    Index("person_by_label", "folded", "id"),
)

labels = Table(
    "label",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("label", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False),
)

externals = Table(
    "external",
    metadata,
    Column("system", Words, primary_key=True),
    Column("value", Words, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False),
)

records = Table(
    "record",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("kind", Words, nullable=False),
    Column("newest", Integer, nullable=False),
    Column("removed", Boolean, nullable=False),
    Index("record_by_person", "person", "kind"),
)

versions = Table(
    "version",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("record", ForeignKey("record.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("change", Words, nullable=False),
    Column("body", LargeBinary, nullable=False),  # zlib
    Column("sha256", String(64), nullable=False),  # of the body as given
    Column(
        "seal", String(64), nullable=False, server_default=""
    ),  # over this row and the seal before it
    Column("removed", Boolean, nullable=False),
    UniqueConstraint("record", "version", name="version_once"),
)

deletions = Table(
    "deletion",
    metadata,
    Column("person", String(32), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("removed", Words, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("by", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("person", Words, nullable=False, index=True),
    Column("record", Words, nullable=False),
    Column("address", Words, nullable=False),
)

# What was taken from the audit log: everything before ``until``.
prunings = Table(
    "audit_pruning",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("until", UtcTime, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False),
)

sessions = Table(
    "session",
    metadata,
    Column("key_hash", Words, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("expires", UtcTime, nullable=False, index=True),
)

links = Table(
    "link",
    metadata,
    Column("token_hash", Words, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("what", LargeBinary, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("expires", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("revoked", Boolean, nullable=False),
)

first_uses = Table(
    "first_use",
    metadata,
    Column("scope", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("until", UtcTime, nullable=False, index=True),
)

answers = Table(
    "answer",
    metadata,
    Column("scope", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("answer", LargeBinary, nullable=False),
    Column("until", UtcTime, nullable=False, index=True),
    Column("person", Words, nullable=False, server_default=""),
)

cards = Table(
    "card",
    metadata,
    Column("uuid", Words, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("person", Words, nullable=False, server_default="", index=True),
)

feedback = Table(
    "feedback",
    metadata,
    Column("service", Words, primary_key=True),
    Column("card_uuid", Words, primary_key=True, index=True),
    Column("outcome_key", Words, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
)
