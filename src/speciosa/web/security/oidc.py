"""Sign-in at the clinic's identity provider: OpenID Connect, authorization code with PKCE.

Authlib makes state, nonce and code challenge and checks them when the browser comes back. What it
remembers meanwhile is kept in the store under the hash of a cookie, for one use.
"""

from __future__ import annotations

import datetime as dt
import secrets
import ssl
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
from authlib.deprecate import AuthlibDeprecationWarning  # type: ignore[import-untyped]
from starlette.concurrency import run_in_threadpool

from speciosa.errors import SpeciosaError
from speciosa.web.security.claims import principal_from
from speciosa.web.security.sessions import hashed
from speciosa.web.settings import secret

with warnings.catch_warnings():
    # It asks for the successor of httpx, which is not ours to choose.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.starlette_client import (  # type: ignore[import-untyped]
        OAuth,
        OAuthError,
    )

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.responses import Response

    from speciosa.store import Store
    from speciosa.web.access import Principal
    from speciosa.web.settings import OidcSettings

ATTEMPT_MINUTES = 10


class SignInError(SpeciosaError):
    """The provider's answer is not one to trust, or there is none."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in under way: what Authlib wants to see again, and where to go afterwards."""

    kept: dict[str, Any]
    next: str


class Provider:
    """The clinic's identity provider as one application sees it."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._client = OAuth().register(
            "clinic",
            client_id=settings.client_id,
            client_secret=secret(settings.client_secret_file) or None,
            server_metadata_url=settings.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={
                "scope": settings.scopes,
                "code_challenge_method": "S256",
                "timeout": 10,
                "verify": _authorities(),
                "token_endpoint_auth_method": "client_secret_basic"
                if settings.client_secret_file
                else "none",
            },
        )

    async def begin(
        self, request: Request, back_to: str, *, store: Store, now: dt.datetime, target: str
    ) -> tuple[str, Response]:
        """The key of the attempt's cookie, and the redirect to the provider."""
        try:
            await self._metadata()
            kept: dict[str, Any] = {}
            request.scope["session"] = kept
            response: Response = await self._client.authorize_redirect(request, back_to)
        except Exception as error:
            raise SignInError("the identity provider cannot be reached") from error
        key = secrets.token_urlsafe(32)
        await run_in_threadpool(
            store.put_session,
            _hashed(key),
            msgspec.json.encode(Attempt(kept=kept, next=target)),
            now + dt.timedelta(minutes=ATTEMPT_MINUTES),
        )
        return key, response

    async def finish(
        self, request: Request, key: str, *, store: Store, now: dt.datetime
    ) -> tuple[Principal, str]:
        """Who signed in, and where to go. Raises ``SignInError``; an attempt serves once."""
        body = await run_in_threadpool(store.session, _hashed(key), now) if key else None
        if body is None:
            raise SignInError("no sign-in is under way in this browser")
        await run_in_threadpool(store.drop_session, _hashed(key))
        attempt = msgspec.json.decode(body, type=Attempt)
        request.scope["session"] = dict(attempt.kept)
        expected = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
            "sub": {"essential": True},
        }
        try:
            await self._metadata()
            token = await self._client.authorize_access_token(request, claims_options=expected)
            claims = token["userinfo"]
        except OAuthError as error:
            raise SignInError("the identity provider refused") from error
        except Exception as error:
            raise SignInError("the identity provider's answer is not one to trust") from error
        return principal_from(claims, self._settings), attempt.next

    async def _metadata(self) -> None:
        metadata = await self._client.load_server_metadata()
        if metadata.get("issuer") != self._settings.issuer:
            raise SignInError("the identity provider names another issuer")
        # The provider's list is what it can do; ours is what we accept.
        metadata["id_token_signing_alg_values_supported"] = list(self._settings.algorithms)


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Certificate authorities, read once: reading them takes longer than the request."""
    return httpx.create_ssl_context()


def _hashed(key: str) -> str:
    return hashed("sign-in:" + key)
