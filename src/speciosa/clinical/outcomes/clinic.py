"""Lists of a clinic: who needs somebody first, in the order of ``Concern``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.outcomes.courses import WITHDRAWAL_SCALES
from speciosa.clinical.outcomes.findings import labs_of, withdrawal_of
from speciosa.clinical.outcomes.matters import Matter, matter_line
from speciosa.clinical.outcomes.next_visit import next_visit
from speciosa.clinical.outcomes.picture import picture_of
from speciosa.clinical.outcomes.result import Attention, Concern
from speciosa.clinical.outcomes.timeline import Timeline
from speciosa.finding import Severity

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.picture import Picture
    from speciosa.clinical.outcomes.result import Compared, Course, NextVisit
    from speciosa.knowledge import Knowledge

_ORDER = tuple(Concern)


def attention(
    people: Iterable[tuple[str, Timeline]], knowledge: Knowledge, today: dt.date
) -> tuple[Attention, ...]:
    """Everybody with a concern, the most pressing first; ``people`` are (id, timeline)."""
    found = (_of(person, timeline, knowledge, today) for person, timeline in people)
    return tuple(sorted((a for a in found if a.concerns), key=_pressing))


def overdue(
    people: Iterable[tuple[str, Timeline]], knowledge: Knowledge, today: dt.date
) -> tuple[Attention, ...]:
    """Those whose contact is overdue, the most pressing first."""
    return _with(Concern.OVERDUE, attention(people, knowledge, today))


def deteriorating(
    people: Iterable[tuple[str, Timeline]], knowledge: Knowledge, today: dt.date
) -> tuple[Attention, ...]:
    """Those with a positive item 9, danger or worsening, the most pressing first."""
    listed = attention(people, knowledge, today)
    return tuple(a for a in listed if a.concerns[0] is not Concern.OVERDUE)


def _with(concern: Concern, listed: tuple[Attention, ...]) -> tuple[Attention, ...]:
    return tuple(a for a in listed if concern in a.concerns)


def _pressing(found: Attention) -> tuple[int, int, int, float, int, str]:
    newest = 0 if found.since is None else -found.since.toordinal()
    first = _ORDER.index(found.concerns[0])
    return first, -found.item9, newest, -found.rise, -found.overdue_days, found.person


def _of(person: str, timeline: Timeline, knowledge: Knowledge, today: dt.date) -> Attention:
    picture = picture_of(timeline, knowledge, today)
    due = next_visit(picture, timeline.visits, knowledge)
    found = sorted(_concerns(picture, due, knowledge), key=lambda x: _ORDER.index(x[0]))
    risen = (*picture.worse(), *picture.perhaps_worse())
    return Attention(
        person=person,
        concerns=tuple(dict.fromkeys(concern for concern, _ in found)),
        lines=tuple(line for _, line in found),
        overdue_days=0 if due is None else due.overdue_days,
        item9=max((m.item9 for m in picture.matters if m.current), default=0),
        since=max((m.date for m in picture.matters), default=None),
        rise=max((x.difference for _, x in risen), default=0.0),
        last_entry=picture.last,
        next_date=None if due is None else due.date,
    )


def _concerns(
    picture: Picture, due: NextVisit | None, knowledge: Knowledge
) -> Iterator[tuple[Concern, str]]:
    line = knowledge.care.outcomes.line
    for matter in picture.matters:
        yield _concern_of(matter), matter_line(matter, knowledge)
    for course, compared in picture.worse():
        yield Concern.WORSENING, _worse(course, compared, picture, knowledge)
    for course, compared in picture.perhaps_worse():
        yield Concern.POSSIBLE, _worse(course, compared, picture, knowledge)
    for lab in labs_of(picture, knowledge):
        if lab.severity.rank <= Severity.MAJOR.rank:
            is_urgent = lab.severity.rank < Severity.MAJOR.rank
            yield Concern.DANGER if is_urgent else Concern.LABORATORY, lab.text
    for course in picture.courses:
        if course.instrument in WITHDRAWAL_SCALES:
            for rise in withdrawal_of(course, knowledge):
                yield Concern.WITHDRAWAL, rise.text
    if picture.unreadable:
        yield Concern.UNREADABLE, line("list_unreadable", count=picture.unreadable)
    if due is None and not picture.entries:
        yield Concern.NOTHING, line("list_nothing")
    if due is not None and due.overdue_since is not None:
        date, late = due.overdue_since.isoformat(), due.overdue_days
        yield Concern.OVERDUE, line("list_overdue", date=date, days=late)


def _concern_of(matter: Matter) -> Concern:
    if not matter.current:
        return Concern.UNSEEN
    return Concern.ITEM_9 if matter.item9 else Concern.DANGER


def _worse(course: Course, compared: Compared, picture: Picture, knowledge: Knowledge) -> str:
    kratom = picture.unsettling(compared.to_date, knowledge) is not None
    return knowledge.care.outcomes.line(
        "list_worse_kratom" if kratom else "list_worse",
        name=course.name,
        from_total=f"{compared.from_total:g}",
        to_total=f"{compared.to_total:g}",
        to_date=compared.to_date.isoformat(),
        label=compared.label,
    )
