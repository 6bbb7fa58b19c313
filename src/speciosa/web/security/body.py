"""A request's body, read up to the limit before any route sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.types import Message, Receive


class TooLargeError(Exception):
    """The body is larger than the settings allow."""


class BusyError(Exception):
    """Callers whom nobody knows hold as much memory as they may."""


class GoneError(Exception):
    """The client left before the body was complete."""


class Strangers:
    """How many bytes callers whom nobody knows hold in this worker."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    def hold(self, count: int) -> None:
        """Count bytes in. Raises ``BusyError`` when there is no room for them."""
        if self._held + count > self._most:
            raise BusyError
        self._held += count

    def release(self, count: int) -> None:
        """Count bytes out."""
        self._held -= count


async def read_body(
    request: HTTPConnection, receive: Receive, most: int, held: Callable[[int], None]
) -> bytes:
    """The whole body. Raises ``TooLargeError`` as soon as that is known, ``GoneError``.

    ``held`` is told of every piece before it is kept.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise TooLargeError
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        piece = message.get("body", b"")
        if len(body) + len(piece) > most:
            raise TooLargeError
        held(len(piece))
        body += piece
        if not message.get("more_body", False):
            return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read once more, then whatever comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
