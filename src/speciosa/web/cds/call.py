"""A call as CDS Hooks describes it, read strictly: anything else is a 400 that names the field."""

from __future__ import annotations

import re
import uuid
from typing import Any, NoReturn
from urllib.parse import urlsplit

import msgspec

from speciosa.web.cds.hooks import Hook
from speciosa.web.cds.problems import malformed

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_TYPED = re.compile(r"([A-Z][A-Za-z]{1,63})/([A-Za-z0-9\-.]{1,64})")
_USERS = ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson")
_MOST_ORDERS = 200
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")


class Access(msgspec.Struct, frozen=True):
    """The right to read from the client's FHIR server. It is never stored, logged or printed."""

    token: str

    def __repr__(self) -> str:
        """Nothing of the token."""
        return "Access(...)"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A well-formed call. ``prefetch`` keeps null (searched, nothing found) apart from absent."""

    hook: Hook
    instance: str
    patient: str
    prefetch: dict[str, Any]
    fhir_server: str = ""
    access: Access | None = None
    drafts: tuple[dict[str, Any], ...] = ()
    selected: frozenset[str] = frozenset()


def read_call(raw: bytes, hook: Hook) -> Call:
    """The call in a body. Raises ``CdsError`` (400) naming the first field that is wrong."""
    body = _object(parse(raw), "body")
    if body.get("hook") != hook.value:
        _wrong("hook", body, hook.value)
    try:
        instance = str(uuid.UUID(_string(body, "hookInstance")))
    except ValueError:
        _wrong("hookInstance", body, "a UUID")
    context = _object(body.get("context"), "context")
    patient = _string(context, "patientId", "context.")
    if not _ID.fullmatch(patient):
        _wrong("context.patientId", context, "an id of FHIR: letters, digits, - and .")
    user = _TYPED.fullmatch(_string(context, "userId", "context."))
    if user is None or user[1] not in _USERS:
        _wrong("context.userId", context, "Type/id of a Practitioner, PractitionerRole or the like")
    encounter = context.get("encounterId")
    if encounter is not None and not isinstance(encounter, str):
        _wrong("context.encounterId", context, "text")
    server, access = _server(body)
    drafts = () if hook is Hook.PATIENT_VIEW else _drafts(context)
    return Call(
        hook=hook,
        instance=instance,
        patient=patient,
        prefetch=_object(body.get("prefetch", {}), "prefetch"),
        fhir_server=server,
        access=access,
        drafts=drafts,
        selected=_selected(context, drafts) if hook is Hook.ORDER_SELECT else frozenset(),
    )


def parse(raw: bytes) -> object:
    """JSON from bytes. Raises ``CdsError`` (400)."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise malformed("body", "something else", "JSON in UTF-8") from None


def reference_of(resource: dict[str, Any]) -> str:
    """``Type/id`` of a resource; "" without an id."""
    found = f"{resource.get('resourceType')}/{resource.get('id')}"
    return found if _TYPED.fullmatch(found) else ""


def _server(body: dict[str, Any]) -> tuple[str, Access | None]:
    server = body.get("fhirServer", "")
    if not isinstance(server, str):
        _wrong("fhirServer", body, "a URL")
    if server:
        try:
            parts = urlsplit(server)
            fits = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            fits = False
        if not fits or parts.query or parts.fragment or parts.username:
            _wrong("fhirServer", body, "the base URL of a FHIR server")
    if "fhirAuthorization" not in body:
        return server, None
    given = _object(body["fhirAuthorization"], "fhirAuthorization")
    token = _string(given, "access_token", "fhirAuthorization.")
    if not _TOKEN.fullmatch(token):
        raise malformed("fhirAuthorization.access_token", "text", "a bearer token")
    if given.get("token_type") != "Bearer":
        _wrong("fhirAuthorization.token_type", given, "Bearer")
    if not server:
        _wrong("fhirServer", body, "the server that fhirAuthorization is for")
    return server, Access(token)


def _drafts(context: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    bundle = _object(context.get("draftOrders"), "context.draftOrders")
    if bundle.get("resourceType") != "Bundle":
        _wrong("context.draftOrders.resourceType", bundle, "Bundle")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or len(entries) > _MOST_ORDERS:
        _wrong("context.draftOrders.entry", bundle, f"a list of at most {_MOST_ORDERS} entries")
    drafts = []
    for number, entry in enumerate(entries):
        field = f"context.draftOrders.entry[{number}].resource"
        resource = _object(_object(entry, field).get("resource"), field)
        if not isinstance(resource.get("resourceType"), str):
            raise malformed(field, "an object without a type", "a FHIR resource")
        drafts.append(resource)
    return tuple(drafts)


def _selected(context: dict[str, Any], drafts: tuple[dict[str, Any], ...]) -> frozenset[str]:
    given = context.get("selections")
    known = {reference_of(draft) for draft in drafts} - {""}
    if not isinstance(given, list) or not given:
        _wrong("context.selections", context, "a list of Type/id")
    for number, one in enumerate(given):
        if not isinstance(one, str) or one not in known:
            raise malformed(
                f"context.selections[{number}]",
                "something else",
                "Type/id of an order in context.draftOrders",
            )
    return frozenset(given)


def _object(value: object, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise malformed(field, "nothing" if value is None else "something else", "an object")
    return value


def _string(held: dict[str, Any], name: str, above: str = "") -> str:
    value = held.get(name)
    if not isinstance(value, str) or not value:
        raise malformed(
            f"{above}{name}", "nothing" if value is None else "something else", "text, not empty"
        )
    return value


def _wrong(field: str, held: dict[str, Any], accepted: str) -> NoReturn:
    """A field that is not what is accepted; what it held is not repeated."""
    given = "nothing" if held.get(field.rpartition(".")[2]) is None else "something else"
    raise malformed(field, given, accepted)
