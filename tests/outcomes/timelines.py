"""Short ways to write a timeline in a test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from speciosa.clinical.outcomes.timeline import (
    Direction,
    Entry,
    Event,
    EventKind,
    Kratom,
    Measured,
    Timeline,
)

START = dt.date(2026, 1, 5)


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def entry(number: int, *, kratom: bool | None = None, **given: object) -> Entry:
    totals = {k: v for k, v in given.items() if k in ("gad7", "phq9", "isi", "sows", "cows")}
    rest = {k: v for k, v in given.items() if k not in totals}
    if kratom is not None:
        rest["kratom"] = Kratom(used=kratom)
    return Entry(
        date=day(number),
        scores=tuple(Measured(instrument=k, total=v) for k, v in totals.items()),
        **rest,
    )


def series(
    totals: Sequence[float],
    *,
    every: int = 14,
    instrument: str = "gad7",
    kratom: bool | None = False,
) -> tuple[Entry, ...]:
    return tuple(
        entry(i * every, kratom=kratom, **{instrument: total}) for i, total in enumerate(totals)
    )


def event(
    number: int,
    what: str = "sertraline",
    kind: EventKind = EventKind.STARTED,
    direction: Direction | None = None,
) -> Event:
    return Event(date=day(number), kind=kind, what=what, direction=direction)


def line(entries: Sequence[Entry] = (), *events: Event, **more: object) -> Timeline:
    return Timeline(entries=tuple(entries), events=events, **more)
