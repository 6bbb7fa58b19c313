"""The care plan: sections in the order in which a clinician works, safety first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.care import from_results
from speciosa.clinical.care.items import OPTIONS, Placed, placed
from speciosa.clinical.care.result import PlanItem, PlanResult, PlanSection
from speciosa.clinical.care.situation import Results, Situation, situation
from speciosa.clinical.care.standing import rank
from speciosa.clinical.care.worded import finding, first_text, missing
from speciosa.finding import Certainty, Finding, Severity, Tone, worst_first

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.clinical.dependence.result import DependenceResult
    from speciosa.clinical.safety.result import SafetyResult
    from speciosa.clinical.severity.result import SeverityResult
    from speciosa.evidence.result import EvidenceResult
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.care_wording import Section
    from speciosa.pharmacology.interactions.result import InteractionsResult
    from speciosa.regulation.result import LawResult

_PSYCHOLOGICAL_FIRST = ("psychological", "medicine", "herbal", "lifestyle", "")
_MEDICINE_FIRST = ("medicine", "psychological", "herbal", "lifestyle", "")


def plan(  # noqa: PLR0913 - one argument for each room's result
    case: Case,
    knowledge: Knowledge,
    *,
    severity: SeverityResult,
    safety: SafetyResult,
    dependence: DependenceResult,
    interactions: InteractionsResult,
    evidence: EvidenceResult,
    law: LawResult,
) -> PlanResult:
    """What to do, offer, consider, weigh and avoid for this person, and why."""
    results = Results(
        severity=severity,
        safety=safety,
        dependence=dependence,
        interactions=interactions,
        evidence=evidence,
        law=law,
    )
    here = situation(case, knowledge, results)
    wording = knowledge.care.plan
    by_section = {
        section.id: tuple(
            placed(item, here)
            for item in knowledge.care.plan_items
            if item.section == section.id and item.holds(here.flags)
        )
        for section in wording.sections
    }
    return PlanResult(
        headline=first_text(wording.headlines, here.flags),
        step=here.step.label,
        why_this_step=here.step.why,
        sections=tuple(_section(s, by_section[s.id], here) for s in wording.sections),
        findings=worst_first(
            (
                *(finding(w) for w in wording.findings if w.holds(here.flags)),
                *_must_not(by_section[OPTIONS], here),
            )
        ),
        missing=missing(wording.missing, here.flags),
    )


def _section(section: Section, found: tuple[Placed, ...], here: Situation) -> PlanSection:
    ordered = _ordered(found, here) if section.id == OPTIONS else found
    items = tuple(entry.item for entry in ordered)
    return PlanSection(
        id=section.id,
        title=section.title,
        lead=first_text(section.leads, here.flags) or section.lead,
        items=(*_leading(section.id, here), *items, *_trailing(section.id, here)),
    )


def _leading(section_id: str, here: Situation) -> Iterator[PlanItem]:
    """Items made from the other rooms' results, which stand before the worded ones."""
    makers = {
        "safety": from_results.urgent,
        "diagnosis": from_results.diagnosis,
        "severity": from_results.severity,
        "goals": from_results.goals,
        "interactions": from_results.interactions,
    }
    if section_id in makers:
        yield from makers[section_id](here)


def _trailing(section_id: str, here: Situation) -> Iterator[PlanItem]:
    if section_id == "interactions":
        yield from from_results.rules(here)


def _ordered(found: tuple[Placed, ...], here: Situation) -> tuple[Placed, ...]:
    """Kind, then standing, then wishes; never the size of an effect. By name in a crisis."""
    if "crisis" in here.flags:
        return tuple(sorted(found, key=lambda p: p.item.title))
    flags = here.flags
    medicine_wanted = "avoids_psychological" in flags or (
        "prefers_medicine" in flags and "prefers_psychological" not in flags
    )
    protected = flags & {"under_18", "pregnancy"}
    avoided = "avoids_medicine" in flags
    first = medicine_wanted and not protected and not avoided
    kinds = _MEDICINE_FIRST if first else _PSYCHOLOGICAL_FIRST
    return tuple(
        sorted(found, key=lambda p: (kinds.index(p.kind), rank(p.item.standing), -p.score))
    )


def _must_not(options: tuple[Placed, ...], here: Situation) -> Iterator[Finding]:
    """One finding for each rule that holds options back, so that nothing drops silently."""
    words = here.knowledge.care.plan.words
    reasons: dict[str, dict[str, list[PlanItem]]] = {}
    for entry in options:
        for rule, caution in entry.must_not:
            reasons.setdefault(rule, {}).setdefault(caution, []).append(entry.item)
    for rule, grouped in reasons.items():
        sentences = (
            words["must_not_reason"].format(
                items=", ".join(item.title for item in items), caution=caution
            )
            for caution, items in grouped.items()
        )
        yield Finding(
            id=f"care.must-not.{rule}",
            severity=Severity.MAJOR,
            certainty=Certainty.LOW,
            tone=Tone.WARNING,
            text=words["must_not"].format(rule=rule, reasons=" ".join(sentences)),
            facts=tuple(
                dict.fromkeys(f for items in grouped.values() for i in items for f in i.facts[:1])
            ),
        )
