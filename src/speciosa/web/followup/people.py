"""Everybody under care: search and add."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from speciosa.web import render
from speciosa.web.followup.asking import Filled, Form, Reader, Writer, is_id, see_other
from speciosa.web.services import Use

router = APIRouter()
PAGE = 50
LONGEST = 120


@router.get("/people", include_in_schema=False)
def people(request: Request, _: Reader, use: Use, search: str = "", after: str = "") -> Response:
    """People in order of their references."""
    search = search.strip()[:LONGEST]
    found = use.store.people(search=search, after=after if is_id(after) else "", limit=PAGE + 1)
    return render.page(
        request,
        "followup/people.html.jinja",
        people=found[:PAGE],
        search=search,
        older=found[PAGE - 1].id if len(found) > PAGE else "",
        label="",
        error="",
    )


@router.post("/people", include_in_schema=False)
def add(request: Request, who: Writer, use: Use, form: Form) -> Response:
    """A new person by the clinic's own reference."""
    label = Filled(form).text("label")
    error = ""
    if not label:
        error = "Type a reference: the clinic's own number or initials."
    elif len(label) > LONGEST:
        error = f"A reference has at most {LONGEST} characters."
    elif any(p.label == label for p in use.store.people(search=label, limit=PAGE)):
        error = "Somebody has this reference already."
    if error:
        return render.page(
            request,
            "followup/people.html.jinja",
            status=422,
            people=use.store.people(limit=PAGE),
            search="",
            older="",
            label=label[:LONGEST],
            error=error,
        )
    person = use.store.add_person(label, by=who.id, at=use.now())
    return see_other(f"/people/{person.id}")
