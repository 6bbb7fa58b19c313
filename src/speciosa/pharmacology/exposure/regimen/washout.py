"""How long after the last dose until a level is passed for good.

Read off each virtual person's own curve. A level says nothing about withdrawal, effects or safety;
urine is not modelled.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from speciosa.pharmacology.exposure.virtual.draws import Array

# Hours after the last dose at which curves are followed: dense at first, two months in all.
FIRST_H, LONGEST_H, _POINTS = 0.25, 60.0 * 24.0, 120


class Passed(Protocol):
    """What is told of how long people take to pass a level, however it was counted."""

    @property
    def followed_h(self) -> float:
        """Hours after the last dose that were followed."""

    @property
    def never(self) -> float:
        """The share of people who were never that high after the last dose."""

    @property
    def beyond(self) -> float:
        """The share who were still above at the end."""

    def quantile(self, share: float) -> float:
        """The time by which that share of people is below; ``inf`` when it was not reached."""


class Passing(NamedTuple):
    """Hours after the last dose until each subject is below a level for good.

    ``inf`` where that takes longer than was followed; 0 where the level was not reached again.
    """

    hours: Array
    followed_h: float

    def quantile(self, share: float) -> float:
        """The time by which that share of people is below; ``inf`` when it was not reached."""
        ordered = np.sort(self.hours)
        return float(ordered[min(int(np.ceil(share * ordered.size)), ordered.size) - 1])

    @property
    def never(self) -> float:
        """The share of people whose level was not as high at any time after the last dose."""
        return float(np.mean(self.hours == 0.0))

    @property
    def beyond(self) -> float:
        """The share of people who are still above at the end of what was followed."""
        return float(np.mean(np.isinf(self.hours)))


def washout_times(last_dose_h: float) -> Array:
    """Times on the axis of the schedule at which the decline is followed, the last dose first."""
    after = np.concatenate(([0.0], np.geomspace(FIRST_H, LONGEST_H, _POINTS - 1)))
    return last_dose_h + after


def passing(nm: Array, hours_after: Array, level_nm: float) -> Passing:
    """When each curve of (subjects, times) falls below ``level_nm`` for good.

    ``hours_after`` are hours after the last dose, ascending from 0. Between two times a level is
    taken to decline exponentially.
    """
    above = nm >= level_nm
    last = above.shape[1] - 1 - np.argmax(above[:, ::-1], axis=1)
    rows = np.arange(nm.shape[0])
    ever = above.any(axis=1)
    ends = ever & (last == nm.shape[1] - 1)
    inner = np.minimum(last, nm.shape[1] - 2)
    high = np.where(ever, nm[rows, inner], 2.0 * level_nm)
    low = np.maximum(np.where(ever & ~ends, nm[rows, inner + 1], level_nm), level_nm * 1e-12)
    share = np.log(high / level_nm) / np.maximum(np.log(high / low), 1e-12)
    step = hours_after[inner + 1] - hours_after[inner]
    hours = hours_after[inner] + np.clip(share, 0.0, 1.0) * step
    hours = np.where(ever, np.where(ends, np.inf, hours), 0.0)
    return Passing(hours=hours, followed_h=float(hours_after[-1]))
