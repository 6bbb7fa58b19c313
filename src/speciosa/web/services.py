"""What every route may use, put together once when the application starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.store import Store
    from speciosa.web.settings import Settings

Clock = Callable[[], dt.datetime]


def wall_clock() -> dt.datetime:
    """Now, in UTC. The only clock of the service; tests bring their own."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Services:
    """Settings, store, knowledge and clock of one application."""

    settings: Settings
    store: Store
    knowledge: Knowledge
    now: Clock

    def today(self) -> dt.date:
        """The date in UTC; forms let the clinician change it."""
        return self.now().date()


def services(request: Request) -> Services:
    """The services of the application that a request came to."""
    found: Services = request.app.state.services
    return found


Use = Annotated[Services, Depends(services)]
