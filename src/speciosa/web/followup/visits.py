"""Plan a contact, and mark it as kept."""

from __future__ import annotations

import datetime as dt

import msgspec
from fastapi import APIRouter, Request, Response

from speciosa.clinical import outcomes
from speciosa.clinical.outcomes.timeline import Visit
from speciosa.store import Kind
from speciosa.web import render
from speciosa.web.followup.asking import (
    Filled,
    Form,
    Writer,
    form_key,
    is_first,
    person_of,
    record_of,
    see_other,
)
from speciosa.web.followup.fields import Problems, date_of
from speciosa.web.person import encode, of_person
from speciosa.web.services import Services, Use

router = APIRouter()
LONGEST = 200
AHEAD = dt.timedelta(days=3 * 366)


@router.get("/people/{person}/visits", include_in_schema=False)
def form(request: Request, person: str, _: Writer, use: Use) -> Response:
    """A form filled with what the record asks for."""
    return _page(request, use, person, Filled(), [])


@router.post("/people/{person}/visits", include_in_schema=False)
def add(request: Request, person: str, who: Writer, use: Use, form: Form) -> Response:
    """Plan a contact."""
    person_of(use, person)
    filled = Filled(form)
    problems: Problems = []
    latest = use.today() + AHEAD
    date = date_of(filled.text("planned"), latest, problems, "planned", earliest=use.today())
    measure = tuple(x.strip() for x in filled.text("measure").split("\n") if x.strip())
    if any(len(x) > LONGEST for x in measure) or len(measure) > 40:
        problems.append(("measure", "At most 40 lines of 200 characters."))
    if len(filled.text("label")) > LONGEST:
        problems.append(("label", f"At most {LONGEST} characters."))
    if date is None or problems:
        return _page(request, use, person, filled, problems)
    visit = Visit(planned=date, label=filled.text("label"), measure=measure)
    with use.store.together():
        if is_first(use, filled):
            use.store.save(
                person, Kind.VISIT, encode(visit), by=who.id, at=use.now(), change="contact planned"
            )
    return see_other(f"/people/{person}?saved=visit")


@router.post("/people/{person}/visits/{record}/done", include_in_schema=False)
def done(person: str, record: str, who: Writer, use: Use) -> Response:
    """The contact took place."""
    version = record_of(use, person, record, Kind.VISIT)
    visit = msgspec.json.decode(version.body, type=Visit)
    kept = msgspec.structs.replace(visit, done=use.today())
    use.store.save(
        person,
        Kind.VISIT,
        encode(kept),
        by=who.id,
        at=use.now(),
        change="contact kept",
        record=record,
        expect=version.version,
    )
    return see_other(f"/people/{person}?saved=visit")


@router.post("/people/{person}/visits/{record}/remove", include_in_schema=False)
def remove(person: str, record: str, who: Writer, use: Use) -> Response:
    """Take a planned contact out of view."""
    record_of(use, person, record, Kind.VISIT)
    use.store.remove(record, by=who.id, at=use.now(), change="contact removed")
    return see_other(f"/people/{person}?saved=removed")


def _page(
    request: Request, use: Services, person: str, filled: Filled, problems: Problems
) -> Response:
    found = person_of(use, person)
    kept = of_person(use.store, person, use.knowledge)
    due = outcomes.assess(kept.timeline, use.knowledge, use.today()).next_visit
    return render.page(
        request,
        "followup/visit.html.jinja",
        status=422 if problems else 200,
        person=found,
        filled=filled,
        once=form_key(filled),
        problems=problems,
        errors=dict(problems),
        due=due,
        today=use.today(),
    )
