"""Meta-regression: effects explained by features of the studies."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.effect_sizes.table import Handling, Measure
from speciosa.evidence.pooling.distributions import chi2_tail, f_tail
from speciosa.evidence.pooling.heterogeneity import Method, estimate, q_profile
from speciosa.evidence.pooling.intervals import (
    CiMethod,
    Inference,
    Options,
    hartung_knapp_factor,
    inference,
    options,
)
from speciosa.evidence.pooling.model_matrix import model_matrix
from speciosa.evidence.pooling.weighted import Array, data, fit, trace_p

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import EffectSizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One column of the model with its interval and test."""

    name: str
    result: Inference


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regression:
    """A meta-regression; ``qm`` tests all coefficients but the intercept (chi2, or F with HK).

    ``r2`` is the share (%) of tau2 explained, None without intercept or without heterogeneity to
    explain. ``qm_df2`` is None for the chi-squared test.
    """

    measure: Measure
    method: Method
    ci_method: CiMethod
    level: float
    k: int
    coefficients: tuple[Coefficient, ...]
    covariance: Array
    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    r2: float | None
    qe: float
    qe_df: int
    qe_p: float
    qm: float
    qm_df: int
    qm_df2: int | None
    qm_p: float
    handled: tuple[Handling, ...] = ()

    def coefficient(self, name: str) -> Inference:
        """One coefficient by name; raises KeyError."""
        return {each.name: each.result for each in self.coefficients}[name]


def meta_regression(  # noqa: PLR0913 -- each is a choice of the analysis
    sizes: EffectSizes,
    moderators: tuple[str, ...],
    *,
    intercept: bool = True,
    method: Method = "REML",
    ci: CiMethod | None = None,
    level: float = 0.95,
) -> Regression:
    """Regress effects on moderators of the table; ``"a:b"`` is an interaction.

    Words become 0/1 columns (first level in alphabetical order is the reference). Studies without
    a value are left out and named in ``handled``. Raises ValueError for unknown moderators, columns
    that depend on one another, or no degrees of freedom.
    """
    built = model_matrix(sizes, moderators, intercept=intercept)
    got = regress(
        sizes.yi[built.rows], sizes.vi[built.rows], built.x, built.names,
        intercept=intercept, how=options(method, ci, level),
    )  # fmt: skip
    return replace(got, measure=sizes.measure, handled=built.handled)


def regress(  # noqa: PLR0913 -- the data of one model
    yi: Array,
    vi: Array,
    x: Array,
    names: tuple[str, ...],
    *,
    intercept: bool,
    how: Options,
) -> Regression:
    """Meta-regression on a ready model matrix, whose first column is the intercept if there is one.

    Raises ValueError as ``meta_regression``.
    """
    k, p = x.shape
    if k <= p:
        raise ValueError(f"{p} coefficients need more than {p} studies; there are {k}")
    of = data(yi, vi, x)
    found = estimate(of, how.method)
    tau2 = float(found.used[0])
    at_zero, got = fit(of, np.zeros(1)), fit(of, found.used)
    factor = hartung_knapp_factor(float(got.q[0]), k - p, how.ci)
    values = of.to_columns @ got.coefficients[0] * of.scale
    covariance = factor * of.scale**2 * of.to_columns @ got.covariance[0] @ of.to_columns.T
    df = None if how.ci == "z" else float(k - p)
    coefficients = tuple(
        Coefficient(name=name, result=inference(float(b), math.sqrt(float(s)), df, how.level))
        for name, b, s in zip(names, values, np.diag(covariance), strict=True)
    )
    tested = values[1:] if intercept and p > 1 else values
    inner = covariance[1:, 1:] if intercept and p > 1 else covariance
    qm, m = float(tested @ np.linalg.solve(inner, tested)), tested.size
    typical = (k - p) / float(trace_p(of, at_zero)[0])
    low, high = q_profile(of, how.level)
    qe = float(at_zero.q[0])
    return Regression(
        measure=Measure.GENERIC,
        method=how.method,
        ci_method=how.ci,
        level=how.level,
        k=k,
        coefficients=coefficients,
        covariance=covariance,
        tau2=tau2 * of.scale**2,
        tau2_low=float(low[0]) * of.scale**2,
        tau2_high=float(high[0]) * of.scale**2,
        i2=100 * tau2 / (tau2 + typical),
        r2=_explained(yi, vi, tau2 * of.scale**2, how.method) if intercept else None,
        qe=qe,
        qe_df=k - p,
        qe_p=chi2_tail(qe, k - p),
        qm=qm if df is None else qm / m,
        qm_df=m,
        qm_df2=None if df is None else k - p,
        qm_p=chi2_tail(qm, m) if df is None else f_tail(qm / m, m, k - p),
    )


def _explained(yi: Array, vi: Array, tau2: float, method: Method) -> float | None:
    empty = data(yi, vi)
    before = float(estimate(empty, method).used[0]) * empty.scale**2
    return 100 * max(0.0, 1 - tau2 / before) if before > 0 else None
