"""Share of a target occupied, from unbound concentrations and published affinities."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from speciosa.pharmacology.exposure.draws import uniforms

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.fact import Fact
    from speciosa.knowledge.kratom.model import Target
    from speciosa.pharmacology.exposure import ExposureSamples

Array = NDArray[np.float64]

MITRAGYNINE = "mitragynine"
SEVEN_OH = "7-hydroxymitragynine"
_NM_PER = {"nM": 1.0, "uM": 1000.0}
# Purposes of the random streams of this room; numbers of the exposure room end below 1000.
_FREE_STREAM = 1000
_AFFINITY_STREAM = 1100


class Unbound(NamedTuple):
    """Unbound concentrations of every subject, in nmol/L."""

    peak: dict[str, Array]
    trough: dict[str, Array]


def unbound(samples: ExposureSamples, knowledge: Knowledge, *, in_brain: bool) -> Unbound:
    """Unbound plasma concentration, or unbound brain concentration.

    Free fraction and brain entry are drawn for each subject, evenly on the log scale over the
    range tried; one draw serves peak and trough.
    """
    u = uniforms(samples.seed, _FREE_STREAM, samples.subjects, 4)
    entry = knowledge.fact("kratom/assumption_brain_entry")
    free = {
        MITRAGYNINE: _log_even(knowledge.fact("kratom/assumption_mitragynine_fu"), u[:, 0]),
        SEVEN_OH: _log_even(knowledge.fact("kratom/assumption_seven_oh_fu"), u[:, 1]),
    }
    if in_brain:
        free[MITRAGYNINE] = free[MITRAGYNINE] * _log_even(entry, u[:, 2])
        free[SEVEN_OH] = free[SEVEN_OH] * _log_even(entry, u[:, 3])
    peak = {MITRAGYNINE: samples.mitragynine_peak_nm, SEVEN_OH: samples.seven_oh_peak_nm}
    trough = {MITRAGYNINE: samples.mitragynine_trough_nm, SEVEN_OH: samples.seven_oh_trough_nm}
    return Unbound(
        {name: free[name] * c for name, c in peak.items()},
        {name: free[name] * c for name, c in trough.items()},
    )


def affinities(
    target: Target, index: int, samples: ExposureSamples, knowledge: Knowledge
) -> dict[str, Array]:
    """One affinity per subject and ligand, drawn evenly from the set of published values.

    Between the lowest and the highest published value, on the log scale; a single published
    value is widened by as much as laboratories differ at the mu receptor.
    """
    drawn = {}
    for offset, affinity in enumerate(target.affinities):
        u = uniforms(samples.seed, _AFFINITY_STREAM + 10 * index + offset, samples.subjects, 1)
        low, high = published_range(tuple(knowledge.fact(f) for f in affinity.facts))
        if low == high:
            spread = knowledge.fact("kratom/assumption_affinity_spread").number
            low, high = low / spread, high * spread
        drawn[affinity.ligand] = np.exp(np.log(low) + u[:, 0] * np.log(high / low))
    return drawn


def published_range(facts: tuple[Fact, ...]) -> tuple[float, float]:
    """Lowest and highest of a set of published affinities, in nmol/L."""
    ends: list[float] = []
    for fact in facts:
        scale = _NM_PER[fact.unit]
        known = (fact.low, fact.value, fact.high)
        ends += [n * scale for n in known if isinstance(n, int | float)]
    return min(ends), max(ends)


def occupied(free_nm: dict[str, Array], affinity_nm: dict[str, Array]) -> Array:
    """Percentage occupied by all ligands together, competing for one site."""
    load = sum(
        (free_nm[ligand] / k for ligand, k in affinity_nm.items()),
        start=np.zeros_like(next(iter(free_nm.values()))),
    )
    return 100.0 * load / (1.0 + load)


def _log_even(fact: Fact, u: Array) -> Array:
    low, high = fact.low or 0.0, fact.high or 0.0
    drawn: Array = np.exp(np.log(low) + u * np.log(high / low))
    return drawn
