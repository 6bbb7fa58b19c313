"""Kratom's evidence beside that of the conventional options, for one person."""

from __future__ import annotations

from collections.abc import Iterator, Set

from speciosa.case.model import Case
from speciosa.evidence.for_person import person, rows
from speciosa.evidence.for_person.ranking import certainties
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
        findings=(*_findings(wording.findings, held), *_not_read(table)),
        missing=tuple(
            Missing(field=m.field, cost=m.cost, how=m.how)
            for m in wording.missing
            if m.when in held
        ),
        certainties=certainties(case, knowledge),
    )


def _options(case: Case, knowledge: Knowledge, held: Set[str]) -> tuple[EffectRow, ...]:
    table = knowledge.evidence
    own = person.own_treatments(case, knowledge)
    pairs = [(effect, part) for effect in table.effects for part in effect.rows]
    pairs = [pair for pair in pairs if pair[1].direction_read]
    pairs.sort(
        key=lambda pair: rows.sort_key(
            *pair, concerns_person=any(one.concerns(pair[1]) for one in own)
        )
    )
    return tuple(
        rows.row(
            effect,
            part,
            table.wording,
            tuple(person.cautions(part, held, own, table.wording)),
        )
        for effect, part in pairs
    )


def _not_read(table: Evidence) -> Iterator[Finding]:
    """One line for the sources of which neither size nor direction was read."""
    pairs = [(e, part) for e in table.effects for part in e.rows if not part.direction_read]
    worded = table.wording.not_read
    if pairs:
        yield Finding(
            id=worded.id,
            severity=Severity(worded.severity),
            certainty=worded.certainty,
            text=worded.text.format(
                rows="; ".join(
                    f"{part.option} against {part.comparator}, {part.outcome} ({effect.design})"
                    for effect, part in pairs
                )
            ),
            facts=tuple(effect.fact_id(part) for effect, part in pairs),
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
            population=record.population,
            comparator=record.comparator,
            outcome=record.outcome,
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
