"""From a FHIR R4 Bundle to a case, with an account of what was used, left out and unclear.

Nothing is guessed: what the record does not say beyond doubt is left out and said. The date of
the case is the caller's ``today``; no clock is read.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from speciosa.case import parse_case
from speciosa.errors import InputError, InputProblem
from speciosa.fhir import kratom
from speciosa.fhir.canonical import CASE_FORM, without_version
from speciosa.fhir.case_form import from_items
from speciosa.fhir.read.bundle import Record, name_of, read_record
from speciosa.fhir.read.conditions import read_conditions
from speciosa.fhir.read.kratom_use import read_kratom
from speciosa.fhir.read.medicines import KINDS, Medicine, medicine, read_medicines
from speciosa.fhir.read.observations import Measurements
from speciosa.fhir.read.patient import has_died, read_patient
from speciosa.fhir.read.result import Ignored, Imported, Reading, Used
from speciosa.fhir.read.scores import Scores
from speciosa.fhir.shape import dicts, text
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge

__all__ = ["Ignored", "Imported", "Medicine", "Used", "case_from_bundle", "is_fhir", "medicine"]

_OWN_WRITING = "what it says is in the case form of this Bundle"
_OLD_FORM = "an earlier case form of ours: the record itself is read"


def is_fhir(data: object) -> bool:
    """Whether parsed JSON is a FHIR Bundle or Patient, and so not a case document."""
    return isinstance(data, dict) and data.get("resourceType") in ("Bundle", "Patient")


def case_from_bundle(bundle: object, knowledge: Knowledge, *, today: dt.date) -> Imported:
    """Read a Bundle (document, collection, searchset, transaction, batch) about one person.

    Raises ``InputError`` for anything else. A Bundle of our own (a collection that holds the
    case form) gives back its case with the date it had.
    """
    record = read_record(bundle)
    form = _case_form(record)
    if form is not None:
        return _from_form(form, record)
    reading = Reading(document={"date": today})
    for resource, why in record.others:
        kind = text(resource.get("resourceType"))
        reading.ignore(name_of(resource), record_words().not_read.get(kind, why))
    read_patient(record.patient, reading, knowledge, today)
    medicines = [r for r in record.resources if text(r.get("resourceType")) in KINDS]
    read_medicines(medicines, record.medications, reading, knowledge, today)
    conditions = [r for r in record.resources if text(r.get("resourceType")) in _CONDITIONS]
    read_conditions(conditions, reading, knowledge)
    _read_answers(record, reading, knowledge, today)
    told = (r for r in record.resources if not _is_case_form(r))
    listed = {id(m): m for m in record.medications.values()}
    found = kratom.find_all((*told, *listed.values()), today=today)
    matches = tuple(m for m in found if m.resource.partition("/")[0] not in _NO_EVIDENCE)
    read_kratom(matches, {name_of(r): r for r in record.resources}, reading, today)
    return _imported(record, reading, matches)


_CONDITIONS = frozenset({"Condition", "FamilyMemberHistory"})
# A product on a list, a plan or a conclusion says nothing about what the person takes.
_NO_EVIDENCE = frozenset(
    {"Medication", "Substance", "Questionnaire", "Goal", "CarePlan", "PlanDefinition"}
    | {"DetectedIssue", "RiskAssessment", "Provenance", "ServiceRequest"}
)


def _read_answers(record: Record, reading: Reading, knowledge: Knowledge, today: dt.date) -> None:
    scores = Scores(reading, knowledge, today)
    measurements = Measurements(reading, knowledge, today)
    for resource in record.resources:
        kind, here = text(resource.get("resourceType")), name_of(resource)
        if kind == "Observation":
            if not scores.observation(resource) and not measurements.observation(resource):
                reading.ignore(here, "a measurement that the assessment does not use")
        elif kind == "QuestionnaireResponse":
            if _is_case_form(resource):
                reading.ignore(here, _OLD_FORM)
            elif not scores.response(resource):
                reading.ignore(here, "a questionnaire that is not read")
        elif kind not in KINDS and kind not in _CONDITIONS:
            why = record_words().not_read.get(kind, "a type of resource that is not read")
            reading.ignore(here, why)
    scores.put()
    measurements.put()


def _imported(record: Record, reading: Reading, matches: tuple[kratom.Match, ...]) -> Imported:
    case: Case | None = None
    problems: tuple[InputProblem, ...] = ()
    if has_died(record.patient):
        accepted = "the record of a living person"
        problems = (InputProblem("Patient.deceased", "a date or true", accepted),)
    else:
        try:
            case = parse_case(_bounded(reading))
        except InputError as error:
            problems = error.problems
    return Imported(
        case=case,
        used=tuple(reading.used),
        ignored=tuple(reading.ignored),
        questions=tuple(reading.questions),
        kratom=matches,
        problems=problems,
    )


_MOST_IN_A_LIST = 200


def _bounded(reading: Reading) -> dict[str, Any]:
    """The document within what a case holds; what is cut off is said."""
    for name, held in reading.document.items():
        if isinstance(held, list) and len(held) > _MOST_IN_A_LIST:
            more = len(held) - _MOST_IN_A_LIST
            reading.questions.append(f"{more} {name} more than a case holds were left out.")
            del held[_MOST_IN_A_LIST:]
    return reading.document


# ------------------------------------------------------------------ our own case form


def _is_case_form(resource: dict[str, Any]) -> bool:
    return without_version(text(resource.get("questionnaire"))) == CASE_FORM


def _case_form(record: Record) -> dict[str, Any] | None:
    """The case form of a Bundle that we wrote; a record that merely holds one is read itself."""
    forms = [r for r in record.resources if _is_case_form(r)]
    if record.kind != "collection" or len(forms) != 1:
        return None
    return forms[0]


def _from_form(form: dict[str, Any], record: Record) -> Imported:
    here = name_of(form)
    try:
        document = from_items(dicts(form.get("item")))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        problem = InputProblem(here, "a case form that cannot be read", "one that we wrote")
        raise InputError([problem]) from None
    case = parse_case(document)
    ignored = [Ignored(resource=name_of(r), why=why) for r, why in record.others]
    ignored += [
        Ignored(resource=name_of(r), why=_OWN_WRITING) for r in record.resources if r is not form
    ]
    return Imported(
        case=case,
        used=(Used(resource=here, field="the whole case", said=f"as it was on {case.date}"),),
        ignored=tuple(ignored),
    )
