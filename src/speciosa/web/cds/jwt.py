"""Who calls: the token of an EHR, verified by the six rules of CDS Hooks. Pure, but for the keys.

Every failure is one ``TokenError``: its reason is for the log, the caller only learns "401".
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import base64_to_int

from speciosa.web.registration.cds import CdsClient

LEEWAY = dt.timedelta(seconds=60)
LONGEST_LIFE = dt.timedelta(hours=1)
_LONGEST_TOKEN = 8_192
_LONGEST_ID = 512
_LEAST_RSA_BITS = 2048
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}

Keys = Callable[[CdsClient, str], Sequence[dict[str, Any]]]
"""The public keys of a client under a ``kid``, as JWKs; none when it has no such key."""


class TokenError(Exception):
    """The token is refused. ``reason``, ``iss``, ``tenant`` and ``jti`` are for the log alone."""

    def __init__(self, reason: str, *, iss: str = "", tenant: str = "", jti: str = "") -> None:
        super().__init__(reason)
        self.reason, self.iss, self.tenant, self.jti = reason, iss, tenant, jti


@dataclass(frozen=True)
class Verified:
    """A token that satisfies every rule except that of single use, which the store decides."""

    client: CdsClient
    tenant: str
    jti: str
    remember_until: dt.datetime


def bearer(header: str | None) -> str:
    """The token of an ``Authorization`` header. Raises ``TokenError``."""
    kind, _, token = (header or "").partition(" ")
    if kind.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
        raise TokenError("no bearer token")
    return token


def verify(
    token: str, *, audience: str, clients: Sequence[CdsClient], now: dt.datetime, keys: Keys
) -> Verified:
    """The caller behind ``token`` at the endpoint with the public URL ``audience``."""
    header, claims = _unpacked(token)
    said = {name: _text(claims.get(name)) for name in ("iss", "tenant", "jti")}
    try:
        client = _client(claims, header, clients)
        _check_audience(claims, audience)
        until = _check_times(claims, now)
        if not said["jti"] or len(said["jti"]) > _LONGEST_ID:
            raise TokenError("no jti")
        _check_signature(token, header, client, keys)
    except TokenError as error:
        raise TokenError(error.reason, **said) from None
    return Verified(
        client=client, tenant=said["tenant"], jti=said["jti"], remember_until=until + LEEWAY
    )


def _unpacked(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as written; nothing of them is believed yet."""
    try:
        parts = jws.extract_compact(token.encode("ascii"))
        claims = json.loads(parts.payload, parse_constant=_refuse_constant)
    except (JoseError, ValueError, RecursionError):
        raise TokenError("not a token") from None
    header = dict(parts.protected)
    if not isinstance(claims, dict):
        raise TokenError("not a token")
    if header.get("typ") != "JWT":
        raise TokenError("typ is not JWT")
    if "crit" in header or "b64" in header:
        raise TokenError("an extension that is not understood")
    return header, claims


def _client(
    claims: dict[str, Any], header: dict[str, Any], clients: Sequence[CdsClient]
) -> CdsClient:
    """Rules 1 and 2: a registered issuer and tenant, an algorithm of ours, no foreign ``jku``."""
    client = next((c for c in clients if c.iss == claims.get("iss")), None)
    if client is None:
        raise TokenError("iss is not registered")
    if "tenant" in claims and claims["tenant"] not in client.tenants:
        raise TokenError("tenant is not registered")
    if client.tenants and "tenant" not in claims:
        raise TokenError("no tenant")
    if "jku" in header and (not client.jku or header["jku"] != client.jku):
        raise TokenError("jku is not the registered one")
    if header.get("alg") not in client.algorithms:
        raise TokenError("alg is not accepted")
    return client


def _check_audience(claims: dict[str, Any], audience: str) -> None:
    """Rule 3: the token was made for this very endpoint."""
    said = claims.get("aud")
    named = said if isinstance(said, list) else [said]
    if audience not in named:
        raise TokenError("aud is another endpoint")


def _check_times(claims: dict[str, Any], now: dt.datetime) -> dt.datetime:
    """Rule 4: made before now, not over, and not made to live longer than an hour."""
    issued, expires = _time(claims.get("iat")), _time(claims.get("exp"))
    if expires <= now - LEEWAY:
        raise TokenError("expired")
    if issued > now + LEEWAY:
        raise TokenError("iat lies in the future")
    if expires - issued > LONGEST_LIFE or expires <= issued:
        raise TokenError("lifetime is too long or upside down")
    if "nbf" in claims and _time(claims["nbf"]) > now + LEEWAY:
        raise TokenError("nbf lies in the future")
    return expires


def _time(value: object) -> dt.datetime:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenError("a time is missing or no number")
    try:
        return dt.datetime.fromtimestamp(value, dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise TokenError("a time is out of range") from None


def _check_signature(token: str, header: dict[str, Any], client: CdsClient, keys: Keys) -> None:
    """Rules 1 and 6: signed by the key of this client under this ``kid``, as that key signs."""
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= _LONGEST_ID:
        raise TokenError("no kid")
    held = keys(client, kid)
    if not held:
        raise TokenError("kid is unknown")
    if not any(_signed_by(key, token, header["alg"]) for key in held):
        raise TokenError("signature does not fit")


def _signed_by(written: dict[str, Any], token: str, algorithm: str) -> bool:
    """Whether a public key of that kind made the signature with the algorithm that fits it."""
    if written.get("use", "sig") != "sig" or written.get("alg", algorithm) != algorithm:
        return False
    try:
        key: ECKey | RSAKey
        if written.get("kty") == "EC" and _CURVES.get(str(written.get("crv"))) == algorithm:
            key = ECKey.import_key({name: written[name] for name in ("kty", "crv", "x", "y")})
        elif written.get("kty") == "RSA" and algorithm.startswith("RS"):
            if base64_to_int(written["n"]).bit_length() < _LEAST_RSA_BITS:
                return False
            key = RSAKey.import_key({name: written[name] for name in ("kty", "n", "e")})
        else:
            return False
        jws.deserialize_compact(token, key, algorithms=[algorithm])
    except (JoseError, ValueError, KeyError, TypeError):
        return False
    return True


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
