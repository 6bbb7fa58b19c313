"""One pooled effect of several studies: common effect or random effects."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.pooling.distributions import chi2_tail
from speciosa.evidence.pooling.heterogeneity import (
    Heterogeneity,
    Method,
    above_zero,
    estimate,
    q_profile,
)
from speciosa.evidence.pooling.intervals import (
    CiMethod,
    Inference,
    Options,
    PiMethod,
    hartung_knapp_factor,
    inference,
    options,
    prediction,
)
from speciosa.evidence.pooling.weighted import Array, Data, Fit, data, fit, trace_p

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import EffectSizes

# A ratio of sampling variances that real studies of one question hardly reach.
_WIDE = 1e7
I2_FROM_TAU2 = "100 tau2 / (tau2 + typical sampling variance)"
I2_FROM_Q = "100 max(0, Q - df) / Q"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A pooled effect on the analysis scale (logarithm for ratios).

    What cannot be computed from so few studies is None, with the reason in ``notes``. ``i2`` is
    defined by ``i2_definition``; ``i2_q`` is always the one from Q. ``weights`` are per cent.
    ``maxima`` counts the maxima of the likelihood in tau2; the highest is used.
    """

    measure: Measure
    method: Method
    ci_method: CiMethod
    level: float
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    stat: float
    df: float | None
    p: float
    pi_low: float | None
    pi_high: float | None
    pi_df: float | None
    pi_method: PiMethod
    pi_unavailable: str
    tau2: float | None
    tau2_low: float | None
    tau2_high: float | None
    i2: float | None
    i2_definition: str
    i2_q: float | None
    h2: float | None
    q: float
    q_df: int
    q_p: float
    weights: tuple[float, ...]
    labels: tuple[str, ...] = ()
    maxima: int = 1
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def tau(self) -> float | None:
        """Standard deviation of the true effects."""
        return None if self.tau2 is None else math.sqrt(self.tau2)


def pool(
    sizes: EffectSizes,
    *,
    method: Method = "REML",
    ci: CiMethod | None = None,
    level: float = 0.95,
    pi: PiMethod = "t-k2",
) -> Pooled:
    """Pool effect sizes on their analysis scale.

    ``ci`` left out: Hartung-Knapp without truncation for random effects, z for a common effect.
    Raises ValueError for an unknown method, Hartung-Knapp with a common effect, or no studies.
    """
    got = random_effects(
        sizes.yi, sizes.vi, method=method, ci=ci, level=level, pi=pi, labels=sizes.labels
    )
    return replace(got, measure=sizes.measure)


def random_effects(  # noqa: PLR0913 -- each is a choice of the analysis
    yi: Array,
    vi: Array,
    *,
    method: Method = "REML",
    ci: CiMethod | None = None,
    level: float = 0.95,
    pi: PiMethod = "t-k2",
    labels: tuple[str, ...] = (),
) -> Pooled:
    """The same from two arrays: effects and sampling variances. Raises ValueError as ``pool``."""
    how = options(method, ci, level, pi)
    of = data(yi, vi)
    return _record(of, estimate(of, method), how, labels)


