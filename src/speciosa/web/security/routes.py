"""Ways in and out: the start-up token, the clinic's identity provider, sign-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from speciosa.store.records import AuditEntry
from speciosa.web.access import Access, Principal, allow
from speciosa.web.render import page
from speciosa.web.security import sessions
from speciosa.web.security.answers import answer
from speciosa.web.security.cookies import (
    attempt_cookie,
    clear_cookie,
    session_cookie,
    set_cookie,
)
from speciosa.web.security.failures import describe
from speciosa.web.security.oidc import Provider, SignInError
from speciosa.web.security.recognition import LOCAL_USER, is_start_token
from speciosa.web.services import Services, Use
from speciosa.web.settings import Mode

if TYPE_CHECKING:
    from speciosa.web.settings import Settings

Public = Annotated[Principal, Depends(allow(Access.PUBLIC))]
SignedIn = Annotated[Principal, Depends(allow(Access.SIGNED_IN))]


def build_router(settings: Settings) -> APIRouter:
    """The routes of the mode: the token's, or the provider's."""
    router = APIRouter()
    router.get("/sign-in")(sign_in)
    router.post("/sign-out")(sign_out)
    if settings.mode is Mode.SINGLE:
        router.get("/enter")(enter)
        return router
    provider = Provider(settings.oidc)

    @router.get("/sign-in/start")
    async def start(request: Request, use: Use, _: Public, next: str = "/") -> Response:
        """Send the browser to the identity provider."""
        try:
            key, response = await provider.begin(
                request,
                use.settings.base_url + "/callback",
                store=use.store,
                now=use.now(),
                target=_inside(next),
            )
        except SignInError as error:
            return _refused(request, use, error)
        set_cookie(response, attempt_cookie(use.settings), key, use.settings)
        return response

    @router.get("/callback")
    async def callback(request: Request, use: Use, _: Public) -> Response:
        """The browser comes back from the identity provider."""
        name = attempt_cookie(use.settings)
        try:
            principal, target = await provider.finish(
                request, request.cookies.get(name, ""), store=use.store, now=use.now()
            )
        except SignInError as error:
            response = _refused(request, use, error)
        else:
            response = await run_in_threadpool(_admit, request, use, principal, target)
        clear_cookie(response, name, use.settings)
        return response

    return router


def enter(request: Request, use: Use, _: Public, token: str = "") -> Response:
    """Exchange the start-up token for a session; the redirect takes it out of the address bar."""
    if not is_start_token(token, use.settings):
        _audit(request, use, "nobody", "refused")
        return answer(
            request,
            403,
            detail="This is not the token of the running service. It changes with every start; "
            "open the address that the service printed last.",
        )
    return _admit(request, use, LOCAL_USER, "/")


def sign_in(request: Request, _: Public, next: str = "/") -> Response:
    """How to get in."""
    return page(request, "security/sign_in.html.jinja", next=_inside(next))


def sign_out(request: Request, use: Use, principal: SignedIn) -> Response:
    """End the session here and on the server."""
    name = session_cookie(use.settings)
    sessions.drop(use.store, request.cookies.get(name, ""))
    _audit(request, use, principal.id, "ok", action="sign out")
    response = RedirectResponse("/sign-in", 303)
    clear_cookie(response, name, use.settings)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _admit(request: Request, use: Services, principal: Principal, target: str) -> Response:
    """Begin a session under a new key; whatever session the browser had before ends."""
    if not principal.roles:
        _audit(request, use, principal.id, "no role")
        return answer(
            request,
            403,
            detail="You are known, but your account has no role here. Ask whoever runs it.",
        )
    name = session_cookie(use.settings)
    if name in request.cookies:
        sessions.drop(use.store, request.cookies[name])
    key, _ = sessions.start(use.store, principal, now=use.now(), settings=use.settings)
    _audit(request, use, principal.id, "ok")
    response = RedirectResponse(target, 303)
    set_cookie(response, name, key, use.settings)
    return response


def _refused(request: Request, use: Services, error: SignInError) -> Response:
    structlog.get_logger("speciosa.web").warning(
        "sign-in failed",
        reference=request.state.reference,
        **describe(error.__cause__ or error),
    )
    _audit(request, use, "nobody", "refused")
    return answer(request, 403, detail=f"The sign-in did not work: {error}. Try again.")


def _audit(
    request: Request, use: Services, by: str, outcome: str, *, action: str = "sign in"
) -> None:
    address = request.client.host if request.client else ""
    use.store.audit(
        AuditEntry(at=use.now(), by=by, action=action, outcome=outcome, address=address)
    )


def _inside(path: str) -> str:
    """The path if it leads to a page of ours, else the start page."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours and "\\" not in path else "/"
