"""Noncompartmental analysis of simulated curves, as a study would do it.

Curves are (rows, times). Whether a sample lies above the limit of the assay is weighted softly, so
that a figure moves smoothly with the parameters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SOFT = 0.15  # width, on the log scale, of the passage from below to above the assay limit
_LEAST = 1e-30


def peak(times: Array, curves: Array) -> tuple[Array, Array]:
    """Height and time of the peak, by a parabola through its three points."""
    top = np.clip(curves.argmax(axis=1), 1, times.size - 2)
    rows = np.arange(curves.shape[0])
    t0, t1, t2 = times[top - 1], times[top], times[top + 1]
    c0, c1, c2 = curves[rows, top - 1], curves[rows, top], curves[rows, top + 1]
    rise, fall = (c1 - c0) / (t1 - t0), (c2 - c1) / (t2 - t1)
    bend = (fall - rise) / (t2 - t0)
    at = 0.5 * (t0 + t1) - 0.5 * rise / np.where(bend < 0.0, bend, -_LEAST)
    at = np.where(bend < 0.0, np.clip(at, t0, t2), t1)
    height = c1 + (at - t1) * (rise + bend * (at - t0))
    return np.maximum(height, c1), np.maximum(at, times[0])


def seen(curves: Array, limit: Array) -> Array:
    """Weight between 0 and 1 with which each sample lies above the assay limit of its row."""
    above = (
        np.log(np.maximum(curves, _LEAST)) - np.log(np.maximum(limit, _LEAST))[:, None]
    ) / _SOFT
    weight: Array = 1.0 / (1.0 + np.exp(-np.clip(above, -50.0, 50.0)))
    return weight


def terminal_rate(
    times: Array, curves: Array, window_h: tuple[float, float], limit: Array
) -> Array:
    """Rate of the terminal phase: log-linear regression over what is seen in the window."""
    chosen = (times >= window_h[0]) & (times <= window_h[1])
    t, c = times[chosen], np.maximum(curves[:, chosen], _LEAST)
    # A trace of weight everywhere: a curve never seen gets a slope, not a division by nought.
    weight = seen(c, limit) + 1e-9
    total = weight.sum(axis=1)
    centred = t - ((weight * t).sum(axis=1) / total)[:, None]
    rate: Array = -(weight * centred * np.log(c)).sum(axis=1) / (weight * centred**2).sum(axis=1)
    positive: Array = np.maximum(rate, 1e-6)
    return positive


def area(times: Array, curves: Array, until_h: float) -> Array:
    """Area from time 0, where the curve is 0, to ``until_h``: linear up, logarithmic down."""
    chosen = times <= until_h
    t = np.concatenate(([0.0], times[chosen]))
    c = np.concatenate((np.zeros((curves.shape[0], 1)), curves[:, chosen]), axis=1)
    total: Array = _pieces(t, c).sum(axis=1)
    return total


def area_seen(times: Array, curves: Array, until_h: float, limit: Array, rate: Array) -> Array:
    """Area to infinity as extrapolated from the last sample above the limit."""
    chosen = times <= until_h
    t = np.concatenate(([0.0], times[chosen]))
    c = np.concatenate((np.zeros((curves.shape[0], 1)), curves[:, chosen]), axis=1)
    rising = np.arange(t.size) <= c.argmax(axis=1)[:, None]
    weight = np.where(rising, 1.0, seen(c, limit))  # what rises below the limit is counted
    between = 0.5 * (weight[:, 1:] + weight[:, :-1])
    last = np.maximum(c[:, -1], np.minimum(limit, c.max(axis=1)))
    total: Array = (_pieces(t, c) * between).sum(axis=1) + last / rate
    return total


def _pieces(t: Array, c: Array) -> Array:
    step = np.diff(t)
    left, right = np.maximum(c[:, :-1], 0.0), np.maximum(c[:, 1:], 0.0)
    falling = (right < left * (1.0 - 1e-9)) & (right > 0.0)
    ratio = np.where(falling, left / np.where(falling, right, 1.0), np.e)
    logarithmic = (left - right) / np.log(ratio)
    pieces: Array = step * np.where(falling, logarithmic, 0.5 * (left + right))
    return pieces


def first_day_at(share: float, troughs: Array) -> Array:
    """Days until the trough reaches a share of the last one, (rows, days); between days linear."""
    part = troughs / troughs[:, -1:]
    days = np.arange(1, part.shape[1] + 1, dtype=np.float64)
    first = np.argmax(part >= share, axis=1)
    rows = np.arange(part.shape[0])
    before = np.maximum(first - 1, 0)
    low, high = part[rows, before], part[rows, first]
    gap = np.where(high > low, high - low, 1.0)
    found = days[before] + (share - low) / gap * (days[first] - days[before])
    reached: Array = np.where(first == 0, days[0], found)
    return reached
