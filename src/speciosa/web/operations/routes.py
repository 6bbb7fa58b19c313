"""Whether the service lives, whether it can work, and its figures."""

from __future__ import annotations

import hmac
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from speciosa.web.access import Access, NotAllowedError, Principal, SignInNeededError, allow
from speciosa.web.operations.metrics import Metrics
from speciosa.web.services import Use
from speciosa.web.settings import Settings, secret

Public = Annotated[Principal, Depends(allow(Access.PUBLIC))]


def build_router(settings: Settings, figures: Metrics) -> APIRouter:
    """The routes of one application."""
    router = APIRouter()
    token = secret(settings.metrics_token_file)

    @router.get("/health")
    async def health(_: Public) -> Response:
        """The process answers."""
        return JSONResponse({"status": "ok"})

    # Of its own: a service that computes for many is busy, not broken.
    thread = CapacityLimiter(1)

    @router.get("/ready")
    async def ready(use: Use, _: Public) -> Response:
        """The store answers and the knowledge is there; else 503."""
        try:
            await to_thread.run_sync(use.store.session, "ready", use.now(), limiter=thread)
        except Exception as error:
            raise HTTPException(503) from error
        return JSONResponse(
            {"status": "ready", "store": "ok", "knowledge": use.knowledge.release.number}
        )

    @router.get("/metrics")
    def metrics(request: Request, principal: Public) -> Response:
        """Figures, to an admin's session or the metrics token (which opens nothing else)."""
        given = request.headers.get("authorization", "")
        if given:
            right = f"Bearer {token}".encode()
            if not token or not hmac.compare_digest(given.encode(), right):
                raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        elif not principal.id:
            raise SignInNeededError("nobody is signed in")
        elif not principal.may(Access.ADMIN):
            raise NotAllowedError("this needs an admin")
        return Response(figures.text(), media_type=CONTENT_TYPE_LATEST)

    return router
