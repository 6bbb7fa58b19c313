"""SMART App Launch: read the patient from an EHR, write back on the clinician's click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request

from speciosa.web import render
from speciosa.web.smart import routes, write_back
from speciosa.web.smart.problems import SmartError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.responses import Response

    from speciosa.web.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add this room to the application; ``app.state.smart_transport`` is for tests."""
    app.state.smart_transport = None
    app.router.routes.extend((*routes.router.routes, *write_back.router.routes))
    app.add_exception_handler(SmartError, _problem)


def _problem(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, SmartError) else 500
    return render.page(request, "smart/problem.html.jinja", status=status, said=str(error))
