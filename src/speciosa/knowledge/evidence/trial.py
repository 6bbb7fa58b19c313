"""What a trial design takes from the base, and the words of a protocol."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class TrialParameter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field of a design that the base can fill.

    ``facts`` maps ``HAM-A``, ``GAD-7``, ``any``, or one of them with a comparator
    (``HAM-A/waiting_list``) to the id of the fact that holds the value and its range; ``kratom``
    goes before all of them where kratom is studied. ``stands_in`` says, for a fact that is about
    something near to what is asked, about what. ``words_in_periods`` name the field in designs with
    periods, where that differs.
    """

    field: str
    words: str
    unit: str = ""
    facts: dict[str, str] = msgspec.field(default_factory=dict)
    stands_in: dict[str, str] = msgspec.field(default_factory=dict)
    words_in_periods: str = ""


class TrialScenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way in which the trial could differ from its plan.

    ``fields`` are set to an end of their range (``low``, ``high``), to their central value
    (``value``), or to 0 (``zero``). ``null`` takes the true effect away. ``designs`` limits it.
    """

    id: str
    title: str
    shows: str
    fields: dict[str, str] = msgspec.field(default_factory=dict)
    null: bool = False
    assurance: bool = False
    kratom_only: bool = False
    designs: tuple[str, ...] = ()


class TrialWording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters, scenarios and the sentences of a simulated trial.

    ``names_of_kratom`` are names that the medicines do not have: other alkaloids, other spellings.
    """

    names_of_kratom: tuple[str, ...] = ()
    parameters: tuple[TrialParameter, ...]
    scenarios: tuple[TrialScenario, ...]
    notes: dict[str, str]


class ProtocolItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One SPIRIT item: what is filled in from the design, and what people must decide.

    ``filled`` may hold names in braces, which the design replaces. ``decide`` says who sets what
    on which basis. Numbers are those of SPIRIT 2025 and 2013.
    """

    number: str
    number_2013: str = ""
    title: str
    filled: str = ""
    decide: str = ""


class ProtocolSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """SPIRIT items under one heading."""

    title: str
    items: tuple[ProtocolItem, ...]


class Concerns(StrEnum):
    """Which trials a sentence of the protocol belongs to."""

    ALL = "all"
    OPIOID = "opioid"
    KRATOM = "kratom"


class Monitoring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to watch in the people of a trial."""

    what: str
    how: str
    decide: str
    concerns: Concerns = Concerns.ALL


class Estimand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An attribute of the estimand by ICH E9(R1)."""

    attribute: str
    filled: str
    decide: str = ""


class IntercurrentEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event that changes the meaning of later scores, and how the estimand meets it."""

    event: str
    hypothetical: str
    treatment_policy: str
    concerns: Concerns = Concerns.ALL


class StoppingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a person, or the trial, stops."""

    whom: str
    rule: str
    concerns: Concerns = Concerns.ALL


class ProtocolWording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The skeleton of a protocol.

    ``words`` are sentences that depend on the design, by item and then by design, method or
    substance; the code picks one and fills its braces.
    """

    opening: tuple[str, ...]
    kratom: tuple[str, ...]
    opioid: tuple[str, ...]
    words: dict[str, dict[str, str]]
    dose: str
    dose_given: str
    estimand: tuple[Estimand, ...]
    intercurrent: tuple[IntercurrentEvent, ...]
    sections: tuple[ProtocolSection, ...]
    monitoring: tuple[Monitoring, ...]
    stopping: tuple[StoppingRule, ...]
    regulation: tuple[str, ...]
