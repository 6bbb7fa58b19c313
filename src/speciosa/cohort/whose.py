"""What references say in R4: every form of one brought to a normal form, and whose a resource is.

A normal form (:func:`normal`) is ``Patient/ID``, ``BASE/Patient/ID``, ``identifier:SYSTEM|VALUE``,
or ``identifier:*|VALUE`` for a search in any system; the same for other types of resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from speciosa.fhir.references import without_history
from speciosa.fhir.shape import a_dict, dicts

ANY_SYSTEM = "*"

# R4's patient compartment: where a resource says whose it is; ``subject`` or ``patient`` elsewhere.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "AppointmentResponse": ("actor",),
    "Binary": ("securityContext",),
    "Coverage": ("beneficiary",),
    "EnrollmentRequest": ("candidate",),
    "Person": ("link.target",),
    "Provenance": ("target",),
    "ResearchSubject": ("individual",),
    "Appointment": ("participant.actor",),
    "Schedule": ("actor",),
}
USUAL_FIELDS = ("subject", "patient")
# Fields of the compartment that tell it only where those above are not there at all.
_OTHERWISE: Mapping[str, tuple[str, ...]] = {
    "Communication": ("sender", "recipient"),
    "CommunicationRequest": ("recipient", "requester", "sender"),
    "Composition": ("author",),
    "DocumentReference": ("context.sourcePatientInfo", "author"),
    "List": ("source",),
    "QuestionnaireResponse": ("source", "author"),
}


def normal(reference: str, kind: str = "Patient") -> str:
    """The normal form of a reference to a Patient as written; ``""`` if it cannot mean one.

    ``kind`` for references to resources of another type.
    """
    plain = without_history(reference)
    if plain.startswith("urn:"):
        # Inside an export a UUID can only mean the Patient that has it as id.
        id_ = plain.removeprefix("urn:uuid:")
        return plain if id_ == plain else f"{kind}/{id_}"
    head, asked, query = plain.partition("?")
    if asked:
        return _of_search(head, query, kind)
    base, found, id_ = plain.rpartition(f"/{kind}/")
    if found and base.startswith(("http://", "https://")):
        return f"{base}/{kind}/{id_}" if id_ else ""
    id_ = plain.removeprefix(f"{kind}/")
    return plain if id_ and id_ != plain else ""


def by_identifier(system: str | None, value: str) -> str:
    """The normal form of an identifier; ``system=None`` for a search in any system."""
    if not value:
        return ""
    return f"identifier:{ANY_SYSTEM if system is None else system}|{value}"


def _of_search(head: str, query: str, kind: str) -> str:
    """``Patient?identifier=SYSTEM|VALUE`` and ``Patient?_id=ID``; other searches name nobody."""
    name, _, given = query.partition("=")
    if head.rpartition("/")[2] != kind or not given or "&" in given:
        return ""
    given = unquote(given)
    if name == "_id":
        return f"{kind}/{given}"
    if name != "identifier" or "," in given:
        return ""
    system, bar, value = given.partition("|")
    return by_identifier(system, value) if bar else by_identifier(None, given)


def of_element(
    element: Mapping[str, Any],
    contained: Iterable[Mapping[str, Any]] = (),
    kind: str = "Patient",
) -> str:
    """The normal form of a Reference element: its address, or else its identifier."""
    written = element.get("reference")
    if isinstance(written, str) and written:
        if written[0] == "#":
            return _of_contained(written[1:], contained, kind)
        return normal(written, kind)
    if element.get("type") not in (None, kind):
        return ""
    return of_identifier(a_dict(element.get("identifier")))


def of_identifier(identifier: Mapping[str, Any]) -> str:
    """The normal form of an Identifier element; ``""`` if it has no value."""
    system, value = identifier.get("system"), identifier.get("value")
    if not isinstance(value, str):
        return ""
    return by_identifier(system if isinstance(system, str) else "", value)


def _of_contained(id_: str, contained: Iterable[Mapping[str, Any]], kind: str) -> str:
    """A contained resource is known by its identifier: its id holds inside that resource alone."""
    for one in contained:
        if one.get("resourceType") == kind and one.get("id") == id_:
            return next(filter(None, map(of_identifier, dicts(one.get("identifier")))), "")
    return ""


def whose(resource: Mapping[str, Any]) -> str:
    """The normal form of the reference to the person a resource is about; ``""`` if to nobody.

    A Patient is about itself. Where several people are named, the first one that is a Patient.
    """
    kind = resource.get("resourceType")
    if kind == "Patient":
        id_ = resource.get("id")
        if isinstance(id_, str) and id_:
            return f"Patient/{id_}"
        return next(filter(None, map(of_identifier, dicts(resource.get("identifier")))), "")
    contained = dicts(resource.get("contained"))
    kind = kind if isinstance(kind, str) else ""
    elements = _of_fields(resource, FIELDS.get(kind, USUAL_FIELDS))
    if not elements:
        others = _of_fields(resource, _OTHERWISE.get(kind, ()))
        people = {of_element(one, contained) for one in others} - {""}
        return people.pop() if len(people) == 1 else ""
    # An address counts before an identifier, whichever field holds it.
    elements.sort(key=lambda one: not one.get("reference"))
    return next(filter(None, (of_element(one, contained) for one in elements)), "")


def _of_fields(resource: Mapping[str, Any], fields: tuple[str, ...]) -> list[dict[str, Any]]:
    return [one for field in fields for one in _elements(resource, field.split("."))]


def _elements(value: object, path: list[str]) -> list[dict[str, Any]]:
    found = dicts(value) if isinstance(value, list) else [a_dict(value)]
    if not path:
        return [one for one in found if one]
    return [inner for one in found for inner in _elements(one.get(path[0]), path[1:])]


def local(reference: str, servers: Iterable[str], kind: str = "Patient") -> str:
    """``KIND/ID`` for an address on the export's own server; other forms as they are."""
    base = server_of(reference, kind)
    known = tuple(servers)
    if not base or (known and base not in known):
        return reference
    return reference.removeprefix(f"{base}/")


def server_of(reference: str, kind: str = "Patient") -> str:
    """The server of a normal form that is an address; "" for any other."""
    if not reference.startswith(("http://", "https://")):
        return ""
    return reference.rpartition(f"/{kind}/")[0]


# The same in SQL.
LAST = "([^/:|=]+?)(?:/_history/.*)?$"


def last(reference: str) -> str:
    """The last part of a reference: an id, or the value of an identifier.

    References to one person share it, whatever their form: so it is enough to search by.
    """
    plain = without_history(reference)
    for mark in "/:|=":
        plain = plain.rpartition(mark)[2]
    return plain
