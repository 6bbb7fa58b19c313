"""A clinician records having looked at what was pressing: who, when, what was done."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from speciosa.clinical.outcomes.timeline import Event, EventKind
from speciosa.store import Kind
from speciosa.web import render
from speciosa.web.followup.asking import (
    Filled,
    Form,
    Writer,
    form_key,
    is_first,
    person_of,
    see_other,
)
from speciosa.web.followup.changes import LONGEST
from speciosa.web.followup.fields import date_of
from speciosa.web.person import encode
from speciosa.web.services import Use

router = APIRouter()


@router.post("/people/{person}/reviews", include_in_schema=False)
def add(request: Request, person: str, who: Writer, use: Use, form: Form) -> Response:
    """Keep what was done. What it is about stays in the record and leaves the list."""
    found = person_of(use, person)
    filled = Filled(form)
    problems: list[tuple[str, str]] = []
    date = date_of(filled.text("date"), use.today(), problems)
    done = filled.text("what")
    if not done or len(done) > LONGEST:
        problems.append(("what", f"Say what was done, in at most {LONGEST} characters."))
    if problems or date is None:
        return render.page(
            request,
            "followup/review.html.jinja",
            status=422,
            person=found,
            filled=filled,
            once=form_key(filled),
            problems=problems,
            errors=dict(problems),
            today=use.today(),
        )
    event = Event(
        date=date, kind=EventKind.REVIEWED, what=done, note=f"{who.name or who.id}"[:LONGEST]
    )
    with use.store.together():
        if is_first(use, filled):
            use.store.save(
                person, Kind.EVENT, encode(event), by=who.id, at=use.now(), change="looked at"
            )
    return see_other(f"/people/{person}?saved=review")
