"""What the mechanism room returns."""

from __future__ import annotations

import msgspec

from speciosa.finding import Certainty, Estimate, Finding, Missing
from speciosa.knowledge.kratom.ligands import Evidence


class OccupancyCurve(msgspec.Struct, frozen=True, kw_only=True):
    """Occupancy (or ratio to the IC50) over the last dosing day, as a median in a band.

    ``time_h`` counts from the first dose of that day; ``interval`` says what ``low`` and ``high``
    are.
    """

    unit: str
    time_h: tuple[float, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    interval: str


class TargetOccupancy(msgspec.Struct, frozen=True, kw_only=True):
    """Predicted occupancy (or ratio of unbound concentration to IC50) at one target.

    ``peak`` and ``trough`` are over the last dosing day; ``None`` with ``why_none`` where no
    affinity or no exposure is known. ``evidence`` is where an effect of kratom through this target
    was seen, ``evidence_of`` what was seen. ``meaning`` is what may be said of the figure.
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
    evidence: Evidence = Evidence.NONE
    evidence_of: str = ""
    meaning: str = ""
    curve: OccupancyCurve | None = None


class LigandShare(msgspec.Struct, frozen=True, kw_only=True):
    """The share of one target's receptors that one ligand holds, in percent.

    ``medicine`` is the id of the medicine, or ``kratom``. ``together`` is with everything counted;
    ``apart`` is a medicine without kratom, or an alkaloid without the medicines. Without a figure
    ``why_none`` says what is missing. ``how`` says whether it was seen in people or reckoned.
    """

    ligand: str
    medicine: str
    role: str
    together: Estimate | None
    apart: Estimate | None
    how: str
    evidence: Evidence
    why_none: str
    facts: tuple[str, ...]


class Competition(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds the receptors of one target at the highest kratom level of the day.

    ``vacant`` is the share that nobody holds. ``left_out`` are ligands without a figure.
    """

    target: str
    ligands: tuple[LigandShare, ...]
    vacant: Estimate | None
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """What the predicted levels would do in one published assay, in percent of its reference."""

    target: str
    assay: str
    peak: Estimate | None
    why_none: str
    meaning: str
    evidence: Evidence
    facts: tuple[str, ...]


class MechanismResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the predicted concentrations could and could not do at their targets."""

    headline: str
    targets: tuple[TargetOccupancy, ...]
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    competition: Competition | None = None
    signals: tuple[Signal, ...] = ()