def _record(of: Data, found: Heterogeneity, how: Options, labels: tuple[str, ...]) -> Pooled:
    k, scale = int(of.k[0]), of.scale
    q_df = k - 1
    if q_df == 0:
        how = replace(how, ci="z")
    at_zero, got = fit(of, np.zeros(1)), fit(of, found.used)
    model_se = math.sqrt(float(got.covariance[0, 0, 0])) * abs(float(of.to_columns[0, 0])) * scale
    centre = float(got.coefficients[0, 0] * of.to_columns[0, 0]) * scale
    factor = hartung_knapp_factor(float(got.q[0]), q_df, how.ci)
    df = None if how.ci == "z" else float(q_df)
    result = inference(centre, math.sqrt(factor) * model_se, df, how.level)
    tau2 = float(found.tau2[0]) * scale**2 if q_df else None
    predicted = prediction(result, model_se, tau2, k, how)
    spread = _spread(of, at_zero, tau2, how)
    weights = 100 * got.w[0] / got.w[0].sum()
    return Pooled(
        measure=Measure.GENERIC,
        method=how.method,
        ci_method=how.ci,
        level=how.level,
        k=k,
        estimate=result.estimate,
        se=result.se,
        ci_low=result.ci_low,
        ci_high=result.ci_high,
        stat=result.stat,
        df=result.df,
        p=result.p,
        pi_low=predicted.low,
        pi_high=predicted.high,
        pi_df=predicted.df,
        pi_method=how.pi,
        pi_unavailable=predicted.unavailable,
        tau2=tau2,
        tau2_low=spread.tau2_low,
        tau2_high=spread.tau2_high,
        i2=spread.i2,
        i2_definition=I2_FROM_Q if how.method == "CE" else I2_FROM_TAU2,
        i2_q=spread.i2_q,
        h2=spread.h2,
        q=float(at_zero.q[0]),
        q_df=q_df,
        q_p=chi2_tail(float(at_zero.q[0]), q_df),
        weights=tuple(weights.tolist()),
        labels=labels,
        maxima=int(found.maxima[0]),
        notes=_notes(result, found, factor, spread, how),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    k: int
    widest: float = 1.0
    tau2_low: float | None = None
    tau2_high: float | None = None
    i2: float | None = None
    i2_q: float | None = None
    h2: float | None = None


def _spread(of: Data, at_zero: Fit, tau2: float | None, how: Options) -> _Spread:
    """How far true effects differ: Q-profile interval, both I2, H2; empty for a single study."""
    if tau2 is None:
        return _Spread(k=1)
    q, df = float(at_zero.q[0]), float(of.k[0]) - 1
    low, high = q_profile(of, how.level)
    typical = df / float(above_zero(trace_p(of, at_zero))[0]) * of.scale**2
    i2_q = 100 * max(0.0, (q - df) / q) if q > 0 else 0.0
    common = how.method == "CE"
    return _Spread(
        k=int(of.k[0]),
        widest=float(of.v.max() / of.v.min()),
        tau2_low=float(low[0]) * of.scale**2,
        tau2_high=float(high[0]) * of.scale**2,
        i2=i2_q if common else 100 * tau2 / (tau2 + typical),
        i2_q=i2_q,
        h2=max(1.0, q / df) if common else 1 + tau2 / typical,
    )


def _notes(
    got: Inference, found: Heterogeneity, factor: float, spread: _Spread, how: Options
) -> tuple[str, ...]:
    notes = []
    k, i2_q = spread.k, spread.i2_q or 0.0
    if np.isnan(found.tau2[0]):
        notes.append(
            "One study: this is its own result with a normal interval; nothing is pooled and"
            " heterogeneity cannot be estimated."
        )
    if k == 2 and how.method != "CE":
        notes.append("Two studies: heterogeneity is hardly estimable; read the studies one by one.")
    if how.ci == "HK" and factor < 1 and got.se > 0:
        notes.append(
            "The Hartung-Knapp interval has a smaller standard error than the model here (factor"
            f" {factor:.3g}, under 1); HK-adhoc does not narrow."
        )
    if how.ci == "HK" and got.se == 0:
        notes.append(
            "The studies agree exactly, so the Hartung-Knapp interval has no width and says"
            " nothing; use HK-adhoc or z."
        )
    if found.maxima[0] > 1:
        notes.append(
            f"The likelihood has {int(found.maxima[0])} maxima in tau2; the highest is used."
            " Compare the other estimators."
        )
    if spread.widest > _WIDE:
        notes.append(
            f"The largest sampling variance is {spread.widest:.1g} times the smallest: look for a"
            " standard error in the wrong unit."
        )
    if how.method == "CE" and i2_q >= 50:
        notes.append(
            f"A common effect is assumed although I2 (from Q) is {i2_q:.0f} %: the interval is"
            " too narrow if true effects differ."
        )
    return tuple(notes)
