"""A route of the API: whatever goes wrong in it becomes a problem document."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from speciosa.web.api import problem

PREFIX = "/api/v1"


class ProblemRoute(APIRoute):
    """Answers the errors of its own operation; what is our fault goes on to the last handler."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The operation with its errors answered."""
        operation = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await operation(request)
            except Exception as error:
                made = problem.answer(error)
                if made is None:
                    raise
                return made

        return answered


def router() -> APIRouter:
    """An empty router under the path of this version."""
    return APIRouter(prefix=PREFIX, route_class=ProblemRoute, default_response_class=Response)
