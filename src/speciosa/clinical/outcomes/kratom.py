"""Changes of kratom use: those on record, and those that only the accounts of use show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from speciosa.clinical.outcomes.thresholds import number, unsettled_days
from speciosa.clinical.outcomes.timeline import Direction, Entry, Event, EventKind

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge


class KratomChange(NamedTuple):
    """A change of use: between ``begin`` and ``date``, and which way, ``None`` if not known."""

    begin: dt.date
    date: dt.date
    direction: Direction | None
    what: str
    implied: bool = False

    @property
    def can_relieve(self) -> bool:
        """Whether a fall of scores can come from it: more kratom, or nobody knows which way."""
        return self.direction is not Direction.LESS

    def unsettled_until(self, knowledge: Knowledge) -> dt.date:
        """The last day on which a total can still show this change."""
        return self.date + dt.timedelta(days=unsettled_days(knowledge))

    def unsettles(self, date: dt.date, knowledge: Knowledge) -> bool:
        """Whether a total of that day can still show this change."""
        return self.begin < date <= self.unsettled_until(knowledge)


def relieved(kratom: Iterable[KratomChange], first: dt.date, last: dt.date) -> bool:
    """Whether kratom was begun, used more or changed unknown which way between two totals."""
    return any(c.can_relieve and c.date >= first and c.begin < last for c in kratom)


def about_kratom(event: Event, knowledge: Knowledge) -> bool:
    """Whether a change is one of kratom, by its id or by its words."""
    text = f"{event.treatment} {event.what}".casefold()
    return any(name in text for name in knowledge.care.outcomes.words["kratom_names"])


def direction_of(event: Event) -> Direction | None:
    """More or less of what changed; ``None`` where it is not on record."""
    if event.kind is EventKind.STARTED:
        return Direction.MORE
    if event.kind is EventKind.STOPPED:
        return Direction.LESS
    return event.direction


def changes(
    entries: Iterable[Entry], events: Iterable[Event], knowledge: Knowledge
) -> tuple[KratomChange, ...]:
    """Every change of kratom use in order of date."""
    recorded = {
        KratomChange(e.date, e.date, direction_of(e), e.what)
        for e in events
        if e.kind is not EventKind.LIFE and about_kratom(e, knowledge)
    }
    implied = {
        change
        for change in _implied(entries, knowledge)
        if not any(
            change.begin <= known.date <= change.date
            and known.direction in (change.direction, None)
            for known in recorded
        )
    }
    return tuple(sorted(recorded | implied, key=lambda c: (c.date, c.what, str(c.direction))))


def _implied(entries: Iterable[Entry], knowledge: Knowledge) -> Iterator[KratomChange]:
    """What differs between one account of use and the next."""
    wording = knowledge.care.outcomes
    told = daily_use(entries)
    share = number(knowledge, "kratom-change-share")
    for (begin, used, doses), (date, used_now, doses_now) in pairwise(told):
        if used and not used_now:
            yield KratomChange(begin, date, Direction.LESS, wording.line("implied_stop"), True)
        elif used_now and not used:
            yield KratomChange(begin, date, Direction.MORE, wording.line("implied_start"), True)
        elif doses and doses_now is not None and abs(doses_now - doses) >= share * doses:
            more = doses_now > doses
            yield KratomChange(
                begin,
                date,
                Direction.MORE if more else Direction.LESS,
                wording.line("implied_more" if more else "implied_less"),
                True,
            )


def daily_use(entries: Iterable[Entry]) -> tuple[tuple[dt.date, bool, float | None], ...]:
    """One account of use a day: the day, whether it was used, doses a day where they are known.

    Where accounts of one day differ, the one with more use stands.
    """
    by_day: dict[dt.date, tuple[bool, float | None]] = {}
    for entry in entries:
        kratom = entry.kratom
        if kratom is None:
            continue
        doses = kratom.doses_per_day
        used = (
            kratom.used if kratom.used is not None else (doses > 0 if doses is not None else None)
        )
        if used is None:
            continue
        known = by_day.get(entry.date)
        if known is not None:
            used = used or known[0]
            doses = max((d for d in (doses, known[1]) if d is not None), default=None)
        by_day[entry.date] = (used, doses)
    return tuple((date, *by_day[date]) for date in sorted(by_day))
