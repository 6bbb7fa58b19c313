"""Everybody under care: search and add."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from speciosa.errors import InputError
from speciosa.web import render
from speciosa.web.followup.asking import Filled, Form, Reader, Writer, is_id, see_other
from speciosa.web.person import add as add_person
from speciosa.web.person.reference import LONGEST
from speciosa.web.services import Services, Use

router = APIRouter()
PAGE = 50


@router.get("/people", include_in_schema=False)
def people(request: Request, _: Reader, use: Use, after: str = "") -> Response:
    """People in order of their references."""
    return _page(request, use, after=after)


@router.post("/people/search", include_in_schema=False)
def search(request: Request, _: Reader, use: Use, form: Form) -> Response:
    """People by a part of their reference, which no address and no log then holds."""
    filled = Filled(form)
    return _page(request, use, search=filled.text("search"), after=filled.text("after"))


@router.get("/people/search", include_in_schema=False)
def searched(_: Reader) -> Response:
    """The address of a search that was left: everybody."""
    return see_other("/people")


@router.post("/people", include_in_schema=False)
def add(request: Request, who: Writer, use: Use, form: Form) -> Response:
    """A new person by the clinic's own reference."""
    label = Filled(form).text("label")
    try:
        person = add_person(use, label, by=who.id)
    except InputError as error:
        (problem,) = error.problems
        words = f"{problem.value}: accepted is {problem.accepted}."
        return _page(request, use, label=label[:LONGEST], error=words)
    request.state.audit_person = person.id
    return see_other(f"/people/{person.id}")


def _page(
    request: Request,
    use: Services,
    *,
    search: str = "",
    after: str = "",
    label: str = "",
    error: str = "",
) -> Response:
    search = search.strip()[:LONGEST]
    found = use.store.people(search=search, after=after if is_id(after) else "", limit=PAGE + 1)
    return render.page(
        request,
        "followup/people.html.jinja",
        status=422 if error else 200,
        people=found[:PAGE],
        search=search,
        older=found[PAGE - 1].id if len(found) > PAGE else "",
        label=label,
        error=error,
    )
