"""The HTTP API under /api/v1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.web.api import assessing, exchange, kept, knowledge, openapi, people, records

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings

_ROOMS = (
    assessing.routes,
    knowledge.routes,
    people.routes,
    records.routes,
    kept.routes,
    exchange.routes,
)


def install(app: FastAPI, settings: Settings) -> None:
    """Add this room to the application."""
    for room in (*_ROOMS, openapi.install(_ROOMS)):
        app.router.routes.extend(room.routes)
