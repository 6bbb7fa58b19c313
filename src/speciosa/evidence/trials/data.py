"""What a block of simulated trials looks like, and what an analysis of it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int8]

CONTROL = 0


class Cause(IntEnum):
    """Why a person is no longer observed. Codes are stored in ``TrialData.cause``."""

    STAYED = 0
    AT_RANDOM = 1
    OBSERVED_OUTCOME = 2
    UNOBSERVED_OUTCOME = 3
    ADVERSE_EVENT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialData:
    """A block of trials. Every array's first axis is the trial; nothing is shared between trials.

    ``baseline`` (trials, subjects) is the score at entry, ``y`` (trials, subjects, visits) the
    score at each visit (not the change from baseline), NaN where it was not observed. ``arm``
    (trials, subjects) is 0 for the control; arms of a dose-ranging trial count up with the dose.
    ``visits_weeks`` (visits,) are weeks since randomisation. ``cause`` (trials, subjects) holds
    ``Cause``. ``stopped`` (trials, subjects) is the index of the first visit after the treatment
    was given up, or the number of visits for who never gave it up: scores from there on, where
    they are observed, were made off treatment.

    In crossover and n-of-1 trials the last axis of ``y`` is the period (its score at the end of
    the period), ``treatment`` (trials, subjects, periods) says what was taken in each (0 control),
    ``sequence`` (trials, subjects) numbers the order, and ``period_baseline`` (trials, subjects,
    periods) is the score at the start of each period where the design measures one.
    ``planned_arms`` counts arms that may have nobody yet.
    """

    baseline: Floats
    y: Floats
    arm: Codes
    visits_weeks: Floats
    cause: Codes
    stopped: Codes
    treatment: Codes | None = None
    sequence: Codes | None = None
    period_baseline: Floats | None = None
    planned_arms: int | None = None

    @property
    def trials(self) -> int:
        """Number of trials in the block."""
        return int(self.y.shape[0])

    @property
    def subjects(self) -> int:
        """Number of people in each trial."""
        return int(self.y.shape[1])

    @property
    def visits(self) -> int:
        """Number of visits after baseline, or of periods."""
        return int(self.y.shape[2])

    @property
    def arms(self) -> int:
        """Number of arms, control included: those planned, or the highest code seen."""
        return self.planned_arms or int(self.arm.max()) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits:
    """Effects against control, (trials, contrasts): negative is fewer points than control.

    ``p`` is two-sided against no difference. Where an analysis did not converge ``converged`` is
    False and the other fields are NaN: the reader of a block counts them and says how many.
    """

    estimate: Floats
    se: Floats
    df: Floats
    p: Floats
    converged: NDArray[np.bool_]
