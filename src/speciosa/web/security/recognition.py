"""Who calls: a session's cookie, or a bearer token at the API. The only place that decides it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from speciosa.web.access import NOBODY, Principal, Role
from speciosa.web.security import sessions
from speciosa.web.security.bearer import Bearer
from speciosa.web.security.cookies import session_cookie
from speciosa.web.settings import Mode

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from speciosa.web.services import Services
    from speciosa.web.settings import Settings

LOCAL_USER = Principal(id="local", name="Local user", roles=frozenset(Role))


@dataclass(frozen=True)
class Caller:
    """Who calls, and by what; a session has the token that its forms must carry."""

    principal: Principal = NOBODY
    csrf_token: str = ""
    by_session: bool = False
    by_bearer: bool = False


class Recogniser:
    """Recognises the callers of one application."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bearer = Bearer(settings.oidc)

    def caller(self, request: HTTPConnection, use: Services) -> Caller:
        """Who calls. A bearer token that is wrong makes nobody, whatever the cookie says."""
        if request.scope["path"].startswith("/api/") and "authorization" in request.headers:
            return self._by_token(request.headers["authorization"], use)
        key = request.cookies.get(session_cookie(self._settings), "")
        session = (
            sessions.find(use.store, key, now=use.now(), settings=self._settings) if key else None
        )
        if session is None:
            return Caller()
        return Caller(session.principal, session.csrf, by_session=True)

    def _by_token(self, header: str, use: Services) -> Caller:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            return Caller()
        if self._settings.mode is Mode.SINGLE:
            principal = LOCAL_USER if is_start_token(token.strip(), self._settings) else NOBODY
        else:
            principal = self._bearer.principal_of(token.strip(), use.now())
        return Caller(principal, by_bearer=bool(principal.id))


def is_start_token(token: str, settings: Settings) -> bool:
    """Whether this is the start-up token, compared in constant time. No token set: never."""
    right = settings.start_token.get_secret_value()
    if settings.mode is not Mode.SINGLE or not right:
        return False
    given, known = (
        hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (token, right)
    )
    return hmac.compare_digest(given, known)
