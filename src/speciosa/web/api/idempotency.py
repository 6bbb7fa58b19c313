"""A write that is sent twice under one Idempotency-Key is done once.

Kept under the key is which record came of it, never what the record says; the answer is made from
the store again. Record and key are kept in one transaction, so a server that dies leaves both or
neither. A claim keeps a second request out while the first is being worked on. A request that
fails gives it back; else it lasts a minute, so that a server that died blocks nobody for long. Two
that are both slower than that save once: the second finds the first's answer and takes its own
record back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import msgspec
from fastapi import Header

from speciosa.store import StoreError
from speciosa.web.access import Principal
from speciosa.web.api.problem import ApiError
from speciosa.web.services import Services

KEPT = dt.timedelta(hours=24)
CLAIMED = dt.timedelta(minutes=1)
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,255}$",
        description="Any text of your own. The same key with the same body is done once.",
    ),
]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a write made: a record's version, or a person (``record`` is empty)."""

    person: str
    record: str = ""
    version: int = 0


class _Kept(Made, frozen=True, kw_only=True):
    body: str


class _Claim(msgspec.Struct, frozen=True, kw_only=True):
    token: str
    at: dt.datetime


class _Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """Where the claim of this request is kept, and as what."""

    scope: str
    raw: bytes


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One write: who does it where, under which key, with which body."""

    who: Principal
    route: str
    key: str | None
    raw: bytes

    @property
    def scope(self) -> str:
        """The same for the same principal and route."""
        return _hash(f"{self.who.id}\n{self.route}".encode())


def _nothing() -> bytes:
    return b""


def once(
    use: Services,
    write: Write,
    save: Callable[[bytes], Made],
    compute: Callable[[], bytes] = _nothing,
) -> Made:
    """Save what ``compute`` gives, or tell what was made before; only ``save`` may write.

    Raises 409 while it is being done, and 422 for a key that came with another body.
    """
    if write.key is None:
        return save(compute())
    key = _hash(write.key.encode())
    if kept := _kept(use, write, key):
        return kept
    claim = _claim(use, write.scope, key)
    try:
        if kept := _kept(use, write, key):  # done while we claimed
            return kept
        content = compute()
        with use.store.together():
            return _save_first(use, write, key, save, content)
    except _TooLateError:
        if kept := _kept(use, write, key):
            return kept
        raise _in_progress() from None  # and what it was about was deleted since
    except Exception:
        with suppress(StoreError):  # then it ends by itself
            use.store.forget(claim.scope, key, claim.raw)
        raise


class _TooLateError(Exception):
    """A twin of this request has saved; what this one saved must not stay."""


def _save_first(
    use: Services, write: Write, key: str, save: Callable[[bytes], Made], content: bytes
) -> Made:
    made = save(content)
    answer = msgspec.json.encode(
        _Kept(person=made.person, record=made.record, version=made.version, body=_hash(write.raw))
    )
    until = use.now() + KEPT
    if use.store.remember(write.scope, key, answer, until, person=made.person) != answer:
        raise _TooLateError
    return made


def _kept(use: Services, write: Write, key: str) -> Made | None:
    raw = use.store.remembered(write.scope, key)
    if raw is None:
        return None
    kept = msgspec.json.decode(raw, type=_Kept)
    if kept.body != _hash(write.raw):
        told = "This Idempotency-Key came before with another body. Use a new key."
        raise ApiError(422, "key-reused", told)
    return kept


def _claim(use: Services, scope: str, key: str) -> _Claimed:
    """Keep others out. A claim older than a minute is that of a request that never ended."""
    mine = _Claim(token=secrets.token_hex(16), at=use.now())
    raw = msgspec.json.encode(mine)
    generation = 0
    while True:
        generation += 1
        place = f"{scope}/claim/{generation}"
        kept = use.store.remember(place, key, raw, mine.at + KEPT)
        if kept == raw:
            return _Claimed(scope=place, raw=raw)
        claim = msgspec.json.decode(kept, type=_Claim)
        if mine.at - claim.at < CLAIMED:
            raise _in_progress()


def _in_progress() -> ApiError:
    told = "A request with this Idempotency-Key is being worked on. Try again in a minute."
    return ApiError(409, "in-progress", told, headers={"Retry-After": "60"})


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
