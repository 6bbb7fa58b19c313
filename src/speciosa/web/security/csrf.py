"""Whether a change was meant: asked by our own page, with the token of the session."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from anyio import to_thread
from starlette.requests import Request

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.types import Receive

    from speciosa.web.settings import Settings

HEADER = "x-csrf-token"
FIELD = "csrf_token"
_QUICK_BYTES = 100_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def from_elsewhere(request: HTTPConnection, settings: Settings) -> bool:
    """Whether the browser says that another site's page sent this request.

    Old browsers say it by ``Origin`` alone. Programs send neither and pass; for sessions the
    token decides then.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None:
        return False
    ours = {_host(settings.base_url), request.headers.get("host", "").lower()}
    return _host(origin) not in ours


async def has_token(request: HTTPConnection, receive: Receive, right: str) -> bool:
    """Whether the header, or else a form's field, holds the session's token."""
    given = request.headers.get(HEADER)
    if given is None:
        given = await _field(request, receive)
    return bool(right) and hmac.compare_digest(given.encode(), right.encode())


async def _field(request: HTTPConnection, receive: Receive) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        body = await Request(request.scope, receive).body()
        if len(body) < _QUICK_BYTES:
            return _urlencoded(body)
        return await to_thread.run_sync(_urlencoded, body)  # others are answered meanwhile
    if kind == "multipart/form-data":
        async with Request(dict(request.scope), receive).form() as form:
            value = form.get(FIELD)
            return value if isinstance(value, str) else ""
    return ""


def _urlencoded(body: bytes) -> str:
    return parse_qs(body.decode("latin-1"), max_num_fields=10_000).get(FIELD, [""])[0]


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower() or "null"
