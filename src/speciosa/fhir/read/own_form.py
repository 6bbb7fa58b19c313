"""The case form of ours in a Bundle: trusted alone when nothing else is there, or to fill gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.assessment import input_hash
from speciosa.case import parse_case
from speciosa.case import vocabulary as v
from speciosa.errors import InputError, InputProblem
from speciosa.fhir.canonical import CASE_FORM, ROOT, resource_id, without_version
from speciosa.fhir.case_form import from_items
from speciosa.fhir.read import danger
from speciosa.fhir.read.bundle import name_of
from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.case.model import KratomUse
    from speciosa.fhir.read.bundle import Record
    from speciosa.fhir.read.result import Reading
    from speciosa.knowledge import Knowledge

_SOURCES = ("input-sha256", "seed", "version", "knowledge-release", "evidence-overlay")


class OwnForm(msgspec.Struct, frozen=True, kw_only=True):
    """A case form: its case, and the ids of what else was written from that same case."""

    resource: dict[str, Any]
    case: Case
    written: frozenset[str]

    def says_all(self, record: Record) -> bool:
        """Whether every other resource of the record was written from this case."""
        # The Patient of a known person is the caller's: it may say who, and nothing of a case.
        known = self.holds(record.patient) or _OF_A_CASE.isdisjoint(record.patient)
        return known and all(map(self.holds, _everything(record)))

    def holds(self, resource: dict[str, Any]) -> bool:
        """Whether a resource was written from this case (or is none at all)."""
        return not resource or text(resource.get("id")) in self.written


# What a case takes from a Patient.
_OF_A_CASE = frozenset({"address", "birthDate", "deceasedBoolean", "deceasedDateTime", "gender"})


def _everything(record: Record) -> list[dict[str, Any]]:
    """All but Patients: a Device and a Provenance are about nobody."""
    return [*record.resources, *(one for one, _ in record.others), *record.medications.values()]


def is_case_form(resource: dict[str, Any]) -> bool:
    """Whether a resource is an answered case form of ours."""
    return without_version(text(resource.get("questionnaire"))) == CASE_FORM


def own_form(record: Record) -> OwnForm | None:
    """The case form of a collection; ``None`` without one alone.

    Raises ``InputError`` for a form that cannot be read.
    """
    forms = [r for r in record.resources if is_case_form(r)]
    if record.kind != "collection" or len(forms) != 1:
        return None
    (form,) = forms
    try:
        document = from_items(dicts(form.get("item")))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        given = "a case form that cannot be read"
        raise InputError([InputProblem(name_of(form), given, "one that we wrote")]) from None
    case = parse_case(document)
    return OwnForm(resource=form, case=case, written=_written(case, form, _everything(record)))


def _written(
    case: Case, form: dict[str, Any], resources: Iterable[dict[str, Any]]
) -> frozenset[str]:
    """The ids that a Provenance of ours lists, where its own id and the form's are of this case."""
    for one in resources:
        if text(one.get("resourceType")) != "Provenance":
            continue
        told = _told(one)
        if told.get("input-sha256") != input_hash(case):
            continue
        parts = [told.get(name, "") for name in _SOURCES] + [x for x in [told.get("subject")] if x]
        own, answers = (resource_id(parts, name) for name in ("provenance", "response/case"))
        if text(one.get("id")) == own and text(form.get("id")) == answers:
            targets = (text(t.get("reference")) for t in dicts(one.get("target")))
            return frozenset({own, *(t.removeprefix("urn:uuid:") for t in targets)})
    return frozenset({text(form.get("id"))})


