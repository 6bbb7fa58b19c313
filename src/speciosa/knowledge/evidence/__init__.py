"""Effects of treatments as published, each beside its comparator, and what is known of kratom.

A row keeps its sign: ``better`` says on which side of no difference the option does better, so
that a reader never has to guess what a minus means. Kratom's records live in lanes of their own
and never among the rows of the options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from speciosa.knowledge import files
from speciosa.knowledge.evidence import base
from speciosa.knowledge.evidence.grading import Grading
from speciosa.knowledge.evidence.overlay import Overlay
from speciosa.knowledge.evidence.pooled import PooledEffect, Pools
from speciosa.knowledge.evidence.question import Questions
from speciosa.knowledge.evidence.ranking import RankingWording
from speciosa.knowledge.evidence.record import (
    Better,
    Control,
    Effect,
    EffectEstimate,
    EvidenceWording,
    Group,
    Judgement,
    KratomEvidence,
    KratomRecord,
    WordedFinding,
)
from speciosa.knowledge.evidence.study import Study
from speciosa.knowledge.evidence.trial import ProtocolWording, TrialWording
from speciosa.knowledge.fact import Basis, Fact
from speciosa.knowledge.table import Table

__all__ = [
    "Better",
    "Control",
    "Effect",
    "EffectEstimate",
    "Evidence",
    "EvidenceWording",
    "Group",
    "Judgement",
    "KratomEvidence",
    "KratomRecord",
    "PooledEffect",
    "Study",
    "WordedFinding",
]


class Evidence(Table):
    """Graded effects, kratom's lanes, parameters of a future trial."""

    name = "evidence"

    def __init__(
        self,
        known: Callable[[], base.Known] | None = None,
        overlay: Overlay | None = None,
    ) -> None:
        self._known = known
        self.overlay = overlay

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """Every published result."""
        return files.read("evidence/effects.json", tuple[Effect, ...])

    @cached_property
    def kratom(self) -> KratomEvidence:
        """The judgement on kratom in anxiety, and its records by lane."""
        return files.read("evidence/kratom.json", KratomEvidence)

    @cached_property
    def parameters(self) -> tuple[Fact, ...]:
        """What a simulated trial needs: changes on placebo, spread, dropout."""
        return files.read("evidence/trial_parameters.json", tuple[Fact, ...])

    @cached_property
    def trial_wording(self) -> TrialWording:
        """What a trial design takes from the base, its scenarios, the notes beside results."""
        return files.read("evidence/trial_wording.yaml", TrialWording)

    @cached_property
    def protocol(self) -> ProtocolWording:
        """The skeleton of a trial protocol."""
        return files.read("evidence/protocol.yaml", ProtocolWording)

    @cached_property
    def wording(self) -> EvidenceWording:
        """The sentences of the evidence room."""
        return files.read("evidence/wording.yaml", EvidenceWording)

    @cached_property
    def studies(self) -> tuple[Study, ...]:
        """Every primary study, by id."""
        found = [
            study
            for _, batch in files.read_folder("evidence/studies", tuple[Study, ...])
            for study in batch
        ]
        if self.overlay is not None:
            found += self.overlay.studies
        return tuple(sorted(found, key=lambda study: study.id))

    @cached_property
    def questions(self) -> Questions:
        """What is asked of the studies, and how they are pooled."""
        return files.read("evidence/questions.yaml", Questions)

    @cached_property
    def grading(self) -> Grading:
        """The thresholds of signals in GRADE's domains, and the assumed risks."""
        return files.read("evidence/grading.yaml", Grading)

    @cached_property
    def pools(self) -> Pools:
        """The pooled effects, and the hash of what they were made from."""
        if self.overlay is not None:
            return self.overlay.pools
        return files.read("evidence/pooled.json", Pools)

    @property
    def pooled(self) -> tuple[PooledEffect, ...]:
        """Every pooled and graded effect, in the order of the questions."""
        return self.pools.effects

    def pool(self, question_id: str) -> PooledEffect:
        """One pooled effect by id. Raises ``KeyError`` for an unknown id."""
        return self._pools_by_id[question_id]

    @cached_property
    def ranking(self) -> RankingWording:
        """How options are put in order, in words and as data."""
        return files.read("evidence/ranking.yaml", RankingWording)

    def effect(self, effect_id: str) -> Effect:
        """One record by id. Raises ``KeyError`` for an unknown id."""
        return self._effects_by_id[effect_id]

    def rows_about(self, medicine_id: str) -> tuple[str, ...]:
        """Fact ids of the rows on starting this medicine: on it alone first, then on its class."""
        found = [
            (len(row.medicines), effect.fact_id(row))
            for effect in self.effects
            for row in effect.rows
            if medicine_id in row.medicines and row.control is not Control.CONTINUED
        ]
        return tuple(fact_id for _, fact_id in sorted(found, key=lambda pair: pair[0]))

    def rows_on_others(self, treatment_id: str) -> frozenset[str]:
        """Fact ids of rows on another treatment in records that also have rows on this one."""
        return frozenset(
            effect.fact_id(row)
            for effect in self.effects
            if any(treatment_id in row.treatments for row in effect.rows)
            for row in effect.rows
            if treatment_id not in row.treatments
        )

    def lane(self, name: str) -> tuple[KratomRecord, ...]:
        """Kratom records of a lane, in the order of the data."""
        return tuple(r for r in self.kratom.records if r.lane == name)

    @cached_property
    def _pools_by_id(self) -> Mapping[str, PooledEffect]:
        return {effect.id: effect for effect in self.pooled}

    @cached_property
    def _effects_by_id(self) -> Mapping[str, Effect]:
        return {effect.id: effect for effect in self.effects}

    def facts(self) -> Iterator[Fact]:
        """Rows, further figures, kratom records, the judgement, trial parameters."""
        for effect in self.effects:
            yield from _effect_facts(effect)
        for record in self.kratom.records:
            yield _kratom_fact(record)
        yield from _judgement_facts(self.kratom.judgement)
        yield from self.parameters
        yield from base.facts(self.studies, self.pools)
        yield from self.grading.thresholds
        yield from self.grading.assumed
        yield from self.grading.scales

    def problems(self) -> Iterator[str]:
        """Rows without direction or conclusion, intervals that miss their value, loose words."""
        for effect in self.effects:
            for row in effect.rows:
                yield from _row_problems(effect, row)
        known = set(self.wording.cannot_show)
        for record in self.kratom.records:
            if record.kind not in known:
                yield f"evidence: {record.id} is of kind {record.kind}, which has no wording"
        yield from self._ranking_problems()
        for worded in (*self.wording.kratom, *self.wording.findings):
            for fact_id in worded.facts:
                if fact_id not in self._by_id:
                    yield f"evidence: finding {worded.id} cites {fact_id}, which does not resolve"
        if self._known is not None:
            yield from base.problems(self, self._known())

    def _ranking_problems(self) -> Iterator[str]:
        """Rows that the ranking names and that are not there; facts that do not resolve."""
        known = {row.option for effect in self.effects for row in effect.rows}
        for option in (*self.ranking.about_groups, *self.ranking.other_questions):
            if option not in known:
                yield f"evidence: the ranking names {option}, which is no row"
        for fact_id in (*self.ranking.kratom.facts, *self.ranking.kratom.seven_oh_facts):
            if fact_id not in self._by_id:
                yield f"evidence: kratom's row cites {fact_id}, which does not resolve"


