"""The pages of a launch: choose a server, come back, see what was read, take it, write back."""

from __future__ import annotations

import json
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from speciosa.case import parse_case
from speciosa.clinical import safety
from speciosa.clinical.safety.result import UrgentResult, UrgentStatus
from speciosa.errors import InputError
from speciosa.fhir.read import case_from_bundle
from speciosa.store import Kind, Person
from speciosa.web import render
from speciosa.web.access import Access, Principal, allow
from speciosa.web.person import add as add_person
from speciosa.web.registration.smart import SmartIssuer
from speciosa.web.security.cookies import session_cookie
from speciosa.web.services import Services, Use
from speciosa.web.smart import fetch, held, launch
from speciosa.web.smart.held import Read
from speciosa.web.smart.launch import Connection
from speciosa.web.smart.problems import SmartError

router = APIRouter()

Writer = Annotated[Principal, Depends(allow(Access.WRITE))]
_LONGEST_LABEL = 120
_CALLBACK = "/smart/callback"


async def typed(request: Request) -> dict[str, list[str]]:
    """The fields of a posted form."""
    async with request.form(max_fields=200) as form:
        found: dict[str, list[str]] = {}
        for name, text in form.multi_items():
            if isinstance(text, str):
                found.setdefault(name, []).append(text)
        return found


Form = Annotated[dict[str, list[str]], Depends(typed)]


def one(form: dict[str, list[str]], name: str) -> str:
    """The last value of a field, without blanks around it."""
    return (form.get(name) or [""])[-1].strip()


def session_of(request: Request, use: Services) -> str:
    """The key of the browser's session. Raises ``SmartError`` for a call without one."""
    found = request.cookies.get(session_cookie(use.settings), "")
    if not found:
        raise SmartError("A launch needs a browser session: sign in first.", 403)
    return found


def server(request: Request, use: Services) -> httpx.Client:
    """A client for FHIR servers; it follows no redirects."""
    return httpx.Client(
        timeout=use.settings.smart.seconds,
        follow_redirects=False,
        transport=request.app.state.smart_transport,
    )


def issuer_of(use: Services, iss: str) -> SmartIssuer:
    """The registered server. Raises ``SmartError`` for any other."""
    found = use.settings.smart.issuer(iss)
    if found is None:
        raise SmartError("This FHIR server is not registered with Speciosa.", 403)
    return found


def _back_to(use: Services) -> str:
    return use.settings.base_url + _CALLBACK


# ------------------------------------------------------------------ out and back


@router.get("/smart", include_in_schema=False)
def servers(request: Request, _: Writer, use: Use) -> Response:
    """The servers from which a record can be read."""
    return render.page(request, "smart/servers.html.jinja", issuers=use.settings.smart.issuers)


@router.post("/smart/start", include_in_schema=False)
def start(request: Request, who: Writer, use: Use, form: Form) -> Response:
    """Begin here; the page that follows links to the server's sign-in (forms may not leave)."""
    issuer = issuer_of(use, one(form, "iss"))
    address = _begin(request, who, use, issuer, "")
    return render.page(request, "smart/leave.html.jinja", issuer=issuer, address=address)


@router.get("/smart/launch", include_in_schema=False)
def from_ehr(request: Request, who: Writer, use: Use, iss: str = "", launch: str = "") -> Response:
    """Begin from the EHR, which names itself and the launch."""
    issuer = issuer_of(use, iss)
    if not launch:
        raise SmartError("The EHR gave no launch.")
    return RedirectResponse(_begin(request, who, use, issuer, launch), status_code=302)


def _begin(
    request: Request, who: Principal, use: Services, issuer: SmartIssuer, launch_: str
) -> str:
    with server(request, use) as client:
        return launch.begin(
            issuer,
            client,
            use.store,
            launch=launch_,
            session=session_of(request, use),
            by=who.id,
            back_to=_back_to(use),
            now=use.now(),
        )


@router.get(_CALLBACK, include_in_schema=False)
def callback(
    request: Request,
    who: Writer,
    use: Use,
    state: str = "",
    code: str = "",
    iss: str = "",
    error: str = "",
) -> Response:
    """The browser comes back with a code; it becomes a connection to one patient's record."""
    session = session_of(request, use)
    attempt = launch.attempt_of(
        use.store, state=state[:200], session=session, by=who.id, stated_iss=iss, now=use.now()
    )
    if error or not code:
        raise SmartError("The server did not allow it. Start again from the record.")
    issuer = issuer_of(use, attempt.iss)
    with server(request, use) as client:
        connection = launch.exchange(
            issuer,
            attempt,
            client,
            code=code[:4000],
            back_to=_back_to(use),
            now=use.now(),
            settings=use.settings.smart,
        )
    handle = held.keep_connection(use.store, connection, session)
    return RedirectResponse(f"/smart/records/{handle}", status_code=303)


# ------------------------------------------------------------------ the record


