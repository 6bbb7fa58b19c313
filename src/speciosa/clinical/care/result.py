"""What the care room returns."""

from __future__ import annotations

import msgspec

from speciosa.finding import Certainty, Finding, Missing


class PlanItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do, offer or weigh: what, why, how sure, who decides.

    ``standing`` is one of: do, offer, consider, caution, avoid, weigh.
    """

    id: str
    title: str
    standing: str
    what: str
    why: str
    certainty: Certainty
    certainty_words: str
    decided_by: str
    cautions: tuple[str, ...] = ()
    for_this_person: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class PlanSection(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the plan, in the order in which a clinician works.

    ``notes`` say once what holds for several items, and for which; they are read before the items.
    """

    id: str
    title: str
    lead: str
    items: tuple[PlanItem, ...]
    notes: tuple[Finding, ...] = ()


class PlanResult(msgspec.Struct, frozen=True, kw_only=True):
    """The care plan. Kratom has a section of its own and is weighed, never ranked or dosed.

    ``first_steps`` are the three to five things to do first, in order, each worded to stand alone.
    """

    headline: str
    step: str
    why_this_step: str
    sections: tuple[PlanSection, ...]
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    first_steps: tuple[PlanItem, ...] = ()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question to ask, and why the answer matters."""

    text: str
    why: str


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell the person, in words that can be said aloud."""

    topic: str
    text: str
    facts: tuple[str, ...] = ()


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """Who to involve, when and why."""

    to: str
    when: str
    why: str
    facts: tuple[str, ...] = ()


class ConsultationResult(msgspec.Struct, frozen=True, kw_only=True):
    """Questions to ask, what to tell the person, who to involve."""

    headline: str
    ask: tuple[Question, ...]
    tell: tuple[Advice, ...]
    refer: tuple[Referral, ...]


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A planned contact. ``date`` is an ISO date counted from the date of the case."""

    when: str
    date: str
    measure: tuple[str, ...]
    decide: str
    facts: tuple[str, ...] = ()


class FollowUpResult(msgspec.Struct, frozen=True, kw_only=True):
    """What to measure when, what change would count, when to step up or down."""

    headline: str
    visits: tuple[Visit, ...]
    what_counts: tuple[Finding, ...]
    step_up_if: tuple[Finding, ...]
    annotate: tuple[str, ...]
