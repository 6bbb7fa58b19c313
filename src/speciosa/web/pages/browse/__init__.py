"""The knowledge base to look around in: law, medicines, evidence, sources and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.web.pages.browse import evidence, law, medicines, sources

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add these pages to the application."""
    for part in (law, medicines, evidence, sources):
        app.router.routes.extend(part.router.routes)
