"""The page that shows exactly what would be written into the EHR, and the click that writes it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from speciosa.assessment import Assessment, input_hash
from speciosa.case import Case, parse_case
from speciosa.errors import InputError
from speciosa.fhir import write
from speciosa.fhir.shape import a_dict, text
from speciosa.store import Kind, UnknownError, Version
from speciosa.web import render
from speciosa.web.access import Principal
from speciosa.web.services import Services, Use
from speciosa.web.smart import back, held
from speciosa.web.smart.launch import Connection
from speciosa.web.smart.problems import SmartError
from speciosa.web.smart.routes import Form, Writer, issuer_of, one, server, session_of

router = APIRouter()

_SCOPE = "smart-write"
_KEPT = dt.timedelta(days=3650)
_ONE_CLICK = dt.timedelta(hours=12)


@router.get("/smart/records/{handle}/write/{record}", include_in_schema=False)
def show(
    request: Request,
    who: Writer,
    use: Use,
    handle: str,
    record: str,
    kind: list[str] = Query(default=[]),  # noqa: B008
) -> Response:
    """Every resource as it would be sent, or, once written, when and what."""
    connection, version = _opened(request, who, use, handle, record)
    done = _done(use, connection, version)
    prepared = _prepared(use, connection, version, kind)
    return render.page(
        request,
        "smart/write.html.jinja",
        issuer=issuer_of(use, connection.iss),
        handle=handle,
        record=record,
        kinds=[(kind, kind) for kind in back.KINDS],
        click=secrets.token_hex(16),
        chosen=_chosen(kind),
        entries=[_shown(one) for one in prepared["entry"]],
        digest=_digest(prepared),
        done=done,
    )


@router.post("/smart/records/{handle}/write/{record}", include_in_schema=False)
def send(request: Request, who: Writer, use: Use, handle: str, record: str, form: Form) -> Response:
    """Write what was shown, once."""
    connection, version = _opened(request, who, use, handle, record)
    again = RedirectResponse(f"/smart/records/{handle}/write/{record}", status_code=303)
    if _done(use, connection, version) is not None:
        return again
    prepared = _prepared(use, connection, version, form.get("kind", []))
    digest = _digest(prepared)
    if one(form, "digest") != digest:
        raise SmartError("What would be written has changed since it was shown. Look again.", 409)
    if not prepared["entry"]:
        raise SmartError("Nothing was chosen to be written.", 422)
    click = f"{_key(connection, version)}:{one(form, 'click')}"
    if not use.store.first_use(_SCOPE, hashlib.sha256(click.encode()).hexdigest(),
                               use.now() + _ONE_CLICK):  # fmt: skip
        raise SmartError("This was sent already. Look at the record before sending again.", 409)
    with server(request, use) as client:
        places = back.send(client, connection, prepared)
    kept = {"at": use.now().isoformat(), "by": who.id, "count": len(places)}
    use.store.remember(
        _SCOPE,
        _key(connection, version),
        json.dumps(kept).encode(),
        use.now() + _KEPT,
        person=version.person,
    )
    return again


def _opened(
    request: Request, who: Principal, use: Services, handle: str, record: str
) -> tuple[Connection, Version]:
    """The connection and an assessment of the very patient that it is for."""
    session = session_of(request, use)
    connection = held.connection_of(use.store, handle, session, by=who.id, now=use.now())
    if not issuer_of(use, connection.iss).may_write:
        raise SmartError("Writing to this server is not allowed by the settings.", 403)
    version = use.store.version(record)
    person = use.store.by_external(connection.iss, connection.patient)
    if version.kind is not Kind.ASSESSMENT or version.removed:
        raise UnknownError("no such assessment")
    if person is None or person.id != version.person:
        raise SmartError("This assessment is of another person than the record.", 409)
    request.state.audit_person = person.id
    return connection, version


def _prepared(
    use: Services, connection: Connection, version: Version, kinds: Sequence[str]
) -> dict[str, Any]:
    try:
        assessment = msgspec.json.decode(version.body, type=Assessment)
    except msgspec.DecodeError:
        raise SmartError(
            "This assessment was made by another release: assess again.", 409
        ) from None
    case = _case(use, version, assessment.provenance.input_sha256)
    bundle = write.bundle(
        case,
        assessment,
        knowledge=use.knowledge,
        recorded=version.at,
        subject={"reference": f"Patient/{connection.patient}"},
    )
    return back.transaction(bundle, _chosen(kinds))


def _case(use: Services, version: Version, input_sha256: str) -> Case:
    for kept in reversed(use.store.latest(version.person, Kind.CASE)):
        try:
            case = parse_case(json.loads(kept.body))
        except (InputError, ValueError):
            continue
        if input_hash(case) == input_sha256:
            return case
    raise SmartError("The case behind this assessment is not kept: assess again.", 409)


def _chosen(kinds: Sequence[str]) -> tuple[str, ...]:
    return tuple(kind for kind in back.KINDS if kind in kinds) or back.KINDS


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


def _key(connection: Connection, version: Version) -> str:
    named = json.dumps([connection.iss, connection.patient, version.record, version.version])
    return hashlib.sha256(named.encode()).hexdigest()


def _done(use: Services, connection: Connection, version: Version) -> dict[str, Any] | None:
    kept = use.store.remembered(_SCOPE, _key(connection, version))
    return None if kept is None else a_dict(json.loads(kept))
