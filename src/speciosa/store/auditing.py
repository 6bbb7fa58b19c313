"""The audit log: entries are added and read; old ones go only through one traced door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, delete, insert, select

from speciosa.store.records import AuditEntry, ConflictError, StoreError
from speciosa.store.tables import audit, prunings

YOUNGEST = dt.timedelta(days=1)


def add(connection: Connection, entries: Iterable[AuditEntry]) -> None:
    """Add entries."""
    rows = [msgspec.structs.asdict(entry) for entry in entries]
    for row in rows:
        row.pop("id")
    if rows:
        connection.execute(insert(audit), rows)


def log(
    connection: Connection, *, person: str, by: str, before: int, limit: int
) -> tuple[AuditEntry, ...]:
    """The newest entries first, from before the entry ``before``."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if person:
        query = query.where(audit.c.person == person)
    if by:
        query = query.where(audit.c.by == by)
    if before:
        query = query.where(audit.c.id < before)
    return tuple(AuditEntry(**row._mapping) for row in connection.execute(query))


def check_until(until: dt.datetime, now: dt.datetime) -> None:
    """Raises ``StoreError`` unless everything before ``until`` is written for sure."""
    if until > now - YOUNGEST:
        raise StoreError("the audit log of the last day cannot be taken away")


def prune(
    connection: Connection, *, until: dt.datetime, by: str, at: dt.datetime, expect: int
) -> None:
    """Take the entries before ``until`` away; a row and an entry tell it for ever.

    Raises ``ConflictError`` unless there are ``expect`` of them: those that were written out.
    """
    check_until(until, at)
    # The row in "audit_pruning" is what the database's own guard asks for before entries may go.
    connection.execute(insert(prunings).values(until=until, entries=expect, at=at, by=by))
    gone = connection.execute(delete(audit).where(audit.c.at < until)).rowcount
    if gone != expect:
        raise ConflictError("the audit log is not what was written out; nothing was taken away")
    told = f"{gone} entries before {until.astimezone(dt.UTC).isoformat(timespec='seconds')}"
    add(connection, [AuditEntry(at=at, by=by, action="prune audit", outcome=told)])
