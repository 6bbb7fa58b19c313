"""What the client's record says, key by key: found, searched with nothing found, or not known.

The three lead to different words. An OperationOutcome is an error, so its key is not known; a
warning inside a search, or a page that could not be read, makes a list incomplete.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.web.cds.hooks import MEDICATIONS
from speciosa.web.cds.problems import malformed

_GRAVE = frozenset({"fatal", "error"})


class Known(StrEnum):
    """How far a key is known."""

    FOUND = "found"
    NOTHING = "searched, nothing found"
    UNKNOWN = "not known"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One key. ``next`` is the address of a further page; ``warned`` says that some is missing.

    ``foreign`` counts entries about somebody else, which were left out.
    """

    known: Known
    resources: tuple[dict[str, Any], ...] = ()
    next: str = ""
    warned: bool = False
    foreign: int = 0

    @property
    def incomplete(self) -> bool:
        """Whether there is more than was read."""
        return self.warned or bool(self.next)


UNKNOWN = Part(known=Known.UNKNOWN)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a patient."""

    parts: Mapping[str, Part]

    @property
    def resources(self) -> tuple[dict[str, Any], ...]:
        """Every resource, the patient first."""
        return tuple(one for part in self.parts.values() for one in part.resources)

    def known(self, *keys: str) -> Known:
        """Of several keys together: found if any was, not known if any is not, else nothing."""
        held = [self.parts.get(key, UNKNOWN) for key in keys]
        if any(part.known is Known.FOUND for part in held):
            return Known.FOUND
        if any(part.known is Known.UNKNOWN for part in held):
            return Known.UNKNOWN
        return Known.NOTHING

    def unknown(self) -> tuple[str, ...]:
        """The keys that are not known."""
        return tuple(key for key, part in self.parts.items() if part.known is Known.UNKNOWN)

    def incomplete(self) -> tuple[str, ...]:
        """The keys of which a part is missing."""
        return tuple(key for key, part in self.parts.items() if part.incomplete)

    @property
    def foreign(self) -> int:
        """Entries about somebody else."""
        return sum(part.foreign for part in self.parts.values())

    @property
    def medications_unknown(self) -> bool:
        """Whether no list of medicines could be read at all."""
        return all(self.parts.get(key, UNKNOWN).known is Known.UNKNOWN for key in MEDICATIONS)


def part_of(value: object, key: str, patient: str) -> Part:
    """What one value of the prefetch, or one answer of a FHIR server, says.

    Raises ``CdsError`` (400) for what is no resource, and for a patient other than the one meant.
    """
    if value is None:
        return Part(known=Known.NOTHING)
    field = f"prefetch.{key}"
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise malformed(field, "something else", "a FHIR resource, a Bundle or null")
    kind = value["resourceType"]
    if kind == "OperationOutcome":
        return UNKNOWN
    if kind != "Bundle":
        if key == "patient" and (kind != "Patient" or value.get("id") != patient):
            raise malformed(field, "another resource", "the Patient of context.patientId")
        return _of_entries([value], patient)
    if not isinstance(value.get("entry", []), list):
        raise malformed(f"{field}.entry", "something else", "a list")
    entries = [a_dict(one.get("resource")) for one in dicts(value.get("entry"))]
    warned = False
    held = []
    for entry in entries:
        if entry.get("resourceType") != "OperationOutcome":
            if entry:
                held.append(entry)
            continue
        severities = {text(issue.get("severity")) for issue in dicts(entry.get("issue"))}
        if not severities or severities & _GRAVE:
            return UNKNOWN
        warned = warned or "warning" in severities
    part = _of_entries(held, patient)
    further = next(
        (
            text(link.get("url"))
            for link in dicts(value.get("link"))
            if link.get("relation") == "next"
        ),
        "",
    )
    return msgspec.structs.replace(part, next=further, warned=warned)


def joined(first: Part, further: Part) -> Part:
    """A part with its next page."""
    if further.known is Known.UNKNOWN:
        return msgspec.structs.replace(first, next="", warned=True)
    resources = (*first.resources, *further.resources)
    return Part(
        known=Known.FOUND if resources else Known.NOTHING,
        resources=resources,
        next=further.next,
        warned=first.warned or further.warned,
        foreign=first.foreign + further.foreign,
    )


def _of_entries(held: list[dict[str, Any]], patient: str) -> Part:
    ours = tuple(one for one in held if not _of_somebody_else(one, patient))
    return Part(
        known=Known.FOUND if ours else Known.NOTHING,
        resources=ours,
        foreign=len(held) - len(ours),
    )


def _of_somebody_else(resource: dict[str, Any], patient: str) -> bool:
    if resource.get("resourceType") == "Patient":
        return resource.get("id") != patient
    for name in ("subject", "patient"):
        reference = text(a_dict(resource.get(name)).get("reference"))
        kind, _, identity = reference.partition("/_history/")[0].rpartition("/")
        if kind.endswith("Patient"):
            return identity != patient
    return False
