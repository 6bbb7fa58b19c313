"""Changes of kratom use: those on record, and those that only the accounts of use show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from speciosa.clinical.outcomes.accounts import (
    Account,
    Shift,
    accounts_of,
    shift,
    strict_shift,
)
from speciosa.clinical.outcomes.names import names_kratom
from speciosa.clinical.outcomes.thresholds import days, number, unsettled_days
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

    def lowers(self, begin: dt.date, last: dt.date) -> bool:
        """Whether it can lower a total of the day ``last``, as against one from ``begin`` on."""
        is_over = self.begin >= last if self.implied else self.begin > last
        return self.can_relieve and self.date >= begin and not is_over

    def unsettled_until(self, knowledge: Knowledge) -> dt.date:
        """The last day on which a total can still show this change."""
        return self.date + dt.timedelta(days=unsettled_days(knowledge))

    def unsettles(self, date: dt.date, knowledge: Knowledge) -> bool:
        """Whether a total of that day can still show this change."""
        return self.begin < date <= self.unsettled_until(knowledge)


class Use(NamedTuple):
    """Everything on record of kratom use: accounts, changes, how long each of them tells."""

    accounts: tuple[Account, ...]
    changes: tuple[KratomChange, ...]
    share: float
    holds: dt.timedelta
    unsettled: dt.timedelta

    def can_lower(self, first: dt.date, last: dt.date) -> bool:
        """Whether kratom may explain that a total fell between two days.

        It may where it was begun, used more or changed nobody knows which way, shortly before the
        first total or up to the last; and where the accounts do not show that the amount at the
        end is no more than at the beginning.
        """
        if any(c.lowers(first - self.unsettled, last) for c in self.changes):
            return True
        before = [a for a in self.accounts if a.date <= first]
        later = [a for a in self.accounts if first < a.date <= last]
        told = (*before, *later)
        if not told or not told[-1].used:
            return False
        if not before or _stale(before[-1], first, self.holds):
            return True
        if _stale(told[-1], last, self.holds):
            return True
        bad = (Shift.MORE, Shift.UNKNOWN)
        return strict_shift(before[-1], told[-1]) in bad or any(
            shift(before[-1], a, self.share) in bad for a in later
        )


def _stale(account: Account, date: dt.date, holds: dt.timedelta) -> bool:
    return account.date < date - holds


def use_of(entries: Iterable[Entry], events: Iterable[Event], knowledge: Knowledge) -> Use:
    """What is on record of kratom use."""
    accounts = accounts_of(entries)
    return Use(
        accounts=accounts,
        changes=_changes(accounts, events, knowledge),
        share=number(knowledge, "kratom-change-share"),
        holds=dt.timedelta(days=days(knowledge, "kratom-record-days")),
        unsettled=dt.timedelta(days=unsettled_days(knowledge)),
    )


def about_kratom(event: Event, knowledge: Knowledge) -> bool:
    """Whether a change is one of kratom, by its id or by its words."""
    is_life = event.kind is EventKind.LIFE
    return names_kratom(f"{event.treatment} / {event.what}", knowledge, running=is_life)


def direction_of(event: Event) -> Direction | None:
    """More or less of what changed; ``None`` where it is not on record."""
    if event.kind is EventKind.LIFE:
        return None
    if event.kind is EventKind.STARTED:
        return Direction.MORE
    if event.kind is EventKind.STOPPED:
        return Direction.LESS
    return event.direction


def _changes(
    accounts: tuple[Account, ...], events: Iterable[Event], knowledge: Knowledge
) -> tuple[KratomChange, ...]:
    """Every change of kratom use in order of date."""
    recorded = {
        KratomChange(e.date, e.date, direction_of(e), e.what)
        for e in events
        if about_kratom(e, knowledge)
    }
    implied = {
        change
        for change in _implied(accounts, knowledge)
        if not any(
            change.begin <= known.date <= change.date
            and known.direction in (change.direction, None)
            for known in recorded
        )
    }
    return tuple(sorted(recorded | implied, key=lambda c: (c.date, c.what, str(c.direction))))


def _implied(accounts: tuple[Account, ...], knowledge: Knowledge) -> Iterator[KratomChange]:
    """What differs between one account of use and the next."""
    line = knowledge.care.outcomes.line
    share = number(knowledge, "kratom-change-share")
    for before, now in pairwise(accounts):
        found = shift(before, now, share)
        if found is Shift.SAME:
            continue
        if before.used != now.used:
            key = "implied_start" if now.used else "implied_stop"
        else:
            key = f"implied_{found}"
        direction = {Shift.MORE: Direction.MORE, Shift.LESS: Direction.LESS}.get(found)
        yield KratomChange(before.date, now.date, direction, line(key), True)
