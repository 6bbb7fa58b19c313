"""Mass balance of the structures: everything swallowed is somewhere, or has left."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from calibration.figures import Array
from speciosa.engine import Bolus, read_model, simulate
from speciosa.knowledge import Knowledge

# What has left for good, in umol of either substance; a fragment for each structure.
LEFT = {
    "linear": (
        "X' = (1 - fp)*(1 - F)*a + (1 - fs)*v + (1 - Fs)*kas*S + CLm*Cm;"
        "  # [umol] lost, broken down or passed on"
    ),
    "turnover": (
        "X' = (1 - fm)*(vg + vh) + vo + (1 - Fs)*kas*S + CLi*(Cfh + Csh);"
        "  # [umol] lost, broken down or passed on"
    ),
}
_MASSES = ("D", "T", "C", "P", "S", "M", "N", "X")
_RTOL, _ATOL = 1e-10, 1e-12


def imbalance(knowledge: Knowledge, structure: str, population: Mapping[str, Array]) -> float:
    """Largest relative error of the mass balance over people and times, after several doses."""
    model = read_model(knowledge.models.text(structure), LEFT[structure])
    swallowed = 100.0
    regimen = [Bolus(24.0 * i, state, swallowed) for i in range(3) for state in ("D", "S")]
    times = np.array([1.0, 12.0, 25.0, 49.0, 72.0, 240.0])
    masses = [m for m in _MASSES if m in {s.name for s in model.states}]
    result = simulate(model, population, regimen, times, masses, rtol=_RTOL, atol=_ATOL)
    assert result.values is not None  # noqa: S101 curves were asked for
    given = np.array([2 * swallowed * sum(24.0 * i <= t for i in range(3)) for t in times])
    return float(np.abs(result.values.sum(axis=2) / given - 1.0).max())
