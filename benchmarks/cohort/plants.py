"""What is planted in a generated export, and what each comes to.

Every name, code and test of the knowledge base in every field where it is believed and with every
status; words in notes that say yes, no, once, perhaps, or somebody else; what only looks like a
name; and misspellings. What a plant comes to is written down here and in ``plants.yaml``; it is not
asked of the code that is measured.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import msgspec
import yaml

from benchmarks.cohort.spelling import WAYS, misspelt
from benchmarks.cohort.template import SLOT, Resource
from speciosa.knowledge import load
from speciosa.knowledge.medicines.names import normalise
from speciosa.knowledge.reading import kratom_words

# Where the id of the person stands, as the moulds have their own.
PATIENT = "\x02"
UNII, LOINC = "http://fdasis.nlm.nih.gov", "http://loinc.org"
SCT = "http://snomed.info/sct"
LISTED = frozenset({"listed name", "listed code", "test", "words around it", "listed misspelling"})

_MEDICATION_STATUS = {
    "MedicationStatement": {
        "active": "use",
        "completed": "past use",
        "stopped": "past use",
        "not-taken": "denied",
        "entered-in-error": "denied",
        "on-hold": "uncertain",
        "unknown": "uncertain",
    },
    "MedicationRequest": {
        "active": "use",
        "completed": "past use",
        "stopped": "past use",
        "cancelled": "denied",
        "draft": "uncertain",
    },
    "MedicationAdministration": {"in-progress": "use", "completed": "use", "not-done": "denied"},
    "MedicationDispense": {"in-progress": "use", "completed": "use", "declined": "denied"},
}
# Two months before the day of the export; an undated note leaves open whether it is now.
_ON = "2026-09-01"
_DATED = {
    "MedicationStatement": "effectiveDateTime",
    "MedicationRequest": "authoredOn",
    "MedicationAdministration": "effectiveDateTime",
    "MedicationDispense": "whenHandedOver",
    "Observation": "effectiveDateTime",
    "DiagnosticReport": "effectiveDateTime",
    "ClinicalImpression": "date",
    "DocumentReference": "date",
    "Condition": "recordedDate",
    "Procedure": "performedDateTime",
    "Communication": "sent",
    "QuestionnaireResponse": "authored",
}
_ANSWERS = {
    "presence": (
        ({"valueCodeableConcept": {"coding": [{"system": SCT, "code": "10828004"}]}}, "use"),
        ({"valueString": "Detected"}, "use"),
        ({"valueCodeableConcept": {"coding": [{"system": SCT, "code": "260385009"}]}}, "denied"),
        ({"valueString": "Not detected"}, "denied"),
        ({}, "uncertain"),
    ),
    "amount": (
        ({"valueQuantity": {"value": 12.5, "unit": "ng/mL"}}, "use"),
        ({"valueQuantity": {"value": 5, "comparator": "<", "unit": "ng/mL"}}, "denied"),
        ({"valueQuantity": {"value": 0, "unit": "ng/mL"}}, "denied"),
        ({"valueString": "specimen lost"}, "uncertain"),
    ),
}


@dataclass(frozen=True)
class Plant:
    """One thing to be planted at one person.

    ``kind``: one of ``LISTED``, "look-alike", "another meaning", "misspelling" (one that is not
    listed) or "misspelt look-alike"; ``evidence`` is what the person's record then says of kratom.
    ``patient`` changes fields of the Patient resource.
    """

    kind: str
    name: str
    way: str
    evidence: str
    resources: tuple[Resource, ...]
    patient: Resource = field(default_factory=dict)


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``plants.yaml``."""

    sentences: dict[str, tuple[str, ...]]
    look_alikes: dict[str, tuple[str, ...]]
    other_meanings: tuple[str, ...]
    misspelt_others: tuple[str, ...]
    misspelt_names: tuple[str, ...]


