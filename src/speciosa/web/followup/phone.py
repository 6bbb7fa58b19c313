"""The questionnaire that a person fills on a phone. It names nobody and works once.

An answer above 0 to item 9 is kept, and the crisis route is the whole answer: before thanks,
before anything else, with the numbers of the place.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from speciosa.clinical.outcomes.timeline import Entry, Source
from speciosa.store import ConflictError, Kind, Link, UnknownError
from speciosa.web import render
from speciosa.web.access import Access, Principal, allow
from speciosa.web.followup import entry_form
from speciosa.web.followup.asking import Filled, Form
from speciosa.web.followup.entry_form import item9_of
from speciosa.web.followup.fields import Problems
from speciosa.web.followup.links import hash_of
from speciosa.web.followup.refused import route_here
from speciosa.web.person import encode, route
from speciosa.web.services import Services, Use

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

router = APIRouter()
BY = "questionnaire link"
LONGEST = 200
ByLink = Annotated[Principal, Depends(allow(Access.LINK))]


@router.get("/q/{token}", include_in_schema=False)
def questionnaire(request: Request, token: str, _: ByLink, use: Use) -> Response:
    """The questions, or the news that the link no longer works."""
    if not _open(request, use, token):
        return _gone(request)
    return _page(request, use, Filled(), [])


@router.post("/q/{token}", include_in_schema=False)
def answer(request: Request, token: str, _: ByLink, use: Use, form: Form) -> Response:
    """Keep the answers, once. A positive item 9 gets its route whether or not they are kept."""
    filled = Filled(form)
    is_open = _open(request, use, token)
    entry, problems = entry_form.entry_of(filled, Source.LINK, use.today(), use.knowledge)
    if not is_open:
        return _late(request, use, token, filled, entry)
    if entry is None:
        danger = _Told.of(filled, entry, use.knowledge).danger
        return _page(request, use, filled, problems, danger)
    try:
        use.store.use_link(
            hash_of(token), use.now(), Kind.ENTRY, encode(entry), by=BY, change="answered by link"
        )
    except (ConflictError, UnknownError):
        return _late(request, use, token, filled, entry)
    return _done(request, use, token, _Told.of(filled, entry, use.knowledge))


class _Told(NamedTuple):
    """What of the answers needs more than thanks: item 9 above 0, dangerous side effects."""

    item9: int
    danger: str

    @classmethod
    def of(cls, filled: Filled, entry: Entry | None, knowledge: Knowledge) -> _Told:
        names = knowledge.care.outcomes.words["danger_side_effects"]
        ticked = filled.texts("side_effects")
        danger = ", ".join(words for name, words in names.items() if name in ticked)
        kept = (entry.suicidality or 0) if entry is not None else 0
        return cls(max(item9_of(filled), kept), danger)


def _late(
    request: Request, use: Services, token: str, filled: Filled, entry: Entry | None
) -> Response:
    """The link was used, has expired or was withdrawn: nothing is kept, and that is said.

    A phone that lost the answer sends the form again. The same answers are then with the clinic.
    """
    link = use.store.link(hash_of(token)) if len(token) <= LONGEST else None
    told = _Told.of(filled, entry, use.knowledge)
    if link is not None and entry is not None and _is_kept(use, link, entry):
        return _done(request, use, token, told)
    if told.item9 or told.danger:
        return _done(request, use, token, told, status=404)
    return _gone(request)


def _is_kept(use: Services, link: Link, entry: Entry) -> bool:
    """Whether the same answers came through a link of this person on the day it was used."""
    if link.used_at is None:
        return False
    same = msgspec.structs.replace(entry, date=link.used_at.date())
    kept = use.store.latest(link.person, Kind.ENTRY)
    return any(v.by == BY and v.at == link.used_at and v.body == encode(same) for v in kept)


def _done(
    request: Request, use: Services, token: str, told: _Told, *, status: int = 200
) -> Response:
    """Thanks, or the route with the numbers of the place that the link is for."""
    link = use.store.link(hash_of(token)) if len(token) <= LONGEST else None
    place = str(json.loads(link.what).get("place", "")) if link is not None else ""
    return render.page(
        request,
        "followup/phone_done.html.jinja",
        status=status,
        received=status == 200,
        item9=told.item9,
        danger=told.danger,
        line=use.knowledge.care.outcomes.lines,
        urgent=route(told.item9, place, use.today(), use.knowledge)
        if told.item9 or told.danger
        else None,
    )


def _open(request: Request, use: Services, token: str) -> bool:
    """Whether the link still works; whose it is goes to the audit log either way."""
    if len(token) > LONGEST:
        return False
    link = use.store.link(hash_of(token))
    if link is not None:
        request.state.audit_person = link.person
    return use.store.open_link(hash_of(token), use.now()) is not None


def _page(
    request: Request, use: Services, filled: Filled, problems: Problems, danger: str = ""
) -> Response:
    return render.page(
        request,
        "followup/phone.html.jinja",
        status=422 if problems else 200,
        filled=filled,
        problems=problems,
        errors=dict(problems),
        choices=entry_form.choices(use.knowledge),
        urgent=route_here(request),
        danger=danger,
        line=use.knowledge.care.outcomes.lines,
    )


def _gone(request: Request) -> Response:
    urgent = route_here(request)
    return render.page(request, "followup/phone_gone.html.jinja", status=404, urgent=urgent)
