"""What the room is given, and the flags that hold, gathered once for plan, talk and visits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speciosa.clinical.care import flags_of_person, flags_of_results
from speciosa.clinical.care.listed import Listed, listed
from speciosa.clinical.care.steps import Step, step_for

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.clinical.dependence.result import DependenceResult
    from speciosa.clinical.safety.result import SafetyResult
    from speciosa.clinical.severity.result import SeverityResult
    from speciosa.evidence.result import EvidenceResult
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.interactions.result import InteractionsResult
    from speciosa.regulation.result import LawResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The results of the other rooms."""

    severity: SeverityResult
    safety: SafetyResult
    dependence: DependenceResult
    interactions: InteractionsResult
    evidence: EvidenceResult
    law: LawResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One person's case, the results, what is on the list, the step and every flag that holds."""

    case: Case
    knowledge: Knowledge
    results: Results
    listed: Listed
    step: Step
    flags: frozenset[str]


def situation(case: Case, knowledge: Knowledge, results: Results) -> Situation:
    """Read the case and the results into flags; an unknown is a flag of its own."""
    taken = listed(case, knowledge)
    held = frozenset(
        (
            *flags_of_person.flags(case, knowledge, taken),
            *flags_of_results.flags(case, knowledge, results),
        )
    )
    held |= _implied(held)
    step = step_for(held, knowledge.care.plan)
    return Situation(
        case=case,
        knowledge=knowledge,
        results=results,
        listed=taken,
        step=step,
        flags=held | {step.flag},
    )


def _implied(held: frozenset[str]) -> frozenset[str]:
    """Flags that follow from others, so that a fired rule and the case never disagree."""
    more: set[str] = set()
    if "emergency" in held:
        more.add("crisis")
    if "under_18" in held:
        more |= {"under_25", "under_30"}
    return frozenset(more)
