"""The first page: what to do next."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from speciosa.store import Kind
from speciosa.web import at_once, render
from speciosa.web.access import Access, Principal, allow
from speciosa.web.services import Services, Use

if TYPE_CHECKING:
    from speciosa.clinical.safety.result import UrgentResult
    from speciosa.store import Person, Version

router = APIRouter()

_SHOWN = 8
# The first page must stay fast in a large clinic; the rest is under People.
_LOOKED_AT = 500
_LAST = frozenset({Kind.ASSESSMENT})  # saved at the same moment as its case; it is what is read


class Recent(NamedTuple):
    """A person and the newest record of a kind; for a draft what it asks for at once."""

    person: Person
    version: Version
    urgent: UrgentResult | None = None


@router.get("/")
def home(
    request: Request, principal: Annotated[Principal, Depends(allow(Access.SIGNED_IN))], use: Use
) -> HTMLResponse:
    """Drafts to resume and people seen last, for those who may see them."""
    people = _seen(use) if principal.may(Access.READ) else []
    drafts = _drafts(use) if principal.may(Access.WRITE) else []
    pressing = [draft for draft in drafts if draft.urgent is not None]
    return render.page(
        request,
        "home.html.jinja",
        people=people[:_SHOWN],
        pressing=pressing,
        drafts=[draft for draft in drafts if draft.urgent is None][:_SHOWN],
        release=use.knowledge.release,
    )


def _seen(use: Services) -> list[Recent]:
    everyone = use.store.newest_of_everyone(Kind.DRAFT, Kind.CASE, Kind.ASSESSMENT, Kind.ENTRY)
    found = [
        Recent(person, max(versions, key=lambda version: (version.at, version.kind in _LAST)))
        for person, versions in islice(everyone, _LOOKED_AT)
        if versions
    ]
    return sorted(found, key=lambda one: one.version.at, reverse=True)


def _drafts(use: Services) -> list[Recent]:
    """Every open draft, the newest first: none with a danger in it may be out of sight."""
    today = use.today()
    found = [
        Recent(person, version, at_once.of_draft(version.body, use.knowledge, today))
        for person, versions in use.store.newest_of_everyone(Kind.DRAFT)
        for version in versions
    ]
    return sorted(found, key=lambda one: one.version.at, reverse=True)
