"""From a Bundle to the resources of one person, within limits; everybody else's are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from speciosa.errors import InputError, InputProblem
from speciosa.fhir.references import without_history
from speciosa.fhir.shape import a_dict, dicts, text

MAX_ENTRIES = 50_000
MAX_DEPTH = 60
MAX_NODES = 5_000_000
_TYPES = ("collection", "document", "searchset", "transaction", "batch", "transaction-response")
ACCEPTED_TYPES = (*_TYPES, "batch-response")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The resources of one person. ``others`` are left out: (resource, why)."""

    kind: str
    patient: dict[str, Any]
    resources: tuple[dict[str, Any], ...]
    others: tuple[tuple[dict[str, Any], str], ...]
    medications: Mapping[str, dict[str, Any]]


def name_of(resource: Mapping[str, Any]) -> str:
    """``Type/id`` of a resource, or the type alone."""
    kind, id_ = text(resource.get("resourceType")), text(resource.get("id"))
    return f"{kind[:40]}/{id_[:64]}" if id_ else kind[:40]


def read_record(data: object) -> Record:
    """The record of the one person that a Bundle (or a single Patient) is about.

    Raises ``InputError`` for anything else, for too much of it, and for more than one patient.
    """
    _check_size(data)
    bundle = a_dict(data)
    if text(bundle.get("resourceType")) == "Patient":
        bundle = {"type": "collection", "entry": [{"resource": bundle}]}
    elif text(bundle.get("resourceType")) != "Bundle":
        raise _wrong("resourceType", "something else", "a FHIR R4 Bundle or Patient")
    kind = text(bundle.get("type"))
    if kind not in ACCEPTED_TYPES:
        raise _wrong("type", "another type of Bundle, or none", ", ".join(ACCEPTED_TYPES))
    entries = dicts(bundle.get("entry"))
    if len(entries) > MAX_ENTRIES:
        raise _wrong("entry", f"{len(entries):,} entries", f"at most {MAX_ENTRIES:,}")
    return _of_one_person(kind, entries)


def _of_one_person(kind: str, entries: Sequence[dict[str, Any]]) -> Record:
    people: list[_Patient] = []
    rest: list[dict[str, Any]] = []
    others: list[tuple[dict[str, Any], str]] = []
    medications: dict[str, dict[str, Any]] = {}
    for entry in entries:
        resource = a_dict(entry.get("resource"))
        what = text(resource.get("resourceType"))
        if not what:
            others.append(({"resourceType": "entry"}, "an entry without a resource"))
        elif text(a_dict(entry.get("request")).get("method")) == "DELETE":
            others.append((resource, "an entry that deletes"))
        elif text(a_dict(entry.get("search")).get("mode")) == "outcome":
            others.append((resource, "a message of the server"))
        elif what == "Patient":
            people.append(_Patient(resource, entry))
        elif what == "Medication":
            known = {without_history(name) for name in _names(entry, resource)}
            medications |= dict.fromkeys(known, resource)
        else:
            rest.append(resource)
    for other in people[1:]:
        if not people[0].is_same(other):
            raise _wrong("entry", "entries of more than one patient", "the record of one person")
    patient = people[0].resource if people else {}
    names = set().union(*(one.names for one in people))
    mine, foreign = _about(rest, names, bool(people))
    return Record(
        kind=kind,
        patient=patient,
        resources=tuple(mine),
        others=(*others, *foreign),
        medications=medications,
    )


class _Patient:
    """A Patient of the Bundle and the names by which it is known there."""

    def __init__(self, resource: dict[str, Any], entry: Mapping[str, Any]) -> None:
        self.resource = resource
        self.url = without_history(text(entry.get("fullUrl")))
        self.names = _names(entry, resource)

    def is_same(self, other: _Patient) -> bool:
        """Whether both are surely one person: by address, id or identifier, and no doubt in it."""
        for field in ("birthDate", "gender"):
            told = {text(one.resource.get(field)) for one in (self, other)} - {"", "unknown"}
            if len(told) > 1:
                return False
        shared = self.names & other.names
        if self.url and other.url and self.url != other.url:
            # Ids are only good on one server.
            return any(name.startswith("identifier:") for name in shared)
        return bool(shared)


