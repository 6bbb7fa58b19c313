"""What every request passes before a route sees it, and every answer before it leaves.

In this order: the address it was sent to, who calls, how often, its size, whether a change was
meant; then the route; then the audit entry and the headers. Nothing leaves unaudited: if the
entry cannot be written, the answer is an error.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from speciosa.store.records import AuditEntry, StoreError
from speciosa.web.access import NOBODY, Access
from speciosa.web.security import answers, csrf
from speciosa.web.security.audit import entry_of, is_known
from speciosa.web.security.body import (
    BusyError,
    GoneError,
    Strangers,
    TooLargeError,
    read_body,
    replay,
)
from speciosa.web.security.failures import describe
from speciosa.web.security.headers import add_headers
from speciosa.web.security.places import Place, place_of
from speciosa.web.security.rates import Rates
from speciosa.web.security.recognition import Caller, Recogniser
from speciosa.web.security.refusals import Refusals
from speciosa.web.security.turns import Turns
from speciosa.web.security.upkeep import Upkeep

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from speciosa.store import Store
    from speciosa.web.services import Services
    from speciosa.web.settings import Settings

Audit = Callable[[HTTPConnection, Place, int], Awaitable[None]]
# Probes come by address, not by name; these hold nothing of a person.
_ANY_HOST = frozenset({"/health", "/ready", "/metrics"})
_STRANGERS_BODY_BYTES = 100_000  # a questionnaire's answers; systems by CDS have their own limit
_STRANGERS_BYTES = 64_000_000  # all of them together, in one worker


class _RefusedError(Exception):
    """A request goes no further; this is the answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Gate:
    """The middleware; there is one, so that the order is read in one place."""

    def __init__(self, app: ASGIApp, *, application: FastAPI, settings: Settings) -> None:
        self._app = app
        self._application = application
        self._settings = settings
        self._rates = Rates(settings.rates)
        self._recogniser = Recogniser(settings)
        self._refusals = Refusals()
        self._turns = Turns()
        self._upkeep = Upkeep()
        self._strangers = Strangers(_STRANGERS_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, self._until_shutdown(receive), send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        state = scope.setdefault("state", {})
        state.setdefault("reference", secrets.token_hex(5))
        state["principal"] = NOBODY
        state["csrf_token"] = ""
        state["bytes_held"] = 0
        request = HTTPConnection(scope)
        place = place_of(self._application.routes, dict(scope))
        state["place"] = place
        out = _Out(request, send, place, self._use, self._audit)
        try:
            try:
                receive = await self._admit(request, receive, place)
            except _RefusedError as refused:
                await refused.response(scope, receive, out)
            else:
                async with self._turns.of(state["principal"].id):
                    await self._app(scope, receive, out)
        except GoneError:
            return
        except Exception as error:  # the last line of defence for person-level data
            _log(error, reference=state["reference"], route=place.template)
            if not out.started:
                out.is_failure = True
                # A store that is busy or full is mended elsewhere, and the same call works then.
                status = 503 if isinstance(error, StoreError) else 500
                await answers.failure(request, status)(scope, receive, out)
        finally:
            self._strangers.release(state["bytes_held"])
        if self._upkeep.is_due(self._use.now()):
            await self._quietly(self._upkeep.sweep, self._use)

    def _until_shutdown(self, receive: Receive) -> Receive:
        async def counted() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._quietly(self._use.store.audit_all, self._refusals.take())
            return message

        return counted

    async def _quietly(self, work: Callable[[Any], object], on: object) -> None:
        """What must not spoil an answer that was given; a failure is in the log."""
        try:
            await self._turns.run(work, on)
        except StoreError as error:
            _log(error)

    async def _audit(self, request: HTTPConnection, place: Place, status: int) -> None:
        """Write who did what, or count it if it was refused and nobody knows who asked."""
        entry = entry_of(request, place, status, self._use.now())
        if Refusals.concerns(entry, known=is_known(request)):
            if over := self._refusals.count(entry):
                await self._quietly(self._use.store.audit_all, over)
            return
        await self._turns.run(_write, self._use.store, entry)

    @property
    def _use(self) -> Services:
        found: Services = self._application.state.services
        return found

    async def _admit(self, request: HTTPConnection, receive: Receive, place: Place) -> Receive:
        """Whence the route reads the body. Raises ``_RefusedError``."""
        if not _is_plain(request):
            raise _RefusedError(answers.answer(request, 400))
        if place.template not in _ANY_HOST and not _known_host(request, self._settings):
            raise _RefusedError(answers.answer(request, 421))
        caller = Caller()
        if place.needs_caller:
            caller = await self._turns.run(self._recogniser.caller, request, self._use)
        request.state.principal = caller.principal
        request.state.csrf_token = caller.csrf_token
        wait = self._rates.wait_seconds(
            place, caller.principal, address_of(request), request.scope["path"]
        )
        if wait:
            headers = {"Retry-After": str(wait)}
            raise _RefusedError(answers.answer(request, 429, headers=headers))
        if request.scope["method"] in csrf.SAFE_METHODS:
            return receive
        if place.needs_principal and not caller.principal.id:
            raise _RefusedError(answers.to_sign_in(request))  # before a stranger's body is read
        body = await self._body(request, receive, place)
        if not await self._meant(request, place, caller, body):
            told = (
                "This change did not come from a page of this session. "
                "Open the page again, then repeat it."
            )
            raise _RefusedError(answers.answer(request, 403, detail=told))
        return replay(body, receive)

    async def _body(self, request: HTTPConnection, receive: Receive, place: Place) -> bytes:
        """The body up to what its sender may send; what strangers hold is counted together."""

        def held(count: int) -> None:
            if not request.state.principal.id:
                self._strangers.hold(count)
                request.state.bytes_held += count

        most = self._settings.max_body_bytes
        if place.access is Access.CDS:
            most = min(most, self._settings.cds.max_body_bytes)
        elif not request.state.principal.id:
            most = min(most, _STRANGERS_BODY_BYTES)
        headers = {"Connection": "close"}
        try:
            return await read_body(request, receive, most, held)
        except TooLargeError:
            raise _RefusedError(answers.answer(request, 413, headers=headers)) from None
        except BusyError:
            headers |= {"Retry-After": "5"}
            raise _RefusedError(answers.answer(request, 503, headers=headers)) from None

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

    def __init__(
        self, request: HTTPConnection, send: Send, place: Place, use: Services, audit: Audit
    ) -> None:
        self._request, self._send, self._place, self._use = request, send, place, use
        self._write = audit
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
        try:
            await self._write(self._request, self._place, status)
        except Exception:
            if not self.is_failure:  # an error page may say so even if the store is gone
                raise


def _write(store: Store, entry: AuditEntry) -> None:
    """The entry; whose record it was, is looked up where the address names the record alone."""
    if entry.record.strip("?") and not entry.person:
        entry = msgspec.structs.replace(entry, person=store.owner(entry.record))
    store.audit(entry)


def _log(error: Exception, **where: str) -> None:
    structlog.get_logger("speciosa.web").error("failure", **where, **describe(error))


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
