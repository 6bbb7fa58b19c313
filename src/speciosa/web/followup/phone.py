"""The questionnaire that a person fills on a phone. It names nobody and works once.

An answer above 0 to item 9 is kept, and the crisis route is the whole answer: before thanks,
before anything else, with the numbers of the place.
"""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from speciosa.clinical.outcomes.timeline import Source
from speciosa.store import ConflictError, Kind, UnknownError
from speciosa.web import render
from speciosa.web.access import Access, Principal, allow
from speciosa.web.followup import crisis, entry_form, keeping
from speciosa.web.followup.asking import Filled, Form
from speciosa.web.followup.fields import Problems
from speciosa.web.followup.links import hash_of
from speciosa.web.services import Services, Use

router = APIRouter()
BY = "questionnaire link"
LONGEST = 200
ByLink = Annotated[Principal, Depends(allow(Access.LINK))]


@router.get("/q/{token}", include_in_schema=False)
def questionnaire(request: Request, token: str, _: ByLink, use: Use) -> Response:
    """The questions, or the news that the link no longer works."""
    found = _open(request, use, token)
    if found is None:
        return _gone(request)
    return _page(request, use, Filled(), [])


@router.post("/q/{token}", include_in_schema=False)
def answer(request: Request, token: str, _: ByLink, use: Use, form: Form) -> Response:
    """Keep the answers, once."""
    found = _open(request, use, token)
    if found is None:
        return _gone(request)
    place = found
    filled = Filled(form)
    entry, problems = entry_form.entry_of(filled, Source.LINK, use.today(), use.knowledge)
    if entry is None:
        return _page(request, use, filled, problems)
    try:
        use.store.use_link(
            hash_of(token),
            use.now(),
            Kind.ENTRY,
            keeping.encode(entry),
            by=BY,
            change="answered by link",
        )
    except (ConflictError, UnknownError):
        return _gone(request)
    return render.page(
        request,
        "followup/phone_done.html.jinja",
        item9=entry.suicidality or 0,
        line=use.knowledge.care.outcomes.lines,
        urgent=crisis.route(entry.suicidality, place, use.today(), use.knowledge)
        if entry.suicidality
        else None,
    )


def _open(request: Request, use: Services, token: str) -> str | None:
    """The place that the link is for, if it still works; "" where none is known."""
    if len(token) > LONGEST:
        return None
    found = use.store.open_link(hash_of(token), use.now())
    if found is None:
        return None
    person, what = found
    request.state.audit_person = person
    return str(json.loads(what).get("place", ""))


def _page(request: Request, use: Services, filled: Filled, problems: Problems) -> Response:
    return render.page(
        request,
        "followup/phone.html.jinja",
        status=422 if problems else 200,
        filled=filled,
        problems=problems,
        errors=dict(problems),
        choices=entry_form.choices(use.knowledge),
    )


def _gone(request: Request) -> Response:
    return render.page(request, "followup/phone_gone.html.jinja", status=404)
