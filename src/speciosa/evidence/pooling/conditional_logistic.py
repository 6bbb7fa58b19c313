"""Random-effects odds ratio for rare events without any correction (Stijnen 2010).

Given all events of a study, those of the first arm are binomial with log odds
``log(total_1 / total_2) + effect``: the rare-event form of the conditional logistic model. The
normal distribution of the effects is integrated by adaptive Gauss-Hermite quadrature.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special
from scipy.optimize import minimize

from speciosa.evidence.pooling.intervals import inference
from speciosa.evidence.pooling.weighted import Array

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import TwoByTwo

# Seven nodes are what the usual program takes; more change the sixth digit.
NODES = 21
_STEP = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalLogistic:
    """Log odds ratio with a normal interval, and tau2 by maximum likelihood.

    ``uninformative`` are the places of studies without any event.
    """

    level: float
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    stat: float
    p: float
    tau2: float
    uninformative: tuple[int, ...]


def conditional_logistic(counts: TwoByTwo, *, level: float = 0.95) -> ConditionalLogistic:
    """Fit by maximum likelihood. Raises ValueError where one arm never has an event.

    The approximation holds for rare events: risks under about one in ten.
    """
    a, c = np.asarray(counts.events_1, float), np.asarray(counts.events_2, float)
    told = a + c > 0
    model = _Model(a[told], (a + c)[told], np.log(counts.total_1 / counts.total_2)[told])
    if model.a.sum() == 0 or model.a.sum() == model.n.sum():
        raise ValueError("one arm has no events in any study: the odds ratio is 0 or infinite")
    start = special.logit(model.a.sum() / model.n.sum()) - float(np.average(model.offset))
    found = min(
        (
            minimize(
                model.minus, (start, tau), method="L-BFGS-B", bounds=[(None, None), (0, None)],
                options={"ftol": 1e-15, "gtol": 1e-9},
            )
            for tau in (0.05, 0.5, 1.0)
        ),
        key=lambda got: float(got.fun),
    )  # fmt: skip
    mu, tau = (float(value) for value in found.x)
    if not np.isfinite(found.fun):
        raise ValueError("the likelihood of the conditional model has no finite maximum")
    got = inference(mu, math.sqrt(_variance(model, mu, tau)), None, level)
    return ConditionalLogistic(
        level=level,
        k=int(told.sum()),
        estimate=mu,
        se=got.se,
        ci_low=got.ci_low,
        ci_high=got.ci_high,
        stat=got.stat,
        p=got.p,
        tau2=tau**2,
        uninformative=tuple(np.flatnonzero(~told).tolist()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    a: Array
    n: Array
    offset: Array

    def minus(self, at: Array) -> float:
        """Minus the log-likelihood at (mean, standard deviation), up to a constant."""
        mu, tau = float(at[0]), float(at[1])
        if tau < 1e-8:
            return -float(self._kernel(np.full_like(self.a, mu)).sum())
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
        mode, spread = self._modes(mu, tau)
        theta = mode[:, None] + spread[:, None] * nodes
        logs = (
            self._kernel(theta.T).T
            - 0.5 * ((theta - mu) / tau) ** 2
            + 0.5 * nodes**2
            + np.log(weights)
        )
        return -float((special.logsumexp(logs, axis=1) + np.log(spread / tau)).sum())

    def _kernel(self, theta: Array) -> Array:
        eta = self.offset + theta
        return np.asarray(self.a * eta - self.n * np.logaddexp(0.0, eta), dtype=np.float64)

    def _modes(self, mu: float, tau: float) -> tuple[Array, Array]:
        """Where the integrand of each study peaks, and its width there (Newton, concave)."""
        theta = np.full_like(self.a, mu)
        for _ in range(60):
            p = special.expit(self.offset + theta)
            slope = self.a - self.n * p - (theta - mu) / tau**2
            curve = self.n * p * (1 - p) + 1 / tau**2
            step = np.clip(slope / curve, -2.0, 2.0)
            theta = theta + step
            if np.abs(step).max() < 1e-12:
                break
        p = special.expit(self.offset + theta)
        return theta, 1 / np.sqrt(self.n * p * (1 - p) + 1 / tau**2)


def _variance(model: _Model, mu: float, tau: float) -> float:
    """Variance of the mean from the observed information of mean and standard deviation."""

    def second(i: int, j: int) -> float:
        at, steps = np.array([mu, tau]), _STEP * np.eye(2)
        plus, less = steps[i], steps[j]
        return (
            model.minus(at + plus + less)
            - model.minus(at + plus - less)
            - model.minus(at - plus + less)
            + model.minus(at - plus - less)
        ) / (4 * _STEP**2)

    if tau < 10 * _STEP:
        return 1 / second(0, 0)
    information = np.array([[second(0, 0), second(0, 1)], [second(0, 1), second(1, 1)]])
    return float(np.linalg.inv(information)[0, 0])