def _names(entry: Mapping[str, Any], resource: Mapping[str, Any]) -> set[str]:
    """Every way in which another resource can refer to this one."""
    kind, id_ = text(resource.get("resourceType")), text(resource.get("id"))
    found = {text(entry.get("fullUrl"))}
    if id_:
        found |= {f"{kind}/{id_}", f"urn:uuid:{id_}"}
    for identifier in dicts(resource.get("identifier")):
        system, value = text(identifier.get("system")), text(identifier.get("value"))
        if system and value:
            found |= {f"{kind}?identifier={system}|{value}", f"identifier:{system}|{value}"}
    return found - {""}


def _about(
    resources: Sequence[dict[str, Any]], names: set[str], known: bool
) -> tuple[list[dict[str, Any]], list[tuple[dict[str, Any], str]]]:
    subjects = {_subject(one) for one in resources} - {""}
    bases = {_base(s) for s in subjects if _relative(s) in names or not known} - {""}
    own = {_base(n) for n in names} - {""}
    if not known and len({_relative(s) for s in subjects}) > 1:
        given = f"no Patient, and entries about {len(subjects)} different ones"
        raise _wrong("entry", given, "the record of one person")
    if not own and len(bases) > 1:
        raise _wrong("entry", "patients of different servers", "the record of one person")
    if not known:
        names = {_relative(s) for s in subjects}
    mine: list[dict[str, Any]] = []
    foreign: list[tuple[dict[str, Any], str]] = []
    for one in resources:
        subject = _subject(one)
        if not subject and known and text(one.get("resourceType")) in _SUBJECT_MAY_LACK:
            mine.append(one)
        elif not subject:
            foreign.append((one, "it does not say whom it is about"))
        elif subject in names or (
            _relative(subject) in names
            and not (own and _base(subject) and _base(subject) not in own)
        ):
            mine.append(one)
        else:
            foreign.append((one, "it is about somebody or something else"))
    return mine, foreign


# R4 lets these be without a subject; in the record of one person they are of that person.
_SUBJECT_MAY_LACK = frozenset({"Observation", "QuestionnaireResponse"})


def _base(reference: str) -> str:
    """The server of an absolute address; "" for any other reference."""
    if not reference.startswith(("http://", "https://")):
        return ""
    return without_history(reference).rpartition("/Patient/")[0]


def _subject(resource: Mapping[str, Any]) -> str:
    reference = a_dict(resource.get("subject")) or a_dict(resource.get("patient"))
    told = text(reference.get("reference"))
    if told:
        return told
    identifier = a_dict(reference.get("identifier"))
    system, value = text(identifier.get("system")), text(identifier.get("value"))
    return f"identifier:{system}|{value}" if value else ""


def _relative(reference: str) -> str:
    """``Patient/1`` of an absolute address, with or without a version; others as they are."""
    if reference.startswith(("identifier:", "urn:", "#")):
        return reference
    plain = without_history(reference)
    return "/".join(plain.split("/")[-2:])


def _check_size(data: object) -> None:
    stack: list[tuple[object, int]] = [(data, 0)]
    seen = 0
    while stack:
        value, depth = stack.pop()
        seen += 1
        if depth > MAX_DEPTH:
            raise _wrong("nesting", "data nested too deeply", f"at most {MAX_DEPTH} levels")
        if seen > MAX_NODES:
            raise _wrong("size", "too much data", f"at most {MAX_NODES:,} values")
        if isinstance(value, dict):
            stack += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list):
            stack += [(inner, depth + 1) for inner in value]


def _wrong(field: str, given: str, accepted: str) -> InputError:
    return InputError([InputProblem(f"Bundle.{field}", given, accepted)])
