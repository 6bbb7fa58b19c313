"""The most probable unknowns given a part of the trials, and how sure they are.

Gauss-Newton steps to the posterior mode and a normal approximation there (Laplace). The standard
deviation of every group of unknowns, and that of the error, are fitted with them from the same
trials (EM: the mean of squares and variances, with longer steps), so that nothing is taken from a
trial left out. All is solved in the space of the observations, of which there are fewer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.interactions.space import START, Array, Space
from speciosa.pharmacology.interactions.kinetics.static_model import growth

START_WEIGHS = 2.0
_ROUNDS = 60
_SETTLED = 5e-3
_LONGER = 1.7  # exponent of the EM steps; below 2 they still settle where EM does
_FIXED = ("bias", "pairs")
_REGAINED = 1.02  # growth of a shortened step while it keeps its direction
_FARTHEST = 1.0  # largest step of any unknown


class Posterior(NamedTuple):
    """The unknowns with their covariance, and the spreads and the error they go with.

    ``error`` is the standard deviation, at a ratio of 1, of the log ratio that no unknown explains,
    in the form that the product widens its intervals with (``growth``); the fit itself weighs
    every trial alike, by ``spreads["error"]``.
    """

    space: Space
    mean: Array
    covariance: Array
    spreads: Mapping[str, float]
    kept: NDArray[np.bool_]
    error: float

    def of(self, *indices: int) -> tuple[float, float]:
        """Mean and standard deviation of a sum of unknowns."""
        at = list(indices)
        return float(self.mean[at].sum()), math.sqrt(float(self.covariance[np.ix_(at, at)].sum()))


def fit(space: Space, kept: NDArray[np.bool_]) -> Posterior:
    """The posterior given the trials that are kept."""
    spreads = dict(START)
    mean, last = np.zeros(len(space.unknowns)), np.zeros(len(space.unknowns))
    damping = np.ones(mean.size)
    directions, named = _agreements(space)
    owner = np.array([a.group for a in space.agreements])
    n = int(kept.sum())
    for _ in range(_ROUNDS):
        at, slopes = space.linearised(mean)
        rows = np.vstack((slopes[kept], directions))
        off = np.concatenate(((space.log_seen - at)[kept], named - directions @ mean))
        prior = np.array([spreads[g] for g in space.groups]) ** 2
        noise = np.array([spreads["error"]] * n + [spreads[g] for g in owner]) ** 2
        between = (rows * prior) @ rows.T
        gain = np.linalg.inv(between + np.diag(noise))
        step = prior * (rows.T @ (gain @ (off + rows @ mean))) - mean
        # Ranges differ on the two sides of a median: a step that turns back there is shortened.
        damping = np.where(step * last < 0.0, damping / 2.0, np.minimum(damping * _REGAINED, 1.0))
        step *= damping * min(1.0, _FARTHEST / max(float(np.abs(step).max()), _FARTHEST))
        longest, last = float(np.abs(step).max()), step
        variance = prior - prior**2 * (rows * (gain @ rows)).sum(axis=0)
        off_variance = np.diag(between) - variances(between, gain)
        mean = mean + step
        off = off - rows @ step
        squares = _squares(space, mean**2 + variance, rows, off**2 + off_variance, owner)
        before, spreads = spreads, _updated(spreads, squares)
        if longest < _SETTLED and _change(before, spreads) < _SETTLED:
            break
    covariance = np.diag(prior) - (prior[:, None] * rows.T) @ gain @ (rows * prior)
    beside = (off**2 + off_variance)[:n] / growth(at[kept]) ** 2
    return Posterior(space, mean, covariance, spreads, kept, _spread("error", beside))


def variances(slopes: Array, covariance: Array) -> Array:
    """Variance of every row of slopes under the covariance."""
    total: Array = ((slopes @ covariance) * slopes).sum(axis=1)
    return total


def _agreements(space: Space) -> tuple[Array, Array]:
    """What the agreement of two grounds adds: a row of slopes each, and the value they meet."""
    directions = np.zeros((len(space.agreements), len(space.unknowns)))
    for row, agreement in enumerate(space.agreements):
        directions[row, list(agreement.plus)] = 1.0
        if agreement.minus >= 0:
            directions[row, agreement.minus] = -1.0
    return directions, np.array([a.named for a in space.agreements])


def _squares(
    space: Space, unknowns: Array, rows: Array, off: Array, owner: NDArray[np.str_]
) -> dict[str, Array]:
    """Expected squares by group: of unknowns that some row says something about, and of errors."""
    informed = np.any(rows != 0.0, axis=0)
    n = off.size - owner.size
    found = {
        group: np.concatenate(
            (unknowns[informed & (space.groups == group)], off[n:][owner == group])
        )
        for group in dict.fromkeys(space.groups)
        if group not in _FIXED
    }
    return {**found, "error": off[:n]}


def _updated(spreads: Mapping[str, float], squares: Mapping[str, Array]) -> dict[str, float]:
    updated = dict(spreads)
    for group, values in squares.items():
        updated[group] *= (_spread(group, values) / spreads[group]) ** _LONGER
    return updated


def _spread(group: str, squares: Array) -> float:
    whole = float(squares.sum()) + START_WEIGHS * START[group] ** 2
    return math.sqrt(whole / (squares.size + START_WEIGHS))


def _change(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    return max(abs(math.log(after[g] / before[g])) for g in after)
