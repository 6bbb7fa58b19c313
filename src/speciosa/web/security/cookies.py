"""The two cookies: the session, and a sign-in that is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.web.settings import Mode, Settings

if TYPE_CHECKING:
    from fastapi import Response


def session_cookie(settings: Settings) -> str:
    """The cookie's name. Over https ``__Host-`` keeps other hosts from setting it."""
    if settings.mode is Mode.CLINIC:
        return "__Host-speciosa"
    return f"speciosa-{settings.port}"  # a cookie knows no port: two services stay apart by name


def attempt_cookie(settings: Settings) -> str:
    """The cookie of a sign-in at the identity provider, until it comes back."""
    return session_cookie(settings) + "-sign-in"


def set_cookie(response: Response, name: str, value: str, settings: Settings) -> None:
    """A cookie no script reads, gone with the browser."""
    response.set_cookie(
        name,
        value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.mode is Mode.CLINIC,
    )


def clear_cookie(response: Response, name: str, settings: Settings) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        name, path="/", httponly=True, samesite="lax", secure=settings.mode is Mode.CLINIC
    )
