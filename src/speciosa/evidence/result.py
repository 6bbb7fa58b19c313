"""What the evidence room returns."""

from __future__ import annotations

import msgspec

from speciosa.finding import Certainty, Estimate, Finding, Missing


class EffectRow(msgspec.Struct, frozen=True, kw_only=True):
    """One published effect, always beside the comparator it was measured against.

    ``favours`` says in words which side the estimate favours, or that the interval includes none.
    """

    id: str
    option: str
    group: str
    comparator: str
    outcome: str
    measure: str
    estimate: Estimate | None
    statement: str
    favours: str
    design: str
    k: int | None
    n: int | None
    certainty: Certainty
    certainty_reason: str
    cautions: str
    facts: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A survey, user report or safety signal: in a lane of its own, with what it cannot show."""

    id: str
    design: str
    n: int | None
    finding: str
    cannot_show: str
    facts: tuple[str, ...]


class EvidenceResult(msgspec.Struct, frozen=True, kw_only=True):
    """Kratom's evidence beside that of the conventional and lifestyle options."""

    headline: str
    kratom: tuple[Finding, ...]
    options: tuple[EffectRow, ...]
    kratom_trials: tuple[Report, ...]
    user_reports: tuple[Report, ...]
    preclinical: tuple[Report, ...]
    harms: tuple[Report, ...]
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
