"""Records and their parts for tests of reading."""

from __future__ import annotations

import datetime as dt
from typing import Any

from speciosa.case import Case
from speciosa.fhir.read import case_from_bundle
from speciosa.knowledge import load

KNOWLEDGE = load()
TODAY = dt.date(2026, 11, 22)
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
ME = {"reference": "Patient/p"}


def record(*resources: dict[str, Any], kind: str = "searchset", **patient: Any) -> dict[str, Any]:
    person = {"resourceType": "Patient", "id": "p", **patient}
    entries = [{"resource": {"id": f"r{i}", "subject": ME, **r}} for i, r in enumerate(resources)]
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": person}, *entries]}


def read(*resources: dict[str, Any], **patient: Any) -> Any:
    return case_from_bundle(record(*resources, **patient), KNOWLEDGE, today=TODAY)


def case(*resources: dict[str, Any], **patient: Any) -> Case:
    found = read(*resources, **patient).case
    assert found is not None
    return found


def statement(text: str, status: str = "active", **more: Any) -> dict[str, Any]:
    concept = {"medicationCodeableConcept": {"text": text}}
    return {"resourceType": "MedicationStatement", "status": status, **concept, **more}


def request(text: str, status: str = "active", **more: Any) -> dict[str, Any]:
    return statement(text, status, **more) | {"resourceType": "MedicationRequest"}


def observation(code: str, value: Any = None, unit: str = "", **more: Any) -> dict[str, Any]:
    quantity = {} if value is None else {"valueQuantity": {"value": value, "code": unit}}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": "2026-11-20",
        **quantity,
        **more,
    }


def condition(code: str = "", text: str = "", system: str = SNOMED, **more: Any) -> dict[str, Any]:
    active = {"coding": [{"code": "active"}]}
    concept = {"coding": [{"system": system, "code": code}], "text": text}
    return {"resourceType": "Condition", "code": concept, "clinicalStatus": active, **more}
