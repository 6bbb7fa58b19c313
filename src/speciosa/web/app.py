"""The application: services, guards, then every room's routes; refused if a route is unguarded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from speciosa.knowledge import load
from speciosa.store import Store
from speciosa.web import api, cds, followup, operations, pages, security, smart
from speciosa.web.access import check_routes
from speciosa.web.services import Clock, Services, wall_clock
from speciosa.web.settings import Settings


def create_app(settings: Settings, *, now: Clock = wall_clock) -> FastAPI:
    """Build the service. The store is opened at once, so that a wrong setting stops the start."""
    store = Store.open(settings.database_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            store.close()

    app = FastAPI(
        title="Speciosa", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan
    )
    app.state.services = Services(settings=settings, store=store, knowledge=load(), now=now)
    for room in (security, operations, pages, followup, api, cds, smart):
        room.install(app, settings)
    app.mount(
        "/static", StaticFiles(directory=str(files("speciosa.web") / "static")), name="static"
    )
    check_routes(app)
    return app
