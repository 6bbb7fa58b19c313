"""Sign-in, sessions, roles, headers, CSRF, rate limits, audit of every access."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from speciosa.web.security.gate import Gate
from speciosa.web.security.handlers import install_handlers
from speciosa.web.security.log_page import router as log_page
from speciosa.web.security.routes import build_router

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add this room to the application."""
    # It warns with bytes of bodies that it cannot read.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    app.add_middleware(Gate, application=app, settings=settings)
    install_handlers(app)
    app.router.routes.extend([*build_router(settings).routes, *log_page.routes])
