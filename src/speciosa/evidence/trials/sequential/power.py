"""What a group-sequential test does under a drift: chance to stop at each look, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from speciosa.evidence.trials.sequential.exits import exits

if TYPE_CHECKING:
    from speciosa.evidence.trials.sequential.boundaries import Boundaries


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """Chances under one drift. ``expected_fraction`` is of the largest sample."""

    drift: float
    stop_for_benefit: tuple[float, ...]
    stop_for_futility: tuple[float, ...]
    power: float
    expected_fraction: float


def operating(plan: Boundaries, drift: float, *, heed_futility: bool = True) -> Operating:
    """Chances of the boundaries under ``drift``; a two-sided test rejects in both directions."""
    heeded = plan.sides == 2 or heed_futility
    lower = plan.lower if heeded else (-np.inf,) * len(plan.lower)
    up, down = exits(plan.fractions, plan.upper, lower, drift)
    rejected = float(up.sum() + (down.sum() if plan.sides == 2 else 0.0))
    early = sum((up[k] + down[k]) * (1 - time) for k, time in enumerate(plan.fractions[:-1]))
    return Operating(
        drift=drift,
        stop_for_benefit=tuple(up.tolist()),
        stop_for_futility=tuple(down.tolist()) if plan.sides == 1 else (0.0,) * len(up),
        power=rejected,
        expected_fraction=float(1 - early),
    )


def drift_for(plan: Boundaries, power: float) -> float:
    """The drift at which the test has ``power``.

    Its square over that of a fixed test is the factor by which looks inflate the largest sample.
    """
    return float(brentq(lambda drift: operating(plan, drift).power - power, 0.0, 20.0, xtol=1e-10))
