"""What expires or counts once: sessions, links, single-use keys, remembered answers."""

from __future__ import annotations

import datetime as dt

import msgspec
from sqlalchemy import Connection, Row, Table, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from speciosa.store.people import hold
from speciosa.store.records import ConflictError, Link, UnknownError
from speciosa.store.tables import answers, cards, feedback, first_uses, links, sessions


def insert_once(connection: Connection, table: Table, **values: object) -> bool:
    """Insert a row unless its key is taken; whether it was inserted."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    done = connection.execute(
        make(table).values(**values).on_conflict_do_nothing(),
        execution_options={"preserve_rowcount": True},
    )
    return done.rowcount > 0


def put_session(connection: Connection, key_hash: str, data: bytes, expires: dt.datetime) -> None:
    """Keep a session, or change the one kept."""
    if not insert_once(connection, sessions, key_hash=key_hash, data=data, expires=expires):
        connection.execute(
            update(sessions)
            .where(sessions.c.key_hash == key_hash)
            .values(data=data, expires=expires)
        )


def renew_session(connection: Connection, key_hash: str, data: bytes, expires: dt.datetime) -> bool:
    """Change a session that is there; one that ended meanwhile does not come back."""
    changed = connection.execute(
        update(sessions).where(sessions.c.key_hash == key_hash).values(data=data, expires=expires)
    )
    return changed.rowcount > 0


def session(connection: Connection, key_hash: str, now: dt.datetime) -> bytes | None:
    """The session's data, unless it expired."""
    query = select(sessions.c.data).where(sessions.c.key_hash == key_hash, sessions.c.expires > now)
    found: bytes | None = connection.execute(query).scalar_one_or_none()
    return found


def drop_session(connection: Connection, key_hash: str) -> None:
    """End a session."""
    connection.execute(delete(sessions).where(sessions.c.key_hash == key_hash))


def make_link(connection: Connection, link: Link) -> None:
    """Keep a link. Raises ``UnknownError`` for the person, ``ConflictError`` for the token."""
    if not hold(connection, link.person):
        raise UnknownError("no such person")
    if not insert_once(connection, links, **msgspec.structs.asdict(link)):
        raise ConflictError("this link exists already")


def open_link(connection: Connection, token_hash: str, now: dt.datetime) -> Link | None:
    """The link, if it can still be used."""
    row = connection.execute(
        select(links).where(
            links.c.token_hash == token_hash,
            links.c.expires > now,
            links.c.used_at.is_(None),
            links.c.revoked.is_(False),
        )
    ).one_or_none()
    return None if row is None else _link(row)


def link(connection: Connection, token_hash: str) -> Link | None:
    """The link, whether or not it can still be used."""
    row = connection.execute(select(links).where(links.c.token_hash == token_hash)).one_or_none()
    return None if row is None else _link(row)


def spend_link(connection: Connection, token_hash: str, now: dt.datetime) -> str:
    """Use a link up; whose it is. Raises ``ConflictError`` when it was used before."""
    whose = select(links.c.person).where(links.c.token_hash == token_hash)
    person = connection.execute(whose).scalar_one_or_none()
    if person is None or not hold(connection, person):
        raise UnknownError("no such link")
    spent = connection.execute(
        update(links)
        .where(
            links.c.token_hash == token_hash,
            links.c.expires > now,
            links.c.used_at.is_(None),
            links.c.revoked.is_(False),
        )
        .values(used_at=now)
    )
    if spent.rowcount:
        return str(person)
    used = select(links.c.used_at).where(links.c.token_hash == token_hash)
    if connection.execute(used).scalar_one_or_none() is not None:
        raise ConflictError("this link was used before")
    raise UnknownError("this link has expired or was withdrawn")


def links_of(connection: Connection, person: str) -> tuple[Link, ...]:
    """A person's links, the newest first."""
    query = select(links).where(links.c.person == person)
    return tuple(
        _link(row)
        for row in connection.execute(query.order_by(links.c.at.desc(), links.c.token_hash))
    )


def revoke_link(connection: Connection, token_hash: str) -> None:
    """Withdraw a link. Raises ``UnknownError``."""
    changed = connection.execute(
        update(links).where(links.c.token_hash == token_hash).values(revoked=True)
    )
    if not changed.rowcount:
        raise UnknownError("no such link")


def remembered(connection: Connection, scope: str, key: str) -> bytes | None:
    """The answer kept under a key."""
    query = select(answers.c.answer).where(answers.c.scope == scope, answers.c.key == key)
    found: bytes | None = connection.execute(query).scalar_one_or_none()
    return found


def forget(connection: Connection, scope: str, key: str, answer: bytes) -> None:
    """Take back what is kept under a key, if it is this."""
    connection.execute(
        delete(answers).where(
            answers.c.scope == scope, answers.c.key == key, answers.c.answer == answer
        )
    )


def card(connection: Connection, uuid: str) -> bytes | None:
    """A card that was shown."""
    query = select(cards.c.body).where(cards.c.uuid == uuid)
    found: bytes | None = connection.execute(query).scalar_one_or_none()
    return found


def sweep(
    connection: Connection, now: dt.datetime, shown_before: dt.datetime | None, most: int
) -> int:
    """Forget up to ``most`` of each: sessions, single-use keys and answers whose time is over.

    Also cards and the feedback on them from before ``shown_before``. How many went.
    """
    old = [
        (sessions, sessions.c.expires <= now),
        (first_uses, first_uses.c.until <= now),
        (answers, answers.c.until <= now),
    ]
    if shown_before is not None:
        old += [(table, table.c.at < shown_before) for table in (feedback, cards)]
    gone = 0
    for table, over in old:
        key = tuple_(*table.primary_key.columns)
        some = select(*table.primary_key.columns).where(over).limit(most)
        gone += connection.execute(delete(table).where(key.in_(some))).rowcount
    return gone


def _link(row: Row[tuple[object, ...]]) -> Link:
    return Link(**row._mapping)
