"""What the audit log keeps of one request: who, when, which route and record; no more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speciosa.store.records import AuditEntry
from speciosa.web.access import Access

if TYPE_CHECKING:
    import datetime as dt

    from starlette.requests import HTTPConnection

    from speciosa.web.security.places import Place


def entry_of(request: HTTPConnection, place: Place, status: int, at: dt.datetime) -> AuditEntry:
    """The entry of a request. A route that knows better sets ``request.state.audit_...``."""
    state = request.state
    method = str(request.scope["method"])
    ids = request.scope.get("path_params", {})
    by = getattr(state, "audit_by", "") or state.principal.id
    if not by:
        by = {Access.LINK: "link", Access.CDS: "cds"}.get(place.access, "nobody")  # type: ignore[arg-type]
    # The address of somebody who fills in a questionnaire is that person's own.
    known = request.client is not None and place.access is not Access.LINK
    return AuditEntry(
        at=at,
        by=by,
        action=f"{method if method.isalpha() and method.isascii() else '?'} {place.template}",
        outcome=str(status),
        person=_id(getattr(state, "audit_person", "") or ids.get("person", "")),
        record=_id(getattr(state, "audit_record", "") or ids.get("record", "")),
        address=request.client.host if known and request.client else "",
    )


def is_known(request: HTTPConnection) -> bool:
    """Whether it was found out who called, or whose link or record it was about."""
    state = request.state
    return bool(
        state.principal.id or getattr(state, "audit_by", "") or getattr(state, "audit_person", "")
    )


def _id(value: object) -> str:
    """Ids as the store makes them; whatever else stood in the address stays out of the log."""
    text = str(value)
    return text if not text or re.fullmatch(r"[0-9a-f]{32}", text) else "?"
