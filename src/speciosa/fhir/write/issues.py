"""Interactions as DetectedIssues, rules that hold as RiskAssessments, danger as Flags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from speciosa.clinical.safety.result import UrgentStatus
from speciosa.fhir.write.context import Entry, Writing
from speciosa.fhir.write.elements import (
    UNKNOWN,
    Element,
    coded,
    concept,
    hl7,
    in_words,
    narrative,
    note,
    plain,
)
from speciosa.fhir.write.medicines import KRATOM, names_by_member
from speciosa.fhir.write.predictions import ratio_name
from speciosa.finding import Severity

if TYPE_CHECKING:
    from speciosa.clinical.safety.result import Contact, FiredRule
    from speciosa.finding import Finding
    from speciosa.pharmacology.interactions.result import Interaction

_SEVERITY = {
    Severity.EMERGENCY: "high",
    Severity.URGENT: "high",
    Severity.MAJOR: "high",
    Severity.MODERATE: "moderate",
    Severity.MINOR: "low",
    Severity.INFO: "low",
}
# The routes that a screen must show first; "none found" is never written as a resource.
_ROUTES = {
    UrgentStatus.EMERGENCY: "Emergency",
    UrgentStatus.SAME_DAY: "Action today",
    UrgentStatus.SOON: "Action soon",
    UrgentStatus.NOT_ASSESSED: "Danger signs not assessed",
}


# ------------------------------------------------------------------ danger


def flags(w: Writing) -> Iterator[Entry]:
    """Danger, first of all: one Flag for the route and one for each finding behind it."""
    urgent = w.assessment.urgent
    route = _ROUTES.get(urgent.status)
    if route is None:
        return
    contacts = tuple(_contact(contact) for contact in urgent.contacts)
    ask = tuple(f"Ask now: {question}" for question in urgent.ask_now)
    lines = (urgent.headline, urgent.contacts_note)
    text = narrative(route, *lines, items=(*contacts, *ask))
    yield Entry("flag/route", _flag(w, f"{route}: {urgent.headline}", text))
    for finding in urgent.findings:
        if finding.severity.rank <= Severity.MAJOR.rank:
            text = narrative(finding.text, finding.action, w.rests_on(finding.facts))
            said = f"{finding.text} {finding.action}".strip()
            yield Entry(f"flag/{finding.id}", _flag(w, said, text))


def _flag(w: Writing, said: str, text: Element) -> Element:
    return {
        "resourceType": "Flag",
        "text": text,
        "status": "active",
        "category": [hl7("flag-category", "safety", "Safety")],
        "code": concept(said),
        "subject": w.subject,
        "period": {"start": w.date},
        "author": w.author,
    }


def _contact(contact: Contact) -> str:
    checked = "" if contact.verified else " (not checked; confirm it first)"
    return f"{contact.label}: {contact.number}{checked}"


# ------------------------------------------------------------------ interactions


def detected(w: Writing) -> Iterator[Entry]:
    """Every interaction found; that nothing was found is never written."""
    resources = names_by_member(w)
    for row in w.assessment.interactions.rows:
        yield Entry(f"issue/{row.id}", interaction(w, row, resources))


def interaction(w: Writing, row: Interaction, resources: Mapping[str, str]) -> Element:
    """One interaction. ``resources`` are the names of resources by member."""
    said = [row.sentence, f"Certainty: {row.certainty}."]
    if row.auc_ratio is not None:
        said.append(f"Ratio of exposure: {in_words(row.auc_ratio)}.")
    said += [text for text in (row.ask, row.watch, row.consider) if text]
    ratio = [w.reference(ratio_name(row))] if row.auc_ratio is not None else None
    reports = [{"code": [concept(f"Case report: {report}")]} for report in row.case_reports]
    facts = w.rests_on(row.facts)
    return {
        "resourceType": "DetectedIssue",
        "text": narrative(row.title or " and ".join(row.names), *said, row.mechanism),
        "status": "final",
        "code": coded(w.codes, _kind(w, row), row.title or "interaction"),
        "severity": _SEVERITY[row.severity],
        "patient": w.subject,
        "identifiedDateTime": w.instant,
        "author": w.author,
        "implicated": [
            _implicated(w, member, name, resources)
            for member, name in zip(row.members, row.names or row.members, strict=False)
        ],
        "evidence": [
            {"code": [concept(row.mechanism)] if row.mechanism else None, "detail": ratio},
            *reports,
            {"code": [concept(facts)] if facts else None},
        ],
        "detail": plain(" ".join(said)),
    }


def _kind(w: Writing, row: Interaction) -> str:
    """The kind of alert: a natural product, something without a prescription, or medicines."""
    if KRATOM in row.members:
        return "issue/natural_product"
    held = [w.knowledge.medicines.find(member) for member in row.members]
    substance = any(medicine is not None and medicine.kind == "substance" for medicine in held)
    return "issue/nonprescription" if substance else "issue/drug"


def _implicated(w: Writing, member: str, name: str, resources: Mapping[str, str]) -> Element:
    known = resources.get(member)
    reference = w.reference(known) if known is not None else {}
    return {**reference, "display": plain(name)}


# ------------------------------------------------------------------ rules


def risks(w: Writing) -> Iterator[Entry]:
    """Safety rules that hold; those of everyone, and those not decided, are notes of the plan.

    A screen shows the title alone: "Suicide risk" must stand on nobody who was merely not asked.
    """
    for rule in w.assessment.safety_rules:
        if rule.severity != Severity.INFO and not rule.conditional:
            yield Entry(f"risk/{rule.id}", _risk(w, rule))


def _risk(w: Writing, rule: FiredRule) -> Element:
    must = tuple(f"To do: {text}" for text in rule.must)
    must_not = tuple(f"Not to do: {text}" for text in rule.must_not)
    size = "No figure is known for this person's risk."
    certainty = f"Certainty: {rule.certainty}." if rule.certainty else ""
    return {
        "resourceType": "RiskAssessment",
        "text": narrative(rule.title, rule.because, certainty, size, items=(*must, *must_not)),
        "status": "preliminary",
        "method": concept("Safety rule of Speciosa"),
        "code": concept(rule.title),
        "subject": w.subject,
        "occurrenceDateTime": w.date,
        "performer": w.author,
        "basis": [w.reference("response/case")],
        "prediction": [
            {
                "outcome": concept(rule.title),
                # No rule knows a probability; leaving it out says less than saying so.
                "probabilityRange": {"extension": [UNKNOWN]},
                "qualitativeRisk": concept(f"severity {rule.severity}, no probability"),
                "rationale": plain(
                    " ".join(x for x in (rule.because, rule.condition, certainty) if x)
                ),
            }
        ],
        "mitigation": plain(" ".join(rule.must)),
        "note": note(" ".join(rule.must_not), rule.basis, size, w.rests_on(rule.facts)),
    }


def side_effects(w: Writing) -> Iterator[Entry]:
    """Unwanted effects that the person reported; a frequency in others is not their risk."""
    reported = [e for e in w.assessment.side_effects.effects if e.reported_by_person]
    for effect in reported:
        name = effect.name
        yield Entry(
            f"effect/{effect.id}",
            {
                "resourceType": "Observation",
                "text": narrative(f"Reported on kratom: {name}", effect.caution, effect.watch),
                "status": "final",
                "category": [hl7("observation-category", "survey", "Survey")],
                "code": concept("Unwanted effect reported on kratom"),
                "subject": w.subject,
                "effectiveDateTime": w.date,
                "valueCodeableConcept": concept(name),
                "note": note(effect.caution),
            },
        )


def finding_text(finding: Finding) -> str:
    """A finding as one line of a note."""
    said = " ".join(part for part in (finding.text, finding.action) if part)
    return f"{said} (certainty: {finding.certainty})"
