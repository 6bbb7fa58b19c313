"""One line read as JSON and judged by the exact rules."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from speciosa.cohort.jsonline import decoded
from speciosa.cohort.look.result import KratomMedication, Seen
from speciosa.cohort.whose import whose
from speciosa.fhir import kratom
from speciosa.fhir.kratom import notes
from speciosa.fhir.read.diagnosis import GAD, diagnosis
from speciosa.fhir.shape import a_dict, a_list, dicts, text
from speciosa.knowledge import load

# What becomes of an attached note.
READ = "read"
UNREADABLE = "could not be decoded"
OTHER_FORM = "in a form that is not read"
ELSEWHERE = "kept elsewhere, not in the export"
_ATTACHMENTS = ("attachment", "contentAttachment", "valueAttachment")
_DEEPEST = 30
_NOT_THERE = frozenset({"refuted", "entered-in-error"})


def parsed(line: bytes) -> dict[str, Any] | None:
    """The object that a line holds; ``None`` when it holds none that can be read."""
    try:
        found = decoded(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_odd(line: bytes) -> bool:
    """Whether readers can differ on whose a line is: a name given twice, a list of people."""
    twice = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        held = dict(pairs)
        twice |= len(held) < len(pairs)
        return held

    try:
        found = json.loads(line, object_pairs_hook=members)
    except (ValueError, RecursionError):
        return True
    return twice or any(isinstance(found.get(field), list) for field in ("subject", "patient"))


def seen(
    resource: Mapping[str, Any],
    line: int,
    *,
    today: dt.date,
    gad: bool,
    medications: Mapping[str, Mapping[str, Any]] | None = None,
) -> Seen | None:
    """What a resource says of kratom and, if asked, of GAD; ``None`` when nothing."""
    matches = kratom.find_all((resource,), today=today, medications=medications)
    has_gad = gad and _names_gad(resource)
    if not matches and not has_gad:
        return None
    return Seen(
        kind=text(resource.get("resourceType")),
        id=text(resource.get("id")),
        line=line,
        person=whose(resource),
        updated=text(a_dict(resource.get("meta")).get("lastUpdated"))[:40],
        matches=matches,
        gad=has_gad,
    )


def attached(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What becomes of each attached note, with its words where they are read."""
    stack: list[tuple[object, int]] = [(resource, 0)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, dict):
            yield from ((ELSEWHERE, "") for key in _ATTACHMENTS if _is_elsewhere(value.get(key)))
        if isinstance(value, dict) and notes.is_attachment(value):
            if notes.form(value) and value.get("data"):
                words = notes.note(value)
                yield (READ, words) if words is not None else (UNREADABLE, "")
            else:
                yield (OTHER_FORM, "") if value.get("data") else (ELSEWHERE, "")
        if depth < _DEEPEST:
            inner = value.values() if isinstance(value, dict) else a_list(value)
            stack += [(one, depth + 1) for one in inner if isinstance(one, dict | list)]


def _is_elsewhere(attachment: object) -> bool:
    """Whether an attachment that is silent about its type holds an address alone."""
    told = a_dict(attachment)
    return bool(text(told.get("url"))) and not notes.is_attachment(told)


def names_kratom(medication: Mapping[str, Any]) -> bool:
    """Whether what refers to a Medication would be found by it: also by its codes alone."""
    if medication.get("resourceType") != "Medication":
        return False
    referring = {
        "resourceType": "MedicationStatement",
        "medicationReference": {"reference": "#it"},
        "contained": [{**medication, "id": "it"}],
    }
    return bool(kratom.find(referring))


def medication(resource: Mapping[str, Any]) -> KratomMedication:
    """A Medication as what refers to it needs it."""
    return KratomMedication(
        id=text(resource.get("id")),
        identifiers=tuple(
            (text(one.get("system")), text(one.get("value")))
            for one in dicts(resource.get("identifier"))
            if text(one.get("value"))
        ),
        raw=json.dumps(resource, ensure_ascii=True, separators=(",", ":")),
    )


def _names_gad(resource: Mapping[str, Any]) -> bool:
    """Whether a Condition is generalized anxiety of this person, now or in the past."""
    if resource.get("resourceType") != "Condition":
        return False
    status = dicts(a_dict(resource.get("verificationStatus")).get("coding"))
    if {text(coding.get("code")) for coding in status} & _NOT_THERE:
        return False
    found = diagnosis(a_dict(resource.get("code")), load())
    return found.known == GAD and not found.doubtful and found.status != "family"


def deleted(resource: Mapping[str, Any]) -> Iterator[str]:
    """References that a Bundle of a ``deleted`` file says are no more."""
    if resource.get("resourceType") == "Bundle" and resource.get("type") == "transaction":
        for entry in dicts(resource.get("entry")):
            request = a_dict(entry.get("request"))
            if text(request.get("method")).upper() == "DELETE" and text(request.get("url")):
                yield text(request.get("url"))


def reported(resource: Mapping[str, Any]) -> Iterator[str]:
    """The issues of an OperationOutcome as ``severity/code``."""
    if resource.get("resourceType") == "OperationOutcome":
        for issue in dicts(resource.get("issue")):
            severity, code = text(issue.get("severity")), text(issue.get("code"))
            yield f"{_word(severity)}/{_word(code)}"


def _word(code: str) -> str:
    """A code of the server's; anything that is no code is not repeated."""
    return code if code.replace("-", "").isalnum() and len(code) <= 30 else "unknown"
