"""Health, readiness, metrics, structured logs, shutdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.web.operations.metrics import Metrics
from speciosa.web.operations.routes import build_router
from speciosa.web.operations.watch import Watch

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add this room to the application."""
    figures = Metrics()
    app.add_middleware(Watch, metrics=figures)
    app.router.routes.extend(build_router(settings, figures).routes)
