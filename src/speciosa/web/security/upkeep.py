"""Sweeping what expired out of the store: at the start, then every hour, after some answer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speciosa.web.services import Services

_EVERY = dt.timedelta(hours=1)
_SOON = dt.timedelta(minutes=1)
_MOST = 5000


class Upkeep:
    """When one worker sweeps next."""

    def __init__(self) -> None:
        self._next: dt.datetime | None = None

    def is_due(self, now: dt.datetime) -> bool:
        """Whether it is time; asking says that it will be done."""
        if self._next is not None and now < self._next:
            return False
        self._next = now + _EVERY
        return True

    def sweep(self, use: Services) -> None:
        """Forget a bounded number of what expired; soon again if there was more."""
        now = use.now()
        oldest = now - dt.timedelta(days=use.settings.cds.keep_days)
        if use.store.sweep(now, shown_before=oldest, most=_MOST) >= _MOST:
            self._next = now + _SOON
