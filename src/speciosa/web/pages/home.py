"""The first page: what to do next."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from speciosa.store import Kind
from speciosa.web import render
from speciosa.web.access import Access, Principal, allow
from speciosa.web.services import Services, Use

if TYPE_CHECKING:
    from speciosa.store import Person, Version

router = APIRouter()

_SHOWN = 8
# The first page must stay fast in a large clinic; the rest is under People.
_LOOKED_AT = 500


class Recent(NamedTuple):
    """A person and the newest record of a kind."""

    person: Person
    version: Version


@router.get("/")
def home(
    request: Request, principal: Annotated[Principal, Depends(allow(Access.SIGNED_IN))], use: Use
) -> HTMLResponse:
    """Drafts to resume and people seen last, for those who may see them."""
    found: list[Recent] = []
    drafts: list[Recent] = []
    if principal.may(Access.READ):
        found, drafts = _recent(use)
    return render.page(
        request,
        "home.html.jinja",
        people=found[:_SHOWN],
        drafts=drafts[:_SHOWN] if principal.may(Access.WRITE) else [],
        release=use.knowledge.release,
    )


def _recent(use: Services) -> tuple[list[Recent], list[Recent]]:
    people: list[Recent] = []
    drafts: list[Recent] = []
    everyone = use.store.newest_of_everyone(Kind.DRAFT, Kind.CASE, Kind.ASSESSMENT, Kind.ENTRY)
    for person, versions in islice(everyone, _LOOKED_AT):
        drafts += [Recent(person, version) for version in versions if version.kind is Kind.DRAFT]
        if versions:
            people.append(Recent(person, max(versions, key=lambda version: version.at)))
    return (
        sorted(people, key=lambda one: one.version.at, reverse=True),
        sorted(drafts, key=lambda one: one.version.at, reverse=True),
    )
