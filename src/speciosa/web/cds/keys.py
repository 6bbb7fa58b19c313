"""The public keys of each registered client: kept, and read again once when a key is unknown."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from speciosa.web.registration.cds import CdsClient

KEEP = dt.timedelta(hours=1)
# An unknown kid costs one request; a flood of them must not cost the client's key server a flood.
REST = dt.timedelta(seconds=30)
_TIMEOUT_S = 3.0
_LARGEST_BYTES = 256_000

Read = Callable[[str], bytes]


@dataclass
class _Held:
    keys: tuple[dict[str, Any], ...]
    read_at: dt.datetime
    tried_at: dt.datetime


@dataclass
class KeyCache:
    """JWK Sets by client. ``read`` fetches a registered URL, and never one that a token named."""

    now: Callable[[], dt.datetime]
    read: Read = field(default_factory=lambda: read_url)

    def __post_init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()
        self._of_client: dict[str, threading.Lock] = {}

    def __call__(self, client: CdsClient, kid: str) -> Sequence[dict[str, Any]]:
        """The keys of ``client`` under ``kid``; the set is read again once if there are none."""
        if client.jwks:
            return _named(_keys(client.jwks), kid)
        with self._lock:
            lock = self._of_client.setdefault(client.id, threading.Lock())
        with lock:
            now, held = self.now(), self._held.get(client.id)
            if held is None or now - held.read_at > KEEP:
                held = self._renewed(client, None, now)
            found = _named(held.keys, kid)
            if not found and now - held.tried_at > REST:
                found = _named(self._renewed(client, held, now).keys, kid)
            return found

    def _renewed(self, client: CdsClient, old: _Held | None, now: dt.datetime) -> _Held:
        """The set as it is published now; the old one while that cannot be read."""
        try:
            held = _Held(_keys(json.loads(self.read(client.jwks_url))), now, now)
        except (httpx.HTTPError, ValueError, RecursionError):
            held = _Held(old.keys if old else (), old.read_at if old else now - 2 * KEEP, now)
        self._held[client.id] = held
        return held


def read_url(url: str) -> bytes:
    """The body at ``url``: no redirect, a short time, a small size. Raises ``httpx.HTTPError``."""
    body = bytearray()
    with httpx.stream("GET", url, timeout=_TIMEOUT_S, follow_redirects=False) as answer:
        answer.raise_for_status()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > _LARGEST_BYTES:
                raise ValueError("a key set of unusual size")
    return bytes(body)


def _keys(document: object) -> tuple[dict[str, Any], ...]:
    held = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(held, list):
        raise ValueError("not a JWK Set")
    return tuple(key for key in held if isinstance(key, dict))


def _named(keys: Sequence[dict[str, Any]], kid: str) -> Sequence[dict[str, Any]]:
    return [key for key in keys if key.get("kid") == kid]
