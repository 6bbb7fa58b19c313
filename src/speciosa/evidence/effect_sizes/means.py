"""Mean difference and standardised mean difference of two sides; conversion of odds ratios.

Formulas: Hedges 1981 and 1983 for g, its exact correction and variances; Borenstein and Hedges in
Cooper, Hedges, Valentine (2019), chapter 11; Chinn 2000 for odds ratios as standardised means.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class SmdVariance(StrEnum):
    """The sampling variance of a standardised mean difference.

    ``LS``: 1/n1 + 1/n2 + g^2 / (2 (n1 + n2)), Hedges 1982, the default of metafor. ``LS2``:
    J^2 (1/n1 + 1/n2 + d^2 / (2 (n1 + n2))), Borenstein 2009. ``UB``: unbiased, Hedges 1983.
    ``D``: 1/n1 + 1/n2 + d^2 / (2 (n1 + n2)) with d before the correction, as in Metapsy.
    """

    LS = "LS"
    LS2 = "LS2"
    UB = "UB"
    D = "D"


class Correction(StrEnum):
    """How Cohen's d is made Hedges' g: by gamma functions, by 1 - 3 / (4 df - 1), or not."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    NONE = "none"


class Sides(NamedTuple):
    """Means, standard deviations and numbers of people of two sides, each of shape (k,)."""

    mean_1: Array
    sd_1: Array
    n_1: Array
    mean_2: Array
    sd_2: Array
    n_2: Array


def mean_difference(sides: Sides, *, pooled_sd: bool = False) -> tuple[Array, Array]:
    """Side 1 minus side 2 with its variance; ``pooled_sd`` takes one SD for both sides."""
    difference = sides.mean_1 - sides.mean_2
    if pooled_sd:
        return difference, pooled(sides) ** 2 * (1 / sides.n_1 + 1 / sides.n_2)
    return difference, sides.sd_1**2 / sides.n_1 + sides.sd_2**2 / sides.n_2


def standardised_mean_difference(
    sides: Sides,
    *,
    variance: SmdVariance = SmdVariance.LS,
    correction: Correction = Correction.EXACT,
) -> tuple[Array, Array]:
    """Hedges' g, side 1 minus side 2 in pooled SDs, with its variance."""
    df = sides.n_1 + sides.n_2 - 2
    d = (sides.mean_1 - sides.mean_2) / pooled(sides)
    j = small_sample(df, correction)
    g = j * d
    n = sides.n_1 + sides.n_2
    one = 1 / sides.n_1 + 1 / sides.n_2
    if variance is SmdVariance.LS:
        return g, one + g**2 / (2 * n)
    if variance is SmdVariance.LS2:
        return g, j**2 * (one + d**2 / (2 * n))
    if variance is SmdVariance.D:
        return g, one + d**2 / (2 * n)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 - (df - 2) / (df * small_sample(df, Correction.EXACT) ** 2)
    return g, one + share * g**2


def small_sample(df: Array, correction: Correction = Correction.EXACT) -> Array:
    """J, by which Cohen's d is multiplied to take its small-sample bias away."""
    if correction is Correction.NONE:
        return np.ones_like(df)
    if correction is Correction.APPROXIMATE:
        return np.asarray(1 - 3 / (4 * df - 1))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def pooled(sides: Sides) -> Array:
    """The standard deviation within sides, each weighed by its degrees of freedom."""
    both = (sides.n_1 - 1) * sides.sd_1**2 + (sides.n_2 - 1) * sides.sd_2**2
    return np.asarray(np.sqrt(both / (sides.n_1 + sides.n_2 - 2)))


def from_odds_ratio(log_or: Array, variance: Array) -> tuple[Array, Array]:
    """A log odds ratio as a standardised mean difference, for a logistic trait (Chinn 2000)."""
    factor = math.sqrt(3.0) / math.pi
    return log_or * factor, variance * factor**2
