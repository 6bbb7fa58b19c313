"""How often an interval holds the truth: many small meta-analyses with a known mean and spread."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.random import Generator, Philox
from scipy.special import stdtrit

from speciosa.evidence.pooling import CI_METHODS, CiMethod
from speciosa.evidence.pooling.intervals import options
from speciosa.evidence.pooling.refits import refits
from speciosa.evidence.pooling.weighted import data

SEED, REPEATS, BATCH = 20261122, 1000, 40
SIZES = (3, 5, 10, 30)
# Share of the variance of a typical effect that is heterogeneity.
I2 = (0.0, 0.5, 0.9)
MEAN, TYPICAL = -0.3, 0.05


class Coverage(NamedTuple):
    """Shares (%) of intervals that hold the true mean, and of prediction intervals a new effect."""

    k: int
    i2: float
    mean: dict[CiMethod, float]
    prediction: float


def coverage() -> list[Coverage]:
    """REML with every interval, for every number of studies and heterogeneity."""
    return [_one(k, i2) for i2 in I2 for k in SIZES]


def monte_carlo_error(share: float) -> float:
    """Standard error (%) of a share (%)."""
    return 100 * math.sqrt(share / 100 * (1 - share / 100) / REPEATS)


def _one(k: int, i2: float) -> Coverage:
    """Batches of analyses side by side: each is a row that uses its own ``k`` of the studies."""
    tau2 = TYPICAL * i2 / (1 - i2)
    rng = Generator(Philox(key=[SEED, 1000 * k + round(100 * i2)]))
    held = dict.fromkeys(CI_METHODS, 0)
    predicted = 0
    members = np.asarray(np.kron(np.eye(BATCH), np.ones(k)), dtype=np.float64)
    labels = tuple(str(i) for i in range(BATCH))
    quantile = float(stdtrit(k - 2, 0.975))
    for _ in range(REPEATS // BATCH):
        vi = TYPICAL * np.exp(rng.normal(0, 0.7, BATCH * k))
        yi = rng.normal(MEAN, np.sqrt(tau2 + vi))
        new = rng.normal(MEAN, math.sqrt(tau2), BATCH)
        of = data(yi, vi, members=members)
        for ci in CI_METHODS:
            got = refits(of, options("REML", ci, 0.95), labels, ())
            held[ci] += int(((got.ci_low <= MEAN) & (got.ci_high >= MEAN)).sum())
            if ci == "z":
                half = quantile * np.sqrt(got.tau2 + got.se**2)
                predicted += int((np.abs(new - got.estimate) <= half).sum())
    shares = {ci: 100 * count / REPEATS for ci, count in held.items()}
    return Coverage(k, i2, shares, 100 * predicted / REPEATS)
