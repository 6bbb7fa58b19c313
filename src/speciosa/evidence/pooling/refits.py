"""The same model on many subsets at once: without each study, and study after study by year."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from speciosa.evidence.pooling.heterogeneity import Method, estimate
from speciosa.evidence.pooling.intervals import CiMethod, Options, options
from speciosa.evidence.pooling.weighted import Array, Data, data, fit, trace_p

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import EffectSizes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Refits:
    """One fit for each row, arrays of shape (rows,); NaN where one study alone cannot tell.

    ``labels`` is the study left out, or the study added last.
    """

    labels: tuple[str, ...]
    k: Array
    estimate: Array
    se: Array
    ci_low: Array
    ci_high: Array
    p: Array
    tau2: Array
    i2: Array
    q: Array
    years: tuple[int | None, ...] = ()


def leave_one_out(
    sizes: EffectSizes,
    *,
    method: Method = "REML",
    ci: CiMethod | None = None,
    level: float = 0.95,
) -> Refits:
    """The pool without each study in turn, in the order of the studies.

    Raises ValueError with fewer than two studies.
    """
    how = options(method, ci, level)
    k = len(sizes.labels)
    if k < 2:
        raise ValueError("leaving one study out needs at least two studies")
    of = data(sizes.yi, sizes.vi, members=1.0 - np.eye(k))
    return refits(of, how, sizes.labels, sizes.years)


def cumulative(
    sizes: EffectSizes,
    *,
    method: Method = "REML",
    ci: CiMethod | None = None,
    level: float = 0.95,
) -> Refits:
    """The pool as it grew, by year (studies without a year last, ties by label)."""
    how = options(method, ci, level)
    order = sorted(range(len(sizes.labels)), key=lambda i: (_late(sizes.years[i]), sizes.labels[i]))
    of = data(sizes.yi[order], sizes.vi[order], members=np.tri(len(order)))
    labels = tuple(sizes.labels[i] for i in order)
    return refits(of, how, labels, tuple(sizes.years[i] for i in order))


def _late(year: int | None) -> float:
    return math.inf if year is None else year


def refits(
    of: Data, how: Options, labels: tuple[str, ...], years: tuple[int | None, ...]
) -> Refits:
    """Fit every row of intercept-only data; a row of one study takes its own normal interval."""
    found = estimate(of, how.method)
    at_zero, got = fit(of, np.zeros(of.rows)), fit(of, found.used)
    column = of.to_columns[0, 0] * of.scale
    centre = got.coefficients[:, 0] * column
    se = np.sqrt(got.covariance[:, 0, 0]) * abs(column)
    df = of.k - 1
    alone = df == 0
    half = np.full(of.rows, special.ndtri(0.5 + how.level / 2))
    if how.ci != "z":
        factor = got.q / np.where(alone, 1.0, df)
        if how.ci == "HK-adhoc":
            factor = np.maximum(1.0, factor)
        se = np.where(alone, se, np.sqrt(factor) * se)
        half = np.where(alone, half, special.stdtrit(np.where(alone, 1.0, df), 0.5 + how.level / 2))
    stat = np.abs(centre) / np.where(se > 0, se, np.nan)
    z_p = 2 * special.ndtr(-stat)
    p = z_p if how.ci == "z" else np.where(alone, z_p, 2 * special.stdtr(np.maximum(df, 1), -stat))
    with np.errstate(invalid="ignore", divide="ignore"):
        typical = df / trace_p(of, at_zero)
        excess = np.maximum(0.0, (at_zero.q - df) / at_zero.q)
        i2 = 100 * (excess if how.method == "CE" else found.tau2 / (found.tau2 + typical))
    return Refits(
        labels=labels,
        k=of.k,
        estimate=centre,
        se=se,
        ci_low=centre - half * se,
        ci_high=centre + half * se,
        p=p,
        tau2=found.tau2 * of.scale**2,
        i2=np.where(alone, np.nan, i2),
        q=at_zero.q,
        years=years,
    )
