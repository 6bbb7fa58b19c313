"""What the safety room returns."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from speciosa.finding import Estimate, Finding, Missing


class UrgentStatus(StrEnum):
    """The route, most urgent first. ``not_assessed`` is never shown as reassurance."""

    EMERGENCY = "emergency"
    SAME_DAY = "same_day"
    SOON = "soon"
    NOT_ASSESSED = "not_assessed"
    NONE_FOUND = "none_found"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A number to call, with whether anybody has checked it."""

    label: str
    number: str
    verified: bool
    facts: tuple[str, ...] = ()


class UrgentResult(msgspec.Struct, frozen=True, kw_only=True):
    """What needs action now. Always the first part of an assessment, never hidden."""

    status: UrgentStatus
    headline: str
    findings: tuple[Finding, ...]
    ask_now: tuple[str, ...]
    contacts: tuple[Contact, ...]
    contacts_note: str


class FiredRule(msgspec.Struct, frozen=True, kw_only=True):
    """A safety rule that holds for this case, with what must and must not be said or done.

    ``conditional`` marks a grave rule that cannot be decided: its warning is shown as "not known;
    ask", never as if it held.
    """

    id: str
    title: str
    because: str
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    severity: str
    facts: tuple[str, ...] = ()
    certainty: str = ""
    condition: str = ""
    conditional: bool = False
    basis: str = ""


class SideEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A harm of kratom, with where its frequency comes from and what that cannot show."""

    id: str
    name: str
    reported_by_person: bool
    frequency: Estimate | None
    population: str
    caution: str
    watch: str
    facts: tuple[str, ...] = ()


class SideEffectsResult(msgspec.Struct, frozen=True, kw_only=True):
    """Harms to know and to watch for this person."""

    headline: str
    effects: tuple[SideEffect, ...]
    monitoring: tuple[Finding, ...]
    findings: tuple[Finding, ...]


class SafetyResult(msgspec.Struct, frozen=True, kw_only=True):
    """Red flags, fired rules, side effects.

    ``conditional_rules`` are grave rules that cannot be decided from what was given.
    """

    urgent: UrgentResult
    rules: tuple[FiredRule, ...]
    side_effects: SideEffectsResult
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    conditional_rules: tuple[FiredRule, ...] = ()
