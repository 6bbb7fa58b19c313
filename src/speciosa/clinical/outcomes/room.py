"""Follow-up of one person: courses, findings, comparisons, the next contact."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from speciosa.clinical.outcomes.before_after import mark_of, responses_of
from speciosa.clinical.outcomes.courses import BETTER
from speciosa.clinical.outcomes.findings import findings_of, missing_of
from speciosa.clinical.outcomes.next_visit import next_visit
from speciosa.clinical.outcomes.periods import repeated_of
from speciosa.clinical.outcomes.picture import Picture, picture_of
from speciosa.clinical.outcomes.result import NextVisit, OutcomesResult
from speciosa.clinical.outcomes.timeline import Timeline
from speciosa.finding import worst_first

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge


def assess(timeline: Timeline, knowledge: Knowledge, today: dt.date) -> OutcomesResult:
    """What is on record up to ``today``, and what it says; entries after it are named, not used."""
    picture = picture_of(timeline, knowledge, today)
    due = next_visit(picture, timeline.visits, knowledge)
    return OutcomesResult(
        today=today,
        headline=_headline(picture, due, knowledge),
        findings=worst_first(tuple(findings_of(picture, due, knowledge))),
        courses=picture.courses,
        marks=tuple(mark_of(e, knowledge) for e in picture.events),
        responses=responses_of(
            picture.courses, picture.entries, picture.events, picture.kratom, knowledge
        ),
        repeated=repeated_of(picture.courses, picture.events, picture.kratom, knowledge, today),
        next_visit=due,
        missing=tuple(missing_of(picture, knowledge)),
        crisis=picture.positive is not None,
    )


def _headline(picture: Picture, due: NextVisit | None, knowledge: Knowledge) -> str:
    line = knowledge.care.outcomes.line
    if picture.positive is not None:
        return line("headline_crisis")
    if not picture.entries:
        return line("headline_none")
    worse = picture.worse()
    if worse:
        items = (
            line("worse_item", name=c.name, from_total=f"{x.from_total:g}",
                 to_total=f"{x.to_total:g}", label=x.label)
            for c, x in worse
        )  # fmt: skip
        return line("headline_worse", what="; ".join(items))
    if due is not None and due.overdue_since is not None:
        return line("headline_overdue", date=due.overdue_since.isoformat())
    return _course_headline(picture, knowledge)


def _course_headline(picture: Picture, knowledge: Knowledge) -> str:
    """What the courses say where nothing is pressing."""
    line = knowledge.care.outcomes.line
    better = [
        line("better_item", name=c.name, from_total=f"{x.from_total:g}", to_total=f"{x.to_total:g}")
        for c in picture.courses
        for x in c.compared
        if x.since == "first" and x.kind in BETTER and not c.more_kratom
    ]
    if any(
        c.more_kratom and x.since == "first" and x.kind in BETTER
        for c in picture.courses
        for x in c.compared
    ):
        return line("headline_kratom")
    if better and not picture.perhaps_worse():
        return line("headline_better", what="; ".join(better))
    return line("headline_open", count=len(picture.entries))
