"""Pages: the case form, the report, and the knowledge base to browse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.web.pages import styles

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add this room to the application."""
    app.router.routes.extend(styles.router.routes)
