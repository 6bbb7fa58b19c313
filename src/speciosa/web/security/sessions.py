"""Sessions on the server's side: the cookie holds a random key, the store only the key's hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import TYPE_CHECKING

import msgspec

from speciosa.web.access import Principal, Role

if TYPE_CHECKING:
    from speciosa.store import Store
    from speciosa.web.settings import Settings


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed in and when, and the token that forms of this session carry."""

    id: str
    name: str
    roles: frozenset[Role]
    csrf: str
    started_at: dt.datetime
    seen_at: dt.datetime

    @property
    def principal(self) -> Principal:
        """Whoever signed in."""
        return Principal(id=self.id, name=self.name, roles=self.roles)


def start(
    store: Store, principal: Principal, *, now: dt.datetime, settings: Settings
) -> tuple[str, Session]:
    """Begin a session with a new key (never one that the browser brought). Returns key, session."""
    key = secrets.token_urlsafe(32)
    session = Session(
        id=principal.id,
        name=principal.name,
        roles=principal.roles,
        csrf=secrets.token_urlsafe(32),
        started_at=now,
        seen_at=now,
    )
    store.put_session(hashed(key), msgspec.json.encode(session), _end(session, settings))
    return key, session


def find(store: Store, key: str, *, now: dt.datetime, settings: Settings) -> Session | None:
    """The session of a key unless it ended; a request puts its idle end further off."""
    body = store.session(hashed(key), now)
    if body is None:
        return None
    try:
        session = msgspec.json.decode(body, type=Session)
    except msgspec.DecodeError:  # the key of something else: a sign-in under way
        return None
    if _end(session, settings) <= now:
        drop(store, key)
        return None
    idle = dt.timedelta(minutes=settings.session_idle_minutes)
    if now - session.seen_at > idle / 10:  # not a write for every request
        session = msgspec.structs.replace(session, seen_at=now)
        body = msgspec.json.encode(session)
        # Never a new row: this request may be overtaken by the sign-out.
        if not store.renew_session(hashed(key), body, _end(session, settings)):
            return None
    return session


def drop(store: Store, key: str) -> None:
    """End a session; unknown keys are nothing to do."""
    store.drop_session(hashed(key))


def hashed(key: str) -> str:
    """What the store knows of a key: whoever reads the database cannot enter with it."""
    return hashlib.sha256(b"session:" + key.encode("utf-8", "surrogatepass")).hexdigest()


def _end(session: Session, settings: Settings) -> dt.datetime:
    return min(
        session.seen_at + dt.timedelta(minutes=settings.session_idle_minutes),
        session.started_at + dt.timedelta(hours=settings.session_hours),
    )
