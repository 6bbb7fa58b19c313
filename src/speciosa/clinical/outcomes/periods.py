"""The same treatment on and off several times: the person as their own control, pair by pair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from speciosa.clinical.outcomes.before_after import COMPARED, POINTS
from speciosa.clinical.outcomes.courses import measurement_error
from speciosa.clinical.outcomes.kratom import about_kratom
from speciosa.clinical.outcomes.regression import paired
from speciosa.clinical.outcomes.result import Course, Point, Repeated, Verdict
from speciosa.clinical.outcomes.thresholds import days, number
from speciosa.clinical.outcomes.timeline import Event, EventKind
from speciosa.finding import Estimate

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.kratom import Use
    from speciosa.knowledge import Knowledge


class Around(NamedTuple):
    """What else is on record beside the periods of one treatment."""

    events: tuple[Event, ...]
    use: Use


class Span(NamedTuple):
    """A stretch of time with or without the treatment; both ends are days."""

    begin: dt.date
    end: dt.date
    on: bool


def repeated_of(
    courses: tuple[Course, ...],
    events: Iterable[Event],
    use: Use,
    knowledge: Knowledge,
    today: dt.date,
) -> tuple[Repeated, ...]:
    """Every treatment that was begun more than once, against every questionnaire compared."""
    events = tuple(set(events))
    found = []
    for name, own in sorted(_by_treatment(events).items()):
        spans = tuple(_spans(own, courses, today))
        if sum(1 for s in spans if s.on) < 2:
            continue
        around = Around(tuple(e for e in events if _key(e) != name), use)
        for course in courses:
            if course.instrument in COMPARED:
                found.append(_compare(course, own[0], spans, around, knowledge))
    return tuple(found)


def _key(event: Event) -> str:
    return (event.treatment or event.what).strip().casefold()


def _by_treatment(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda e: (e.date, e.kind, e.what, e.note)):
        if event.kind in (EventKind.STARTED, EventKind.STOPPED):
            found.setdefault(_key(event), []).append(event)
    return found


def _spans(events: list[Event], courses: tuple[Course, ...], today: dt.date) -> Iterator[Span]:
    """Stretches between starts and stops, with the time before the first and after the last."""
    dates = [p.date for course in courses for p in course.points]
    if not dates:
        return
    begin = min(dates)
    on = events[0].kind is EventKind.STOPPED
    for event in events:
        now_on = event.kind is EventKind.STARTED
        if now_on == on:
            continue
        if event.date > begin:
            yield Span(begin, event.date, on)
        begin, on = event.date, now_on
    if today > begin:
        yield Span(begin, today, on)


def pairs_of(
    points: tuple[Point, ...], spans: tuple[Span, ...], knowledge: Knowledge
) -> tuple[float, ...]:
    """Mean with minus mean without, in neighbouring periods; each period is used once."""
    needed = days(knowledge, "period-totals-needed")
    settle = dt.timedelta(days=days(knowledge, "settle-days"))
    means: list[float | None] = []
    for i, span in enumerate(spans):
        begin = span.begin + settle if i else span.begin - dt.timedelta(days=1)
        inside = [p.total for p in points if begin < p.date <= span.end and p.low == p.high]
        means.append(sum(inside) / len(inside) if len(inside) >= needed else None)
    found: list[float] = []
    i = 0
    while i + 1 < len(spans):
        first, second = means[i], means[i + 1]
        if first is None or second is None:
            i += 1
            continue
        found.append(first - second if spans[i].on else second - first)
        i += 2
    return tuple(found)


def _compare(
    course: Course,
    event: Event,
    spans: tuple[Span, ...],
    around: Around,
    knowledge: Knowledge,
) -> Repeated:
    line = knowledge.care.outcomes.line
    differences = pairs_of(course.points, spans, knowledge)
    reasons = tuple(_obstacles(event, spans, around, differences, knowledge))
    if measurement_error(knowledge.instruments.by_id[course.instrument]) is None:
        reasons = (*reasons, line("no_error"))
    if reasons:
        return Repeated(
            instrument=course.instrument,
            name=course.name,
            treatment=event.what,
            verdict=Verdict.CANNOT_TELL,
            text=line("pairs_cannot", what=event.what, reason="; ".join(reasons)),
            pairs=len(differences),
            reasons=reasons,
            facts=course.facts,
        )
    error = measurement_error(knowledge.instruments.by_id[course.instrument]) or 0.0
    # A period's mean of k totals has the error of one over the root of k; two means differ by both.
    totals = number(knowledge, "period-totals-needed")
    mean, low, high = paired(differences, floor=error * (2 / totals) ** 0.5)
    verdict, key = Verdict.CANNOT_TELL, "pairs_cannot"
    matters = number(knowledge, f"{course.instrument}/important")
    ends = {"low": f"{low:.1f}", "high": f"{high:.1f}"}
    if high < 0:
        verdict, key = Verdict.LOWER, "pairs_lower"
    elif low > 0:
        verdict, key = Verdict.HIGHER, "pairs_higher"
    elif -matters < low and high < matters:
        verdict, key = Verdict.NO_CLEAR_DIFFERENCE, "pairs_no_clear"
    reasons = (line("wide", **ends),) if verdict is Verdict.CANNOT_TELL else ()
    return Repeated(
        instrument=course.instrument,
        name=course.name,
        treatment=event.what,
        verdict=verdict,
        text=line(
            key,
            name=course.name,
            what=event.what,
            change=f"{abs(mean):.1f}",
            pairs=len(differences),
            reason="; ".join(reasons),
            **ends,
        ),
        pairs=len(differences),
        difference=Estimate(
            value=round(mean, 2),
            unit=POINTS,
            low=round(low, 2),
            high=round(high, 2),
            interval=line("interval_pairs"),
            facts=("care/outcomes/pairs-needed",),
        ),
        reasons=reasons,
        facts=course.facts,
    )


def _obstacles(
    event: Event,
    spans: tuple[Span, ...],
    around: Around,
    differences: tuple[float, ...],
    knowledge: Knowledge,
) -> Iterator[str]:
    line = knowledge.care.outcomes.line
    if about_kratom(event, knowledge):
        yield line("kratom_periods")
        return
    begin, end = spans[0].begin, spans[-1].end
    others = {e.what for e in around.events if begin < e.date < end}
    others |= {c.what for c in around.use.changes if c.implied and begin < c.date < end}
    if others:
        yield line("other_changes", what=", ".join(sorted(others)))
    if around.use.can_lower(begin, end):
        yield line("kratom_differs")
    needed = days(knowledge, "pairs-needed")
    if len(differences) < needed:
        yield line("few_pairs", count=len(differences), needed=needed)
