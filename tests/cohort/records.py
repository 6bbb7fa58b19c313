"""Lines of made-up people, as they are kept when they have been gathered."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

import msgspec

from speciosa.cohort import people
from speciosa.cohort.counts import ShardCounts
from speciosa.cohort.kept import Whence, written
from speciosa.cohort.options import Options
from speciosa.cohort.result import Row
from speciosa.cohort.whose import of_element

OPTIONS = Options(date=dt.date(2026, 11, 22), seed=7, subjects=50)
GAD = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F41.1"}
Resource = dict[str, Any]


def patient(id_: str = "p", **more: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "id": id_,
        "gender": "female",
        "birthDate": "1980-01-02",
    } | more


def statement(words: str, status: str = "active", **more: Any) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "id": "m-" + "-".join(words.lower().split()),
        "status": status,
        "medicationCodeableConcept": {"text": words},
        "subject": {"reference": "Patient/p"},
    } | more


def condition(
    words: str, *codings: Resource, status: str = "active", verified: str = "confirmed", **more: Any
) -> Resource:
    return {
        "resourceType": "Condition",
        "id": "c-" + "-".join(words.lower().split()),
        "clinicalStatus": {"coding": [{"code": status}]},
        "verificationStatus": {"coding": [{"code": verified}]},
        "code": {"text": words, "coding": list(codings)},
        "subject": {"reference": "Patient/p"},
    } | more


def line(resource: Resource | bytes, whose: str = "p") -> bytes:
    """A kept line, without its end."""
    raw = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
    told = {} if isinstance(resource, bytes) else resource
    kind, id_ = told.get("resourceType", "Observation"), told.get("id", "")
    medication = of_element(told.get("medicationReference", {}), (), "Medication")
    if not whose:
        medication = f"Medication/{id_}"
    head = Whence(patient=whose, type=kind, id=id_, file="a.ndjson", medication=medication)
    return written(head, raw).removesuffix(b"\n")


def screened(lines: Iterable[bytes], **settings: Any) -> dict[str, bytes]:
    held = list(lines)
    most = settings.pop("most_held_bytes", 1 << 20)
    options = msgspec.structs.replace(OPTIONS, **settings)
    return people.of_lines(lambda: held, options, most_held_bytes=most)


def rows_of(pieces: dict[str, bytes]) -> list[Row]:
    return [msgspec.json.decode(raw, type=Row) for raw in pieces["rows"].splitlines()]


def counts_of(pieces: dict[str, bytes]) -> ShardCounts:
    return msgspec.json.decode(pieces["count"], type=ShardCounts)


def rows(*resources: Resource | bytes, **settings: Any) -> list[Row]:
    """The rows that one person's resources give."""
    return rows_of(screened(map(line, resources), **settings))


def row(*resources: Resource | bytes, **settings: Any) -> Row:
    (found,) = rows(*resources, **settings)
    return found
