"""Calls from a browser: answered for registered origins only, errors included."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from speciosa.web.cds.jwt import TokenError
from speciosa.web.cds.problems import CdsError
from speciosa.web.security.answers import answer
from speciosa.web.services import services

if TYPE_CHECKING:
    from collections.abc import Mapping

_METHODS = "GET, POST, OPTIONS"
_HEADERS = "Authorization, Content-Type"
_A_DAY_S = "86400"


class CdsRoute(APIRoute):
    """Answers the refusals of its own operation, and lets registered browser clients read all."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The operation with its refusals answered."""
        operation = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                response = await operation(request)
            except TokenError:
                response = answer(
                    request,
                    401,
                    detail="The call is not authenticated.",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            except CdsError as error:
                response = answer(
                    request, error.status, detail=error.detail, problems=error.problems
                )
            response.headers.update(allowed(request))
            return response

        return answered


def allowed(request: Request) -> Mapping[str, str]:
    """Headers that let a browser of a registered origin read the answer."""
    origin = request.headers.get("origin", "")
    if origin not in services(request).settings.cds.all_origins:
        return {"Vary": "Origin"}
    return {"Vary": "Origin", "Access-Control-Allow-Origin": origin}


def preflight(request: Request) -> Response:
    """What a browser asks before it calls."""
    granted = allowed(request)
    if "Access-Control-Allow-Origin" not in granted:
        return Response(status_code=204)
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _HEADERS,
            "Access-Control-Max-Age": _A_DAY_S,
        },
    )
