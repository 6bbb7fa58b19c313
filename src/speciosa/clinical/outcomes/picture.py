"""What every part of the room looks at: what is usable today, courses, item 9, kratom."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from speciosa.clinical.outcomes.courses import (
    FOLLOWED,
    PERHAPS_WORSE,
    WORSE,
    courses_of,
)
from speciosa.clinical.outcomes.kratom import Use, use_of
from speciosa.clinical.outcomes.matters import (
    Matter,
    Topic,
    is_review,
    item9_by_day,
    matters_of,
)
from speciosa.clinical.outcomes.result import Compared, Course
from speciosa.clinical.outcomes.timeline import Direction, Entry, Event, Timeline

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.kratom import KratomChange
    from speciosa.knowledge import Knowledge


class Item9(NamedTuple):
    """The newest answer to item 9, and the newest positive one before it."""

    answer: int
    date: dt.date
    earlier: dt.date | None


class Picture(NamedTuple):
    """A timeline up to today, in order of date."""

    today: dt.date
    entries: tuple[Entry, ...]
    events: tuple[Event, ...]
    use: Use
    courses: tuple[Course, ...]
    item9: Item9 | None
    item9_missing: dt.date | None
    matters: tuple[Matter, ...]
    future: int
    unreadable: int

    @property
    def kratom(self) -> tuple[KratomChange, ...]:
        """Every change of kratom use in order of date."""
        return self.use.changes

    def current(self, *topics: Topic) -> tuple[Matter, ...]:
        """What the newest account of it says, by topic."""
        return tuple(m for m in self.matters if m.current and m.topic in topics)

    @property
    def positive(self) -> Item9 | None:
        """Item 9 where its newest answer is above 0."""
        return self.item9 if self.item9 is not None and self.item9.answer > 0 else None

    @property
    def last(self) -> dt.date | None:
        """The day of the newest entry."""
        return self.entries[-1].date if self.entries else None

    def worse(self) -> tuple[tuple[Course, Compared], ...]:
        """Reliable worsening of a scale that is followed, against the first or previous total."""
        return self._labelled(WORSE, ("previous", "first"))

    def perhaps_worse(self) -> tuple[tuple[Course, Compared], ...]:
        """Possible worsening where none is reliable, and a reliable rise from the lowest total."""
        sure = {course.instrument for course, _ in self.worse()}
        found = (
            *self._labelled(PERHAPS_WORSE, ("previous", "first")),
            *self._labelled(WORSE, ("lowest",)),
        )
        return tuple(pair for pair in found if pair[0].instrument not in sure)

    def _labelled(
        self, kinds: frozenset[str], since: tuple[str, ...]
    ) -> tuple[tuple[Course, Compared], ...]:
        found = []
        for course in self.courses:
            if course.instrument not in FOLLOWED:
                continue
            by_since = {c.since: c for c in course.compared if c.kind in kinds}
            first = next((by_since[s] for s in since if s in by_since), None)
            if first is not None:
                found.append((course, first))
        return tuple(found)

    def unsettling(self, date: dt.date, knowledge: Knowledge) -> KratomChange | None:
        """The newest change of kratom that a total of that day can still show."""
        return max(
            (c for c in self.kratom if c.unsettles(date, knowledge)),
            key=lambda c: c.date,
            default=None,
        )

    def flags(self, knowledge: Knowledge) -> frozenset[str]:
        """The flags of the plan that follow-up alone can raise."""
        found = set()
        if self.positive is not None:
            found.add("item9_positive")
        if self.item9 is None or self.item9_missing is not None:
            found.add("item9_unknown")
        if self.kratom or any(account.used for account in self.use.accounts):
            found.add("kratom")
        if self.unsettling(self.today, knowledge) is not None:
            found.add("kratom_recent_change")
        if self.kratom and self.kratom[-1].direction is Direction.LESS:
            found.add("kratom_stopped")
        return frozenset(found)


def picture_of(timeline: Timeline, knowledge: Knowledge, today: dt.date) -> Picture:
    """Sort what is on record and leave out what lies in the future."""
    entries = tuple(sorted((e for e in timeline.entries if e.date <= today), key=lambda e: e.date))
    events = tuple(
        sorted(
            {e for e in timeline.events if e.date <= today and not is_review(e)},
            key=lambda e: (e.date, e.kind, e.what, e.treatment, str(e.direction), e.note),
        )
    )
    use = use_of(entries, events, knowledge)
    return Picture(
        today=today,
        entries=entries,
        events=events,
        use=use,
        courses=courses_of(entries, use, knowledge),
        item9=_item9(timeline.entries, today),
        item9_missing=_item9_missing(entries),
        matters=matters_of(timeline, knowledge, today),
        future=sum(e.date > today for e in timeline.entries)
        + sum(e.date > today for e in timeline.events),
        unreadable=timeline.unreadable,
    )


def _item9(entries: tuple[Entry, ...], today: dt.date) -> Item9 | None:
    by_day = item9_by_day(entries, today)
    if not by_day:
        return None
    newest = max(by_day)
    earlier = [date for date, answer in by_day.items() if answer > 0 and date < newest]
    return Item9(by_day[newest], newest, max(earlier, default=None))


def _item9_missing(entries: tuple[Entry, ...]) -> dt.date | None:
    """The day of the newest PHQ-9, where nobody answered item 9 on it or since."""
    asked = max((e.date for e in entries if e.measured("phq9") is not None), default=None)
    answered = max((e.date for e in entries if e.suicidality is not None), default=None)
    return asked if asked is not None and (answered is None or answered < asked) else None
