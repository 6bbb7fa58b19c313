"""The records of one person, read into a timeline, with the ids they are kept under."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from speciosa.case import parse_case
from speciosa.clinical.outcomes.thresholds import unsettled_days
from speciosa.clinical.outcomes.timeline import Alarm, Entry, Event, EventKind, Timeline, Visit
from speciosa.errors import InputError
from speciosa.store import Kind
from speciosa.web.at_once import case_of_draft
from speciosa.web.person import from_case, from_draft

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge
    from speciosa.store import Store, Version

KINDS = (Kind.CASE, Kind.DRAFT, Kind.ENTRY, Kind.EVENT, Kind.VISIT)
T = TypeVar("T")


class Kept(NamedTuple):
    """A record with what it says, and who wrote it."""

    record: str
    version: int
    value: object
    by: str


class Record(NamedTuple):
    """Everything over time of one person. ``alarming``: cases and drafts with an urgent route."""

    timeline: Timeline
    entries: tuple[Kept, ...]
    events: tuple[Kept, ...]
    visits: tuple[Kept, ...]
    place: str
    alarming: tuple[Case, ...]

    @property
    def changes(self) -> tuple[Kept, ...]:
        """Events that are changes."""
        return tuple(k for k in self.events if not _is_review(k))

    @property
    def reviews(self) -> tuple[Kept, ...]:
        """Events that record that somebody looked at what was pressing."""
        return tuple(k for k in self.events if _is_review(k))


def of_person(store: Store, person: str, knowledge: Knowledge) -> Record:
    """Everything over time that is kept of a person."""
    return read(store.latest(person, *KINDS), knowledge)


def read(versions: Iterable[Version], knowledge: Knowledge) -> Record:
    """Records of one person as a timeline; a case gives entries and changes of its own."""
    by_kind: dict[Kind, list[Version]] = {kind: [] for kind in KINDS}
    for version in versions:
        if version.kind in by_kind:
            by_kind[version.kind].append(version)
    entries = _readable(_kept(v, Entry) for v in by_kind[Kind.ENTRY])
    events = _readable(_kept(v, Event) for v in by_kind[Kind.EVENT])
    visits = _readable(_kept(v, Visit) for v in by_kind[Kind.VISIT])
    cases = sorted(_readable(map(_case, by_kind[Kind.CASE])), key=lambda c: c.date)
    drafts = _readable(_draft(v, knowledge) for v in by_kind[Kind.DRAFT])
    given = sum(map(len, by_kind.values()))
    legible = sum(map(len, (entries, events, visits, cases, drafts)))
    from_cases = tuple(entry for case in cases for entry in from_case.entries_of(case, knowledge))
    found = (*_case_alarms(cases, knowledge), *_draft_alarms(drafts, knowledge))
    told = (*from_cases, *_values(entries, Entry))
    timeline = Timeline(
        entries=told,
        events=(*_case_events(cases, told, knowledge), *_values(events, Event)),
        visits=_values(visits, Visit),
        alarms=tuple(alarm for _, alarm in found),
        unreadable=given - legible,
    )
    alarming = tuple(case for case, alarm in found if alarm.newest)
    place = next((case.place for case in reversed(cases) if case.place), "")
    return Record(timeline, entries, events, visits, place, alarming)


def encode(value: Entry | Event | Visit) -> bytes:
    """The body of a record."""
    return msgspec.json.encode(value)


def _case_alarms(cases: list[Case], knowledge: Knowledge) -> Iterator[tuple[Case, Alarm]]:
    for case in cases:
        alarm = from_case.alarm_of(case, knowledge, newest=case is cases[-1])
        if alarm is not None:
            yield case, alarm


def _draft_alarms(drafts: Iterable[Case], knowledge: Knowledge) -> Iterator[tuple[Case, Alarm]]:
    for case in drafts:
        alarm = from_draft.alarm_of(case, knowledge)
        if alarm is not None:
            yield case, alarm


def _case_events(
    cases: list[Case], entries: tuple[Entry, ...], knowledge: Knowledge
) -> Iterator[Event]:
    """Changes of kratom that cases tell, without those too old to show in any total."""
    if not entries:
        return
    since = min(e.date for e in entries) - dt.timedelta(days=unsettled_days(knowledge))
    for case in cases:
        yield from (event for event in from_case.events_of(case) if event.date >= since)


def _readable(found: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(one for one in found if one is not None)


def _kept(version: Version, kind: type[T]) -> Kept | None:
    """A record; ``None`` where another version of the program kept what is none here."""
    try:
        value = msgspec.json.decode(version.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return Kept(version.record, version.version, value, version.by)


def _values(kept: Iterable[Kept], kind: type[T]) -> tuple[T, ...]:
    return tuple(k.value for k in kept if isinstance(k.value, kind))


def _is_review(kept: Kept) -> bool:
    return isinstance(kept.value, Event) and kept.value.kind is EventKind.REVIEWED


def _case(version: Version) -> Case | None:
    """The case of a record; ``None`` as above."""
    try:
        return parse_case(json.loads(version.body))
    except (InputError, ValueError):
        return None


def _draft(version: Version, knowledge: Knowledge) -> Case | None:
    """What of a draft cannot wait; ``None`` as above."""
    try:
        return case_of_draft(version.body, knowledge, version.at.date())
    except (InputError, ValueError, TypeError, AttributeError):
        return None
