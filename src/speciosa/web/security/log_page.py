"""The audit log to read: who did what to which record, newest first."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from speciosa.web.access import Access, Principal, allow
from speciosa.web.render import page
from speciosa.web.services import Use

router = APIRouter()
_A_PAGE = 100


@router.get("/audit")
def audit(
    request: Request,
    use: Use,
    _: Annotated[Principal, Depends(allow(Access.ADMIN))],
    person: Annotated[str, Query(max_length=200)] = "",
    by: Annotated[str, Query(max_length=300)] = "",
    before: Annotated[int, Query(ge=0, lt=2**63)] = 0,
) -> Response:
    """One page of entries; ``person`` and ``by`` narrow it down."""
    entries = use.store.audit_log(person=person, by=by, before=before, limit=_A_PAGE)
    chosen = {"person": person, "by": by}
    older = ""
    if len(entries) == _A_PAGE:
        older = "/audit?" + urlencode(chosen | {"before": entries[-1].id})
    newest = "/audit?" + urlencode(chosen) if before else ""
    return page(
        request,
        "security/audit.html.jinja",
        entries=entries,
        person=person,
        by=by,
        older=older,
        newest=newest,
    )
