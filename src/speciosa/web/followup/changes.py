"""Changes on the time axis: a treatment or kratom started, stopped, changed; a life event."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from speciosa.clinical.outcomes.timeline import Direction, Event, EventKind
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
from speciosa.web.followup.fields import date_of
from speciosa.web.person import encode
from speciosa.web.services import Services, Use

router = APIRouter()
LONGEST = 200
LONGEST_NOTE = 4000
KINDS = (
    ("started", "Started"),
    ("stopped", "Stopped"),
    ("changed", "Changed"),
    ("life", "Life event"),
)
DIRECTIONS = (("more", "more"), ("less", "less"))


@router.get("/people/{person}/events", include_in_schema=False)
def form(request: Request, person: str, _: Writer, use: Use) -> Response:
    """An empty form."""
    return _page(request, use, person, Filled(), [])


@router.post("/people/{person}/events", include_in_schema=False)
def add(request: Request, person: str, who: Writer, use: Use, form: Form) -> Response:
    """Keep a change."""
    person_of(use, person)
    filled = Filled(form)
    problems: list[tuple[str, str]] = []
    date = date_of(filled.text("date"), use.today(), problems)
    kind, what = filled.text("kind"), filled.text("what")
    if kind not in dict(KINDS):
        problems.append(("kind", "Say what happened."))
    if not what or len(what) > LONGEST:
        problems.append(("what", f"Say what changed, in at most {LONGEST} characters."))
    if len(filled.text("note")) > LONGEST_NOTE:
        problems.append(("note", f"At most {LONGEST_NOTE} characters."))
    if problems or date is None:
        return _page(request, use, person, filled, problems)
    direction = filled.text("direction")
    event = Event(
        date=date,
        kind=EventKind(kind),
        what=what,
        treatment=_treatment(what, use),
        direction=Direction(direction) if direction in dict(DIRECTIONS) else None,
        note=filled.text("note"),
    )
    with use.store.together():
        if is_first(use, filled):
            use.store.save(
                person, Kind.EVENT, encode(event), by=who.id, at=use.now(), change="change added"
            )
    return see_other(f"/people/{person}?saved=event")


@router.post("/people/{person}/events/{record}/remove", include_in_schema=False)
def remove(person: str, record: str, who: Writer, use: Use) -> Response:
    """Take a change out of view."""
    record_of(use, person, record, Kind.EVENT)
    use.store.remove(record, by=who.id, at=use.now(), change="change removed")
    return see_other(f"/people/{person}?saved=removed")


def _treatment(what: str, use: Services) -> str:
    medicine = use.knowledge.medicines.find(what)
    if medicine is not None:
        return medicine.id
    named = use.knowledge.care.treatments_named(what)
    return named[0].id if named else ""


def _page(
    request: Request, use: Services, person: str, filled: Filled, problems: list[tuple[str, str]]
) -> Response:
    return render.page(
        request,
        "followup/event.html.jinja",
        status=422 if problems else 200,
        person=person_of(use, person),
        filled=filled,
        once=form_key(filled),
        problems=problems,
        errors=dict(problems),
        today=use.today(),
        kinds=KINDS,
        directions=DIRECTIONS,
    )
