"""CDS Hooks 2.0: discovery, services, feedback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from speciosa.web.cds.routes import kept, router
from speciosa.web.cds.warm import warm

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add this room to the application; where it is in use, warm it before the first call."""
    app.state.cds = kept(app.state.services)
    app.router.routes.extend(router.routes)
    if not (settings.cds.clients or settings.cds.open_demo):
        return
    whole = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[Any]:
        async with whole(running) as state:
            knowledge = running.state.services.knowledge
            await run_in_threadpool(warm, knowledge, subjects=settings.cds.subjects)
            yield state

    app.router.lifespan_context = lifespan
