"""Lists of a clinic: who needs somebody first. Item 9, then reliable worsening, then overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from speciosa.clinical.outcomes.next_visit import next_visit
from speciosa.clinical.outcomes.picture import picture_of
from speciosa.clinical.outcomes.result import Attention, Concern
from speciosa.clinical.outcomes.timeline import Timeline

if TYPE_CHECKING:
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
    """Those with a positive item 9 or reliable worsening, the most pressing first."""
    listed = attention(people, knowledge, today)
    return tuple(a for a in listed if set(a.concerns) & {Concern.ITEM_9, Concern.WORSENING})


def _with(concern: Concern, listed: tuple[Attention, ...]) -> tuple[Attention, ...]:
    return tuple(a for a in listed if concern in a.concerns)


def _pressing(found: Attention) -> tuple[int, float, int, str]:
    return _ORDER.index(found.concerns[0]), -found.rise, -found.overdue_days, found.person


def _of(person: str, timeline: Timeline, knowledge: Knowledge, today: dt.date) -> Attention:
    line = knowledge.care.outcomes.line
    picture = picture_of(timeline, knowledge, today)
    due = next_visit(picture, timeline.visits, knowledge)
    concerns, lines = [], []
    if picture.positive is not None:
        concerns.append(Concern.ITEM_9)
        item9 = picture.positive
        lines.append(line("list_item9", answer=item9.answer, date=item9.date.isoformat()))
    if picture.danger is not None:
        # A dangerous side effect stands with the worsened: it is about now, not about a date.
        concerns.append(Concern.WORSENING)
        date, words = picture.danger
        lines.append(line("list_danger", date=date.isoformat(), words=", ".join(words)))
    worse = picture.worse()
    for course, compared in worse:
        concerns.append(Concern.WORSENING)
        kratom = picture.unsettling(compared.to_date, knowledge) is not None
        lines.append(
            line(
                "list_worse_kratom" if kratom else "list_worse",
                name=course.name,
                from_total=f"{compared.from_total:g}",
                to_total=f"{compared.to_total:g}",
                to_date=compared.to_date.isoformat(),
                label=compared.label,
            )
        )
    late = 0 if due is None else due.overdue_days
    if due is not None and due.overdue_since is not None:
        concerns.append(Concern.OVERDUE)
        lines.append(line("list_overdue", date=due.overdue_since.isoformat(), days=late))
    return Attention(
        person=person,
        concerns=tuple(dict.fromkeys(concerns)),
        lines=tuple(lines),
        overdue_days=late,
        rise=max((x.difference for _, x in worse), default=0.0),
        last_entry=picture.last,
        next_date=None if due is None else due.date,
    )
