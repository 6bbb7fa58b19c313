"""Add a follow-up entry, or take one out of view."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response

from speciosa.clinical.outcomes.timeline import Entry, Source
from speciosa.store import Kind
from speciosa.web import render
from speciosa.web.followup import entry_form
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
from speciosa.web.followup.fields import Problems
from speciosa.web.followup.wording import words
from speciosa.web.person import encode
from speciosa.web.services import Services, Use

router = APIRouter()


@router.get("/people/{person}/entries", include_in_schema=False)
def form(request: Request, person: str, _: Writer, use: Use) -> Response:
    """An empty form."""
    return _page(request, use, person, Filled(), [])


@router.post("/people/{person}/entries", include_in_schema=False)
def add(request: Request, person: str, who: Writer, use: Use, form: Form) -> Response:
    """Keep an entry; a positive item 9 is the first thing on the page that follows."""
    person_of(use, person)
    filled = Filled(form)
    entry, problems = entry_form.entry_of(filled, Source.VISIT, use.today(), use.knowledge)
    if entry is None:
        return _page(request, use, person, filled, problems)
    with use.store.together():
        if is_first(use, filled):
            use.store.save(
                person, Kind.ENTRY, encode(entry), by=who.id, at=use.now(), change="entry added"
            )
    return see_other(f"/people/{person}?saved=entry")


@router.post("/people/{person}/entries/{record}/remove", include_in_schema=False)
def remove(
    request: Request, person: str, record: str, who: Writer, use: Use, form: Form
) -> Response:
    """Take an entry out of view; what somebody must look at only when it is said twice."""
    version = record_of(use, person, record, Kind.ENTRY)
    entry = _entry(version.body)
    if (entry is None or _is_pressing(entry, use)) and Filled(form).text("sure") != "yes":
        return render.page(
            request,
            "followup/remove.html.jinja",
            status=422,
            person=person_of(use, person),
            record=record,
            words="" if entry is None else words(entry),
        )
    use.store.remove(record, by=who.id, at=use.now(), change="entry removed")
    return see_other(f"/people/{person}?saved=removed")


def _entry(body: bytes) -> Entry | None:
    try:
        return msgspec.json.decode(body, type=Entry)
    except msgspec.DecodeError:
        return None


def _is_pressing(entry: Entry, use: Services) -> bool:
    """Whether a positive item 9 or a dangerous side effect would go with it."""
    dangers = use.knowledge.care.outcomes.words["danger_side_effects"]
    return bool(entry.suicidality) or any(x in dangers for x in entry.side_effects or ())


def _page(
    request: Request, use: Services, person: str, filled: Filled, problems: Problems
) -> Response:
    return render.page(
        request,
        "followup/entry.html.jinja",
        status=422 if problems else 200,
        person=person_of(use, person),
        filled=filled,
        once=form_key(filled),
        problems=problems,
        errors=dict(problems),
        item9_now=bool(problems) and entry_form.item9_of(filled) > 0,
        choices=entry_form.choices(use.knowledge),
        labs=range(1, entry_form.LABS + 1),
        today=use.today(),
    )
