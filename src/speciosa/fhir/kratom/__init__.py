"""Kratom in a FHIR R4 resource: by code, by laboratory result, by text; each with its grounds.

The names and codes are data (``knowledge/data/reading/kratom.yaml``, ``medicines/names.yaml``).
Nothing here decides whether a person uses kratom: it says where the record names it, and what the
record says about it there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from speciosa.fhir.kratom import laboratory
from speciosa.fhir.kratom.result import Confidence, Ground, Match, Status
from speciosa.fhir.kratom.texts import texts, words_of
from speciosa.fhir.kratom.words import Named, named_in, worth_reading
from speciosa.fhir.references import referred
from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.knowledge import load
from speciosa.knowledge.reading import Substance, Test, kratom_words

__all__ = [
    "Confidence",
    "Ground",
    "Match",
    "Status",
    "find",
    "find_all",
    "worth_reading",
]

# What the status of a resource says about taking; anything else is uncertain.
_BY_STATUS: Mapping[str, Mapping[str, Status]] = {
    "MedicationStatement": {
        "active": Status.TAKEN,
        "completed": Status.STOPPED,
        "stopped": Status.STOPPED,
        "not-taken": Status.NOT_TAKEN,
        "entered-in-error": Status.NOT_TAKEN,
    },
    "MedicationRequest": {
        "active": Status.TAKEN,
        "completed": Status.STOPPED,
        "stopped": Status.STOPPED,
        "cancelled": Status.NOT_TAKEN,
        "entered-in-error": Status.NOT_TAKEN,
    },
    "MedicationAdministration": {
        "in-progress": Status.TAKEN,
        "completed": Status.TAKEN,
        "stopped": Status.STOPPED,
        "not-done": Status.NOT_TAKEN,
        "entered-in-error": Status.NOT_TAKEN,
    },
    "MedicationDispense": {
        "in-progress": Status.TAKEN,
        "completed": Status.TAKEN,
        "stopped": Status.STOPPED,
        "cancelled": Status.NOT_TAKEN,
        "declined": Status.NOT_TAKEN,
        "entered-in-error": Status.NOT_TAKEN,
    },
}
_BY_CLINICAL_STATUS = {
    "active": Status.TAKEN,
    "recurrence": Status.TAKEN,
    "relapse": Status.TAKEN,
    "inactive": Status.STOPPED,
    "remission": Status.STOPPED,
    "resolved": Status.STOPPED,
}
_WITHDRAWN = "entered-in-error"
_NOT_THERE = frozenset({"refuted", _WITHDRAWN})
_NOT_SURE = frozenset({"unconfirmed", "provisional", "differential"})
_DATES = (
    *("effectiveDateTime", "effectivePeriod", "authoredOn", "whenHandedOver", "recordedDate"),
    *("onsetDateTime", "onsetPeriod", "issued", "dateAsserted", "authored", "date", "created"),
)
_MAX_DEPTH = 30
_SAID_BY_RESOURCE = "the entry's status says {}"


def find(
    resource: Mapping[str, Any],
    others: Iterable[Mapping[str, Any]] = (),
    *,
    today: dt.date | None = None,
) -> tuple[Match, ...]:
    """Every place where a resource names kratom; empty when none does.

    ``others`` are searched for a Medication that this resource refers to (its contained ones
    are known). ``today`` turns a period that has ended into "stopped". Never raises for what
    the resource holds.
    """
    return _find(resource, _by_reference(others), today)


def find_all(
    resources: Iterable[Mapping[str, Any]],
    *,
    today: dt.date | None = None,
    medications: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[Match, ...]:
    """``find`` over resources that may refer to each other.

    ``medications``: Medications by further references (the addresses of a Bundle's entries).
    """
    held = list(resources)
    index = {**_by_reference(held), **(medications or {})}
    return tuple(match for one in held for match in _find(one, index, today))


def _find(
    resource: Mapping[str, Any], index: Mapping[str, Mapping[str, Any]], today: dt.date | None
) -> tuple[Match, ...]:
    kind = text(resource.get("resourceType"))
    if kind in _BY_STATUS:
        return tuple(_in_medication(kind, resource, index, today))
    if kind == "Observation":
        return tuple(_in_observation(resource))
    if kind == "QuestionnaireResponse":
        return tuple(_in_answers(resource))
    return tuple(_in_words(kind, resource))


# ------------------------------------------------------------------ medicines


def _in_medication(
    kind: str,
    resource: Mapping[str, Any],
    index: Mapping[str, Mapping[str, Any]],
    today: dt.date | None,
) -> Iterator[Match]:
    status = _status_of(kind, resource, today)
    for field, concept in _concepts(resource, index):
        for match in _in_concept(resource, field, concept):
            yield _stated(match, status)
    for field, words in texts(resource, skip="medication"):
        for named in named_in(words, names_what_is_taken=False):
            yield _stated(_by_text(resource, field, named), status)


_PROPOSED = frozenset({"proposal", "plan", "option"})


def _status_of(kind: str, resource: Mapping[str, Any], today: dt.date | None) -> Status:
    if resource.get("doNotPerform") is True:
        return Status.NOT_TAKEN
    if kind == "MedicationRequest" and text(resource.get("intent")) in _PROPOSED:
        return Status.UNCERTAIN
    status = _BY_STATUS[kind].get(text(resource.get("status")), Status.UNCERTAIN)
    end = text(a_dict(resource.get("effectivePeriod")).get("end"))[:10]
    if status is Status.TAKEN and today is not None and len(end) == 10 and end < today.isoformat():
        return Status.STOPPED
    return status


def _concepts(
    resource: Mapping[str, Any], index: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "medicationCodeableConcept", a_dict(resource.get("medicationCodeableConcept"))
    reference = a_dict(resource.get("medicationReference"))
    yield "medicationReference", {"text": reference.get("display")}
    contained = {f"#{text(one.get('id'))}": one for one in dicts(resource.get("contained"))}
    target = text(reference.get("reference"))
    medication = contained.get(target) or referred(target, index)
    if medication is None:
        return
    yield "medicationReference.code", a_dict(medication.get("code"))
    for i, part in enumerate(dicts(medication.get("ingredient"))):
        item = a_dict(part.get("itemCodeableConcept"))
        yield f"medicationReference.ingredient[{i}].itemCodeableConcept", item


def _in_concept(
    resource: Mapping[str, Any], field: str, concept: Mapping[str, Any]
) -> Iterator[Match]:
    for i, coding in enumerate(dicts(concept.get("coding"))):
        system, code = text(coding.get("system")).rstrip("/"), text(coding.get("code"))
        known = _substances().get((load().codes.system_name(system) or system, code.upper()))
        if known is not None:
            yield Match(
                resource=_name(resource),
                field=f"{field}.coding[{i}].code",
                words=text(coding.get("display"))[:80],
                ground=Ground.CODE,
                status=Status.UNCERTAIN,
                confidence=Confidence.HIGH,
                because=f"the code stands for {known.substance}",
                substance=known.substance,
                system=system,
                code=code,
                when=_when(resource),
            )
        for named in named_in(text(coding.get("display")), names_what_is_taken=True):
            yield _by_text(resource, f"{field}.coding[{i}].display", named)
    for named in named_in(text(concept.get("text")), names_what_is_taken=True):
        yield _by_text(resource, f"{field}.text", named)


def _stated(match: Match, status: Status) -> Match:
    """The status of the entry joined with what its words say; where they differ: uncertain."""
    told = match.status if match.ground is Ground.TEXT else None
    if told in {None, Status.TAKEN, status} or match.because == _NAMED_ONLY:
        because = f"{match.because}; {_SAID_BY_RESOURCE.format(status.value)}"
        return _with(match, status, because)
    because = f"{match.because}, and {_SAID_BY_RESOURCE.format(status.value)}"
    return _with(match, Status.UNCERTAIN, because)


_NAMED_ONLY = "the text names it"


# ------------------------------------------------------------------ laboratory


def _in_observation(resource: Mapping[str, Any]) -> Iterator[Match]:
    yield from _in_test(resource, resource, "")
    for i, component in enumerate(dicts(resource.get("component"))):
        # A withdrawn panel withdraws its parts.
        part = {**component, "status": resource.get("status")}
        yield from _in_test(resource, part, f"component[{i}].")
    for field, words in texts(resource, skip="code"):
        for named in named_in(words, names_what_is_taken=False):
            yield _by_text(resource, field, named)


def _in_test(
    resource: Mapping[str, Any], measured: dict[str, Any] | Mapping[str, Any], at: str
) -> Iterator[Match]:
    concept = a_dict(measured.get("code"))
    for i, coding in enumerate(dicts(concept.get("coding"))):
        test = laboratory.tests().get(text(coding.get("code")))
        if test is None or not laboratory.is_loinc(text(coding.get("system"))):
            continue
        status, confidence, because = laboratory.judged(dict(measured), test)
        yield Match(
            resource=_name(resource),
            field=f"{at}code.coding[{i}].code",
            words=text(coding.get("display"))[:80],
            ground=Ground.LABORATORY,
            status=status,
            confidence=confidence,
            because=because,
            substance=test.substance,
            system=laboratory.LOINC,
            code=test.code,
            when=_when(resource),
        )
        return
    for field, words in words_of(concept, f"{at}code"):
        for named in named_in(words, names_what_is_taken=False):
            # A test without a code known here is read like one that was not confirmed.
            test = Test(code="", substance=named.substance, asks="presence", method="screen")
            status, confidence, because = laboratory.judged(dict(measured), test)
            yield _with(
                _by_text(resource, field, named), status, because, Ground.LABORATORY, confidence
            )
            return


# ------------------------------------------------------------------ words anywhere


def _in_words(kind: str, resource: Mapping[str, Any]) -> Iterator[Match]:
    for field, words in texts(resource):
        for named in named_in(words, names_what_is_taken=kind in _NAMES_WHAT_IS_TAKEN):
            match = _by_text(resource, field, named)
            if kind == "Condition":
                yield _in_condition(resource, match)
            elif _WITHDRAWN in (resource.get("status"), resource.get("docStatus")):
                yield _with(match, Status.UNCERTAIN, "the entry was entered in error")
            else:
                yield _unless(kind, match)


def _in_answers(resource: Mapping[str, Any]) -> Iterator[Match]:
    """Answers beside their questions: a question that names kratom says nothing alone."""
    withdrawn = text(resource.get("status")) == "entered-in-error"
    stack = [(f"item[{i}]", one, 0) for i, one in enumerate(dicts(resource.get("item")))]
    while stack:
        path, item, depth = stack.pop(0)
        question = text(item.get("text")).rstrip("?: ")
        answers = dicts(item.get("answer"))
        for i, answer in enumerate(answers):
            at = f"{path}.answer[{i}]"
            yield from _in_answer(resource, at, question, answer, withdrawn)
            if depth < _MAX_DEPTH:
                inner = enumerate(dicts(answer.get("item")))
                stack += [(f"{at}.item[{j}]", one, depth + 1) for j, one in inner]
        if depth < _MAX_DEPTH:
            inner = enumerate(dicts(item.get("item")))
            stack += [(f"{path}.item[{j}]", one, depth + 1) for j, one in inner]


def _in_answer(
    resource: Mapping[str, Any], at: str, question: str, answer: Mapping[str, Any], withdrawn: bool
) -> Iterator[Match]:
    coding = a_dict(answer.get("valueCoding"))
    said = text(answer.get("valueString")) or text(coding.get("display"))
    if isinstance(answer.get("valueBoolean"), bool):
        said = "yes" if answer["valueBoolean"] else "no"
    alone = named_in(said, names_what_is_taken=False)
    asked = named_in(f"{question}: {said}", names_what_is_taken=False) if question else ()
    for named in alone or asked[:1]:
        match = _by_text(resource, at, named)
        # Only a plain no answers a question about it; "yes" can be to "ever?" as well as to "now?".
        if withdrawn or (not alone and match.status is not Status.NOT_TAKEN):
            match = _with(match, Status.UNCERTAIN, "an answer that does not say whether it is now")
        yield match


_NAMES_WHAT_IS_TAKEN = frozenset({"Medication", "Substance", "NutritionOrder"})
_ABOUT_SOMETHING_ELSE: Mapping[str, str] = {
    "AllergyIntolerance": "an allergy or intolerance does not say that it is taken",
    "FamilyMemberHistory": "it is about a relative",
    "Medication": "a product on the list does not say that it is taken",
    "Substance": "a substance on the list does not say that it is taken",
    "Questionnaire": "a question is no answer",
    "Goal": "a goal does not say that it is taken",
    "CarePlan": "a plan does not say that it is taken",
    "PlanDefinition": "a plan does not say that it is taken",
    "ServiceRequest": "a request does not say that it is taken",
    "DetectedIssue": "a conclusion does not say that it is taken",
    "RiskAssessment": "a conclusion does not say that it is taken",
    "Provenance": "it says who recorded something",
    "List": "a list does not say that it is taken",
    "Claim": "a bill does not say that it is taken",
    "ExplanationOfBenefit": "a bill does not say that it is taken",
    "ChargeItem": "a bill does not say that it is taken",
    "Invoice": "a bill does not say that it is taken",
    "SupplyRequest": "a request does not say that it is taken",
    "CommunicationRequest": "a request does not say that it is taken",
    "RequestGroup": "a request does not say that it is taken",
    "Task": "a request does not say that it is taken",
    "MedicationKnowledge": "a product on the list does not say that it is taken",
}


def _unless(kind: str, match: Match) -> Match:
    because = _ABOUT_SOMETHING_ELSE.get(kind)
    return match if because is None else _with(match, Status.UNCERTAIN, because)


def _in_condition(resource: Mapping[str, Any], match: Match) -> Match:
    if _codes_in(resource.get("verificationStatus")) & _NOT_THERE:
        return _with(match, Status.NOT_TAKEN, "the condition was refuted or entered in error")
    if _codes_in(resource.get("verificationStatus")) & _NOT_SURE:
        return _with(match, Status.UNCERTAIN, "the condition was not confirmed")
    if not match.field.startswith("code"):
        return match
    clinical = _codes_in(resource.get("clinicalStatus"))
    status = next((_BY_CLINICAL_STATUS[c] for c in clinical if c in _BY_CLINICAL_STATUS), None)
    return match if status is None else _stated(match, status)


def _codes_in(concept: object) -> set[str]:
    return {text(c.get("code")) for c in dicts(a_dict(concept).get("coding"))}


# ------------------------------------------------------------------ common


def _by_text(resource: Mapping[str, Any], field: str, named: Named) -> Match:
    return Match(
        resource=_name(resource),
        field=field,
        words=named.words,
        ground=Ground.TEXT,
        status=named.status or Status.UNCERTAIN,
        confidence=named.confidence,
        because=named.because,
        substance=named.substance,
        when=_when(resource),
        of_person=named.of_person and text(resource.get("resourceType")) != "FamilyMemberHistory",
    )


def _with(
    match: Match,
    status: Status,
    because: str,
    ground: Ground | None = None,
    confidence: Confidence | None = None,
) -> Match:
    return msgspec.structs.replace(
        match,
        status=status,
        because=because,
        ground=ground or match.ground,
        confidence=confidence or match.confidence,
    )


def _name(resource: Mapping[str, Any]) -> str:
    kind, id_ = text(resource.get("resourceType")), text(resource.get("id"))
    return f"{kind}/{id_}" if id_ else kind


def _when(resource: Mapping[str, Any]) -> str:
    for field in _DATES:
        value = resource.get(field)
        period = a_dict(value)
        found = text(value) or text(period.get("end")) or text(period.get("start"))
        if found:
            return found[:10]
    return ""


def _by_reference(resources: Iterable[Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    """Medications by the ways in which an entry can refer to them."""
    found: dict[str, Mapping[str, Any]] = {}
    for one in resources:
        if text(one.get("resourceType")) != "Medication":
            continue
        id_ = text(one.get("id"))
        if id_:
            found[f"Medication/{id_}"] = one
            found[f"urn:uuid:{id_}"] = one
    return found


@lru_cache(maxsize=1)
def _substances() -> dict[tuple[str, str], Substance]:
    name = load().codes.system_name
    return {(name(one.system) or one.system, one.code): one for one in kratom_words().substances}
