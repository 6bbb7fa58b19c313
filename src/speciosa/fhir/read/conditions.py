"""Conditions by code, or by a name that is known; what was refuted is absent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from speciosa.case import vocabulary as v
from speciosa.case.model import Condition
from speciosa.fhir.read.bundle import name_of
from speciosa.fhir.read.result import fits
from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.knowledge.medicines.names import normalise

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
_SHORTEST_CODE = 3
GAD = "generalized anxiety disorder"


def read_conditions(
    resources: Sequence[dict[str, Any]], reading: Reading, knowledge: Knowledge
) -> None:
    """Conditions of the person and of relatives into the case, each once."""
    found: dict[tuple[str, bool], tuple[v.ConditionStatus, str, list[str], str]] = {}
    for resource in resources:
        for concept, status, said in _entries(resource, reading):
            here = name_of(resource)
            known, how = _known(concept, knowledge)
            words = text(concept.get("text")) or _display(concept)
            name = known or words[:200]
            if not name:
                reading.ignore(here, "it names no condition that can be read")
                continue
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


def _known(concept: dict[str, Any], knowledge: Knowledge) -> tuple[str, str]:
    """The known name of a condition and how it was recognised; ("", "") for no known one."""
    for coding in dicts(concept.get("coding")):
        system, code = text(coding.get("system")), text(coding.get("code"))
        for start in _starts(code):
            for meant in knowledge.codes.find(system, start):
                kind, _, name = meant.key.partition("/")
                if kind == "condition":
                    sure = "" if meant.verified else "by a code that was not confirmed in a source"
                    return (GAD if name == "gad" else name), sure
    for words in (text(concept.get("text")), _display(concept)):
        key = normalise(words.removesuffix("(disorder)")).replace(" ", "_")
        if key in set(v.KnownCondition):
            return key, "by its name"
        if key.replace("_", " ") in {GAD, GAD.replace("z", "s")}:
            return GAD, "by its name"
    return "", ""


def _starts(code: str) -> list[str]:
    """A code and, for classes of ICD-10, what it belongs to (F32.1: F32.1, F32)."""
    if not code[:1].isalpha():
        return [code]
    return [code[:n].rstrip(".") for n in range(min(len(code), 8), _SHORTEST_CODE - 1, -1)]


def _codes(concept: object) -> set[str]:
    return {text(c.get("code")) for c in dicts(a_dict(concept).get("coding"))}


def _display(concept: dict[str, Any]) -> str:
    shown = (text(c.get("display")) for c in dicts(concept.get("coding")))
    return next(filter(None, shown), "")
