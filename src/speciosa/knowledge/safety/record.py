"""The shapes of the safety data: limits, rules, red flags, contacts, side effects, crisis words."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from speciosa.finding import Certainty, Severity
from speciosa.knowledge.fact import Basis

JUDGEMENT = "judgement: needs review by a licensed clinician"


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the safety records: strict about unknown fields."""


class Limit(Record, frozen=True, kw_only=True):
    """A number that a rule compares with; ``why`` says what it decides."""

    name: str
    value: float
    unit: str
    why: str
    basis: Basis = Basis.JUDGEMENT
    sources: tuple[str, ...] = ()
    verified: bool = False
    read_on: str = ""


class Judgement(Record, frozen=True, kw_only=True):
    """A statement that rests on the judgement of the curators."""

    name: str
    text: str


class Rule(Record, frozen=True, kw_only=True):
    """A safety rule.

    ``predicate`` is the name of the test in the safety room. ``always`` marks a rule that holds in
    every case; ``never_unknown`` one that can always be decided; ``grave`` one whose warning is
    also shown, as a condition, while it cannot be decided. ``asks`` holds what to ask for a single
    missing field; ``ask_if_missing`` is asked where there is no such question.
    """

    id: str
    title: str
    condition: str
    predicate: str
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    severity: Severity
    certainty: Certainty
    ask_if_missing: str
    missing_cost: str
    facts: tuple[str, ...]
    asks: dict[str, str] = {}
    grave: bool = False
    always: bool = False
    never_unknown: bool = False
    basis: str = JUDGEMENT


class RulesFile(Record, frozen=True, kw_only=True):
    """``rules.yaml``."""

    limits: tuple[Limit, ...]
    rules: tuple[Rule, ...]
    judgements: tuple[Judgement, ...]


class Route(StrEnum):
    """How fast a red flag needs action."""

    EMERGENCY = "emergency"
    SAME_DAY = "same_day"
    SOON = "soon"


class RedFlag(Record, frozen=True, kw_only=True):
    """A sign, a combination of signs or a named test, and the route it takes.

    Without ``predicate`` the flag holds when every sign of ``all`` and at least one of ``any`` is
    present (an empty list asks for nothing). It is not shown beside a flag of ``covered_by``, which
    says the same and more.
    """

    id: str
    route: Route
    title: str
    text: str
    action: str
    facts: tuple[str, ...]
    predicate: str = ""
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    covered_by: tuple[str, ...] = ()
    certainty: Certainty = Certainty.MODERATE
    basis: str = JUDGEMENT


class TriageQuestion(Record, frozen=True, kw_only=True):
    """A question asked now while one of its signs was not asked about.

    ``topic`` names its signs together; ``severity`` is how much it matters that it is open.
    """

    id: str
    signs: tuple[str, ...]
    topic: str
    ask: str
    severity: Severity = Severity.URGENT


class Headlines(Record, frozen=True, kw_only=True):
    """The first line of the urgent part, by status."""

    emergency: str
    same_day: str
    soon: str
    not_assessed: str
    still_open: str
    urgent_rules: str
    none_found: str


class Notice(Record, frozen=True, kw_only=True):
    """The wording of a finding that is not a red flag."""

    text: str
    facts: tuple[str, ...]
    action: str = ""
    detail: str = ""
    ask: str = ""


class RedFlagsFile(Record, frozen=True, kw_only=True):
    """``red_flags.yaml``."""

    flags: tuple[RedFlag, ...]
    questions: tuple[TriageQuestion, ...]
    headlines: Headlines
    none_found: Notice
    not_assessed: Notice
    free_text: Notice
    past_attempt: Notice
    nothing_asked: str
    ask_for: dict[str, str]
    sign_names: dict[str, str]


class ContactRecord(Record, frozen=True, kw_only=True):
    """A number to call."""

    id: str
    label: str
    number: str
    verified: bool
    sources: tuple[str, ...] = ()
    read_on: str = ""
    note: str = ""


class Region(Record, frozen=True, kw_only=True):
    """The numbers of one or more countries (ISO 3166-1 alpha-2)."""

    id: str
    name: str
    countries: tuple[str, ...]
    contacts: tuple[ContactRecord, ...]


class ContactsFile(Record, frozen=True, kw_only=True):
    """``crisis_contacts.yaml``."""

    first_screen: str
    unverified_note: str
    other_note: str
    no_place_note: str
    regions: tuple[Region, ...]


class Effect(Record, frozen=True, kw_only=True):
    """A harm of kratom. ``frequency`` is a fact id; ``population`` names how it was counted.

    ``points_to``: what the person reported can be a first sign of the harm, not the harm itself.
    ``only_if_fertile``: left out where pregnancy is out of the question.
    """

    id: str
    name: str
    severity: Severity
    certainty: Certainty
    always: bool
    reported: tuple[str, ...]
    frequency: str | None
    population: str
    caution: str
    watch: str
    facts: tuple[str, ...]
    points_to: bool = False
    only_if_fertile: bool = False


class Monitoring(Record, frozen=True, kw_only=True):
    """A test to consider; sharper when one of its rules fires.

    ``urgent_text`` replaces the text while ``urgent_rule`` holds. ``only_if_missing`` shows it only
    while that field is what leaves a rule open.
    """

    id: str
    base: bool
    severity: Severity
    sharper: Severity
    rules: tuple[str, ...]
    text: str
    action: str
    facts: tuple[str, ...]
    urgent_rule: str = ""
    urgent_text: str = ""
    only_if_missing: str = ""


class EffectHeadlines(Record, frozen=True, kw_only=True):
    """The first line of the side effects, by what is known."""

    never: str
    not_given: str
    none_reported: str
    asking: str
    reported: str


class EffectsFile(Record, frozen=True, kw_only=True):
    """``side_effects.yaml``."""

    populations: dict[str, str]
    effects: tuple[Effect, ...]
    monitoring: tuple[Monitoring, ...]
    driving: Notice
    headlines: EffectHeadlines
    points_to: str


class CrisisWords(Record, frozen=True, kw_only=True):
    """Beginnings of words that can mean one kind of danger."""

    id: str
    meaning: str
    starts: tuple[str, ...]


class CrisisWordsFile(Record, frozen=True, kw_only=True):
    """``crisis_words.yaml``."""

    groups: tuple[CrisisWords, ...]
    other_script: str


class Group(Record, frozen=True, kw_only=True):
    """Medicines that a rule names, by class and by id of the medicine table."""

    why: str
    classes: tuple[str, ...]
    ids: tuple[str, ...]


class GroupsFile(Record, frozen=True, kw_only=True):
    """``groups.yaml``."""

    groups: dict[str, Group]
