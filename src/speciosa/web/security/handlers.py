"""Errors that routes raise, turned into answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from speciosa.errors import InputError, InputProblem
from speciosa.store.records import ConflictError, NotStorableError, UnknownError
from speciosa.web.access import NotAllowedError, SignInNeededError
from speciosa.web.security.answers import answer, to_sign_in

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response


def install_handlers(app: FastAPI) -> None:
    """Register them. What is not here is a failure of ours, and the gate's business."""
    known: dict[type[Exception], Any] = {
        HTTPException: _http,
        RequestValidationError: _invalid,
        InputError: _input,
        UnknownError: lambda request, _: answer(request, 404),
        ConflictError: lambda request, _: answer(request, 409),
        NotStorableError: lambda request, _: answer(request, 422),
        # A text nested deeper than any case; what is read of it stays as it was.
        RecursionError: lambda request, _: answer(request, 422),
        SignInNeededError: lambda request, _: to_sign_in(request),
        NotAllowedError: lambda request, _: answer(request, 403),
    }
    for kind, handler in known.items():
        app.add_exception_handler(kind, handler)


def _http(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if 300 <= error.status_code < 400:
        headers.setdefault("Location", "/")
    return answer(request, error.status_code, headers=headers)


def _invalid(request: Request, error: RequestValidationError) -> Response:
    """Names and kinds of the fields; never what they held."""
    problems = tuple(
        InputProblem(
            ".".join(str(part) for part in one["loc"]), "a value that cannot be used", one["type"]
        )
        for one in error.errors()
    )
    return answer(request, 422, problems=problems)


def _input(request: Request, error: InputError) -> Response:
    return answer(request, 422, problems=error.problems)
