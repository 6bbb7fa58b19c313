"""Conditions by code, or by a name that is known; what was refuted is absent."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from speciosa.case import vocabulary as v
from speciosa.case.model import Condition
from speciosa.fhir.read.bundle import name_of
from speciosa.fhir.read.dates import latest, when
from speciosa.fhir.read.diagnosis import diagnosis, is_pregnancy
from speciosa.fhir.read.result import fits
from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.fhir.read.result import Reading
    from speciosa.knowledge import Knowledge

_STATUS = {
    "active": v.ConditionStatus.CURRENT,
    "recurrence": v.ConditionStatus.CURRENT,
    "relapse": v.ConditionStatus.CURRENT,
    "inactive": v.ConditionStatus.PAST,
    "remission": v.ConditionStatus.PAST,
    "resolved": v.ConditionStatus.PAST,
}
_UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
# Where two entries differ, the one that warns most is taken.
_ORDER = (
    v.ConditionStatus.CURRENT,
    v.ConditionStatus.PAST,
    v.ConditionStatus.FAMILY,
    v.ConditionStatus.ABSENT,
)
_MOST_UNKNOWN = 100


def read_conditions(
    resources: Sequence[dict[str, Any]], reading: Reading, knowledge: Knowledge, today: dt.date
) -> None:
    """Conditions of the person and of relatives into the case, each once."""
    found: dict[tuple[str, bool], tuple[v.ConditionStatus, str, list[str], str]] = {}
    for resource in resources:
        for concept, told, said in _entries(resource, reading):
            here = name_of(resource)
            if _pregnancy(concept, told, resource, reading, today):
                continue
            found_here = diagnosis(concept, knowledge)
            known, how, words = found_here.known, found_here.how, found_here.words
            status = told
            if told is v.ConditionStatus.CURRENT and found_here.status is not None:
                status = found_here.status
            if told is v.ConditionStatus.CURRENT and found_here.doubtful:
                why = "its words say that it is not there, or not for certain"
                reading.ignore(here, why, words[:120])
                if known:
                    reading.questions.append(f"Does the person have this? {words[:120]}")
                continue
            # A code that nobody here can read is a diagnosis nevertheless.
            name = known or words[:200] or _code(concept)
            if not name:
                reading.ignore(here, "it names no condition that can be read")
                continue
            if not known and not words and status is v.ConditionStatus.CURRENT:
                how = "a code alone, which is not known: it is kept and not used"
                reading.questions.append(f"Which condition is meant by the code {name}?")
            elif not known:
                how = "not recognised as a condition that changes the assessment"
            if not known and status is not v.ConditionStatus.CURRENT:
                why = f"{status}, and not a condition that changes the assessment"
                reading.ignore(here, why, words[:120])
                continue
            family = status is v.ConditionStatus.FAMILY
            held = found.get((name, family))
            note = "; ".join(filter(None, (said, how)))
            if held is None:
                found[name, family] = (status, note, [here], words)
                continue
            first = min(held[0], status, key=_ORDER.index)
            found[name, family] = (first, held[1] or note, [*held[2], here], held[3])
    _add(found, reading)


def _add(
    found: dict[tuple[str, bool], tuple[v.ConditionStatus, str, list[str], str]], reading: Reading
) -> None:
    unknown = 0
    for (name, _), (status, note, places, words) in found.items():
        fields: dict[str, Any] = {"name": name, "status": status}
        if not fits(Condition, fields):
            reading.ignore(places[0], "its name cannot be read")
            continue
        is_known = Condition(**fields).known is not None
        unknown += not is_known
        if unknown > _MOST_UNKNOWN and not is_known:
            reading.ignore(places[0], "more conditions than a case shows", words[:120])
            continue
        at = len(reading.document.get("conditions", ()))
        reading.add("conditions", fields)
        said = f"{words[:120] or name} ({status})"
        reading.use(places[0], f"conditions[{at}]", said, note)
        for other in places[1:]:
            reading.use(other, f"conditions[{at}]", said, f"merged with {places[0]}")


def _entries(
    resource: dict[str, Any], reading: Reading
) -> list[tuple[dict[str, Any], v.ConditionStatus, str]]:
    here = name_of(resource)
    if text(resource.get("resourceType")) == "FamilyMemberHistory":
        if text(resource.get("status")) == "entered-in-error":
            reading.ignore(here, "entered in error")
            return []
        parts = dicts(resource.get("condition"))
        return [(a_dict(p.get("code")), v.ConditionStatus.FAMILY, "") for p in parts]
    verification = _codes(resource.get("verificationStatus"))
    if "entered-in-error" in verification:
        reading.ignore(here, "entered in error")
        return []
    concept = a_dict(resource.get("code"))
    if "refuted" in verification:
        return [(concept, v.ConditionStatus.ABSENT, "the record says that it was ruled out")]
    note = "it is not confirmed" if verification & _UNSURE else ""
    clinical = _codes(resource.get("clinicalStatus"))
    status = next((_STATUS[c] for c in clinical if c in _STATUS), None)
    if status is None:
        ended = any(key.startswith("abatement") and resource[key] for key in resource)
        status = v.ConditionStatus.PAST if ended else v.ConditionStatus.CURRENT
        note = "; ".join(filter(None, (note, "the record does not say whether it is active")))
    return [(concept, status, note)]


def _pregnancy(
    concept: dict[str, Any],
    told: v.ConditionStatus,
    resource: dict[str, Any],
    reading: Reading,
    today: dt.date,
) -> bool:
    """Take a pregnancy that is on the list of conditions; ``False`` when it is none."""
    if not is_pregnancy(concept) or told is v.ConditionStatus.FAMILY:
        return False
    here = name_of(resource)
    if told is not v.ConditionStatus.CURRENT:
        reading.ignore(here, "a pregnancy that is over, or was ruled out")
        return True
    date = latest(when(resource, "onsetDateTime", "onsetPeriod", "recordedDate"))
    if date is not None and (today - date).days > record_words().days.pregnant:
        reading.ignore(here, "a pregnancy longer ago than one lasts", date.isoformat())
        reading.questions.append("Is the person pregnant? An old pregnancy is still marked active.")
        return True
    reading.part("person")["pregnancy"] = v.Pregnancy.PREGNANT
    day = date.isoformat() if date else "no date"
    reading.use(here, "person.pregnancy", f"pregnant ({day})")
    if date is None:
        reading.questions.append("Is the person pregnant? The record's entry has no date.")
    return True


def _codes(concept: object) -> set[str]:
    return {text(c.get("code")) for c in dicts(a_dict(concept).get("coding"))}


def _code(concept: dict[str, Any]) -> str:
    given = (text(c.get("code")) for c in dicts(concept.get("coding")))
    return next(filter(None, given), "")[:40]
