"""The page that shows exactly what would be written into the EHR, and the click that writes it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from speciosa.assessment import Assessment
from speciosa.case import parse_case
from speciosa.fhir import write
from speciosa.fhir.shape import a_dict, text
from speciosa.store import Kind, UnknownError, Version
from speciosa.web import render
from speciosa.web.access import Principal
from speciosa.web.person.behind import case_behind
from speciosa.web.services import Services, Use
from speciosa.web.smart import back
from speciosa.web.smart.held import Read
from speciosa.web.smart.launch import Connection
from speciosa.web.smart.problems import SmartError
from speciosa.web.smart.routes import Form, Writer, issuer_of, one, opened, server
from speciosa.web.smart.theirs import theirs

router = APIRouter()

_SCOPE = "smart-write"
_KEPT = dt.timedelta(days=3650)
_ONE_CLICK = dt.timedelta(hours=12)
_NOT_GRANTED = "The server granted no leave to create anything: its operator has to allow it."


class Prepared(msgspec.Struct, frozen=True):
    """What would be sent now; of what was sent before how many, last when, how many stood there."""

    bundle: dict[str, Any]
    sent: int
    at: str
    there: int


@router.get("/smart/records/{handle}/write/{record}", include_in_schema=False)
def show(
    request: Request,
    who: Writer,
    use: Use,
    handle: str,
    record: str,
    kind: list[str] = Query(default=[]),  # noqa: B008
) -> Response:
    """Every resource as it would be sent, and when what of it was written before."""
    connection, version, read = _opened(request, who, use, handle, record)
    prepared = _prepared(use, connection, version, read, kind)
    return render.page(
        request,
        "smart/write.html.jinja",
        issuer=issuer_of(use, connection.iss),
        handle=handle,
        record=record,
        kinds=[(kind, back.KINDS[kind]) for kind in _granted(connection)],
        click=secrets.token_hex(16),
        chosen=_chosen(connection, kind),
        entries=[_shown(one) for one in prepared.bundle["entry"]],
        digest=_digest(prepared.bundle),
        sent=prepared.sent,
        at=prepared.at,
        there=prepared.there,
    )


@router.post("/smart/records/{handle}/write/{record}", include_in_schema=False)
def send(request: Request, who: Writer, use: Use, handle: str, record: str, form: Form) -> Response:
    """Write what was shown, once."""
    connection, version, read = _opened(request, who, use, handle, record)
    kinds = form.get("kind", [])
    chosen = urlencode({"kind": kinds}, doseq=True)
    again = RedirectResponse(f"/smart/records/{handle}/write/{record}?{chosen}", status_code=303)
    if not _granted(connection):
        raise SmartError(_NOT_GRANTED, 403)
    prepared = _prepared(use, connection, version, read, kinds)
    entries = prepared.bundle["entry"]
    if prepared.sent and not entries:
        return again
    digest = _digest(prepared.bundle)
    if one(form, "digest") != digest:
        raise SmartError("What would be written has changed since it was shown. Look again.", 409)
    if not entries:
        raise SmartError("Nothing was chosen to be written.", 422)
    click = f"{_key(connection, version, digest)}:{one(form, 'click')}"
    if not use.store.first_use(_SCOPE, hashlib.sha256(click.encode()).hexdigest(),
                               use.now() + _ONE_CLICK):  # fmt: skip
        raise SmartError("This was sent already. Look at the record before sending again.", 409)
    with server(request, use) as client:
        new = back.send(client, connection, prepared.bundle)
    with use.store.together():
        for entry, is_new in zip(entries, new, strict=True):
            key = _key(connection, version, entry["fullUrl"])
            kept = json.dumps({"at": use.now().isoformat(), "by": who.id, "new": is_new}).encode()
            use.store.remember(_SCOPE, key, kept, use.now() + _KEPT, person=version.person)
    return again


def _opened(
    request: Request, who: Principal, use: Services, handle: str, record: str
) -> tuple[Connection, Version, Read]:
    """The connection, an assessment of the very patient that it is for, the record as read."""
    connection, read, _ = opened(request, who, use, handle)
    if not issuer_of(use, connection.iss).may_write:
        raise SmartError("Writing to this server is not allowed by the settings.", 403)
    version = use.store.version(record)
    known = connection.external
    person = use.store.by_external(known.system, known.value)
    if version.kind is not Kind.ASSESSMENT or version.removed:
        raise UnknownError("no such assessment")
    if person is None or person.id != version.person:
        raise SmartError("This assessment is of another person than the record.", 409)
    request.state.audit_person = person.id
    return connection, version, read


def _prepared(
    use: Services, connection: Connection, version: Version, read: Read, kinds: Sequence[str]
) -> Prepared:
    try:
        assessment = msgspec.json.decode(version.body, type=Assessment)
    except msgspec.DecodeError:
        raise SmartError(
            "This assessment was made by another release: assess again.", 409
        ) from None
    case = case_behind(use.store, version.person, assessment.provenance.input_sha256)
    if case is None:
        raise SmartError("The case behind this assessment is not kept: assess again.", 409)
    subject = {"reference": f"Patient/{connection.patient}"}
    bundle = write.bundle(
        case, assessment, knowledge=use.knowledge, recorded=version.at, subject=subject
    )
    known: frozenset[str] = frozenset()
    if read.document:
        known = theirs(case, assessment, parse_case(read.document), subject)
    whole = back.transaction(bundle, _chosen(connection, kinds), without=known)
    sent = {
        entry["fullUrl"]: a_dict(json.loads(kept))
        for entry in whole["entry"]
        if (kept := use.store.remembered(_SCOPE, _key(connection, version, entry["fullUrl"])))
    }
    rest = whole | {"entry": [one for one in whole["entry"] if one["fullUrl"] not in sent]}
    return Prepared(
        rest,
        sent=len(sent),
        at=max((text(one.get("at")) for one in sent.values()), default=""),
        there=sum(one.get("new") is False for one in sent.values()),
    )


def _granted(connection: Connection) -> tuple[str, ...]:
    return tuple(kind for kind in back.KINDS if back.may_create(connection.scope, kind))


def _chosen(connection: Connection, kinds: Sequence[str]) -> tuple[str, ...]:
    """The kinds that were chosen and may be created; without a choice those chosen beforehand."""
    wanted = [kind for kind in kinds if kind in back.KINDS] or back.CHOSEN
    return tuple(kind for kind in _granted(connection) if kind in wanted)


def _shown(entry: dict[str, Any]) -> dict[str, str]:
    resource = entry["resource"]
    said = text(a_dict(resource.get("code")).get("text")) or text(resource.get("title"))
    return {
        "kind": resource["resourceType"],
        "status": text(resource.get("status")),
        "said": said or text(resource.get("questionnaire")),
        "body": json.dumps(resource, indent=1, ensure_ascii=False),
    }


def _digest(prepared: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(prepared, sort_keys=True).encode()).hexdigest()


def _key(connection: Connection, version: Version, what: str) -> str:
    named = json.dumps([connection.iss, connection.patient, version.record, what])
    return hashlib.sha256(named.encode()).hexdigest()