def _told(provenance: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entity in dicts(provenance.get("entity")):
        identifier = a_dict(a_dict(entity.get("what")).get("identifier"))
        name = text(identifier.get("system")).removeprefix(f"{ROOT}:")
        found[name] = text(identifier.get("value"))
    return found


# ------------------------------------------------------------------ filling what is not said

_PARTS_BY_NAME = ("conditions", "medicines", "substances")
_NOT_LASTING = frozenset({"pregnancy", "pregnancy_weeks", "breast_feeding"})
_OF_THAT_HOUR = frozenset({"last_use_hours_ago", "cut_down_recently"})
_SCALES = frozenset({"gad7", "phq9", "isi", "audit_c"})


def fill(form: OwnForm, reading: Reading, knowledge: Knowledge, *, names_kratom: bool) -> None:
    """Put into the case what the record does not say and the form does; all of it is said."""
    here, date = name_of(form.resource), form.case.date
    told = form.case.model_dump(mode="python", exclude_unset=True, exclude_defaults=True)
    said = f"from the case form of {date.isoformat()}"
    document = reading.document
    if "place" in told and "place" not in document:
        document["place"] = told["place"]
        reading.use(here, "place", said)
    gone = (document["date"] - date).days
    if gone > 0 and any(name in told for name in (*_PARTS_BY_NAME, "kratom")):
        reading.questions.append(f"Ask what has changed: part of this is {said}.")
    _fill_person(told.get("person", {}), reading, here, said, gone)
    _fill_symptoms(form.case, told.get("symptoms", {}), reading, here, said)
    _fill_signs(form.case, reading, here, said)
    for name in _PARTS_BY_NAME:
        held = {_key(name, one["name"], knowledge) for one in document.get(name, ())}
        for one in told.get(name, ()):
            if _key(name, one["name"], knowledge) not in held:
                reading.add(name, _lasting(one, gone))
                reading.use(here, name, str(one["name"]), said)
    then = form.case.kratom
    if then is not None and _kratom_fits(then, reading, said, names_kratom, gone):
        document["kratom"] = _lasting(told["kratom"], gone)
        reading.use(here, "kratom", said)
    for name in ("labs", "earlier"):
        held = {_about(name, one) for one in document.get(name, ())}
        for one in told.get(name, ()):
            if "date" not in one:
                reading.ignore(here, "a result without a date", said)
                reading.questions.append(f"Of when is the result for {_about(name, one)} {said}?")
            elif _about(name, one) not in held:
                reading.add(name, one)
                reading.use(here, name, _about(name, one), said)
    if "preferences" in told:
        document["preferences"] = told["preferences"]
        reading.use(here, "preferences", said)


def _lasting(part: dict[str, Any], gone: int) -> dict[str, Any]:
    """A part without what was only true at that hour, when days have gone by."""
    return {f: x for f, x in part.items() if gone == 0 or f not in _OF_THAT_HOUR}


def _fill_person(told: dict[str, Any], reading: Reading, here: str, said: str, gone: int) -> None:
    person = reading.part("person")
    # A weight of a form has no day of its own: it is as old as the form, of a child or adult.
    old = gone > record_words().days.body_child
    for field, value in told.items():
        if field in _NOT_LASTING or (field == "weight_kg" and old):
            reading.questions.append(f"Ask about {field.replace('_', ' ')}: it is {said}.")
        elif field not in person:
            person[field] = value
            reading.use(here, f"person.{field}", said)


def _fill_symptoms(
    case: Case, told: dict[str, Any], reading: Reading, here: str, said: str
) -> None:
    symptoms = reading.part("symptoms")
    score = case.symptoms.phq9 and case.symptoms.phq9.suicidality_item
    if score:
        danger.ask(reading, f"{danger.ASK} now: item 9 of the PHQ-9 was {score}, {said}.")
    old = (reading.document["date"] - case.date).days > record_words().days.score_current
    for field, value in told.items():
        if field in symptoms:
            continue
        if old and not (field == "phq9" and score):
            reading.ignore(here, "too old for today", field)
            continue
        dated = {"date": case.date, **value} if field in _SCALES else value
        symptoms[field] = dated
        reading.use(here, f"symptoms.{field}", said)


def _fill_signs(case: Case, reading: Reading, here: str, said: str) -> None:
    """What was present is kept and asked; what was absent then says nothing about today."""
    if not case.signs.present:
        return
    present = reading.part("signs").setdefault("present", [])
    for sign in case.signs.present:
        if sign not in present:
            present.append(sign)
    reading.use(here, "signs.present", said)
    danger.ask(reading, f"Ask now about the danger signs that are {said}.")


def _kratom_fits(
    then: KratomUse, reading: Reading, said: str, names_kratom: bool, gone: int
) -> bool:
    """Whether the kratom of the form may be taken; otherwise what differs is asked."""
    held = reading.document.get("kratom")
    now = held["status"] if held is not None else "that it is named" if names_kratom else ""
    if now and (now != then.status):
        reading.questions.append(f"Ask about kratom: the record says {now}; {said}: {then.status}.")
    never = then.status is v.KratomStatus.NEVER
    if held is None and never and not names_kratom and gone > record_words().days.score_current:
        reading.questions.append(f"Ask about kratom: {said} it was never used, and that is old.")
        return False
    return held is None and not (never and names_kratom)


def _key(part: str, name: str, knowledge: Knowledge) -> object:
    if part == "conditions":
        return name.casefold().replace("_", " ")
    return frozenset(m.id for m in knowledge.medicines.match(name).medicines) or name.casefold()


def _about(part: str, one: dict[str, Any]) -> str:
    if part == "labs":
        return str(one["name"])
    date = one["date"]
    return date.isoformat() if isinstance(date, dt.date) else str(date)
