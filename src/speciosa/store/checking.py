"""Whether everything kept is whole: hashes, seals, numbers, guards, the database itself."""

from __future__ import annotations

import hashlib
import stat
import zlib
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Row, func, select, text

from speciosa.store import schema
from speciosa.store.database import Database
from speciosa.store.tables import deletions, labels, people, records, versions
from speciosa.store.versions import read, seal

_PAGE = 200
GUARDS = frozenset(
    f"{table}_{guard}"
    for table in ("version", "label", "audit", "deletion", "audit_pruning")
    for guard in ("is_final", "stays")
)


def problems(database: Database) -> Iterator[str]:
    """What is wrong, a sentence each with opaque ids alone; nothing when all is well."""
    yield from _file(database)
    yield from contents(database)


def contents(database: Database) -> Iterator[str]:
    """What is wrong inside the database. Raises ``SchemaError`` for another revision than ours."""
    schema.require(database)
    with database.read() as connection:
        found = [*_guards(connection), *_database(connection), *_people(connection)]
    yield from found
    yield from _records(database)


def _file(database: Database) -> Iterator[str]:
    if database.path is None:
        return
    name = database.path.name
    for path in (database.path.with_name(name + end) for end in ("", "-wal", "-shm")):
        if path.exists() and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            yield f"{path.name} can be read by others (mode {mode:03o}): chmod 600"


def _guards(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
            "AND c.relnamespace = current_schema()::regnamespace"
        )
    there = set(connection.execute(text(query)).scalars())
    for missing in sorted(GUARDS - there):
        yield f"the guard {missing} is missing or switched off"


def _database(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    # A few words about pages and indexes; never what a row holds.
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield f"SQLite: {said}"
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"a row of {row[0]} refers to a row of {row[2]} that is not there"


def _people(connection: Connection) -> Iterator[str]:
    back = select(people.c.id).join(deletions, deletions.c.person == people.c.id)
    for person in connection.execute(back).scalars():
        yield f"person {person} was deleted and is there again"
    current = (
        select(labels.c.person, func.max(labels.c.seq).label("seq"))
        .group_by(labels.c.person)
        .subquery()
    )
    told = (
        select(people.c.id)
        .outerjoin(current, current.c.person == people.c.id)
        .outerjoin(labels, labels.c.seq == current.c.seq)
        .where(labels.c.label.is_(None) | (labels.c.label != people.c.label))
    )
    for person in connection.execute(told).scalars():
        yield f"person {person} has a label that its history does not end with"


def _records(database: Database) -> Iterator[str]:
    after = ""
    while True:
        with database.read() as connection:
            query = select(records).where(records.c.id > after).order_by(records.c.id)
            page = connection.execute(query.limit(_PAGE)).all()
            for head in page:
                wanted = select(versions).where(versions.c.record == head.id)
                rows = connection.execute(wanted.order_by(versions.c.version)).all()
                if wrong := _record(head, rows):
                    yield f"record {head.id}: {wrong}"
        if len(page) < _PAGE:
            return
        after = page[-1].id


def _record(head: Row[tuple[object, ...]], rows: Sequence[Row[tuple[object, ...]]]) -> str:
    before = ""
    for number, row in enumerate(rows, start=1):
        if wrong := _version(head, row, number, before):
            return f"version {number} {wrong}"
        before = row.seal
    if not rows or (head.newest, head.removed) != (rows[-1].version, rows[-1].removed):
        return "its newest version is not the last one there"
    return ""


def _version(
    head: Row[tuple[object, ...]], row: Row[tuple[object, ...]], number: int, before: str
) -> str:
    if row.version != number:
        return "is missing"
    try:
        version = read(row)
    except (zlib.error, ValueError):
        return "cannot be read"
    if hashlib.sha256(version.body).hexdigest() != version.sha256:
        return "has another body than the one that was saved"
    if row.seal != seal(before, version):
        return "has a broken seal: it or the one before it was changed"
    if (version.person, version.kind) != (head.person, head.kind):
        return "belongs to another person or kind"
    return ""
