"""What must not slip out of sight: a positive item 9, a dangerous effect, signs in an assessment.

Each is current while the newest account says so. After that it stays open until a clinician has
recorded having looked at it, or a long time has passed with a visit since: a 0 clears nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from speciosa.clinical.outcomes.thresholds import days
from speciosa.clinical.outcomes.timeline import (
    Alarm,
    AlarmSource,
    Entry,
    Event,
    EventKind,
    Source,
    Timeline,
)

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge


class Topic(StrEnum):
    """What a matter is about."""

    ITEM_9 = "item9"
    EFFECTS = "effects"
    CASE = "case"
    DRAFT = "draft"


class Matter(NamedTuple):
    """One thing that somebody must look at; ``words`` say what it was."""

    topic: Topic
    date: dt.date
    words: str
    current: bool
    item9: int = 0


class Closing(NamedTuple):
    """What can close a matter: reviews on record, visits, and how long without one is enough."""

    today: dt.date
    reviews: tuple[dt.date, ...]
    visits: tuple[dt.date, ...]
    after: dt.timedelta

    def closes(self, date: dt.date) -> bool:
        """Whether a matter of that day has been looked at, or is long over with a visit since."""
        if self.reviewed(date):
            return True
        return self.today - date > self.after and any(v > date for v in self.visits)

    def reviewed(self, date: dt.date) -> bool:
        """Whether a clinician recorded having looked at it."""
        return any(r >= date for r in self.reviews)


def matters_of(timeline: Timeline, knowledge: Knowledge, today: dt.date) -> tuple[Matter, ...]:
    """Everything current or open, in no particular order."""
    closing = Closing(
        today=today,
        reviews=tuple(e.date for e in timeline.events if e.kind is EventKind.REVIEWED),
        visits=tuple(
            e.date for e in timeline.entries if e.source is Source.VISIT and e.date <= today
        ),
        after=dt.timedelta(days=days(knowledge, "open-matter-days")),
    )
    found = (
        *_item9(timeline.entries, closing, knowledge),
        *_effects(timeline.entries, closing, knowledge),
        *_alarms(timeline.alarms, closing),
    )
    return tuple(found)


def matter_line(matter: Matter, knowledge: Knowledge) -> str:
    """A matter in one line, for the clinic's list and the person's page."""
    key = f"list_{matter.topic}" if matter.current else "list_open"
    return knowledge.care.outcomes.line(key, words=matter.words, date=matter.date.isoformat())


def item9_by_day(entries: Iterable[Entry], today: dt.date) -> dict[dt.date, int]:
    """Item 9 as answered, the worst of a day; an answer above 0 with a later date is of today."""
    by_day: dict[dt.date, int] = {}
    for entry in entries:
        answer = entry.suicidality
        if answer is None or (not answer and entry.date > today):
            continue
        date = min(entry.date, today)
        by_day[date] = max(answer, by_day.get(date, 0))
    return by_day


def is_review(event: Event) -> bool:
    """Whether an event records that somebody looked, and no change."""
    return event.kind is EventKind.REVIEWED


def _item9(entries: tuple[Entry, ...], closing: Closing, knowledge: Knowledge) -> Iterable[Matter]:
    by_day = item9_by_day(entries, closing.today)
    positive = max((d for d, answer in by_day.items() if answer), default=None)
    if positive is None:
        return
    newest = positive == max(by_day)
    if newest or not closing.closes(positive):
        answer = by_day[positive]
        words = knowledge.care.outcomes.line("matter_item9", answer=answer)
        yield Matter(Topic.ITEM_9, positive, words, newest, answer)


def _effects(
    entries: tuple[Entry, ...], closing: Closing, knowledge: Knowledge
) -> Iterable[Matter]:
    names = knowledge.care.outcomes.words["danger_side_effects"]
    by_day: dict[dt.date, set[str]] = {}
    for entry in entries:
        if entry.side_effects is not None:
            told = {name for name in names if name in entry.side_effects}
            by_day.setdefault(min(entry.date, closing.today), set()).update(told)
    last = max((date for date, told in by_day.items() if told), default=None)
    if last is None:
        return
    current = last == max(by_day)
    if closing.reviewed(last) or (not current and closing.closes(last)):
        return
    words = ", ".join(word for name, word in names.items() if name in by_day[last])
    yield Matter(Topic.EFFECTS, last, words, current)


def _alarms(alarms: tuple[Alarm, ...], closing: Closing) -> Iterable[Matter]:
    """What cases and forms not yet finished hold; only finishing or putting it away ends a form."""
    cases = []
    for alarm in alarms:
        date = min(alarm.date, closing.today)
        if alarm.source is AlarmSource.DRAFT:
            yield Matter(Topic.DRAFT, date, alarm.words, current=True, item9=alarm.item9)
        elif not closing.closes(date) or (alarm.newest and not closing.reviewed(date)):
            cases.append(Matter(Topic.CASE, date, alarm.words, current=alarm.newest))
    if cases:
        yield max(cases, key=lambda m: (m.current, m.date))