@lru_cache(maxsize=1)
def written() -> Written:
    """Sentences, look-alikes, and which names are misspelt."""
    text = Path(__file__).with_name("plants.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Written)


def catalogue(*, seed: int, misspellings: int = 40) -> list[Plant]:
    """Everything that can be planted, in a fixed order.

    ``misspellings``: at most so many of one name in one way.
    """
    return [
        *_codes(),
        *_tests(),
        *_names_of_what_is_taken(),
        *_names_in_notes(),
        *_words_around(),
        *_look_alikes(),
        *_other_meanings(),
        *_listed_misspellings(),
        *_misspellings(seed, misspellings),
    ]


def listed_names() -> tuple[str, ...]:
    """Every name that is believed in a field for what is taken."""
    words = kratom_words()
    told = (*words.anywhere, *words.in_reports, *words.whole_name_only)
    # A set has another order in every process.
    return tuple(dict.fromkeys((*told, *sorted(load().medicines.names_of_kratom))))


# ------------------------------------------------------------------ by code and by test


def _codes() -> Iterator[Plant]:
    for one in kratom_words().substances:
        for system in (one.system, f"{one.system}/"):
            concept = {"coding": [{"system": system, "code": one.code}]}
            for kind, statuses in _MEDICATION_STATUS.items():
                for status, evidence in statuses.items():
                    line = _medication(kind, status, {"medicationCodeableConcept": concept})
                    yield Plant("listed code", one.code, f"{kind} {status}", evidence, (line,))
            for way, lines in _by_reference(concept):
                yield Plant("listed code", one.code, way, "use", lines)


def _tests() -> Iterator[Plant]:
    for one in kratom_words().laboratory:
        coding = {"coding": [{"system": LOINC, "code": one.code}]}
        for answer, evidence in _ANSWERS[one.asks]:
            told = next(iter(answer), "no result")
            test = {**_base("Observation"), "status": "final", "code": coding, **answer}
            yield Plant("test", one.code, f"Observation {told}", evidence, (test,))
            panel = {
                **_base("Observation"),
                "status": "final",
                "code": {"text": "Drug screen"},
                "component": [{"code": coding, **answer}],
            }
            yield Plant("test", one.code, f"Observation.component {told}", evidence, (panel,))


# ------------------------------------------------------------------ by name


def _names_of_what_is_taken() -> Iterator[Plant]:
    statement = "MedicationStatement"
    for listed in listed_names():
        for kind, statuses in _MEDICATION_STATUS.items():
            for status, evidence in statuses.items():
                line = _medication(kind, status, {"medicationCodeableConcept": {"text": listed}})
                yield Plant("listed name", listed, f"{kind} {status}", evidence, (line,))
        concept = {"coding": [{"display": listed}]}
        line = _medication(statement, "active", {"medicationCodeableConcept": concept})
        yield Plant("listed name", listed, "coding.display", "use", (line,))
        line = _medication(statement, "active", {"medicationReference": {"display": listed}})
        yield Plant("listed name", listed, "medicationReference.display", "use", (line,))
        for way, lines in _by_reference({"text": listed}):
            yield Plant("listed name", listed, way, "use", lines)
        for how, spelt in _as_written(listed):
            line = _medication(statement, "active", {"medicationCodeableConcept": {"text": spelt}})
            yield Plant("listed name", listed, how, "use", (line,))


def _as_written(name: str) -> Iterator[tuple[str, str]]:
    """The same name as other people type it: all of these are the name, not misspellings."""
    yield "in capitals", name.upper()
    yield "as a title", name.title()
    yield "with a form", f"{name} 500 mg capsules"
    yield "in full width", "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    if " " in name:
        yield "with hyphens", name.replace(" ", "-")
        yield "with two blanks", name.replace(" ", "  ")
    yield "with an accent", name.replace("a", "á", 1)


def _names_in_notes() -> Iterator[Plant]:
    sentence = "Takes {} daily."
    for listed in kratom_words().anywhere:
        for way, line in _carriers(sentence.format(listed)):
            yield Plant("listed name", listed, way, "use", (line,))


def _words_around() -> Iterator[Plant]:
    for listed in kratom_words().anywhere:
        for evidence, sentences in written().sentences.items():
            for sentence in sentences:
                line = _note(sentence.format(name=listed))
                yield Plant("words around it", listed, sentence, evidence, (line,))
    relative = {
        **{k: v for k, v in _base("FamilyMemberHistory").items() if k != "subject"},
        "patient": {"reference": f"Patient/{PATIENT}"},
        "status": "completed",
        "relationship": {"text": "brother"},
    }
    for listed in kratom_words().anywhere:
        told = {**relative, "condition": [{"code": {"text": f"{listed} dependence"}}]}
        way = "FamilyMemberHistory"
        yield Plant("words around it", listed, way, "somebody else", (told,))


# ------------------------------------------------------------------ what must not match


def _look_alikes() -> Iterator[Plant]:
    told = written().look_alikes
    for words in told["medicines"]:
        for way, line in _as_medicine(words):
            yield Plant("look-alike", words, way, "none", (line,))
        yield Plant("look-alike", words, "note", "none", (_note(f"Takes {words} daily."),))
    for words in told["notes"]:
        for way, line in _carriers(words):
            yield Plant("look-alike", words, way, "none", (line,))
    for surname in told["surnames"]:
        person = {"name": [{"family": surname, "given": ["Ada"]}]}
        shown = {"reference": f"Patient/{PATIENT}", "display": f"Ms. Ada {surname}"}
        line = {
            **_medication(
                "MedicationStatement",
                "active",
                {"medicationCodeableConcept": {"text": "ibuprofen 400 mg"}},
            ),
            "subject": shown,
            "informationSource": shown,
        }
        yield Plant("look-alike", surname, "surname", "none", (line,), person)
        signed = {**_note("Feels well."), "assessor": {"display": f"Dr. {surname}"}}
        yield Plant("look-alike", surname, "author", "none", (signed,))
        product = _product({"text": "ibuprofen 400 mg tablets"})
        product["manufacturer"] = {"display": surname}
        line = _medication("MedicationStatement", "active", _to_product())
        yield Plant("look-alike", surname, "Medication.manufacturer", "none", (product, line))
    for organization in told["organizations"]:
        line = {**_base("Encounter"), "status": "finished", "class": {"code": "AMB"}}
        line["serviceProvider"] = {"display": organization}
        yield Plant("look-alike", organization, "Encounter.serviceProvider", "none", (line,))


def _other_meanings() -> Iterator[Plant]:
    for words in written().other_meanings:
        for way, line in _carriers(words):
            yield Plant("another meaning", words, way, "none", (line,))


# ------------------------------------------------------------------ misspelt


def _listed_misspellings() -> Iterator[Plant]:
    for wrong in kratom_words().misspelt:
        for way, line in _as_medicine(wrong):
            yield Plant("listed misspelling", wrong, way, "use", (line,))
        for way, line in _carriers(f"Takes {wrong} daily."):
            yield Plant("listed misspelling", wrong, way, "use", (line,))


def _misspellings(seed: int, most: int) -> Iterator[Plant]:
    alike = written().look_alikes["medicines"]
    known = {normalise(one) for one in (*listed_names(), *kratom_words().misspelt, *alike)}
    taken = set(known)
    for right in written().misspelt_names:
        for way in WAYS:
            for wrong in misspelt(right, way, seed=seed, most=most):
                if normalise(wrong) in taken or normalise(wrong).replace(" ", "") in taken:
                    continue
                taken.add(normalise(wrong))
                name = f"{right}: {wrong}"
                line = next(_as_medicine(wrong))[1]
                yield Plant("misspelling", name, f"{way}, as a medicine", "use", (line,))
                note = _note(f"Takes {wrong} daily.")
                yield Plant("misspelling", name, f"{way}, in a note", "use", (note,))
    for right in written().misspelt_others:
        for way in WAYS[:2]:
            for wrong in misspelt(right.lower(), way, seed=seed, most=most):
                if normalise(wrong) in taken:
                    continue
                line = next(_as_medicine(wrong))[1]
                name = f"{right}: {wrong}"
                yield Plant("misspelt look-alike", name, f"{way}, as a medicine", "none", (line,))


# ------------------------------------------------------------------ resources


def _base(kind: str, id_: str = "plant") -> Resource:
    subject = {"reference": f"Patient/{PATIENT}"}
    dated = {_DATED[kind]: _ON} if kind in _DATED else {}
    return {"resourceType": kind, "id": f"{SLOT}-{id_}", "subject": subject, **dated}


def _medication(kind: str, status: str, medication: Resource) -> Resource:
    intent = {"intent": "order"} if kind == "MedicationRequest" else {}
    return {**_base(kind), "status": status, **intent, **medication}


def _product(concept: Resource) -> Resource:
    return {"resourceType": "Medication", "id": f"{SLOT}-product", "code": concept}


def _to_product() -> Resource:
    return {"medicationReference": {"reference": f"Medication/{SLOT}-product"}}


def _by_reference(concept: Resource) -> Iterator[tuple[str, tuple[Resource, ...]]]:
    """A medicine that stands in another resource than the statement."""
    kind = "MedicationStatement"
    yield "a Medication", (_medication(kind, "active", _to_product()), _product(concept))
    mixed = _product({"text": "herbal mixture"})
    mixed["ingredient"] = [{"itemCodeableConcept": concept}]
    yield "an ingredient", (_medication(kind, "active", _to_product()), mixed)
    inside = {"resourceType": "Medication", "id": "m", "code": concept}
    line = _medication(kind, "active", {"medicationReference": {"reference": "#m"}})
    yield "a contained Medication", ({**line, "contained": [inside]},)


def _as_medicine(words: str) -> Iterator[tuple[str, Resource]]:
    kind = "MedicationStatement"
    concept: Resource = {"text": words}
    yield "text", _medication(kind, "active", {"medicationCodeableConcept": concept})
    concept = {"coding": [{"display": words}]}
    yield "coding.display", _medication(kind, "active", {"medicationCodeableConcept": concept})
    yield "display", _medication(kind, "active", {"medicationReference": {"display": words}})


def _note(words: str) -> Resource:
    return {**_base("ClinicalImpression"), "status": "completed", "note": [{"text": words}]}


def _carriers(words: str) -> Iterator[tuple[str, Resource]]:
    """Fields of resources that hold words about a person."""
    seen: Sequence[tuple[str, str, Resource]] = (
        ("ClinicalImpression", "note", {"status": "completed", "note": [{"text": words}]}),
        ("Condition", "note", {"code": {"text": "Insomnia"}, "note": [{"text": words}]}),
        ("Encounter", "reasonCode", {"status": "finished", "reasonCode": [{"text": words}]}),
        ("Procedure", "note", {"status": "completed", "note": [{"text": words}]}),
        ("DiagnosticReport", "conclusion", {"status": "final", "conclusion": words}),
        ("DocumentReference", "description", {"status": "current", "description": words}),
        (
            "Observation",
            "note",
            {"status": "final", "code": {"text": "Sleep"}, "note": [{"text": words}]},
        ),
        (
            "Observation",
            "valueString",
            {"status": "final", "code": {"text": "Social history"}, "valueString": words},
        ),
        (
            "Communication",
            "payload",
            {"status": "completed", "payload": [{"contentString": words}]},
        ),
    )
    for kind, at, fields in seen:
        yield f"{kind}.{at}", {**_base(kind), **fields}
    answer = {"linkId": "1", "text": "Anything else?", "answer": [{"valueString": words}]}
    form = {**_base("QuestionnaireResponse"), "status": "completed", "item": [answer]}
    yield "QuestionnaireResponse", form
    for media, told in (("text/plain", words), ("text/html", f"<p>{words}</p>")):
        attachment = {"contentType": media, "data": base64.b64encode(told.encode()).decode()}
        document: Resource = {"status": "current", "content": [{"attachment": attachment}]}
        yield f"DocumentReference {media}", {**_base("DocumentReference"), **document}
        report: Resource = {"status": "final", "presentedForm": [attachment]}
        yield f"DiagnosticReport {media}", {**_base("DiagnosticReport"), **report}


def counted(plants: Iterable[Plant]) -> dict[str, int]:
    """How many there are of each kind."""
    found: dict[str, int] = {}
    for plant in plants:
        found[plant.kind] = found.get(plant.kind, 0) + 1
    return found


def is_listed(plant_kind: str) -> bool:
    """Whether this kind has to be found, each and every one."""
    return plant_kind in LISTED
