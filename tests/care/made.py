"""Made-up results of the other rooms, as small as a test needs; the evidence is the real one."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

from tests.language import forbidden_phrases

from speciosa.case import Case
from speciosa.clinical import care
from speciosa.clinical.care.result import ConsultationResult, FollowUpResult, PlanItem, PlanResult
from speciosa.clinical.dependence.result import DependenceResult
from speciosa.clinical.safety.result import (
    Contact,
    FiredRule,
    SafetyResult,
    SideEffectsResult,
    UrgentResult,
    UrgentStatus,
)
from speciosa.clinical.severity.result import Score, SeverityResult
from speciosa.evidence import assess as assess_evidence
from speciosa.finding import Certainty, Estimate, Finding, Severity, Tone
from speciosa.knowledge import load
from speciosa.pharmacology.interactions.result import (
    Interaction,
    InteractionsResult,
    NotChecked,
)
from speciosa.regulation.result import LawResult

KNOWLEDGE = load()
DATE = dt.date(2026, 11, 22)
LAW = "The law at this place is not known."


def severity(band: str = "", total: float | None = None) -> SeverityResult:
    scores = ()
    if band:
        estimate = Estimate(
            value=total or 12.0, unit="points", no_interval_because="made up for a test"
        )
        scores = (Score(instrument="gad7", name="GAD-7", total=estimate, maximum=21, band=band),)
    return SeverityResult(
        headline="Scores as made up.",
        scores=scores,
        function=(),
        diagnosis=(),
        changes=(),
        history=(),
        findings=(),
        missing=(),
    )


def safety(status: str = "none_found", rules: tuple[str, ...] = ()) -> SafetyResult:
    urgent = status in ("emergency", "same_day")
    finding = Finding(
        id="urgent.made-up",
        severity=Severity.EMERGENCY if status == "emergency" else Severity.URGENT,
        certainty=Certainty.MODERATE,
        tone=Tone.WARNING,
        text="An urgent finding, made up.",
        action="Act now.",
    )
    return SafetyResult(
        urgent=UrgentResult(
            status=UrgentStatus(status),
            headline="",
            findings=(finding,) if urgent else (),
            ask_now=("Do you feel like hurting yourself?",) if status == "not_assessed" else (),
            contacts=(Contact(label="Emergency", number="112", verified=False),) if urgent else (),
            contacts_note="",
        ),
        rules=tuple(
            FiredRule(
                id=rule, title=rule, because="made up", must=(), must_not=(), severity="major"
            )
            for rule in rules
        ),
        side_effects=SideEffectsResult(headline="", effects=(), monitoring=(), findings=()),
        findings=(),
        missing=(),
    )


def dependence(met: int | None = None) -> DependenceResult:
    return DependenceResult(
        headline="",
        criteria_met=met,
        criteria_asked=11 if met is not None else 0,
        level="",
        findings=(),
        missing=(),
    )


def interactions(
    rows: tuple[Interaction, ...] = (), not_checked: tuple[str, ...] = ()
) -> InteractionsResult:
    return InteractionsResult(
        headline="",
        rows=rows,
        not_checked=tuple(NotChecked(name=name, why="not recognised") for name in not_checked),
        recognised={},
        findings=(),
        missing=(),
    )


def law() -> LawResult:
    return LawResult(
        place="",
        place_name="",
        date=DATE.isoformat(),
        layers=(),
        leading={},
        leading_words={},
        headline=LAW,
        upcoming=(),
        findings=(),
        missing=(),
        disclaimer="",
    )


def results(case: Case, **given: Any) -> dict[str, Any]:
    """Every argument of the room; name one to replace it."""
    return {
        "severity": severity(),
        "safety": safety(),
        "dependence": dependence(),
        "interactions": interactions(),
        "evidence": assess_evidence(case, KNOWLEDGE),
        "law": law(),
    } | given


def situation(case: Case, **given: Any) -> care.Situation:
    return care.situation(case, KNOWLEDGE, care.Results(**results(case, **given)))


def plan(case: Case, **given: Any) -> PlanResult:
    return care.plan(situation(case, **given))


def talk(case: Case, **given: Any) -> ConsultationResult:
    return care.consultation(situation(case, **given))


def visits(case: Case, **given: Any) -> FollowUpResult:
    return care.follow_up(situation(case, **given))


def section(result: PlanResult, section_id: str) -> tuple[PlanItem, ...]:
    return next(s.items for s in result.sections if s.id == section_id)


def item(result: PlanResult, item_id: str) -> PlanItem:
    return next(i for s in result.sections for i in s.items if i.id == item_id)


def notes_on(result: PlanResult, section_id: str) -> tuple[Finding, ...]:
    return next(s.notes for s in result.sections if s.id == section_id)


def note(result: PlanResult, section_id: str, name: str) -> Finding:
    wanted = f"care.note.{section_id}.{name}"
    return next(n for n in notes_on(result, section_id) if n.id == wanted)


def ids(result: PlanResult) -> list[str]:
    return [i.id for s in result.sections for i in s.items]


@functools.cache
def forbidden(text: str) -> tuple[str, ...]:
    """The checker, asked once for each sentence: most repeat from case to case."""
    return tuple(forbidden_phrases(text))
