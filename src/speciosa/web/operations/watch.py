"""The outermost layer: a reference for each request, one line in the log, one count."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from speciosa.web.operations.metrics import Metrics

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CLIENT_LEFT = 499


class Watch:
    """The middleware. It knows routes by their template only; paths and queries hold ids."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time a request and say how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["reference"] = secrets.token_hex(5)
        status = _CLIENT_LEFT

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        began = time.perf_counter()
        self._metrics.in_progress.inc()
        try:
            await self._app(scope, receive, watched)
        finally:
            self._metrics.in_progress.dec()
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            route = getattr(state.get("place"), "template", "") or "none"
            self._metrics.answered(method, route, status, seconds)
            structlog.get_logger("speciosa.web").info(
                "request",
                reference=state["reference"],
                method=method,
                route=route,
                status=status,
                seconds=round(seconds, 4),
            )
