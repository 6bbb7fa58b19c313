"""What can go wrong with a launch, in words that may be shown; never a token, never a record."""

from __future__ import annotations

from speciosa.errors import SpeciosaError


class SmartError(SpeciosaError):
    """The launch or the connection cannot go on; ``status`` is that of the page."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
