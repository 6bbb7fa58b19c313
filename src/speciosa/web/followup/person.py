"""One person over time: what is pressing, the course, comparisons, the records themselves."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from speciosa.clinical import outcomes
from speciosa.report.charts.trend import trend
from speciosa.store import Kind
from speciosa.web import render
from speciosa.web.access import Access
from speciosa.web.followup.asking import Reader, form_key, person_of
from speciosa.web.followup.wording import words
from speciosa.web.person import KINDS, read, route_of
from speciosa.web.services import Use

router = APIRouter()
SAVED = {
    "entry": "The entry is saved.",
    "review": "What was done is recorded.",
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
    versions = use.store.latest(person, *KINDS, Kind.ASSESSMENT)
    kept = read(versions, use.knowledge)
    result = outcomes.assess(kept.timeline, use.knowledge, use.today())
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
        urgent=route_of(kept, result, use.knowledge),
        drafts=[v for v in versions if v.kind is Kind.DRAFT],
        assessments=[v for v in reversed(versions) if v.kind is Kind.ASSESSMENT],
        links=[x for x in use.store.links(person) if not x.revoked],
        now=use.now(),
        once=form_key(),
        saved=SAVED.get(saved, ""),
        words=words,
        may_write=who.may(Access.WRITE),
    )
