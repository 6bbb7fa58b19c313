"""What a connection holds between requests: the leave to read, and the record as it was read."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.web.smart import vault
from speciosa.web.smart.launch import Connection
from speciosa.web.smart.problems import SmartError

if TYPE_CHECKING:
    from speciosa.fhir.read import Imported
    from speciosa.store import Store
    from speciosa.web.smart.fetch import Fetched

ENDED = "This connection to the record has ended. Launch Speciosa from the record again."
_ID = frozenset("0123456789abcdef")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was used."""

    resource: str
    field: str
    said: str
    note: str = ""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A record as read: the case document, the account of it, and what came of it here."""

    document: dict[str, Any]
    used: tuple[Line, ...]
    ignored: dict[str, int]
    questions: tuple[str, ...]
    unread: tuple[str, ...]
    problems: tuple[str, ...]
    at: dt.datetime
    draft: str = ""


def read_of(imported: Imported, fetched: Fetched, at: dt.datetime) -> Read:
    """The account of an import as it is kept and shown."""
    document = imported.case.model_dump(mode="json", exclude_defaults=True) if imported.case else {}
    return Read(
        document=document,
        used=tuple(
            Line(resource=u.resource, field=u.field, said=u.said, note=u.note)
            for u in imported.used
        ),
        ignored=imported.counts(),
        questions=imported.questions,
        unread=fetched.unread,
        problems=tuple(map(str, imported.problems)),
        at=at,
    )


def keep_connection(store: Store, connection: Connection, session: str) -> str:
    """Keep a new connection; gives its id, which opens nothing without the session."""
    handle = secrets.token_hex(16)
    body = msgspec.json.encode(connection)
    vault.seal(store, _connection(handle), session, body, expires=connection.expires)
    return handle


def connection_of(
    store: Store, handle: str, session: str, *, by: str, now: dt.datetime
) -> Connection:
    """The connection of this browser session. Raises ``SmartError`` when it has ended."""
    if len(handle) != 32 or not set(handle) <= _ID:
        raise SmartError(ENDED, 404)
    body = vault.unseal(store, _connection(handle), session, now)
    found = None if body is None else msgspec.json.decode(body, type=Connection)
    if found is None or found.by != by or found.expires <= now:
        raise SmartError(ENDED, 404)
    return found


def keep_read(store: Store, handle: str, session: str, read: Read, *, expires: dt.datetime) -> None:
    """Keep what was read until the connection ends."""
    vault.seal(store, _record(handle), session, msgspec.json.encode(read), expires=expires)


def kept_read(store: Store, handle: str, session: str, now: dt.datetime) -> Read | None:
    """What was read in this connection, or ``None``."""
    body = vault.unseal(store, _record(handle), session, now)
    return None if body is None else msgspec.json.decode(body, type=Read)


def end(store: Store, handle: str) -> None:
    """Forget the token and the record."""
    vault.drop(store, _connection(handle))
    vault.drop(store, _record(handle))


def _connection(handle: str) -> str:
    return f"connection:{handle}"


def _record(handle: str) -> str:
    return f"record:{handle}"
