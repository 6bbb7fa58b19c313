"""What the mechanism room returns."""

from __future__ import annotations

import msgspec

from speciosa.finding import Certainty, Estimate, Finding, Missing


class TargetOccupancy(msgspec.Struct, frozen=True, kw_only=True):
    """Predicted occupancy (or ratio of free concentration to IC50) at one target.

    ``peak`` and ``trough`` are percentages of receptors over the last dosing day; ``None`` with
    ``why_none`` where no affinity or no exposure is known.
    """

    system: str
    target: str
    ligands: tuple[str, ...]
    action: str
    peak: Estimate | None
    trough: Estimate | None
    why_none: str
    certainty: Certainty
    could_explain: str
    could_not_explain: str
    facts: tuple[str, ...]


class MechanismResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the predicted concentrations could and could not do at their targets."""

    headline: str
    targets: tuple[TargetOccupancy, ...]
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
