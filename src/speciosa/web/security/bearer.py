"""Access tokens at the API (clinic mode): signed by the identity provider, meant for us."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from speciosa.web.access import NOBODY, Principal
from speciosa.web.security.claims import principal_from
from speciosa.web.settings import is_loopback

if TYPE_CHECKING:
    import datetime as dt

    from speciosa.web.settings import OidcSettings

_LEEWAY_SECONDS = 60
_KEYS_KEPT_SECONDS = 3600.0
_KEYS_ASKED_SECONDS = 60.0  # a stranger's key ids must not make us ask the provider each time
_LONGEST_TOKEN = 16_384


class Bearer:
    """Verifies access tokens with the keys of the one provider. Safe to share among threads."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._keys: KeySet | None = None
        self._asked_at = float("-inf")
        self._lock = threading.Lock()

    def principal_of(self, token: str, now: dt.datetime) -> Principal:
        """Whoever the token names, or nobody if anything about it is wrong."""
        if not self._settings.api_audience or len(token) > _LONGEST_TOKEN:
            return NOBODY
        try:
            claims = self._verified(token, now)
        except (JoseError, ValueError, KeyError, TypeError):
            return NOBODY
        except httpx.HTTPError as error:
            structlog.get_logger("speciosa.web").warning(
                "keys of the identity provider not read", error_type=type(error).__name__
            )
            return NOBODY
        return principal_from(claims, self._settings)

    def _verified(self, token: str, now: dt.datetime) -> dict[str, Any]:
        algorithms = list(self._settings.algorithms)
        try:
            decoded = jwt.decode(token, self._key_set(fresh=False), algorithms=algorithms)
        except (JoseError, ValueError):
            # The provider may have a new key; if there is none to be had, this raises again.
            decoded = jwt.decode(token, self._key_set(fresh=True), algorithms=algorithms)
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.api_audience},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(decoded.claims)
        if not isinstance(decoded.claims["sub"], str) or not decoded.claims["sub"]:
            raise ValueError("no subject")
        return dict(decoded.claims)

    def _key_set(self, *, fresh: bool) -> KeySet:
        with self._lock:
            age = time.monotonic() - self._asked_at
            if age > (_KEYS_ASKED_SECONDS if fresh or self._keys is None else _KEYS_KEPT_SECONDS):
                self._asked_at = time.monotonic()
                self._keys = _fetch(self._settings.issuer)
            if self._keys is None:
                raise ValueError("no keys")
            return self._keys


def _fetch(issuer: str) -> KeySet:
    with httpx.Client(timeout=5.0, follow_redirects=False) as client:
        described = client.get(issuer.rstrip("/") + "/.well-known/openid-configuration")
        document = described.raise_for_status().json()
        if document["issuer"] != issuer:
            raise ValueError("the provider names another issuer")
        address = httpx.URL(document["jwks_uri"])
        if address.scheme != "https" and not is_loopback(address.host):
            raise ValueError("keys are read over https only")
        return KeySet.import_key_set(client.get(address).raise_for_status().json())
