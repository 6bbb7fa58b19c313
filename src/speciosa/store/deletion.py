"""Deleting a person for good: every row that is about them or names them, then the old pages."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import Connection, Table, and_, delete, func, insert, select

from speciosa.store.database import BUSY_SECONDS, Database
from speciosa.store.records import Deletion, StoreError, UnknownError
from speciosa.store.tables import (
    answers,
    audit,
    cards,
    deletions,
    externals,
    feedback,
    labels,
    links,
    people,
    records,
    versions,
)

BACKUPS = "backups and exports made earlier still hold the person: delete those too"
AUDIT = "the audit log keeps its entries, by opaque id alone"
FEEDBACK = (
    "what clinicians wrote into another system's feedback on cards, if it names the person in "
    "other words than their reference or an id: it goes when its time is over"
)
PAGES = "old pages of the database until `speciosa store scrub` has run"
SERVER_LOG = "the server's write-ahead log and archives until they are recycled"
WAIT_SECONDS = 5
_PAGE = 500
_SHORTEST_NAME = 4
_ABOUT_PEOPLE = (
    *(versions, records, people, labels, externals),
    *(links, answers, cards, feedback),
)


def delete_person(connection: Connection, person: str, by: str, at: dt.datetime) -> Deletion:
    """Take away every row of the person; an entry in the audit log tells that it happened."""
    locked = select(people.c.id).where(people.c.id == person).with_for_update()
    if connection.execute(locked).one_or_none() is None:
        raise UnknownError("no such person")
    ids = [
        person,
        *connection.execute(select(records.c.id).where(records.c.person == person)).scalars(),
    ]
    cards_of = select(cards.c.uuid).where(cards.c.person == person)
    on_cards = connection.execute(delete(feedback).where(feedback.c.card_uuid.in_(cards_of)))
    said = [*ids, *_names(connection, person)]
    counted = select(versions.c.kind, func.count()).where(versions.c.person == person)
    removed = dict(sorted(connection.execute(counted.group_by(versions.c.kind)).all()))
    counted = select(func.count()).select_from(labels).where(labels.c.person == person)
    removed["label"] = connection.execute(counted).scalar_one()
    for name, table in (("link", links), ("external id", externals)):
        if gone := connection.execute(delete(table).where(table.c.person == person)).rowcount:
            removed[name] = gone
    for name, table, needles, so_far in (
        ("answer", answers, ids, 0),
        ("card", cards, ids, 0),
        ("feedback", feedback, said, on_cards.rowcount),
    ):
        if gone := so_far + _delete_naming(connection, table, person, needles):
            removed[name] = gone
    # The row in "deletion" is what the database's own guards ask for before a version may go.
    told = msgspec.json.encode(removed).decode()
    connection.execute(insert(deletions).values(person=person, at=at, by=by, removed=told))
    for table in (versions, records, labels):
        connection.execute(delete(table).where(table.c.person == person))
    connection.execute(delete(people).where(people.c.id == person))
    connection.execute(
        insert(audit).values(
            at=at,
            by=by,
            action="delete person",
            outcome="done",
            person=person,
            record="",
            address="",
        )
    )
    return Deletion(person=person, at=at, by=by, removed=removed)


def scrub(database: Database) -> tuple[str, ...]:
    """Make the pages of what was deleted unreadable; what could not be reached, in words."""
    if database.in_memory:
        return ()
    if database.is_sqlite:
        return () if _rewrite(database) else (PAGES,)
    try:
        with database.alone() as connection:
            connection.exec_driver_sql(f"SET lock_timeout = '{WAIT_SECONDS}s'")
            try:
                for table in _ABOUT_PEOPLE:
                    connection.exec_driver_sql(f'VACUUM (FULL) "{table.name}"')
            finally:
                connection.exec_driver_sql("RESET lock_timeout")
    except StoreError:
        return (PAGES, SERVER_LOG)
    return (SERVER_LOG,)


def _rewrite(database: Database) -> bool:
    # "secure_delete" zeroes rows and pages that go, but not what SQLite leaves behind in a page
    # when it moves rows to another; only VACUUM, which writes every page anew, takes that too.
    # Then the write-ahead log still has the old pages; it can be emptied once no reader needs it.
    try:
        with database.alone() as connection, _with_patience(database, connection):
            connection.exec_driver_sql("VACUUM")
            return not connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    except StoreError:
        return False


@contextmanager
def _with_patience(database: Database, connection: Connection) -> Iterator[None]:
    # VACUUM needs as much room again: too much for memory, and a general temporary folder may
    # be on a disk with less protection than the database's own.
    before = os.environ.get("SQLITE_TMPDIR")
    os.environ["SQLITE_TMPDIR"] = str(database.path.parent.resolve()) if database.path else ""
    connection.exec_driver_sql("PRAGMA temp_store = FILE")
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA temp_store = MEMORY")
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        if before is None:
            del os.environ["SQLITE_TMPDIR"]
        else:
            os.environ["SQLITE_TMPDIR"] = before


def _names(connection: Connection, person: str) -> list[str]:
    """References and ids of other systems, as a JSON text holds them; too short ones say nothing.

    Read before the rows go.
    """
    said = select(labels.c.label).where(labels.c.person == person)
    known = select(externals.c.value).where(externals.c.person == person)
    found = {*connection.execute(said).scalars(), *connection.execute(known).scalars()}
    return sorted(
        msgspec.json.encode(one)[1:-1].decode() for one in found if len(one) >= _SHORTEST_NAME
    )


def _delete_naming(connection: Connection, table: Table, person: str, ids: list[str]) -> int:
    keys = list(table.primary_key.columns)
    bodies = [column for column in table.columns if column.name in {"answer", "body"}]
    needles = [one.encode() for one in ids]
    naming = []
    stream = select(*keys, *bodies).execution_options(yield_per=_PAGE)
    for *key, body in connection.execute(stream):
        if any(needle in body for needle in needles):
            naming.append(key)
    gone = 0
    for key in naming:
        wanted = and_(*(column == value for column, value in zip(keys, key, strict=True)))
        gone += connection.execute(delete(table).where(wanted)).rowcount
    if "person" in table.columns:
        gone += connection.execute(delete(table).where(table.c.person == person)).rowcount
    return gone
