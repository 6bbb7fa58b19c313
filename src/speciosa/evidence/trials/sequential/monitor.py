"""Carry out the looks of many trials at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.sequential.boundaries import Boundaries


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Per trial: the look at which it ended (0 is the first), and what was decided there."""

    look: NDArray[np.int64]
    rejected: NDArray[np.bool_]
    futile: NDArray[np.bool_]
    harmful: NDArray[np.bool_]


def decide(plan: Boundaries, z: NDArray[np.float64], *, heed_futility: bool = True) -> Decisions:
    """Decisions from ``z`` (trials, looks), positive where the arm is better.

    A look whose z is NaN (the analysis failed) crosses nothing and goes on to the next. A trial
    that nothing stopped ends at the last look. ``harmful`` is the rejection on the wrong side of a
    two-sided test.
    """
    above = z >= np.array(plan.upper)
    below = z <= np.array(plan.lower)
    last = len(plan.fractions) - 1
    if plan.sides == 1 and not heed_futility:
        below = np.zeros_like(below)
    crossed = above | below
    look = np.where(crossed.any(axis=1), crossed.argmax(axis=1), last)
    rows = np.arange(z.shape[0])
    better, worse = above[rows, look], below[rows, look] & ~above[rows, look]
    harm = worse & (plan.sides == 2)
    return Decisions(
        look=look,
        rejected=better | harm,
        futile=worse & (plan.sides == 1) & (look < last),
        harmful=harm,
    )
