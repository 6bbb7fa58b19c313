"""Do small studies differ from large ones? Regression and rank tests of funnel asymmetry.

Egger 1997 (weighted regression), Sterne and Egger 2005 (random effects), Begg and Mazumdar 1994,
Harbord 2006 and Peters 2006 (binary outcomes). Asymmetry is not proof of publication bias.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.pooling.heterogeneity import Method
from speciosa.evidence.pooling.intervals import CiMethod, Inference, inference, options
from speciosa.evidence.pooling.kendall import kendall
from speciosa.evidence.pooling.regression import regress
from speciosa.evidence.pooling.weighted import Array, data, fit

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import EffectSizes, TwoByTwo

# Below this many studies the tests have too little power to say anything (Sterne 2011).
FEW_STUDIES = 10
FEW = (
    "Fewer than ten studies: tests for funnel asymmetry have too little power to tell chance from"
    " real asymmetry."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsymmetryTest:
    """``slope`` tests the asymmetry; ``limit`` is the effect of an infinitely precise study.

    ``slope`` belongs to the predictor: the standard error (Egger), its inverse information
    (Harbord: 1 / sqrt(V)), 1 / total people (Peters).
    """

    name: str
    k: int
    slope: Inference
    limit: Inference
    warning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RankTest:
    """Kendall's tau-b of standardised effects and their variances."""

    k: int
    tau: float
    p: float
    exact: bool
    warning: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Funnel:
    """What a contour-enhanced funnel plot draws: points, the centre, and half widths of contours.

    ``half_widths`` maps a two-sided p value to half widths around zero at ``standard_errors``.
    """

    effects: Array
    study_standard_errors: Array
    centre: float
    standard_errors: Array
    half_widths: dict[float, Array]


def egger(sizes: EffectSizes, *, level: float = 0.95) -> AsymmetryTest:
    """The classical test: y on its standard error, weights 1/v, t with k - 2 degrees of freedom.

    Raises ValueError with under three studies or where all standard errors are equal.
    """
    return _least_squares("Egger", sizes.yi, np.sqrt(sizes.vi), 1 / sizes.vi, level)


def egger_random_effects(
    sizes: EffectSizes,
    *,
    method: Method = "REML",
    ci: CiMethod = "z",
    level: float = 0.95,
) -> AsymmetryTest:
    """Meta-regression on the standard error. Raises ValueError as ``egger``."""
    k = _enough(np.sqrt(sizes.vi))
    x = np.column_stack([np.ones(k), np.sqrt(sizes.vi)])
    got = regress(
        sizes.yi, sizes.vi, x, ("limit", "slope"), intercept=True, how=options(method, ci, level)
    )
    return AsymmetryTest(
        name=f"Egger, random effects ({method})",
        k=k,
        slope=got.coefficient("slope"),
        limit=got.coefficient("limit"),
        warning=_warning(k),
    )


def harbord(counts: TwoByTwo, *, level: float = 0.95) -> AsymmetryTest:
    """Score test for odds ratios, less prone to false alarms than Egger's. Raises ValueError."""
    a, c = counts.events_1, counts.events_2
    n1, n2 = counts.total_1, counts.total_2
    n = n1 + n2
    information = n1 * n2 * (a + c) * (n - a - c) / (n**2 * (n - 1))
    told = information > 0
    v = information[told]
    score = (a - n1 * (a + c) / n)[told]
    return _least_squares("Harbord", score / v, 1 / np.sqrt(v), v, level)


def peters(sizes: EffectSizes, *, level: float = 0.95) -> AsymmetryTest:
    """Log odds ratio on 1 / total people. Raises ValueError without counts for every effect."""
    counts = sizes.counts
    if counts is None or sizes.measure is not Measure.OR:
        raise ValueError("Peters' test needs log odds ratios with their counts")
    place = {label: i for i, label in enumerate(sizes.counts_labels)}
    if not set(sizes.labels) <= set(place):
        raise ValueError("Peters' test needs the counts of every study")
    rows = [place[label] for label in sizes.labels]
    events = (counts.events_1 + counts.events_2)[rows]
    n = (counts.total_1 + counts.total_2)[rows]
    if ((events <= 0) | (events >= n)).any():
        raise ValueError("Peters' test needs events, and people without, in every study")
    return _least_squares("Peters", sizes.yi, 1 / n, events * (n - events) / n, level)


def begg(sizes: EffectSizes) -> RankTest:
    """Rank correlation of standardised effect and variance. Raises ValueError under three studies.

    Exact p below 200 studies without ties, else the normal approximation corrected for ties.
    """
    k = sizes.yi.size
    if k < 3:
        raise ValueError(f"a rank test needs at least three studies; there are {k}")
    of = data(sizes.yi, sizes.vi)
    got = fit(of, np.zeros(1))
    spread = of.v - got.covariance[0, 0, 0] * of.to_columns[0, 0] ** 2
    standardised = got.residuals[0] / np.sqrt(spread)
    tau, p, exact = kendall(standardised, sizes.vi)
    return RankTest(k=k, tau=tau, p=p, exact=exact, warning=_warning(k))


def funnel(
    sizes: EffectSizes, centre: float, *, levels: tuple[float, ...] = (0.1, 0.05, 0.01)
) -> Funnel:
    """Points and contours of a funnel plot around no effect, standard errors from 0 to largest."""
    errors = np.linspace(0.0, 1.05 * float(np.sqrt(sizes.vi.max())), 41)
    widths = {
        level: np.array([inference(0.0, float(se), None, 1 - level).ci_high for se in errors])
        for level in levels
    }
    return Funnel(
        effects=sizes.yi,
        study_standard_errors=np.sqrt(sizes.vi),
        centre=centre,
        standard_errors=errors,
        half_widths=widths,
    )


def _least_squares(name: str, y: Array, x: Array, w: Array, level: float) -> AsymmetryTest:
    """Weighted least squares with the residual variance estimated, as ``lm`` does."""
    k = _enough(x)
    columns = np.column_stack([np.ones(k), x / x.max()])
    of = data(y, 1 / w, columns)
    got = fit(of, np.zeros(1))
    factor = float(got.q[0]) / (k - 2)
    values = of.to_columns @ got.coefficients[0] * of.scale
    spread = factor * of.scale**2 * np.diag(of.to_columns @ got.covariance[0] @ of.to_columns.T)
    limit, slope = (
        inference(float(b / s), math.sqrt(float(v)) / s, k - 2.0, level)
        for b, v, s in zip(values, spread, (1.0, float(x.max())), strict=True)
    )
    return AsymmetryTest(name=name, k=k, slope=slope, limit=limit, warning=_warning(k))


def _enough(x: Array) -> int:
    k = int(x.size)
    if k < 3:
        raise ValueError(f"a regression test needs at least three studies; there are {k}")
    if np.ptp(x) <= 1e-9 * np.abs(x).max():
        raise ValueError("all studies are of one size: asymmetry cannot be tested")
    return k


def _warning(k: int) -> str:
    return FEW if k < FEW_STUDIES else ""
