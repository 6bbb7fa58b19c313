"""Ways in and out: the start-up token, the sign-in page, sign-out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from speciosa.web.access import Access, allow
from speciosa.web.render import page
from speciosa.web.security import sessions
from speciosa.web.security.answers import answer
from speciosa.web.security.cookies import clear_cookie, session_cookie, set_cookie
from speciosa.web.security.recognition import LOCAL_USER, is_start_token
from speciosa.web.services import Services, Use

router = APIRouter()
Public = Annotated[object, Depends(allow(Access.PUBLIC))]
SignedIn = Annotated[object, Depends(allow(Access.SIGNED_IN))]


@router.get("/enter")
def enter(request: Request, use: Use, _: Public, token: str = "") -> Response:
    """Exchange the start-up token for a session; the redirect takes it out of the address bar."""
    if not is_start_token(token, use.settings):
        return answer(
            request,
            403,
            detail="This is not the token of the running service. It changes with every start; "
            "open the address that the service printed last.",
        )
    return _signed_in(request, use, "/")


def _signed_in(request: Request, use: Services, target: str) -> Response:
    old = request.cookies.get(session_cookie(use.settings))
    if old:
        sessions.drop(use.store, old)
    key, _ = sessions.start(use.store, LOCAL_USER, now=use.now(), settings=use.settings)
    response = RedirectResponse(target, 303)
    set_cookie(response, session_cookie(use.settings), key, use.settings)
    return response


@router.get("/sign-in")
def sign_in(request: Request, _: Public, next: str = "/") -> Response:
    """How to get in."""
    return page(request, "security/sign_in.html.jinja", next=next)


@router.post("/sign-out")
async def sign_out(request: Request, use: Use, _: SignedIn) -> Response:
    """End the session here and on the server."""
    name = session_cookie(use.settings)
    key = request.cookies.get(name)
    if key:
        await run_in_threadpool(sessions.drop, use.store, key)
    response = RedirectResponse("/sign-in", 303)
    clear_cookie(response, name, use.settings)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
