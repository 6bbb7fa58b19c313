"""Records as append-only versions: each is sealed with the one before it."""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections import defaultdict
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from speciosa.store.people import hold, new_id
from speciosa.store.records import ConflictError, Kind, UnknownError, Version
from speciosa.store.tables import records, versions

_COMPRESSION_LEVEL = 6


class Content(msgspec.Struct, frozen=True):
    """A body, and how it is kept; packed before the transaction, so that nobody waits for it."""

    body: bytes
    packed: bytes

    @classmethod
    def of(cls, body: bytes) -> Content:
        """Compress a body; an assessment shrinks to about a tenth."""
        return cls(body, zlib.compress(body, _COMPRESSION_LEVEL))


class Stamp(msgspec.Struct, frozen=True):
    """Who changes a record, when, and what they say they changed."""

    by: str
    at: dt.datetime
    change: str


class Basis(msgspec.Struct, frozen=True):
    """What a change was made from: whose record of which kind, and its newest version then."""

    person: str
    kind: Kind
    version: int


def seal(before: str, version: Version) -> str:
    """A hash over everything of a version and over the seal of the version before it."""
    told = (
        before,
        version.record,
        version.version,
        version.person,
        version.kind,
        version.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        version.by,
        version.change,
        version.sha256,
        version.removed,
    )
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def create(
    connection: Connection,
    person: str,
    kind: Kind,
    content: Content,
    stamp: Stamp,
) -> Version:
    """The first version of a new record. Raises ``UnknownError`` when there is no such person."""
    if not hold(connection, person):
        raise UnknownError("no such person")
    record = new_id()
    connection.execute(
        insert(records).values(id=record, person=person, kind=kind, newest=1, removed=False)
    )
    version = Version(
        record=record,
        version=1,
        person=person,
        kind=kind,
        at=stamp.at,
        by=stamp.by,
        change=stamp.change,
        body=content.body,
        sha256=_sha256(content.body),
    )
    _append(connection, version, content.packed, before="")
    return version


def change(
    connection: Connection,
    record: str,
    content: Content,
    stamp: Stamp,
    basis: Basis,
) -> Version:
    """The next version of a record. Raises ``UnknownError`` and ``ConflictError``."""
    head = _head(connection, record)
    if head is None or (basis.person, basis.kind) != (head.person, head.kind):
        raise UnknownError("no such record")
    if not head.removed and head.newest != basis.version:
        raise ConflictError(f"the record has version {head.newest} by now, not {basis.version}")
    return _next(connection, head, content, stamp, removed=False)


def remove(connection: Connection, record: str, stamp: Stamp, expect: int) -> Version:
    """End a record with an empty version. Raises ``UnknownError`` and ``ConflictError``."""
    head = _head(connection, record)
    if head is None:
        raise UnknownError("no such record")
    if expect and not head.removed and head.newest != expect:
        raise ConflictError(f"the record has version {head.newest} by now, not {expect}")
    return _next(connection, head, Content.of(b""), stamp, removed=True)


def owner(connection: Connection, record: str) -> str:
    """Whose record it is, also if it was removed; "" for none."""
    whose = select(records.c.person).where(records.c.id == record)
    return connection.execute(whose).scalar_one_or_none() or ""


def get(connection: Connection, record: str, number: int) -> Version:
    """One version, the newest for 0. Raises ``UnknownError``."""
    query = select(versions).where(versions.c.record == record)
    if number:
        query = query.where(versions.c.version == number)
    row = connection.execute(query.order_by(versions.c.version.desc()).limit(1)).one_or_none()
    if row is None:
        raise UnknownError("no such record or version")
    return read(row)


def history(connection: Connection, record: str) -> tuple[Version, ...]:
    """Every version, the first first. Raises ``UnknownError``."""
    query = select(versions).where(versions.c.record == record).order_by(versions.c.version)
    found = tuple(read(row) for row in connection.execute(query))
    if not found:
        raise UnknownError("no such record")
    return found


def newest(
    connection: Connection, persons: Sequence[str], kinds: Sequence[Kind]
) -> dict[str, tuple[Version, ...]]:
    """By person, the newest version of each record that is not removed, oldest first."""
    query = (
        select(versions)
        .join(
            records,
            (records.c.id == versions.c.record) & (records.c.newest == versions.c.version),
        )
        .where(records.c.person.in_(persons), records.c.removed.is_(False))
        .order_by(versions.c.at, versions.c.seq)
    )
    if kinds:
        query = query.where(records.c.kind.in_(kinds))
    found: dict[str, list[Version]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.person].append(read(row))
    return {person: tuple(found[person]) for person in persons}


def read(row: Row[tuple[object, ...]]) -> Version:
    """A row as a version."""
    return Version(
        record=row.record,
        version=row.version,
        person=row.person,
        kind=Kind(row.kind),
        at=row.at,
        by=row.by,
        change=row.change,
        body=zlib.decompress(row.body),
        sha256=row.sha256,
        removed=row.removed,
    )


def _head(connection: Connection, record: str) -> Row[tuple[object, ...]] | None:
    whose = select(records.c.person).where(records.c.id == record)
    if not hold(connection, connection.execute(whose).scalar_one_or_none() or ""):
        return None
    # The lock makes whoever changes the same record wait and then see this change (PostgreSQL).
    query = select(records).where(records.c.id == record).with_for_update()
    return connection.execute(query).one_or_none()


def _next(
    connection: Connection,
    head: Row[tuple[object, ...]],
    content: Content,
    stamp: Stamp,
    *,
    removed: bool,
) -> Version:
    if head.removed:
        raise ConflictError("the record was removed")
    before = connection.execute(
        select(versions.c.seal).where(
            versions.c.record == head.id, versions.c.version == head.newest
        )
    ).scalar_one()
    version = Version(
        record=head.id,
        version=head.newest + 1,
        person=head.person,
        kind=Kind(head.kind),
        at=stamp.at,
        by=stamp.by,
        change=stamp.change,
        body=content.body,
        sha256=_sha256(content.body),
        removed=removed,
    )
    connection.execute(
        update(records)
        .where(records.c.id == head.id)
        .values(newest=version.version, removed=removed)
    )
    _append(connection, version, content.packed, before=before)
    return version


def _append(connection: Connection, version: Version, packed: bytes, *, before: str) -> None:
    connection.execute(
        insert(versions).values(
            record=version.record,
            version=version.version,
            person=version.person,
            kind=version.kind,
            at=version.at,
            by=version.by,
            change=version.change,
            body=packed,
            sha256=version.sha256,
            seal=seal(before, version),
            removed=version.removed,
        )
    )


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
