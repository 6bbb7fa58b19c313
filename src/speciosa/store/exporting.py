"""Everything as JSON lines: one object a line, its table in ``type``, bodies as text."""

from __future__ import annotations

import base64
import datetime as dt
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Table, select

from speciosa.store.database import Database
from speciosa.store.records import UnknownError
from speciosa.store.tables import (
    audit,
    cards,
    deletions,
    externals,
    feedback,
    labels,
    links,
    people,
    prunings,
    records,
    versions,
)

FORMAT = "speciosa-export-1"
LEFT_OUT = "sessions, single-use keys and remembered answers: they are credentials or copies"
_OF_A_PERSON = (people, labels, externals, records, versions, links, audit)
_OF_NOBODY = (deletions, prunings, cards, feedback)
_PAGE = 200


def lines(database: Database, person: str) -> Iterator[bytes]:
    """JSON lines of one person, or of everybody and everything.

    One person is read in one transaction and so is whole; a clinic goes on working meanwhile.
    """
    yield _line({"type": "export", "format": FORMAT, "left_out": LEFT_OUT})
    if person:
        yield from _person(database, person)
        return
    after = ""
    while True:
        with database.read() as connection:
            query = select(people.c.id).where(people.c.id > after).order_by(people.c.id)
            ids = connection.execute(query.limit(_PAGE)).scalars().all()
        for one in ids:
            try:
                yield from _person(database, one, audited=False)
            except UnknownError:
                continue  # deleted since the page was read
        if len(ids) < _PAGE:
            break
        after = ids[-1]
    yield from _paged(database, audit)
    for table in _OF_NOBODY:
        yield from _paged(database, table)


def audit_until(database: Database, until: dt.datetime) -> Iterator[bytes]:
    """The audit log's entries from before a moment, oldest first, as JSON lines."""
    after = 0
    while True:
        with database.read() as connection:
            query = select(audit).where(audit.c.at < until, audit.c.id > after)
            rows = connection.execute(query.order_by(audit.c.id).limit(_PAGE)).all()
        yield from (_line(_told(audit, row)) for row in rows)
        if len(rows) < _PAGE:
            return
        after = rows[-1].id


def _person(database: Database, person: str, *, audited: bool = True) -> Iterator[bytes]:
    with database.read() as connection:
        found = []
        for table in _OF_A_PERSON:
            if table is audit and not audited:
                continue
            column = table.c.id if table is people else table.c.person
            order = _order(table)
            query = select(table).where(column == person).order_by(*order)
            found += [_line(_told(table, row)) for row in connection.execute(query)]
            if table is people and not found:
                raise UnknownError("no such person")
    yield from found


def _paged(database: Database, table: Table) -> Iterator[bytes]:
    start = 0
    while True:
        with database.read() as connection:
            query = select(table).order_by(*_order(table)).offset(start).limit(_PAGE)
            rows = [_line(_told(table, row)) for row in connection.execute(query)]
        yield from rows
        if len(rows) < _PAGE:
            return
        start += _PAGE


def _order(table: Table) -> list[ColumnElement[Any]]:
    return [table.c.seq] if "seq" in table.columns else list(table.primary_key.columns)


def _told(table: Table, row: Row[tuple[object, ...]]) -> dict[str, object]:
    told: dict[str, object] = {"type": str(table.name)}
    for name, value in zip(map(str, table.columns.keys()), row, strict=True):
        if isinstance(value, bytes):
            body = zlib.decompress(value) if table is versions else value
            try:
                told[name] = body.decode()
            except UnicodeDecodeError:
                told[f"{name}_base64"] = base64.b64encode(body).decode()
        elif isinstance(value, dt.datetime):
            told[name] = value.isoformat(timespec="microseconds")
        else:
            told[name] = value
    return told


def _line(told: dict[str, object]) -> bytes:
    return msgspec.json.encode(told) + b"\n"
