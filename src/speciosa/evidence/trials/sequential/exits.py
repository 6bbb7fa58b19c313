"""Chance of leaving the continuation region at each look (Armitage, McPherson and Rowe 1969).

The density of who is still inside is carried from look to look by numerical integration: Gauss's
rule on panels no wider than a standard deviation of the next step.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_REACH = 9.0  # standard deviations beyond which nothing is carried
_NODES = 10  # of Gauss's rule in a panel


class Path:
    """The density inside the region after the looks so far; starts at information 0."""

    def __init__(self, drift: float = 0.0) -> None:
        self.drift = drift
        self.time = 0.0
        self._at = np.zeros(1)
        self._mass = np.ones(1)

    def above(self, time: float, z: float) -> float:
        """Chance of being inside until now and above ``z`` at the next look."""
        return float(self._mass @ ndtr(self._gap(time, z)))

    def above_each(self, time: float, z: Floats) -> Floats:
        """The same for many ``z`` at once."""
        gap = self._gap(time, z[:, None])
        return np.asarray(ndtr(gap) @ self._mass)

    def below(self, time: float, z: float) -> float:
        """The same below ``z``."""
        return float(self._mass @ ndtr(-self._gap(time, z)))

    def below_each(self, time: float, z: Floats) -> Floats:
        """The same for many ``z`` at once."""
        gap = self._gap(time, z[:, None])
        return np.asarray(ndtr(-gap) @ self._mass)

    def step(self, time: float, low: float, high: float, then: float) -> None:
        """Look at ``time``: keep what lies between ``low`` and ``high`` (z); next look at ``then``.

        The panels depend on the step to the next look, which is why it is asked for.
        """
        root = np.sqrt(time)
        centre = self.drift * time
        bottom = max(low * root, centre - _REACH * root)
        top = min(high * root, centre + _REACH * root)
        width = np.sqrt(then - time)
        panels = max(1, int(np.ceil((top - bottom) / width)))
        nodes, weights = _gauss()
        edges = np.linspace(bottom, max(top, bottom), panels + 1)
        half = (edges[1:] - edges[:-1]) / 2
        at = (edges[:-1, None] + half[:, None] * (nodes + 1)).ravel()
        weight = (half[:, None] * weights).ravel()
        spread = np.sqrt(time - self.time)
        gap = (at[:, None] - self._at - self.drift * (time - self.time)) / spread
        density = np.exp(-0.5 * gap**2) @ self._mass / (spread * np.sqrt(2 * np.pi))
        self._at, self._mass, self.time = at, weight * density, time

    def _gap(self, time: float, z: float | Floats) -> Floats:
        ahead = time - self.time
        gap: Floats = (self._at + self.drift * ahead - z * np.sqrt(time)) / np.sqrt(ahead)
        return gap


def exits(
    fractions: tuple[float, ...],
    upper: tuple[float, ...],
    lower: tuple[float, ...],
    drift: float,
) -> tuple[Floats, Floats]:
    """Chance of first crossing the upper and the lower boundary at each look."""
    path = Path(drift)
    up, down = np.zeros(len(fractions)), np.zeros(len(fractions))
    for k, time in enumerate(fractions):
        up[k] = path.above(time, upper[k])
        down[k] = path.below(time, lower[k])
        if k + 1 < len(fractions):
            path.step(time, lower[k], upper[k], fractions[k + 1])
    return up, down


@lru_cache(maxsize=1)
def _gauss() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights
