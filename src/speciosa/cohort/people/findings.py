"""An assessment as rows: every conclusion, part by part in the order of the report, each once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.cohort.result import RowFinding
from speciosa.finding import Certainty, Finding, Severity, Tone

if TYPE_CHECKING:
    from speciosa.assessment import Assessment
    from speciosa.clinical.safety.result import FiredRule
    from speciosa.pharmacology.exposure.result import IntakeResult
    from speciosa.pharmacology.interactions.result import Interaction


def findings(assessment: Assessment) -> tuple[RowFinding, ...]:
    """Findings, interactions and safety rules that hold; what was looked for in vain is none."""
    found: dict[tuple[str, str, str], RowFinding] = {}
    for row in _rows(assessment):
        found.setdefault((row.part, row.id, row.text), row)
    return tuple(found.values())


def _rows(a: Assessment) -> Iterator[RowFinding]:
    yield from _said("urgent", a.urgent.findings)
    yield from _said("severity", a.severity.findings, a.severity.function, a.severity.diagnosis)
    yield from _said("kratom", tuple(_of_intake(a.kratom.intake)), a.kratom.dependence.findings)
    yield from _said("exposure", a.exposure.findings)
    yield from _said("mechanism", a.mechanism.findings)
    yield from map(_interaction, a.interactions.rows)
    yield from _said("interactions", a.interactions.findings)
    yield from _said("side_effects", a.side_effects.findings, a.side_effects.monitoring)
    yield from _said("regulation", a.regulation.findings, a.regulation.upcoming)
    yield from _said("evidence", a.evidence.findings, a.evidence.kratom)
    sections = (note for section in a.plan.sections for note in section.notes)
    yield from _said("plan", a.plan.findings, tuple(sections))
    yield from _said("follow_up", a.follow_up.step_up_if, a.follow_up.what_counts)
    yield from (_rule(rule) for rule in a.safety_rules if _holds(rule))


def _of_intake(intake: IntakeResult) -> Iterator[Finding]:
    for product in intake.products:
        yield product.content
        yield from product.comparison
        if product.strain is not None:
            yield product.strain
    yield from intake.findings


def _said(part: str, *batches: tuple[Finding, ...]) -> Iterator[RowFinding]:
    for finding in (one for batch in batches for one in batch):
        yield RowFinding(
            part=part,
            id=finding.id,
            severity=finding.severity,
            certainty=finding.certainty,
            tone=finding.tone,
            text=finding.text,
            facts=finding.facts,
        )


def _interaction(row: Interaction) -> RowFinding:
    return RowFinding(
        part="interactions",
        id=row.id,
        severity=row.severity,
        certainty=row.certainty,
        tone=Tone.NEUTRAL if row.severity is Severity.INFO else Tone.WARNING,
        text=row.sentence,
        facts=row.facts,
        about=row.names or row.members,
        title=row.title,
    )


def _holds(rule: FiredRule) -> bool:
    """Whether a rule says something of this person: not those of everyone, nor the undecided."""
    return rule.severity != Severity.INFO and not rule.conditional


def _rule(rule: FiredRule) -> RowFinding:
    return RowFinding(
        part="safety_rules",
        id=f"safety.{rule.id}",
        severity=rule.severity,
        certainty=rule.certainty or Certainty.UNKNOWN,
        tone=Tone.WARNING,
        text=f"{rule.title}: {rule.because}",
        facts=rule.facts,
        title=rule.title,
    )
