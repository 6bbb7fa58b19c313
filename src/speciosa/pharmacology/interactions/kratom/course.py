"""Which activity of an enzyme a medicine meets over a day on which the enzyme comes and goes.

A medicine meets the gut wall while it is absorbed and the liver over its whole dosing interval, so
the static model is given the activity averaged over just these. In the gut wall it is the geometric
mean: it follows the full simulation closely for medicines of which the gut takes half and for those
of which it takes nearly all, where an arithmetic mean would tell too small a rise.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.pharmacology.interactions.kinetics.sampling import Array

_LEAST = 1e-6  # an integrator may end at nought, which has no logarithm


@dataclasses.dataclass(frozen=True, eq=False)
class Met:
    """Activity of the gut wall's enzyme met by a medicine, one value a draw.

    ``at_worst``: taken at the least favourable hour; ``over_day``: at any hour, on average;
    ``with_first``: together with the first dose of the day.
    """

    at_worst: Array
    over_day: Array
    with_first: Array


def gut_met(
    activity: Array,
    time_h: Array,
    rate_per_h: Array,
    *,
    repeating: bool,
    person: NDArray[np.intp] | None = None,
) -> Met:
    """Activity averaged over absorption with ``rate_per_h``, for every hour of intake.

    ``activity`` is (people, times) over one day at even ``time_h``; ``person`` is the row of each
    draw, left out where every person is one. Where every day is as the last, absorption that
    outlasts the day meets the morning; else it meets what the day ended with.
    """
    log = np.log(np.maximum(activity, _LEAST)).T
    log = log if person is None else np.take(log, person, axis=1)
    middle = 0.5 * (log[1:] + log[:-1])
    kept = np.exp(-rate_per_h * (time_h[1] - time_h[0]))
    met = log[-1]
    if repeating:
        day = np.zeros_like(met)
        for step in middle[::-1]:
            day = (1.0 - kept) * step + kept * day
        met = day / (1.0 - kept ** len(middle))
    # What is absorbed in a step meets that step; the rest meets what an intake at its end would.
    worst, total = met, np.zeros_like(met)
    for step in middle[::-1]:
        met = (1.0 - kept) * step + kept * met
        worst = np.minimum(worst, met)
        total += met
    return Met(np.exp(worst), np.exp(total / len(middle)), np.exp(met))


def mean_over_day(course: Array, time_h: Array) -> Array:
    """Mean of (rows, times) over the hours given."""
    width = np.diff(time_h)
    area = (0.5 * (course[:, 1:] + course[:, :-1]) * width).sum(axis=1)
    return np.asarray(area / (time_h[-1] - time_h[0]))
