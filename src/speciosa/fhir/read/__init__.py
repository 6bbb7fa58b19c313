"""From a FHIR R4 Bundle to a case, with an account of what was used, left out and unclear.

Nothing is guessed: what the record does not say beyond doubt is left out and said. The date of
the case is the caller's ``today``; no clock is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from speciosa.case import parse_case
from speciosa.errors import InputError, InputProblem
from speciosa.fhir import kratom
from speciosa.fhir.read.bundle import Record, name_of, read_record
from speciosa.fhir.read.conditions import read_conditions
from speciosa.fhir.read.danger import UNREAD, about_suicide, ask, read_danger
from speciosa.fhir.read.kratom_use import read_kratom
from speciosa.fhir.read.medicines import KINDS, Medicine, medicine, read_medicines
from speciosa.fhir.read.observations import Measurements
from speciosa.fhir.read.own_form import OwnForm, fill, is_case_form, own_form
from speciosa.fhir.read.patient import has_died, read_patient
from speciosa.fhir.read.result import Ignored, Imported, Reading, Used
from speciosa.fhir.read.scores import Scores
from speciosa.fhir.read.substances import Substances
from speciosa.fhir.shape import text
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge

__all__ = [
    "Ignored",
    "Imported",
    "Medicine",
    "Used",
    "case_from_bundle",
    "is_fhir",
    "matches_in",
    "medicine",
]

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
    form = own_form(record)
    if form is not None and form.says_all(record):
        return _from_form(form, record)
    reading = Reading(document={"date": today})
    read_patient(record.patient, reading, knowledge, today)
    # What was written from the case of the form is in the form; scores are read nevertheless,
    # because an item 9 is never left unread.
    told = [r for r in record.resources if form is None or not form.holds(r)]
    medicines = [r for r in told if text(r.get("resourceType")) in KINDS]
    read_medicines(medicines, record.medications, reading, knowledge, today)
    conditions = [r for r in told if text(r.get("resourceType")) in _CONDITIONS]
    read_conditions(conditions, reading, knowledge, today)
    _read_answers(record, reading, knowledge, today, form)
    danger = (r for r in told if text(r.get("resourceType")) in _DANGERS)
    read_danger(danger, reading, knowledge, today)
    matches = matches_in(told, record.medications, today)
    read_kratom(matches, {name_of(r): r for r in record.resources}, reading, today)
    if form is not None:
        fill(form, reading, knowledge, names_kratom=bool(matches))
    return _imported(record, reading, matches)


def matches_in(
    resources: Iterable[dict[str, Any]], medications: Mapping[str, dict[str, Any]], today: dt.date
) -> tuple[kratom.Match, ...]:
    """Where the resources of one person name kratom, without lists, plans and conclusions.

    ``medications``: Medications by the references to them.
    """
    listed = {id(m): m for m in medications.values()}
    searched = (*(r for r in resources if not is_case_form(r)), *listed.values())
    found = kratom.find_all(searched, today=today, medications=medications)
    return tuple(m for m in found if m.resource.partition("/")[0] not in NO_EVIDENCE)


_DANGERS = frozenset({"Condition", "Flag"})
_CONDITIONS = frozenset({"Condition", "FamilyMemberHistory"})
# A product on a list, a plan or a conclusion says nothing about what the person takes.
NO_EVIDENCE = frozenset(
    {"Medication", "Substance", "Questionnaire", "Goal", "CarePlan", "PlanDefinition"}
    | {"DetectedIssue", "RiskAssessment", "Provenance", "ServiceRequest"}
)


def _read_answers(
    record: Record, reading: Reading, knowledge: Knowledge, today: dt.date, form: OwnForm | None
) -> None:
    scores = Scores(reading, knowledge, today)
    measurements = Measurements(reading, knowledge, today)
    substances = Substances(reading, today)
    for resource, why in record.others:
        kind = text(resource.get("resourceType"))
        own = form is not None and form.holds(resource)
        said = _OWN_WRITING if own else record_words().not_read.get(kind, why)
        reading.ignore(name_of(resource), said)
        scores.left_out(resource)
    for resource in record.resources:
        kind, here = text(resource.get("resourceType")), name_of(resource)
        own = form is not None and form.holds(resource)
        if kind == "Observation":
            taken = scores.observation(resource)
            if own and not taken:
                reading.ignore(here, _OWN_WRITING)
            elif not (
                taken or substances.observation(resource) or measurements.observation(resource)
            ):
                _unread(resource, reading, "a measurement that the assessment does not use")
        elif kind == "QuestionnaireResponse":
            if is_case_form(resource):
                if form is None:
                    reading.ignore(here, _OLD_FORM)
            elif not scores.response(resource):
                _unread(resource, reading, "a questionnaire that is not read")
        elif own:
            reading.ignore(here, _OWN_WRITING)
        elif kind not in KINDS and kind not in _CONDITIONS and kind not in _DANGERS:
            why = record_words().not_read.get(kind, "a type of resource that is not read")
            reading.ignore(here, why)
    scores.put()
    substances.put()
    measurements.put()


def _unread(resource: dict[str, Any], reading: Reading, why: str) -> None:
    """Leave out an answer or measurement; one that names suicide is asked."""
    reading.ignore(name_of(resource), why)
    if about_suicide(resource):
        ask(reading, UNREAD)


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


def _from_form(form: OwnForm, record: Record) -> Imported:
    here = name_of(form.resource)
    return Imported(
        case=form.case,
        used=(Used(resource=here, field="the whole case", said=f"as it was on {form.case.date}"),),
        ignored=tuple(
            Ignored(resource=name_of(r), why=_OWN_WRITING)
            for r in (*record.resources, *(one for one, _ in record.others))
            if r is not form.resource
        ),
    )
