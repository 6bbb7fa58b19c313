"""Refusals and failures in words: a page for people, problem+json for programs."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from speciosa.web.access import NOBODY, Access
from speciosa.web.render import environment
from speciosa.web.security.places import Place, is_for_programs

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from speciosa.errors import InputProblem

_WORDS: dict[int, str] = {
    400: "The request could not be understood.",
    401: "You are not signed in, or your session has ended. What you sent was not saved.",
    403: "Your role does not allow this.",
    404: "There is no such page or record.",
    405: "This address does not take that kind of request.",
    409: "Somebody changed this in the meantime. Open it again, then make your change.",
    413: "What you sent is too large.",
    415: "This address does not take that kind of content.",
    421: "This service does not answer under that address.",
    422: "Something in what you sent cannot be used.",
    429: "Too many requests. Wait a little, then try again.",
    500: "Something went wrong on our side. Nothing that was confirmed before is lost.",
    503: "The service cannot answer just now. Try again shortly.",
}


def answer(
    request: HTTPConnection,
    status: int,
    *,
    detail: str = "",
    problems: tuple[InputProblem, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """An answer that says what is wrong and nothing of what was sent."""
    words = detail or _WORDS.get(status, "The request cannot be answered.")
    reference = str(getattr(request.state, "reference", ""))
    if is_for_programs(request.scope["path"]):
        return Response(
            _problem(status, words, reference, problems),
            status,
            {**(headers or {}), "Content-Type": "application/problem+json"},
        )
    text = (
        environment()
        .get_template("security/error.html.jinja")
        .render(
            request=request,
            principal=getattr(request.state, "principal", NOBODY),
            csrf_token=getattr(request.state, "csrf_token", ""),
            title=_title(status),
            words=words,
            status=status,
            reference=reference,
            problems=problems,
            help=_help(request),
            is_lost=request.scope["method"] not in {"GET", "HEAD"},
        )
    )
    return Response(text, status, headers, media_type="text/html")


def _help(request: HTTPConnection) -> Markup:
    """What the room of questionnaire links has to say to a person whose answers were not read."""
    place: Place | None = getattr(request.state, "place", None)
    if place is None or place.access is not Access.LINK:
        return Markup()
    said: Markup = request.app.state.link_help(request)
    return said


def failure(request: HTTPConnection, status: int) -> Response:
    """The answer to a failure of ours, even if it was the pages' own template that failed."""
    headers = {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    try:
        return answer(request, status, headers=headers)
    except Exception:
        return Response(_WORDS[status], status, headers, media_type="text/plain")


def to_sign_in(request: HTTPConnection) -> Response:
    """Pages lead to the sign-in and back; everything else is refused."""
    path = request.scope["path"]
    if request.scope["method"] == "GET" and not is_for_programs(path):
        return RedirectResponse(f"/sign-in?next={quote(path)}", 303)
    return answer(request, 401, headers={"WWW-Authenticate": "Bearer"})


def _problem(status: int, words: str, reference: str, problems: tuple[InputProblem, ...]) -> bytes:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "detail": words,
        "reference": reference,
    }
    if problems:
        body["problems"] = [
            {
                "field": one.field,
                "value": one.value,
                "accepted": one.accepted,
                "suggestion": one.suggestion,
            }
            for one in problems
        ]
    return msgspec.json.encode(body)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
