"""Correlations and incidence: effects and their large-sample variances.

Formulas: Hedges and Olkin 1985 (correlation), Fisher 1921 (z), Rothman, Greenland and Lash 2008
(rates of events by person-time).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def correlation(r: Array, n: Array) -> tuple[Array, Array]:
    """A correlation as it is, with its large-sample variance."""
    return r, (1 - r**2) ** 2 / (n - 1)


def fisher_z(r: Array, n: Array) -> tuple[Array, Array]:
    """Fisher's z of a correlation; needs four people or more."""
    return np.arctanh(r), 1 / (n - 3)


def rate_ratio(
    events_1: Array, time_1: Array, events_2: Array, time_2: Array
) -> tuple[Array, Array]:
    """The natural logarithm of the ratio of two rates; infinite or NaN without events."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(events_1 / time_1) - np.log(events_2 / time_2)
        return ratio, 1 / events_1 + 1 / events_2


def rate_difference(
    events_1: Array, time_1: Array, events_2: Array, time_2: Array
) -> tuple[Array, Array]:
    """Rate of side 1 minus rate of side 2."""
    return events_1 / time_1 - events_2 / time_2, events_1 / time_1**2 + events_2 / time_2**2
