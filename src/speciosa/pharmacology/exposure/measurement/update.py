"""Measured plasma levels turn the virtual population into people who could have those levels.

Importance sampling: each virtual person gets the probability of the measured levels under that
person's own curve, log-normal about it with the error of the assay and of the model; a level below
the limit of quantification gets the probability of lying below it. Where it is open which dose a
level follows, the probability is the mean over the possible times. The people are then drawn anew
by those weights, so that everything behind works with samples of equal weight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from speciosa.pharmacology.exposure.virtual.draws import Array, Indices, stream, uniforms

_TINY_NM = 1e-12  # stands for nought where a logarithm is taken; far below any level of a dose


class Reading(NamedTuple):
    """A level beside what is predicted at the times at which it may have been taken.

    ``predicted_nm`` is (subjects, times) in nmol/L. ``value_nm`` is the level, or, with
    ``below_limit``, the limit under which it lies. ``sd_log`` is the standard deviation of its log
    about the person's own curve.
    """

    predicted_nm: Array
    value_nm: float
    below_limit: bool
    sd_log: float

    def log_likelihood(self) -> Array:
        """Log probability of the level for each subject, up to a constant."""
        distance = self._distance()
        if self.below_limit:
            each = _log_normal_below(distance)
        else:
            each = -0.5 * distance * distance - math.log(self.sd_log)
        highest = each.max(axis=1, keepdims=True)
        summed: Array = highest[:, 0] + np.log(np.exp(each - highest).mean(axis=1))
        return summed

    def tail(self, weights: Array) -> float:
        """Predicted probability of a level as far out as this one, or further, on its side."""
        lower = float(weights @ np.exp(_log_normal_below(self._distance())).mean(axis=1))
        return lower if self.below_limit else min(lower, 1.0 - lower)

    def _distance(self) -> Array:
        """Standard deviations of the level above each prediction."""
        predicted = np.log(np.maximum(self.predicted_nm, _TINY_NM))
        distance: Array = (math.log(self.value_nm) - predicted) / self.sd_log
        return distance


class Posterior(NamedTuple):
    """The weight of each subject after the levels.

    ``tails`` are, for each level, the predicted probability of a level as far out, before any
    level was known and after all the others were. ``effective`` is the effective sample size.
    """

    weights: Array
    effective: float
    tails: tuple[float, ...]
    tails_given_others: tuple[float, ...]

    def impossible(self, least: float) -> tuple[int, ...]:
        """Places of the levels that the model cannot give to anybody on the reported use."""
        return tuple(i for i, tail in enumerate(self.tails) if tail < least)

    def contradictory(self, least: float) -> tuple[int, ...]:
        """Places of the levels that nobody could have who has the others."""
        return tuple(i for i, tail in enumerate(self.tails_given_others) if tail < least)

    def draw(self, count: int, seed: int) -> Indices:
        """``count`` subjects by systematic resampling; one may come more than once."""
        start = uniforms(seed, stream("resampling by levels"), 1, 1)[0, 0]
        places = (np.arange(count) + start) / count
        edges = np.cumsum(self.weights)
        drawn: Indices = np.searchsorted(edges / edges[-1], places).astype(np.intp)
        return np.minimum(drawn, self.weights.size - 1)


def posterior(readings: Sequence[Reading]) -> Posterior:
    """Weights of the subjects given every reading; the order of readings changes nothing."""
    if not readings:
        raise ValueError("a posterior needs a reading")
    ordered = sorted(readings, key=_sorting)
    likelihoods = [reading.log_likelihood() for reading in ordered]
    weights = _weights(likelihoods)
    flat = np.full(weights.size, 1.0 / weights.size)
    given = {
        id(reading): reading.tail(_weights([x for j, x in enumerate(likelihoods) if j != i], flat))
        for i, reading in enumerate(ordered)
    }
    return Posterior(
        weights=weights,
        effective=float(1.0 / np.sum(weights * weights)),
        tails=tuple(reading.tail(flat) for reading in readings),
        tails_given_others=tuple(given[id(reading)] for reading in readings),
    )


def level_error(*, misfit_sd_log: float, assay_cv_percent: float) -> float:
    """Standard deviation of a log level about a person's own curve: model and assay together."""
    assay = math.sqrt(math.log1p((assay_cv_percent / 100.0) ** 2))
    return math.hypot(misfit_sd_log, assay)


def _sorting(reading: Reading) -> tuple[float, bool, float, bytes]:
    return (
        reading.value_nm,
        reading.below_limit,
        reading.sd_log,
        reading.predicted_nm[:1].tobytes(),
    )


def _weights(log_likelihoods: Sequence[Array], none: Array | None = None) -> Array:
    if not log_likelihoods and none is not None:
        return none
    total = np.sum(log_likelihoods, axis=0)
    weights = np.exp(total - total.max())
    normed: Array = weights / weights.sum()
    return normed


def _log_normal_below(z: Array) -> Array:
    """Log of the standard normal distribution function, exact far into its lower tail."""
    far = z < -8.0
    near = np.where(far, 0.0, z)
    inside = np.log(0.5 * _erfc(-near))
    tail = np.where(far, z, -9.0)
    # Mills' ratio to three terms, better than one part in 10,000 from eight deviations outwards.
    square = tail * tail
    series = np.log1p(-1.0 / square + 3.0 / (square * square))
    outside = -0.5 * square - np.log(-tail) - 0.5 * math.log(2.0 * math.pi) + series
    found: Array = np.where(far, outside, inside)
    return found


def _erfc(z: Array) -> Array:
    """The complementary error function of each number over the square root of 2."""
    flat = [math.erfc(x / math.sqrt(2.0)) for x in z.ravel().tolist()]
    return np.array(flat).reshape(z.shape)
