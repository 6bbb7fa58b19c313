"""What every request passes before a route sees it, and every answer before it leaves.

In this order: the address it was sent to, its size, who calls, how often, whether a change was
meant; then the route; then the audit entry and the headers. Nothing leaves unaudited: if the
entry cannot be written, the answer is an error.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from speciosa.web.access import NOBODY, Access
from speciosa.web.security import answers, csrf
from speciosa.web.security.audit import entry_of
from speciosa.web.security.body import GoneError, TooLargeError, read_body, replay
from speciosa.web.security.failures import describe
from speciosa.web.security.headers import add_headers
from speciosa.web.security.places import Place, place_of
from speciosa.web.security.rates import Rates
from speciosa.web.security.recognition import Caller, Recogniser

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from speciosa.web.services import Services
    from speciosa.web.settings import Settings

# Probes come by address, not by name; these hold nothing of a person.
_ANY_HOST = frozenset({"/health", "/ready", "/metrics"})


class Gate:
    """The middleware; there is one, so that the order is read in one place."""

    def __init__(self, app: ASGIApp, *, application: FastAPI, settings: Settings) -> None:
        self._app = app
        self._application = application
        self._settings = settings
        self._rates = Rates(settings.rates)
        self._recogniser = Recogniser(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        state = scope.setdefault("state", {})
        state.setdefault("reference", secrets.token_hex(5))
        state["principal"] = NOBODY
        state["csrf_token"] = ""
        request = HTTPConnection(scope)
        place = place_of(self._application.routes, dict(scope))
        state["place"] = place
        out = _Out(request, send, place, self._use)
        try:
            refusal, receive = await self._refusal(request, receive, place)
            if refusal is None:
                await self._app(scope, receive, out)
            else:
                await refusal(scope, receive, out)
        except GoneError:
            return
        except Exception as error:  # the last line of defence for person-level data
            structlog.get_logger("speciosa.web").error(
                "failure", reference=state["reference"], route=place.template, **describe(error)
            )
            if not out.started:
                out.is_failure = True
                await answers.failure(request)(scope, receive, out)

    @property
    def _use(self) -> Services:
        found: Services = self._application.state.services
        return found

    async def _refusal(
        self, request: HTTPConnection, receive: Receive, place: Place
    ) -> tuple[Response | None, Receive]:
        if not _is_plain(request):
            return answers.answer(request, 400), receive
        if place.template not in _ANY_HOST and not _known_host(request, self._settings):
            return answers.answer(request, 421), receive
        method = request.scope["method"]
        if method not in csrf.SAFE_METHODS:
            try:
                body = await read_body(request, receive, self._settings.max_body_bytes)
            except TooLargeError:
                return answers.answer(request, 413, headers={"Connection": "close"}), receive
            receive = replay(body, receive)
        else:
            body = b""
        caller = Caller()
        if not place.is_static and place.access not in {Access.CDS, Access.LINK}:
            caller = await run_in_threadpool(self._recogniser.caller, request, self._use)
        request.state.principal = caller.principal
        request.state.csrf_token = caller.csrf_token
        wait = self._rates.wait_seconds(place, caller.principal, address_of(request))
        if wait:
            return answers.answer(request, 429, headers={"Retry-After": str(wait)}), receive
        if method not in csrf.SAFE_METHODS and not await self._meant(request, place, caller, body):
            return (
                answers.answer(
                    request,
                    403,
                    detail="This change did not come from a page of this session. "
                    "Open the page again, then repeat it.",
                ),
                receive,
            )
        return None, receive

    async def _meant(
        self, request: HTTPConnection, place: Place, caller: Caller, body: bytes
    ) -> bool:
        if caller.by_bearer or place.template.startswith("/cds-services"):
            return True
        if csrf.from_elsewhere(request, self._settings):
            return False
        if not caller.by_session or not place.needs_principal:
            return True
        try:
            return await csrf.has_token(request, replay(body, _nothing_more), caller.csrf_token)
        except (HTTPException, ValueError):
            return False


class _Out:
    """Sends an answer: audited first, with the headers on it."""

    def __init__(self, request: HTTPConnection, send: Send, place: Place, use: Services) -> None:
        self._request, self._send, self._place, self._use = request, send, place, use
        self.started = False
        self.is_failure = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self._place.is_audited:
                await self._audit(int(message["status"]))
            add_headers(MutableHeaders(scope=message), self._place, self._use.settings)
            self.started = True
        await self._send(message)

    async def _audit(self, status: int) -> None:
        entry = entry_of(self._request, self._place, status, self._use.now())
        try:
            await run_in_threadpool(self._use.store.audit, entry)
        except Exception:
            if not self.is_failure:  # an error page may say so even if the store is gone
                raise


def address_of(request: HTTPConnection) -> str:
    """The caller's address, as the server (or a trusted proxy) gives it."""
    return request.client.host if request.client else ""


def _known_host(request: HTTPConnection, settings: Settings) -> bool:
    host = request.headers.get("host", "").lower()
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name.strip("[]") in settings.hosts


def _is_plain(request: HTTPConnection) -> bool:
    """Whether method and query are of the characters that HTTP allows; libraries stumble else."""
    method, query = request.scope["method"], request.scope["query_string"]
    return query.isascii() and re.fullmatch(r"[A-Z]{1,20}", method) is not None


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}
