"""People: an opaque id, the clinic's own reference, ids in other systems."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Row, exists, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from speciosa.store.records import ConflictError, External, Person, TakenError, UnknownError
from speciosa.store.tables import externals, labels, people

_LABELS = 7_203_519  # the number of the lock on references; any that nothing else uses


def new_id() -> str:
    """An opaque id: 128 random bits that tell nothing of whom or when."""
    return secrets.token_hex(16)


def add(
    connection: Connection, label: str, by: str, at: dt.datetime, external: Iterable[External]
) -> Person:
    """A new person."""
    person = Person(
        id=new_id(), label=label, created_at=at, created_by=by, external=tuple(external)
    )
    connection.execute(
        insert(people).values(
            id=person.id, label=label, folded=_fold(label), created_at=at, created_by=by
        )
    )
    connection.execute(insert(labels).values(person=person.id, label=label, at=at, by=by))
    for one in person.external:
        _add_external(connection, person.id, one, by, at)
    return get(connection, person.id)


def get(connection: Connection, person: str) -> Person:
    """The person. Raises ``UnknownError``."""
    row = connection.execute(select(people).where(people.c.id == person)).one_or_none()
    if row is None:
        raise UnknownError("no such person")
    return _persons(connection, [row])[0]


def hold(connection: Connection, person: str) -> bool:
    """Keep a person from being deleted until this transaction ends; whether they are there.

    Every change of something of a person does this first. A deletion locks the person first too,
    so the two wait for one another in one order and never in a circle (PostgreSQL).
    """
    found = select(people.c.id).where(people.c.id == person).with_for_update(read=True)
    return connection.execute(found).one_or_none() is not None


def page(connection: Connection, search: str, after: str, limit: int) -> tuple[Person, ...]:
    """People by reference, a page at a time; ``after`` is the id that ended the page before."""
    query = select(people).order_by(people.c.folded, people.c.id).limit(limit)
    if search.strip():
        query = query.where(
            or_(
                people.c.folded.contains(_fold(search), autoescape=True),
                exists().where(
                    externals.c.person == people.c.id, externals.c.value == search.strip()
                ),
            )
        )
    if after:
        last = connection.execute(
            select(people.c.folded, people.c.id).where(people.c.id == after)
        ).one_or_none()
        if last is None:
            raise UnknownError("no such person to go on after")
        query = query.where(tuple_(people.c.folded, people.c.id) > tuple_(*last))
    return _persons(connection, connection.execute(query).all())


def by_external(connection: Connection, system: str, value: str) -> Person | None:
    """Who has this id in that system."""
    found = connection.execute(
        select(externals.c.person).where(externals.c.system == system, externals.c.value == value)
    ).scalar_one_or_none()
    return None if found is None else get(connection, found)


def check_free(connection: Connection, label: str, person: str = "") -> None:
    """Raise ``TakenError`` where another person has this reference, whatever its case."""
    if connection.dialect.name == "postgresql":
        # Two that add the same reference at once wait for one another until this transaction ends.
        connection.execute(select(func.pg_advisory_xact_lock(_LABELS)))
    taken = select(people.c.id).where(people.c.folded == _fold(label), people.c.id != person)
    if connection.execute(taken.limit(1)).scalar_one_or_none() is not None:
        raise TakenError("somebody has this reference already")


def relabel(connection: Connection, person: str, label: str, by: str, at: dt.datetime) -> Person:
    """Another reference; the earlier ones stay in the history of labels."""
    changed = connection.execute(
        update(people).where(people.c.id == person).values(label=label, folded=_fold(label))
    )
    if not changed.rowcount:
        raise UnknownError("no such person")
    connection.execute(insert(labels).values(person=person, label=label, at=at, by=by))
    return get(connection, person)


def link_external(
    connection: Connection, person: str, external: External, by: str, at: dt.datetime
) -> Person:
    """Join an id of another system to the person; joining it again changes nothing."""
    found = get(connection, person)
    if external in found.external:
        return found
    _add_external(connection, person, external, by, at)
    return get(connection, person)


def _add_external(
    connection: Connection, person: str, external: External, by: str, at: dt.datetime
) -> None:
    try:
        connection.execute(
            insert(externals).values(
                system=external.system, value=external.value, person=person, at=at, by=by
            )
        )
    except IntegrityError:
        raise ConflictError("this id of another system belongs to a person already") from None


def _persons(connection: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> tuple[Person, ...]:
    ids = [row.id for row in rows]
    joined: dict[str, list[External]] = defaultdict(list)
    query = (
        select(externals.c.person, externals.c.system, externals.c.value)
        .where(externals.c.person.in_(ids))
        .order_by(externals.c.at, externals.c.system, externals.c.value)
    )
    for one in connection.execute(query) if ids else ():
        joined[one.person].append(External(system=one.system, value=one.value))
    return tuple(
        Person(
            id=row.id,
            label=row.label,
            created_at=row.created_at,
            created_by=row.created_by,
            external=tuple(joined[row.id]),
        )
        for row in rows
    )


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
