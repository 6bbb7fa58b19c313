"""The shape of the wording of care: what is said when, as data that people can read and review.

A condition is three lists of flags: all of ``when``, at least one of ``any``, none of ``unless``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

import msgspec

from speciosa.finding import Certainty


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the records of the care table: unknown fields in the data are an error."""


class Conditional(Record, frozen=True, kw_only=True):
    """Something said only when its flags hold."""

    when: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    def holds(self, flags: Set[str]) -> bool:
        """Whether the condition holds for these flags."""
        return (
            flags >= set(self.when)
            and (not self.any or not flags.isdisjoint(self.any))
            and flags.isdisjoint(self.unless)
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every flag the condition names."""
        return (*self.when, *self.any, *self.unless)


class Text(Conditional, frozen=True, kw_only=True):
    """A sentence with its condition."""

    text: str


class Change(Conditional, frozen=True, kw_only=True):
    """What a flag does to an item: a stricter standing, a caution, a reason for this person.

    ``must_not`` names the safety rule that the change carries out; it then becomes a finding.
    ``classes`` limits a change of the whole section to items of those classes. A change with an
    ``id`` is said once for the section, as a note of that ``severity`` and ``certainty``, when
    several items carry it. ``covers`` names safety rules that need no item of their own beside it.
    """

    id: str = ""
    severity: str = "moderate"
    certainty: Certainty = Certainty.LOW
    covers: tuple[str, ...] = ()

    standing: str = ""
    caution: str = ""
    reason: str = ""
    must_not: str = ""
    classes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class Item(Conditional, frozen=True, kw_only=True):
    """One thing to do, offer, consider, weigh or avoid.

    ``covers`` names findings and safety rules of other rooms that need no item beside this one;
    ``kind`` places an item without a treatment among the options.
    """

    id: str
    section: str
    title: str
    standing: str
    what: str
    why: str
    decided_by: str
    treatment: str = ""
    kind: str = ""
    covers: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    certainty: Certainty | None = None
    certainty_words: str = ""
    cautions: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


class FirstStep(Conditional, frozen=True, kw_only=True):
    """One of the few things to do first, in order of weight.

    ``made_from`` names what another part of the assessment supplies: ``urgent`` findings, the
    worst ``interaction``, the first option ``offer``ed. ``always`` keeps a step where the number
    of steps is cut; ``unless_said`` names findings that already became a step.
    """

    id: str
    title: str
    what: str = ""
    why: str = ""
    decided_by: str = ""
    standing: str = "do"
    certainty: Certainty = Certainty.MODERATE
    certainty_words: str = ""
    made_from: str = ""
    always: bool = False
    unless_said: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class Section(Record, frozen=True, kw_only=True):
    """A part of the plan. The first of ``leads`` that holds replaces ``lead``."""

    id: str
    title: str
    lead: str
    leads: tuple[Text, ...] = ()


class StepRule(Conditional, frozen=True, kw_only=True):
    """A reason to begin at a step; the first rule that holds decides, later ones add reasons."""

    step: str
    why: str


class Missing(Conditional, frozen=True, kw_only=True):
    """Something not given, what that costs and how to get it."""

    field: str
    cost: str
    how: str = ""
    severity: str = "minor"


class WordedFinding(Conditional, frozen=True, kw_only=True):
    """A finding whose text is data."""

    id: str
    severity: str
    certainty: Certainty
    text: str
    tone: str = "neutral"
    action: str = ""
    facts: tuple[str, ...] = ()


class Limits(Record, frozen=True, kw_only=True):
    """Amounts and scores at which a flag holds; ages and windows are limits of the safety table."""

    caffeine_high_mg_per_day: float
    kidney_egfr_below: float
    criteria_from: int
    isi_insomnia_from: int


class PlanWording(Record, frozen=True, kw_only=True):
    """Sections, steps, phrases and conditions of the plan."""

    flags: Mapping[str, str]
    rule_flags: Mapping[str, str]
    limits: Limits
    headlines: tuple[Text, ...]
    steps: tuple[StepRule, ...]
    words: Mapping[str, str]
    first_steps: tuple[FirstStep, ...]
    sections: tuple[Section, ...]
    option_changes: tuple[Change, ...]
    findings: tuple[WordedFinding, ...]
    missing: tuple[Missing, ...]

    def conditions(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every place that waits for flags, for the check of the base."""
        for text in self.headlines:
            yield "a headline of the plan", text.names
        for step in self.steps:
            yield f"step {step.step}", step.names
        for first in self.first_steps:
            yield f"first step {first.id}", first.names
        for section in self.sections:
            for lead in section.leads:
                yield f"section {section.id}", lead.names
        for change in self.option_changes:
            yield "a change of all options", change.names
        for finding in self.findings:
            yield f"finding {finding.id}", finding.names
        for missing in self.missing:
            yield f"missing {missing.field}", missing.names
        for rule, flag in self.rule_flags.items():
            yield f"rule {rule}", (flag,)


class Ask(Conditional, frozen=True, kw_only=True):
    """A question to ask, and why the answer matters."""

    text: str
    why: str


class Tell(Conditional, frozen=True, kw_only=True):
    """Something to say to the person, in words that can be said aloud."""

    topic: str
    text: str
    facts: tuple[str, ...] = ()


class Refer(Conditional, frozen=True, kw_only=True):
    """Who to involve, when and why."""

    to: str
    at: str
    why: str
    facts: tuple[str, ...] = ()


class ConsultationWording(Record, frozen=True, kw_only=True):
    """What to ask, tell and refer."""

    headlines: tuple[Text, ...]
    urgent_why: str
    ask: tuple[Ask, ...]
    tell: tuple[Tell, ...]
    refer: tuple[Refer, ...]

    def conditions(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every place that waits for flags."""
        for text in self.headlines:
            yield "a headline of the consultation", text.names
        for ask in self.ask:
            yield f"question {ask.text}", ask.names
        for tell in self.tell:
            yield f"advice {tell.topic}", tell.names
        for refer in self.refer:
            yield f"referral {refer.to}", refer.names


class Visit(Conditional, frozen=True, kw_only=True):
    """A planned contact, counted in days from the date of the case."""

    label: str
    days: int
    measure: tuple[Text, ...]
    decide: str
    decides: tuple[Text, ...] = ()
    facts: tuple[str, ...] = ()


class FollowUpWording(Record, frozen=True, kw_only=True):
    """Visits, what counts as change, when to step up, what to note beside the scores."""

    headlines: tuple[Text, ...]
    visits: tuple[Visit, ...]
    what_counts: tuple[WordedFinding, ...]
    step_up_if: tuple[WordedFinding, ...]
    annotate: tuple[Text, ...]

    def conditions(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every place that waits for flags."""
        for text in (*self.headlines, *self.annotate):
            yield "a sentence of the follow-up", text.names
        for visit in self.visits:
            yield f"visit {visit.label}", visit.names
            for text in (*visit.measure, *visit.decides):
                yield f"visit {visit.label}", text.names
        for finding in (*self.what_counts, *self.step_up_if):
            yield f"finding {finding.id}", finding.names
