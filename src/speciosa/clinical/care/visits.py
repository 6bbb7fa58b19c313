"""Follow-up: dated contacts, what to measure, what change would count, when to step up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from speciosa.clinical.care.result import FollowUpResult, Visit
from speciosa.clinical.care.situation import Results, Situation, situation
from speciosa.clinical.care.worded import every_text, finding, first_text

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.clinical.dependence.result import DependenceResult
    from speciosa.clinical.safety.result import SafetyResult
    from speciosa.clinical.severity.result import SeverityResult
    from speciosa.evidence.result import EvidenceResult
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.care.wording import Visit as WordedVisit
    from speciosa.pharmacology.interactions.result import InteractionsResult
    from speciosa.regulation.result import LawResult


def follow_up(  # noqa: PLR0913 - one argument for each room's result
    case: Case,
    knowledge: Knowledge,
    *,
    severity: SeverityResult,
    safety: SafetyResult,
    dependence: DependenceResult,
    interactions: InteractionsResult,
    evidence: EvidenceResult,
    law: LawResult,
) -> FollowUpResult:
    """Visits with dates counted from the date of the case, and how to read what they bring."""
    results = Results(
        severity=severity,
        safety=safety,
        dependence=dependence,
        interactions=interactions,
        evidence=evidence,
        law=law,
    )
    here = situation(case, knowledge, results)
    wording, flags = knowledge.care.follow_up, here.flags
    return FollowUpResult(
        headline=first_text(wording.headlines, flags),
        visits=tuple(_visit(v, here) for v in wording.visits if v.holds(flags)),
        what_counts=tuple(finding(w) for w in wording.what_counts if w.holds(flags)),
        step_up_if=tuple(finding(w) for w in wording.step_up_if if w.holds(flags)),
        annotate=every_text(wording.annotate, flags),
    )


def _visit(worded: WordedVisit, here: Situation) -> Visit:
    date = here.case.date + dt.timedelta(days=worded.days)
    return Visit(
        when=worded.label,
        date=date.isoformat(),
        measure=every_text(worded.measure, here.flags),
        decide=" ".join((worded.decide, *every_text(worded.decides, here.flags))),
        facts=worded.facts,
    )
