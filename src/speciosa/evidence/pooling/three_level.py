"""Three-level model: effects within studies within the field (Konstantopoulos 2011), by REML.

``y_ij = X b + u_j + e_ij + sampling error``. The covariance of a study is a diagonal plus a
constant, so its inverse and determinant are closed forms and every sum runs over all studies at
once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.pooling.aggregate import clusters
from speciosa.evidence.pooling.intervals import Inference, inference
from speciosa.evidence.pooling.robust import Robust, cluster_robust
from speciosa.evidence.pooling.weighted import Array, Data, data, fit, trace_p

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import EffectSizes

# Starting shares of the two levels; the highest of the maxima reached is taken.
_STARTS = ((0.5, 0.5), (1.0, 0.05), (0.05, 1.0), (0.05, 0.05))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThreeLevel:
    """``sigma2_study`` between studies, ``sigma2_effect`` between effects of one study.

    ``result`` uses the normal distribution; ``result_t`` t with (studies - 1); ``robust`` is CR2
    with Satterthwaite's degrees of freedom. ``i2_study`` and ``i2_effect`` are shares (%) of the
    total variance of a typical effect.
    """

    measure: Measure
    level: float
    k_effects: int
    k_studies: int
    result: Inference
    result_t: Inference
    robust: Robust
    sigma2_study: float
    sigma2_effect: float
    i2_study: float
    i2_effect: float
    log_likelihood: float


def three_level(sizes: EffectSizes, *, level: float = 0.95) -> ThreeLevel:
    """REML of both variances. Raises ValueError without replication at both levels."""
    names, code, n = clusters(sizes.cluster)
    if len(names) < 2 or n.max() < 2:
        raise ValueError("a three-level model needs several studies, one of them with two effects")
    of = data(sizes.yi, sizes.vi)
    model = _Model(of, code, len(names))
    typical = max(float(np.var(of.y)), 1e-3 * float(of.v.min()))
    found = min(
        (
            minimize(
                model.deviance, typical * np.array(start), jac=True, method="L-BFGS-B",
                bounds=[(0, None), (0, None)],
                options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000, "maxfun": 4000},
            )
            for start in _STARTS
        ),
        key=lambda got: float(got.fun),
    )  # fmt: skip
    if not np.isfinite(found.fun):
        raise ValueError("the likelihood of the three-level model has no finite maximum")
    study, effect = (float(value) for value in found.x)
    w = model.inverse(study, effect)
    column = float(of.to_columns[0, 0]) * of.scale
    se = math.sqrt(w.variance) * abs(column)
    at_zero = fit(of, np.zeros(1))
    sampling = (of.y.size - 1) / float(trace_p(of, at_zero)[0])
    total = study + effect + sampling
    blocks = [np.flatnonzero(code == j) for j in range(len(names))]
    working = [np.diag(of.v[b] + effect) + study for b in blocks]
    return ThreeLevel(
        measure=sizes.measure,
        level=level,
        k_effects=of.y.size,
        k_studies=len(names),
        result=inference(w.centre * column, se, None, level),
        result_t=inference(w.centre * column, se, len(names) - 1.0, level),
        robust=cluster_robust(
            sizes.yi, np.ones((of.y.size, 1)), blocks, [of.scale**2 * b for b in working],
            names=("effect",), level=level,
        )[0],
        sigma2_study=study * of.scale**2,
        sigma2_effect=effect * of.scale**2,
        i2_study=100 * study / total,
        i2_effect=100 * effect / total,
        log_likelihood=-0.5 * float(found.fun),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    d: Array
    shrink: Array
    wx: Array
    residuals: Array
    wr: Array
    centre: float
    variance: float


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    of: Data
    code: NDArray[np.intp]
    n: int

    def inverse(self, study: float, effect: float) -> _Solved:
        """Generalised least squares under ``diag(v + effect) + study`` in each study."""
        d = 1 / (self.of.v + effect)
        shrink = study / (1 + study * self.sums(d))
        x = self.of.basis[:, 0]
        wx = self.times(d, shrink, x)
        information = float(wx @ x)
        centre = float(wx @ self.of.y) / information
        residuals = self.of.y - centre * x
        wr = self.times(d, shrink, residuals)
        return _Solved(d, shrink, wx, residuals, wr, centre, 1 / information)

    def sums(self, values: Array) -> Array:
        """Sum within each study."""
        return np.asarray(np.bincount(self.code, values, self.n), dtype=np.float64)

    def times(self, d: Array, shrink: Array, values: Array) -> Array:
        """The inverse covariance times a vector."""
        return np.asarray(d * (values - (shrink * self.sums(d * values))[self.code]))

    def deviance(self, variances: Array) -> tuple[float, Array]:
        """Minus twice the restricted log-likelihood, and its gradient."""
        study, effect = (float(value) for value in variances)
        got = self.inverse(study, effect)
        total = self.sums(got.d)
        height = (
            -np.log(got.d).sum()
            + np.log1p(study * total).sum()
            - math.log(got.variance)
            + float(got.residuals @ got.wr)
        )
        squares = self.sums(got.d**2)
        trace_study = total - got.shrink * total**2 - got.variance * self.sums(got.wx) ** 2
        trace_effect = (
            got.d.sum() - float(got.shrink @ squares) - got.variance * float(got.wx @ got.wx)
        )
        gradient = np.array(
            [
                trace_study.sum() - float((self.sums(got.wr) ** 2).sum()),
                trace_effect - float(got.wr @ got.wr),
            ]
        )
        return float(height), gradient
