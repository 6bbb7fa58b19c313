"""How levels decline: half-lives read off the simulated curves, as a study would read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.pharmacology.exposure.virtual.draws import Array
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.schedule import Schedule
    from speciosa.pharmacology.exposure.virtual.structures import Run

# Facts with the hours after the last dose between which a slope is read.
_MITRAGYNINE = "kratom/assumption_tail_mitragynine"
_SEVEN_OH = "kratom/assumption_tail_seven_oh"
OTHERS = "kratom/assumption_tail_other_alkaloids"
# A level below this (nmol/L) is no level: it lies far under every assay and near the tolerances.
_NOTHING_NM = 1e-6


class Probes(NamedTuple):
    """Times after the last dose, if nothing more were taken, at which the decline is read.

    ``from_h`` is the last dose, or the start of a schedule that begins after it; ``None`` where
    nothing was ever taken.
    """

    from_h: float | None
    knowledge: Knowledge

    @classmethod
    def of(cls, schedule: Schedule, knowledge: Knowledge) -> Probes:
        """The probes of a schedule."""
        last = schedule.last_dose_h
        return cls(None if last is None else max(last, schedule.start_h), knowledge)

    def window_h(self, fact_id: str) -> tuple[float, float]:
        """The hours after the last dose that a fact names."""
        fact = self.knowledge.fact(fact_id)
        return fact.low or 0.0, fact.high or 0.0

    @property
    def times_h(self) -> Array:
        """The times needed, ascending; none without a dose."""
        if self.from_h is None:
            return np.zeros(0)
        return self.from_h + np.array(
            sorted((*self.window_h(_MITRAGYNINE), *self.window_h(_SEVEN_OH)))
        )

    def half_lives(self, run: Run, times_h: Array) -> tuple[Array, Array]:
        """Half-lives of mitragynine and of 7-OH in h, NaN without a level that declines."""
        seven_oh = run.formed_nm + run.swallowed_nm
        return (
            self.half_life(run.mitragynine_nm, times_h, self.window_h(_MITRAGYNINE)),
            self.half_life(seven_oh, times_h, self.window_h(_SEVEN_OH)),
        )

    def half_life(self, nm: Array, times_h: Array, between: tuple[float, float]) -> Array:
        """Half-life between two times after the last dose, both of them in ``times_h``."""
        if self.from_h is None:
            return np.full(nm.shape[0], np.nan)
        early, late = np.searchsorted(times_h, self.from_h + np.array(between))
        seen = (nm[:, late] > _NOTHING_NM) & (nm[:, early] > nm[:, late])
        ratio = np.where(seen, nm[:, early], 2.0) / np.where(seen, nm[:, late], 1.0)
        return np.where(seen, (between[1] - between[0]) * np.log(2.0) / np.log(ratio), np.nan)


def trapezoids(nm: Array, time_h: Array) -> Array:
    """Area under each curve of (subjects, times)."""
    width = np.diff(time_h)
    area: Array = (0.5 * (nm[:, 1:] + nm[:, :-1]) * width).sum(axis=1)
    return area


def trapezoids_in_order(nm: Array, time_h: Array) -> Array:
    """The same for times picked out of more, (subjects, times picked).

    Picking leaves the subjects side by side in memory, and pieces are then added one after the
    other; a subject alone would have them added in pairs, which can differ in the last bit. Here
    they are added one after the other however many subjects there are.
    """
    if time_h.size < 2:
        return np.zeros(nm.shape[0])
    pieces = 0.5 * (nm[:, 1:] + nm[:, :-1]) * np.diff(time_h)
    return np.asarray(np.cumsum(pieces, axis=1)[:, -1])


def effective_half_life(first_nm: Array, last_nm: Array, time_h: Array) -> Array:
    """The half-life that would give the accumulation from the first to the last day, in h.

    With areas of the day that grow R-fold, ln 2 * 24 / ln(R / (R - 1)); 0 without accumulation.
    The times of the last day are picked out of more.
    """
    first, last = trapezoids(first_nm, time_h), trapezoids_in_order(last_nm, time_h)
    ratio = np.divide(last, first, out=np.ones_like(last), where=first > 0.0)
    grown = np.maximum(ratio, 1.0 + 1e-12)
    half_life: Array = np.log(2.0) * DAY_H / np.log(grown / (grown - 1.0))
    return half_life
