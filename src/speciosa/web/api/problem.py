"""Problems as RFC 9457 says them. They name fields and what is accepted, never a person's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.requests import ClientDisconnect

from speciosa.case.shown import field_path, shown
from speciosa.errors import InputError, InputProblem, SpeciosaError
from speciosa.store import ConflictError, NotStorableError, StoreError, UnknownError
from speciosa.web.access import NotAllowedError, SignInNeededError

MEDIA_TYPE = "application/problem+json"


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with an input: the field, what it held, what is accepted there."""

    field: str
    value: str
    accepted: str
    suggestion: str = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not done. ``problems`` lists every wrong field of an input."""

    type: str
    title: str
    status: int
    detail: str
    problems: tuple[FieldProblem, ...] = ()


class ApiError(SpeciosaError):
    """A refusal that no other error describes: its status, what it is called and why."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        problems: Sequence[InputProblem] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.problems = tuple(problems)


class NotFoundError(ApiError):
    """Nothing is kept, or known, under an id."""

    def __init__(self, what: str) -> None:
        super().__init__(404, "not-found", f"There is no {what} under this address.")


def answer(error: Exception) -> Response | None:
    """The answer to an error of a route, or ``None`` where the fault is ours."""
    made = _problem(error)
    if made is None:
        return None
    problem, headers = made
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def _problem(error: Exception) -> tuple[Problem, dict[str, str]] | None:  # noqa: PLR0911
    match error:
        case ApiError():
            return _made(error.status, error.kind, error.detail, error.problems), error.headers
        case SignInNeededError():
            told = "Sign in, or send a bearer token in the header Authorization."
            return _made(401, "sign-in-needed", told), {"WWW-Authenticate": "Bearer"}
        case NotAllowedError():
            return _made(403, "not-allowed", f"Your roles do not suffice: {error}."), {}
        case InputError():
            return invalid(error.problems), {}
        case RequestValidationError():
            return invalid([_of_validation(one) for one in error.errors()]), {}
        case UnknownError():
            return _made(404, "not-found", "There is no such person or record."), {}
        case ConflictError():
            told = "Somebody changed the record meanwhile. Read it again and repeat the change."
            return _made(412, "changed-meanwhile", told), {}
        case NotStorableError():
            return _made(422, "invalid-input", "A text holds a character that cannot be kept."), {}
        case StoreError():
            return _made(503, "store", "The store cannot do this now. Try again later."), {}
        case HTTPException():
            return _made(error.status_code, "", ""), dict(error.headers or {})
        case ClientDisconnect():
            return _made(400, "incomplete", "The request ended before its body was complete."), {}
    return None


def invalid(problems: Sequence[InputProblem]) -> Problem:
    """The problem of an input that was understood and is wrong."""
    count = len(problems)
    told = "One field is wrong." if count == 1 else f"{count} fields are wrong."
    return _made(422, "invalid-input", f"{told} Each is listed with what is accepted.", problems)


def _made(status: int, kind: str, detail: str, problems: Sequence[InputProblem] = ()) -> Problem:
    return Problem(
        type=f"urn:speciosa:problem:{kind}" if kind else "about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        problems=tuple(
            FieldProblem(
                field=one.field,
                value=_short(one.value),
                accepted=one.accepted,
                suggestion=one.suggestion,
            )
            for one in problems
        ),
    )


def _short(value: str) -> str:
    """A quoted value only where it is a code or a name; long text may be a person's words."""
    quoted = value[:1] in {"'", '"'}
    return shown(value[1:-1], quote=True) if quoted else value


def _of_validation(error: Mapping[str, Any]) -> InputProblem:
    """A parameter of the address or the header that does not fit."""
    where, *rest = error["loc"]
    field = field_path(tuple(rest)) or str(where)
    given = "nothing" if error["type"] == "missing" else shown(error.get("input"), quote=False)
    accepted = str(error["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    return InputProblem(field, given, accepted)