def _row_problems(effect: Effect, row: EffectEstimate) -> Iterator[str]:
    where = f"evidence: {effect.fact_id(row)}"
    sized = row.value is not None or row.low is not None
    if sized and row.better is None:
        yield f"{where} has a size but does not say which side is better"
    if not sized and not row.conclusion:
        yield f"{where} has neither a size nor a conclusion"
    if row.value is not None and row.low is not None and row.high is not None:
        if not row.low <= row.value <= row.high:
            yield f"{where}: {row.value} lies outside {row.low} to {row.high}"
        if not row.interval:
            yield f"{where}: the interval has no kind"
    if "kratom" in f"{row.option} {row.medicines} {row.treatments}".lower():
        yield f"{where}: kratom must never be a row among the options"


def _effect_facts(effect: Effect) -> Iterator[Fact]:
    if all(row.key for row in effect.rows):
        yield Fact(
            id=f"evidence/{effect.id}",
            subject=" and ".join(dict.fromkeys(row.option for row in effect.rows)),
            quantity=effect.statement or effect.rows[0].outcome,
            value=None,
            n=effect.n,
            conditions=_conditions(effect),
            sources=effect.sources,
            verified=effect.verified,
            read_on=effect.read_on,
            note=effect.note,
        )
    for row in effect.rows:
        yield Fact(
            id=effect.fact_id(row),
            subject=f"{row.option} against {row.comparator}",
            quantity=f"{row.outcome}, {row.measure}" if row.measure else row.outcome,
            value=row.conclusion if row.value is None and row.low is None else row.value,
            unit=row.unit if row.value is not None or row.low is not None else "",
            low=row.low,
            high=row.high,
            interval=row.interval,
            n=row.n or effect.n,
            conditions=_conditions(effect),
            sources=effect.sources,
            basis=effect.basis,
            verified=effect.verified,
            read_on=effect.read_on,
            note=" ".join(part for part in (effect.note, effect.caution, row.note) if part),
        )
    for figure in effect.figures:
        yield Fact(
            id=f"evidence/{effect.id}/{figure.key}",
            subject=effect.rows[0].option,
            quantity=figure.quantity,
            value=figure.value,
            unit=figure.unit,
            low=figure.low,
            high=figure.high,
            interval=figure.interval,
            sources=effect.sources,
            verified=figure.verified,
            read_on=effect.read_on if figure.verified else "",
            note=figure.note,
        )


