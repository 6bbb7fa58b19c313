"""When the next contact is due, what to measure then, and whether it is overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from speciosa.clinical.outcomes.kratom import about_kratom
from speciosa.clinical.outcomes.matters import Topic
from speciosa.clinical.outcomes.result import NextVisit
from speciosa.clinical.outcomes.thresholds import days
from speciosa.clinical.outcomes.timeline import EventKind, Source, Visit

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.picture import Picture
    from speciosa.knowledge import Knowledge


class Due(NamedTuple):
    """A reason for a contact and its day."""

    date: dt.date
    label: str
    why: str
    measure: tuple[str, ...]
    decide: tuple[str, ...]
    facts: tuple[str, ...]
    today: bool = False


def next_visit(
    picture: Picture, visits: tuple[Visit, ...], knowledge: Knowledge
) -> NextVisit | None:
    """The earliest contact that anything on record asks for; ``None`` where nothing does.

    What every other reason within the grace period asks to measure is added to it.
    """
    grace = dt.timedelta(days=days(knowledge, "grace-days"))
    due = sorted(
        (
            *_pressing(picture, knowledge),
            *_planned(picture, visits, knowledge),
            *_scheduled(picture, visits, knowledge),
        )
    )
    if not due:
        return None
    # What is about today goes before what has been due for long.
    first = next((d for d in due if d.today), due[0])
    together = [d for d in due if d.date <= max(first.date, picture.today) + grace]
    late = (picture.today - due[0].date).days
    return NextVisit(
        date=first.date,
        label=first.label,
        why="; ".join(dict.fromkeys(d.why for d in together)),
        measure=tuple(dict.fromkeys(m for d in together for m in d.measure)),
        decide=tuple(dict.fromkeys(x for d in together for x in d.decide)),
        overdue_days=late if late > grace.days else 0,
        overdue_since=due[0].date if late > grace.days else None,
        facts=tuple(dict.fromkeys(f for d in together for f in d.facts)),
    )


def _pressing(picture: Picture, knowledge: Knowledge) -> Iterator[Due]:
    line = knowledge.care.outcomes.line
    scales, effects = line("measure_scales"), line("measure_effects")
    if picture.positive is not None:
        yield Due(
            picture.today,
            line("label_today"),
            line("why_item9"),
            (line("measure_item9"), scales),
            (line("decide_item9"),),
            ("safety/limit/item9_ask_today",),
            today=True,
        )
    if picture.current(Topic.EFFECTS):
        yield Due(
            picture.today, line("label_today"), line("why_danger"), (effects,), (), (), today=True
        )
    for matter in picture.current(Topic.CASE, Topic.DRAFT):
        why = line(f"why_{matter.topic}", date=matter.date.isoformat())
        yield Due(picture.today, line("label_today"), why, (scales, effects), (), (), today=True)
    for course, compared in picture.worse():
        yield Due(
            compared.to_date + dt.timedelta(days=days(knowledge, "early-contact-days")),
            line("label_soon"),
            line("why_worse", name=course.name),
            (scales, line("measure_kratom"), effects),
            (line("decide_worse"),),
            ("care/monitoring/step-up-1", "care/outcomes/early-contact-days"),
        )
    change = picture.unsettling(picture.today, knowledge)
    if change is not None:
        last = max(picture.last or change.date, change.date)
        yield Due(
            last + dt.timedelta(days=days(knowledge, "kratom-contact-days")),
            line("label_weekly"),
            line("why_kratom"),
            (scales, line("measure_withdrawal"), line("measure_kratom")),
            (line("decide_kratom"),),
            ("care/kratom/stop-7", "care/outcomes/kratom-contact-days"),
        )


def _open(picture: Picture, visits: tuple[Visit, ...], knowledge: Knowledge) -> list[Visit]:
    """Planned contacts that have not taken place: not marked, and no visit on record since."""
    grace = dt.timedelta(days=days(knowledge, "grace-days"))
    seen = max((e.date for e in picture.entries if e.source is Source.VISIT), default=None)
    return [v for v in visits if v.done is None and (seen is None or seen < v.planned - grace)]


def _planned(picture: Picture, visits: tuple[Visit, ...], knowledge: Knowledge) -> Iterator[Due]:
    line = knowledge.care.outcomes.line
    for visit in _open(picture, visits, knowledge):
        measure = visit.measure or (line("measure_scales"),)
        yield Due(
            visit.planned, visit.label or line("why_planned"), line("why_planned"), measure, (), ()
        )


def _scheduled(picture: Picture, visits: tuple[Visit, ...], knowledge: Knowledge) -> Iterator[Due]:
    """The usual dates, where nothing was planned."""
    if _open(picture, visits, knowledge) or not picture.entries or picture.last is None:
        return
    line = knowledge.care.outcomes.line
    started = [
        e for e in picture.events if e.kind is EventKind.STARTED and not about_kratom(e, knowledge)
    ]
    anchor = max((e.date for e in started), default=picture.entries[0].date)
    what = max(started, key=lambda e: e.date).what if started else line("first")
    flags = picture.flags(knowledge)
    wording = knowledge.care.follow_up
    held = [v for v in wording.visits if v.holds(flags)]
    due = next((v for v in held if anchor + dt.timedelta(days=v.days) > picture.last), held[-1])
    date = anchor + dt.timedelta(days=due.days)
    again = dt.timedelta(days=days(knowledge, "later-days"))
    while date <= picture.last:
        date += again
    yield Due(
        date,
        due.label,
        line("why_schedule", what=what, date=anchor.isoformat()),
        tuple(m.text for m in due.measure if m.holds(flags)),
        (due.decide, *(d.text for d in due.decides if d.holds(flags))),
        due.facts,
    )
