"""What the dependence room returns."""

from __future__ import annotations

import msgspec

from speciosa.finding import Finding, Missing


class DependenceResult(msgspec.Struct, frozen=True, kw_only=True):
    """Signs of dependence on kratom and of withdrawal, never a diagnosis.

    ``criteria_met`` counts DSM-5-style criteria reported; ``criteria_asked`` how many were asked.
    ``level`` is the adapted label, or a sentence that says why none is given.
    """

    headline: str
    criteria_met: int | None
    criteria_asked: int
    level: str
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
