"""Pages: the case form, the report, and the knowledge base to browse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.web.pages import browse, cases, home, result, styles, suggest

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add this room to the application."""
    for page in (styles, home, cases, result, suggest):
        app.router.routes.extend(page.router.routes)
    browse.install(app, settings)
