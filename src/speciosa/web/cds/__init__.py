"""CDS Hooks 2.0: discovery, services, feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.web.cds.routes import kept, router

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add this room to the application."""
    app.state.cds = kept(app.state.services)
    app.router.routes.extend(router.routes)
