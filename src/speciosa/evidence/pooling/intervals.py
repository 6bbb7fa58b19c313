"""Confidence intervals of a pooled effect and prediction intervals.

Wald (z); Hartung and Knapp 2001, Sidik and Jonkman 2002 (HK); the same with the factor never below
one (HK-adhoc, Röver 2015); prediction by Higgins, Thompson and Spiegelhalter 2009.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from speciosa.evidence.pooling.distributions import t_quantile, two_sided
from speciosa.evidence.pooling.heterogeneity import METHODS, Method

CiMethod = Literal["z", "HK", "HK-adhoc"]
CI_METHODS: tuple[CiMethod, ...] = get_args(CiMethod)

PiMethod = Literal["t-k2", "t-k1", "z"]
PI_METHODS: tuple[PiMethod, ...] = get_args(PiMethod)

PI_WORDS: dict[PiMethod, str] = {
    "t-k2": "Student's t with k - 2 degrees of freedom and the standard error of the model",
    "t-k1": "Student's t with k - 1 degrees of freedom and the standard error of the interval",
    "z": "normal quantile and the standard error of the model",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """An estimate with its interval and test; ``df`` None where the normal distribution is used."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    stat: float
    df: float | None
    p: float


def hartung_knapp_factor(q: float, df: float, ci: CiMethod) -> float:
    """What the model variance is multiplied by: 1, Q/df, or Q/df but never under 1."""
    if ci == "z":
        return 1.0
    factor = q / df
    return max(1.0, factor) if ci == "HK-adhoc" else factor


def inference(estimate: float, se: float, df: float | None, level: float) -> Inference:
    """Interval and two-sided test against zero; infinite statistic for a zero standard error."""
    half = t_quantile(level, math.inf if df is None else df) * se
    stat = estimate / se if se > 0 else math.copysign(math.inf, estimate) if estimate else 0.0
    return Inference(
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        stat=stat,
        df=df,
        p=two_sided(stat, df),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Where the true effect of a new study would lie; bounds None with the reason why not."""

    low: float | None
    high: float | None
    df: float | None
    method: PiMethod
    unavailable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to pool: estimator of tau2, interval, its level, and the prediction interval."""

    method: Method
    ci: CiMethod
    level: float
    pi: PiMethod


def options(method: Method, ci: CiMethod | None, level: float, pi: PiMethod = "t-k2") -> Options:
    """The options, checked. Raises ValueError for names or combinations that do not exist."""
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; known: {', '.join(METHODS)}")
    if not 0.5 <= level < 1:
        raise ValueError(f"the confidence level must be from 0.5 to under 1; got {level}")
    if ci is None:
        ci = "z" if method == "CE" else "HK"
    if ci not in CI_METHODS:
        raise ValueError(f"unknown interval {ci!r}; known: {', '.join(CI_METHODS)}")
    if method == "CE" and ci != "z":
        raise ValueError("Hartung-Knapp belongs to random effects; a common effect takes z")
    if pi not in PI_METHODS:
        raise ValueError(f"unknown prediction interval {pi!r}; known: {', '.join(PI_METHODS)}")
    return Options(method=method, ci=ci, level=level, pi=pi)


def prediction(
    got: Inference, model_se: float, tau2: float | None, k: int, how: Options
) -> Prediction:
    """Prediction interval of a random-effects model, or why there is none."""
    method = how.pi
    if how.method == "CE":
        why = "a common-effect model assumes one true effect for all studies"
        return Prediction(low=None, high=None, df=None, method=method, unavailable=why)
    if k < 3 or tau2 is None:
        why = f"a prediction interval needs at least three studies; there are {k}"
        return Prediction(low=None, high=None, df=None, method=method, unavailable=why)
    df = {"t-k2": k - 2.0, "t-k1": k - 1.0, "z": math.inf}[method]
    se = got.se if method == "t-k1" else model_se
    half = t_quantile(how.level, df) * math.sqrt(tau2 + se**2)
    return Prediction(
        low=got.estimate - half,
        high=got.estimate + half,
        df=None if math.isinf(df) else df,
        method=method,
    )