def _conditions(effect: Effect) -> str:
    if effect.network:
        count = f"{effect.k} trials" if effect.k else "trials"
        trials = f"network of {count} of {effect.network}"
    else:
        trials = f"{effect.k} {'study' if effect.k == 1 else 'studies'}" if effect.k else ""
    parts = (effect.design, trials, effect.population, effect.duration)
    return "; ".join(part for part in parts if part)


def _kratom_fact(record: KratomRecord) -> Fact:
    return Fact(
        id=record.fact_id,
        subject="kratom",
        quantity=record.design or record.kind.replace("_", " "),
        value=record.finding,
        n=record.n,
        conditions="; ".join(
            f"{name}: {text}"
            for name, text in (
                ("people", record.population),
                ("compared with", record.comparator),
                ("outcome", record.outcome),
            )
            if text
        ),
        sources=record.sources,
        basis=Basis.SOURCE if record.sources else Basis.ABSENCE,
        verified=record.verified,
        read_on=record.read_on,
        note=" ".join(part for part in (record.risk_of_bias, record.note) if part),
    )


def _judgement_facts(judgement: Judgement) -> Iterator[Fact]:
    yield Fact(
        id="evidence/kratom/judgement",
        subject="kratom for generalized anxiety disorder",
        quantity="certainty that it helps",
        value=judgement.certainty.value,
        basis=Basis.JUDGEMENT,
        conditions=judgement.question,
        note=f"{judgement.statement} Reasons: {'; '.join(judgement.reasons)}.",
    )
    yield Fact(
        id="evidence/kratom/randomised-trials",
        subject="kratom",
        quantity="randomised trials in GAD or any anxiety disorder that were found",
        value=judgement.randomised_trials,
        basis=Basis.ABSENCE,
        note="A search of stored pages; absence cannot be proved.",
    )
    yield Fact(
        id="evidence/kratom/direction",
        subject="kratom and anxiety",
        quantity="direction of the human data",
        value=judgement.direction_of_human_data,
        basis=Basis.JUDGEMENT,
    )
