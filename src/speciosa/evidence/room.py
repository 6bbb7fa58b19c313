"""Kratom's evidence beside that of the conventional options, for one person."""

from __future__ import annotations

from collections.abc import Set

from speciosa.case.model import Case
from speciosa.evidence import person, rows
from speciosa.evidence.result import EffectRow, EvidenceResult, Report
from speciosa.finding import Finding, Missing, Severity, Tone
from speciosa.knowledge import Knowledge
from speciosa.knowledge.evidence import Evidence, KratomRecord, WordedFinding


def assess(case: Case, knowledge: Knowledge) -> EvidenceResult:
    """Options beside their comparators; kratom's trials, reports, animal data and harms apart."""
    table = knowledge.evidence
    wording = table.wording
    held = person.flags(case, knowledge)
    seen = {source for record in table.lane("user_report") for source in record.sources}
    shares = tuple(r for r in table.lane("share") if not seen & set(r.sources))
    return EvidenceResult(
        headline=wording.headline,
        kratom=_findings(wording.kratom, held),
        options=_options(case, knowledge, held),
        kratom_trials=_reports((*table.lane("trial"), *table.lane("registered")), table),
        user_reports=_reports((*table.lane("user_report"), *shares), table),
        preclinical=_reports(table.lane("preclinical"), table),
        harms=_reports(table.lane("harm"), table),
        findings=_findings(wording.findings, held),
        missing=tuple(
            Missing(field=m.field, cost=m.cost, how=m.how)
            for m in wording.missing
            if m.when in held
        ),
    )


def _options(case: Case, knowledge: Knowledge, held: Set[str]) -> tuple[EffectRow, ...]:
    table = knowledge.evidence
    tried = person.tried_before(case, knowledge)
    pairs = [(effect, part) for effect in table.effects for part in effect.rows]
    pairs.sort(key=lambda pair: rows.sort_key(*pair))
    return tuple(
        rows.row(
            effect,
            part,
            table.wording,
            tuple(person.cautions(part, held, tried, table.wording)),
        )
        for effect, part in pairs
    )


def _reports(records: tuple[KratomRecord, ...], table: Evidence) -> tuple[Report, ...]:
    return tuple(
        Report(
            id=record.fact_id,
            design=record.design,
            n=record.n,
            finding=record.finding,
            cannot_show=table.wording.cannot_show[record.kind],
            facts=(record.fact_id,),
        )
        for record in records
    )


def _findings(worded: tuple[WordedFinding, ...], held: Set[str]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id=w.id,
            severity=Severity(w.severity),
            certainty=w.certainty,
            text=w.text,
            tone=Tone(w.tone),
            action=w.action,
            detail=w.detail,
            facts=w.facts,
        )
        for w in worded
        if set(w.when) <= held
    )
