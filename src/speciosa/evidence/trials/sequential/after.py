"""p, estimate and interval that allow for the looks already taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from speciosa.evidence.trials.sequential.exits import Path

if TYPE_CHECKING:
    from speciosa.evidence.trials.sequential.boundaries import Boundaries

_FARTHEST_DRIFT = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Median-unbiased effect and interval, in the units of the standard error given."""

    median: float
    low: float
    high: float
    p: float


def stagewise_p(plan: Boundaries, look: int, z: float, drift: float = 0.0) -> float:
    """Chance, under ``drift``, of a result at least as good in the stage-wise order (one-sided).

    Stopping earlier for benefit counts as better, then the z at the same look. Futility, which does
    not bind, is not heeded; the lower side of a two-sided test is.
    """
    path = Path(drift)
    total = 0.0
    for k in range(look):
        time = plan.fractions[k]
        total += path.above(time, plan.upper[k])
        low = plan.lower[k] if plan.sides == 2 else -np.inf
        path.step(time, low, plan.upper[k], plan.fractions[k + 1])
    return total + path.above(plan.fractions[look], z)


def after_stopping(
    plan: Boundaries, look: int, z: float, se: float, *, level: float = 0.95
) -> Estimate:
    """Median-unbiased effect and interval after stopping at ``look`` (0 is the first) with ``z``.

    ``se`` is the standard error of the effect at that look. Positive is better, as in z.
    """
    unit = se * float(np.sqrt(plan.fractions[look]))  # one unit of drift as an effect

    def where(tail: float) -> float:
        return float(
            brentq(
                lambda drift: stagewise_p(plan, look, z, drift) - tail,
                -_FARTHEST_DRIFT,
                _FARTHEST_DRIFT,
                xtol=1e-9,
            )
        )

    half = (1 - level) / 2
    return Estimate(
        median=unit * where(0.5),
        low=unit * where(half),
        high=unit * where(1 - half),
        p=stagewise_p(plan, look, z),
    )


def repeated_interval(
    plan: Boundaries, look: int, estimate: float, se: float
) -> tuple[float, float]:
    """Interval that holds at every look together (Jennison and Turnbull 1989).

    Its confidence is 1 - alpha of a two-sided plan and 1 - 2 alpha of a one-sided one.
    """
    half = plan.upper[look] * se
    return estimate - half, estimate + half
