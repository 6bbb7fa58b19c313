"""Follow-up of one person: courses, findings, comparisons, the next contact."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from speciosa.clinical.outcomes.before_after import mark_of, responses_of
from speciosa.clinical.outcomes.courses import BETTER
from speciosa.clinical.outcomes.findings import findings_of, missing_of
from speciosa.clinical.outcomes.matters import Topic, matter_line
from speciosa.clinical.outcomes.next_visit import next_visit
from speciosa.clinical.outcomes.periods import repeated_of
from speciosa.clinical.outcomes.picture import Picture, picture_of
from speciosa.clinical.outcomes.result import NextVisit, OutcomesResult
from speciosa.clinical.outcomes.timeline import Timeline
from speciosa.finding import Finding, Severity, worst_first

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

# Moderate findings with a headline of their own, which comes after every other moderate one.
OWN_HEADLINE = ("overdue", "relief_reading", "withdrawal_reading")


def assess(timeline: Timeline, knowledge: Knowledge, today: dt.date) -> OutcomesResult:
    """What is on record up to ``today``, and what it says; entries after it are named, not used."""
    picture = picture_of(timeline, knowledge, today)
    due = next_visit(picture, timeline.visits, knowledge)
    findings = worst_first(tuple(findings_of(picture, due, knowledge)))
    return OutcomesResult(
        today=today,
        headline=_headline(picture, due, findings, knowledge),
        findings=findings,
        courses=picture.courses,
        marks=tuple(mark_of(e, knowledge) for e in picture.events),
        responses=responses_of(picture.courses, picture.events, picture.use, knowledge),
        repeated=repeated_of(picture.courses, picture.events, picture.use, knowledge, today),
        next_visit=due,
        missing=tuple(missing_of(picture, knowledge)),
        crisis=bool(picture.current(Topic.ITEM_9, Topic.CASE, Topic.DRAFT)),
        to_look_at=tuple(matter_line(m, knowledge) for m in picture.matters),
    )


def _headline(
    picture: Picture, due: NextVisit | None, findings: tuple[Finding, ...], knowledge: Knowledge
) -> str:
    """The first line: never calmer than the worst finding."""
    line = knowledge.care.outcomes.line
    if picture.positive is not None:
        return line("headline_crisis")
    worst = findings[0] if findings else None
    if worst is not None and worst.severity.rank < Severity.MAJOR.rank:
        return line("headline_urgent", what=worst.text)
    worse = picture.worse()
    if worse:
        items = (
            line("worse_item", name=c.name, from_total=f"{x.from_total:g}",
                 to_total=f"{x.to_total:g}", label=x.label)
            + (line("worse_kratom") if picture.unsettling(x.to_date, knowledge) else "")
            for c, x in worse
        )  # fmt: skip
        return line("headline_worse", what="; ".join(items))
    if worst is not None and (worst.severity is Severity.MAJOR or not picture.entries):
        return worst.text
    return _quieter(picture, due, findings, knowledge)


def _quieter(
    picture: Picture, due: NextVisit | None, findings: tuple[Finding, ...], knowledge: Knowledge
) -> str:
    """The first line where nothing is worse than moderate."""
    line = knowledge.care.outcomes.line
    if not picture.entries:
        return line("headline_none")
    own = [f for f in findings if f.severity is Severity.MODERATE and not _is_said(f)]
    if own:
        return own[0].text
    if due is not None and due.overdue_since is not None:
        return line("headline_overdue", date=due.overdue_since.isoformat())
    return _course_headline(picture, findings, knowledge)


def _is_said(finding: Finding) -> bool:
    """Whether a headline of its own stands for a finding."""
    return finding.id.startswith(tuple(f"outcomes.{name}" for name in OWN_HEADLINE))


def _course_headline(picture: Picture, findings: tuple[Finding, ...], knowledge: Knowledge) -> str:
    """What the courses say where nothing is pressing."""
    line = knowledge.care.outcomes.line
    fell = [
        (course, x)
        for course in picture.courses
        for x in course.compared
        if x.since == "first" and x.kind in BETTER
    ]
    if any(course.more_kratom for course, _ in fell):
        return line("headline_kratom")
    if findings and findings[0].severity is Severity.MODERATE:
        return findings[0].text
    better = [
        line("better_item", name=c.name, from_total=f"{x.from_total:g}", to_total=f"{x.to_total:g}")
        for c, x in fell
    ]
    if better:
        return line("headline_better", what="; ".join(better))
    if not any(course.compared for course in picture.courses):
        totals = (
            line("first_item", name=c.name, total=f"{c.points[-1].total:g}")
            for c in picture.courses
        )
        return line("headline_first", what=", ".join(totals) or line("no_total"))
    return line("headline_open", count=len(picture.entries))
