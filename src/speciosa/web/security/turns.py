"""Nobody keeps the service from others: a user's requests are worked on a few at a time.

What the gate itself does in threads (sessions, the audit log) has threads of its own, so that it
never waits behind somebody's simulations.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
AT_ONCE = 4
_THREADS = 8


class Turns:
    """Whose turn it is in one worker."""

    def __init__(self) -> None:
        self._own = CapacityLimiter(_THREADS)
        self._users: dict[str, CapacityLimiter] = {}

    async def run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run what the gate must do in a thread of the gate's own."""
        return await to_thread.run_sync(work, *args, limiter=self._own)

    @asynccontextmanager
    async def of(self, user: str) -> AsyncIterator[None]:
        """Wait until fewer than ``AT_ONCE`` requests of this user are being worked on."""
        if not user:
            yield
            return
        turn = self._users.setdefault(user, CapacityLimiter(AT_ONCE))
        try:
            async with turn:
                yield
        finally:
            waiting = turn.statistics()
            if not waiting.borrowed_tokens and not waiting.tasks_waiting:
                self._users.pop(user, None)