@router.get("/smart/records/{handle}", include_in_schema=False)
def show(request: Request, who: Writer, use: Use, handle: str) -> Response:
    """What was read, used and left out; read from the server when the page first opens."""
    connection, read, person = opened(request, who, use, handle)
    return _page(request, use, handle, connection, read, person)


@router.post("/smart/records/{handle}/again", include_in_schema=False)
def again(request: Request, who: Writer, use: Use, handle: str) -> Response:
    """Read the record once more."""
    session = session_of(request, use)
    connection = held.connection_of(use.store, handle, session, by=who.id, now=use.now())
    _read(request, use, handle, session, connection)
    return RedirectResponse(f"/smart/records/{handle}", status_code=303)


@router.post("/smart/records/{handle}/take", include_in_schema=False)
def take(request: Request, who: Writer, use: Use, handle: str, form: Form) -> Response:
    """Save what was read as a draft of the case form, for the clinician to complete."""
    connection, read, person = opened(request, who, use, handle)
    if read.draft:
        return RedirectResponse(f"/drafts/{read.draft}", status_code=303)
    if not read.document:
        raise SmartError("No case can be made of this record.")
    label = one(form, "label")
    if person is None and not 0 < len(label) <= _LONGEST_LABEL:
        error = f"Type a reference of your own, at most {_LONGEST_LABEL} characters."
        return _page(request, use, handle, connection, read, None, label=label, error=error)
    body = json.dumps({"base": read.document}, ensure_ascii=False).encode()
    by, at = who.id, use.now()
    try:
        with use.store.together():
            if person is None:
                person = add_person(use, label, by=by, external=(connection.external,))
            draft = use.store.save(
                person.id, Kind.DRAFT, body, by=by, at=at, change="read from a FHIR server"
            )
    except InputError as refused:
        (problem,) = refused.problems
        error = f"{problem.value}: accepted is {problem.accepted}."
        return _page(request, use, handle, connection, read, None, label=label, error=error)
    request.state.audit_person = person.id
    taken = Read(**{f: getattr(read, f) for f in read.__struct_fields__ if f != "draft"},
                 draft=draft.record)  # fmt: skip
    held.keep_read(use.store, handle, session_of(request, use), taken, expires=connection.expires)
    return RedirectResponse(f"/drafts/{draft.record}", status_code=303)


@router.post("/smart/records/{handle}/end", include_in_schema=False)
def end(request: Request, who: Writer, use: Use, handle: str) -> Response:
    """Forget the token and what was read; drafts and cases that were taken stay."""
    held.connection_of(use.store, handle, session_of(request, use), by=who.id, now=use.now())
    held.end(use.store, handle)
    return RedirectResponse("/smart", status_code=303)


def opened(
    request: Request, who: Principal, use: Services, handle: str
) -> tuple[Connection, Read, Person | None]:
    """The connection, the record as read (now, if it was not yet), and the person here."""
    session = session_of(request, use)
    connection = held.connection_of(use.store, handle, session, by=who.id, now=use.now())
    known = connection.external
    person = use.store.by_external(known.system, known.value)
    if person is None:
        request.state.audit_record = connection.trace
    else:
        request.state.audit_person = person.id
    read = held.kept_read(use.store, handle, session, use.now())
    if read is None:
        read = _read(request, use, handle, session, connection)
    return connection, read, person


def _read(
    request: Request, use: Services, handle: str, session: str, connection: Connection
) -> Read:
    with server(request, use) as client:
        fetched = fetch.fetch(client, connection, pages=use.settings.smart.pages)
    imported = case_from_bundle(fetched.bundle, use.knowledge, today=use.today())
    read = held.read_of(imported, fetched, use.now())
    held.keep_read(use.store, handle, session, read, expires=connection.expires)
    return read


def _page(
    request: Request,
    use: Services,
    handle: str,
    connection: Connection,
    read: Read,
    person: Person | None,
    **more: Any,  # noqa: ANN401
) -> Response:
    issuer = issuer_of(use, connection.iss)
    kept = use.store.latest(person.id, Kind.ASSESSMENT) if person and issuer.may_write else ()
    shown = {"label": "", "error": ""} | more
    return render.page(
        request,
        "smart/record.html.jinja",
        status=422 if shown["error"] else 200,
        issuer=issuer,
        handle=handle,
        read=read,
        person=person,
        expires=connection.expires,
        assessments=kept,
        urgent=_urgent(use, read),
        **shown,
    )


_AT_ONCE = frozenset({UrgentStatus.EMERGENCY, UrgentStatus.SAME_DAY, UrgentStatus.SOON})


def _urgent(use: Services, read: Read) -> UrgentResult | None:
    """The crisis route, when the record itself asks for it (item 9 above 0, for instance)."""
    if not read.document:
        return None
    found = safety.assess(parse_case(read.document), use.knowledge).urgent
    return found if found.status in _AT_ONCE else None
