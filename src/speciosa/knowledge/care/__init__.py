"""Guidelines, treatments, lifestyle, kratom in the plan, monitoring; and the wording of care.

Treatments name their evidence by the ids of the evidence table. Label ranges are reference
figures and carry their own verification state; kratom is not among the treatments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from speciosa.finding import Certainty
from speciosa.knowledge import files
from speciosa.knowledge.care.wording import (
    ConsultationWording,
    FollowUpWording,
    Item,
    PlanWording,
    Record,
)
from speciosa.knowledge.evidence import Evidence
from speciosa.knowledge.fact import Basis, Fact
from speciosa.knowledge.instruments.wording import Wording
from speciosa.knowledge.table import Table


class Note(Record, frozen=True, kw_only=True):
    """A statement with its own verification state."""

    text: str
    verified: bool
    sources: tuple[str, ...] = ()
    read_on: str = ""
    note: str = ""


class Statement(Note, frozen=True, kw_only=True):
    """A statement of a guideline under a key of its own."""

    key: str


class Guideline(Record, frozen=True, kw_only=True):
    """A guideline in single statements."""

    id: str
    title: str
    statements: tuple[Statement, ...]
    note: str = ""


class LabelRange(Note, frozen=True, kw_only=True):
    """What the label says for a population; for reference, never an order."""

    population: str


class TreatmentCertainty(Record, frozen=True, kw_only=True):
    """How sure the benefit is: the lower end as a level, and the words."""

    level: Certainty
    words: str


class Treatment(Record, frozen=True, kw_only=True):
    """A psychological treatment, medicine, herbal product or lifestyle measure."""

    id: str
    kind: str
    name: str
    klass: str = ""
    line: Note | None = None
    medicines: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    typical: Note | None = None
    evidence: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    harms: Note | None = None
    labels: tuple[LabelRange, ...] = ()
    monitor: tuple[Note, ...] = ()
    kratom: Note | None = None
    boxed_warning: Note | None = None
    stop: Note | None = None
    pregnancy: Note | None = None
    note: Note | None = None
    certainty: TreatmentCertainty | None = None

    def fact_id(self, part: str = "") -> str:
        """The id under which the treatment, or a part of it, can be cited."""
        return f"care/treatment/{self.id}/{part}" if part else f"care/treatment/{self.id}"


class Care(Table):
    """Everything the plan, the consultation and the follow-up rest on."""

    name = "care"

    @cached_property
    def treatments(self) -> tuple[Treatment, ...]:
        """Every treatment; kratom is not one of them."""
        return files.read("care/treatments.json", tuple[Treatment, ...])

    @cached_property
    def guidelines(self) -> tuple[Guideline, ...]:
        """Every guideline."""
        return files.read("care/guidelines.json", tuple[Guideline, ...])

    @cached_property
    def statements(self) -> tuple[Fact, ...]:
        """Stance, kratom in the plan, monitoring, rules for all medicines."""
        return files.read("care/statements.json", tuple[Fact, ...])

    @cached_property
    def plan(self) -> PlanWording:
        """Sections, steps and phrases of the plan."""
        return files.read("care/plan.yaml", PlanWording)

    @cached_property
    def plan_items(self) -> tuple[Item, ...]:
        """Every item a plan can hold, in the order of each section."""
        return files.read("care/plan_items.yaml", tuple[Item, ...])

    @cached_property
    def consultation(self) -> ConsultationWording:
        """What to ask, tell and refer."""
        return files.read("care/consultation.yaml", ConsultationWording)

    @cached_property
    def follow_up(self) -> FollowUpWording:
        """Visits, what counts as change, when to step up."""
        return files.read("care/follow_up.yaml", FollowUpWording)

    @cached_property
    def outcome_facts(self) -> tuple[Fact, ...]:
        """Thresholds and reference figures of follow-up over time."""
        return files.read("care/outcomes.json", tuple[Fact, ...])

    @cached_property
    def outcomes(self) -> Wording:
        """Sentences of follow-up over time."""
        return files.read("care/outcomes.yaml", Wording)

    def outcome_number(self, key: str) -> float | None:
        """A threshold or figure of follow-up (``gad7/reliability``); ``None`` without one."""
        return self._outcome_numbers.get(f"care/outcomes/{key}")

    @cached_property
    def _outcome_numbers(self) -> Mapping[str, float]:
        return {
            fact.id: float(fact.value)
            for fact in self.outcome_facts
            if isinstance(fact.value, int | float)
        }

    def treatment(self, treatment_id: str) -> Treatment:
        """One treatment by id. Raises ``KeyError`` for an unknown id."""
        return self._treatments_by_id[treatment_id]

    def treatments_named(self, name: str) -> tuple[Treatment, ...]:
        """Treatments that go by a name, in any case; none where the name is not known."""
        return self._treatments_by_name.get(_plain(name), ())

    @cached_property
    def _treatments_by_id(self) -> Mapping[str, Treatment]:
        return {t.id: t for t in self.treatments}

    @cached_property
    def _treatments_by_name(self) -> Mapping[str, tuple[Treatment, ...]]:
        found: dict[str, tuple[Treatment, ...]] = {}
        for treatment in self.treatments:
            own = (treatment.id, treatment.name, *treatment.names, *treatment.medicines)
            klass = (treatment.klass,) if treatment.klass in ("SSRI", "SNRI") else ()
            for name in dict.fromkeys(_plain(n) for n in (*own, *klass)):
                found[name] = (*found.get(name, ()), treatment)
        return found

    def facts(self) -> Iterator[Fact]:
        """Guideline statements, parts of treatments, single statements."""
        for guideline in self.guidelines:
            for said in guideline.statements:
                yield _fact(
                    f"care/guideline/{guideline.id}/{said.key}",
                    guideline.title,
                    said.key.replace("-", " ").replace("/", ", "),
                    said,
                )
        for treatment in self.treatments:
            yield from _treatment_facts(treatment)
        yield from self.statements
        yield from self.outcome_facts

    def problems(self) -> Iterator[str]:
        """Evidence, treatments and facts that do not resolve; flags that nobody raises."""
        evidence = {effect.id for effect in Evidence().effects}
        for treatment in self.treatments:
            if "kratom" in treatment.id:
                yield "care: kratom is not a treatment"
            for effect_id in treatment.evidence:
                if effect_id not in evidence:
                    yield f"care: {treatment.id} names evidence {effect_id}, which does not exist"
        for item in self.plan_items:
            if item.treatment and item.treatment not in self._treatments_by_id:
                yield f"care: plan item {item.id} names treatment {item.treatment}"
            if item.section not in {section.id for section in self.plan.sections}:
                yield f"care: plan item {item.id} stands in no section"
        yield from self._unresolved_facts()
        yield from self._unknown_flags()

    def _unresolved_facts(self) -> Iterator[str]:
        known = set(self._by_id) | {fact.id for fact in Evidence().facts()}
        for where, fact_id in self._cited():
            own = fact_id.startswith(("care/", "evidence/"))
            if own and fact_id not in known:
                yield f"care: {where} cites {fact_id}, which does not resolve"

    def _cited(self) -> Iterator[tuple[str, str]]:
        for item in self.plan_items:
            yield from ((item.id, f) for f in item.facts)
        for advice in self.consultation.tell:
            yield from ((advice.topic, f) for f in advice.facts)
        for referral in self.consultation.refer:
            yield from ((referral.to, f) for f in referral.facts)
        for worded in (*self.follow_up.what_counts, *self.follow_up.step_up_if):
            yield from ((worded.id, f) for f in worded.facts)
        yield from (("outcomes", f) for f in self.outcomes.cited())

    def _unknown_flags(self) -> Iterator[str]:
        known = set(self.plan.flags)
        for where, flags in (
            *self.plan.conditions(),
            *self.consultation.conditions(),
            *self.follow_up.conditions(),
            *((item.id, item.names) for item in self.plan_items),
            *((item.id, c.names) for item in self.plan_items for c in item.changes),
        ):
            for flag in flags:
                if flag not in known:
                    yield f"care: {where} waits for {flag}, which is not among the plan's flags"


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def _fact(fact_id: str, subject: str, quantity: str, note: Note) -> Fact:
    verified = note.verified and bool(note.sources)
    return Fact(
        id=fact_id,
        subject=subject,
        quantity=quantity,
        value=note.text,
        sources=note.sources,
        basis=Basis.SOURCE if note.sources else Basis.JUDGEMENT,
        verified=verified,
        read_on=note.read_on if verified else "",
        note=note.note,
    )


def _treatment_facts(treatment: Treatment) -> Iterator[Fact]:
    name = treatment.name
    place = treatment.line or Note(text=name, verified=False)
    yield _fact(treatment.fact_id(), name, "place in care", place)
    if treatment.certainty:
        yield Fact(
            id=treatment.fact_id("certainty"),
            subject=name,
            quantity="certainty of benefit",
            value=treatment.certainty.words,
            basis=Basis.JUDGEMENT,
        )
    for label in treatment.labels:
        yield _fact(
            treatment.fact_id(f"label/{label.population}"),
            name,
            f"label range for reference, {label.population.replace('_', ' ')}",
            label,
        )
    for i, watch in enumerate(treatment.monitor, start=1):
        yield _fact(treatment.fact_id(f"monitor-{i}"), name, "monitor", watch)
    for part in ("typical", "harms", "kratom", "boxed_warning", "stop", "pregnancy", "note"):
        note: Note | None = getattr(treatment, part)
        if note:
            words = "with kratom" if part == "kratom" else part.replace("_", " ")
            yield _fact(treatment.fact_id(part.replace("_", "-")), name, words, note)
    for kind, texts in (("strength", treatment.strengths), ("caution", treatment.cautions)):
        for i, text in enumerate(texts, start=1):
            yield _fact(
                treatment.fact_id(f"{kind}-{i}"), name, kind, Note(text=text, verified=False)
            )
