"""Uncertain numbers as samples that depend on the fact alone.

Every uncertain figure becomes one Latin-hypercube column: the same ``SIZE`` quantiles for all,
in an order drawn from the fact's id. So a figure takes the same values wherever it is used, in
whatever list of medicines, and medians come out exact.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIZE = 2000
Z90 = NormalDist().inv_cdf(0.95)  # half-width of a central 90 % interval in standard deviations
_EDGE = 1e-3  # fractions given as exactly 0 or 1 at the end of a range are moved this far inside


@lru_cache(maxsize=1)
def _quantiles() -> Array:
    normal = NormalDist()
    return np.array([normal.inv_cdf((i + 0.5) / SIZE) for i in range(SIZE)])


@lru_cache(maxsize=2048)
def standard_normal(key: str) -> Array:
    """Standard normal values in the order that belongs to ``key``."""
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    order = np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
    values = order.permutation(_quantiles())
    values.setflags(write=False)
    return values


def quantiles(values: Array, *at: float) -> tuple[float, ...]:
    """Quantiles by linear interpolation, as ``numpy.quantile``; one sort serves them all."""
    ordered = np.sort(values)
    last = ordered.size - 1
    found = []
    for part in at:
        place = part * last
        below = math.floor(place)
        above = min(below + 1, last)
        rest = place - below
        found.append(float(ordered[below]) * (1.0 - rest) + float(ordered[above]) * rest)
    return tuple(found)


def median(values: Array) -> float:
    """The middle value."""
    return quantiles(values, 0.5)[0]


def uniform(key: str, low: float, high: float) -> Array:
    """Values spread evenly between two borders."""
    ranks = np.argsort(np.argsort(standard_normal(key)))
    return low + (high - low) * (ranks + 0.5) / SIZE


def fraction(key: str, value: float, low: float | None, high: float | None) -> Array:
    """A fraction with its central 90 % range: logit-normal on each side of the median."""
    if low is None or high is None or low == high:
        return np.full(SIZE, value)
    middle, below, above = (_logit(x) for x in (value, low, high))
    z = standard_normal(key)
    spread = np.where(z < 0, middle - below, above - middle) / Z90
    return np.asarray(1.0 / (1.0 + np.exp(-(middle + z * spread))))


def odds(key: str, value: float, cv: float) -> Array:
    """A fraction with median ``value`` whose odds have a coefficient of variation: log-normal."""
    inside = math.exp(_logit(value))
    ratio = positive_cv(key, inside, cv)
    return np.asarray(ratio / (1.0 + ratio))


def positive(key: str, value: float, low: float, high: float) -> Array:
    """A positive number with its central 90 % range: log-normal on each side of the median."""
    z = standard_normal(key)
    spread = np.where(z < 0, math.log(value / low), math.log(high / value)) / Z90
    return np.asarray(value * np.exp(z * spread))


def positive_cv(key: str, value: float, cv: float) -> Array:
    """A positive number with median ``value`` and a coefficient of variation: log-normal."""
    return np.asarray(value * np.exp(standard_normal(key) * math.sqrt(math.log1p(cv * cv))))


def _logit(x: float) -> float:
    inside = min(max(x, _EDGE), 1.0 - _EDGE)
    return math.log(inside / (1.0 - inside))
