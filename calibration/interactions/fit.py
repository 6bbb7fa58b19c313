"""The most probable unknowns given a part of the trials, and how sure they are.

Gauss-Newton steps to the posterior mode and a normal approximation there (Laplace). The standard
deviation of every group of unknowns, and that of the error, are fitted with them from the same
trials (EM: the mean of squares and variances), so that nothing is taken from a trial left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.interactions.space import Array, Space, spreads_at_start

START_WEIGHS = 2.0
_ROUNDS = 60
_SETTLED = 1e-3
_FIXED = ("bias", "pairs")
_FARTHEST = 1.0  # largest step of any unknown


class Posterior(NamedTuple):
    """The unknowns with their covariance, and the spreads and the error they go with."""

    space: Space
    mean: Array
    covariance: Array
    spreads: Mapping[str, float]
    kept: NDArray[np.bool_]

    @property
    def error(self) -> float:
        """Standard deviation of the log ratio that no unknown explains."""
        return self.spreads["error"]

    def of(self, *indices: int) -> tuple[float, float]:
        """Mean and standard deviation of a sum of unknowns."""
        at = list(indices)
        return float(self.mean[at].sum()), math.sqrt(float(self.covariance[np.ix_(at, at)].sum()))


def fit(space: Space, kept: NDArray[np.bool_]) -> Posterior:
    """The posterior given the trials that are kept."""
    spreads = dict(spreads_at_start())
    mean = np.zeros(len(space.unknowns))
    covariance: Array = np.eye(mean.size)
    for _ in range(_ROUNDS):
        at, slopes = space.linearised(mean)
        off, slope = (space.log_seen - at)[kept], slopes[kept]
        spread = np.array([spreads[g] for g in space.groups])
        precision = slope.T @ slope / spreads["error"] ** 2 + np.diag(spread**-2.0)
        uphill = slope.T @ off / spreads["error"] ** 2 - mean / spread**2
        directions, apart = _agreements(space, mean)
        weights = np.array([spreads[a.group] ** -2.0 for a in space.agreements])
        precision += (directions.T * weights) @ directions
        uphill += directions.T @ (weights * apart)
        covariance = np.asarray(np.linalg.inv(precision))
        step = covariance @ uphill
        longest = float(np.abs(step).max())
        mean = mean + step * min(1.0, _FARTHEST / max(longest, 1e-12))
        before = spreads
        squares = _squares(space, mean, covariance, slope, directions)
        left = off**2 + variances(slope, covariance)
        spreads = _updated(before, {**squares, "error": left})
        if longest < _SETTLED and _change(before, spreads) < _SETTLED:
            break
    return Posterior(space, mean, covariance, spreads, kept)


def variances(slopes: Array, covariance: Array) -> Array:
    """Variance of every row of slopes under the covariance."""
    total: Array = ((slopes @ covariance) * slopes).sum(axis=1)
    return total


def _agreements(space: Space, mean: Array) -> tuple[Array, Array]:
    directions = np.zeros((len(space.agreements), mean.size))
    for row, agreement in enumerate(space.agreements):
        directions[row, list(agreement.plus)] = 1.0
        if agreement.minus >= 0:
            directions[row, agreement.minus] = -1.0
    named = np.array([a.named for a in space.agreements])
    return directions, named - directions @ mean


def _squares(
    space: Space, mean: Array, covariance: Array, slope: Array, directions: Array
) -> dict[str, Array]:
    """Expected squares of the unknowns that a trial or an agreement says something about."""
    informed = np.any(slope != 0.0, axis=0) | np.any(directions != 0.0, axis=0)
    squared = mean**2 + np.diag(covariance)
    _, apart = _agreements(space, mean)
    between = apart**2 + variances(directions, covariance)
    owner = np.array([a.group for a in space.agreements])
    return {
        group: np.concatenate(
            (squared[informed & (space.groups == group)], between[owner == group])
        )
        for group in dict.fromkeys(space.groups)
        if group not in _FIXED
    }


def _updated(spreads: Mapping[str, float], squares: Mapping[str, Array]) -> dict[str, float]:
    start = spreads_at_start()
    return {
        **spreads,
        **{
            group: math.sqrt(
                (float(values.sum()) + START_WEIGHS * start[group] ** 2)
                / (values.size + START_WEIGHS)
            )
            for group, values in squares.items()
        },
    }


def _change(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    return max(abs(math.log(after[g] / before[g])) for g in after)
