"""A case and its assessment as one FHIR R4 Bundle (``collection``): dicts in, dicts out.

Danger stands first, as Flags. The same case, assessment and moment give the same bytes. What FHIR
has no place for is in a response to our own form, so that the case can be read back whole.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.fhir import canonical
from speciosa.fhir.write import forms, issues, measurements, medicines, plan, predictions
from speciosa.fhir.write.context import DEVICE, PATIENT, Entry, Writing, identity, whose
from speciosa.fhir.write.elements import Element, concept, hl7, narrative, pruned

if TYPE_CHECKING:
    from speciosa.assessment import Assessment
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge

__all__ = ["bundle", "encode", "identity"]


def bundle(
    case: Case,
    assessment: Assessment,
    *,
    knowledge: Knowledge,
    recorded: dt.datetime,
    subject: Element | None = None,
) -> Element:
    """The Bundle of one assessment.

    ``recorded`` is an aware moment. ``subject`` is the Patient resource (with its id) or the
    reference by which the receiving system knows the person; without it the Bundle holds a Patient
    without identity. Raises ``ValueError`` for a naive ``recorded`` or a ``subject`` without id.
    """
    if recorded.tzinfo is None:
        raise ValueError("recorded needs a time zone")
    if subject is not None and not (subject.get("id") or subject.get("reference")):
        raise ValueError("subject needs an id or a reference")
    w = Writing(case, assessment, knowledge, recorded, subject)
    entries = list(_entries(w))
    entries.append(Entry("provenance", _provenance(w, entries)))
    made: Element = pruned(
        {
            "resourceType": "Bundle",
            "id": w.id_of("bundle"),
            "identifier": {
                "system": canonical.INPUT_HASH,
                "value": assessment.provenance.input_sha256,
            },
            "type": "collection",
            "timestamp": w.instant,
            "entry": [_entry(w, entry) for entry in entries],
        }
    )
    return made


def encode(resource: Element) -> bytes:
    """The bytes of a resource: UTF-8 JSON, indented, in the order in which it was made."""
    return json.dumps(resource, ensure_ascii=False, indent=1, allow_nan=False).encode()


def _entries(w: Writing) -> Iterator[Entry]:
    yield from issues.flags(w)
    if w.given_subject is None:
        yield Entry(PATIENT, medicines.person(w))
    yield Entry(DEVICE, _device(w))
    yield from medicines.statements(w)
    yield from plan.conditions(w)
    yield from forms.responses(w)
    yield from measurements.observations(w)
    yield from issues.side_effects(w)
    yield from predictions.exposures(w)
    yield from predictions.ratios(w)
    yield from issues.detected(w)
    yield from issues.risks(w)
    yield from plan.goals(w)
    yield plan.care_plan(w)


def _entry(w: Writing, entry: Entry) -> Element:
    identity = w.id_of(entry.name)
    kind = entry.resource["resourceType"]
    return {
        "fullUrl": f"urn:uuid:{identity}",
        "resource": {"resourceType": kind, "id": identity, **entry.resource},
    }


def _device(w: Writing) -> Element:
    made = w.assessment.provenance
    return {
        "resourceType": "Device",
        "text": narrative("Speciosa", f"Version {made.speciosa_version}", made.intended_use),
        "deviceName": [{"name": "Speciosa", "type": "other"}],
        "type": concept("Clinical decision support software"),
        "version": [{"value": made.speciosa_version}],
        "note": [{"text": made.intended_use}],
    }


def _provenance(w: Writing, entries: list[Entry]) -> Element:
    made = w.assessment.provenance
    sources = {
        "input-sha256": made.input_sha256,
        "version": made.speciosa_version,
        "knowledge-release": made.knowledge_release,
        "seed": str(made.seed),
        "evidence-overlay": made.evidence_overlay,
        "subject": whose(w.given_subject),
    }
    said = tuple(f"{name}: {value}" for name, value in sources.items() if value)
    return {
        "resourceType": "Provenance",
        "text": narrative("Computed by Speciosa", made.intended_use, items=said),
        "target": [w.reference(entry.name) for entry in entries],
        "recorded": w.instant,
        "activity": concept("Assessment by a program; not yet reviewed by a clinician"),
        "agent": [
            {
                "type": hl7("provenance-participant-type", "assembler", "Assembler"),
                "who": w.author,
            }
        ],
        "entity": [
            {
                "role": "source",
                "what": {
                    "identifier": {"system": f"{canonical.ROOT}:{name}", "value": value},
                    "display": name,
                },
            }
            for name, value in sources.items()
            if value
        ],
    }
