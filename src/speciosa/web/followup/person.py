"""One person over time: what is pressing, the course, comparisons, the records themselves."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from speciosa.clinical import outcomes
from speciosa.clinical.outcomes.timeline import Timeline
from speciosa.report.charts.trend import trend
from speciosa.store import Kind
from speciosa.web import render
from speciosa.web.access import Access
from speciosa.web.followup import crisis, keeping
from speciosa.web.followup.asking import Reader, person_of
from speciosa.web.followup.wording import words
from speciosa.web.services import Use

router = APIRouter()
SAVED = {
    "entry": "The entry is saved.",
    "event": "The change is saved.",
    "visit": "The contact is saved.",
    "removed": "The record is removed from view; its history is kept until the person is deleted.",
    "diary": "The diary is imported.",
    "revoked": "The link no longer works.",
}


@router.get("/people/{person}", include_in_schema=False)
def one(request: Request, person: str, who: Reader, use: Use, saved: str = "") -> Response:
    """The person's page."""
    found = person_of(use, person)
    versions = use.store.latest(person, *keeping.KINDS, Kind.DRAFT, Kind.ASSESSMENT)
    kept = keeping.read(versions, use.knowledge)
    result = outcomes.assess(kept.timeline, use.knowledge, use.today())
    urgent = None
    if result.crisis:
        item9 = _item9(kept.timeline, use.today())
        urgent = crisis.route(item9, kept.place, use.today(), use.knowledge)
    return render.page(
        request,
        "followup/person.html.jinja",
        person=found,
        result=result,
        kept=kept,
        charts=[
            (course, Markup(trend(course, result.marks, name=f"trend-{course.instrument}")))  # noqa: S704 - our own SVG, escaped by its builder
            for course in result.courses
        ],
        urgent=urgent,
        drafts=[v for v in versions if v.kind is Kind.DRAFT],
        assessments=[v for v in reversed(versions) if v.kind is Kind.ASSESSMENT],
        links=[x for x in use.store.links(person) if not x.revoked],
        now=use.now(),
        saved=SAVED.get(saved, ""),
        words=words,
        may_write=who.may(Access.WRITE),
    )


def _item9(timeline: Timeline, today: dt.date) -> int:
    """The newest answer to item 9; of one day the worse."""
    answers = [(e.date, e.suicidality or 0) for e in timeline.entries if e.suicidality is not None]
    return max((a for a in answers if a[0] <= today), default=(today, 0))[1]
