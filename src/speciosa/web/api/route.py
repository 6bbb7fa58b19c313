"""A route of the API: whatever goes wrong in it becomes a problem document."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from speciosa.case.shown import field_name
from speciosa.errors import InputError, InputProblem
from speciosa.web.api import problem

PREFIX = "/api/v1"
_LISTS = {"substance"}


class ProblemRoute(APIRoute):
    """Answers the errors of its own operation; what is our fault goes on to the last handler."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The operation with its errors answered."""
        operation = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                _check_once(request)
                return await operation(request)
            except Exception as error:
                made = problem.answer(error)
                if made is None:
                    raise
                return made

        return answered


def _check_once(request: Request) -> None:
    """A parameter that is given twice is an error, not the last one's turn."""
    names = [name for name, _ in request.query_params.multi_items()]
    twice = sorted({one for one in names if names.count(one) > 1} - _LISTS)
    if twice:
        given, accepted = "given more than once", "one value"
        raise InputError([InputProblem(field_name(one), given, accepted) for one in twice])


def router() -> APIRouter:
    """An empty router under the path of this version."""
    return APIRouter(prefix=PREFIX, route_class=ProblemRoute, default_response_class=Response)
