"""Tokens and imported records between two requests: encrypted, expiring, bound to a session.

The store holds ciphertext. The key is derived from the session's cookie, which the server does
not keep, and from the name of the entry: a copy of the database opens nothing, and an entry opens
in the browser session that made it and in no other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import TYPE_CHECKING

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

if TYPE_CHECKING:
    from speciosa.store import Store

_HEADER = {"alg": "dir", "enc": "A256GCM"}


def seal(store: Store, name: str, session: str, content: bytes, *, expires: dt.datetime) -> None:
    """Keep content under a name for the browser session with that cookie."""
    sealed = jwe.encrypt_compact({**_HEADER}, content, _key(name, session))
    store.put_session(_place(name), sealed.encode(), expires)


def unseal(store: Store, name: str, session: str, now: dt.datetime) -> bytes | None:
    """What was kept; ``None`` when it is unknown, expired, or of another session."""
    sealed = store.session(_place(name), now)
    if sealed is None or not session:
        return None
    try:
        return jwe.decrypt_compact(sealed, _key(name, session)).plaintext
    except (JoseError, ValueError):
        return None


def drop(store: Store, name: str) -> None:
    """Forget it."""
    store.drop_session(_place(name))


def _place(name: str) -> str:
    return hashlib.sha256(b"smart-place:" + name.encode()).hexdigest()


def _key(name: str, session: str) -> OctKey:
    digest = hmac.new(session.encode(), b"smart-key:" + name.encode(), hashlib.sha256).digest()
    return OctKey.import_key(digest)
