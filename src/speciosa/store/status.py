"""How much is kept and in what state: counts and sizes, nothing of any person."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select, text

from speciosa.store import schema
from speciosa.store.database import Database
from speciosa.store.tables import audit, deletions, people, records, versions


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a database; ``records`` counts those that are not removed, by kind."""

    database: str
    schema: str
    schema_needed: str
    people: int = 0
    records: dict[str, int] = {}
    versions: int = 0
    deletions: int = 0
    audit_entries: int = 0
    size_bytes: int = 0


def status(database: Database) -> Status:
    """Count what there is; of another revision only which it is."""
    with database.read() as connection:
        have, need = schema.revision(connection), schema.head()
        name = connection.dialect.name
        if have != need:
            return Status(database=name, schema=have, schema_needed=need)
        by_kind = (
            select(records.c.kind, func.count())
            .where(records.c.removed.is_(False))
            .group_by(records.c.kind)
            .order_by(records.c.kind)
        )
        size = (
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            if database.is_sqlite
            else "SELECT pg_database_size(current_database())"
        )
        people_, versions_, deletions_, audit_ = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (people, versions, deletions, audit)
        )
        return Status(
            database=name,
            schema=have,
            schema_needed=need,
            people=people_,
            records=dict(connection.execute(by_kind).all()),
            versions=versions_,
            deletions=deletions_,
            audit_entries=audit_,
            size_bytes=connection.execute(text(size)).scalar_one(),
        )
