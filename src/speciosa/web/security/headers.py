"""The headers of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.web.settings import Mode, Settings

if TYPE_CHECKING:
    from starlette.datastructures import MutableHeaders

    from speciosa.web.security.places import Place

# Nothing from elsewhere, nothing inline, in nobody's frame.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "font-src 'self'"
)
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": that makes browsers send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
    ),
}


def add_headers(headers: MutableHeaders, place: Place, settings: Settings) -> None:
    """Set what every answer carries; what may not be kept by a browser or proxy says so."""
    for name, value in _ALWAYS.items():
        headers[name] = value
    if settings.mode is Mode.CLINIC:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if place.is_static:
        headers["Cache-Control"] = "no-cache"
    elif not place.may_be_cached or "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
