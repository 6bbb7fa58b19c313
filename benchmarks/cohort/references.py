"""Kratom planted by every form of a reference: to the person, and to the Medication that is kratom.

Reading these takes the whole of a screening (who has which identifier, which server exported), so
they are asked of it alone, not of its first step.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from benchmarks.cohort.plants import PATIENT, Plant
from benchmarks.cohort.template import SLOT, Resource
from benchmarks.cohort.writing import SERVER

KIND = "reference"

_SYSTEM = "https://hospital.example/numbers"
_STATUSES = {
    "active": "use",
    "completed": "past use",
    "unknown": "uncertain",
    "not-taken": "denied",
}


def references() -> Iterator[Plant]:
    """Every form, with statements that come to use, past use, uncertain and denied."""
    number = f"n/{PATIENT}"
    person: Resource = {"identifier": [{"system": _SYSTEM, "value": number}]}
    product: Resource = {
        "resourceType": "Medication",
        "id": f"{SLOT}-product",
        "identifier": [{"system": _SYSTEM, "value": f"m/{SLOT}"}],
        "code": {"text": "kratom powder"},
    }
    for status, evidence in _STATUSES.items():
        for way, who in _forms("Patient", PATIENT, number):
            told = {"medicationCodeableConcept": {"text": "kratom powder"}}
            line = _statement(status, who, told)
            yield Plant(KIND, "Patient", f"{way}, {status}", evidence, (line,), person)
        for way, what in _forms("Medication", f"{SLOT}-product", f"m/{SLOT}"):
            who = {"reference": f"Patient/{PATIENT}"}
            line = _statement(status, who, {"medicationReference": what})
            yield Plant(KIND, "Medication", f"{way}, {status}", evidence, (line, product))


def _statement(status: str, who: Resource, medication: Resource) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "id": f"{SLOT}-plant",
        "status": status,
        "subject": who,
        "effectiveDateTime": "2026-09-01",
        **medication,
    }


def _forms(kind: str, id_: str, number: str) -> Iterator[tuple[str, Resource]]:
    yield "relative", {"reference": f"{kind}/{id_}"}
    yield "with a version", {"reference": f"{kind}/{id_}/_history/3"}
    yield "absolute", {"reference": f"{SERVER}/{kind}/{id_}"}
    yield "absolute with a version", {"reference": f"{SERVER}/{kind}/{id_}/_history/3"}
    yield "by _id", {"reference": f"{kind}?_id={id_}"}
    yield "by identifier", {"reference": f"{kind}?identifier={_SYSTEM}|{number}"}
    # The slots are no letters to be escaped.
    escaped = quote(f"{_SYSTEM}|{number}", safe=f"{SLOT}{PATIENT}")
    yield "by identifier, escaped", {"reference": f"{kind}?identifier={escaped}"}
    yield "logical", {"identifier": {"system": _SYSTEM, "value": number}}
